"""Krippendorff's alpha of all raters, and its bootstrap interval over samples."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial.distance import cdist

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._task import as_task
from sklearn_raters.ratings.inspection._choices import rater_choices
from sklearn_raters.ratings.inspection._settings import (
    check_count,
    check_ordered,
    check_share,
    make_random_state,
)

# Resamples drawn at once hold at most this many numbers, 8 bytes each.
_BLOCK = 4_000_000
# More would take hours without a narrower interval.
_MOST_DRAWS = 10_000_000


class AlphaInterval(NamedTuple):
    """Krippendorff's alpha, and the limits of its interval."""

    alpha: float
    low: float
    high: float


def krippendorff_alpha(Y, *, ordered=False):
    """
    Compute Krippendorff's alpha of all raters.

    1 is perfect agreement, 0 the agreement expected by chance. For nominal labels, if raters choose several
    labels, each set of labels is one value, and the distance of two sets is the Jaccard distance (1 - number
    of common labels / number of labels in either). For single labels this is the nominal alpha. Labels
    outside the classes and the weights of votes are not used. Memory grows with the number of samples times
    the square of the number of different sets.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    ordered : bool, default=False
        Whether the classes are ordered: alpha is then the ordinal one, and what a rater chose counts only
        where it is a single class. The classes of a Task must be in their order; numbers need no Task.

    Returns
    -------
    float
        At most 1; below 0 where raters agree less than by chance.

    Raises
    ------
    InputError
        If alpha is not defined: no sample has two raters, or all these raters chose the same label; or if
        `ordered` and the classes are texts whose order was not given.

    See Also
    --------
    alpha_interval : The same with its interval.

    References
    ----------
    K. Krippendorff, "Content Analysis", 4th edition, 2018, chapter 12; R. Passonneau, "Measuring
    Agreement on Set-valued Items (MASI)", LREC 2006, for distances between sets.

    Examples
    --------
    >>> from sklearn_raters.ratings import krippendorff_alpha
    >>> Y = [[1, 1], [2, 2], [3, 3], [1, 2]]
    >>> round(krippendorff_alpha(Y), 3), round(krippendorff_alpha(Y, ordered=True), 3)
    (0.667, 0.79)
    """
    counts, sets = _value_counts(as_task(Y), ordered)
    return _alpha(counts, None if ordered else cdist(sets, sets, "jaccard"))


