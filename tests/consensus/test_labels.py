"""Majority labels, soft labels and agreement against values computed by hand; properties that always hold."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklearn_raters.consensus import agreement_weights, check_classes, hard_labels, soft_labels
from sklearn_raters.ratings import Task, parse_ratings

CLASSES = ["ang", "hap", "neu", "sad"]
MERGE = {"exc": "hap"}

# A small corpus, with labels outside the task's four classes.
IEMOCAP = pd.DataFrame(
    [
        ["ang", "ang", "neu"],  # 0 majority ang
        ["exc", "exc", "hap"],  # 1 majority exc, which the map turns into hap
        ["hap", "exc", "sad"],  # 2 three-way tie; merged first it would be hap
        ["hap", "exc", ("sad", "neu")],  # 3 tie; merged first it would be hap
        ["fru", "fru", "ang"],  # 4 majority outside the classes
        ["fru", "oth", "neu"],  # 5 tie with one vote inside the classes
        ["fru", "oth", "sur"],  # 6 tie without any
        [("sad", "ang"), "sad", None],  # 7 majority sad
        [None, None, None],  # 8 not rated
        ["hap", "exc", ("fru", "ang", "fru")],  # 9 tie; E3's repeat counts once
    ],
    columns=["E1", "E2", "E3"],
    dtype=object,
)


def assert_labels(labels, expected):
    assert labels.dtype == object
    assert labels.tolist() == expected


def test_the_majority_is_taken_before_labels_are_mapped():
    majority_first = hard_labels(Task(IEMOCAP, CLASSES, MERGE))
    assert_labels(majority_first, ["ang", "hap", None, None, None, None, None, "sad", None, None])
    merged_first = hard_labels(Task(IEMOCAP.replace("exc", "hap"), CLASSES))
    assert_labels(merged_first, ["ang", "hap", "hap", "hap", None, None, None, "sad", None, "hap"])


def test_samples_with_a_majority_outside_the_classes_have_soft_labels_only_if_kept():
    soft = soft_labels(Task(IEMOCAP, CLASSES, MERGE))
    rated = np.flatnonzero(~np.isnan(soft[:, 0]))
    assert rated.tolist() == [0, 1, 2, 3, 5, 7, 9]
    kept = soft_labels(Task(IEMOCAP, CLASSES, MERGE), outside_majority="keep")
    assert np.flatnonzero(~np.isnan(kept[:, 0])).tolist() == [0, 1, 2, 3, 4, 5, 7, 9]
    np.testing.assert_array_equal(kept[rated], soft[rated])
    # one vote for ang inside the classes: (0.75 + 1) / (0.75 * 4 + 1)
    np.testing.assert_allclose(kept[4], [1.75 / 4, 0.75 / 4, 0.75 / 4, 0.75 / 4])


def test_labels_of_one_rater_are_the_raters_choices_within_the_classes():
    view = soft_labels(Task(IEMOCAP[["E3"]], CLASSES, MERGE), alpha=0)
    assert np.flatnonzero(~np.isnan(view[:, 0])).tolist() == [0, 1, 2, 3, 4, 5, 9]
    np.testing.assert_array_equal(view[3], [0, 0, 0.5, 0.5])
    np.testing.assert_array_equal(view[9], [1, 0, 0, 0])
    of_rater = soft_labels(Task(IEMOCAP, CLASSES, MERGE).of_rater("E3"), alpha=0)
    np.testing.assert_array_equal(view, of_rater)


def test_equation_1_by_hand():
    # Table 2 of the paper: E1 sadness; E2 sadness; E4 sadness and anger; M3 sadness and anger.
    Y = [["sadness", "sadness", ("sadness", "anger"), ("sadness", "anger")]]
    classes = ["neutral", "anger", "happiness", "sadness"]
    # 6 votes: sadness 4, anger 2; denominator 0.75 * 4 + 6 = 9
    np.testing.assert_allclose(
        soft_labels(Task(Y, classes)), [[0.75 / 9, 2.75 / 9, 0.75 / 9, 4.75 / 9]], rtol=1e-15
    )
    np.testing.assert_allclose(soft_labels(Task(Y, classes), alpha=0), [[0, 2 / 6, 0, 4 / 6]], rtol=1e-15)
    np.testing.assert_allclose(soft_labels(Y), [[2.75 / 7.5, 4.75 / 7.5]], rtol=1e-15)


def test_labels_that_merge_into_one_class_are_one_choice():
    Y = [[("hap", "exc"), "ang"]]
    np.testing.assert_array_equal(soft_labels(Task(Y, label_map=MERGE), alpha=0), [[0.5, 0.5]])
    cube = np.array([[[0, 2.0, 3.0], [1, 0, 0]]])
    votes = parse_ratings(cube, classes=["ang", "exc", "hap"])
    np.testing.assert_array_equal(soft_labels(Task(votes, label_map=MERGE), alpha=0), [[0.25, 0.75]])


def test_weights_count_in_majority_and_soft_labels():
    cube = np.array([[[1, 0], [1, 0], [0, 3]], [[0.1, 0], [0.2, 0], [0, 0.3]]])
    assert_labels(hard_labels(Task(cube, ["a", "b"])), ["b", None])
    np.testing.assert_allclose(soft_labels(Task(cube, ["a", "b"]), alpha=0), [[0.4, 0.6], [0.5, 0.5]])
    # columns in the order of classes, as the cube's last axis
    np.testing.assert_allclose(
        soft_labels(Task(cube[:, :, ::-1], ["b", "a"]), alpha=0), [[0.6, 0.4], [0.5, 0.5]]
    )


def test_ties_give_no_label_or_the_first_label():
    Y = [["b", "a"], ["b", "b"], [None, None], ["x", "b"], ["a", "x"]]
    assert_labels(hard_labels(Y), [None, "b", None, None, None])
    assert_labels(hard_labels(Y, ties="first"), ["a", "b", None, "b", "a"])
    assert_labels(hard_labels(Task(Y, ["b", "x"]), ties="first"), [None, "b", None, "b", None])
    with pytest.raises(ValueError, match="ties must be 'missing' or 'first', not 'random'"):
        hard_labels(Y, ties="random")


def test_plain_labels_are_their_own_consensus():
    assert_labels(hard_labels(["b", "a", None, "c"]), ["b", "a", None, "c"])
    assert_labels(hard_labels(np.array([3, 1, 2])), [3, 1, 2])
    assert_labels(hard_labels(np.array([3.0, np.nan])), [3.0, None])
    assert_labels(hard_labels(Task(["b", "a", "c"], ["a", "b"], {"c": "a"})), ["b", "a", "a"])
    assert type(hard_labels(np.array([3, 1, 2]))[0]) is int
    assert_labels(hard_labels(pd.Series([True, False, None], dtype="boolean")), [True, False, None])


def test_classes_of_ints_match_the_floats_that_nan_forces():
    Y = np.array([[1, 1, np.nan], [2, np.nan, np.nan], [3, 3, 1]])
    labels = hard_labels(Task(Y, [1, 2]))
    assert_labels(labels, [1, 2, None])
    assert {type(label) for label in labels[:2]} == {int}
    np.testing.assert_array_equal(soft_labels(Task(Y, [2, 1]), alpha=0), [[0, 1], [1, 0], [np.nan, np.nan]])
    assert_labels(hard_labels(Task(Y, label_map={3: 1})), [1, 2, 1])


def test_labels_may_be_mapped_into_another_type():
    mapped = hard_labels(Task(IEMOCAP, [0, 1], {"ang": 0, "sad": 1, "unknown": 1}))
    assert_labels(mapped, [0, None, None, None, None, None, None, 1, None, None])
    with pytest.raises(ValueError, match="After label_map the labels mix"):
        hard_labels(Task(IEMOCAP, label_map={"ang": 0}))


def test_default_classes_are_the_sorted_labels_after_the_map():
    assert soft_labels(Task([["c", "b"], ["a", "b"]], label_map={"c": "a"})).shape == (2, 2)
    np.testing.assert_array_equal(soft_labels([["b", "b", "a"]], alpha=0), [[1 / 3, 2 / 3]])


def test_a_part_of_the_data_may_lack_a_class():
    np.testing.assert_array_equal(soft_labels(Task([["a"]], ["a", "b"]), alpha=0), [[1, 0]])
    assert_labels(hard_labels(Task([["x"]], ["a", "b"])), [None])
    assert np.isnan(soft_labels(Task([["x"]], ["a", "b"]), outside_majority="keep")).all()


def test_check_classes_names_the_class_that_no_vote_has():
    check_classes(Task(IEMOCAP, CLASSES, MERGE))
    check_classes(Task(IEMOCAP, ["joy"], {"exc": "joy"}))
    with pytest.raises(ValueError, match="No vote names the class 'happy'; the ratings hold 'ang', 'exc'"):
        check_classes(Task(IEMOCAP, ["ang", "happy"]))
    with pytest.raises(ValueError, match="class 'b'"):
        check_classes(Task(np.array([[[1, 0]]]), ["a", "b"]))


@pytest.mark.parametrize("alpha", [-0.1, np.nan, np.inf, [0.75]])
def test_bad_alpha_is_named(alpha):
    with pytest.raises(ValueError, match="alpha must be"):
        soft_labels(IEMOCAP, alpha=alpha)


def test_bad_outside_majority_is_named():
    with pytest.raises(ValueError, match="outside_majority must be"):
        soft_labels(IEMOCAP, outside_majority="ignore")


@pytest.mark.parametrize("function", [hard_labels, soft_labels, agreement_weights, check_classes])
def test_ratings_without_any_label_are_an_error(function):
    with pytest.raises(ValueError, match="no ratings"):
        function([[None, None]])


choice = st.one_of(
    st.none(), st.sampled_from("abcx"), st.lists(st.sampled_from("abcx"), min_size=2, max_size=3).map(tuple)
)


@st.composite
def ratings(draw):
    n_samples, n_raters = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    cells = draw(
        st.lists(choice, min_size=n_samples * n_raters, max_size=n_samples * n_raters).filter(
            lambda cells: any(cell is not None for cell in cells)
        )
    )
    return np.fromiter(cells, dtype=object, count=len(cells)).reshape(n_samples, n_raters)


@given(ratings(), st.floats(0, 3), st.sampled_from(["drop", "keep"]))
def test_rows_sum_to_one_or_are_nan(Y, alpha, outside):
    soft = soft_labels(Task(Y, list("abc")), alpha=alpha, outside_majority=outside)
    missing = np.isnan(soft)
    assert (missing.all(axis=1) | ~missing.any(axis=1)).all()
    np.testing.assert_allclose(soft[~missing[:, 0]].sum(axis=1), 1)
    assert (soft[~missing] >= 0).all()


@given(ratings(), st.randoms(use_true_random=False))
def test_the_order_of_raters_does_not_matter_and_samples_keep_their_order(Y, random):
    classes = list("abc")
    raters = random.sample(range(Y.shape[1]), Y.shape[1])
    samples = random.sample(range(len(Y)), len(Y))
    moved = Y[samples][:, raters]
    assert hard_labels(Task(moved, classes)).tolist() == hard_labels(Task(Y, classes))[samples].tolist()
    np.testing.assert_allclose(
        soft_labels(Task(moved, classes)), soft_labels(Task(Y, classes))[samples], rtol=1e-12
    )


@given(ratings())
def test_the_majority_equals_the_result_of_counting(Y):
    expected = []
    for row in Y:
        votes = [label for cell in row if cell is not None for label in sorted(set(cell))]
        counts = sorted(((votes.count(label), label) for label in set(votes)), reverse=True)
        unique = counts and (len(counts) == 1 or counts[0][0] > counts[1][0])
        expected.append(counts[0][1] if unique else None)
    assert hard_labels(Y).tolist() == expected
    # where there is a majority, it has the largest soft label
    soft = soft_labels(Y)
    labels = parse_ratings(Y).labels
    for sample, label in enumerate(expected):
        if label is not None:
            assert labels[soft[sample].argmax()] == label
