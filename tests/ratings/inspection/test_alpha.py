"""Krippendorff's alpha of ordered classes, and its interval."""

import numpy as np
import pytest
from krippendorff import alpha

from made_crowds import crowd
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import Task, alpha_interval, krippendorff_alpha
from sklearn_raters.ratings.inspection._alpha import _alphas, _coincidences

# The example of K. Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011, section E.
PUBLISHED = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, np.nan, np.nan, np.nan],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, np.nan, 3],
        [np.nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, np.nan],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, np.nan],
    ]
).T


def test_alpha_is_that_of_the_published_example():
    assert krippendorff_alpha(PUBLISHED) == pytest.approx(0.743, abs=5e-4)
    assert krippendorff_alpha(PUBLISHED, ordered=True) == pytest.approx(0.815, abs=5e-4)


def test_the_order_is_that_of_the_given_classes():
    names = {1: "low", 2: "middle", 3: "high", 4: "higher", 5: "highest"}
    Y = [[names.get(label) for label in row] for row in PUBLISHED.tolist()]
    task = Task(Y, classes=list(names.values()))
    assert krippendorff_alpha(task, ordered=True) == krippendorff_alpha(PUBLISHED, ordered=True)
    with pytest.raises(InputError, match="only sorted as text"):
        krippendorff_alpha(Y, ordered=True)


@pytest.mark.parametrize("level", ["nominal", "ordinal"])
def test_the_resampled_alpha_is_the_one_of_the_library(level):
    counts = np.random.default_rng(0).multinomial(5, [0.5, 0.2, 0.2, 0.1], size=80)
    counts = counts[counts.sum(axis=1) > 1]
    summed = _coincidences(counts).sum(axis=0).reshape(1, 4, 4)
    distance = None if level == "ordinal" else 1 - np.eye(4)
    assert _alphas(summed, distance)[0] == pytest.approx(
        alpha(value_counts=counts, level_of_measurement=level), abs=1e-12
    )


def test_the_interval_covers_the_alpha_of_many_samples():
    truth = krippendorff_alpha(crowd(seed=99, n_samples=20_000))
    found = [
        alpha_interval(crowd(seed, n_samples=150), random_state=seed, n_bootstrap=300) for seed in range(60)
    ]
    covered = np.mean([interval.low <= truth <= interval.high for interval in found])
    assert 0.85 <= covered <= 1
    assert all(interval.low <= interval.alpha <= interval.high for interval in found)


def test_a_wider_confidence_and_fewer_samples_widen_the_interval():
    def width(n_samples, confidence):
        low, high = alpha_interval(crowd(n_samples=n_samples), confidence=confidence, random_state=0)[1:]
        return high - low

    assert width(100, 0.9) < width(100, 0.99)
    assert width(1600, 0.95) == pytest.approx(width(100, 0.95) / 4, rel=0.35)


def test_sets_of_labels_and_ordered_classes_are_resampled():
    Y = [[("a", "b"), "a"], ["b", "b"], ["a", "a"], ["a", ("a", "b")]] * 10
    found = alpha_interval(Y, random_state=0)
    assert found.low < found.alpha < found.high
    assert found.alpha == krippendorff_alpha(Y)
    ordered = alpha_interval(PUBLISHED, ordered=True, random_state=0)
    assert ordered.low < 0.815 < ordered.high


def test_settings_out_of_range_and_undefined_alpha_are_refused():
    for wrong in (0, 1.5, True, "1000"):
        with pytest.raises(InputError, match="n_bootstrap must be a whole number"):
            alpha_interval([[1, 2], [1, 1]], n_bootstrap=wrong)
    with pytest.raises(InputError, match="no sample is rated by two raters"):
        alpha_interval([[1, None], [None, 2]])
