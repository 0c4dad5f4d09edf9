"""Conversion of long tables, one row a vote, to ratings and back."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklearn_raters import MultiRaterStackingClassifier
from sklearn_raters.ratings import Task, parse_ratings, ratings_from_long, ratings_to_long, votes_from_long

# Three samples, raters E1 and E2; E2 chose two labels for the second sample.
MATRIX = [["a", None], ["b", ("c", "a")], [None, "c"]]


def test_from_long_orders_samples_as_they_appear_and_raters_by_name():
    table = pd.DataFrame(
        {
            "utterance": ["u2", "u1", "u2", "u2", "u1"],
            "who": ["E2", "E1", "E1", "E2", "E2"],
            "emotion": ["sad", "happy", "happy", "angry", None],
        }
    )
    Y = ratings_from_long(table, sample="utterance", rater="who", label="emotion")
    assert Y.index.tolist() == ["u2", "u1"]
    assert Y.columns.tolist() == ["E1", "E2"]
    assert Y.loc["u2", "E2"] == ("angry", "sad")
    assert Y.loc["u1", "E1"] == "happy"
    assert np.isnan(Y.loc["u1", "E2"])
    assert set(Y.dtypes) == {np.dtype(object)}


def test_votes_from_long_name_their_samples():
    votes, samples = votes_from_long({"sample": ["s2", "s1"], "rater": ["E1", "E1"], "label": ["a", "b"]})
    assert votes.index.tolist() == samples.tolist() == ["s2", "s1"]
    assert votes.take([1]).index.tolist() == ["s1"]


def test_from_long_takes_the_samples_named():
    table = {"sample": ["u2", "u1"], "rater": [10, 9], "label": [1, 2]}
    Y = ratings_from_long(table, samples=["u1", "u0", "u2"])
    assert Y.index.tolist() == ["u1", "u0", "u2"]
    assert Y.columns.tolist() == [9, 10]
    assert Y.loc["u0"].isna().all()
    assert Y.loc["u1", 9] == 2
    assert type(Y.loc["u1", 9]) is int


def test_from_long_keeps_a_sample_whose_only_label_is_missing():
    Y = ratings_from_long({"sample": [1, 2], "rater": ["a", "b"], "label": ["x", np.nan]})
    assert Y.shape == (2, 2)
    assert Y.loc[2].isna().all()


def test_from_long_takes_categories():
    table = pd.DataFrame({"sample": ["s", "s"], "rater": ["b", "a"], "label": ["x", "y"]}).astype("category")
    Y = ratings_from_long(table)
    assert Y.loc["s"].tolist() == ["y", "x"]
    assert parse_ratings(Y).labels == ["x", "y"]


@pytest.mark.parametrize(
    ("change", "arguments", "message"),
    [
        ({}, {"label": "emotion"}, "no column 'emotion'; it has 'sample', 'rater', 'label'"),
        ({"sample": ["s", None]}, {}, "Row 1 of the ratings table names no sample"),
        ({"rater": ["E1", None]}, {}, "Row 1 of the ratings table names no rater"),
        ({"rater": ["E1", 2]}, {}, "raters' names mix strings .* and numbers"),
        ({"label": [None, None]}, {}, "no ratings"),
        ({"label": ["a", 1]}, {}, "Row 1, sample 't', rater 'E2' has 1"),
        ({}, {"samples": ["s"]}, "rates 't', which samples does not name"),
        ({}, {"samples": ["s", "t", "s"]}, "names 's' twice"),
    ],
)
def test_bad_long_tables_are_named(change, arguments, message):
    table = {"sample": ["s", "t"], "rater": ["E1", "E2"], "label": ["a", "b"], **change}
    with pytest.raises(ValueError, match=message):
        ratings_from_long(table, **arguments)


def test_to_long_names_its_columns():
    Y = pd.DataFrame(MATRIX, index=["u0", "u1", "u2"], columns=["E1", "E2"], dtype=object)
    table = ratings_to_long(Y, sample="utterance", rater="who", label="emotion")
    assert table.to_numpy().tolist() == [
        ["u0", "E1", "a"],
        ["u1", "E1", "b"],
        ["u1", "E2", "a"],
        ["u1", "E2", "c"],
        ["u2", "E2", "c"],
    ]
    assert table.columns.tolist() == ["utterance", "who", "emotion"]


def test_to_long_keeps_the_names_of_samples_in_every_form():
    Y = pd.DataFrame(MATRIX, index=["u0", "u1", "u2"], columns=["E1", "E2"], dtype=object)
    for ratings in (Task(Y), Task(Y, missing_label="none"), parse_ratings(Y)):
        pd.testing.assert_frame_equal(ratings_to_long(ratings), ratings_to_long(Y))
    assert ratings_to_long(Task(Y).take([2, 0]))["sample"].tolist() == ["u2", "u0"]


def test_to_long_refuses_weights_and_samples_of_one_name():
    Y = pd.DataFrame(MATRIX, index=["u0", "u1", "u2"], columns=["E1", "E2"], dtype=object)
    with pytest.raises(ValueError, match=r"Sample 0, rater 1 has a vote of weight 0\.5"):
        ratings_to_long(Task(np.array([[[1, 0], [0, 0.5]]]), ["a", "b"]))
    with pytest.raises(ValueError, match="Two samples are named 'u0'"):
        ratings_to_long(Y.iloc[[0, 0, 1]])


cells = st.one_of(
    st.none(), st.sampled_from("abc"), st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(tuple)
)


@st.composite
def ratings(draw):
    n_samples, n_raters = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    rows = draw(
        st.lists(
            st.lists(cells, min_size=n_raters, max_size=n_raters), min_size=n_samples, max_size=n_samples
        ).filter(lambda rows: any(cell is not None for row in rows for cell in row))
    )
    index = [f"u{number}" for number in range(n_samples)]
    return pd.DataFrame(rows, index=index, columns=list("wxyz")[:n_raters], dtype=object)


def chosen(Y, rater):
    """Return the set of labels in each cell of a rater's column; an empty one where there is no rating."""
    cells = Y[rater] if rater in Y else [None] * len(Y)
    return [
        {*cell} if isinstance(cell, tuple) else {cell} if isinstance(cell, str) else set() for cell in cells
    ]


