"""The stack as a whole: forms of X and Y, seeds, weights, what a fit leaves behind, scikit-learn's tools."""

import copy
import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.datasets import make_circles
from sklearn.exceptions import NotFittedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    HalvingGridSearchCV,
    KFold,
    cross_val_predict,
    cross_validate,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from made import (
    CLASSES,
    FEW,
    GROUPS,
    TRUTH,
    VIEWS,
    CountedFits,
    X,
    Y,
    accuracy,
    as_cube,
    as_sequences,
    in_object_array,
    make_rated,
    small_blstm,
    small_stack,
)
from sklearn_raters import MultiRaterStackingClassifier
from sklearn_raters.consensus import hard_labels, labelled_samples
from sklearn_raters.metrics import uar_scorer
from sklearn_raters.ratings import Task, parse_ratings, ratings_from_long, ratings_to_long

FUSIONS = ["logistic", "softmax", "mean", "mixture", LogisticRegression(C=0.01)]


# Forms of X, Y and labels


FORMS = {
    "DataFrame": Y,
    "array": Y.to_numpy(),
    "lists": Y.to_numpy().tolist(),
    "pandas.NA": Y.where(Y.notna(), pd.NA),
    "NaN": Y.where(Y.notna(), np.nan),
    "cube": as_cube(Y),
    "votes": parse_ratings(Y),
    "long table": ratings_from_long(ratings_to_long(Y), samples=Y.index),
    "other index": Y.set_axis([f"u{row}" for row in Y.index[::-1]]),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_form_of_ratings_gives_the_same_stack(form):
    names = sorted(CLASSES)
    # Views differ by the raters' names in their seeds only, and these classifiers draw nothing.
    expected = small_stack(classes=names).fit(X, Y)
    got = small_stack(classes=names).fit(X, form)
    np.testing.assert_allclose(got.predict_proba(X), expected.predict_proba(X))
    np.testing.assert_allclose(got.predict_proba_views(X), expected.predict_proba_views(X))
    assert got.score(X, form) == expected.score(X, Y)


def test_the_score_reads_a_task_by_its_map():
    task = Task(Y, label_map={"sad": "angry"})
    fitted = small_stack().fit(X, task)
    rows, labels = labelled_samples(hard_labels(task))
    assert fitted.score(X, task) == np.mean(fitted.predict(X)[rows] == labels)
    assert fitted.score(X, Y) < fitted.score(X, task)


@pytest.mark.parametrize("label", [int, float, str])
def test_labels_may_be_numbers_or_text(label):
    code = {name: label(place) for place, name in enumerate(sorted(CLASSES))}
    singles = Y.map(lambda cell: cell if isinstance(cell, str) else None)
    coded = singles.map(code.get, na_action="ignore").astype(object)
    got, expected = small_stack().fit(X, coded), small_stack().fit(X, singles)
    np.testing.assert_allclose(got.predict_proba(X), expected.predict_proba(X))
    assert got.classes_.tolist() == list(code.values())
    assert [code[name] for name in expected.predict(X)] == got.predict(X).tolist()


def test_ratings_may_be_floats_with_gaps():
    singles = Y.map(lambda cell: cell if isinstance(cell, str) else None)
    codes = singles.map(sorted(CLASSES).index, na_action="ignore").astype(float)
    model = small_stack().fit(X, codes.to_numpy())
    assert model.classes_.tolist() == [0, 1, 2]
    np.testing.assert_allclose(model.predict_proba(X), small_stack().fit(X, singles).predict_proba(X))


def test_plain_labels_are_ratings_of_one_rater():
    model = small_stack().fit(X, TRUTH.tolist())
    assert model.views_ == ["crowd_hard", "crowd_soft", 0]
    assert accuracy(model) > 0.85


# With cv=None every fusion; out of fold one that learns from posteriors, and the mean of all views.
@pytest.mark.parametrize(
    ("fusion", "cv"), [*((fusion, None) for fusion in FUSIONS), ("logistic", 3), ("mean", 3)], ids=str
)
def test_the_classes_keep_the_order_of_the_user(fusion, cv):
    model = small_stack(fusion=fusion, cv=cv, classes=CLASSES).fit(X, Y)
    assert sorted(CLASSES) != CLASSES
    assert model.classes_.tolist() == CLASSES
    assert accuracy(model) > 0.85
    new = make_rated(300, seed=1)
    for view in np.moveaxis(model.predict_proba_views(new.X), 1, 0):
        assert (model.classes_[view.argmax(axis=1)] == new.truth).mean() > 0.8


def test_a_task_names_the_classes_of_the_stack():
    task = Task(Y, classes=["sad", "angry"])
    by_task = small_stack().fit(X, task)
    by_name = small_stack(classes=["sad", "angry"]).fit(X, Y)
    assert by_task.classes_.tolist() == ["sad", "angry"]
    np.testing.assert_array_equal(by_task.predict_proba(X), by_name.predict_proba(X))


@pytest.mark.parametrize("form", [in_object_array, tuple])
def test_sequences_of_any_form_train_the_same_networks(form):
    frames = as_sequences(FEW.X)
    given = form(frames)
    stack = small_stack(small_blstm(max_epochs=1), fusion="mean", views=["crowd_hard"])
    expected = clone(stack).fit(frames, FEW.Y).predict_proba(frames)
    np.testing.assert_array_equal(stack.fit(given, FEW.Y).predict_proba(given), expected)


def test_three_dimensional_samples_train_the_same_networks_as_sequences():
    cube = np.repeat(FEW.X[:, None, :], 3, axis=1).astype(np.float32)
    stack = small_stack(small_blstm(max_epochs=1), fusion="mean", views=["crowd_hard"])
    expected = clone(stack).fit(list(cube), FEW.Y).predict_proba(list(cube))
    model = stack.fit(cube, FEW.Y)
    np.testing.assert_array_equal(model.predict_proba(cube), expected)
    assert model.n_features_in_ == 4


def test_tables_with_names_are_learnt_like_arrays():
    table = pd.DataFrame(X, columns=list("abcd"))
    model = small_stack().fit(table, Y)
    assert model.feature_names_in_.tolist() == list("abcd")
    np.testing.assert_allclose(model.predict_proba(table), small_stack().fit(X, Y).predict_proba(X))


# Seeds, processes


def few_networks(**params):
    return small_stack(small_blstm(max_epochs=2), **{"fusion": "mean", **params}).fit(FEW.X, FEW.Y)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_stack_in_any_number_of_processes():
    expected = few_networks(fusion="softmax").predict_proba(FEW.X)
    again, two = few_networks(fusion="softmax"), few_networks(fusion="softmax", n_jobs=2)
    with joblib.parallel_config("threading"):
        threads = few_networks(fusion="softmax", n_jobs=2)
    for model in (again, two, threads):
        np.testing.assert_array_equal(model.predict_proba(FEW.X), expected)


def test_another_seed_gives_another_stack():
    first, second = (few_networks(random_state=seed).predict_proba(FEW.X) for seed in (0, 1))
    assert np.abs(first - second).max() > 1e-3


def test_each_view_has_its_own_seed():
    assert len({view.random_state for view in few_networks().estimators_}) == 5


def test_without_a_seed_of_the_stack_the_estimators_keep_their_seeds():
    network = small_blstm(random_state=7, max_epochs=1)
    model = small_stack(network, fusion="mean", random_state=None, views=VIEWS[:2]).fit(FEW.X, FEW.Y)
    assert {view.random_state for view in model.estimators_} == {7}


def test_fit_leaves_parameters_and_global_generators_alone():
    estimator, params = LogisticRegression(), {"E1": {"C": 5.0}}
    model = small_stack(estimator, view_params=params)
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    kept = copy.deepcopy(model.get_params())
    model.fit(X, Y)
    assert str(model.get_params()) == str(kept)
    assert model.estimator is estimator
    assert not hasattr(estimator, "coef_")
    assert params == {"E1": {"C": 5.0}}
    assert (before == np.random.get_state()[1]).all()  # noqa: NPY002


# scikit-learn's tools


@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize("scoring", [None, uar_scorer], ids=["accuracy", "uar"])
def test_cross_validate_scores_well_with_routing_on_and_off(routing, scoring):
    with sklearn.config_context(enable_metadata_routing=routing):
        groups = {"params": {"groups": GROUPS}} if routing else {"groups": GROUPS}
        scores = cross_validate(small_stack(), X, Y, cv=GroupKFold(3), scoring=scoring, **groups)
    assert (scores["test_score"] > 0.8).all()


def test_cross_validate_takes_sequences():
    stack = small_stack(small_blstm(max_epochs=20), views=["crowd_hard"], fusion="mean")
    scores = cross_validate(
        stack, as_sequences(X), Y, cv=GroupKFold(2), scoring=uar_scorer, groups=GROUPS, error_score="raise"
    )
    assert (scores["test_score"] > 0.7).all()


class Spy(MultiRaterStackingClassifier):
    """Remembers the groups of each fit."""

    groups = []

    def fit(self, X, y, *, sample_weight=None, groups=None):
        Spy.groups.append(groups)
        return super().fit(X, y, sample_weight=sample_weight, groups=groups)


def test_routed_groups_reach_the_stack_in_every_fold_of_a_search():
    Spy.groups.clear()
    search = GridSearchCV(Spy(LogisticRegression(), random_state=0), {"alpha": [0.5]}, cv=GroupKFold(2))
    with sklearn.config_context(enable_metadata_routing=True):
        search.fit(X, Y, groups=GROUPS)
    assert [len(set(groups)) for groups in Spy.groups] == [15, 15, 30]


@pytest.mark.parametrize(("routing", "name"), [(True, "groups"), (False, "spy__groups")])
def test_groups_reach_the_stack_in_a_pipeline(routing, name):
    Spy.groups.clear()
    with sklearn.config_context(enable_metadata_routing=routing):
        make_pipeline(StandardScaler(), Spy(LogisticRegression())).fit(X, Y, **{name: GROUPS})
    np.testing.assert_array_equal(Spy.groups[0], GROUPS)


@pytest.mark.parametrize("routing", [False, True])
def test_grid_search_over_the_stack_its_estimator_and_single_views(routing):
    grid = [
        {"estimator__C": [1e-6, 1.0], "fusion": ["mean"]},
        {"crowd_soft__C": [0.1], "E1__C": [2.0]},
        {"crowd_hard": [SVC(), GaussianNB()], "fusion": ["logistic", GaussianNB()]},
    ]
    with sklearn.config_context(enable_metadata_routing=routing):
        search = GridSearchCV(small_stack(), grid, cv=GroupKFold(2), scoring=uar_scorer)
        search.fit(X, Y, groups=GROUPS)
    scores = search.cv_results_["mean_test_score"]
    assert len(scores) == 7
    assert scores[0] < scores[1]
    assert (scores[1:] > 0.8).all()
    assert search.predict(X).shape == (150,)
    assert search.best_estimator_.predict_proba_raters(X).shape == (150, 3, 3)


def test_a_grid_over_one_view_leaves_the_parameters_of_the_others():
    search = GridSearchCV(small_stack(), {"crowd_soft__C": [0.25]}, cv=KFold(2)).fit(X, Y)
    own, other = (search.best_estimator_.estimators_[place].estimator.C for place in (1, 2))
    assert (own, other) == (0.25, 1.0)


def test_a_search_inside_a_cross_validation_gets_groups():
    inner = GridSearchCV(
        small_stack(fusion="mean"), {"estimator__C": [1e-6, 1.0]}, cv=GroupKFold(2), scoring=uar_scorer
    )
    with sklearn.config_context(enable_metadata_routing=True):
        scores = cross_validate(
            inner,
            X,
            Y,
            params={"groups": GROUPS},
            cv=GroupKFold(2),
            scoring=uar_scorer,
            return_estimator=True,
        )
    assert (scores["test_score"] > 0.8).all()
    assert [search.best_params_ for search in scores["estimator"]] == [{"estimator__C": 1.0}] * 2


@pytest.mark.parametrize("resource", ["n_samples", "estimator__max_iter"])
def test_a_halving_search_finds_the_better_penalty(resource):
    limits = {"min_resources": 60} if resource == "n_samples" else {"min_resources": 50, "max_resources": 200}
    search = HalvingGridSearchCV(
        small_stack(classes=CLASSES),
        {"estimator__C": [1e-6, 1.0], "fusion": ["mean"]},
        resource=resource,
        cv=GroupKFold(2),
        scoring=uar_scorer,
        random_state=0,
        **limits,
    )
    search.fit(X, Y, groups=GROUPS)
    assert search.best_params_["estimator__C"] == 1.0


def test_a_stack_in_a_pipeline_finds_the_truth():
    assert accuracy(make_pipeline(StandardScaler(), small_stack()).fit(X, Y)) > 0.85


def test_cross_val_predict_of_labels_works_in_a_pipeline():
    pipeline = make_pipeline(StandardScaler(), small_stack())
    predicted = cross_val_predict(pipeline, X, Y, cv=GroupKFold(3), groups=GROUPS)
    assert (predicted == TRUTH).mean() > 0.85


@pytest.fixture(scope="module")
def networks():
    return few_networks(fusion="softmax", view_params={"E1": {"dropout": 0.1}}, views=["crowd_hard", "E1"])


@pytest.mark.parametrize("copied", [lambda model: pickle.loads(pickle.dumps(model)), copy.deepcopy])
@pytest.mark.parametrize("method", ["predict_proba", "predict_proba_raters"])
def test_pickles_and_deep_copies_predict_the_same(networks, copied, method):
    np.testing.assert_array_equal(getattr(copied(networks), method)(FEW.X), getattr(networks, method)(FEW.X))


def test_a_clone_is_unfitted_and_learns_the_same(networks):
    twin = clone(networks)
    assert not hasattr(twin, "views_")
    np.testing.assert_array_equal(twin.fit(FEW.X, FEW.Y).predict_proba(FEW.X), networks.predict_proba(FEW.X))


def test_pandas_output_of_the_transform_of_a_view_changes_nothing():
    network = small_blstm(max_epochs=1)
    expected = small_stack(network, views=["crowd_hard"]).fit(FEW.X, FEW.Y)
    model = small_stack(clone(network).set_output(transform="pandas"), views=["crowd_hard"])
    np.testing.assert_array_equal(model.fit(FEW.X, FEW.Y).predict_proba(FEW.X), expected.predict_proba(FEW.X))


# What a fit leaves behind


class FailingFusion(LogisticRegression):
    def fit(self, X, y, sample_weight=None):
        raise RuntimeError("the fusion fails")


def test_a_fit_that_fails_in_the_fusion_stays_unfitted():
    model = small_stack(fusion=FailingFusion())
    with pytest.raises(RuntimeError, match="the fusion fails"):
        model.fit(X, Y)
    with pytest.raises(NotFittedError):
        model.predict(X)
    assert set(vars(model)) == set(model.get_params(deep=False))


@pytest.mark.parametrize(
    "method",
    [
        "predict",
        "predict_proba",
        "predict_proba_views",
        "predict_proba_raters",
        "predict_soft_labels",
        "transform",
    ],
)
def test_a_stack_that_is_not_fitted_says_so(method):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        getattr(small_stack(), method)(X)


def test_a_refit_that_fails_leaves_the_earlier_fit():
    model = small_stack().fit(X, Y)
    expected = model.predict_proba(X)
    model.set_params(fusion=FailingFusion())
    before = {name: id(value) for name, value in vars(model).items()}
    with pytest.raises(RuntimeError, match="the fusion fails"):
        model.fit(X[:, :2], Y)
    assert {name: id(value) for name, value in vars(model).items()} == before
    np.testing.assert_array_equal(model.predict_proba(X), expected)


def test_a_refit_leaves_nothing_of_the_earlier_fit():
    network = small_blstm(max_epochs=1)
    model = small_stack(network, fusion="fine_tune", views=["crowd_hard"]).fit(FEW.X, FEW.Y)
    assert hasattr(model, "n_iter_")
    model.set_params(fusion="mean").fit(FEW.X, FEW.Y)
    assert set(vars(model)) == set(vars(clone(model).fit(FEW.X, FEW.Y)))


def test_a_refit_on_an_array_forgets_the_names_of_the_features():
    model = small_stack(views=["crowd_hard"]).fit(pd.DataFrame(X, columns=list("abcd")), Y)
    assert model.feature_names_in_.tolist() == list("abcd")
    assert not hasattr(model.fit(X, Y), "feature_names_in_")


# The estimator where none is given


@pytest.mark.parametrize("form", [np.asarray, as_sequences], ids=["table", "sequences"])
def test_without_an_estimator_the_form_of_the_samples_chooses_it(form):
    plan = MultiRaterStackingClassifier().plan(form(X), Y)
    expected = {np.asarray: "LogisticRegression", as_sequences: "BLSTMClassifier"}[form]
    assert set(plan.table["estimator"]) == {expected}


@pytest.mark.parametrize("form", [np.asarray, csr_array], ids=["table", "sparse"])
def test_tables_and_sparse_rows_are_learnt_without_an_estimator(form):
    assert accuracy(MultiRaterStackingClassifier(random_state=0).fit(form(X), Y), form) > 0.85


def test_without_an_estimator_classes_need_not_be_divided_by_lines():
    table, truth = make_circles(300, noise=0.15, factor=0.5, random_state=0)
    ratings = pd.DataFrame(dict.fromkeys("ab", truth)).astype(str)
    fitted = MultiRaterStackingClassifier(random_state=0).fit(table[:200], ratings[:200])
    assert [type(step).__name__ for step in fitted.estimators_[0].estimator_] == [
        "StandardScaler",
        "KernelFeatures",
        "SoftTargetClassifier",
    ]
    assert (fitted.predict(table[200:]) == ratings["a"][200:]).mean() > 0.9


def test_the_scale_of_the_features_does_not_matter_without_an_estimator():
    scaled = X * [1, 1000, 0.001, 1]
    model = MultiRaterStackingClassifier(random_state=0, fusion="mean")
    expected = clone(model).fit(X, Y).predict_proba(X)
    np.testing.assert_allclose(model.fit(scaled, Y).predict_proba(scaled), expected, atol=1e-4)


# Weights of samples


@pytest.mark.parametrize("fusion", ["logistic", "mean", "mixture", LogisticRegression()], ids=str)
def test_a_weight_of_two_counts_like_the_sample_twice(fusion):
    weight = np.random.default_rng(0).integers(0, 3, size=150)
    twice = np.repeat(np.arange(150), weight)
    splits = list(GroupKFold(3).split(X, groups=GROUPS))
    repeated_splits = [tuple(np.flatnonzero(np.isin(twice, part)) for part in split) for split in splits]
    # scikit-learn's own classifiers count samples for "balanced" by their weights only since 1.7.
    settings = {"fusion": fusion, "class_weight": "balanced" if isinstance(fusion, str) else None}
    weighted = small_stack(cv=splits, **settings).fit(X, Y, sample_weight=weight)
    repeated = small_stack(cv=repeated_splits, **settings).fit(X[twice], Y.iloc[twice])
    np.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), atol=1e-4)
    plain = small_stack(cv=splits, **settings).fit(X, Y)
    assert np.abs(weighted.predict_proba(X) - plain.predict_proba(X)).max() > 1e-2


