"""Votes: counts, majority, single raters and parts of the samples."""

import numpy as np
import pandas as pd
import pytest

from sklearn_raters.ratings import Votes, parse_ratings

MATRIX = pd.DataFrame([["a", None], ["b", ("c", "a")], [None, "c"]], columns=["E1", "E2"], dtype=object)


def test_counts_are_sums_of_weights_for_the_first_labels():
    cube = np.array([[[1, 0, 2], [1, 0.5, 0]], [[0, 0, 0], [0, 0, 0]]])
    votes = parse_ratings(cube, ["a", "b", "c"])
    assert votes.counts().tolist() == [[2, 0.5, 2], [0, 0, 0]]
    assert votes.counts(2).tolist() == [[2, 0.5], [0, 0]]


def test_a_majority_of_several_labels_is_none_or_the_first():
    votes = parse_ratings([["b", "a"], ["b", "b"], [None, None]])
    assert votes.majority().tolist() == [-1, 1, -1]
    assert votes.majority("first").tolist() == [0, 1, -1]


def test_sums_of_weights_that_differ_by_rounding_are_a_tie():
    cube = np.array([[[0.1, 0], [0.2, 0], [0, 0.3]]])
    assert 0.1 + 0.2 != 0.3
    assert parse_ratings(cube, ["a", "b"]).majority().tolist() == [-1]


def test_of_rater_keeps_samples_and_labels():
    votes = parse_ratings(MATRIX).of_rater("E2")
    assert votes.counts().tolist() == [[0, 0, 0], [1, 0, 1], [0, 0, 1]]
    assert (votes.n_samples, votes.raters, votes.labels) == (3, ["E2"], ["a", "b", "c"])
    with pytest.raises(ValueError, match=r"no rater 'E3'; the raters are 'E1', 'E2'"):
        parse_ratings(MATRIX).of_rater("E3")


def test_taken_votes_stay_sorted_by_sample_rater_and_label():
    taken = parse_ratings(MATRIX).take([2, 1, 1])
    assert taken.sample.tolist() == [0, 1, 1, 1, 2, 2, 2]
    assert taken.rater.tolist() == [1, 0, 1, 1, 0, 1, 1]
    assert taken.label.tolist() == [2, 1, 0, 2, 1, 0, 2]
    assert taken.n_samples == 3


def test_the_repr_of_votes_gives_their_size():
    votes = parse_ratings(MATRIX)
    assert isinstance(votes, Votes)
    assert repr(votes) == "Votes(5 votes, 3 samples, 2 raters, labels=['a', 'b', 'c'])"
