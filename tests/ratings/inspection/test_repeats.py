"""Agreement of raters with themselves on repeated content."""

import pandas as pd
import pytest

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import sample_disagreement, self_agreement


def test_pairs_of_ratings_of_the_same_content_are_counted():
    content = ["x", "y", "x", "y", "x", "z"]
    Y = [
        ["a", "a", None, "a"],
        ["b", ("a", "b"), "a", None],
        ["a", "b", None, None],
        ["a", ("b", "a"), None, None],
        ["b", None, "a", "a"],
        ["b", "b", "b", "b"],
    ]
    table = self_agreement(Y, content)
    # Rater 0: a, a, b of x and b, a of y; rater 1: a, b of x and equal sets of y; rater 3: a, a of x.
    assert table.index.tolist() == [0, 1, 3]
    assert table["contents"].tolist() == [2, 2, 1]
    assert table["pairs"].tolist() == [4, 2, 1]
    assert table["agreement"].tolist() == [0.25, 0.5, 1.0]
    assert table.loc[3, ["low", "high"]].tolist() == pytest.approx([0.025, 1])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (["x", "y"], "No rater rated the same content twice: the 2 samples show 2 different contents"),
        (["x"], "1 entries for 2 samples"),
        (["x", None], "Sample 1 has no content"),
        (None, "content is None"),
    ],
)
def test_content_that_repeats_nothing_or_does_not_fit_is_refused(content, message):
    with pytest.raises(InputError, match=message):
        self_agreement([["a"], ["b"]], content)


def test_raters_and_samples_may_be_called_by_tuples():
    raters = pd.MultiIndex.from_tuples([("site1", 1), ("site2", 1)])
    Y = pd.DataFrame([["a", "b"], ["a", "a"]], columns=raters)
    assert self_agreement(Y, ["c", "c"]).index.tolist() == raters.tolist()
    samples = [("session1", 1), ("session1", 2)]
    assert set(sample_disagreement(Y, samples=samples).index) <= set(samples)
