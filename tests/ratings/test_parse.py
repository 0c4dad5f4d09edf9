"""Every form of ratings gives the same votes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from made import make_rated
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import parse_ratings, ratings_from_long

# Three samples, raters E1 and E2; E2 chose two labels for the second sample.
MATRIX = [["a", None], ["b", ("c", "a")], [None, "c"]]


def as_set(votes):
    """Return votes as a set of (sample, rater, label, weight)."""
    return {
        (int(sample), votes.raters[rater], votes.labels[label], float(weight))
        for sample, rater, label, weight in zip(
            votes.sample, votes.rater, votes.label, votes.weight, strict=True
        )
    }


def as_object(rows):
    table = np.empty((len(rows), len(rows[0])), dtype=object)
    for index, row in enumerate(rows):
        for column, cell in enumerate(row):
            table[index, column] = cell
    return table


MATRIX_VOTES = {(0, 0, "a", 1), (1, 0, "b", 1), (1, 1, "a", 1), (1, 1, "c", 1), (2, 1, "c", 1)}


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA], ids=str)
@pytest.mark.parametrize("several", [tuple, list, set, frozenset, np.array])
def test_matrix_forms_give_the_same_votes(missing, several):
    rows = [["a", missing], ["b", several(["c", "a"])], [missing, "c"]]
    for Y in (rows, as_object(rows), pd.DataFrame(as_object(rows), dtype=object)):
        votes = parse_ratings(Y)
        assert as_set(votes) == MATRIX_VOTES
        assert (votes.n_samples, votes.raters, votes.labels) == (3, [0, 1], ["a", "b", "c"])


def test_cube_gives_the_same_votes():
    cube = np.zeros((3, 2, 3))
    cube[0, 0, 0] = cube[1, 0, 1] = cube[1, 1, 2] = cube[1, 1, 0] = cube[2, 1, 2] = 1
    assert as_set(parse_ratings(cube, classes=["a", "b", "c"])) == MATRIX_VOTES
    assert as_set(parse_ratings(cube.astype(bool), classes=np.array(["a", "b", "c"]))) == MATRIX_VOTES
    # the order of the last axis is that of classes, not that of the alphabet
    assert as_set(parse_ratings(cube[:, :, ::-1], classes=["c", "b", "a"])) == MATRIX_VOTES


def test_cube_weights_and_unvoted_classes_are_kept():
    votes = parse_ratings(np.array([[[0.0, 2.5, 0.0], [0.0, 0.0, 0.0]]]), classes=["z", "y", "x"])
    assert as_set(votes) == {(0, 0, "y", 2.5)}
    assert votes.labels == ["x", "y", "z"]
    assert votes.raters == [0, 1]


def test_long_table_gives_the_same_votes():
    table = {"sample": [0, 1, 1, 1, 2], "rater": [0, 0, 1, 1, 1], "label": list("abcac")}
    assert as_set(parse_ratings(ratings_from_long(table))) == MATRIX_VOTES


def test_plain_labels_are_one_rater():
    expected = {(0, 0, "a", 1), (1, 0, "b", 1), (3, 0, "a", 1)}
    for y in (["a", "b", None, "a"], pd.Series(["a", "b", None, "a"])):
        votes = parse_ratings(y)
        assert as_set(votes) == expected
        assert votes.n_samples == 4
    assert as_set(parse_ratings(np.array(["a", "b"]))) == {(0, 0, "a", 1), (1, 0, "b", 1)}
    assert parse_ratings(pd.Series(["a"], name="E1")).raters == ["E1"]
    assert as_set(parse_ratings([{"a", "b"}, "a"])) == {(0, 0, "a", 1), (0, 0, "b", 1), (1, 0, "a", 1)}


def test_votes_are_returned_unchanged():
    votes = parse_ratings(MATRIX)
    assert parse_ratings(votes) is votes


@pytest.mark.parametrize("dtype", ["category", "string", object])
def test_pandas_types_of_text(dtype):
    Y = pd.DataFrame({"E1": ["a", None, "b"], "E2": [None, None, "a"]}).astype(dtype)
    assert as_set(parse_ratings(Y)) == {(0, "E1", "a", 1), (2, "E1", "b", 1), (2, "E2", "a", 1)}


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "float32", "category", object, "Sparse[float]"])
def test_pandas_types_of_numbers(dtype):
    Y = pd.DataFrame({"E1": [1, np.nan, 3], "E2": [np.nan, np.nan, 1]}).astype(dtype)
    votes = parse_ratings(Y)
    assert as_set(votes) == {(0, "E1", 1, 1), (2, "E1", 3, 1), (2, "E2", 1, 1)}
    assert all(type(label) in (int, float) for label in votes.labels)


def test_columns_of_different_types_share_their_labels():
    Y = pd.DataFrame(
        {
            "text": pd.Series(["a", "b"], dtype="string"),
            "category": pd.Categorical(["b", None], categories=["b", "unused"]),
            "cells": pd.Series([("a", "b"), None], dtype=object),
            "empty": [np.nan, np.nan],
        }
    )
    votes = parse_ratings(Y)
    assert votes.labels == ["a", "b"]
    assert votes.raters == ["text", "category", "cells", "empty"]
    assert as_set(votes) == {
        (0, "text", "a", 1),
        (1, "text", "b", 1),
        (0, "category", "b", 1),
        (0, "cells", "a", 1),
        (0, "cells", "b", 1),
    }


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int8, np.uint16, bool])
def test_numbers_of_every_width(dtype):
    votes = parse_ratings(np.array([[1, 0], [0, 1]], dtype=dtype))
    assert as_set(votes) == {(0, 0, 1, 1), (0, 1, 0, 1), (1, 0, 0, 1), (1, 1, 1, 1)}


def test_masked_entries_are_missing():
    votes = parse_ratings(np.ma.array([[1, 2], [3, 1]], mask=[[0, 1], [1, 0]]))
    assert as_set(votes) == {(0, 0, 1, 1), (1, 1, 1, 1)}
    cube = np.ma.array([[[1, 0], [0, 1]]], mask=[[[0, 0], [1, 1]]])
    assert as_set(parse_ratings(cube, classes=["a", "b"])) == {(0, 0, "a", 1)}


def test_a_label_repeated_in_a_cell_counts_once():
    assert as_set(parse_ratings([[["a", "a", "b"]]])) == {(0, 0, "a", 1), (0, 0, "b", 1)}
    assert as_set(parse_ratings([[("a", None), ()]])) == {(0, 0, "a", 1)}


def test_votes_in_nested_lists_are_not_read_as_labels():
    cube = [[[0, 1, 0], [1, 0, 0]], [[0, 0, 0], [0, 0, 1]]]
    for votes in (cube, [[cube[0][0], None], cube[1]], [[tuple(cell) for cell in row] for row in cube]):
        with pytest.raises(InputError, match=r"list of 3 numbers.*look like votes.*np\.asarray\(Y\)"):
            parse_ratings(votes, classes=[0, 1, 2])
    assert as_set(parse_ratings(np.asarray(cube), classes=[0, 1, 2])) == {
        (0, 0, 1, 1),
        (0, 1, 0, 1),
        (1, 1, 2, 1),
    }


def test_cells_of_as_many_labels_as_there_are_classes_are_labels():
    assert len(parse_ratings([[[0, 1], [1, 0]]], classes=[0, 1]).label) == 4
    assert len(parse_ratings([[[0, 1, 2], [1, 0, 2]]], classes=[0, 1, 2]).label) == 6
    assert len(parse_ratings([[[0, 0], 1]], classes=[0, 1]).label) == 2


def test_a_rater_without_ratings_stays_a_rater():
    assert parse_ratings(np.array([[1.0, np.nan], [2.0, np.nan]])).raters == [0, 1]


def test_memory_of_votes_grows_with_votes_not_with_cells():
    cells = np.full((300, 200), np.nan)
    cells[np.arange(50), np.arange(50)] = 1
    votes = parse_ratings(cells)
    assert (votes.n_samples, len(votes.raters)) == (300, 200)
    arrays = (votes.sample, votes.rater, votes.label, votes.weight)
    assert [array.shape for array in arrays] == [(50,)] * 4
    # a view of a wide array would keep the whole array in memory
    assert all(array.base is None or array.base.size <= 50 for array in arrays)


@pytest.mark.parametrize(
    ("Y", "classes", "message"),
    [
        ([[None, np.nan]], None, "no ratings: of the 1 samples x 2 raters all cells are missing"),
        ([], None, "no ratings"),
        (np.empty((3, 0)), None, "no ratings"),
        (np.zeros((2, 2, 2)), ["a", "b"], "no ratings: all votes of shape"),
        (np.ones((2, 2, 2)), None, "give classes="),
        (np.ones((2, 2, 2)), ["a", "b", "c"], "classes names 3 labels .* have 2 in their last axis"),
        (np.ones((2, 2, 2)), ["a", "a"], "names 'a' twice"),
        (-np.ones((2, 2, 2)), ["a", "b"], r"Sample 0, rater 0 has -1.0 votes for 'a'"),
        (np.full((1, 1, 2), np.nan), ["a", "b"], r"Sample 0, rater 0 has nan votes for 'a'"),
        (np.array([[["a", "b"]]]), None, "put a tuple into a cell"),
        (np.ones((1, 1, 1, 1)), None, "1, 2 or 3 dimensions"),
        ([["a", "b"], ["a"]], None, "Row 1 of the ratings has 1 cells, row 0 has 2"),
        ([[1, "a"]], None, "numbers and strings.*Sample 0, rater 0 has 1; Sample 0, rater 1 has 'a'"),
        ([[1, ("a", 2)]], None, "Sample 0, rater 1 has 'a'"),
        (np.array([[1, np.inf]]), None, "Sample 0, rater 1 has the label inf"),
        ([["a", {"b": 1}]], None, "Sample 0, rater 1 holds {'b': 1}, a dict"),
        ([["a", ["b", ["c"]]]], None, "one flat tuple"),
        ([[1j, 2j]], None, "cannot be put in order"),
        (pd.DataFrame([["a", "b"]], columns=["E1", "E1"]), None, "columns of the ratings are named 'E1'"),
        (pd.DataFrame({"E1": [1, "a"]}, index=["u1", "u2"]), None, "Sample 'u2', rater 'E1' has 'a'"),
    ],
)
def test_bad_ratings_are_named(Y, classes, message):
    with pytest.raises(ValueError, match=message):
        parse_ratings(Y, classes)


@pytest.mark.parametrize("Y", ["abc", {"a": 1}, 3, None, np.array(["2020-01-01"], dtype="M8[D]")])
def test_objects_that_are_not_ratings_are_a_type_error(Y):
    with pytest.raises(TypeError, match="Ratings"):
        parse_ratings(Y)


def test_a_sparse_matrix_is_a_type_error():
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(TypeError, match="ratings_from_long"):
        parse_ratings(sparse.csr_array(np.eye(2)))


@given(st.integers(1, 12), st.integers(0, 20), st.randoms(use_true_random=False))
def test_permuting_samples_and_raters_permutes_the_votes(n_samples, seed, random):
    Y = make_rated(n_samples + 1, seed=seed).Y
    rows = random.sample(range(len(Y)), len(Y))
    columns = random.sample(range(Y.shape[1]), Y.shape[1])
    moved = as_set(parse_ratings(Y.iloc[rows, columns]))
    expected = {(rows.index(sample), *rest) for sample, *rest in as_set(parse_ratings(Y))}
    assert moved == expected
