"""Groups of samples with similar values, and the mean of a group with its interval."""

from numbers import Integral

import numpy as np
from scipy.stats import t

from sklearn_raters.exceptions import InputError


def equal_bins(values, n_bins):
    """Return the samples of up to n_bins groups of similar values and about equal size, in rising order."""
    if not isinstance(n_bins, Integral) or n_bins < 1:
        raise InputError(f"n_bins must be an int of 1 or more, got {n_bins!r}.")
    edges = np.unique(np.quantile(values, np.linspace(0, 1, n_bins + 1)[1:-1]))
    numbers = np.searchsorted(edges, values, side="left")
    return [np.flatnonzero(numbers == number) for number in np.unique(numbers)]


def mean_with_interval(values):
    """Return the mean of values and half the width of its 95 % interval by Student's t, 0 for one value."""
    if len(values) < 2:
        return values.mean(), 0.0
    return values.mean(), t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
