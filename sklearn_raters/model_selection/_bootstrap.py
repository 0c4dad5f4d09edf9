"""Is one model's UAR better by more than chance: a paired bootstrap over groups."""

from collections import namedtuple

import numpy as np
from sklearn.utils import check_random_state

from sklearn_raters.metrics import class_recalls

UarDifference = namedtuple("UarDifference", ["difference", "low", "high"])

# Resamples drawn at once hold at most this many group weights, 8 bytes each.
_BLOCK = 4_000_000


def paired_bootstrap(
    y_true,
    pred_a,
    pred_b,
    groups=None,
    *,
    labels=None,
    n_bootstrap=2000,
    confidence=0.95,
    random_state=None,
):
    """
    Estimate by how much model A's unweighted average recall exceeds model B's.

    Whole groups are drawn with replacement, as many as there are, and both models are scored on the same
    draw; recalls are pooled over all samples of a draw. A class that a draw lacks is left out of both means.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Consensus labels, none missing.
    pred_a : array-like of shape (n_samples,)
        Labels that model A predicts.
    pred_b : array-like of shape (n_samples,)
        Labels that model B predicts.
    groups : array-like of shape (n_samples,) or None, default=None
        The speaker or session of each sample; None draws single samples, whose interval is too narrow where
        samples of one speaker resemble each other.
    labels : sequence or None, default=None
        The classes to average over; None takes those of `y_true`.
    n_bootstrap : int, default=2000
        Number of draws.
    confidence : float, default=0.95
        Share of the draws' differences that the interval holds, between 0 and 1.
    random_state : int, RandomState instance or None, default=None
        Seed of the draws.

    Returns
    -------
    UarDifference
        Named tuple of `difference` (UAR of A minus UAR of B, as measured), `low` and `high` (percentile
        interval), all as shares.

    Raises
    ------
    ValueError
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
    if n_bootstrap < 1 or not 0 < confidence < 1:
        raise ValueError(
            f"n_bootstrap must be at least 1 and confidence between 0 and 1, got "
            f"{n_bootstrap} and {confidence}."
        )
    measured = [class_recalls(y_true, predicted, labels=labels) for predicted in (pred_a, pred_b)]
    groups = np.arange(len(y_true)) if groups is None else np.asarray(groups)
    if groups.shape != (len(y_true),):
        raise ValueError(
            f"groups has shape {groups.shape} for {len(y_true)} samples: give one group a sample."
        )
    support, hits_a, hits_b = _counts_by_group(y_true, pred_a, pred_b, groups, labels)
    if len(support) < 2:
        raise ValueError("A bootstrap over groups needs at least two groups, got one: give finer groups.")
    differences = _bootstrap_differences(
        support, hits_a - hits_b, n_bootstrap, check_random_state(random_state)
    )
    low, high = np.quantile(differences, [(1 - confidence) / 2, (1 + confidence) / 2])
    return UarDifference(float(np.nanmean(measured[0] - measured[1])), float(low), float(high))


def _counts_by_group(y_true, pred_a, pred_b, groups, labels):
    """Count, each of shape (n_groups, n_classes): samples of a class, and those that A and B recall."""
    y_true = np.asarray(y_true, dtype=object)
    classes = sorted(set(y_true.tolist())) if labels is None else list(labels)
    place = {label: index for index, label in enumerate(classes)}
    outside = len(classes)
    truth = np.array([place.get(label, outside) for label in y_true.tolist()])
    _, group = np.unique(groups, return_inverse=True)
    cell = group * (outside + 1) + truth
    n_groups = group.max() + 1
    right = [np.asarray(predicted, dtype=object) == y_true for predicted in (pred_a, pred_b)]
    return [
        np.bincount(cell, weights, n_groups * (outside + 1)).reshape(n_groups, -1)[:, :outside]
        for weights in (np.ones(len(y_true)), *(hit.astype(float) for hit in right))
    ]


def _bootstrap_differences(support, gain, n_bootstrap, rng):
    """Draw differences of UAR of shape (n_bootstrap,) from counts of shape (n_groups, n_classes)."""
    n_groups = len(support)
    block = max(1, _BLOCK // n_groups)
    differences = []
    for start in range(0, n_bootstrap, block):
        size = min(block, n_bootstrap - start)
        weights = rng.multinomial(n_groups, np.full(n_groups, 1 / n_groups), size=size)
        drawn = weights @ support
        present = drawn > 0
        recall_gain = np.divide(weights @ gain, drawn, where=present, out=np.zeros(drawn.shape))
        n_present = present.sum(axis=1)
        # A draw of groups without any of the classes says nothing: it is a difference of 0.
        differences.append(recall_gain.sum(axis=1) / np.maximum(n_present, 1))
    return np.concatenate(differences)
