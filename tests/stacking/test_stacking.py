"""The stack as a whole: every form of X, Y and labels, its seeds, scikit-learn's tools."""

import copy
import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
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

from made import CLASSES, GROUPS, X, Y, accuracy, as_cube, as_sequences, small_blstm, small_stack
from sklearn_raters import MultiRaterStackingClassifier
from sklearn_raters.consensus import hard_labels
from sklearn_raters.metrics import uar_scorer
from sklearn_raters.ratings import parse_ratings, ratings_from_long, ratings_to_long

FUSIONS = ["logistic", "softmax", "mean", "mixture", LogisticRegression(C=0.01)]


@pytest.fixture(scope="module")
def fitted():
    return small_stack().fit(X, Y)


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


@pytest.mark.parametrize("label", [int, float, str])
def test_labels_may_be_numbers_or_text(label):
    code = {name: label(place) for place, name in enumerate(sorted(CLASSES))}
    singles = Y.map(lambda cell: cell if isinstance(cell, str) else None)
    coded = singles.map(code.get, na_action="ignore").astype(object)
    got, expected = small_stack().fit(X, coded), small_stack().fit(X, singles)
    np.testing.assert_allclose(got.predict_proba(X), expected.predict_proba(X))
    assert got.classes_.tolist() == list(code.values())
    assert [code[name] for name in expected.predict(X)] == got.predict(X).tolist()


def test_ratings_as_floats_with_gaps():
    codes = Y.map(lambda cell: CLASSES.index(cell) if isinstance(cell, str) else np.nan).astype(float)
    model = small_stack().fit(X, codes.to_numpy())
    assert model.score(X, codes.to_numpy()) > 0.85
    assert model.classes_.tolist() == [0, 1, 2]


def test_plain_labels_are_one_rater():
    labels = hard_labels(Y, ties="first")
    model = small_stack().fit(X, labels.tolist())
    assert model.views_ == ["crowd_hard", "crowd_soft", 0]
    assert model.score(X, labels) > 0.85


@pytest.mark.parametrize("fusion", FUSIONS)
@pytest.mark.parametrize("cv", [None, 3])
@pytest.mark.parametrize("classes", [CLASSES, CLASSES[::-1], sorted(CLASSES)], ids=str)
def test_the_order_of_the_classes_is_the_users(fusion, cv, classes):
    model = small_stack(fusion=fusion, cv=cv, classes=classes).fit(X, Y)
    assert model.classes_.tolist() == classes
    assert accuracy(model) > 0.85
    assert (model.predict(X) == model.classes_[model.predict_proba(X).argmax(axis=1)]).all()
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)
    consensus = hard_labels(Y)
    for view in np.moveaxis(model.predict_proba_views(X), 1, 0):
        right = model.classes_[view.argmax(axis=1)] == consensus
        assert right[consensus != None].mean() > 0.8  # noqa: E711


@pytest.mark.parametrize("form", ["list", "object array", "tuple"])
def test_sequences_of_any_form_train_the_same_networks(form):
    frames = as_sequences(X)
    array = np.empty(len(frames), dtype=object)
    array[:] = frames
    given = {"list": frames, "object array": array, "tuple": tuple(frames)}[form]
    views = ["crowd_hard", "E1"]
    expected = small_stack(small_blstm(), fusion="mean", views=views).fit(frames, Y)
    got = small_stack(small_blstm(), fusion="mean", views=views).fit(given, Y)
    np.testing.assert_array_equal(got.predict_proba(given), expected.predict_proba(frames))


def test_three_dimensional_X_and_tables_with_names():
    cube = np.repeat(X[:, None, :], 3, axis=1)
    model = small_stack(small_blstm(), fusion="mean", views=["crowd_hard"]).fit(cube, Y)
    assert model.predict_proba(cube).shape == (150, 3)
    assert model.n_features_in_ == 4
    table = pd.DataFrame(X, columns=list("abcd"))
    model = small_stack().fit(table, Y)
    assert model.feature_names_in_.tolist() == list("abcd")
    np.testing.assert_allclose(model.predict_proba(table), small_stack().fit(X, Y).predict_proba(X))


# Seeds, processes


@pytest.mark.slow
def test_the_same_seed_gives_the_same_stack_in_any_number_of_processes():
    one = small_stack(small_blstm(), fusion="softmax").fit(X, Y)
    again = small_stack(small_blstm(), fusion="softmax").fit(X, Y)
    two = small_stack(small_blstm(), fusion="softmax", n_jobs=2).fit(X, Y)
    other = small_stack(small_blstm(), fusion="softmax", random_state=1).fit(X, Y)
    with joblib.parallel_config("threading"):
        threads = small_stack(small_blstm(), fusion="softmax", n_jobs=2).fit(X, Y)
    expected = one.predict_proba(X)
    for model in (again, two, threads):
        np.testing.assert_array_equal(model.predict_proba(X), expected)
    assert np.abs(other.predict_proba(X) - expected).max() > 1e-3


