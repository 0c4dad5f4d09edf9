"""align: columns of some names in the order of all names."""

import numpy as np
import pytest

from sklearn_raters._align import align


def test_columns_move_to_their_names_along_any_axis():
    values = np.arange(6).reshape(2, 3)
    assert align(values, ["c", "a", "b"], ["a", "b", "c", "d"]).tolist() == [[1, 2, 0, 0], [4, 5, 3, 0]]
    assert align(values, ["y", "x"], ["x", "y"], axis=0).tolist() == [[3, 4, 5], [0, 1, 2]]


def test_names_that_are_not_present_get_the_fill_value():
    filled = align([[0.5]], ["a"], ["b", "a"], fill=np.nan)
    np.testing.assert_array_equal(filled, [[np.nan, 0.5]])


def test_a_row_without_any_value_stays_without():
    filled = align([[0.5, 0.5], [np.nan, np.nan]], ["a", "b"], ["a", "b", "c"])
    np.testing.assert_array_equal(filled, [[0.5, 0.5, 0.0], [np.nan] * 3])


def test_a_present_name_that_is_not_among_all_names_is_an_error():
    with pytest.raises(ValueError, match=r"x was learnt, but is not among \['a', 'b'\]"):
        align([[1, 2]], ["a", "x"], ["a", "b"])
