"""The expected calibration error: values computed by hand, properties, and a loop over bins."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklearn_raters.metrics import expected_calibration_error


def draw(seed, n_samples=40, n_classes=3):
    return np.random.default_rng(seed).dirichlet(np.ones(n_classes), size=(2, n_samples))


def test_hard_labels_in_two_bins():
    # (0, 0.5]: confidence 0.5, accuracy 1. (0.5, 1]: confidence 0.8, accuracy 1 / 2.
    soft_true = [[1, 0], [0, 1], [1, 0]]
    proba = [[0.5, 0.5], [0.9, 0.1], [0.7, 0.3]]
    expected = 1 / 3 * 0.5 + 2 / 3 * 0.3
    assert expected_calibration_error(soft_true, proba, n_bins=2) == pytest.approx(expected)


def test_accuracy_is_the_share_of_the_raters_who_chose_the_predicted_class():
    assert expected_calibration_error([[0.75, 0.25]], [[0.75, 0.25]]) == 0
    assert expected_calibration_error([[0.25, 0.75]], [[0.75, 0.25]]) == 0.5


def test_errors_of_opposite_sign_in_one_bin_cancel_out():
    soft_true, proba = [[1, 0], [0, 1]], [[0.5, 0.5]] * 2
    assert expected_calibration_error(soft_true, proba) == 0


@given(st.integers(0, 10_000), st.integers(1, 20))
def test_equal_to_a_loop_over_bins(seed, n_bins):
    soft_true, proba = draw(seed)
    top = proba.argmax(axis=1)
    confidence, accuracy = (values[np.arange(40), top] for values in (proba, soft_true))
    error = 0
    for number in range(n_bins):
        inside = (confidence > number / n_bins) & (confidence <= (number + 1) / n_bins)
        if inside.any():
            error += inside.mean() * abs(accuracy[inside].mean() - confidence[inside].mean())
    assert expected_calibration_error(soft_true, proba, n_bins=n_bins) == pytest.approx(error)
    assert 0 <= error <= 1


@given(st.integers(0, 10_000))
def test_zero_for_equal_distributions_and_least_with_one_bin(seed):
    soft_true, proba = draw(seed)
    assert expected_calibration_error(proba, proba) == 0
    one = expected_calibration_error(soft_true, proba, n_bins=1)
    assert one <= expected_calibration_error(soft_true, proba) + 1e-12


def test_certain_predictions_fall_into_the_last_bin():
    assert expected_calibration_error([[1, 0], [0, 1]], [[1, 0], [1, 0]]) == 0.5


@pytest.mark.parametrize("n_bins", [0, -1, 2.5, "15"])
def test_a_wrong_number_of_bins(n_bins):
    with pytest.raises(ValueError, match="n_bins"):
        expected_calibration_error([[1, 0]], [[1, 0]], n_bins=n_bins)
