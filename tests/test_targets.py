"""Targets of one classifier, the classes' weights, and the splits inside the training part."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.exceptions import DataConversionWarning
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    LeaveOneGroupOut,
    StratifiedGroupKFold,
    StratifiedKFold,
)

from sklearn_raters._inner_splits import hold_out, inner_splits
from sklearn_raters._targets import class_weights, expected_accuracy, is_soft, target_distributions

ONE_HOT = [[0, 1, 0], [1, 0, 0], [0, 0, 1], [0, 1, 0]]


@pytest.mark.parametrize(
    "y",
    [
        ["b", "a", "c", "b"],
        np.array(["b", "a", "c", "b"]),
        np.array(["b", "a", "c", "b"], dtype=object),
        pd.Series(["b", "a", "c", "b"]),
        pd.Series(["b", "a", "c", "b"], dtype="string"),
        pd.Series(["b", "a", "c", "b"], dtype="category", index=[7, 5, 3, 1]),
    ],
)
def test_labels_become_one_hot_rows_of_the_sorted_labels(y):
    classes, distributions = target_distributions(y, None)
    assert classes.tolist() == ["a", "b", "c"]
    assert distributions.tolist() == ONE_HOT


@pytest.mark.parametrize("y", [[5, 3, 9, 5], [True, False, True], [1.0, 2.0]])
def test_labels_may_be_numbers(y):
    classes, distributions = target_distributions(y, None)
    assert classes[distributions.argmax(axis=1)].tolist() == y


def test_classes_give_the_order_of_the_columns():
    classes, distributions = target_distributions(["b", "a", "b"], ["c", "b", "a"])
    assert classes.tolist() == ["c", "b", "a"]
    assert distributions.tolist() == [[0, 1, 0], [0, 0, 1], [0, 1, 0]]


@pytest.mark.parametrize("form", [list, np.array, pd.DataFrame])
def test_soft_labels_stay(form):
    soft = [[0.25, 0.75], [1.0, 0.0]]
    classes, distributions = target_distributions(form(soft), None)
    assert classes.tolist() == [0, 1]
    assert distributions.tolist() == soft
    assert target_distributions(form(soft), ["x", "y"])[0].tolist() == ["x", "y"]


def test_a_column_of_labels_is_taken_with_scikit_learns_warning():
    with pytest.warns(DataConversionWarning):
        assert target_distributions(np.array([["b"], ["a"]]), None)[1].tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize(
    ("y", "soft"),
    [(["a", "b"], False), ([[1], [0]], False), ([[0.5, 0.5]], True), (pd.DataFrame([[0.5, 0.5]]), True)],
)
def test_is_soft(y, soft):
    assert is_soft(y) is soft


RATINGS = pd.DataFrame({"E1": ["class3", "class1"], "E2": [None, "class1"]})


@pytest.mark.parametrize(
    ("y", "classes", "message"),
    [
        (["a", "b", None], None, "Sample 2 has no label in y"),
        (np.array(["a", np.nan, "b"], dtype=object), None, "Sample 1 has no label in y"),
        (pd.Series(["a", "b", pd.NA], dtype="string"), None, "Sample 2 has no label in y"),
        ([0.0, np.nan, 1.0], None, "Sample 1 has no label in y"),
        (np.array([0.0, 1.0, np.nan]), None, "Sample 2 has no label in y"),
        (["a", np.nan, "b"], None, "Sample 1 has no label in y"),
        (pd.Series(["a", np.nan, "b"]), None, "Sample 1 has no label in y"),
        (pd.Series([1, None, 0], dtype="Int64"), None, "Sample 1 has no label in y"),
        (pd.Categorical(["a", None, "b"]), None, "Sample 1 has no label in y"),
        ([0.0, np.inf, 1.0], None, "Input y contains infinity"),
        (["a", "b", "x"], ["a", "b"], r"the labels \['x'\], which are not among classes=\['a', 'b'\]"),
        (["a", "a"], None, r"only one class \(.*'a'.*\)"),
        ([], None, "0 sample"),
        ([[0.5, 0.5], [0.5, 0.4]], None, "sample 1, which sums to 0.9.*soft_labels"),
        ([[0.5, 0.5], [-0.5, 1.5]], None, r"not be negative; sample 1 has \[-0.5, 1.5\]"),
        ([[0.5, 0.5], [np.nan, np.nan]], None, "the soft labels of sample 1 are .*nan.*Leave"),
        ([[0.5, 0.5], [np.inf, 0]], None, "NaN or infinity: the soft labels of sample 1"),
        (RATINGS, None, r"shape \(2, 2\).*'class3'.*MultiRaterStackingClassifier.*soft_labels"),
        (RATINGS.to_numpy(), None, r"shape \(2, 2\).*'class3'.*MultiRaterStackingClassifier.*soft_labels"),
        (RATINGS.to_numpy().tolist(), None, r"'class3'.*MultiRaterStackingClassifier.*soft_labels"),
        (pd.DataFrame([["a", ("a", "b")]]), None, "MultiRaterStackingClassifier.*soft_labels"),
        ([[1, 2], [2, 2]], None, "sample 0, which sums to 3.*several raters' labels"),
        ([[0.5, 0.5]], ["a", "b", "c"], "2 columns, but there are 3 classes"),
    ],
)
def test_bad_targets_are_named(y, classes, message):
    with pytest.raises(ValueError, match=message):
        target_distributions(y, classes)


def test_regression_targets_are_refused():
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        target_distributions([0.1, 0.2, 0.35], None)


def test_expected_accuracy_worked_by_hand():
    classes = np.array(["a", "b"])
    predicted = np.array(["a", "b", "b"])
    assert expected_accuracy(["a", "b", "a"], predicted, classes) == pytest.approx(2 / 3)
    soft = [[0.75, 0.25], [0.5, 0.5], [1.0, 0.0]]
    assert expected_accuracy(soft, predicted, classes) == pytest.approx((0.75 + 0.5 + 0) / 3)
    assert expected_accuracy(soft, predicted, classes, [2, 1, 1]) == pytest.approx((1.5 + 0.5) / 4)
    assert expected_accuracy(["a", "b", "a"], predicted, classes, [1, 1, 2]) == pytest.approx(0.5)


MASS = np.array([[1.0, 0, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0]])


@pytest.mark.parametrize(
    ("class_weight", "expected"),
    [
        (None, [1, 1, 1]),
        # n_samples / (n_classes * n_samples_of_class), as in scikit-learn, over the classes with mass.
        ("balanced", [4 / (2 * 3), 4 / (2 * 1), 0]),
        ({"a": 1, "b": 5, "c": 2}, [1, 5, 2]),
        ({"b": 5}, [1, 5, 1]),
    ],
)
def test_class_weights(class_weight, expected):
    np.testing.assert_allclose(class_weights(class_weight, np.array(["a", "b", "c"]), MASS), expected)


def test_a_class_weight_of_no_class_is_an_error():
    with pytest.raises(ValueError, match="class_weight"):
        class_weights({"a": 1, "b": 1, "x": 1}, np.array(["a", "b", "c"]), MASS)


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


def test_without_groups_each_sample_is_its_own():
    train, valid = hold_out(None, np.array(["a", "b"] * 10), 0.2, 0)
    assert (len(train), len(valid)) == (16, 4)


def test_the_same_seed_holds_out_the_same():
    labels = np.array(["a", "b"] * 20)
    first, second, third = (hold_out(None, labels, 0.2, seed)[1].tolist() for seed in (1, 1, 2))
    assert first == second != third


def test_a_class_of_one_group_is_never_held_out():
    labels, groups = np.array(["a"] * 9 + ["b"]), np.arange(10) // 2
    for seed in range(20):
        assert 9 in hold_out(groups, labels, 0.2, seed)[0]


def test_parts_are_never_held_out_as_a_whole():
    labels, groups = np.array(["a", "b"] * 10), np.repeat(np.arange(5), 4)
    for seed in range(20):
        assert 3 in groups[hold_out(groups, labels, 0.2, seed, [np.flatnonzero(groups == 3)])[0]]


@pytest.mark.parametrize(
    ("groups", "labels", "parts", "message"),
    [
        ([1] * 4, list("abab"), (), "At least two groups .*4 in 1 group.*early_stopping=False"),
        ([1, 1, 2, 2], list("aabb"), (), "every class .missing.*Give a class .* more groups"),
        ([1, 1, 2, 2], list("abab"), [np.array([0]), np.array([3])], "some samples of every view"),
    ],
)
def test_impossible_hold_outs_say_what_to_change(groups, labels, parts, message):
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
def test_inner_splits_without_groups(cv):
    splits = inner_splits(cv, LABELS, None, 0)
    assert [len(test) for _, test in splits] == [6, 6, 6, 6]


def test_an_int_shuffles_by_the_seed():
    tests = [[test.tolist() for _, test in inner_splits(4, LABELS, None, seed)] for seed in (1, 1, 2)]
    assert tests[0] == tests[1] != tests[2]


def test_stratified_splits_see_the_labels():
    for _, test in inner_splits(StratifiedKFold(4), LABELS, None, 0):
        assert sorted(map(str, LABELS[test])) == ["None", "None", "a", "a", "b", "b"]


@pytest.mark.parametrize("cv", [GroupKFold(3), LeaveOneGroupOut(), StratifiedGroupKFold(3)])
def test_a_splitter_by_groups_without_groups_tells_the_remedy(cv):
    with pytest.raises(ValueError, match=r"splits by groups: call fit\(X, Y, groups=...\)"):
        inner_splits(cv, LABELS, None, 0)
