"""The splitter that stratifies by the consensus and keeps groups together."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_validate

from sklearn_raters import MultiRaterStackingClassifier
from sklearn_raters.consensus import hard_labels
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.metrics import uar_scorer
from sklearn_raters.model_selection import ConsensusStratifiedGroupKFold, compare, cross_val_predict_raters
from sklearn_raters.ratings import Task

RNG = np.random.default_rng(0)
N = 240
TRUTH = RNG.choice(["a", "b", "c"], N, p=[0.7, 0.2, 0.1])
SPEAKERS = np.repeat([f"s{number}" for number in range(24)], 10)
Y = pd.DataFrame({f"r{number}": TRUTH for number in range(4)}, dtype=object)
TIED = RNG.choice(N, 40, replace=False)
Y.loc[TIED, ["r0", "r1"]], Y.loc[TIED, ["r2", "r3"]] = "a", "b"
Y.iloc[::3, 3] = np.nan
X = RNG.normal(size=(N, 3)) + np.array([ord(label) - 97.0 for label in TRUTH])[:, None]


def counts(labels):
    return pd.Series([str(label) for label in labels]).value_counts()


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("groups", [None, SPEAKERS])
def test_every_fold_has_its_share_of_each_class_and_of_the_samples_without_consensus(groups, shuffle):
    labels = hard_labels(Task(Y))
    assert sum(label is None for label in labels) > 20
    splitter = ConsensusStratifiedGroupKFold(4, shuffle=shuffle, random_state=0 if shuffle else None)
    tested = []
    for train, test in splitter.split(X, Y, groups):
        tested += test.tolist()
        assert not set(train) & set(test)
        if groups is not None:
            assert not set(groups[train]) & set(groups[test])
        if groups is not None and shuffle:
            continue  # scikit-learn 1.6 stratifies shuffled groups less well
        here = counts(labels[test]).reindex(counts(labels).index, fill_value=0)
        most = 1 if groups is None else 0.6 * counts(labels) / 4
        assert ((here - counts(labels) / 4).abs() <= most).all(), here
    assert sorted(tested) == list(range(N))


def test_it_stratifies_better_than_groups_alone():
    labels = hard_labels(Task(Y))
    by_size = np.array_split(np.unique(SPEAKERS), 4)

    def spread(tests):
        shares = [
            counts(labels[test]).reindex(counts(labels).index, fill_value=0) / len(test) for test in tests
        ]
        return np.std(shares, axis=0).sum()

    stratified = [test for _, test in ConsensusStratifiedGroupKFold(4).split(X, Y, SPEAKERS)]
    assert spread(stratified) < spread([np.flatnonzero(np.isin(SPEAKERS, part)) for part in by_size])


def test_it_works_as_cv_of_scikit_learn_and_of_compare():
    stack = MultiRaterStackingClassifier(LogisticRegression(), fusion="mean")
    splitter = ConsensusStratifiedGroupKFold(3)
    scores = cross_validate(stack, X, Y, groups=SPEAKERS, cv=splitter, scoring=uar_scorer)["test_score"]
    assert len(scores) == splitter.get_n_splits() == 3
    assert (scores > 0.4).all()
    found = compare(
        {"mean": stack}, X, Y, groups=SPEAKERS, cv=splitter, baseline=None, return_comparison=True
    )
    assert found.table["uar"].notna().all()
    folds = [test.tolist() for _, test in splitter.split(X, Y, SPEAKERS)]
    assert [np.flatnonzero(found.predictions["fold"] == number).tolist() for number in range(3)] == folds


def test_a_task_and_plain_labels_are_taken():
    of_task = [test.tolist() for _, test in ConsensusStratifiedGroupKFold(3).split(X, Task(Y), SPEAKERS)]
    assert of_task == [test.tolist() for _, test in ConsensusStratifiedGroupKFold(3).split(X, Y, SPEAKERS)]
    assert len(list(ConsensusStratifiedGroupKFold(3).split(X, TRUTH, SPEAKERS))) == 3


def test_samples_ratings_and_groups_are_paired_by_index():
    order = RNG.permutation(N)
    names = [f"s{place}" for place in range(N)]
    rated = Y.set_axis(names)
    groups = pd.Series(SPEAKERS, names)
    folds = [test.tolist() for _, test in ConsensusStratifiedGroupKFold(4).split(X, rated, groups)]
    mixed = [
        test.tolist() for _, test in ConsensusStratifiedGroupKFold(4).split(X, rated, groups.iloc[order])
    ]
    assert mixed == folds
    named = pd.DataFrame(X, names)  # its rows are numbered by the folds, whatever the order of the ratings
    for task in (rated.iloc[order], Task(rated.iloc[order])):
        mixed = ConsensusStratifiedGroupKFold(4).split(named, task, groups.iloc[order[::-1]])
        assert [test.tolist() for _, test in mixed] == folds


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((X, None, SPEAKERS), "give the ratings as y"),
        ((X[:5], Y, SPEAKERS), "X has 5, y has 240"),
        ((X, Y, SPEAKERS[:5]), "X has 240, groups has 5"),
        ((X, Y, np.repeat(["s", "t"], N // 2)), "folds need as many groups; there are 2"),
        ((X[:4], Y.iloc[:4], None), "n_splits=5 folds need as many samples; there are 4"),
        (
            (X[:6], [["a"], ["a"], ["a"], ["b"], ["b"], ["b"]], None),
            "No class is the consensus of n_splits=5",
        ),
    ],
)
def test_what_cannot_be_split_is_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        list(ConsensusStratifiedGroupKFold(5).split(*arguments))


def test_a_rare_class_is_warned_of_by_its_name():
    labels = ["a"] * 12 + ["rare"] * 2 + [None] * 2
    with pytest.warns(InputWarning, match="consensus 'rare': some folds") as told:
        folds = list(ConsensusStratifiedGroupKFold(4).split(labels, [[label] for label in labels]))
    assert len(told) == 1
    assert [len(test) for _, test in folds] == [4] * 4


def test_folds_are_made_from_the_labels_with_or_without_groups():
    ratings = Y.copy()
    ratings.iloc[:2] = "rare"
    for groups in (None, SPEAKERS):
        with pytest.warns(InputWarning, match="have the consensus 'rare'"):
            found = cross_val_predict_raters(
                LogisticRegression(), X, ratings, groups=groups, cv=ConsensusStratifiedGroupKFold(3)
            )
        assert found.shape == (N, 4)
