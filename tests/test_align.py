"""align: columns of some names in the order of all names."""

import numpy as np
import pandas as pd
import pytest

from sklearn_raters._align import align, align_columns


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


def test_columns_are_taken_by_place_only_if_they_are_numbered_from_zero():
    table = pd.DataFrame([[0.1, 0.9]])
    assert align_columns(table, [0, 1], "proba") is table
    assert align_columns(table.iloc[:, ::-1], [0, 1], "proba").to_numpy().tolist() == [[0.1, 0.9]]
    numbered_from_one = table.set_axis(range(1, 3), axis=1)
    assert align_columns(numbered_from_one, [2, 1], "proba").to_numpy().tolist() == [[0.9, 0.1]]
    with pytest.raises(ValueError, match=r"proba has the columns \[1, 2\], where \[0, 1\] are expected"):
        align_columns(numbered_from_one, [0, 1], "proba")