def alpha_interval(Y, *, ordered=False, n_bootstrap=1000, confidence=0.95, random_state=None):
    """
    Compute Krippendorff's alpha with a bootstrap interval over samples.

    Each draw takes samples with replacement, as many as have two raters or more, with all their votes. Raters
    are taken as they are: the interval is that of other samples, not of other raters.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    ordered : bool, default=False
        Whether the classes are ordered, as in `krippendorff_alpha`.
    n_bootstrap : int, default=1000
        Number of draws, ten millions at most.
    confidence : float, default=0.95
        Share of the draws whose alpha lies in the interval, between 0 and 1.
    random_state : int, RandomState instance or None, default=None
        Seed of the draws.

    Returns
    -------
    AlphaInterval
        Named tuple of `alpha`, `low` and `high`. The limits are NaN where no draw has an alpha.

    Raises
    ------
    InputError
        If alpha is not defined, as in `krippendorff_alpha`, or a number is out of range.

    References
    ----------
    A. Zapf et al., "Measuring inter-rater reliability for nominal data - which coefficients and confidence
    intervals are appropriate?", BMC Medical Research Methodology 16, 2016: bootstrap over samples.

    Examples
    --------
    >>> from sklearn_raters.ratings import alpha_interval
    >>> found = alpha_interval([["a", "a"], ["b", "b"], ["a", "b"]] * 20, random_state=0)
    >>> [round(value, 2) for value in found]
    [0.34, 0.07, 0.57]
    """
    check_share("confidence", confidence)
    check_count("n_bootstrap", n_bootstrap, most=_MOST_DRAWS)
    task, rng = as_task(Y), make_random_state(random_state)
    counts, sets = _value_counts(task, ordered)
    distance = None if ordered else cdist(sets, sets, "jaccard")
    value = _alpha(counts, distance)
    # Samples with equal votes count alike: drawing how often each pattern occurs is drawing samples.
    patterns, repeats = np.unique(counts, axis=0, return_counts=True)
    pairs, size = _coincidences(patterns), len(sets)
    block = max(1, _BLOCK // max(size**2, len(patterns)))
    alphas = []
    for start in range(0, n_bootstrap, block):
        drawn = rng.multinomial(len(counts), repeats / len(counts), size=min(block, n_bootstrap - start))
        alphas.append(_alphas((drawn @ pairs).reshape(-1, size, size), distance))
    alphas = np.concatenate(alphas)
    alphas = alphas[~np.isnan(alphas)]
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    low, high = np.quantile(alphas, tails) if len(alphas) else (np.nan, np.nan)
    return AlphaInterval(value, float(low), float(high))


def _alpha(counts, distance):
    """Return alpha of numbers of raters (n_samples, n_values); distance None is the ordinal one."""
    from krippendorff import alpha  # loads slowly

    if distance is None:
        return float(alpha(value_counts=counts, level_of_measurement="ordinal"))
    return float(alpha(value_counts=counts, level_of_measurement=lambda *_, i1, i2, **__: distance[i1, i2]))


def _value_counts(task, ordered):
    """Count how many raters chose what on each sample with two raters or more.

    Returns
    -------
    counts : ndarray of int, shape (n_paired, n_values)
        Number of raters.
    sets : ndarray of bool, shape (n_values, n_classes)
        The classes of each value, which is a class or a set of classes.
    """
    check_ordered(ordered, task)
    choices = rater_choices(task)
    if ordered:
        choices = choices.single()
    choices = choices.take(np.bincount(choices.sample, minlength=task.n_samples)[choices.sample] >= 2)
    if not len(choices.sample):
        raise InputError("Krippendorff's alpha is not defined: no sample is rated by two raters or more.")
    values, column = np.unique(choices.code, return_inverse=True)
    if len(values) == 1:
        raise InputError(
            "Krippendorff's alpha is not defined: on all samples with two raters or more, all raters "
            "chose one and the same label."
        )
    samples, row = np.unique(choices.sample, return_inverse=True)
    shape = len(samples), len(values)
    counts = np.bincount(row * len(values) + column, minlength=shape[0] * shape[1])
    return counts.reshape(shape), choices.sets[values]


def _coincidences(counts):
    """Return each row's part in the matrix of coincidences: sparse, (n_rows, n_values ** 2)."""
    row, column = np.nonzero(counts)
    number, n_votes = counts[row, column], counts.sum(axis=1)
    size = np.bincount(row, minlength=len(counts))
    start = np.cumsum(size) - size
    # Each entry of a row meets each entry of the same row.
    first = np.repeat(np.arange(len(row)), size[row])
    place = np.arange(len(first)) - np.repeat(np.cumsum(size[row]) - size[row], size[row])
    second = start[row[first]] + place
    value = number[first] * (number[second] - (first == second)) / (n_votes[row[first]] - 1)
    n_values = counts.shape[1]
    cell = row[first], column[first] * n_values + column[second]
    return csr_array((value, cell), shape=(len(counts), n_values**2))


def _alphas(coincidences, distance):
    """Return the alpha of each matrix (n_draws, n_values, n_values); distance None is the ordinal one."""
    totals = coincidences.sum(axis=2)
    if distance is None:
        middle = np.cumsum(totals, axis=1) - totals / 2
        distance = (middle[:, :, None] - middle[:, None, :]) ** 2
    observed = (coincidences * distance).sum(axis=(1, 2))
    expected = (totals[:, :, None] * totals[:, None, :] * distance).sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected > 0, 1 - (totals.sum(axis=1) - 1) * observed / expected, np.nan)
