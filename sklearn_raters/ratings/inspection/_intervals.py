"""Exact intervals of shares."""

import numpy as np
from scipy.special import betaincinv


def share_interval(hits, n, confidence=0.95):
    """
    Return the limits of Clopper and Pearson's interval of shares, which covers at least `confidence`.

    Parameters
    ----------
    hits, n : array-like of shape (n_shares,)
        Number of hits, and number of trials.
    confidence : float, default=0.95
        Probability that the interval holds the true share, between 0 and 1.

    Returns
    -------
    low, high : ndarray of float64, shape (n_shares,)
        The limits, 0 and 1 where there is no trial.

    References
    ----------
    C. Clopper and E. Pearson, "The use of confidence or fiducial limits illustrated in the case of the
    binomial", Biometrika 26, 1934.
    """
    hits, misses = np.asarray(hits, dtype=float), np.asarray(n, dtype=float) - hits
    tail = (1 - confidence) / 2
    low = np.where(hits > 0, betaincinv(np.maximum(hits, 1), misses + 1, tail), 0.0)
    high = np.where(misses > 0, betaincinv(hits + 1, np.maximum(misses, 1), 1 - tail), 1.0)
    return low, high
