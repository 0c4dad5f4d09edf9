"""Scores of each rater's predictions: values computed by hand, laws, errors."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from made import CLASSES, make_rated, small_stack
from sklearn_raters.exceptions import InputError
from sklearn_raters.metrics import judged_answers, rater_distance, rater_error_rate, rater_uar
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
    assert rater_uar(TASK, proba, raters=["e1 "]) == {"e1 ": 0.5}


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


SCORES = [rater_uar, rater_error_rate, rater_distance]


def test_error_rates_equal_values_computed_by_hand():
    predicted = [["a", "b", "a"], ["b", "b", "a"], ["b", "b", "a"], ["a", "b", "a"]]
    rates = rater_error_rate(TASK, predicted)
    assert list(rates) == ["E1", "E2", "E3"]
    assert rates["E1"] == pytest.approx(1 / 3)
    # Without the sample that has two labels, 1 of 3.
    assert rates["E2"] == pytest.approx(1 / 3)
    assert np.isnan(rates["E3"])


@pytest.mark.parametrize("metric", SCORES)
def test_a_cell_of_several_weighted_labels_is_left_out(metric):
    cube = np.array([[[0.6, 0.4]], [[0.5, 0]], [[0, 1]]])
    proba = np.array([[[0.0, 1]], [[1, 0]], [[0, 1]]])
    best = 1.0 if metric is rater_uar else 0.0
    assert metric(Task(cube, ["a", "b"]), proba) == {0: best}
    assert np.isnan(metric(Task(cube[:1], ["a", "b"]), proba[:1])[0])


def test_distances_equal_values_computed_by_hand():
    task = Task([["low", "high"], ["mid", None], ["high", "low"]], ["low", "mid", "high"])
    distances = rater_distance(task, [["low", "mid"], ["high", "low"], ["low", "mid"]])
    # Steps 0, 1, 2 and 1, 1, of at most 2.
    assert distances == {0: 0.5, 1: 0.5}


def test_the_order_of_the_classes_decides_on_the_distance():
    ratings, predicted = [["low"], ["low"]], [["mid"], ["high"]]
    assert rater_distance(Task(ratings, ["low", "mid", "high"]), predicted) == {0: 0.75}
    assert rater_distance(Task(ratings, ["mid", "low", "high"]), predicted) == {0: 0.5}


def test_numbers_are_in_order_without_a_task():
    assert rater_distance([[1], [2], [4]], [[1.0], [4], [4]]) == {0: pytest.approx(1 / 6)}


def test_a_single_class_has_no_distance():
    assert rater_distance([[1], [1]], [[1], [1]]) == {0: 0.0}


@given(st.integers(0, 1000))
def test_distances_lie_between_zero_and_the_error_rate(seed):
    rng = np.random.default_rng(seed)
    votes, predicted = rng.integers(4, size=(2, 20, 3))
    errors, distances = rater_error_rate(votes, predicted), rater_distance(votes, predicted)
    for rater, error in errors.items():
        assert 0 <= distances[rater] <= error <= 1
    assert set(rater_error_rate(votes, votes).values()) == {0.0} == set(rater_distance(votes, votes).values())


def test_errors_and_distances_of_two_classes_are_equal():
    votes, predicted = np.random.default_rng(0).integers(2, size=(2, 20, 3))
    assert rater_error_rate(votes, predicted) == rater_distance(votes, predicted)


@pytest.mark.parametrize("score", SCORES)
def test_probabilities_are_scored_by_the_most_probable_class(score):
    labels = np.array([["a", "b"], ["b", "b"], ["b", None], ["a", "b"]], dtype=object)
    proba = np.full((4, 2, 2), np.nan)
    for index, label in np.ndenumerate(labels):
        if label is not None:
            proba[index] = [0.6, 0.4] if label == "a" else [0.4, 0.6]
    raters = ["E1", "E2"]
    assert score(TASK, proba, raters=raters) == score(TASK, labels, raters=raters)


@pytest.mark.parametrize("missing", [None, np.nan])
@pytest.mark.parametrize("score", [rater_error_rate, rater_distance])
def test_a_missing_prediction_is_no_error(score, missing):
    assert score(TASK, [["a"], ["a"], [missing], [missing]], raters=["E1"]) == {"E1": 0.0}
    assert np.isnan(score(TASK, [[missing]] * 4, raters=["E1"])["E1"])


@pytest.mark.parametrize("score", SCORES)
def test_predictions_of_another_type_than_the_classes(score):
    with pytest.raises(TypeError, match="'a', 'b' and the predictions 0, 1 mix strings and numbers"):
        score(TASK, [[0], [1], [1], [0]], raters=["E1"])


def test_a_prediction_outside_the_classes_is_wrong_and_has_no_distance():
    predicted = [["a"], ["z"], ["b"], ["z"]]
    assert rater_error_rate(TASK, predicted, raters=["E1"]) == {"E1": pytest.approx(1 / 3)}
    with pytest.raises(
        ValueError, match="Sample 1: the prediction 'z' for rater 'E1' is not one of the classes"
    ):
        rater_distance(TASK, predicted, raters=["E1"])


def test_texts_without_an_order_have_no_distance():
    with pytest.raises(ValueError, match="only sorted as text: give them in their order"):
        rater_distance([["low"], ["high"]], [["low"], ["low"]])


def judged_raters(Y, proba_raters, raters=None):
    return judged_answers(Y, proba_raters=proba_raters, raters=raters)["raters"]


OF_PROBABILITIES = [rater_uar, rater_error_rate, rater_distance, judged_raters]


@pytest.mark.parametrize("metric", OF_PROBABILITIES)
@pytest.mark.parametrize(
    "wrong", [[2.0, -1.0], [50.0, 50.0], [0.25, 0.25], [0.0, 0.0], [np.inf, 0.0], [np.nan, 1.0]]
)
def test_what_are_no_probabilities_is_refused_by_its_place(metric, wrong):
    proba = np.full((2, 2, 2), 0.5)
    proba[1, 0] = wrong
    with pytest.raises(
        InputError, match=r"Sample 1 of (predicted|proba_raters) has no probabilities in column 0"
    ):
        metric(Task([[0, 1], [1, 1]], [0, 1]), proba)


@pytest.mark.parametrize("metric", OF_PROBABILITIES)
def test_one_rater_is_no_list_of_raters(metric):
    with pytest.raises(ValueError, match="raters"):
        metric(Task([[0, 1], [1, 1]], [0, 1]), np.full((2, 1, 2), 0.5), raters=np.array("E1"))


def test_answers_for_raters_are_judged_by_raters_in_any_spelling_and_without_rows_of_nan():
    proba = np.array([[[0.9, 0.1], [0.2, 0.8]], [[np.nan, np.nan], [0.3, 0.7]]])
    target, judged = judged_raters([["a", "b"], ["a", "a"]], proba, ["1", 0])
    assert judged.tolist() == [[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]]
    assert target.tolist() == [[0, 1], [1, 0], [1, 0]]
    assert len(judged_raters([["a", "b"], ["a", "a"]], proba, ["1", "unknown"])[0]) == 1


def test_answers_for_raters_that_are_no_numbers_are_refused():
    with pytest.raises(InputError, match="proba_raters must hold rows of numbers"):
        judged_raters([["a"], ["b"]], [[["x", "y"]], [["x", "y"]]])


def test_a_class_may_be_called_like_a_missing_label():
    task = Task([["None", "a"], ["a", "a"]], classes=["None", "a"])
    assert rater_uar(task, [["None", "a"], ["a", "a"]]) == {0: 1.0, 1: 1.0}


def test_columns_of_polars_are_paired_by_name():
    pl = pytest.importorskip("polars")
    Y = [["a", "b"], ["b", "a"]]
    predicted = pl.DataFrame({"r2": ["b", "a"], "r1": ["a", "b"]})
    assert rater_error_rate(Task(pd.DataFrame(Y, columns=["r1", "r2"])), predicted) == {"r1": 0, "r2": 0}
