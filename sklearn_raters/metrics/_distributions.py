"""Distances of predicted distributions from soft labels."""

import numpy as np
from scipy.special import rel_entr, xlogy


def _check_distributions(soft_true, proba):
    """Return both as float arrays of the same shape (n_samples, n_classes) whose rows sum to 1."""
    pair = []
    for name, given in (("soft_true", soft_true), ("proba", proba)):
        values = np.asarray(given)
        values = values.astype(np.result_type(values.dtype, np.float32), copy=False)
        if values.ndim != 2:
            raise ValueError(
                f"{name} must have shape (n_samples, n_classes), got {values.shape}: give one "
                "distribution for each sample."
            )
        good = (values >= 0).all(axis=1) & np.isclose(values.sum(axis=1), 1, atol=1e-4)
        if not good.all():
            row = np.flatnonzero(~good)[0]
            raise ValueError(
                f"Sample {row} of {name} is not a distribution: {values[row]}. Every row must be "
                "non-negative and sum to 1; leave out samples without votes."
            )
        pair.append(values)
    if pair[0].shape != pair[1].shape or not len(pair[0]):
        raise ValueError(
            f"soft_true has shape {pair[0].shape} and proba {pair[1].shape}: they must have the same shape "
            "and hold at least one sample."
        )
    return pair


def soft_cross_entropy(soft_true, proba):
    """
    Compute the mean cross-entropy of predicted distributions, in nats.

    Parameters
    ----------
    soft_true : array-like of shape (n_samples, n_classes)
        Soft labels; rows sum to 1.
    proba : array-like of shape (n_samples, n_classes)
        Predicted probabilities, classes in the same order; rows sum to 1. Probabilities below the machine
        epsilon of their float type are raised to it, as in `sklearn.metrics.log_loss`.

    Returns
    -------
    float
        Mean over samples of ``-sum_k soft_true[k] * log(proba[k])``. Its minimum is the mean entropy of the
        soft labels, which is 0 only if each of them puts all weight on one class.

    Raises
    ------
    ValueError
        If the shapes differ or a row is not a distribution.

    Examples
    --------
    >>> from sklearn_raters.metrics import soft_cross_entropy
    >>> round(soft_cross_entropy([[0.5, 0.5], [1.0, 0.0]], [[0.5, 0.5], [0.5, 0.5]]), 4)
    0.6931
    """
    soft_true, proba = _check_distributions(soft_true, proba)
    proba = np.clip(proba, np.finfo(proba.dtype).eps, 1)
    return float(-xlogy(soft_true, proba).sum(axis=1).mean())


def jensen_shannon_divergence(soft_true, proba):
    """
    Compute the mean Jensen-Shannon divergence of predicted distributions, in bits.

    Parameters
    ----------
    soft_true : array-like of shape (n_samples, n_classes)
        Soft labels; rows sum to 1.
    proba : array-like of shape (n_samples, n_classes)
        Predicted probabilities, classes in the same order; rows sum to 1.

    Returns
    -------
    float
        Mean over samples, from 0 (equal) to 1 (no class in common). It is the mean of the squares of
        `scipy.spatial.distance.jensenshannon` with ``base=2``.

    Raises
    ------
    ValueError
        If the shapes differ or a row is not a distribution.

    References
    ----------
    J. Lin, "Divergence measures based on the Shannon entropy", IEEE Transactions on Information
    Theory 37(1), 1991.

    Examples
    --------
    >>> from sklearn_raters.metrics import jensen_shannon_divergence
    >>> jensen_shannon_divergence([[1.0, 0.0]], [[0.0, 1.0]])
    1.0
    """
    soft_true, proba = _check_distributions(soft_true, proba)
    middle = (soft_true + proba) / 2
    divergence = (rel_entr(soft_true, middle) + rel_entr(proba, middle)).sum(axis=1) / 2
    # jensenshannon of scipy is NaN where rounding makes the divergence of equal rows slightly negative.
    return float(np.clip(divergence / np.log(2), 0, 1).mean())
