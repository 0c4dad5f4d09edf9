"""Recalls and their unweighted average: values computed by hand, properties, scikit-learn's functions."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import balanced_accuracy_score, recall_score

from sklearn_raters.exceptions import InputError
from sklearn_raters.metrics import class_recalls, unweighted_average_recall

labels = st.lists(st.sampled_from("abc"), min_size=1, max_size=30)


def test_recalls_equal_values_computed_by_hand():
    y_true = ["a", "a", "a", "a", "b", "b", "c"]
    y_pred = ["a", "a", "a", "b", "b", "c", "b"]
    np.testing.assert_allclose(class_recalls(y_true, y_pred), [3 / 4, 1 / 2, 0])
    assert unweighted_average_recall(y_true, y_pred) == pytest.approx((3 / 4 + 1 / 2 + 0) / 3)


def test_the_order_of_labels_is_kept():
    np.testing.assert_array_equal(class_recalls(["a", "b"], ["a", "a"], labels=["b", "a"]), [0, 1])


@given(st.data())
def test_equal_to_scikit_learn_where_every_class_has_samples(data):
    y_true = [*"abc", *data.draw(labels)]
    y_pred = data.draw(st.lists(st.sampled_from("abc"), min_size=len(y_true), max_size=len(y_true)))
    ours = unweighted_average_recall(y_true, y_pred)
    assert ours == pytest.approx(recall_score(y_true, y_pred, average="macro", zero_division=0))
    assert ours == pytest.approx(balanced_accuracy_score(y_true, y_pred))


def test_absent_classes_on_which_two_functions_of_scikit_learn_disagree():
    y_true, y_pred = ["a", "a", "b"], ["a", "c", "b"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # recall_score counts the absent class c as 0, because c was predicted; balanced_accuracy_score leaves
        # c out.
        assert recall_score(y_true, y_pred, average="macro", zero_division=0) == pytest.approx(0.5)
        assert balanced_accuracy_score(y_true, y_pred) == pytest.approx(0.75)
    assert unweighted_average_recall(y_true, y_pred) == pytest.approx(0.75)
    with pytest.warns(UndefinedMetricWarning, match="No sample has the class 'c'"):
        with_absent = unweighted_average_recall(y_true, y_pred, labels=["a", "b", "c"])
    assert with_absent == pytest.approx(0.75)


def test_labels_may_be_numbers():
    assert unweighted_average_recall([2.5, 1.5, 1.5], [2.5, 1.5, 2.5]) == 0.75
    y_true = np.array([1, 2, 2], dtype=object)
    assert unweighted_average_recall(y_true, pd.Series([1, 2, 1]), labels=np.array([1, 2])) == 0.75


def test_samples_of_other_classes_are_left_out():
    assert unweighted_average_recall(["a", "b", "x"], ["a", "b", "a"], labels=["a", "b"]) == 1


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_a_missing_label_is_named(missing):
    with pytest.raises(ValueError, match=r"Sample 1 has no label in y_true.*consensus"):
        unweighted_average_recall(["a", missing], ["a", "b"])
    with pytest.raises(ValueError, match=r"Sample 0 has no label in y_pred.*Predict every sample"):
        unweighted_average_recall(["a", "b"], [missing, "b"])


@pytest.mark.parametrize(
    ("y_true", "y_pred", "names", "error", "message"),
    [
        (["a", "b", "b"], ["a", "b"], None, ValueError, "y_true has 3, y_pred has 2"),
        ([], [], None, ValueError, "no sample to score"),
        (["1", "2"], [1, 2], None, TypeError, "mix strings and numbers"),
        (["a"], ["a"], ["b"], ValueError, "None of the 1 samples has one of the classes"),
        ([["a", "b"], ["a", "b"]], ["a", "b"], None, ValueError, r"one label for each sample.*\(2, 2\)"),
    ],
)
def test_wrong_input(y_true, y_pred, names, error, message):
    with pytest.raises(error, match=message):
        unweighted_average_recall(y_true, y_pred, labels=names)


def test_a_class_that_is_named_twice_is_refused():
    with pytest.raises(InputError, match="labels names a class twice: 'a', 'a', 'b'"):
        class_recalls(["a", "b"], ["a", "b"], labels=["a", "a", "b"])
