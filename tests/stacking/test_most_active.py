"""Which raters get a view if not all do: neither names, order, repeats nor weights change it."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from sklearn_raters import MultiRaterStackingClassifier
from sklearn_raters.ratings import Task
from sklearn_raters.stacking._most_active import most_active

RNG = np.random.default_rng(0)
N = 30
# Each of six raters rated ten samples, so that all are tied; some samples have one rating, some several.
TIED = pd.DataFrame(
    {f"r{rater}": np.where(RNG.permutation(N) < 10, RNG.choice(["a", "b"], N), None) for rater in range(6)}
)


def chosen(Y, n_raters=3, weight=None):
    task = Task(Y)
    return set(most_active(task.raters, task, n_raters, weight))


@pytest.mark.parametrize("n_raters", [1, 2, 3, 5])
@pytest.mark.parametrize("seed", range(5))
def test_order_and_names_do_not_break_a_tie(seed, n_raters):
    rng = np.random.default_rng(seed)
    expected = chosen(TIED, n_raters)
    assert len(expected) == n_raters
    assert chosen(TIED.iloc[rng.permutation(N)], n_raters) == expected
    assert chosen(TIED.iloc[rng.permutation(N), rng.permutation(6)], n_raters) == expected
    names = dict(zip(TIED, rng.permutation([f"w{place}" for place in range(6)]), strict=True))
    assert chosen(TIED.rename(columns=names), n_raters) == {names[name] for name in expected}


@pytest.mark.parametrize("seed", range(5))
def test_repeats_and_weights_choose_the_same_raters(seed):
    rng = np.random.default_rng(seed)
    times = rng.integers(0, 4, N)
    repeated = TIED.iloc[rng.permutation(np.repeat(np.arange(N), times))]
    assert chosen(repeated) == chosen(TIED, weight=times.astype(float))
    twice = TIED.iloc[np.tile(np.arange(N), 2)]
    assert chosen(twice) == chosen(TIED) == chosen(TIED, weight=np.full(N, 2.0))
    tenths = chosen(TIED, weight=times / 10)
    assert chosen(TIED.iloc[::-1], weight=times[::-1] / 10) == tenths


def test_weights_count_for_who_rated_most():
    ratings = pd.DataFrame({"one": ["a", "b", None, None], "other": [None, "a", "b", "a"]})
    assert chosen(ratings, 1) == {"other"}
    assert chosen(ratings, 1, np.array([9.0, 1, 1, 1])) == {"one"}
    assert chosen(ratings, 1, np.array([1.0, 1, 0, 0])) == {"one"}


def test_a_stack_has_the_same_views_whatever_the_order_of_samples():
    X = np.column_stack([np.arange(N) % 5, np.arange(N) % 3]).astype(float)
    order = np.random.default_rng(1).permutation(N)
    stack = MultiRaterStackingClassifier(LogisticRegression(), views=["raters"], fusion="mean", max_raters=2)
    first = set(stack.fit(X, TIED).views_)
    assert first == chosen(TIED, 2)
    assert set(stack.fit(X[order], TIED.iloc[order]).views_) == first
    weight = 1.0 + np.arange(N) % 2
    weighted = set(stack.fit(X, TIED, sample_weight=weight).views_)
    rows = np.repeat(np.arange(N), weight.astype(int))
    assert set(stack.fit(X[rows], TIED.iloc[rows]).views_) == weighted
