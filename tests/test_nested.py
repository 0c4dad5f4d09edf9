"""Estimators inside pipelines, searches and ensembles: which ones there are, and what their `fit` takes."""

import numpy as np
import pytest
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import BaggingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    LeaveOneGroupOut,
    StratifiedGroupKFold,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_raters import DeepEnsembleClassifier
from sklearn_raters._nested import (
    call_inside,
    groups_for_fit,
    innermost,
    is_search,
    layers,
    splitter_takes_groups,
    take_over_input,
    takes_ratings,
    takes_soft_targets,
    unwrap,
    weight_name,
    weights_for_fit,
)
from sklearn_raters.metrics import uar_scorer
from sklearn_raters.soft_targets import check_reads_soft_labels


class GroupedClassifier(ClassifierMixin, BaseEstimator):
    """Takes ratings, soft targets and groups, and remembers the groups."""

    _takes_ratings = True
    _takes_soft_targets = True
    __metadata_request__fit = {"groups": True}

    def fit(self, X, y, groups=None):
        self.classes_ = np.unique(y)
        self.groups_ = groups
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


X = np.arange(24.0).reshape(12, 2)
y = np.tile(["a", "b"], 6)
groups = np.repeat([0, 1, 2], 4)
wrappings = {
    "bare": lambda inner: inner,
    "pipeline": lambda inner: make_pipeline(StandardScaler(), inner),
    "pipeline in pipeline": lambda inner: make_pipeline(
        StandardScaler(), make_pipeline(StandardScaler(), inner)
    ),
}


def test_unwrap_does_not_look_into_other_meta_estimators():
    inner = GroupedClassifier()
    bag = BaggingClassifier(inner)
    assert unwrap(inner) is inner
    assert unwrap(bag) is bag
    assert not takes_ratings(bag)


def test_unwrap_finds_the_fitted_estimator_of_a_search():
    search = GridSearchCV(make_pipeline(StandardScaler(), LogisticRegression()), {}, cv=3)
    assert is_search(search)
    assert unwrap(search) is search.estimator.steps[-1][1]
    search.fit(X, y)
    assert unwrap(search) is search.best_estimator_.steps[-1][1]


def test_unwrap_takes_the_given_estimator_of_a_search_that_did_not_refit():
    search = GridSearchCV(LogisticRegression(), {}, cv=3, refit=False).fit(X, y)
    assert unwrap(search) is search.estimator


@pytest.mark.parametrize("wrap", wrappings.values(), ids=wrappings)
def test_pipelines_take_ratings_and_soft_targets_where_their_last_step_does(wrap):
    assert takes_ratings(wrap(GroupedClassifier()))
    assert takes_soft_targets(wrap(GroupedClassifier()))
    assert not takes_ratings(wrap(LogisticRegression()))
    assert not takes_soft_targets(wrap(LogisticRegression()))
    assert groups_for_fit(wrap(LogisticRegression()), groups) == {}


@pytest.mark.parametrize("wrap", wrappings.values(), ids=wrappings)
@pytest.mark.parametrize("routing", [False, True])
def test_groups_arrive_at_the_estimator(wrap, routing):
    with sklearn.config_context(enable_metadata_routing=routing):
        model = wrap(GroupedClassifier())
        model.fit(X, y, **groups_for_fit(model, groups))
    np.testing.assert_array_equal(unwrap(model).groups_, groups)


@pytest.mark.parametrize("wrap", wrappings.values(), ids=wrappings)
@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize("cv", [3, GroupKFold(3)], ids=["int", "GroupKFold"])
def test_a_search_gets_groups_where_its_splitter_uses_them(wrap, routing, cv):
    with sklearn.config_context(enable_metadata_routing=routing):
        model = wrap(GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=cv))
        # GroupKFold raises without groups, an int warns with them: both would fail here.
        params = groups_for_fit(model, groups)
        model.fit(X, y, **params)
        assert bool(params) == (cv != 3)


def test_without_groups_or_an_estimator_fit_gets_no_argument():
    assert groups_for_fit(GroupedClassifier(), None) == {}
    assert groups_for_fit(Pipeline([("only", "passthrough")]), groups) == {}


