"""Labels: missing labels, the order of labels, and lists of labels in messages."""

import numpy as np
import pandas as pd
import pytest

from sklearn_raters.ratings import is_missing, shorten, sort_labels


@pytest.mark.parametrize("value", [None, np.nan, float("nan"), np.float32("nan"), pd.NA, pd.NaT], ids=repr)
def test_missing_labels(value):
    assert is_missing(value)


@pytest.mark.parametrize("value", [0, "", "nan", False, np.inf, ("a",), np.str_("a")], ids=repr)
def test_labels_that_are_not_missing(value):
    assert not is_missing(value)


def test_labels_are_sorted_within_one_type():
    assert sort_labels(["b", "a"]) == ["a", "b"]
    assert sort_labels([2.5, True, 0]) == [0, True, 2.5]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["a", 1], r"The names mix strings \(such as 'a'\) and numbers \(such as 1\)"),
        ([1j, 2j], "The names of type numbers cannot be put in order"),
    ],
)
def test_labels_without_an_order_are_named(labels, message):
    with pytest.raises(ValueError, match=message):
        sort_labels(labels, "The names")


def test_long_lists_of_names_are_shortened():
    assert shorten(["a", 1]) == "'a', 1"
    assert shorten(range(12)) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more"
    assert shorten(pd.Series(["a", "b"]), 1) == "'a' and 1 more"
    assert shorten([]) == ""
