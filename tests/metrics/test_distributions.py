"""Distances of distributions: values computed by hand, properties, and other implementations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from sklearn.metrics import log_loss

from sklearn_raters.metrics import jensen_shannon_divergence, soft_cross_entropy


def draw_distributions(seed, n_samples=20, n_classes=4):
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.ones(n_classes), size=(2, n_samples))


def test_cross_entropy_equals_a_value_computed_by_hand():
    value = soft_cross_entropy([[0.25, 0.75]], [[0.5, 0.5]])
    assert value == pytest.approx(np.log(2))
    value = soft_cross_entropy([[0.25, 0.75], [1, 0]], [[0.1, 0.9], [0.2, 0.8]])
    assert value == pytest.approx(-(0.25 * np.log(0.1) + 0.75 * np.log(0.9) + np.log(0.2)) / 2)


def test_cross_entropy_of_hard_labels_is_the_log_loss():
    proba = draw_distributions(0)[0]
    y = np.arange(20) % 4
    assert soft_cross_entropy(np.eye(4)[y], proba) == pytest.approx(log_loss(y, proba))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_cross_entropy_stays_finite_at_zero(dtype):
    value = soft_cross_entropy(np.array([[1, 0]], dtype), np.array([[0, 1]], dtype))
    assert value == pytest.approx(-np.log(np.finfo(dtype).eps))


@given(st.integers(0, 10_000))
def test_cross_entropy_is_least_at_the_soft_labels(seed):
    soft_true, proba = draw_distributions(seed)
    assert soft_cross_entropy(soft_true, soft_true) < soft_cross_entropy(soft_true, proba)


def test_divergence_equals_a_value_computed_by_hand():
    # m = (3/4, 1/4): (1 * log2(4/3) + 1/2 log2(2/3) + 1/2 log2(2)) / 2
    expected = (np.log2(4 / 3) + 0.5 * np.log2(2 / 3) + 0.5) / 2
    assert jensen_shannon_divergence([[1, 0]], [[0.5, 0.5]]) == pytest.approx(expected)


@given(st.integers(0, 10_000))
def test_divergence_is_symmetric_and_equal_to_that_of_scipy(seed):
    soft_true, proba = draw_distributions(seed)
    value = jensen_shannon_divergence(soft_true, proba)
    assert 0 <= value <= 1
    assert value == pytest.approx(jensen_shannon_divergence(proba, soft_true))
    assert value == pytest.approx((jensenshannon(soft_true, proba, base=2, axis=1) ** 2).mean())


def test_divergence_of_nearly_equal_rows_where_scipy_is_nan():
    soft_true = draw_distributions(1, n_samples=1000)[0]
    proba = soft_true * (1 + 1e-15 * np.random.default_rng(0).normal(size=soft_true.shape))
    with np.errstate(invalid="ignore"):
        assert np.isnan(jensenshannon(soft_true, proba, base=2, axis=1)).any()
    assert jensen_shannon_divergence(soft_true, proba) == pytest.approx(0, abs=1e-12)


GOOD = [[0.5, 0.5], [1, 0]]


@pytest.mark.parametrize("measure", [soft_cross_entropy, jensen_shannon_divergence])
@pytest.mark.parametrize(
    ("soft_true", "proba", "message"),
    [
        ([[0.5, 0.5], [np.nan, np.nan]], GOOD, "Sample 1 of soft_true is not a distribution"),
        (GOOD, [[0.5, 0.6], [1, 0]], "Sample 0 of proba is not a distribution"),
        (GOOD, [[1.5, -0.5], [1, 0]], "Sample 0 of proba is not a distribution"),
        (GOOD, GOOD[:1], r"\(2, 2\) and proba \(1, 2\)"),
        ([0.5, 0.5], GOOD, "one distribution for each sample"),
    ],
)
def test_wrong_input(measure, soft_true, proba, message):
    with pytest.raises(ValueError, match=message):
        measure(soft_true, proba)
