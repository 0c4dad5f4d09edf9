"""Splits of training samples: what is held out to choose a penalty, and the folds of out-of-fold fusion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    LeaveOneGroupOut,
    StratifiedGroupKFold,
    StratifiedKFold,
)

from sklearn_raters._inner_splits import hold_out, inner_splits
from sklearn_raters.exceptions import InputError


@given(st.lists(st.sampled_from("ab"), min_size=8, max_size=40), st.integers(0, 5), st.integers(2, 6))
def test_held_out_groups_are_whole_and_every_label_stays(letters, seed, n_groups):
    labels = np.array([*letters, "a", "b", "a", "b"], dtype=object)
    labels[::5] = None
    groups = np.arange(len(labels)) % n_groups
    try:
        train, valid = hold_out(groups, labels, 0.3, seed)
    except ValueError as error:
        assert "every class" in str(error)  # noqa: PT017
        return
    assert not set(groups[train]) & set(groups[valid])
    assert sorted([*train, *valid]) == list(range(len(labels)))
    assert set(labels[train]) >= set(labels) - {None}
    assert any(label is not None for label in labels[valid])


def test_a_share_of_the_groups_is_held_out():
    groups = np.repeat(np.arange(10), 7)
    _, valid = hold_out(groups, np.tile(["a", "b"], 35), 0.3, 0)
    assert len(set(groups[valid])) == 3


def test_without_groups_single_samples_are_held_out():
    train, valid = hold_out(None, np.array(["a", "b"] * 10), 0.2, 0)
    assert (len(train), len(valid)) == (16, 4)


def test_the_same_seed_holds_out_the_same_samples_and_another_seed_others():
    labels = np.array(["a", "b"] * 20)
    first, second, third = (hold_out(None, labels, 0.2, seed)[1].tolist() for seed in (1, 1, 2))
    assert first == second != third


@pytest.mark.parametrize("seed", range(10))
def test_a_class_of_one_group_is_never_held_out(seed):
    labels, groups = np.array(["a"] * 9 + ["b"]), np.arange(10) // 2
    assert 9 in hold_out(groups, labels, 0.4, seed)[0]


@pytest.mark.parametrize("seed", range(10))
def test_a_part_is_never_held_out_as_a_whole(seed):
    labels, groups = np.array(["a", "b"] * 10), np.repeat(np.arange(5), 4)
    assert 3 in groups[hold_out(groups, labels, 0.4, seed, [np.flatnonzero(groups == 3)])[0]]


@pytest.mark.parametrize(
    ("groups", "labels", "parts", "message"),
    [
        ([1] * 4, list("abab"), (), "At least two groups .*4 in 1 group.*early_stopping=False"),
        ([1, 1, 2, 2], list("aabb"), (), "every class .missing.*Give a class .* more groups"),
        ([1, 1, 2, 2], list("abab"), [np.array([0]), np.array([3])], "some samples of every view"),
    ],
)
def test_the_error_of_an_impossible_hold_out_names_the_remedy(groups, labels, parts, message):
    with pytest.raises(ValueError, match=message):
        hold_out(np.array(groups), np.array(labels, dtype=object), 0.5, 0, parts)


LABELS = np.array(["a", "b", None] * 8, dtype=object)
GROUPS = np.repeat(np.arange(6), 4)


@pytest.mark.parametrize("cv", [3, GroupKFold(3), LeaveOneGroupOut(), StratifiedGroupKFold(3)])
def test_inner_splits_keep_groups_whole(cv):
    splits = inner_splits(cv, LABELS, GROUPS, 0)
    assert sorted(np.concatenate([test for _, test in splits])) == list(range(24))
    for train, test in splits:
        assert not set(GROUPS[train]) & set(GROUPS[test])


@pytest.mark.parametrize("cv", [4, KFold(4), StratifiedKFold(4), list(KFold(4).split(LABELS))])
def test_inner_splits_without_groups_are_of_equal_size(cv):
    splits = inner_splits(cv, LABELS, None, 0)
    assert [len(test) for _, test in splits] == [6, 6, 6, 6]


def test_an_int_as_cv_shuffles_by_the_seed():
    tests = [[test.tolist() for _, test in inner_splits(4, LABELS, None, seed)] for seed in (1, 1, 2)]
    assert tests[0] == tests[1] != tests[2]


def test_stratified_splits_get_the_labels():
    for _, test in inner_splits(StratifiedKFold(4), LABELS, None, 0):
        assert sorted(map(str, LABELS[test])) == ["None", "None", "a", "a", "b", "b"]


@pytest.mark.parametrize("cv", [GroupKFold(3), LeaveOneGroupOut(), StratifiedGroupKFold(3)])
def test_the_error_of_a_splitter_by_groups_without_groups_names_the_remedy(cv):
    with pytest.raises(ValueError, match=r"splits by groups: call fit\(X, Y, groups=...\)"):
        inner_splits(cv, LABELS, None, 0)


def test_a_share_that_holds_out_all_groups_is_an_error():
    with pytest.raises(ValueError, match=r"validation_fraction=0\.9 of 3 groups leaves none to train on"):
        hold_out(np.array([0, 1, 2]), np.array(["a", "b", "a"]), 0.9, 0)


def test_bytes_are_no_splitter():
    with pytest.raises(InputError, match="cv must be an int, a splitter or a list of pairs"):
        inner_splits(b"ab", np.array(["a", "b"] * 4), None, 0)