class EvenOdd:
    """A splitter written by a user, without scikit-learn's routing."""

    def split(self, X, y=None, groups=None):
        yield np.arange(0, len(X), 2), np.arange(1, len(X), 2)


@pytest.mark.parametrize(
    ("cv", "expected"),
    [
        (None, False),
        (5, False),
        (KFold(3), False),
        ([([0], [1])], False),
        (GroupKFold(3), True),
        (LeaveOneGroupOut(), True),
        (StratifiedGroupKFold(3), True),
        (EvenOdd(), True),
    ],
)
def test_splitters_that_use_groups_are_known(cv, expected):
    assert splitter_takes_groups(cv) is expected


# Layers


def test_layers_are_walked_inwards_with_the_names_of_their_parameters():
    logistic = LogisticRegression()
    search = GridSearchCV(make_pipeline(StandardScaler(), logistic), {}, cv=3)
    outer = make_pipeline(StandardScaler(), search)
    found = list(layers(outer))
    assert [layer.path for layer in found] == [
        "",
        "gridsearchcv",
        "gridsearchcv__estimator",
        "gridsearchcv__estimator__logisticregression",
    ]
    params = outer.get_params()
    assert all(layer.estimator is params[layer.path] for layer in found[1:])
    assert found[0].estimator is outer
    assert found[-1].estimator is logistic


def test_only_layers_with_ensembles_look_into_ensembles():
    logistic = LogisticRegression()
    ensemble = make_pipeline(StandardScaler(), DeepEnsembleClassifier(logistic, 2))
    assert [layer.path for layer in layers(ensemble)] == ["", "deepensembleclassifier"]
    inner = list(layers(ensemble, ensembles=True))[-1]
    assert inner.path == "deepensembleclassifier__estimator"
    assert inner.estimator is innermost(ensemble) is logistic


# Sample weights


class Weighted(LogisticRegression):
    """Remembers its weights."""

    __metadata_request__fit = {"sample_weight": True}

    def fit(self, X, y, sample_weight=None):
        self.weights_ = sample_weight
        return super().fit(X, y, sample_weight)


WEIGHTS = np.arange(1.0, 13)


@pytest.mark.parametrize("wrap", wrappings.values(), ids=wrappings)
@pytest.mark.parametrize("routing", [False, True])
def test_weights_arrive_at_the_estimator(wrap, routing):
    with sklearn.config_context(enable_metadata_routing=routing):
        scaler = StandardScaler().set_fit_request(sample_weight=True) if routing else StandardScaler()
        model = wrap(Weighted())
        for layer in layers(model):
            if isinstance(layer.estimator, Pipeline):
                layer.estimator.steps[0] = ("standardscaler", sklearn.clone(scaler))
        model.fit(X, y, **weights_for_fit(model, WEIGHTS))
    np.testing.assert_array_equal(unwrap(model).weights_, WEIGHTS)


def test_weights_reach_every_step_of_a_pipeline_that_takes_them():
    inner = make_pipeline(StandardScaler(), Weighted())
    model = Pipeline([("scale", StandardScaler()), ("none", "passthrough"), ("inner", inner)])
    found = weights_for_fit(model, WEIGHTS)
    names = {"scale__sample_weight", "inner__standardscaler__sample_weight", "inner__weighted__sample_weight"}
    assert set(found) == names
    model.fit(X, y, **found)
    np.testing.assert_allclose(model[0].mean_, np.average(X, axis=0, weights=WEIGHTS))


def test_weights_reach_a_pipeline_inside_a_search_inside_a_pipeline():
    search = GridSearchCV(make_pipeline(StandardScaler(), Weighted()), {}, cv=3)
    model = make_pipeline(StandardScaler(), search)
    found = weights_for_fit(model, WEIGHTS)
    assert set(found) == {
        "standardscaler__sample_weight",
        "gridsearchcv__standardscaler__sample_weight",
        "gridsearchcv__weighted__sample_weight",
    }
    np.testing.assert_array_equal(unwrap(model.fit(X, y, **found)).weights_, WEIGHTS)


