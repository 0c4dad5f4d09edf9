"""UAR of each rater: values computed by hand."""

import numpy as np
import pandas as pd
import pytest

from made import CLASSES, make_rated, small_stack
from sklearn_raters.metrics import rater_uar
from sklearn_raters.ratings import Task

Y = pd.DataFrame(
    {"E1": ["a", "a", "b", None], "E2": ["b", ("a", "b"), "b", "a"], "E3": ["x", None, None, None]}
)
TASK = Task(Y, ["a", "b"])


def test_recalls_of_raters_equal_values_computed_by_hand():
    predicted = [["a", "b", "a"], ["b", "b", "a"], ["b", "b", "a"], ["a", "b", "a"]]
    uar = rater_uar(TASK, predicted)
    assert list(uar) == ["E1", "E2", "E3"]
    # a: 1 of 2, b: 1 of 1.
    assert uar["E1"] == 0.75
    # Without the sample that has two labels: a 0 of 1, b 2 of 2.
    assert uar["E2"] == 0.5
    # This rater has never chosen a class.
    assert np.isnan(uar["E3"])


def test_probabilities_of_some_raters():
    proba = np.full((4, 1, 2), 0.5)
    proba[:, 0] = [[0.9, 0.1], [0.2, 0.8], [np.nan, np.nan], [0.4, 0.6]]
    # Sample 2 has no probabilities and sample 3 no rating, so that no sample with label b is left.
    assert rater_uar(TASK, proba, raters=["E1"]) == {"E1": 0.5}


def test_missing_predictions_are_left_out():
    predicted = [["a"], [None], ["b"], ["a"]]
    assert rater_uar(TASK, predicted, raters=["E1"]) == {"E1": 1.0}
    assert np.isnan(rater_uar(TASK, [[None]] * 4, raters=["E1"])["E1"])


def test_one_hot_probabilities_may_be_integers():
    one_hot = [[[1, 0], [0, 1]], [[0, 1], [1, 0]]]
    assert rater_uar([["a", "b"], ["b", "a"]], np.array(one_hot)) == {0: 1.0, 1: 1.0}


def test_the_raters_of_a_stack_on_held_out_samples():
    X, ratings, _, _ = make_rated()
    stack = small_stack(classes=CLASSES).fit(X[:100], ratings[:100])
    task = Task(ratings[100:], CLASSES)
    uar = rater_uar(task, stack.predict_proba_raters(X[100:]), raters=stack.raters_)
    # Chance is a third; a rater guesses in 15 % of the samples.
    assert min(uar.values()) > 0.6


def test_predictions_of_a_wrong_shape():
    with pytest.raises(ValueError, match=r"\(4, 3\) \(labels\) or \(4, 3, 2\)"):
        rater_uar(TASK, np.zeros((4, 2, 2)))


def test_an_unknown_rater():
    with pytest.raises(ValueError, match="E9"):
        rater_uar(TASK, np.full((4, 1), "a"), raters=["E9"])
