"""Scores by agreement of the raters: values computed by hand, laws of the bands, errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from made import CLASSES, make_rated
from sklearn_raters.consensus import hard_labels, soft_labels
from sklearn_raters.exceptions import InputError
from sklearn_raters.metrics import (
    brier_score,
    by_agreement,
    expected_calibration_error,
    manhattan_distance,
    soft_cross_entropy,
)
from sklearn_raters.ratings import Task

BANDS = ["unanimous", "majority, not unanimous", "no majority", "one vote"]
Y = [
    ["a", "a", "a"],
    ["b", "b", None],
    ["a", "b", "a"],
    ["a", "b", None],
    [None, "b", None],
    [None, None, None],
]
PROBA = [[0.8, 0.2], [0.6, 0.4], [0.3, 0.7], [0.5, 0.5], [0.1, 0.9], [np.nan, np.nan]]


def test_values_computed_by_hand():
    table = by_agreement(Y, PROBA)
    assert table.index.tolist() == [*BANDS, "all"]
    assert table["n_samples"].tolist() == [2, 1, 1, 1, 5]
    np.testing.assert_allclose(table["manhattan"], [0.8, 11 / 15, 0, 0.2, (1.6 + 11 / 15 + 0.2) / 5])
    np.testing.assert_allclose(table["brier"][:4], [0.4, 2 * (11 / 30) ** 2, 0, 0.02])
    np.testing.assert_allclose(table["accuracy"], [0.5, 0, np.nan, 1, 0.5])
    # 0.2 below in one bin and 0.6 above in another; 1/3 instead of 0.7; 0.5; 1 instead of 0.9.
    np.testing.assert_allclose(table["calibration_error"][:4], [0.4, 0.7 - 1 / 3, 0, 0.1])
    np.testing.assert_allclose(table.loc["no majority", "soft_cross_entropy"], np.log(2))


def test_default_scores_are_those_of_the_metrics():
    proba = np.random.default_rng(0).dirichlet(np.ones(2), size=5)
    table = by_agreement(Y[:5], proba)
    soft_true = soft_labels(Y[:5], alpha=0)
    scores = {
        "soft_cross_entropy": soft_cross_entropy,
        "manhattan": manhattan_distance,
        "brier": brier_score,
        "calibration_error": expected_calibration_error,
    }
    assert list(table.columns) == ["n_samples", *scores, "accuracy"]
    for name, measure in scores.items():
        assert table.loc["all", name] == pytest.approx(measure(soft_true, proba))


def test_own_scores_replace_those_by_default():
    table = by_agreement(Y, PROBA, {"distance": manhattan_distance})
    assert list(table.columns) == ["n_samples", "distance"]


@given(st.integers(0, 1000))
def test_the_bands_part_all_samples_and_a_mean_over_samples(seed):
    data = make_rated(40, seed=seed, wrong=0.5, unrated=0.5)
    task = Task(data.Y, CLASSES)
    proba = np.random.default_rng(seed).dirichlet(np.ones(3), size=40)
    table = by_agreement(task, proba)
    sizes = table["n_samples"]
    assert sizes[BANDS].sum() == sizes["all"] == (task.counts.sum(axis=1) > 0).sum()
    for name in ("soft_cross_entropy", "manhattan", "brier"):
        weighted = (table[name] * sizes)[BANDS].sum() / sizes["all"]
        assert table.loc["all", name] == pytest.approx(weighted)
    assert np.isnan(table.loc["no majority", "accuracy"])


def test_shares_as_predictions_have_no_error():
    task = Task(make_rated(60, wrong=0.5).Y, CLASSES)
    shares = soft_labels(task, alpha=0)
    table = by_agreement(task, shares)
    assert (table[["manhattan", "brier", "calibration_error"]] == 0).all(axis=None)
    assert (table.loc[["unanimous", "majority, not unanimous", "all"], "accuracy"] == 1).all()
    assert table.loc["unanimous", "soft_cross_entropy"] == 0


def test_votes_outside_the_classes_count_for_the_agreement():
    ratings = [["a", "a", "x"], ["x", "x", "a"], ["x", "x", "x"], ["a", "x", None]]
    table = by_agreement(Task(ratings, ["a", "b"]), [[1, 0]] * 4)
    # The majority of the second sample is outside the classes; the third has no vote for a class.
    assert table["n_samples"].tolist() == [0, 2, 1, 0, 3]
    assert table.loc["majority, not unanimous", "accuracy"] == 1
    assert hard_labels(Task(ratings, ["a", "b"])).tolist() == ["a", None, None, None]
    assert table.loc["unanimous"].isna().sum() == 5


def test_several_labels_of_a_single_rater_are_in_the_band_of_one_vote():
    table = by_agreement([[("a", "b"), None], ["a", "b"]], [[0.5, 0.5]] * 2)
    assert table["n_samples"].tolist() == [0, 0, 1, 1, 2]
    assert np.isnan(table.loc["one vote", "accuracy"])


def test_the_message_on_a_wrong_row_counts_all_samples():
    proba = np.array(PROBA)[[5, 0, 1, 2, 3, 4]]
    proba[3] = [0.3, 0.8]
    with pytest.raises(ValueError, match="Sample 3 of proba is not a distribution"):
        by_agreement([Y[5], *Y[:5]], proba)


def test_probabilities_of_a_wrong_shape():
    with pytest.raises(ValueError, match=r"proba must have shape \(6, 2\).*'a', 'b', got \(5, 2\)"):
        by_agreement(Y, PROBA[:5])


def test_no_vote_for_a_class():
    with pytest.raises(ValueError, match="None of the 2 samples has a vote for one of the classes 'c', 'd'"):
        by_agreement(Task([["a", "b"], ["b", None]], ["c", "d"]), [[1, 0]] * 2)


def test_scores_are_functions():
    with pytest.raises(InputError, match=r"scores must map names to functions .*, not to 1"):
        by_agreement([["a", "b"], ["a", "a"]], [[1, 0], [1, 0]], {"accuracy": 1})
