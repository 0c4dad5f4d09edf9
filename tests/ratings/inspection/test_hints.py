"""Hints at raters: every kind is found with its evidence, honest raters and few votes are never accused."""

import numpy as np
import pytest

from made_crowds import always_first, at_random, crowd, right_on
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import Task, rater_hints

FOUR, ORDER = 4, ["c0", "c1", "c2", "c3"]


def looks(Y, **settings):
    table = rater_hints(Y, **settings)
    return dict(zip(table["rater"], table["looks"], strict=True))


@pytest.mark.parametrize(
    ("rater", "expected"),
    [
        (always_first, "constant"),
        (at_random, "random"),
        (right_on(0.8, FOUR, [1, 0, 2, 3]), "swapped"),
    ],
)
def test_a_doubtful_rater_is_found_as_what_he_is(rater, expected):
    assert looks(crowd(n_samples=1500, others=[rater])) == {8: expected}


def test_a_reversed_scale_is_found_where_classes_are_ordered():
    Y = crowd(n_samples=1000, others=[right_on(0.8, FOUR, [3, 2, 1, 0])])
    assert looks(Task(Y, classes=ORDER), ordered=True) == {8: "reversed"}


def test_the_evidence_holds_the_counts():
    Y = np.array([["a", "a", "a", "a"], ["b", "b", "b", "a"]] * 30, dtype=object)
    table = rater_hints(Y)
    assert table["evidence"].tolist() == [
        "chose 'a' on 60 of 60 samples, and on 30 of the 30 of which the others chose another class (other "
        "raters: 0 %)"
    ]
    # Half of the samples where the others say b, all of which he calls a, at a chance of a half each.
    assert table["p_value"].tolist() == pytest.approx([0.5**30 * 4 * 3])
    assert table["samples"].tolist() == [60]


def test_ordinary_crowds_get_no_hint():
    wrong = sum(len(looks(crowd(seed))) > 0 for seed in range(60))
    assert wrong == 0


def test_honest_raters_of_a_rare_class_do_not_look_constant():
    for seed in range(20):
        assert looks(crowd(seed, prior=[0.94, 0.02, 0.02, 0.02], votes=3, n_samples=1000)) == {}


def test_a_rater_with_ten_votes_is_never_accused():
    Y = crowd(n_samples=400)
    for rater in (always_first, at_random):
        column = np.full(400, None, dtype=object)
        column[:10] = [ORDER[k] for k in rater(np.arange(10) % FOUR, np.random.default_rng(0))]
        column[:10] = "c0" if rater is always_first else column[:10]
        assert looks(np.column_stack([Y, column])) == {}
    with pytest.raises(InputError, match="min_ratings must be a whole number, 20 or more, not 10"):
        rater_hints(Y, min_ratings=10)


def test_of_two_raters_nobody_is_the_odd_one():
    Y = np.column_stack([["a", "b"] * 100, ["a", "a"] * 100]).astype(object)
    assert looks(Y) == {}


def test_where_nobody_agrees_nobody_looks_random():
    assert looks(crowd(n_honest=0, others=[at_random] * 6, n_samples=1000)) == {}


def test_a_rater_who_differs_but_depends_on_the_sample_is_not_random():
    shifted = right_on(0.9, FOUR, [1, 2, 3, 0])
    assert looks(crowd(n_samples=1500, others=[shifted])) == {}


SHIFTED, BACK = [1, 2, 3, 0], [3, 0, 1, 2]


def test_a_random_rater_beside_two_camps_is_found_by_those_nearest():
    camps = [right_on(0.75, FOUR, SHIFTED)] * 8
    for seed in range(5):
        Y = crowd(seed, n_samples=1500, others=[*camps, at_random])
        table = rater_hints(Y)
        assert table[["rater", "looks"]].to_numpy().tolist() == [[16, "random"]]
        assert table["evidence"].str.startswith("agrees with the raters nearest to this one on ").all()
        assert looks(Y[:, ::-1]) == {0: "random"}


def test_raters_of_camps_and_those_who_are_alone_with_their_names_are_not_random():
    camps = [right_on(0.75, FOUR, SHIFTED)] * 8
    for seed in range(10):
        assert looks(crowd(seed, others=camps)) == {}
        assert looks(crowd(seed, others=[*camps, right_on(0.75, FOUR, BACK)])) == {}


def test_order_and_names_of_raters_change_no_hint():
    Y = crowd(n_samples=1500, others=[at_random, always_first])
    assert looks(Y) == {8: "random", 9: "constant"}
    assert looks(Y[:, ::-1]) == {0: "constant", 1: "random"}


def test_texts_without_an_order_are_refused_as_ordered():
    with pytest.raises(InputError, match="only sorted as text: give them in their order"):
        rater_hints(crowd(), ordered=True)
    with pytest.raises(InputError, match="ordered must be True or False, not 'yes'"):
        rater_hints(crowd(), ordered="yes")
    for wrong in (0, 1, "0.05", None):
        with pytest.raises(InputError, match="significance must be a number between 0 and 1"):
            rater_hints(crowd(), significance=wrong)


@pytest.mark.parametrize(("n_ratings", "found"), [(100, True), (40, False)])
def test_random_raters_among_split_ones_are_found_beyond_the_200_busiest(n_ratings, found):
    """With few ratings the test has no power, and nothing is divided by zero."""
    rng, n = np.random.default_rng(0), 400
    truth = rng.integers(3, size=n)
    Y = np.full((n, 207), np.nan)
    for rater in range(204):
        camp = truth if rater % 2 else (truth + 1) % 3
        rated = rng.permutation(n)[:120]
        Y[rated, rater] = np.where(rng.random(n) < 0.9, camp, rng.integers(3, size=n))[rated]
    for rater in range(204, 207):
        Y[rng.permutation(n)[:n_ratings], rater] = rng.integers(3, size=n_ratings)
    table = rater_hints(Y)
    assert set(table["rater"]) <= {204, 205, 206}
    assert (len(table) == 3) == found
