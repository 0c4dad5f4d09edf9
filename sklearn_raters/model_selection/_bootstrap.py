"""A paired bootstrap over groups: the interval of the difference of two models' UAR."""

from numbers import Integral, Real
from typing import NamedTuple

import numpy as np
from sklearn.utils import check_random_state

from sklearn_raters._align import align_samples
from sklearn_raters._sklearn_compat import checked_parameters
from sklearn_raters.exceptions import InputError
from sklearn_raters.metrics import class_recalls
from sklearn_raters.ratings import check_groups, shorten


class UarDifference(NamedTuple):
    """Difference of two models' UAR, and the limits of its interval, as shares."""

    difference: float
    low: float
    high: float


# Resamples drawn at once hold at most this many group weights, 8 bytes each.
_BLOCK = 4_000_000
_MOST_DRAWS = 10_000_000


@checked_parameters(
    {
        "labels": ["array-like", None],
        "n_bootstrap": [Integral],
        "confidence": [Real],
        "random_state": ["random_state"],
    }
)
def paired_bootstrap(
    y_true, pred_a, pred_b, groups=None, *, labels=None, n_bootstrap=2000, confidence=0.95, random_state=None
):
    """
    Estimate by how much model A's unweighted average recall exceeds model B's.

    Each draw takes whole groups with replacement, as many as there are, and scores both models on their
    samples. A class without samples in a draw is left out of both means.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Consensus labels, none missing.
    pred_a : array-like of shape (n_samples,)
        Labels that model A predicts.
    pred_b : array-like of shape (n_samples,)
        Labels that model B predicts.
    groups : array-like of shape (n_samples,) or None, default=None
        Speaker or session of each sample. None draws single samples, which makes the interval too narrow if
        samples of one speaker resemble each other.
    labels : sequence or None, default=None
        Classes to average over; None takes the labels of `y_true`.
    n_bootstrap : int, default=2000
        Number of draws.
    confidence : float, default=0.95
        Share of the draws whose difference lies in the interval, between 0 and 1.
    random_state : int, RandomState instance or None, default=None
        Seed of the draws.

    Returns
    -------
    UarDifference
        Named tuple of `difference` (UAR of A minus UAR of B on the given samples), `low` and `high` (limits
        of the percentile interval), all as shares.

    Raises
    ------
    InputError
        If lengths differ, a label is missing, there are fewer than two groups, or a number is out of range.

    References
    ----------
    M. Bisani and H. Ney, "Bootstrap estimates for confidence intervals in ASR performance evaluation",
    ICASSP 2004.

    Examples
    --------
    >>> from sklearn_raters.model_selection import paired_bootstrap
    >>> y_true = ["a", "b"] * 50
    >>> paired_bootstrap(y_true, y_true, ["a", "a"] * 50, random_state=0)
    UarDifference(difference=0.5, low=0.5, high=0.5)
    """
    y_true, pred_a, pred_b, groups = align_samples(y_true=y_true, pred_a=pred_a, pred_b=pred_b, groups=groups)
    recalls_a, recalls_b = (class_recalls(y_true, predicted, labels=labels) for predicted in (pred_a, pred_b))
    if np.isnan(recalls_a).all():
        raise InputError(
            f"None of the {len(y_true)} samples has one of the classes {shorten(labels)}: check the spelling "
            "of labels= against y_true."
        )
    groups = np.arange(len(y_true)) if groups is None else check_groups(groups)
    check_bootstrap(groups, n_bootstrap, confidence)
    support, gain = _counts_by_group(y_true, pred_a, pred_b, groups, labels)
    differences = _bootstrap_differences(support, gain, n_bootstrap, check_random_state(random_state))
    low, high = np.quantile(differences, [(1 - confidence) / 2, (1 + confidence) / 2])
    return UarDifference(float(np.nanmean(recalls_a - recalls_b)), float(low), float(high))


def check_bootstrap(groups, n_bootstrap, confidence=0.95):
    """
    Check the groups and the settings of `paired_bootstrap`.

    Parameters
    ----------
    groups : array-like of shape (n_samples,)
        Group of each scored sample.
    n_bootstrap : int
        Number of draws, from 1 to 10,000,000.
    confidence : float, default=0.95
        Share of the draws in the interval, between 0 and 1.

    Raises
    ------
    InputError
        If there are fewer than two groups, or a number is out of range.
    """
    if not 1 <= n_bootstrap <= _MOST_DRAWS or not 0 < confidence < 1:
        raise InputError(
            f"n_bootstrap must be from 1 to {_MOST_DRAWS:,} and confidence between 0 and 1, got "
            f"{n_bootstrap} and {confidence}."
        )
    if len(np.unique(groups)) < 2:
        raise InputError("A bootstrap over groups needs at least two groups, got one: give finer groups.")


def _counts_by_group(y_true, pred_a, pred_b, groups, labels):
    """Count samples, and hits of A minus hits of B, by group and class: two arrays (n_groups, n_classes)."""
    y_true, pred_a, pred_b = (np.asarray(labels, dtype=object) for labels in (y_true, pred_a, pred_b))
    classes = sorted(set(y_true.tolist())) if labels is None else list(labels)
    is_class = np.column_stack([y_true == label for label in classes]).astype(float)
    gain = (pred_a == y_true).astype(float) - (pred_b == y_true)
    _, group = np.unique(groups, return_inverse=True)
    counts = np.zeros((2, group.max() + 1, len(classes)))
    np.add.at(counts[0], group, is_class)
    np.add.at(counts[1], group, is_class * gain[:, None])
    return counts


def _bootstrap_differences(support, gain, n_bootstrap, rng):
    """Return each draw's difference of UAR; support and gain are counts of shape (n_groups, n_classes)."""
    n_groups = len(support)
    block = max(1, _BLOCK // n_groups)
    differences = []
    for start in range(0, n_bootstrap, block):
        size = min(block, n_bootstrap - start)
        weights = rng.multinomial(n_groups, np.full(n_groups, 1 / n_groups), size=size)
        drawn = weights @ support
        present = drawn > 0
        recall_gain = np.divide(weights @ gain, drawn, where=present, out=np.zeros(drawn.shape))
        # A draw without samples of any class counts as a difference of 0.
        differences.append(recall_gain.sum(axis=1) / np.maximum(present.sum(axis=1), 1))
    return np.concatenate(differences)
