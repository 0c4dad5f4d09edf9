"""Samples that split the raters, and samples that are worth another rating."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, entropy

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import Task, parse_ratings, sample_disagreement

Y = [
    ["a", "a", "a"],
    ["a", "b", "a"],
    ["a", "b", None],
    ["c", None, None],
    [None, None, None],
    ["a", "b", "c"],
]


def test_split_is_the_entropy_and_doubt_that_of_the_two_leading_classes():
    table = sample_disagreement(Y)
    assert table["ratings"].tolist() == [3, 3, 2, 1, 0, 3]
    expected = [0, entropy([2, 1], base=3), entropy([1, 1], base=3), 0, np.nan, 1]
    np.testing.assert_allclose(table["split"], expected, atol=1e-12)
    # The probability that the leading class has less than half under a uniform prior.
    np.testing.assert_allclose(
        table["doubt"],
        [beta.cdf(0.5, one + 1, two + 1) for one, two in [(3, 0), (2, 1), (1, 1), (1, 0), (0, 0), (1, 1)]],
    )
    assert table["majority"].fillna("-").tolist() == ["a", "a", "-", "c", "-", "-"]
    assert table["votes_b"].tolist() == [0, 1, 1, 0, 0, 1]


def test_ordered_classes_are_split_by_their_distance():
    task = Task([[1, 3], [1, 2], [2, 2], [1, None]])
    assert sample_disagreement(task, ordered=True)["split"].tolist() == pytest.approx([1, 0.5, 0, 0])
    assert sample_disagreement(task)["split"].iloc[0] == sample_disagreement(task)["split"].iloc[1]


def test_doubt_falls_with_votes_that_confirm_and_stays_where_raters_split():
    doubt = sample_disagreement(
        [["a", None, None, None], ["a"] * 2 + [None] * 2, ["a"] * 4, list("aabb"), list("aaab")]
    )
    values = doubt["doubt"].tolist()
    assert values[0] > values[1] > values[2]
    assert values[3] == 0.5 > values[4] > values[2]


def test_samples_are_named_by_the_table_or_as_given():
    frame = pd.DataFrame(Y, index=list("uvwxyz"))
    for table in (sample_disagreement(frame), sample_disagreement(Task(frame))):
        assert table.index.tolist() == list("uvwxyz")
    assert sample_disagreement(Y, samples=range(10, 16)).index[0] == 10
    for ratings in (parse_ratings(frame), Task(frame, missing_label="none")):
        assert sample_disagreement(ratings).index.tolist() == list("uvwxyz")
    taken = sample_disagreement(Task(frame).take([2, 0]))
    pd.testing.assert_frame_equal(taken, sample_disagreement(frame).loc[["w", "u"]])
    with pytest.raises(InputError, match="samples has 2 names for 6 samples"):
        sample_disagreement(Y, samples=["a", "b"])


def test_one_class_alone_is_no_error():
    table = sample_disagreement([["a", "a"], ["a", None]])
    assert table["split"].tolist() == [0, 0]
    assert table["doubt"].tolist() == pytest.approx([0.125, 0.25])
