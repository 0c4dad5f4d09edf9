"""Scores of distributions for the comparison table: what a model predicts, and what makes scores NaN."""

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.svm import LinearSVC

from made import CLASSES, make_rated, small_stack
from sklearn_raters.model_selection._answers import ask
from sklearn_raters.model_selection._folds import Fold
from sklearn_raters.model_selection._soft_scores import score_distributions
from sklearn_raters.ratings import Task

DATA = make_rated(60)
TASK = Task([["a", "a"], ["a", "b"], [None, "b"], [None, None]], ["a", "b"])
FOLDS = [Fold(np.array([2, 3]), np.array([0, 1])), Fold(np.array([0, 1]), np.array([3, 2]))]


def scores_of(first, second, classes=("a", "b"), **params):
    predicted = {"model": [(classes, np.array(proba)) for proba in (first, second)]}
    return score_distributions(predicted, FOLDS, TASK, **{"ordered": False, **params})["model"]


def test_the_shares_of_the_raters_are_preferred():
    stack = small_stack(classes=CLASSES).fit(DATA.X, DATA.Y)
    answers = ask(stack, DATA.X)
    assert answers.classes == CLASSES
    assert answers.proba is None
    np.testing.assert_array_equal(answers.distribution, stack.predict_soft_labels(DATA.X))


def test_probabilities_are_taken_where_there_are_no_shares():
    answers = ask(DummyClassifier().fit([[0], [1]], [1, 2]), [[0]])
    assert answers.classes == [1, 2]
    np.testing.assert_array_equal(answers.distribution, [[0.5, 0.5]])


def test_a_model_of_labels_only():
    answers = ask(LinearSVC().fit(DATA.X, DATA.truth), DATA.X)
    assert answers.classes is answers.distribution is None


def test_values_computed_by_hand():
    # The last row of the second fold is that of sample 2; sample 3 is unrated.
    scores = scores_of([[0.5, 0.5], [0.25, 0.75]], [[0.9, 0.1], [0.0, 1.0]], ordered=True)
    assert scores["manhattan"] == pytest.approx((1 + 0.5 + 0) / 3)
    assert scores["soft_f1"] == pytest.approx(1 - scores["manhattan"] / 2)
    assert scores["wasserstein"] == pytest.approx(0.25)
    assert scores["brier"] == pytest.approx((0.5 + 0.125) / 3)


def test_a_class_that_a_fold_has_not_learnt_has_probability_zero():
    predicted = {"model": [(["b", "a"], np.array([[0, 1], [0.5, 0.5]])), (["b"], np.array([[1.0], [1.0]]))]}
    assert score_distributions(predicted, FOLDS, TASK, ordered=False)["model"]["manhattan"] == 0


@pytest.mark.parametrize("row", [[0.5, 0.6], [1.5, -0.5], [np.nan, 0.5]])
def test_a_row_that_is_no_distribution_is_named(row):
    with pytest.warns(UserWarning, match=r"'model' has no scores.*\(NaN\): sample 1 gets .*no distribution"):
        scores = scores_of([[1, 0], row], [[1, 0], [1, 0]])
    assert np.isnan(list(scores.values())).all()


def test_no_tested_sample_has_votes():
    only = [Fold(np.arange(3), np.array([3]))]
    predicted = {"model": [(["a", "b"], np.array([[1.0, 0.0]]))]}
    assert np.isnan(list(score_distributions(predicted, only, TASK, ordered=True)["model"].values())).all()
