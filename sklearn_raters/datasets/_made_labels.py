"""For synthetic corpora: names of classes, labels drawn from confusion matrices, checks of integers."""

from math import prod
from numbers import Integral

import numpy as np

from sklearn_raters.exceptions import InputError

# Of floats of 64 bits: 80 GB.
_MOST_VALUES = 10**10


def check_integers(low, high=np.inf, **values):
    """Raise InputError if a parameter is not an integer from `low` to `high`."""
    limit = f" and at most {high}" if high < np.inf else ""
    for name, value in values.items():
        if isinstance(value, bool) or not (isinstance(value, Integral) and low <= value <= high):
            raise InputError(f"{name} must be an integer of at least {low}{limit}, got {value!r}.")


def check_size(**arrays):
    """Raise InputError if an array, given by its shape, would have more values than fit into a memory."""
    for name, shape in arrays.items():
        if prod(map(int, shape)) > _MOST_VALUES:
            raise InputError(f"{name} would have the shape {shape}, which is too large: make less data.")


def class_names(n_classes):
    """Return names of classes, such as ["class1", "class2"], in sorted order."""
    width = len(str(n_classes))
    return [f"class{k:0{width}d}" for k in range(1, n_classes + 1)]


def draw_labels(truth, confusions, random_state):
    """Draw each rater's label of each sample.

    Parameters
    ----------
    truth : ndarray of int, shape (n_samples,)
        True class of each sample.
    confusions : ndarray of shape (n_raters, n_classes, n_classes)
        Probability of a rater's label (last axis) given the true class (middle axis).
    random_state : RandomState
        Source of randomness.

    Returns
    -------
    ndarray of int, shape (n_samples, n_raters)
        Classes.
    """
    cumulated = confusions.cumsum(axis=2)[:, truth].swapaxes(0, 1)
    draws = random_state.uniform(size=(*cumulated.shape[:2], 1))
    return np.minimum((draws > cumulated).sum(axis=2), confusions.shape[2] - 1)
