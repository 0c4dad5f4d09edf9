"""Each rater against the majority of the others: his own votes never count in it."""

import numpy as np

from made_crowds import crowd
from sklearn_raters.consensus import hard_labels
from sklearn_raters.ratings import Task, rater_confusions
from sklearn_raters.ratings.inspection import _others


def counted(table):
    """Return the counts of a table as a dict."""
    return dict(
        zip(zip(table["rater"], table["others"], table["own"], strict=True), table["samples"], strict=True)
    )


def by_hand(Y):
    """Count by one majority for each rater, without the rater's column."""
    expected = {}
    for rater in range(Y.shape[1]):
        rest = np.delete(Y, rater, axis=1)
        for own, others in zip(Y[:, rater], hard_labels(rest), strict=True):
            if own is not None and others is not None:
                key = rater, others, own
                expected[key] = expected.get(key, 0) + 1
    return expected


def test_counts_are_those_of_a_majority_without_the_rater(monkeypatch):
    Y = crowd(n_honest=5, votes=4, n_samples=80)
    assert counted(rater_confusions(Y)) == by_hand(Y)
    monkeypatch.setattr(_others, "_BLOCK", 7)
    assert counted(rater_confusions(Y)) == by_hand(Y)


def test_shares_are_of_the_others_class_and_usual_ones_of_the_other_raters():
    table = rater_confusions([["a", "a", "b"], ["a", "a", "a"], ["b", "b", "b"]])
    mine = table[table["rater"] == 2].set_index(["others", "own"])
    assert mine["share"].to_dict() == {("a", "a"): 0.5, ("a", "b"): 0.5, ("b", "b"): 1.0}
    assert mine["usual"].to_dict() == {("a", "a"): 1.0, ("a", "b"): 0.0, ("b", "b"): 1.0}


def test_the_majority_is_taken_before_labels_are_merged():
    Y = [["joy", "fun", "sad", "sad", "joy"]]
    task = Task(Y, classes=["joy", "sad"], label_map={"fun": "joy"})
    # Without rater 0 or 4, sad leads; without rater 2 or 3, joy does; without rater 1, both have two votes.
    assert counted(rater_confusions(task)) == {
        (0, "sad", "joy"): 1,
        (2, "joy", "sad"): 1,
        (3, "joy", "sad"): 1,
        (4, "sad", "joy"): 1,
    }


def test_several_classes_and_majorities_outside_the_classes_are_left_out():
    task = Task([[("a", "b"), "a", "a", "a"], ["x", "x", "x", "a"]], classes=["a", "b"])
    assert counted(rater_confusions(task)) == {(1, "a", "a"): 1, (2, "a", "a"): 1, (3, "a", "a"): 1}


def test_a_single_rater_is_compared_with_nobody():
    table = rater_confusions(["a", "b", "a"])
    assert not len(table)
    assert table.columns.tolist() == ["rater", "others", "own", "samples", "share", "usual"]


def test_weights_count_in_the_majority_of_the_others():
    cube = np.zeros((1, 3, 2))
    cube[0, 0, 0], cube[0, 1, 1], cube[0, 2, 0] = 3, 1, 0.5
    assert counted(rater_confusions(Task(cube, classes=["a", "b"]))) == {
        (0, "b", "a"): 1,
        (1, "a", "b"): 1,
        (2, "a", "a"): 1,
    }
