"""The order of classes: what has one, and what does not."""

import pytest

from sklearn_raters.metrics import check_order


@pytest.mark.parametrize(
    ("given", "classes"), [(["low", "high"], ["high", "low"]), (None, [1, 2, 3]), (None, [0.5, 1.5])]
)
def test_given_classes_and_numbers_have_an_order(given, classes):
    check_order(given, classes)


def test_texts_that_are_only_sorted_have_none():
    with pytest.raises(ValueError, match=r"'high', 'low' are only sorted as text: give them in their order"):
        check_order(None, ["high", "low"])
