"""Agreement of pairs of raters: counts, intervals and kappa; bounded by the number of raters."""

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score

from made_crowds import crowd
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import Task, rater_pairs

NUMBERS = {f"c{number}": number for number in range(4)}


@pytest.mark.parametrize("ordered", [False, True])
def test_each_pair_has_the_numbers_of_the_libraries(ordered):
    Y = crowd(n_honest=4, votes=3, n_samples=60)
    table = rater_pairs(Task(Y, classes=list(NUMBERS)), ordered=ordered, confidence=0.9)
    assert len(table) == 6
    for row in table.itertuples():
        both = [(a, b) for a, b in Y[:, [row.rater_a, row.rater_b]] if a is not None and b is not None]
        same = sum(a == b for a, b in both)
        assert (row.samples, row.agreement) == (len(both), same / len(both))
        interval = binomtest(same, len(both)).proportion_ci(0.9, method="exact")
        assert (row.low, row.high) == pytest.approx((interval.low, interval.high))
        one, other = ([NUMBERS[label] for label in column] for column in zip(*both, strict=True))
        weights = "quadratic" if ordered else None
        assert row.kappa == pytest.approx(cohen_kappa_score(one, other, weights=weights, labels=range(4)))


def test_full_and_no_agreement_have_intervals_up_to_the_ends():
    table = rater_pairs([["a", "a", "b"], ["b", "b", "a"]])
    assert table["agreement"].tolist() == [1, 0, 0]
    assert table.loc[0, ["low", "high"]].tolist() == pytest.approx([0.025**0.5, 1])
    assert table.loc[1, ["low", "high"]].tolist() == pytest.approx([0, 1 - 0.025**0.5])


def test_several_classes_agree_with_the_same_set_only_and_are_left_out_where_ordered():
    Y = [[("a", "b"), ("b", "a")], [("a", "b"), "a"], ["a", "a"]]
    assert rater_pairs(Y).loc[0, ["samples", "agreement"]].tolist() == pytest.approx([3, 2 / 3])
    ordered = rater_pairs(Task(Y, classes=["a", "b"]), ordered=True)
    assert ordered.loc[0, "samples"] == 1


def test_kappa_is_missing_where_both_always_chose_the_same_class():
    assert rater_pairs([["a", "a"], ["a", "a"], ["b", None]])["kappa"].isna().all()


def test_the_busiest_raters_are_paired_and_the_others_counted():
    rng = np.random.default_rng(0)
    Y = crowd(n_honest=30, votes=4, n_samples=100)
    Y[:, 20:][rng.random((100, 10)) < 0.7] = None
    table = rater_pairs(Y, max_raters=20)
    counts = (Y != None).sum(axis=0)  # noqa: E711
    assert set(table["rater_a"]) | set(table["rater_b"]) <= set(np.argsort(-counts, kind="stable")[:20])
    assert table.attrs["raters_left_out"] == 10
    assert rater_pairs(Y).attrs["raters_left_out"] == 0


def test_raters_who_share_no_sample_are_no_pair():
    assert not len(rater_pairs([["a", None], [None, "b"]]))
    with pytest.raises(InputError, match="max_raters must be a whole number, 2 or more, not 1"):
        rater_pairs([["a", "b"]], max_raters=1)
    for wrong in (0, 1, 95, "0.9"):
        with pytest.raises(InputError, match="confidence must be a number between 0 and 1"):
            rater_pairs([["a", "b"]], confidence=wrong)


def test_without_a_rating_of_a_single_class_no_pair_has_an_ordered_agreement():
    task = Task([[("a", "b"), ("a", "b")], [("b", "a"), ("a", "c")]], classes=["a", "b", "c"])
    table = rater_pairs(task, ordered=True)
    assert len(table) == 0
    assert table.attrs["raters_left_out"] == 0
    assert "agreement" in table
