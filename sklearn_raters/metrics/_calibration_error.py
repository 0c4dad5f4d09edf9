"""How far the confidence of predictions is from their accuracy."""

from numbers import Integral

import numpy as np

from sklearn_raters._sklearn_compat import checked_parameters
from sklearn_raters.exceptions import InputError
from sklearn_raters.metrics._distributions import check_distributions

_MOST_BINS = 1_000_000


@checked_parameters({"n_bins": [Integral]})
def expected_calibration_error(soft_true, proba, *, n_bins=15):
    """
    Compute the expected calibration error of the most probable class.

    The confidence of a prediction is its greatest probability, its accuracy the soft label of that class: the
    share of the raters who chose it. Both are averaged over the samples whose confidence is in the same bin.

    Parameters
    ----------
    soft_true : array-like of shape (n_samples, n_classes)
        Soft labels; rows sum to 1. With one class a row, this is the usual error against hard labels.
    proba : array-like of shape (n_samples, n_classes)
        Predicted probabilities, classes in the same order; rows sum to 1.
    n_bins : int, default=15
        Number of bins of equal width, ``(b / n_bins, (b + 1) / n_bins]``.

    Returns
    -------
    float
        ``sum_b n_b / n_samples * |accuracy_b - confidence_b|`` over the bins b, which hold n_b samples each;
        from 0 to 1. It grows with the number of bins, and in small samples by chance.

    Raises
    ------
    InputError
        If the shapes differ, a row is not a distribution, or `n_bins` is not a positive int.

    References
    ----------
    C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, equations 3 and 5.

    Examples
    --------
    >>> from sklearn_raters.metrics import expected_calibration_error
    >>> soft_true, proba = [[1, 0], [0, 1], [1, 0], [1, 0]], [[0.75, 0.25]] * 4
    >>> expected_calibration_error(soft_true, proba)
    0.0
    >>> expected_calibration_error(soft_true, [[0.5, 0.5]] * 4)
    0.25
    """
    if not isinstance(n_bins, Integral) or not 1 <= n_bins <= _MOST_BINS:
        raise InputError(f"n_bins must be an int from 1 to {_MOST_BINS}, got {n_bins!r}.")
    soft_true, proba = check_distributions(soft_true, proba)
    rows, predicted = np.arange(len(proba)), proba.argmax(axis=1)
    confidence = proba[rows, predicted]
    gap = soft_true[rows, predicted] - confidence
    bins = np.digitize(confidence, np.linspace(0, 1, n_bins + 1)[1:-1], right=True)
    return float(np.abs(np.bincount(bins, weights=gap)).sum() / len(gap))
