"""The views on the ratings: their names, the samples that they learn from, and their targets."""

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from made import CLASSES, FEW, GROUPS, VIEWS, CountedFits, X, Y, small_blstm, small_stack
from sklearn_raters import SoftTargetClassifier
from sklearn_raters.consensus import (
    agreement_weights,
    consensus_labels,
    consensus_proba,
    hard_labels,
    soft_labels,
)
from sklearn_raters.ratings import Task, parse_ratings
from sklearn_raters.stacking import view_names
from sklearn_raters.stacking._views import View, find_consensus, make_view

FUSIONS = ["logistic", "softmax", "mean", "mixture", LogisticRegression(C=0.01)]


# Ratings like IEMOCAP's: more labels than classes; labels are merged after the majority is found.
EMOTIONS = ["anger", "happiness", "sadness"]
LABEL_MAP = {"excitement": "happiness"}
RATED = pd.DataFrame(
    [
        # E1, E2, E3                                       majority -> class
        ["anger", "anger", "sadness"],  # 0: anger
        [
            "happiness",
            "excitement",
            "anger",
        ],  # 1: none, although two of three labels are merged into happiness
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
    """Remembers what it was trained on and predicts the first class."""

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


def test_each_view_learns_from_the_samples_and_targets_of_its_ratings():
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
        # Ties are learnt; a majority outside the classes (3) and a sample without votes for them (6) are not.
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


def test_a_rater_is_learnt_from_a_vote_for_a_class_even_if_a_vote_outside_the_classes_weighs_more():
    weights = np.array([[[0.0, 0.3, 0.7]], [[1, 0, 0]], [[0, 1, 0]]])
    votes = parse_ratings(weights, classes=["anger", "sadness", "frustration"])
    model = small_stack(Recorder(), classes=["anger", "sadness"], fusion="mean", alpha=0)
    model.fit(np.zeros((3, 1)), votes)
    rows = dict(zip(model.views_, model.view_rows_, strict=True))
    assert (rows["crowd_soft"].tolist(), rows[0].tolist()) == ([1, 2], [0, 1, 2])
    assert model.estimators_[2].y_[0].tolist() == [0, 1]


def test_alpha_of_zero_leaves_soft_labels_unsmoothed():
    model = small_stack(
        Recorder(), classes=EMOTIONS, label_map=LABEL_MAP, fusion="mean", alpha=0, views=["crowd_soft"]
    )
    model.fit(np.zeros((8, 1)), RATED, groups=np.arange(8))
    assert model.estimators_[0].y_[0] == pytest.approx([2 / 3, 0, 1 / 3])


def test_raters_with_too_few_ratings_have_no_view_but_vote():
    ratings = Y.assign(E4=[None] * 140 + ["sad"] * 10)
    model = small_stack(min_ratings=50, fusion="mean").fit(X, ratings)
    assert model.views_ == VIEWS
    with_consensus = [label is not None for label in hard_labels(ratings)]
    np.testing.assert_array_equal(model.view_rows_[0], np.flatnonzero(with_consensus))
    assert with_consensus != [label is not None for label in hard_labels(Y)]


def test_without_a_rater_of_enough_ratings_the_crowd_views_are_left():
    model = small_stack(min_ratings=1000, fusion="mean").fit(X, Y)
    assert model.views_ == ["crowd_hard", "crowd_soft"]
    assert model.predict_proba_raters(X[:4]).shape == (4, 0, 3)


def test_only_ratings_in_the_classes_count_for_a_view_of_a_rater():
    ratings = Y.assign(E4=[None] * 75 + ["bored"] * 75)
    assert view_names("all", Task(ratings, CLASSES), 1, None) == VIEWS
    assert view_names("all", Task(ratings), 1, None) == [*VIEWS, "E4"]


# Which views there are


@pytest.mark.parametrize(
    ("views", "expected"),
    [
        ("all", VIEWS),
        (["crowd_hard"], ["crowd_hard"]),
        (["raters"], ["E1", "E2", "E3"]),
        (["raters", "crowd_soft", "E1"], ["E1", "E2", "E3", "crowd_soft"]),
        (np.array(["E2", "crowd_soft"]), ["E2", "crowd_soft"]),
    ],
)
def test_views_are_chosen_by_name(views, expected):
    assert view_names(views, Task(Y), 1, None) == expected


@pytest.mark.parametrize(
    ("max_raters", "expected"),
    [
        (1, ["most"]),
        (2, ["some", "most"]),  # in the order of the table; of equal ones the first
        (3, ["some", "most", "same"]),
        (None, ["few", "some", "most", "same"]),
    ],
)
def test_of_many_raters_those_with_most_ratings_have_a_view(max_raters, expected):
    some = ["a", "b", None, ("a", "b")]
    ratings = {"few": ["a", None, None, None], "some": some, "most": ["a", "b", "a", "b"], "same": some}
    assert view_names(["raters"], Task(pd.DataFrame(ratings)), 1, max_raters) == expected


def test_raters_asked_for_by_name_are_not_limited_by_max_raters():
    assert view_names(["E3", "crowd_hard", "E1"], Task(Y), 1, 1) == ["E3", "crowd_hard", "E1"]


@pytest.mark.parametrize("name", ["crowd_hard", "crowd_soft", "crowd_agreement", "crowd_glad", "raters"])
def test_a_rater_called_like_a_view_is_an_error(name):
    with pytest.raises(ValueError, match=f"A rater is called '{name}'.*Rename this rater"):
        view_names("all", Task(Y.rename(columns={"E2": name})), 1, None)


@pytest.mark.parametrize(
    ("views", "message"),
    [
        (["raters"], r"no rater has min_ratings=999 ratings .*views=\['raters'\] .*Lower min_ratings or add"),
        (["crowd_hard", "Z"], "no view 'Z'.*the raters 'E1', 'E2', 'E3'"),
        ([], "No view is left"),
        ("crowd_hard", "must be 'all' or a list of views"),
    ],
)
def test_views_that_cannot_be_made_are_an_error(views, message):
    with pytest.raises(ValueError, match=message):
        view_names(views, Task(Y), 999, None)


# A view that starts anew does not depend on the views beside it, nor on the fusion


@pytest.mark.parametrize("seed_in", ["stack", "estimator"])
def test_the_view_of_a_rater_equals_a_network_trained_on_that_rater_alone(seed_in):
    network = small_blstm(random_state=3 if seed_in == "estimator" else None)
    seed = None if seed_in == "estimator" else 0
    model = small_stack(network, start_from=None, fusion="mean", random_state=seed)
    model.fit(FEW.X, FEW.Y, groups=FEW.groups)
    together = model.predict_proba_views(FEW.X)
    for name in model.raters_:
        place = model.views_.index(name)
        soft = soft_labels(Task(FEW.Y[[name]], model.classes_.tolist()), outside_majority="keep")
        rows = np.flatnonzero(~np.isnan(soft[:, 0]))
        params = {"classes": model.classes_.tolist()}
        if seed_in == "stack":
            params["random_state"] = model.estimators_[place].random_state
        alone = clone(network).set_params(**params).fit(FEW.X[rows], soft[rows])
        np.testing.assert_array_equal(together[:, place], alone.predict_proba(FEW.X))


def test_the_view_of_a_rater_equals_a_classifier_trained_on_that_rater_alone():
    soft = soft_labels(Y[["E2"]])
    rows = ~np.isnan(soft[:, 0])
    alone = SoftTargetClassifier(LogisticRegression()).fit(X[rows], soft[rows])
    together = small_stack().fit(X, Y, groups=GROUPS).predict_proba_views(X)
    np.testing.assert_array_equal(together[:, VIEWS.index("E2")], alone.predict_proba(X))


@pytest.mark.parametrize("fusion", FUSIONS)
def test_views_are_the_same_with_every_fusion(fusion):
    expected = small_stack(fusion="mean").fit(X, Y, groups=GROUPS).predict_proba_views(X)
    got = small_stack(fusion=fusion).fit(X, Y, groups=GROUPS).predict_proba_views(X)
    np.testing.assert_array_equal(got, expected)


def test_a_subset_of_views_is_trained_like_all_views():
    every = small_stack(small_blstm(), fusion="mean").fit(FEW.X, FEW.Y)
    some = small_stack(small_blstm(), fusion="mean", views=["E2", "crowd_soft"]).fit(FEW.X, FEW.Y)
    assert some.views_ == ["E2", "crowd_soft"]
    places = [every.views_.index(name) for name in some.views_]
    expected = every.predict_proba_views(FEW.X)[:, places]
    np.testing.assert_array_equal(some.predict_proba_views(FEW.X), expected)


# Views of consensus methods


@pytest.mark.parametrize("method", ["dawid_skene", "one_coin", "glad", "wawa"])
def test_the_view_of_a_method_learns_its_probabilities_without_the_smallest(method):
    task = Task(FEW.Y)
    view = make_view(f"crowd_{method}", task, hard_labels(task), alpha=0.75)
    proba = consensus_proba(task, method)
    np.testing.assert_array_equal(view.samples, np.flatnonzero(~np.isnan(proba[:, 0])))
    proba = proba[view.samples]
    expected = np.where(proba < 1e-3, 0, proba)
    np.testing.assert_allclose(view.targets, expected / expected.sum(axis=1, keepdims=True))


def test_probabilities_below_a_thousandth_count_as_zero():
    task = Task(Y)
    proba = consensus_proba(task, "dawid_skene")
    small = (proba > 0) & (proba < 1e-3)
    assert small.any()
    view = make_view("crowd_dawid_skene", task, hard_labels(task), alpha=0.75)
    assert (view.targets[small[view.samples]] == 0).all()


def test_the_view_of_a_method_without_probabilities_learns_its_labels():
    view = make_view("crowd_mmsr", Task(Y), hard_labels(Y), alpha=0.75)
    labels = consensus_labels(Y, "mmsr")
    assert not view.soft
    np.testing.assert_array_equal(view.samples, np.flatnonzero([label is not None for label in labels]))
    assert view.targets.tolist() == labels[view.samples].tolist()


def test_a_stack_trains_the_view_of_a_method_on_its_targets():
    model = small_stack(views=["crowd_dawid_skene"], fusion="mean").fit(X, Y)
    view = make_view("crowd_dawid_skene", Task(Y), hard_labels(Y), alpha=0.75)
    expected = SoftTargetClassifier(LogisticRegression()).fit(X[view.samples], view.targets)
    np.testing.assert_allclose(model.predict_proba(X), expected.predict_proba(X))


# The view of agreement


def labels_and_agreement(ratings):
    hard = hard_labels(ratings)
    rows = np.flatnonzero([label is not None for label in hard])
    return rows, np.array(hard[rows].tolist()), agreement_weights(ratings)[rows]


@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize("in_pipeline", [False, True])
def test_a_classifier_learns_the_majority_weighted_by_agreement(routing, in_pipeline):
    estimator = LogisticRegression()
    estimator = make_pipeline(StandardScaler(), estimator) if in_pipeline else estimator
    with config_context(enable_metadata_routing=routing):
        model = small_stack(estimator, views=["crowd_agreement"], fusion="mean").fit(X, Y)
    rows, labels, weights = labels_and_agreement(Y)
    assert len(set(weights)) > 1
    inner = model.estimators_[0].estimator_
    scaled = inner[0].transform(X) if in_pipeline else X
    expected = LogisticRegression().fit(scaled[rows], labels, sample_weight=weights)
    np.testing.assert_allclose(model.predict_proba(X), expected.predict_proba(scaled), atol=1e-3)


@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize("in_pipeline", [False, True])
def test_a_network_learns_the_majority_weighted_by_agreement(routing, in_pipeline):
    estimator = make_pipeline(StandardScaler(), small_blstm()) if in_pipeline else small_blstm()
    with config_context(enable_metadata_routing=routing):
        model = small_stack(estimator, views=["crowd_agreement"], fusion="mean").fit(FEW.X, FEW.Y)
    rows, labels, weights = labels_and_agreement(FEW.Y)
    inner = model.estimators_[0]
    network = inner[-1] if in_pipeline else inner
    scaled = inner[0].transform(FEW.X) if in_pipeline else FEW.X
    expected = clone(network).fit(scaled[rows], labels, sample_weight=weights)
    np.testing.assert_allclose(network.predict_proba(scaled), expected.predict_proba(scaled), rtol=1e-5)


def test_the_view_of_agreement_needs_a_classifier_that_takes_weights():
    CountedFits.n_fits = 0
    params = {"crowd_agreement": KNeighborsClassifier()}
    stack = small_stack(CountedFits(), views=["crowd_hard", "crowd_agreement"], view_params=params)
    with pytest.raises(TypeError, match=r"'crowd_agreement' has soft labels.*takes no sample_weight"):
        stack.fit(X, Y)
    assert CountedFits.n_fits == 0


# Parts of a view, and its weights


VIEW = View("E1", np.array([2, 5, 7]), np.array([[1.0, 0], [0.5, 0.5], [0, 1]]), np.array([1.0, 2, 3]))


def test_a_view_within_a_part_keeps_each_samples_target_and_weight():
    part = VIEW.within(np.array([0, 5, 7]))
    assert part.samples.tolist() == [5, 7]
    assert part.targets.tolist() == [[0.5, 0.5], [0, 1]]
    assert part.weights.tolist() == [2, 3]


def test_a_view_may_have_no_sample_in_a_part():
    assert len(VIEW.within(np.array([0, 1])).samples) == 0


def test_sample_weights_multiply_the_weights_of_a_view_and_leave_out_samples_of_weight_zero():
    weighted = VIEW.weighted(np.array([9.0, 9, 4, 9, 9, 0, 9, 2]))
    assert weighted.samples.tolist() == [2, 7]
    assert weighted.weights.tolist() == [4, 6]


def test_the_class_mass_of_a_view_is_its_weighted_targets():
    assert VIEW.class_mass(["a", "b"]).tolist() == [[1, 0], [1, 1], [0, 3]]
    hard = View("crowd_hard", np.arange(3), np.array(["b", "a", "b"]))
    assert hard.class_mass(["a", "b"]).tolist() == [[0, 1], [1, 0], [0, 1]]


def test_samples_of_weight_zero_have_no_consensus():
    weight = np.ones(150)
    weight[10:20] = 0
    found, expected = find_consensus(Task(Y), "majority", weight), hard_labels(Y)
    assert found[10:20].tolist() == [None] * 10
    assert found[20:].tolist() == expected[20:].tolist()


def test_a_class_whose_only_samples_have_weight_zero_is_an_error():
    weight = (hard_labels(Y) != "sad").astype(float)
    with pytest.raises(ValueError, match="No sample's consensus is the class 'sad'"):
        find_consensus(Task(Y), "majority", weight)


def test_ratings_of_weight_zero_do_not_count_for_a_view_of_a_rater():
    weight = np.repeat([1.0, 0.0], [50, 100])
    ratings = Y.copy()
    ratings.loc[ratings.index[:50], "E3"] = None
    for settings in ({}, {"min_ratings": 45}):
        alone = small_stack(**settings).plan(X[:50], ratings[:50]).views
        weighted = small_stack(**settings).plan(X, ratings, sample_weight=weight).views
        assert [view.name for view in weighted] == [view.name for view in alone]
        assert "E3" not in [view.name for view in weighted]