def test_in_a_pipeline_a_weight_of_two_counts_like_the_sample_twice():
    weight = np.random.default_rng(0).integers(0, 3, size=150)
    twice = np.repeat(np.arange(150), weight)
    stack = small_stack(make_pipeline(StandardScaler(), LogisticRegression()), fusion="mean")
    weighted = clone(stack).fit(X, Y, sample_weight=weight)
    repeated = clone(stack).fit(X[twice], Y.iloc[twice])
    np.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), atol=1e-4)


@pytest.mark.parametrize("class_weight", [None, "balanced"])
@pytest.mark.parametrize("fusion", ["logistic", "softmax", "mean"])
def test_a_weight_of_zero_is_like_no_sample(fusion, class_weight):
    kept = np.flatnonzero(GROUPS % 3)
    weight = np.zeros(150)
    weight[kept] = 1
    stack = small_stack(fusion=fusion, class_weight=class_weight)
    weighted = clone(stack).fit(X, Y, sample_weight=weight, groups=GROUPS)
    alone = clone(stack).fit(X[kept], Y.iloc[kept], groups=GROUPS[kept])
    np.testing.assert_allclose(weighted.predict_proba(X), alone.predict_proba(X), atol=1e-4)


def test_sequences_that_are_not_finite_name_the_sample_before_the_first_training():
    frames = as_sequences(X)
    frames[40] = np.full((2, 4), np.nan)
    CountedFits.n_fits = 0
    stack = small_stack(small_blstm(), views=["crowd_hard", "E1"], view_params={"crowd_hard": CountedFits()})
    with pytest.raises(ValueError, match="Input X contains NaN: sample 40, frame 0"):
        stack.fit(frames, Y)
    assert CountedFits.n_fits == 0


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        ([np.zeros((1, 4)), np.full((2, 4), np.nan)], "NaN: sample 1, frame 0"),
        ([np.zeros((2, 5))], r"5 features in sample 0.*expecting 4"),
        ([np.zeros((1, 4)), np.empty((0, 4))], "Sample 1 of X has no frames"),
    ],
)
def test_sequences_that_cannot_be_predicted_name_the_sample(networks, frames, message):
    with pytest.raises(ValueError, match=message):
        networks.predict(frames)
