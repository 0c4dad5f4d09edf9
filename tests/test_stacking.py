"""The stack: which samples train which view, frozen views, every fusion, scikit-learn's tools, bad input."""

import copy
import os
import pickle
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    GroupShuffleSplit,
    HalvingGridSearchCV,
    KFold,
    StratifiedGroupKFold,
    cross_val_predict,
    cross_validate,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC, LinearSVR

from sklearn_raters import (
    BLSTMClassifier,
    MultiRaterStackingClassifier,
    SoftmaxLayerClassifier,
    SoftTargetClassifier,
)
from sklearn_raters.consensus import hard_labels, soft_labels
from sklearn_raters.metrics import uar_scorer
from sklearn_raters.ratings import parse_ratings, ratings_from_long, ratings_to_long

CLASSES = ["sad", "angry", "neutral"]  # not sorted


def made(n_samples=150, seed=0, noise=0.15):
    """Make a table, ratings by three raters with gaps, and groups of five samples."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(3, size=n_samples)
    X = rng.normal(size=(n_samples, 4))
    X[np.arange(n_samples), truth] += 2.5
    Y = np.full((n_samples, 3), None, dtype=object)
    for rater in range(3):
        said = np.where(rng.random(n_samples) < noise, rng.integers(3, size=n_samples), truth)
        Y[:, rater] = np.array(CLASSES)[said]
    Y[rng.random(Y.shape) < 0.2] = None
    Y[0, 0], Y[1, 1] = ("sad", "angry"), ("neutral", "sad", "angry")
    return X, pd.DataFrame(Y, columns=["E1", "E2", "E3"]), np.arange(n_samples) // 5


X, Y, GROUPS = made()
ALL = ["crowd_hard", "crowd_soft", "E1", "E2", "E3"]
FUSIONS = ["logistic", "softmax", "mean", LogisticRegression(C=0.01)]


def stack(estimator=None, **params):
    estimator = LogisticRegression() if estimator is None else estimator
    return MultiRaterStackingClassifier(estimator, **{"random_state": 0, **params})


def small(**params):
    settings = {"dense_units": 16, "lstm_units": 8, "representation_units": 16, "max_epochs": 3}
    return BLSTMClassifier(**settings, learning_rate=0.02, **params)


@pytest.fixture(scope="module")
def fitted():
    return stack().fit(X, Y)


# What IEMOCAP's ratings look like: more labels than classes, and a merger after the majority.

EMOTIONS = ["anger", "happiness", "sadness"]
LABEL_MAP = {"excitement": "happiness"}
RATED = pd.DataFrame(
    [
        # E1, E2, E3                                       majority -> class
        ["anger", "anger", "sadness"],  # 0: anger
        ["happiness", "excitement", "anger"],  # 1: none, though two of three would merge into happiness
        ["excitement", "excitement", "happiness"],  # 2: excitement -> happiness
        ["frustration", "frustration", "anger"],  # 3: outside
        [("sadness", "frustration"), "frustration", "sadness"],  # 4: none
        ["sadness", "sadness", None],  # 5: sadness
        ["frustration", "other", None],  # 6: none, and no vote for a class
        [("excitement", "happiness"), ("happiness", "anger"), "anger"],  # 7: none
    ],
    columns=["E1", "E2", "E3"],
)


class Recorder(ClassifierMixin, BaseEstimator):
    """Remembers what it was trained on and answers with the first class."""

    _takes_soft_targets = True

    def __init__(self, classes=None):
        self.classes = classes

    def fit(self, X, y, groups=None):
        self.X_, self.y_, self.groups_ = np.asarray(X), np.asarray(y), groups
        self.classes_ = np.unique(y) if np.ndim(y) == 1 else np.asarray(self.classes)
        return self

    def predict_proba(self, X):
        return np.eye(len(self.classes_))[np.zeros(len(X), dtype=int)]

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


def test_each_view_learns_from_its_own_samples_and_targets():
    samples = np.arange(8.0)[:, None]
    groups = np.array(list("ssttuuvv"))
    model = stack(Recorder(), classes=EMOTIONS, label_map=LABEL_MAP, fusion="mean", alpha=0.75)
    model.fit(samples, RATED, groups=groups)
    views = dict(zip(model.views_, model.estimators_, strict=True))
    assert model.views_ == ALL
    assert model.raters_ == ["E1", "E2", "E3"]
    rows = {name: view.X_[:, 0].tolist() for name, view in views.items()}
    assert rows == {
        "crowd_hard": [0, 2, 5],
        # Ties are in, the outside majority (3) and the sample without a vote for a class (6) are not.
        "crowd_soft": [0, 1, 2, 4, 5, 7],
        # A rater's view has every sample on which that rater chose one of the classes.
        "E1": [0, 1, 2, 4, 5, 7],
        "E2": [0, 1, 2, 5, 7],
        "E3": [0, 1, 2, 3, 4, 7],
    }
    assert views["crowd_hard"].y_.tolist() == ["anger", "happiness", "sadness"]

    def soft(*counts):
        return pytest.approx((0.75 + np.array(counts)) / (2.25 + sum(counts)))

    crowd = [soft(2, 0, 1), soft(1, 2, 0), soft(0, 3, 0), soft(0, 0, 2), soft(0, 0, 2), soft(2, 2, 0)]
    assert list(views["crowd_soft"].y_) == crowd
    # Excitement and happiness by one rater are one vote for happiness.
    assert views["E1"].y_[-1] == soft(0, 1, 0)
    assert views["E2"].y_[-1] == soft(1, 1, 0)
    assert views["E3"].y_[3] == soft(1, 0, 0)
    for name, view in views.items():
        assert view.groups_.tolist() == groups[np.array(rows[name], dtype=int)].tolist()
    assert [part.tolist() for part in model.view_rows_] == list(rows.values())
    assert model.classes_.tolist() == EMOTIONS


def test_a_raters_lighter_vote_for_a_class_counts_beside_a_heavier_one_outside():
    weights = np.array([[[0.0, 0.3, 0.7]], [[1, 0, 0]], [[0, 1, 0]]])
    votes = parse_ratings(weights, classes=["anger", "sadness", "frustration"])
    model = stack(Recorder(), classes=["anger", "sadness"], fusion="mean", alpha=0)
    model.fit(np.zeros((3, 1)), votes)
    rows = dict(zip(model.views_, model.view_rows_, strict=True))
    assert (rows["crowd_soft"].tolist(), rows[0].tolist()) == ([1, 2], [0, 1, 2])
    assert model.estimators_[2].y_[0].tolist() == [0, 1]


def test_alpha_reaches_the_soft_labels():
    model = stack(
        Recorder(), classes=EMOTIONS, label_map=LABEL_MAP, fusion="mean", alpha=0, views=["crowd_soft"]
    )
    model.fit(np.zeros((8, 1)), RATED)
    assert model.estimators_[0].y_[0] == pytest.approx([2 / 3, 0, 1 / 3])


def test_raters_without_a_view_still_vote():
    ratings = Y.assign(E4=[None] * 140 + ["sad"] * 10)
    model = stack(min_ratings=50).fit(X, ratings)
    assert model.views_ == ALL
    np.testing.assert_array_equal(
        model.view_rows_[0], np.flatnonzero([label is not None for label in hard_labels(ratings)])
    )
    assert stack(min_ratings=1000).fit(X, Y).views_ == ["crowd_hard", "crowd_soft"]
    assert stack(min_ratings=1000).fit(X, Y).predict_proba_raters(X[:4]).shape == (4, 0, 3)


def test_a_rater_counts_by_the_ratings_in_the_classes():
    ratings = Y.assign(E4=[None] * 75 + ["bored"] * 75)
    assert stack(classes=CLASSES).fit(X, ratings).views_ == ALL


# Frozen views


@pytest.mark.parametrize("seed_in", ["stack", "estimator"])
@pytest.mark.parametrize("fusion", FUSIONS)
def test_a_raters_view_is_that_view_trained_alone(fusion, seed_in):
    network = small(random_state=3 if seed_in == "estimator" else None)
    model = stack(network, fusion=fusion, random_state=None if seed_in == "estimator" else 0)
    model.fit(X, Y, groups=GROUPS)
    together = model.predict_proba_raters(X)
    assert together.shape == (150, 3, 3)
    for place, name in enumerate(model.raters_):
        soft = soft_labels(Y[[name]], outside_majority="keep", classes=model.classes_.tolist())
        rows = np.flatnonzero(~np.isnan(soft[:, 0]))
        trained = model.estimators_[model.views_.index(name)]
        alone = clone(trained).fit(X[rows], soft[rows])
        np.testing.assert_array_equal(together[:, place], alone.predict_proba(X))
        if seed_in == "estimator":
            own = clone(network).set_params(classes=model.classes_.tolist()).fit(X[rows], soft[rows])
            np.testing.assert_array_equal(together[:, place], own.predict_proba(X))


def test_a_raters_view_of_an_ordinary_classifier_is_that_view_trained_alone(fitted):
    soft = soft_labels(Y[["E2"]])
    rows = ~np.isnan(soft[:, 0])
    alone = SoftTargetClassifier(LogisticRegression()).fit(X[rows], soft[rows])
    np.testing.assert_array_equal(fitted.predict_proba_raters(X)[:, 1], alone.predict_proba(X))


def test_the_views_stay_bit_identical_through_the_fusion(monkeypatch):
    before = []
    fit_fusion = MultiRaterStackingClassifier._fit_fusion

    def noting(self, *args):
        before.extend(pickle.loads(pickle.dumps(self.estimators_)))
        return fit_fusion(self, *args)

    monkeypatch.setattr(MultiRaterStackingClassifier, "_fit_fusion", noting)
    model = stack(small(), fusion="softmax").fit(X, Y)
    model.predict(X)
    assert len(before) == 5
    for frozen, now in zip(before, model.estimators_, strict=True):
        weights = now.net_.module_.state_dict()
        for name, value in frozen.net_.module_.state_dict().items():
            assert value.equal(weights[name])


class Counting(LogisticRegression):
    """Counts how often it is asked, by a file each process can append to."""

    def __init__(self, path=None, C=1.0):
        super().__init__(C=C)
        self.path = path

    def predict_proba(self, X):
        with Path(self.path).open("a") as file:
            file.write(f"{len(X)}\n")
        return super().predict_proba(X)


def test_representations_are_computed_once(tmp_path):
    path = tmp_path / "asked"
    model = stack(Counting(path), fusion="softmax", views=["crowd_hard", "crowd_soft"]).fit(X, Y)
    n_consensus = len(model.view_rows_[0])
    assert path.read_text().split() == [str(n_consensus)] * 2


def test_the_fusion_sees_the_representations_side_by_side():
    model = stack(small(), fusion=LogisticRegression()).fit(X, Y)
    assert model.fusion_.n_features_in_ == 5 * 16
    rows = model.view_rows_[0]
    Z = np.hstack([view.transform(X[rows]) for view in model.estimators_])
    expected = LogisticRegression().fit(Z, hard_labels(Y)[rows].tolist())
    np.testing.assert_allclose(model.fusion_.coef_, expected.coef_, atol=1e-5)


def test_where_there_is_no_transform_the_posterior_represents(fitted):
    assert fitted.fusion_.n_features_in_ == 5 * 3


def test_the_logistic_layers_strength_is_chosen_on_held_out_groups():
    # A view that knows its training samples by heart: in-sample any strength looks good.
    model = stack(RandomForestClassifier(20, random_state=0)).fit(X, Y, groups=GROUPS)
    assert model.fusion_.C in 10.0 ** np.arange(-5, 1)
    train, other = made(seed=1)[:2]
    assert model.score(train, other) > 0.75


@pytest.mark.parametrize(
    "views", [["crowd_soft", "E2"], ["E2", "crowd_soft"], np.array(["E2", "crowd_soft"])]
)
def test_a_subset_of_views_is_the_same_views(views):
    every = stack(small()).fit(X, Y)
    some = stack(small(), views=views).fit(X, Y)
    assert some.views_ == list(views)
    places = [every.views_.index(name) for name in views]
    np.testing.assert_array_equal(every.predict_proba_views(X)[:, places], some.predict_proba_views(X))


@pytest.mark.parametrize(
    ("views", "expected"),
    [
        ("all", ALL),
        (["crowd_hard"], ["crowd_hard"]),
        (["raters"], ["E1", "E2", "E3"]),
        (["raters", "crowd_soft", "E1"], ["E1", "E2", "E3", "crowd_soft"]),
    ],
)
def test_views_by_name(views, expected):
    model = stack(views=views).fit(X, Y)
    assert model.views_ == expected
    assert model.predict_proba_views(X[:4]).shape == (4, len(expected), 3)
    assert model.predict_proba_raters(X[:4]).shape == (4, len(model.raters_), 3)
    assert set(model.view_fit_time_) == set(expected)
    assert all(seconds > 0 for seconds in model.view_fit_time_.values())


# Forms of X, Y and labels


def as_cube(table):
    votes = parse_ratings(table)
    cube = np.zeros((votes.n_samples, len(votes.raters), 3))
    cube[votes.sample, votes.rater, votes.label] = 1
    return cube


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
    expected = stack(classes=names).fit(X, Y)
    got = stack(classes=names).fit(X, form)
    np.testing.assert_allclose(got.predict_proba(X), expected.predict_proba(X))
    np.testing.assert_allclose(got.predict_proba_views(X), expected.predict_proba_views(X))
    assert got.score(X, form) == expected.score(X, Y)


@pytest.mark.parametrize("label", [int, float, str])
def test_labels_may_be_numbers_or_text(label):
    code = {name: label(place) for place, name in enumerate(sorted(CLASSES))}
    singles = Y.map(lambda cell: cell if isinstance(cell, str) else None)
    coded = singles.map(code.get, na_action="ignore").astype(object)
    got, expected = stack().fit(X, coded), stack().fit(X, singles)
    np.testing.assert_allclose(got.predict_proba(X), expected.predict_proba(X))
    assert got.classes_.tolist() == list(code.values())
    assert [code[name] for name in expected.predict(X)] == got.predict(X).tolist()


def test_ratings_as_floats_with_gaps():
    codes = Y.map(lambda cell: CLASSES.index(cell) if isinstance(cell, str) else np.nan).astype(float)
    model = stack().fit(X, codes.to_numpy())
    assert model.score(X, codes.to_numpy()) > 0.85
    assert model.classes_.tolist() == [0, 1, 2]


def test_plain_labels_are_one_rater():
    labels = hard_labels(Y, ties="first")
    model = stack().fit(X, labels.tolist())
    assert model.views_ == ["crowd_hard", "crowd_soft", 0]
    assert model.score(X, labels) > 0.85


@pytest.mark.parametrize("fusion", FUSIONS)
@pytest.mark.parametrize("cv", [None, 3])
@pytest.mark.parametrize("classes", [CLASSES, CLASSES[::-1], sorted(CLASSES)], ids=str)
def test_the_order_of_the_classes_is_the_users(fusion, cv, classes):
    model = stack(fusion=fusion, cv=cv, classes=classes).fit(X, Y)
    assert model.classes_.tolist() == classes
    assert model.score(X, Y) > 0.85
    assert (model.predict(X) == model.classes_[model.predict_proba(X).argmax(axis=1)]).all()
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)
    consensus = hard_labels(Y)
    for view in np.moveaxis(model.predict_proba_views(X), 1, 0):
        right = model.classes_[view.argmax(axis=1)] == consensus
        assert right[consensus != None].mean() > 0.8  # noqa: E711


def sequences(table):
    return [np.tile(row, (1 + index % 4, 1)) for index, row in enumerate(table)]


@pytest.mark.parametrize("form", ["list", "object array", "tuple"])
def test_sequences_of_any_form_train_the_same_networks(form):
    frames = sequences(X)
    array = np.empty(len(frames), dtype=object)
    array[:] = frames
    given = {"list": frames, "object array": array, "tuple": tuple(frames)}[form]
    views = ["crowd_hard", "E1"]
    expected = stack(small(), fusion="mean", views=views).fit(frames, Y)
    got = stack(small(), fusion="mean", views=views).fit(given, Y)
    np.testing.assert_array_equal(got.predict_proba(given), expected.predict_proba(frames))


def test_three_dimensional_X_and_tables_with_names():
    cube = np.repeat(X[:, None, :], 3, axis=1)
    model = stack(small(), fusion="mean", views=["crowd_hard"]).fit(cube, Y)
    assert model.predict_proba(cube).shape == (150, 3)
    assert model.n_features_in_ == 4
    table = pd.DataFrame(X, columns=list("abcd"))
    model = stack().fit(table, Y)
    assert model.feature_names_in_.tolist() == list("abcd")
    np.testing.assert_allclose(model.predict_proba(table), stack().fit(X, Y).predict_proba(X))


# Seeds, processes


@pytest.mark.slow
def test_the_same_seed_gives_the_same_stack_in_any_number_of_processes():
    one = stack(small(), fusion="softmax").fit(X, Y)
    again = stack(small(), fusion="softmax").fit(X, Y)
    two = stack(small(), fusion="softmax", n_jobs=2).fit(X, Y)
    other = stack(small(), fusion="softmax", random_state=1).fit(X, Y)
    with joblib.parallel_config("threading"):
        threads = stack(small(), fusion="softmax", n_jobs=2).fit(X, Y)
    expected = one.predict_proba(X)
    for model in (again, two, threads):
        np.testing.assert_array_equal(model.predict_proba(X), expected)
    assert np.abs(other.predict_proba(X) - expected).max() > 1e-3


def test_each_view_has_its_own_seed():
    model = stack(small(), fusion="mean").fit(X, Y)
    assert len({view.random_state for view in model.estimators_}) == 5


def test_without_a_seed_the_estimators_keep_theirs():
    model = stack(small(random_state=7), fusion="mean", random_state=None).fit(X, Y)
    assert {view.random_state for view in model.estimators_} == {7}


def test_fit_leaves_parameters_and_global_generators_alone():
    estimator, params = LogisticRegression(), {"E1": {"C": 5.0}}
    model = stack(estimator, view_params=params)
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    kept = copy.deepcopy(model.get_params())
    model.fit(X, Y)
    assert str(model.get_params()) == str(kept)
    assert model.estimator is estimator
    assert not hasattr(estimator, "coef_")
    assert params == {"E1": {"C": 5.0}}
    assert (before == np.random.get_state()[1]).all()  # noqa: NPY002


# Fusions


@pytest.mark.parametrize("fusion", FUSIONS)
def test_class_weights_reach_every_fusion(fusion):
    consensus = hard_labels(Y)
    kept = np.flatnonzero((consensus != "sad") | (np.arange(150) % 6 == 0))
    noisy = X[kept] + np.random.default_rng(0).normal(size=(len(kept), 4)) * 2
    ratings = Y.iloc[kept]
    model = stack(fusion=fusion, classes=CLASSES)
    recall = []
    for class_weight in (None, "balanced", {"sad": 8.0, "angry": 1.0, "neutral": 1.0}):
        model.set_params(class_weight=class_weight).fit(noisy, ratings)
        recall.append((model.predict(noisy) == "sad")[consensus[kept] == "sad"].mean())
    assert recall[1] > recall[0]
    assert recall[2] > recall[0]


def test_class_weights_that_reach_nothing_are_an_error():
    with pytest.raises(ValueError, match="class_weight='balanced' cannot reach the fusion GaussianNB"):
        stack(fusion=GaussianNB(), class_weight="balanced").fit(X, Y)


def test_the_mean_of_one_view_is_that_view():
    model = stack(fusion="mean", views=["E1"]).fit(X, Y)
    np.testing.assert_allclose(model.predict_proba(X), model.predict_proba_raters(X)[:, 0])
    assert model.fusion_ is None


def test_the_mean_is_the_mean_and_balanced_divides_by_the_views_priors():
    plain = stack(fusion="mean").fit(X, Y)
    np.testing.assert_allclose(plain.predict_proba(X), plain.predict_proba_views(X).mean(axis=1))
    model = stack(fusion="mean", class_weight="balanced").fit(X, Y)
    corrected = []
    names = model.classes_.tolist()
    for place, name in enumerate(model.views_):
        if name == "crowd_hard":
            prior = [(hard_labels(Y) == label).sum() for label in names]
        else:
            soft = soft_labels(Y if name == "crowd_soft" else Y[[name]], classes=names)
            prior = np.nansum(soft, axis=0)
        ratio = plain.predict_proba_views(X)[:, place] / np.array(prior, dtype=float)
        corrected.append(ratio / ratio.sum(axis=1, keepdims=True))
    np.testing.assert_allclose(model.predict_proba(X), np.mean(corrected, axis=0))


@pytest.mark.parametrize("fusion", FUSIONS)
@pytest.mark.parametrize("cv", [3, KFold(3), GroupKFold(3), StratifiedGroupKFold(3)], ids=str)
def test_out_of_fold_fusion(fusion, cv):
    groups = None if isinstance(cv, KFold) else GROUPS
    model = stack(fusion=fusion, cv=cv, views=["crowd_hard", "crowd_soft"]).fit(X, Y, groups=groups)
    assert model.score(X, Y) > 0.85


def test_out_of_fold_the_fusion_learns_from_views_that_have_not_seen_the_sample():
    cv = GroupKFold(3)
    model = stack(fusion=LogisticRegression(), cv=cv, views=["crowd_hard"]).fit(X, Y, groups=GROUPS)
    rows = model.view_rows_[0]
    labels = np.array(hard_labels(Y)[rows].tolist())
    Z = np.empty((len(rows), 3))
    for train, test in cv.split(X, groups=GROUPS):
        inside, outside = np.isin(rows, train), np.isin(rows, test)
        Z[outside] = LogisticRegression().fit(X[rows][inside], labels[inside]).predict_proba(X[rows][outside])
    np.testing.assert_allclose(model.fusion_.coef_, LogisticRegression().fit(Z, labels).coef_, atol=1e-6)
    # The views that answer have seen all samples.
    expected = LogisticRegression().fit(X[rows], labels).predict_proba(X)
    np.testing.assert_allclose(model.predict_proba_views(X)[:, 0], expected, atol=1e-6)


def test_networks_are_fused_out_of_fold_by_their_posteriors():
    model = stack(small(), cv=3, views=["crowd_hard", "E1"], fusion=LogisticRegression()).fit(X, Y)
    assert model.fusion_.n_features_in_ == 2 * 3
    assert model.score(X, Y) > 0.4


def test_out_of_fold_parts_must_hold_each_sample_once():
    with pytest.raises(ValueError, match="must hold each sample once, as those of KFold"):
        stack(cv=GroupShuffleSplit(2, random_state=0)).fit(X, Y, groups=GROUPS)


class Grouped(LogisticRegression):
    """Remembers the groups that it was given."""

    __metadata_request__fit = {"groups": True}

    def fit(self, X, y, sample_weight=None, groups=None):
        self.groups_ = None if groups is None else np.asarray(groups)
        return super().fit(X, y, sample_weight=sample_weight)


@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize("wrap", [lambda inner: inner, lambda inner: make_pipeline(StandardScaler(), inner)])
def test_groups_reach_views_and_hold_outs(routing, wrap):
    seen = []

    class Fusion(Grouped):
        def fit(self, X, y, groups=None):
            seen.append(np.asarray(groups))
            return super().fit(X, y, groups=groups)

    with sklearn.config_context(enable_metadata_routing=routing):
        model = stack(wrap(Grouped()), views=["crowd_hard", "E1"], fusion=Fusion())
        model.fit(X, Y, groups=GROUPS)
    hard = model.estimators_[0]
    hard = hard[-1] if hasattr(hard, "steps") else hard
    np.testing.assert_array_equal(hard.groups_, GROUPS[model.view_rows_[0]])
    np.testing.assert_array_equal(seen[0], GROUPS[model.view_rows_[0]])
    rater = model.estimators_[1].estimator_
    rater = rater[-1].estimator_ if hasattr(rater, "steps") else rater
    soft = soft_labels(Y[["E1"]])[model.view_rows_[1]]
    np.testing.assert_array_equal(rater.groups_, np.repeat(GROUPS[model.view_rows_[1]], soft.shape[1]))


def test_the_hold_out_keeps_groups_whole():
    # Each group's samples are copies of one: torn apart, views could know the held-out ones by heart.
    truth = np.random.default_rng(0).integers(3, size=30)
    copies = np.repeat(np.random.default_rng(1).normal(size=(30, 4)), 5, axis=0)
    labels = np.array(CLASSES)[np.repeat(truth, 5)]
    forest = RandomForestClassifier(30, random_state=0)
    whole = stack(forest, views=["crowd_hard"]).fit(copies, labels, groups=np.repeat(np.arange(30), 5))
    torn = stack(forest, views=["crowd_hard"]).fit(copies, labels)
    assert whole.fusion_.C < torn.fusion_.C


# Any classifier as a view


@pytest.mark.parametrize(
    "estimator",
    [
        RandomForestClassifier(10),
        HistGradientBoostingClassifier(max_iter=5),
        GaussianNB(),
        LinearSVC(),
        make_pipeline(StandardScaler(), LogisticRegression()),
        GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=3),
        GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=GroupKFold(3)),
        SoftmaxLayerClassifier(max_epochs=5),
        make_pipeline(StandardScaler(), SoftmaxLayerClassifier(max_epochs=5)),
        GridSearchCV(SoftmaxLayerClassifier(max_epochs=3), {"learning_rate": [1e-3, 1e-1]}, cv=GroupKFold(2)),
    ],
    ids=lambda estimator: str(estimator)[:40],
)
@pytest.mark.parametrize("routing", [False, True])
def test_any_classifier_may_be_a_view(estimator, routing):
    with sklearn.config_context(enable_metadata_routing=routing):
        model = stack(estimator, views=["crowd_hard", "crowd_soft", "E1"], fusion=LogisticRegression())
        model.fit(X, Y, groups=GROUPS)
    assert model.score(X, Y) > 0.8


def test_a_view_may_be_a_search_of_its_own():
    search = GridSearchCV(LogisticRegression(), {"C": [1e-6, 1.0]}, cv=GroupKFold(3))
    model = stack(search, views=["crowd_hard", "E1"]).fit(X, Y, groups=GROUPS)
    hard, rater = model.estimators_
    assert hard.best_params_ == {"C": 1.0}
    assert rater.estimator_.best_params_ == {"estimator__C": 1.0}
    networks = GridSearchCV(small(), {"learning_rate": [1e-7, 0.02]}, cv=GroupKFold(2))
    model = stack(networks, views=["crowd_hard", "E1"], fusion="mean").fit(X, Y, groups=GROUPS)
    assert [view.best_params_["learning_rate"] for view in model.estimators_] == [0.02, 0.02]


def test_a_hard_view_is_represented_by_its_transform():
    model = stack(LinearDiscriminantAnalysis(), views=["crowd_hard"], fusion=LogisticRegression()).fit(X, Y)
    assert model.fusion_.n_features_in_ == 2  # discriminants of three classes
    assert model.score(X, Y) > 0.85


@pytest.mark.parametrize("estimator", [KNeighborsClassifier(), LinearDiscriminantAnalysis()], ids=str)
def test_classifiers_without_weights_learn_hard_labels_only(estimator, tmp_path):
    name = type(estimator).__name__
    assert stack(estimator, views=["crowd_hard"]).fit(X, Y).score(X, Y) > 0.85
    assert stack(view_params={"crowd_hard": estimator}).fit(X, Y).score(X, Y) > 0.85
    path = tmp_path / "trained"
    model = stack(Trained(path), view_params={"E3": estimator})
    with pytest.raises(
        TypeError, match=rf"view 'E3' has soft labels, which cannot reach {name}.*view_params"
    ):
        model.fit(X, Y)
    assert not path.exists()


def test_a_view_without_probabilities_is_fused_but_has_no_posterior():
    model = stack(view_params={"crowd_hard": SVC()}).fit(X, Y)
    assert model.score(X, Y) > 0.85
    assert model.predict_proba_raters(X).shape == (150, 3, 3)
    with pytest.raises(
        AttributeError, match=r"view 'crowd_hard' has no predict_proba.*CalibratedClassifierCV"
    ):
        model.predict_proba_views(X)
    model = stack(view_params={"crowd_hard": CalibratedClassifierCV(SVC())}).fit(X, Y)
    assert model.predict_proba_views(X).shape == (150, 5, 3)


# Memory


class Trained(LogisticRegression):
    """Writes a line a training; `stop_at` of them raise the exception `stop` instead."""

    def __init__(self, path=None, stop_at=None, C=1.0):
        super().__init__(C=C)
        self.path = path
        self.stop_at = stop_at

    def fit(self, X, y, sample_weight=None):
        with Path(self.path).open("a") as file:
            file.write(f"{len(y)}\n")
        stop = Path(self.path).with_name("stop")
        if stop.exists() and trainings(self.path) == int(stop.read_text()):
            raise KeyboardInterrupt
        return super().fit(X, y, sample_weight=sample_weight)


def trainings(path):
    return len(Path(path).read_text().split())


@pytest.mark.parametrize("as_path", [True, False])
def test_a_killed_fit_resumes_at_the_first_unfinished_view(tmp_path, as_path):
    cache = tmp_path / "cache"
    memory = str(cache) if as_path else joblib.Memory(cache, verbose=0)
    path = tmp_path / "trained"
    (tmp_path / "stop").write_text("4")
    model = stack(Trained(path), memory=memory, fusion="mean")
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y)
    assert trainings(path) == 4
    (tmp_path / "stop").unlink()
    model.fit(X, Y)
    assert trainings(path) == 6  # the fourth again, and the fifth
    plain = stack(Trained(tmp_path / "other"), fusion="mean").fit(X, Y)
    np.testing.assert_array_equal(model.predict_proba(X), plain.predict_proba(X))


def test_stacks_that_differ_in_their_fusion_train_each_view_once(tmp_path):
    path, memory = tmp_path / "trained", str(tmp_path / "cache")
    first = stack(Trained(path), memory=memory, fusion="mean").fit(X, Y)
    for fusion in ("softmax", LogisticRegression()):
        model = stack(Trained(path), memory=memory, fusion=fusion).fit(X, Y)
        np.testing.assert_array_equal(model.predict_proba_views(X), first.predict_proba_views(X))
    assert trainings(path) == 5
    stack(Trained(path), memory=memory, fusion="mean", views=["E1", "crowd_soft"]).fit(X, Y)
    assert trainings(path) == 5
    # The logistic layer trains the views once more, to choose its penalty; class weights need no more.
    stack(Trained(path), memory=memory).fit(X, Y)
    stack(Trained(path), memory=memory, class_weight="balanced").fit(X, Y)
    assert trainings(path) == 10
    # The same view on other ratings, or with other parameters, is another.
    stack(Trained(path), memory=memory, fusion="mean", alpha=0.5).fit(X, Y)
    assert trainings(path) == 14  # all but crowd_hard
    stack(Trained(path), memory=memory, fusion="mean", view_params={"E1": {"C": 2.0}}).fit(X, Y)
    assert trainings(path) == 15
    assert model.view_fit_time_ == {**model.view_fit_time_, **first.view_fit_time_}


def test_networks_come_back_from_the_cache_unchanged(tmp_path):
    models = [stack(small(), memory=str(tmp_path), fusion="softmax").fit(X, Y) for _ in range(2)]
    plain = stack(small(), fusion="softmax").fit(X, Y)
    for model in models:
        np.testing.assert_array_equal(model.predict_proba(X), plain.predict_proba(X))
    assert models[0].view_fit_time_ == models[1].view_fit_time_


@pytest.mark.slow
def test_the_cache_serves_another_process(tmp_path):
    script = (
        "import sys, numpy as np; from sklearn.linear_model import LogisticRegression\n"
        "from sklearn_raters import MultiRaterStackingClassifier as Stack\n"
        "rng = np.random.default_rng(0); X = rng.normal(size=(60, 2))\n"
        "Y = np.array(['a', 'b'])[(X[:, :1] + rng.normal(size=(60, 3)) > 0).astype(int)]\n"
        "model = Stack(LogisticRegression(), memory=sys.argv[1], random_state=0, fusion='mean').fit(X, Y)\n"
        "print(model.view_fit_time_)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    answers = [
        subprocess.run(
            command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    ]
    assert answers[0] == answers[1] != ""


def test_a_view_that_fails_is_named():
    class Failing(LogisticRegression):
        def fit(self, X, y, sample_weight=None):
            raise ValueError("the matter")

    with pytest.raises(ValueError, match="View 'E2': the matter"):
        stack(view_params={"E2": Failing()}, views=["crowd_hard", "E2"]).fit(X, Y)


# scikit-learn's tools


@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize("scoring", [None, uar_scorer], ids=["accuracy", "uar"])
def test_cross_validate(routing, scoring):
    with sklearn.config_context(enable_metadata_routing=routing):
        groups = {"params": {"groups": GROUPS}} if routing else {"groups": GROUPS}
        scores = cross_validate(stack(), X, Y, cv=GroupKFold(3), scoring=scoring, **groups)
    assert (scores["test_score"] > 0.8).all()


@pytest.mark.parametrize("routing", [False, True])
def test_cross_validate_sequences(routing):
    with sklearn.config_context(enable_metadata_routing=routing):
        groups = {"params": {"groups": GROUPS}} if routing else {"groups": GROUPS}
        scores = cross_validate(
            stack(small(), views=["crowd_hard"]),
            sequences(X),
            Y,
            cv=GroupKFold(2),
            scoring=uar_scorer,
            **groups,
        )
    assert np.isfinite(scores["test_score"]).all()


def test_routed_groups_reach_the_stack_inside_searches():
    seen = []

    class Spy(MultiRaterStackingClassifier):
        def fit(self, X, y, groups=None):
            seen.append(groups)
            return super().fit(X, y, groups)

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
        {"estimator__C": [1e-6, 1.0]},
        {"crowd_soft__C": [0.1], "E1__C": [2.0]},
        {"crowd_hard": [SVC(), GaussianNB()], "fusion": ["logistic", GaussianNB()]},
    ]
    with sklearn.config_context(enable_metadata_routing=routing):
        search = GridSearchCV(stack(), grid, cv=GroupKFold(2), scoring=uar_scorer)
        search.fit(X, Y, groups=GROUPS)
    scores = search.cv_results_["mean_test_score"]
    assert len(scores) == 7
    assert scores[0] < scores[1]
    assert (scores[1:] > 0.8).all()
    assert search.predict(X).shape == (150,)
    assert search.best_estimator_.predict_proba_raters(X).shape == (150, 3, 3)


def test_a_point_of_the_grid_is_what_was_asked_for():
    search = GridSearchCV(stack(), {"crowd_soft__C": [0.25]}, cv=KFold(2)).fit(X, Y)
    own, other = (search.best_estimator_.estimators_[place].estimator.C for place in (1, 2))
    assert (own, other) == (0.25, 1.0)


def test_nested_search_with_groups():
    inner = GridSearchCV(stack(), {"estimator__C": [1e-6, 1.0]}, cv=GroupKFold(2), scoring=uar_scorer)
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
        stack(classes=CLASSES),
        {"estimator__C": [1e-6, 1.0]},
        resource=resource,
        cv=GroupKFold(2),
        scoring=uar_scorer,
        random_state=0,
        **limits,
    )
    search.fit(X, Y, groups=GROUPS)
    assert search.best_params_["estimator__C"] == 1.0


def test_pipelines():
    pipeline = make_pipeline(StandardScaler(), stack()).fit(X, Y)
    assert pipeline.score(X, Y) > 0.85
    pipeline.fit(X, Y, multiraterstackingclassifier__groups=GROUPS)
    assert cross_val_predict(pipeline, X, Y, cv=GroupKFold(3), groups=GROUPS).shape == (150,)


def test_pickle_clone_and_deepcopy():
    model = stack(small(), fusion="softmax", view_params={"E1": {"dropout": 0.1}}).fit(X, Y)
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
    model = stack(small().set_output(transform="pandas"), views=["crowd_hard"]).fit(X, Y)
    expected = stack(small(), views=["crowd_hard"]).fit(X, Y)
    np.testing.assert_array_equal(model.predict_proba(X), expected.predict_proba(X))


# Bad input


def test_the_stack_asks_for_ratings_of_every_sample():
    with pytest.raises(ValueError, match=r"X has 150, y has 149.*Each sample of X needs its row of y"):
        stack().fit(X, Y[:-1])
    with pytest.raises(ValueError, match="X has 150, y has 149"):
        stack().fit(X, parse_ratings(Y[:-1]))
    with pytest.raises(ValueError, match="X has 149, y has 150"):
        stack().fit(X[:-1], Y)
    with pytest.raises(ValueError, match="groups has 149"):
        stack().fit(X, Y, groups=GROUPS[:-1])
    with pytest.raises(ValueError, match="requires y to be passed"):
        stack().fit(X, None)


ONE_CLASS = Y.map(lambda cell: "sad", na_action="ignore")
BAD = {
    "no ratings": ({}, Y.map(lambda cell: None), "There are no ratings"),
    "cube without votes": ({"classes": CLASSES}, np.zeros((150, 2, 3)), "There are no ratings"),
    "cube without classes": ({}, as_cube(Y), "give classes="),
    "unknown view": ({"views": ["crowd_hard", "E9"]}, Y, "no view 'E9'.*the raters 'E1', 'E2', 'E3'"),
    "views in text": ({"views": "crowd_hard"}, Y, "views"),
    "no views": ({"views": []}, Y, "No view is left"),
    "too few ratings": ({"views": ["raters"], "min_ratings": 999}, Y, "min_ratings=999.*Lower min_ratings"),
    "rater without ratings": ({"views": ["E4"]}, Y.assign(E4=None), "view 'E4' has no samples"),
    "rater outside the classes": (
        {"views": ["crowd_hard", "E4"], "classes": CLASSES},
        Y.assign(E4=["bored"] * 20 + [None] * 130),
        "view 'E4' has no samples.*Leave it out of views",
    ),
    "one class": ({}, ONE_CLASS, "only one class|at least two classes"),
    "one class of a rater": ({"alpha": 0}, Y.assign(E1=ONE_CLASS["E1"]), "view 'E1' knows only one class"),
    "class without consensus": (
        {"classes": [*CLASSES, "bored"]},
        Y,
        "No sample's consensus is the class 'bored'.*Give classes= without it",
    ),
    "label without consensus": (
        {},
        Y.assign(E3=Y["E3"].where(Y.index > 0, "bored")),
        "No sample's consensus is the class 'bored'",
    ),
    "other type": ({"classes": [1, 2, 3]}, Y, "classes are numbers"),
    "map outside the classes": (
        {"classes": CLASSES, "label_map": {"x": "y"}},
        Y,
        "label_map maps 'x' to 'y'",
    ),
    "groups wanted": ({"cv": GroupKFold(3)}, Y, r"splits by groups: call fit\(X, Y, groups=...\)"),
    "parameters of no view": ({"view_params": {"E9": {"C": 1}}}, Y, "no view 'E9' to set parameters of"),
    "unknown parameter": ({"view_params": {"E1": {"D": 1}}}, Y, "Invalid parameter 'D'"),
    "unknown fusion": ({"fusion": "vote"}, Y, "'fusion' parameter"),
    "negative alpha": ({"alpha": -1}, Y, "'alpha' parameter"),
}


@pytest.mark.parametrize(("params", "ratings", "message"), BAD.values(), ids=BAD)
def test_bad_ratings_and_settings_are_named(params, ratings, message):
    with pytest.raises(ValueError, match=message):
        stack(**params).fit(X, ratings)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"estimator": LinearSVR()}, "estimator must be a classifier"),
        ({"view_params": {"E1": LinearSVR()}}, "view 'E1' must be learnt by a classifier"),
        ({"view_params": {"E1": 3}}, r"view_params\['E1'\] must be a dict of parameters or an estimator"),
    ],
)
def test_what_is_no_classifier_is_named(params, message):
    with pytest.raises(TypeError, match=message):
        stack(**params).fit(X, Y)


def test_an_unknown_view_in_a_grid_is_named():
    search = GridSearchCV(stack(), {"E9__C": [1.0]}, cv=KFold(2), error_score="raise")
    with pytest.raises(ValueError, match="no view 'E9' to set parameters of; the views are"):
        search.fit(X, Y)


def test_a_rater_of_one_group_needs_settings_that_leave_it_samples():
    ratings = Y.assign(E4=Y["E1"].where(GROUPS < 1, None))
    ratings.loc[0, "E4"] = "sad"
    with pytest.raises(ValueError, match=r"view 'E4' has no samples left.*Leave it out of views"):
        stack(cv=GroupKFold(3)).fit(X, ratings, groups=GROUPS)
    for seed in range(8):
        # The hold-out looks for groups without it.
        assert "E4" in stack(random_state=seed).fit(X, ratings, groups=GROUPS).views_


def test_one_group_cannot_be_held_out():
    with pytest.raises(ValueError, match=r"At least two groups.*fusion='softmax'"):
        stack().fit(X, Y, groups=np.zeros(150))
    assert stack(fusion="softmax").fit(X, Y, groups=np.zeros(150)).score(X, Y) > 0.8


@pytest.mark.parametrize("fusion", ["logistic", "mean"])
def test_bad_frames_name_view_and_sample(fusion):
    frames = sequences(X)
    row = int(np.flatnonzero([label is not None for label in hard_labels(Y)])[3])
    frames[row] = np.full((2, 4), np.nan)
    model = stack(small(), fusion=fusion, views=["crowd_hard"])
    with pytest.raises(ValueError, match="View 'crowd_hard': Input X contains NaN: sample"):
        model.fit(frames, Y)
    fitted = stack(small(), fusion=fusion, views=["crowd_hard"]).fit(sequences(X), Y)
    with pytest.raises(ValueError, match="NaN: sample 1, frame 0"):
        fitted.predict([frames[0], np.full((2, 4), np.nan)])
    with pytest.raises(ValueError, match=r"5 features in sample 0.*expecting 4"):
        fitted.predict([np.zeros((2, 5))])
    with pytest.raises(ValueError, match="Sample 1 of X has no frames"):
        fitted.predict([frames[0], np.empty((0, 4))])
