"""Targets of one classifier: hard and soft labels as distributions, and the weights of classes."""

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.exceptions import DataConversionWarning
from sklearn.utils.class_weight import compute_class_weight

from sklearn_raters._targets import (
    check_weights,
    class_weights,
    expected_accuracy,
    is_soft,
    target_distributions,
)
from sklearn_raters.exceptions import InputError, InputWarning

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
def test_soft_labels_of_any_form_are_distributions_as_they_are(form):
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
def test_rows_of_several_numbers_are_soft_labels(y, soft):
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
def test_targets_that_cannot_be_learnt_are_an_error(y, classes, message):
    with pytest.raises(ValueError, match=message):
        target_distributions(y, classes)


def test_regression_targets_are_refused():
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        target_distributions([0.1, 0.2, 0.35], None)


def test_the_expected_accuracy_equals_values_worked_out_by_hand():
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
def test_class_weights_equal_values_worked_out_by_hand(class_weight, expected):
    np.testing.assert_allclose(class_weights(class_weight, np.array(["a", "b", "c"]), MASS), expected)


def test_a_class_weight_of_no_class_is_an_error():
    with pytest.raises(ValueError, match="class_weight"):
        class_weights({"a": 1, "b": 1, "x": 1}, np.array(["a", "b", "c"]), MASS)


def test_balanced_class_weights_of_one_hot_rows_equal_those_of_scikit_learn():
    labels = np.array(["a", "c", "b", "a", "a", "c"])
    classes = np.array(["a", "b", "c"])
    expected = compute_class_weight("balanced", classes=classes, y=labels)
    found = class_weights("balanced", classes, (labels[:, None] == classes).astype(float))
    np.testing.assert_allclose(found, expected)


SOFT = pd.DataFrame({"sad": [0.25, 1.0], "calm": [0.75, 0.0]})


def test_the_columns_of_a_table_of_soft_labels_are_the_classes_in_any_order():
    classes, distributions = target_distributions(SOFT, None)
    assert classes.tolist() == ["calm", "sad"]
    assert distributions.tolist() == [[0.75, 0.25], [0.0, 1.0]]
    classes, distributions = target_distributions(SOFT, ["sad", "calm"])
    assert classes.tolist() == ["sad", "calm"]
    assert distributions.tolist() == [[0.25, 0.75], [1.0, 0.0]]


def test_columns_that_are_numbers_are_classes_too_unless_they_only_count():
    classes, distributions = target_distributions(SOFT.set_axis([1, 0], axis=1), None)
    assert classes.tolist() == [0, 1]
    assert distributions.tolist() == [[0.75, 0.25], [0.0, 1.0]]
    classes, distributions = target_distributions(SOFT.set_axis([0, 1], axis=1), ["sad", "calm"])
    assert classes.tolist() == ["sad", "calm"]
    assert distributions.tolist() == [[0.25, 0.75], [1.0, 0.0]]
    assert target_distributions(SOFT.set_axis(["1", "0"], axis=1), [0, 1])[1].tolist()[1] == [0.0, 1.0]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["sad", "angry"], "columns of the soft labels are 'sad', 'angry', the classes 'calm', 'sad'"),
        (["sad", "sad"], "Two columns of the soft labels are named 'sad'"),
    ],
)
def test_columns_that_are_not_the_classes_are_an_error(columns, message):
    with pytest.raises(InputError, match=message):
        target_distributions(SOFT.set_axis(columns, axis=1), ["calm", "sad"])


@pytest.mark.parametrize(("y", "classes"), [(["0", "1"], [0, 1]), ([0, 1], ["0", "1"])])
def test_the_accuracy_of_labels_of_another_type_than_the_classes_is_an_error(y, classes):
    classes = np.array(classes)
    with pytest.raises(TypeError, match=r"The classes .* and the labels of y .* mix strings and numbers"):
        expected_accuracy(y, classes, classes)


def test_labels_that_were_not_learnt_are_never_predicted_correctly():
    classes = np.array(["a", "b"])
    assert expected_accuracy(["a", "never learnt"], classes, classes) == 0.5
    assert expected_accuracy(["never", "learnt"], classes, classes) == 0


def test_the_expected_accuracy_takes_the_columns_by_their_names():
    classes, predicted = np.array(["calm", "sad"]), np.array(["calm", "sad"])
    assert expected_accuracy(SOFT, predicted, classes) == pytest.approx((0.75 + 1) / 2)


@pytest.mark.parametrize("mark", ["nan", "NA", "<NA>", "None", "", " "])
def test_a_text_that_stands_for_a_missing_label_is_refused_unless_it_is_a_class(mark):
    for y in (["a", mark, "b"], np.array(["a", mark, "b"])):
        with pytest.raises(InputError, match=r"Sample 1 has no label in y .*name it in classes"):
            target_distributions(y, None)
        assert target_distributions(y, ["a", "b", mark])[1].argmax(axis=1).tolist() == [0, 2, 1]


def test_labels_that_a_person_reads_as_one_are_warned_of():
    with pytest.warns(InputWarning, match="The labels 'Sad' and 'sad' read alike"):
        assert target_distributions(["sad", "Sad"], None)[0].tolist() == ["Sad", "sad"]
    assert target_distributions(["sad", "Sad"], ["sad", "Sad"])[0].tolist() == ["sad", "Sad"]


def test_classes_that_are_no_list_are_refused():
    with pytest.raises(InputError, match=r"classes has the shape \(2, 2\): give a list of one label"):
        target_distributions(["a", "b"], np.zeros((2, 2)))


def test_classes_in_a_set_are_refused():
    with pytest.raises(
        InputError, match=r"classes is a set, which has no order: give a list, such as \['a', 'b'\]"
    ):
        target_distributions(["a", "b"], {"b", "a"})


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (pd.array([None, 1.0], dtype="Float64"), "sample_weight contains NaN"),
        ([1.0, None], "Sample 1 has no weight .1 have none.: give 0"),
        ([1e308, 1e308], "sample_weight sums to inf"),
    ],
)
def test_weights_that_are_missing_or_too_large_are_refused(weight, message):
    with pytest.raises(ValueError, match=message):
        check_weights(weight, np.zeros((2, 1)))


def test_integers_that_no_array_holds_are_refused():
    with pytest.raises(
        InputError, match=f"label {10**20} in y is no 64-bit integer: give the labels as texts"
    ):
        target_distributions(np.array([10**20, 1, 10**20], dtype=object), None)


@pytest.mark.parametrize("classes", [["1", "2", "3"], [1.0, 1.5, 2.0], [True, False]], ids=str)
def test_class_weights_are_found_by_the_label_itself(classes):
    weights = {label: place + 1.0 for place, label in enumerate(classes)}
    found = class_weights(weights, classes, None)
    np.testing.assert_array_equal(found, np.arange(len(classes)) + 1.0)


def test_soft_labels_of_torch_are_read_as_those_of_numpy():
    soft = np.array([[0.25, 0.75], [1.0, 0.0]])
    classes, read = target_distributions(torch.tensor(soft), None)
    np.testing.assert_array_equal(read, soft)
    assert expected_accuracy(torch.tensor(soft), np.array([1, 0]), classes) == 0.875
