"""Which samples train which view, and that trained views stay as they are."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from made import CLASSES, GROUPS, VIEWS, X, Y, accuracy, small_blstm, small_stack
from sklearn_raters import MultiRaterStackingClassifier, SoftTargetClassifier
from sklearn_raters.consensus import agreement_weights, hard_labels, soft_labels
from sklearn_raters.consensus._crowd_kit import consensus_labels, consensus_proba
from sklearn_raters.ratings import Task, parse_ratings

FUSIONS = ["logistic", "softmax", "mean", "mixture", LogisticRegression(C=0.01)]


@pytest.fixture(scope="module")
def fitted():
    return small_stack().fit(X, Y)


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
    model = small_stack(Recorder(), classes=EMOTIONS, label_map=LABEL_MAP, fusion="mean", alpha=0.75)
    model.fit(samples, RATED, groups=groups)
    views = dict(zip(model.views_, model.estimators_, strict=True))
    assert model.views_ == VIEWS
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
    model = small_stack(Recorder(), classes=["anger", "sadness"], fusion="mean", alpha=0)
    model.fit(np.zeros((3, 1)), votes)
    rows = dict(zip(model.views_, model.view_rows_, strict=True))
    assert (rows["crowd_soft"].tolist(), rows[0].tolist()) == ([1, 2], [0, 1, 2])
    assert model.estimators_[2].y_[0].tolist() == [0, 1]


def test_alpha_reaches_the_soft_labels():
    model = small_stack(
        Recorder(), classes=EMOTIONS, label_map=LABEL_MAP, fusion="mean", alpha=0, views=["crowd_soft"]
    )
    model.fit(np.zeros((8, 1)), RATED)
    assert model.estimators_[0].y_[0] == pytest.approx([2 / 3, 0, 1 / 3])


def test_raters_without_a_view_still_vote():
    ratings = Y.assign(E4=[None] * 140 + ["sad"] * 10)
    model = small_stack(min_ratings=50).fit(X, ratings)
    assert model.views_ == VIEWS
    np.testing.assert_array_equal(
        model.view_rows_[0], np.flatnonzero([label is not None for label in hard_labels(ratings)])
    )
    assert small_stack(min_ratings=1000).fit(X, Y).views_ == ["crowd_hard", "crowd_soft"]
    assert small_stack(min_ratings=1000).fit(X, Y).predict_proba_raters(X[:4]).shape == (4, 0, 3)


def test_a_rater_counts_by_the_ratings_in_the_classes():
    ratings = Y.assign(E4=[None] * 75 + ["bored"] * 75)
    assert small_stack(classes=CLASSES).fit(X, ratings).views_ == VIEWS


@pytest.mark.parametrize("seed_in", ["stack", "estimator"])
@pytest.mark.parametrize("fusion", FUSIONS)
def test_a_raters_view_is_that_view_trained_alone(fusion, seed_in):
    network = small_blstm(random_state=3 if seed_in == "estimator" else None)
    model = small_stack(network, fusion=fusion, random_state=None if seed_in == "estimator" else 0)
    model.fit(X, Y, groups=GROUPS)
    together = model.predict_proba_raters(X)
    assert together.shape == (150, 3, 3)
    for place, name in enumerate(model.raters_):
        soft = soft_labels(Task(Y[[name]], model.classes_.tolist()), outside_majority="keep")
        rows = np.flatnonzero(~np.isnan(soft[:, 0]))
        trained = model.estimators_[model.views_.index(name)]
        alone = clone(trained).fit(X[rows], soft[rows])
        np.testing.assert_array_equal(together[:, place], alone.predict_proba(X))
        if seed_in == "estimator":
            own = clone(network).set_params(classes=model.classes_.tolist()).fit(X[rows], soft[rows])
            np.testing.assert_array_equal(together[:, place], own.predict_proba(X))


def test_of_many_raters_those_with_most_ratings_have_a_view():
    ratings = pd.DataFrame(
        {"few": ["a", None, None, None], "some": ["a", "b", None, ("a", "b")], "most": ["a", "b", "a", "b"]}
    )
    ratings["same"] = ratings["some"]
    table = np.arange(4.0)[:, None]
    for max_raters, expected in [
        (1, ["most"]),
        (2, ["some", "most"]),  # in the order of the table; of equal ones the first
        (3, ["some", "most", "same"]),
        (None, ["few", "some", "most", "same"]),
    ]:
        model = small_stack(DummyClassifier(), fusion="mean", max_raters=max_raters).fit(table, ratings)
        assert model.raters_ == expected
    named = small_stack(DummyClassifier(), fusion="mean", views=["few", "crowd_hard"], max_raters=1)
    assert named.fit(table, ratings).views_ == ["few", "crowd_hard"]


def test_a_raters_view_of_an_ordinary_classifier_is_that_view_trained_alone(fitted):
    soft = soft_labels(Y[["E2"]])
    rows = ~np.isnan(soft[:, 0])
    alone = SoftTargetClassifier(LogisticRegression()).fit(X[rows], soft[rows])
    np.testing.assert_array_equal(fitted.predict_proba_raters(X)[:, 1], alone.predict_proba(X))


def test_the_views_stay_bit_identical_through_the_fusion(monkeypatch):
    before = []
    fuse = MultiRaterStackingClassifier._fuse

    def copy_first(self, plan, trained, data):
        before.extend(pickle.loads(pickle.dumps([view.estimator for view in trained[0]])))
        return fuse(self, plan, trained, data)

    monkeypatch.setattr(MultiRaterStackingClassifier, "_fuse", copy_first)
    model = small_stack(small_blstm(), fusion="softmax").fit(X, Y)
    model.predict(X)
    assert len(before) == 5
    for frozen, now in zip(before, model.estimators_, strict=True):
        weights = now.net_.module_.state_dict()
        for name, value in frozen.net_.module_.state_dict().items():
            assert value.equal(weights[name])


@pytest.mark.parametrize(
    "views", [["crowd_soft", "E2"], ["E2", "crowd_soft"], np.array(["E2", "crowd_soft"])]
)
def test_a_subset_of_views_is_the_same_views(views):
    every = small_stack(small_blstm()).fit(X, Y)
    some = small_stack(small_blstm(), views=views).fit(X, Y)
    assert some.views_ == list(views)
    places = [every.views_.index(name) for name in views]
    np.testing.assert_array_equal(every.predict_proba_views(X)[:, places], some.predict_proba_views(X))


@pytest.mark.parametrize(
    ("views", "expected"),
    [
        ("all", VIEWS),
        (["crowd_hard"], ["crowd_hard"]),
        (["raters"], ["E1", "E2", "E3"]),
        (["raters", "crowd_soft", "E1"], ["E1", "E2", "E3", "crowd_soft"]),
    ],
)
def test_views_by_name(views, expected):
    model = small_stack(views=views).fit(X, Y)
    assert model.views_ == expected
    assert model.predict_proba_views(X[:4]).shape == (4, len(expected), 3)
    assert model.predict_proba_raters(X[:4]).shape == (4, len(model.raters_), 3)
    assert set(model.view_fit_time_) == set(expected)
    assert all(seconds > 0 for seconds in model.view_fit_time_.values())


@pytest.mark.parametrize("name", ["crowd_hard", "crowd_soft", "crowd_agreement", "crowd_glad", "raters"])
def test_a_rater_called_like_a_view_is_an_error(name):
    with pytest.raises(ValueError, match=f"A rater is called '{name}'.*Rename this rater"):
        small_stack().fit(X, Y.rename(columns={"E2": name}))


@pytest.mark.parametrize(
    ("views", "message"),
    [
        (["raters"], r"no rater has min_ratings=999 ratings .*views=\['raters'\] .*Lower min_ratings or add"),
        (["crowd_hard", "Z"], "no view 'Z'.*the raters 'E1', 'E2', 'E3'"),
    ],
)
def test_views_that_cannot_be_are_an_error(views, message):
    with pytest.raises(ValueError, match=message):
        small_stack(views=views, min_ratings=999).fit(X, Y)


@pytest.mark.parametrize("method", ["dawid_skene", "one_coin", "glad", "mace", "mmsr", "wawa"])
def test_a_view_learns_what_a_method_finds(method):
    name = f"crowd_{method}"
    model = small_stack(small_blstm(), views=["crowd_hard", name, "E1"], fusion="mean").fit(X, Y)
    assert model.raters_ == ["E1"]
    labels = consensus_labels(Y, method)
    rows = np.flatnonzero([label is not None for label in labels])
    np.testing.assert_array_equal(model.view_rows_[1], rows)
    targets = np.array(labels[rows].tolist())
    if method != "mmsr":
        proba = consensus_proba(Y, method)[rows]
        if method != "wawa":  # which is never that sure
            assert 0 < proba[proba > 0].min() < 1e-3
        targets = np.where(proba < 1e-3, 0, proba)
        targets /= targets.sum(axis=1, keepdims=True)
    expected = clone(model.estimators_[1]).fit(X[rows], targets)
    np.testing.assert_array_equal(model.estimators_[1].predict_proba(X), expected.predict_proba(X))


def agreeing():
    hard = hard_labels(Y)
    rows = np.flatnonzero([label is not None for label in hard])
    return rows, np.array(hard[rows].tolist()), agreement_weights(Y)[rows]


@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize("wrap", [lambda inner: inner, lambda inner: make_pipeline(StandardScaler(), inner)])
def test_the_view_of_agreement_weighs_the_majority_by_it(routing, wrap):
    with config_context(enable_metadata_routing=routing):
        model = small_stack(wrap(LogisticRegression()), views=["crowd_agreement"], fusion="mean").fit(X, Y)
    rows, labels, weights = agreeing()
    assert len(set(weights)) > 1
    inner = model.estimators_[0].estimator_
    scaled = inner[0].transform(X) if hasattr(inner, "steps") else X
    expected = LogisticRegression().fit(scaled[rows], labels, sample_weight=weights)
    np.testing.assert_allclose(model.predict_proba(X), expected.predict_proba(scaled), atol=1e-3)


@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize("wrap", [lambda inner: inner, lambda inner: make_pipeline(StandardScaler(), inner)])
def test_agreement_reaches_networks(routing, wrap):
    with config_context(enable_metadata_routing=routing):
        model = small_stack(wrap(small_blstm()), views=["crowd_agreement"], fusion="mean").fit(X, Y)
    rows, labels, weights = agreeing()
    inner = model.estimators_[0]
    scaled = X
    if hasattr(inner, "steps"):
        inner, scaled = inner[-1], inner[0].transform(X)
    expected = clone(inner).fit(scaled[rows], labels, sample_weight=weights)
    np.testing.assert_allclose(inner.predict_proba(scaled), expected.predict_proba(scaled), rtol=1e-5)


def test_agreement_needs_sample_weights():
    with pytest.raises(TypeError, match=r"'crowd_agreement' has soft labels.*takes no sample_weight"):
        small_stack(KNeighborsClassifier(), views=["crowd_agreement"]).fit(X, Y)


def test_inner_splits_keep_each_samples_agreement():
    model = small_stack(views=["crowd_agreement", "crowd_hard"]).fit(X, Y, groups=GROUPS)
    assert accuracy(model) > 0.85
