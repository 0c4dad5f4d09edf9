"""Agreement of two raters, and a rater against the others, counted one by one as well."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from sklearn_raters.consensus import hard_labels
from sklearn_raters.ratings import Task, pairwise_agreement, rater_confusions

CLASSES = ["a", "b", "c"]


@pytest.fixture(scope="module")
def ratings():
    """Return a table of five raters with gaps, some cells with several labels, and labels outside."""
    rng = np.random.default_rng(0)
    cells = rng.choice([*CLASSES, "other"], (60, 5), p=[0.4, 0.3, 0.2, 0.1]).astype(object)
    cells[rng.random(cells.shape) < 0.3] = None
    for row in range(0, 60, 7):
        cells[row, row % 5] = ("a", "c")
    return pd.DataFrame(cells, columns=list("vwxyz"))


def chosen(cell):
    given = {cell} if isinstance(cell, str) else set(cell or ())
    return given & set(CLASSES)


def test_agreement_of_two_is_that_of_their_common_samples(ratings):
    table = pairwise_agreement(Task(ratings, CLASSES))
    assert len(table) == 10
    for (one, two), (_, row) in zip(combinations(ratings, 2), table.iterrows(), strict=True):
        pairs = [(chosen(a), chosen(b)) for a, b in zip(ratings[one], ratings[two], strict=True)]
        shares = [len(a & b) / len(a | b) for a, b in pairs if a and b]
        assert (row["rater"], row["other"], row["n_samples"]) == (one, two, len(shares))
        np.testing.assert_allclose(row["agreement"], np.mean(shares))
        assert row["low"] < row["agreement"] < row["high"]


def test_wilsons_interval_has_its_known_values():
    table = pairwise_agreement([["a", "a"]] * 8 + [["a", "b"]] * 2)
    np.testing.assert_allclose(table[["low", "high"]], [[0.4902, 0.9433]], atol=1e-4)


def test_raters_without_a_common_sample_are_no_pair():
    assert len(pairwise_agreement([["a", None], [None, "b"]])) == 0


def test_a_rater_is_compared_with_the_majority_of_the_others(ratings):
    confusions = rater_confusions(Task(ratings, CLASSES))
    for index, rater in enumerate(ratings):
        expected = np.zeros((3, 3))
        majority = hard_labels(Task(ratings.drop(columns=rater), CLASSES))
        for true, cell in zip(majority, ratings[rater], strict=True):
            for label in chosen(cell) if true is not None else ():
                expected[CLASSES.index(true), CLASSES.index(label)] += 1 / len(chosen(cell))
        np.testing.assert_allclose(confusions[index], expected)


def test_labels_are_merged_after_the_majority_of_the_others():
    # Two of four others say "sad", the merged class "happy" has one vote each from two labels.
    Y = [["sad", "sad", "joy", "fun", "fun"]]
    task = Task(Y, ["sad", "happy"], {"joy": "happy", "fun": "happy"})
    assert rater_confusions(task)[4].tolist() == [[0, 1], [0, 0]]
