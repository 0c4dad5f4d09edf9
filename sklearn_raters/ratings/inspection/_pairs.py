"""Agreement of each pair of raters on the samples that both rated."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from sklearn_raters.ratings._task import as_task
from sklearn_raters.ratings.inspection._choices import rater_choices
from sklearn_raters.ratings.inspection._intervals import share_interval
from sklearn_raters.ratings.inspection._settings import check_count, check_ordered, check_share


def rater_pairs(Y, *, ordered=False, max_raters=200, confidence=0.95):
    """
    Compute how far each pair of raters agrees.

    Two raters agree on a sample if both chose the same class, or the same classes. Time grows with the
    number of votes times the number of raters of a sample; memory with the number of votes and the square of
    `max_raters`.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    ordered : bool, default=False
        Whether the classes are ordered. Kappa is then the quadratically weighted one, and only ratings of a
        single class count. The classes of a Task must be in their order; numbers need no Task.
    max_raters : int, default=200
        Number of raters to pair, those who rated most samples.
    confidence : float, default=0.95
        Confidence of each pair's interval, between 0 and 1.

    Returns
    -------
    DataFrame
        One row for each pair of raters who both rated a sample, in the order of Y: `rater_a`, `rater_b`;
        `samples`, the number that both rated; `agreement`, the share on which they agree; `low` and `high`,
        the limits of its exact interval, which takes samples as independent; `kappa`, Cohen's kappa: 1 is
        perfect agreement, 0 that of two raters who choose their classes at random, NaN where both always
        chose the same class. ``.attrs["raters_left_out"]`` is the number of raters who are not paired
        because of `max_raters`.

    Raises
    ------
    InputError
        If no vote is for a class, a setting is out of range, or `ordered` and the classes are texts whose
        order was not given.

    References
    ----------
    J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20,
    1960, and "Weighted kappa", Psychological Bulletin 70, 1968.

    Examples
    --------
    >>> from sklearn_raters.ratings import rater_pairs
    >>> Y = [["a", "a", None], ["b", "b", "a"], ["a", "b", "a"], ["b", "b", None]]
    >>> rater_pairs(Y).round(2)
       rater_a  rater_b  samples  agreement   low  high  kappa
    0        0        1        4       0.75  0.19  0.99    0.5
    1        0        2        2       0.50  0.01  0.99    0.0
    2        1        2        2       0.00  0.00  0.84    0.0
    """
    import pandas as pd

    check_count("max_raters", max_raters, 2)
    check_share("confidence", confidence)
    task = as_task(Y)
    check_ordered(ordered, task)
    choices = rater_choices(task)
    choices = choices.single() if ordered else choices
    busiest = busiest_raters(choices, max_raters)
    counts = count_pairs(choices, busiest)
    a, b = np.nonzero(np.triu(counts.samples, 1))
    samples, agreed = counts.samples[a, b], counts.agreed[a, b]
    low, high = share_interval(agreed, samples, confidence)
    kappa = _weighted_kappa(choices, busiest) if ordered else pair_kappas(choices, busiest, counts)
    names = pd.Index(task.raters, dtype=object if isinstance(task.raters[0], str) else None)
    columns = {
        "rater_a": names.take(busiest[a]),
        "rater_b": names.take(busiest[b]),
        "samples": samples,
        "agreement": agreed / samples,
        "low": low,
        "high": high,
        "kappa": kappa[a, b],
    }
    table = pd.DataFrame(columns)
    table.attrs["weighted"] = ordered
    table.attrs["raters_left_out"] = int((np.bincount(choices.rater) > 0).sum() - len(busiest))
    return table


class PairCounts(NamedTuple):
    """Number of samples that both raters of a pair rated, and on which they agreed: (n_raters, n_raters)."""

    samples: np.ndarray
    agreed: np.ndarray


def busiest_raters(choices, max_raters):
    """Return the raters with ratings, at most `max_raters`, those with most ratings, in rising order."""
    counts = np.bincount(choices.rater, minlength=choices.n_raters)
    order = np.argsort(-counts, kind="stable")[:max_raters]
    return np.sort(order[counts[order] > 0])


def count_pairs(choices, raters):
    """Count the samples and the agreements of each pair of some raters, indices in rising order."""
    agreed = np.zeros((len(raters), len(raters)))
    for matrix in _by_code(choices, raters):
        agreed += _products(matrix, matrix)
    return PairCounts(_rated_both(choices, raters), agreed.round().astype(np.int64))


def _matrix(choices, raters, values):
    """Return values of cells as a sparse matrix of shape (n_raters, n_samples) of some raters."""
    row = np.full(choices.n_raters, -1)
    row[raters] = np.arange(len(raters))
    kept = row[choices.rater] >= 0
    cell = row[choices.rater[kept]], choices.sample[kept]
    return csr_array((values[kept].astype(float), cell), shape=(len(raters), choices.n_samples))


def _products(left, right):
    """Return the products of all rows of two sparse matrices as an array."""
    return (left @ right.T).toarray()


def _rated_both(choices, raters):
    """Return the number of samples that both raters of each pair rated."""
    rated = _matrix(choices, raters, np.ones(len(choices.code)))
    return _products(rated, rated).round().astype(np.int64)


def _by_code(choices, raters):
    """Yield for each code which rater chose it for which sample."""
    for code in np.unique(choices.code):
        chosen = choices.take(choices.code == code)
        yield _matrix(chosen, raters, np.ones(len(chosen.code)))


def pair_kappas(choices, raters, counts):
    """Return Cohen's kappa of each pair, with the shares of the classes on the pair's own samples."""
    rated = _matrix(choices, raters, np.ones(len(choices.code)))
    chance = np.zeros(counts.samples.shape)
    for matrix in _by_code(choices, raters):
        chosen = _products(matrix, rated)
        chance += chosen * chosen.T
    with np.errstate(invalid="ignore", divide="ignore"):
        chance /= counts.samples.astype(float) ** 2
        observed = counts.agreed / counts.samples
        return np.where(chance < 1, (observed - chance) / (1 - chance), np.nan)


def _weighted_kappa(choices, raters):
    """Return the quadratically weighted kappa of each pair, the classes as numbers 0, 1, 2, ..."""
    rated = _matrix(choices, raters, np.ones(len(choices.code)))
    place = _matrix(choices, raters, choices.code)
    squared = _products(_matrix(choices, raters, choices.code.astype(float) ** 2), rated)
    total, n = _products(place, rated), _products(rated, rated)
    observed = squared + squared.T - 2 * _products(place, place)
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = squared + squared.T - 2 * total * total.T / n
        return np.where(expected > 0, 1 - observed / expected, np.nan)
