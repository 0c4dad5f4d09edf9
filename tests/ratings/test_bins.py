"""Scores of a scale become classes by edges and names."""

import numpy as np
import pandas as pd
import pytest

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import Task, parse_ratings, ratings_from_long

BINS = {"edges": [0, 33, 66, 100], "names": ["low", "middle", "high"]}
SCORES = [0, 0.5, 33, 33.5, 66, 67, 100]


def classes_of(scores, bins):
    task = Task(np.array(scores, dtype=object), bins=bins)
    return task.class_names(task.majority()).tolist()


def test_bins_are_those_of_pandas_cut():
    for right in (True, False):
        found = classes_of(SCORES[:-1], {**BINS, "right": right})
        cut = pd.cut(SCORES[:-1], BINS["edges"], labels=BINS["names"], right=right, include_lowest=True)
        assert found == list(cut)


def test_both_ends_of_the_scale_belong_to_it():
    assert classes_of([0, 100], BINS) == ["low", "high"]
    assert classes_of([0, 100], {**BINS, "right": False}) == ["low", "high"]


def test_an_inner_edge_belongs_to_the_class_below_it_or_above_it():
    assert classes_of([33, 66], BINS) == ["low", "middle"]
    assert classes_of([33, 66], {**BINS, "right": False}) == ["middle", "high"]


def test_an_end_may_be_open():
    bins = {"edges": [-np.inf, 0, np.inf], "names": ["negative", "positive"]}
    assert classes_of([-1e9, 0, 1], bins) == ["negative", "negative", "positive"]


@pytest.mark.parametrize(
    "Y",
    [
        [[0, 50], [None, 99.5]],
        np.array([[0, 50], [np.nan, 99.5]]),
        [["0", "50"], ["NA", "99.5"]],
        pd.DataFrame([[0, 50], [pd.NA, 99.5]]),
        ratings_from_long({"sample": [0, 0, 1], "rater": [0, 1, 1], "label": [0, 50, 99.5]}, bins=BINS),
    ],
    ids=lambda Y: type(Y).__name__,
)
def test_scores_in_every_form_become_classes(Y):
    task = Task(Y, ["low", "middle", "high"]) if str(Y).count("low") else Task(Y, bins=BINS)
    assert task.classes == ["low", "middle", "high"]
    assert task.counts.tolist() == [[1, 1, 0], [0, 0, 1]]


def test_the_names_are_the_classes_in_their_order():
    task = Task([[10, 90]], bins=BINS)
    assert task.classes == ["low", "middle", "high"]
    assert task.classes_given
    assert Task([[10, 90]], label_map={"middle": "low"}, bins=BINS).classes == ["low", "high"]
    assert Task(task).classes == task.classes


def test_a_task_of_scores_hands_on_votes_that_need_no_bins():
    task = Task([[10, 90]], bins=BINS)
    assert Task(task.ratings).classes == ["high", "low"]


def test_missing_labels_are_taken_out_before_the_scores_are_cut():
    votes = parse_ratings([[-1, 90], ["unsure", 10]], missing_label=[-1, "unsure"], bins=BINS)
    assert votes.labels == ["high", "low"]
    assert votes.sample.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("Y", "message"),
    [
        ([[10, 101]], "Sample 0, rater 1 has the label 101, beyond the edges of bins, 0 to 100"),
        ([[10, -1]], "Sample 0, rater 1 has the label -1, beyond"),
        ([[10, "x"]], "Sample 0, rater 1 has the label 'x', but bins cuts numbers from 0 to 100"),
        (["10", "x"], "Sample 1, rater 0 has the label 'x', but bins"),
    ],
)
def test_labels_that_bins_cannot_cut_are_named(Y, message):
    with pytest.raises(InputError, match=message):
        parse_ratings(Y, bins=BINS)


@pytest.mark.parametrize(
    ("bins", "error", "message"),
    [
        ([0, 1, 2], TypeError, "bins must be a dict such as"),
        ({"edges": [0, 1]}, InputError, "bins must be a dict such as .* it holds 'edges'"),
        ({**BINS, "labels": []}, InputError, 'may hold "right"'),
        ({**BINS, "edges": [0, 66, 33, 100]}, InputError, "three or more rising numbers, not .0, 66, 33"),
        ({**BINS, "edges": [0, np.nan, 33, 100]}, InputError, "rising numbers"),
        ({**BINS, "edges": "abcd"}, InputError, "rising numbers"),
        ({"edges": [0, 1], "names": ["a"]}, InputError, "three or more"),
        ({**BINS, "names": ["a", "b"]}, InputError, "4 edges and 2 names .'a', 'b'.: give one name less"),
        ({**BINS, "names": ["a", "b", "a"]}, InputError, "names 'a' twice"),
    ],
)
def test_wrong_bins_are_named(bins, error, message):
    with pytest.raises(error, match=message):
        parse_ratings([[10, 90]], bins=bins)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"right": "no"}, "must be True or False, not 'no'"),
        ({"right": float("nan")}, "must be True or False"),
        ({"edges": [0, 10**400, 2]}, "three or more rising numbers"),
        ({"edges": np.ma.masked_array([0, 1, 2], [False, True, False])}, "The edges of bins has 1 masked"),
    ],
)
def test_edges_and_sides_that_are_none_are_refused(change, message):
    with pytest.raises((ValueError, TypeError), match=message):
        Task([[0.5], [1.5]], bins={"edges": [0, 1, 2], "names": ["low", "high"], **change})
