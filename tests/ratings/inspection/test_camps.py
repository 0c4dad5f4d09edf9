"""Camps: found where there are two, not where raters differ in skill or some are careless."""

import numpy as np
import pytest

from made_crowds import always_first, at_random, crowd, right_on
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import rater_camps

SHIFT = [1, 2, 2, 3]


def test_two_camps_are_found_with_their_raters():
    Y = crowd(n_honest=6, others=[right_on(0.85, 4, SHIFT)] * 4, n_samples=800)
    camps = rater_camps(Y, random_state=0)
    assert camps["camp"].tolist() == [1] * 6 + [2] * 4
    assert (camps["inside"] > camps["across"]).all()
    assert camps.attrs["p_value"] < 0.001
    assert min(camps.attrs["inside_1"], camps.attrs["inside_2"]) > camps.attrs["across"] + 0.1


def test_good_and_bad_raters_are_no_camps():
    for seed in range(30):
        Y = crowd(seed, n_honest=4, others=[right_on(0.97, 4)] * 4 + [right_on(0.45, 4)] * 4)
        assert not len(rater_camps(Y, random_state=seed))


def test_careless_raters_are_no_camp():
    Y = crowd(n_honest=6, others=[always_first] * 3 + [at_random] * 2, n_samples=1500)
    assert not len(rater_camps(Y, random_state=0))


def test_camps_need_four_raters_and_the_seed_repeats_them():
    assert not len(rater_camps(crowd(n_honest=3), random_state=0))
    Y = crowd(n_honest=5, others=[right_on(0.85, 4, SHIFT)] * 5)
    assert rater_camps(Y, random_state=3).equals(rater_camps(Y, random_state=3))
    with pytest.raises(InputError, match="max_raters must be a whole number, 4 or more, not 2"):
        rater_camps(Y, max_raters=2)
    with pytest.raises(InputError, match="random_state"):
        rater_camps(Y, random_state="seed")


def test_raters_who_never_meet_are_no_camps():
    Y = np.full((400, 4), None, dtype=object)
    Y[:200, :2], Y[200:, 2:] = "a", "b"
    Y[::3, :2], Y[1::3, 2:] = "b", "a"
    Y[:200, 2:], Y[200:, :2] = None, None
    assert not len(rater_camps(Y, random_state=0))
