"""Several labels in one cell: collections, lists written as text, and separators."""

import numpy as np
import pandas as pd
import pytest

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import parse_ratings, ratings_from_long
from sklearn_raters.ratings._cells import labels_of_cells


def read(cell, separator=None):
    """Return the labels of one cell."""
    cells = np.empty(1, dtype=object)
    cells[0] = cell
    return labels_of_cells(cells, separator)[1].tolist()


@pytest.mark.parametrize(
    "cell",
    [
        '["calm", "sad"]',
        ' [ "calm" , " sad" ] ',
        "['calm', 'sad']",
        "('calm', 'sad')",
        '{"choices": ["calm", "sad"]}',
        {"choices": ["calm", "sad"]},
        ["calm", " sad "],
        np.array(["calm", "sad"]),
    ],
    ids=str,
)
def test_a_list_in_any_form_holds_several_labels(cell):
    assert read(cell) == ["calm", "sad"]


def test_masked_entries_in_cells_are_missing():
    assert read(np.ma.masked) == []
    assert read(np.ma.masked_array([1, 2], [False, True])) == [1]
    assert read([np.ma.masked, "calm"]) == ["calm"]
    assert parse_ratings([[np.ma.masked, 1], [2, 1]]).labels == [1, 2]
    table = pd.DataFrame({"E1": [np.ma.masked, 2], "E2": [1, 2]}, dtype=object)
    assert parse_ratings(table).sample.tolist() == [0, 1, 1]


def test_lists_of_none_and_of_one():
    assert read("[]") == []
    assert read('["calm"]') == read('{"choices": "calm"}') == ["calm"]
    assert read('["calm", null]') == ["calm"]
    assert read(np.array("calm")) == ["calm"]


def test_numbers_in_a_list_of_a_text_are_texts_as_the_cells_beside_it():
    assert read("[1, 2]") == ["1", "2"]
    table = {"sample": [1, 2], "rater": ["E1", "E1"], "label": ["[1, 10]", "2"]}
    Y = ratings_from_long(table, numbers=True)
    assert Y["E1"].tolist() == [(1, 10), 2]


@pytest.mark.parametrize("text", ["[laughs]", "(sighs)", "(3)", "[", "[]x", r"(\d)", "[" * 5000 + "]" * 5000])
def test_texts_in_brackets_that_are_no_list_stay_labels(text):
    assert read(text) == [text]


@pytest.mark.parametrize(
    ("separator", "text"), [("|", "calm|sad"), (", ", "calm, sad"), (";", " calm ; sad;")]
)
def test_a_separator_splits_texts(separator, text):
    votes = parse_ratings([[text, "calm"]], label_separator=separator)
    assert votes.labels == ["calm", "sad"]
    assert votes.rater.tolist() == [0, 0, 1]


def test_a_separator_splits_texts_in_every_form_of_ratings():
    expected = parse_ratings([[("calm", "sad"), "sad"], ["calm", None]])
    rows = [["calm|sad", "sad"], ["calm", ""]]
    long = {"sample": [0, 0, 1], "rater": [0, 1, 0], "label": ["calm|sad", "sad", "calm"]}
    cells = ratings_from_long(long, label_separator="|")
    assert cells.loc[0, 0] == ("calm", "sad")
    for votes in (
        parse_ratings(rows, label_separator="|"),
        parse_ratings(np.array(rows), label_separator="|"),
        parse_ratings(pd.DataFrame(rows), label_separator="|"),
        parse_ratings(cells),
    ):
        assert votes.labels == expected.labels
        for name in ("sample", "rater", "label"):
            np.testing.assert_array_equal(getattr(votes, name), getattr(expected, name))


@pytest.mark.parametrize("text", ['{"a": 1}', '[["calm"], "sad"]'])
def test_a_text_of_something_else_than_a_flat_list_is_an_error(text):
    with pytest.raises(InputError, match=r"Sample 0, rater 0 holds .* as a label"):
        parse_ratings([[text, "sad"]])


def test_a_separator_for_votes_and_a_wrong_separator_are_errors():
    with pytest.raises(InputError, match="label_separator splits cells of texts, but Y holds votes"):
        parse_ratings(parse_ratings([["a", "b"]]), label_separator="|")
    for wrong in ("", 3):
        with pytest.raises((InputError, TypeError), match="label_separator must be a text"):
            parse_ratings([["a", "b"]], label_separator=wrong)