def test_each_view_has_its_own_seed():
    model = small_stack(small_blstm(), fusion="mean").fit(X, Y)
    assert len({view.random_state for view in model.estimators_}) == 5


def test_without_a_seed_the_estimators_keep_theirs():
    model = small_stack(small_blstm(random_state=7), fusion="mean", random_state=None).fit(X, Y)
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
def test_cross_validate(routing, scoring):
    with sklearn.config_context(enable_metadata_routing=routing):
        groups = {"params": {"groups": GROUPS}} if routing else {"groups": GROUPS}
        scores = cross_validate(small_stack(), X, Y, cv=GroupKFold(3), scoring=scoring, **groups)
    assert (scores["test_score"] > 0.8).all()


@pytest.mark.parametrize("routing", [False, True])
def test_cross_validate_sequences(routing):
    with sklearn.config_context(enable_metadata_routing=routing):
        groups = {"params": {"groups": GROUPS}} if routing else {"groups": GROUPS}
        scores = cross_validate(
            small_stack(small_blstm(), views=["crowd_hard"]),
            as_sequences(X),
            Y,
            cv=GroupKFold(2),
            scoring=uar_scorer,
            **groups,
        )
    assert np.isfinite(scores["test_score"]).all()


def test_routed_groups_reach_the_stack_inside_searches():
    seen = []

    class Spy(MultiRaterStackingClassifier):
        def fit(self, X, y, sample_weight=None, groups=None):
            seen.append(groups)
            return super().fit(X, y, sample_weight, groups)

    search = GridSearchCV(Spy(LogisticRegression(), random_state=0), {"alpha": [0.5]}, cv=GroupKFold(2))
    with sklearn.config_context(enable_metadata_routing=True):
        search.fit(X, Y, groups=GROUPS)
        assert [len(set(groups)) for groups in seen] == [15, 15, 30]
        make_pipeline(StandardScaler(), Spy(LogisticRegression())).fit(X, Y, groups=GROUPS)
    assert len(set(seen[-1])) == 30
    make_pipeline(StandardScaler(), Spy(LogisticRegression())).fit(X, Y, spy__groups=GROUPS)
    assert len(set(seen[-1])) == 30


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


def test_a_point_of_the_grid_is_what_was_asked_for():
    search = GridSearchCV(small_stack(), {"crowd_soft__C": [0.25]}, cv=KFold(2)).fit(X, Y)
    own, other = (search.best_estimator_.estimators_[place].estimator.C for place in (1, 2))
    assert (own, other) == (0.25, 1.0)


def test_nested_search_with_groups():
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
def test_halving_search(resource):
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


def test_pipelines():
    pipeline = make_pipeline(StandardScaler(), small_stack()).fit(X, Y)
    assert accuracy(pipeline) > 0.85
    pipeline.fit(X, Y, multiraterstackingclassifier__groups=GROUPS)
    assert cross_val_predict(pipeline, X, Y, cv=GroupKFold(3), groups=GROUPS).shape == (150,)


def test_pickle_clone_and_deepcopy():
    model = small_stack(small_blstm(), fusion="softmax", view_params={"E1": {"dropout": 0.1}}).fit(X, Y)
    for twin in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        np.testing.assert_array_equal(twin.predict_proba(X), model.predict_proba(X))
        np.testing.assert_array_equal(twin.predict_proba_raters(X), model.predict_proba_raters(X))
    twin = clone(model)
    assert not hasattr(twin, "views_")
    np.testing.assert_array_equal(twin.fit(X, Y).predict_proba(X), model.predict_proba(X))


def test_score_takes_ratings_and_weights(fitted):
    consensus = hard_labels(Y)
    rows = np.flatnonzero([label is not None for label in consensus])
    right = fitted.predict(X[rows]) == consensus[rows]
    assert fitted.score(X, Y) == pytest.approx(right.mean())
    weights = np.arange(150.0)
    assert fitted.score(X, Y, weights.tolist()) == pytest.approx(np.average(right, weights=weights[rows]))
    with pytest.raises(ValueError, match="nothing to score"):
        fitted.score(X[:1], [["sad", "angry", "neutral"]])


def test_pandas_output_of_a_views_transform_does_not_matter():
    model = small_stack(small_blstm().set_output(transform="pandas"), views=["crowd_hard"]).fit(X, Y)
    expected = small_stack(small_blstm(), views=["crowd_hard"]).fit(X, Y)
    np.testing.assert_array_equal(model.predict_proba(X), expected.predict_proba(X))


def test_a_refit_on_an_array_forgets_the_names_of_the_features():
    frame = pd.DataFrame(np.asarray(X), columns=list("abcd"))
    model = small_stack(views=["crowd_hard", "crowd_soft"]).fit(frame, Y)
    assert list(model.feature_names_in_) == list("abcd")
    model.fit(X, Y)
    assert not hasattr(model, "feature_names_in_")
    targets = model.predict_proba(X)
    soft = model.estimators_[1].fit(frame, targets)
    soft.fit(X, targets)
    assert not hasattr(soft, "feature_names_in_")
