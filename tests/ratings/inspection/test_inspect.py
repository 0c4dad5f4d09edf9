"""inspect_ratings: the tables of the single functions, in one call, for every form of ratings."""

import numpy as np
import pandas as pd
import pytest

from made_crowds import always_first, crowd
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import (
    Task,
    alpha_interval,
    inspect_ratings,
    rater_camps,
    rater_confusions,
    rater_hints,
    rater_pairs,
    rater_summary,
    rating_coverage,
    sample_disagreement,
    self_agreement,
)

Y = pd.DataFrame(crowd(n_samples=300, others=[always_first]), columns=[f"r{number}" for number in range(9)])
CONTENT = np.arange(300) // 2


@pytest.fixture(scope="module")
def found():
    return inspect_ratings(Y, content=CONTENT, random_state=0)


def test_each_table_is_that_of_its_own_function(found):
    same = {
        "coverage": rating_coverage(Y),
        "pairs": rater_pairs(Y),
        "confusions": rater_confusions(Y),
        "hints": rater_hints(Y),
        "self_agreement": self_agreement(Y, CONTENT),
        "samples": sample_disagreement(Y),
    }
    for name, table in same.items():
        assert found[name].equals(table), name
    assert found.alpha.alpha == alpha_interval(Y).alpha
    assert found.hints["rater"].tolist() == ["r8"]
    assert len(found.camps) == len(rater_camps(Y, random_state=0))


def test_raters_are_those_of_the_summary_with_their_agreement_with_the_others(found):
    summary = rater_summary(Y)
    assert found.raters[summary.columns].equals(summary)
    confusions = found.confusions[found.confusions["rater"] == "r3"]
    right = confusions.loc[confusions["others"] == confusions["own"], "samples"].sum()
    row = found.raters.loc["r3"]
    assert row["with_others"] == right / confusions["samples"].sum()
    assert row["low"] < row["with_others"] < row["high"]
    assert found.raters.loc["crowd_hard", ["with_others", "low"]].isna().all()


@pytest.mark.parametrize(
    "ratings",
    [
        ["a", "b", "a"],
        [["a", None], [None, "b"]],
        [["a", "a"], ["a", "a"]],
        [[("a", "b"), "a"], ["b", ("a", "b")], [None, None]],
        [[1, 2], [2, 3], [1, None]],
        Task(np.eye(3)[[[0, 1], [2, 2]]] * 0.5, classes=["x", "y", "z"]),
        Task([["a", "x"], ["x", "x"]], classes=["a"]),
    ],
)
def test_small_and_odd_ratings_give_tables_without_a_verdict(ratings):
    found = inspect_ratings(ratings, random_state=0, n_bootstrap=20)
    assert not len(found.hints)
    assert not len(found.camps)
    assert np.isnan(found.alpha.alpha) == (found.alpha_error is not None)
    assert len(found.samples) == found.coverage["samples"]


def test_coverage_counts_what_is_there():
    task = Task(
        [["a", ("a", "b"), None], ["x", "a", None], [None, "b", None], [None, None, None]], classes=["a", "b"]
    )
    assert rating_coverage(task).to_dict() == {
        "votes": 6,
        "votes_outside_classes": 1,
        "ratings": 4,
        "ratings_of_several_classes": 1,
        "samples": 4,
        "samples_without_rating": 1,
        "samples_with_one_rating": 2,
        "raters": 3,
        "raters_without_rating": 1,
        "ratings_a_sample_least": 1,
        "ratings_a_sample_median": 1,
        "ratings_a_sample_most": 2,
        "samples_a_rater_least": 1,
        "samples_a_rater_median": 2,
        "samples_a_rater_most": 3,
    }


def test_settings_are_refused_before_anything_is_computed():
    for wrong, message in (
        ({"n_bootstrap": 0}, "n_bootstrap must be a whole number"),
        ({"confidence": 95}, "confidence must be a number between 0 and 1"),
        ({"significance": 0}, "significance must be a number between 0 and 1"),
        ({"min_ratings": 5}, "min_ratings must be a whole number, 20 or more"),
        ({"max_raters": 3}, "max_raters must be a whole number, 4 or more"),
        ({"samples": ["a"]}, "samples has 1 names for 300 samples"),
        ({"ordered": True}, "only sorted as text"),
        ({"content": ["a"]}, "content has 1 entries for 300 samples"),
    ):
        with pytest.raises(InputError, match=message):
            inspect_ratings(Y, **wrong)


def test_thousands_of_raters_are_looked_at_in_bounded_tables():
    rng = np.random.default_rng(0)
    votes = pd.DataFrame(
        {
            "sample": np.repeat(np.arange(4000), 5),
            "rater": [f"w{number}" for number in rng.integers(3000, size=20_000)],
            "label": rng.choice(["a", "b", "c"], 20_000),
        }
    )
    from sklearn_raters.ratings import votes_from_long

    read, samples = votes_from_long(votes)
    found = inspect_ratings(read, samples=samples, random_state=0, n_bootstrap=50)
    assert len(set(found.pairs["rater_a"]) | set(found.pairs["rater_b"])) <= 200
    assert found.pairs.attrs["raters_left_out"] == len(read.raters) - 200
    assert abs(found.alpha.alpha) < 0.02