@given(ratings())
def test_long_round_trip(Y):
    back = ratings_from_long(ratings_to_long(Y), samples=Y.index)
    for rater in Y:
        assert chosen(back, rater) == chosen(Y, rater)
    assert back.index.tolist() == Y.index.tolist()
    again = ratings_from_long(ratings_to_long(back), samples=back.index)
    pd.testing.assert_frame_equal(again, back)


def test_samples_are_paired_with_votes_by_name_as_with_the_table_of_the_same_votes():
    names = [f"s{number}" for number in range(60)]
    is_b = np.arange(60) % 2
    X = pd.DataFrame({"x": is_b * 10.0}, index=names)
    rows = [
        (names[at], rater, "ab"[is_b[at]]) for at in [*range(59, -1, -2), *range(0, 60, 2)] for rater in "rs"
    ]
    table = pd.DataFrame(rows, columns=["sample", "rater", "label"])
    votes, samples = votes_from_long(table)
    assert votes.index.equals(samples)
    assert not samples.equals(X.index)
    stack = MultiRaterStackingClassifier(views=["crowd_hard"], fusion="mean").fit(X, votes)
    assert stack.score(X, ratings_from_long(table)) == 1
    assert ratings_to_long(votes).equals(ratings_to_long(ratings_from_long(table)))


def test_columns_may_be_called_by_numbers():
    table = pd.DataFrame([["u1", "E1", "sad"], ["u2", "E1", "calm"]])
    assert ratings_from_long(table, sample=0, rater=1, label=2)["E1"].tolist() == ["sad", "calm"]
    assert table[1].tolist() == ["E1", "E1"]
