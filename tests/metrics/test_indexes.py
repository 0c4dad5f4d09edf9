"""Metrics pair pandas objects by their index and by the names of their columns, as estimators do."""

import io

import numpy as np
import pandas as pd
import pytest

from sklearn_raters.exceptions import InputError
from sklearn_raters.metrics import (
    brier_score,
    by_agreement,
    rater_distance,
    rater_error_rate,
    rater_uar,
    soft_cross_entropy,
    unweighted_average_recall,
)
from sklearn_raters.model_selection import paired_bootstrap
from sklearn_raters.ratings import Task, self_agreement

NAMES = ["s1", "s2", "s3", "s4"]
Y = pd.DataFrame({"r1": list("aabb"), "r2": list("abab")}, NAMES)


@pytest.mark.parametrize("score", [brier_score, soft_cross_entropy])
def test_distributions_are_paired_by_index_and_by_class(score):
    true = pd.DataFrame([[1.0, 0.0], [0.25, 0.75]], ["s1", "s2"], ["a", "b"])
    proba = pd.DataFrame([[0.9, 0.1], [0.4, 0.6]], ["s1", "s2"], ["a", "b"])
    expected = score(true.to_numpy(), proba.to_numpy())
    assert score(true, proba.iloc[::-1, ::-1]) == expected
    assert score(true, proba.to_numpy()) == expected
    with pytest.raises(InputError, match="name other samples in their indexes"):
        score(true, proba.set_axis(["s1", "s3"]))
    with pytest.raises(InputError, match=r"proba has the columns \['a', 'c'\], where"):
        score(true, proba.set_axis(["a", "c"], axis=1))


def test_agreement_pairs_probabilities_with_the_ratings():
    proba = pd.DataFrame(np.linspace(0.1, 0.9, 4)[:, None] * [1, 0] + [0, 0], NAMES, ["a", "b"])
    proba["b"] = 1 - proba["a"]
    expected = by_agreement(Y, proba.to_numpy())
    pd.testing.assert_frame_equal(by_agreement(Y, proba.iloc[::-1, ::-1]), expected)
    pd.testing.assert_frame_equal(by_agreement(Task(Y), proba.iloc[::-1]), expected)


@pytest.mark.parametrize("score", [rater_error_rate, rater_distance])
def test_predictions_of_raters_are_paired_by_sample_and_rater(score):
    assert score(Task(Y, ["a", "b"]), Y.iloc[::-1, ::-1]) == {"r1": 0.0, "r2": 0.0}


def test_recalls_of_raters_are_paired_by_sample_and_rater():
    assert rater_uar(Y, Y.iloc[::-1, ::-1]) == {"r1": 1.0, "r2": 1.0}
    assert rater_uar(Y, Y[["r2"]].iloc[::-1], raters=["r2"]) == {"r2": 1.0}


def test_the_bootstrap_pairs_labels_and_groups():
    names = list("abcdefghijkl")
    true = pd.Series(list("ab") * 6, names)
    found = paired_bootstrap(true, true, true[::-1], random_state=0)
    assert found == (0.0, 0.0, 0.0)
    worse = pd.Series(list("aabb") * 3, names)
    groups = pd.Series(np.arange(12) // 2, names)
    expected = paired_bootstrap(true, true, worse, groups, random_state=0)
    assert paired_bootstrap(true, true[::-1], worse, groups[::-1], random_state=0) == expected


def test_the_bootstrap_pairs_predictions_with_each_other_where_the_labels_have_no_index():
    true = np.array(["a", "b"] * 6)
    predicted = pd.Series(true, list("abcdefghijkl"))
    assert paired_bootstrap(true, predicted, predicted[::-1], random_state=0) == (0.0, 0.0, 0.0)


def test_repeated_content_is_paired_with_the_ratings():
    content = pd.Series(["x", "y", "x", "y"], NAMES)
    pd.testing.assert_frame_equal(self_agreement(Y, content[::-1]), self_agreement(Y, content.to_numpy()))


def test_texts_for_missing_labels_are_no_class_of_a_recall():
    for text in ("nan", "NA", ""):
        with pytest.raises(InputError, match="Sample 1 has no label in y_true"):
            unweighted_average_recall(["a", text, "b"], ["a", "b", "b"])
    assert unweighted_average_recall(["a", "None"], ["a", "None"], labels=["a", "None"]) == 1


def test_numbers_beyond_all_floats_are_refused():
    with pytest.raises(InputError, match="soft_true must hold rows of numbers"):
        soft_cross_entropy([[10**400, 1]], [[0.5, 0.5]])


def test_names_that_a_file_has_made_texts_of_are_found():
    """Sorted as texts, "10" goes before "2"."""
    proba = pd.read_csv(io.StringIO("10,2\n0,1\n1,0\n"))
    assert brier_score(pd.DataFrame({2: [1.0, 0.0], 10: [0.0, 1.0]}), proba) == 0
    assert by_agreement([[2, 2], [10, 10]], proba).loc["all", ["brier", "accuracy"]].tolist() == [0, 1]
    labels = pd.read_csv(io.StringIO("12,7\na,b\na,a\n"))
    assert rater_error_rate(pd.DataFrame({7: ["b", "a"], 12: ["a", "a"]}), labels) == {7: 0, 12: 0}