@pytest.mark.parametrize("estimator", [KNeighborsClassifier(), Pipeline([("only", "passthrough")])], ids=str)
def test_an_estimator_that_takes_no_weights_gets_none(estimator):
    assert weights_for_fit(estimator, WEIGHTS) == {}


@pytest.mark.parametrize("routing", [False, True])
def test_without_weights_fit_gets_no_argument(routing):
    with sklearn.config_context(enable_metadata_routing=routing):
        assert weights_for_fit(make_pipeline(StandardScaler(), Weighted()), None) == {}


def test_with_routing_weights_that_no_step_requests_are_an_error():
    with sklearn.config_context(enable_metadata_routing=True):
        model = make_pipeline(StandardScaler(), LogisticRegression())
        params = weights_for_fit(model, WEIGHTS)
        with pytest.raises(sklearn.exceptions.UnsetMetadataPassedError, match="sample_weight"):
            model.fit(X, y, **params)


@pytest.mark.parametrize(
    ("estimator", "name"),
    [
        (LogisticRegression(), "sample_weight"),
        (make_pipeline(StandardScaler(), LogisticRegression()), "logisticregression__sample_weight"),
        (GridSearchCV(LogisticRegression(), {}), "sample_weight"),
        (make_pipeline(StandardScaler(), KNeighborsClassifier()), None),
        (GridSearchCV(KNeighborsClassifier(), {}), None),
    ],
    ids=["bare", "pipeline", "search", "pipeline without weights", "search without weights"],
)
def test_the_keyword_of_weights_is_that_of_the_innermost_estimator(estimator, name):
    assert weight_name(estimator) == name


# Methods and attributes of the estimator inside


class Doubling(LogisticRegression):
    def double(self, X):
        return 2 * X


def test_a_method_of_the_estimator_inside_gets_the_transformed_samples():
    search = GridSearchCV(make_pipeline(StandardScaler(), Doubling()), {}, cv=3)
    model = make_pipeline(StandardScaler(), search).fit(X, y)
    scaled = StandardScaler().fit_transform(X)
    np.testing.assert_allclose(call_inside(model, "double", X, {}), 2 * scaled)


@pytest.mark.parametrize(
    "wrap",
    [
        make_pipeline,
        lambda inner: make_pipeline(make_pipeline(inner)),
        lambda inner: make_pipeline(GridSearchCV(make_pipeline(inner), {}, cv=3)),
        lambda inner: Pipeline([("nothing", "passthrough"), ("inner", inner)]),
    ],
    ids=["pipeline", "pipeline in pipeline", "search", "passthrough"],
)
def test_a_pipeline_of_one_step_hands_on_the_samples(wrap):
    model = wrap(Doubling()).fit(X, y)
    np.testing.assert_array_equal(call_inside(model, "double", X, {}), 2 * X)


def test_a_method_that_no_estimator_has_is_an_error():
    with pytest.raises(AttributeError, match="LogisticRegression has no method double"):
        call_inside(make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y), "double", X, {})


def test_a_refit_on_unnamed_features_removes_the_earlier_names():
    outer, inner = GroupedClassifier(), LogisticRegression().fit(X, y)
    outer.feature_names_in_ = ["a", "b"]
    take_over_input(outer, inner)
    assert outer.n_features_in_ == 2
    assert not hasattr(outer, "feature_names_in_")


@pytest.mark.parametrize("scoring", ["accuracy", get_scorer("neg_log_loss"), {"a": "accuracy"}, ["accuracy"]])
def test_a_search_whose_scoring_takes_labels_cannot_score_soft_labels(scoring):
    search = make_pipeline(StandardScaler(), GridSearchCV(LogisticRegression(), {}, scoring=scoring))
    with pytest.raises(TypeError, match=r"y holds soft labels, which scoring=.* cannot judge"):
        check_reads_soft_labels(search, "y holds soft labels")


@pytest.mark.parametrize("scoring", [None, uar_scorer, {"uar": uar_scorer}])
def test_a_search_whose_scoring_takes_soft_labels_is_accepted(scoring):
    check_reads_soft_labels(GridSearchCV(LogisticRegression(), {}, scoring=scoring), "y holds soft labels")
