"""Distances of distributions: values computed by hand, properties, and other implementations."""

import inspect
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon
from sklearn.metrics import brier_score_loss, f1_score, log_loss

from sklearn_raters.metrics import (
    brier_score,
    expected_calibration_error,
    jensen_shannon_divergence,
    manhattan_distance,
    rater_distance,
    rater_error_rate,
    soft_cross_entropy,
    soft_f1_score,
    wasserstein_distance,
)

# Distances, each with its greatest value for four classes.
DISTANCES = {jensen_shannon_divergence: 1, manhattan_distance: 2, wasserstein_distance: 3, brier_score: 2}
MEASURES = [*DISTANCES, soft_cross_entropy, soft_f1_score, expected_calibration_error]


def draw_distributions(seed, n_samples=20, n_classes=4):
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.ones(n_classes), size=(2, n_samples))


@pytest.mark.parametrize("measure", [*MEASURES, rater_error_rate, rater_distance])
def test_each_measure_names_its_formula_and_its_source(measure):
    parts = dict(re.findall(r"^(\w+)\n-+\n(.*?)(?=^\w+\n-+\n|\Z)", inspect.getdoc(measure), re.S | re.M))
    assert re.search(r"\b(19|20)\d\d\b", parts["References"])
    assert re.search(r"``[^`]*[-+/*^(][^`]*``|[Mm]ean|[Ss]hare", parts["Returns"]), parts["Returns"]


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


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        # Absolute differences (0.1, 0.1, 0.2) and (0.5, 0, 0.5).
        (manhattan_distance, (0.4 + 1.0) / 2),
        # Cumulative differences (0.1, 0.2) and (0.5, 0.5).
        (wasserstein_distance, (0.3 + 1.0) / 2),
        (brier_score, (0.01 + 0.01 + 0.04 + 0.25 + 0.25) / 2),
        (soft_f1_score, 1 - 0.7 / 2),
    ],
)
def test_other_measures_equal_values_computed_by_hand(measure, expected):
    value = measure([[0.2, 0.3, 0.5], [1, 0, 0]], [[0.3, 0.4, 0.3], [0.5, 0, 0.5]])
    assert value == pytest.approx(expected)


@pytest.mark.parametrize("measure", DISTANCES)
@given(st.integers(0, 10_000))
def test_distances_are_symmetric_bounded_and_zero_for_equal_distributions(measure, seed):
    soft_true, proba = draw_distributions(seed)
    value = measure(soft_true, proba)
    assert 0 < value <= DISTANCES[measure]
    assert value == pytest.approx(measure(proba, soft_true))
    assert measure(proba, proba) == 0


@pytest.mark.parametrize("measure", DISTANCES)
def test_distances_are_greatest_between_the_ends_of_the_scale(measure):
    assert measure([[1, 0, 0, 0]], [[0, 0, 0, 1]]) == DISTANCES[measure]


@given(st.integers(0, 10_000))
def test_wasserstein_distance_is_that_of_scipy(seed):
    soft_true, proba = draw_distributions(seed)
    places = range(4)
    expected = [
        stats.wasserstein_distance(places, places, *pair) for pair in zip(soft_true, proba, strict=True)
    ]
    assert wasserstein_distance(soft_true, proba) == pytest.approx(np.mean(expected))


@given(st.integers(0, 10_000))
def test_wasserstein_distance_of_two_classes_is_half_the_manhattan_distance(seed):
    pair = draw_distributions(seed, n_classes=2)
    assert wasserstein_distance(*pair) == pytest.approx(manhattan_distance(*pair) / 2)


def test_wasserstein_distance_depends_on_the_order_of_the_classes():
    assert wasserstein_distance([[1, 0, 0]], [[0, 1, 0]]) == 1
    assert wasserstein_distance([[1, 0, 0]], [[0, 0, 1]]) == 2


@given(st.integers(0, 10_000))
def test_soft_micro_f1_is_one_minus_half_the_manhattan_distance(seed):
    pair = draw_distributions(seed)
    assert soft_f1_score(*pair) == pytest.approx(1 - manhattan_distance(*pair) / 2)


@pytest.mark.parametrize("average", ["micro", "macro"])
@given(st.integers(0, 10_000))
def test_soft_f1_is_symmetric_bounded_and_one_for_equal_distributions(average, seed):
    soft_true, proba = draw_distributions(seed)
    value = soft_f1_score(soft_true, proba, average=average)
    assert 0 < value < 1
    assert value == pytest.approx(soft_f1_score(proba, soft_true, average=average))
    assert soft_f1_score(proba, proba, average=average) == pytest.approx(1)


@pytest.mark.parametrize("average", ["micro", "macro"])
@given(st.integers(0, 10_000))
def test_soft_f1_of_hard_labels_is_the_f1_score(average, seed):
    # The fourth class is neither chosen nor predicted, and left out.
    true, predicted = np.random.default_rng(seed).integers(3, size=(2, 20))
    value = soft_f1_score(np.eye(4)[true], np.eye(4)[predicted], average=average)
    assert value == pytest.approx(f1_score(true, predicted, average=average))


def test_an_unknown_average():
    with pytest.raises(ValueError, match="average must be 'micro' or 'macro', got 'weighted'"):
        soft_f1_score([[1, 0]], [[1, 0]], average="weighted")


@pytest.mark.skipif(
    "scale_by_half" not in inspect.signature(brier_score_loss).parameters,
    reason="scikit-learn below 1.7 has the Brier score of two classes only",
)
@given(st.integers(0, 10_000))
def test_brier_score_of_hard_labels_is_that_of_scikit_learn(seed):
    proba = draw_distributions(seed)[0]
    y = np.random.default_rng(seed).integers(4, size=20)
    expected = brier_score_loss(y, proba, labels=range(4), scale_by_half=False)
    assert brier_score(np.eye(4)[y], proba) == pytest.approx(expected)


GOOD = [[0.5, 0.5], [1, 0]]


@pytest.mark.parametrize("measure", MEASURES)
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


def test_columns_of_polars_are_paired_by_name():
    pl = pytest.importorskip("polars")
    true = pl.DataFrame({"a": [0.7, 0.2], "b": [0.3, 0.8]})
    predicted = pl.DataFrame({"b": [0.3, 0.8], "a": [0.7, 0.2]})
    assert manhattan_distance(true, predicted) == 0
