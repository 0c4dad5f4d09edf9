"""Raters side by side: agreement of every two of them, and each one against the others' majority."""

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial.distance import cdist
from scipy.special import ndtri

from sklearn_raters.ratings._raters import chosen_classes
from sklearn_raters.ratings._task import as_task

_QUANTILE = float(ndtri(0.975))
_TOLERANCE = 1e-9


def pairwise_agreement(Y):
    """
    Compute how often each two raters agree on the samples that both rated.

    If a rater chose several classes, the agreement on a sample is the number of common classes over the
    number of classes in either choice, as in `krippendorff_alpha`. Labels outside the classes and the weights
    of votes are not used. Memory grows with the number of pairs that share a sample.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.

    Returns
    -------
    DataFrame
        One row for each two raters with a common sample, in the order of Y: the columns `rater`, `other`,
        `n_samples` (common ones), `agreement` (from 0 to 1), and the limits `low` and `high` of Wilson's 95 %
        interval, which supposes independent samples.

    Raises
    ------
    InputError
        If there are no ratings.

    References
    ----------
    E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of the
    American Statistical Association 22, 1927.

    Examples
    --------
    >>> from sklearn_raters.ratings import pairwise_agreement
    >>> Y = [["a", "a", None], ["b", "a", "b"], ["a", "a", None]]
    >>> pairwise_agreement(Y).round(2)
       rater  other  n_samples  agreement   low  high
    0      0      1          3       0.67  0.21  0.94
    1      0      2          1       1.00  0.21  1.00
    2      1      2          1       0.00  0.00  0.79
    """
    import pandas as pd

    task = as_task(Y)
    sample, rater, chosen = chosen_classes(task.class_votes, len(task.classes))
    sets, kind = np.unique(chosen, axis=0, return_inverse=True)
    common_share = 1 - cdist(sets, sets, "jaccard")
    shape = task.n_samples, len(task.raters)

    def chose(cells):
        return csr_array((np.ones(cells.sum()), (sample[cells], rater[cells])), shape=shape)

    parts = [chose(kind.ravel() == number) for number in range(len(sets))]
    agreed = csr_array((shape[1], shape[1]))
    for one, two in zip(*np.nonzero(common_share), strict=True):
        agreed = agreed + common_share[one, two] * (parts[one].T @ parts[two])
    rated = sum(parts, csr_array(shape))
    both = (rated.T @ rated).tocoo()
    above = both.row < both.col
    row, column, n_common = both.row[above], both.col[above], both.data[above]
    order = np.lexsort((column, row))
    row, column, n_common = row[order], column[order], n_common[order]
    share = np.asarray(agreed[row, column]).ravel() / n_common if len(row) else np.zeros(0)
    low, high = _wilson(share, n_common)
    names = np.array([*task.raters, None], dtype=object)[:-1]
    columns = {"rater": names[row], "other": names[column], "n_samples": n_common.astype(int)}
    table = pd.DataFrame({**columns, "agreement": share, "low": low, "high": high})
    return table.infer_objects()


def _wilson(share, n):
    """Return the limits of Wilson's 95 % interval of shares of n trials each."""
    middle = (share + _QUANTILE**2 / (2 * n)) / (1 + _QUANTILE**2 / n)
    spread = share * (1 - share) / n + _QUANTILE**2 / (4 * n**2)
    half = _QUANTILE * np.sqrt(spread) / (1 + _QUANTILE**2 / n)
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)


def rater_confusions(Y):
    """
    Count, for each rater, what the rater chose where the others' majority is a class.

    The rater's own votes do not count in this majority, which is otherwise that of `Task.majority`. Samples
    on which the others are tied, have no vote, or prefer a label outside the classes are left out. A rater
    who chose several classes counts as an equal part of each. Memory is that of an array of votes by labels.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.

    Returns
    -------
    ndarray of shape (n_raters, n_classes, n_classes)
        Number of samples: the others' majority (rows), the rater's choice (columns).

    Raises
    ------
    InputError
        If there are no ratings.

    Examples
    --------
    >>> from sklearn_raters.ratings import rater_confusions
    >>> Y = [["a", "a", "a"], ["b", "b", "a"], ["b", "a", "b"]]
    >>> rater_confusions(Y)[1]  # the second sample has no majority without this rater
    array([[1., 0.],
           [1., 0.]])
    """
    task = as_task(Y)
    # The majority is taken over the labels as the raters gave them; only then does the map merge them.
    votes, n_raters, n_classes = task.votes, len(task.raters), len(task.classes)
    cells, place = np.unique(votes.sample.astype(np.int64) * n_raters + votes.rater, return_inverse=True)
    sample, rater = np.divmod(cells, n_raters)
    others = votes.counts()[sample]
    np.subtract.at(others, (place, votes.label), votes.weight)
    top = others.max(axis=1, keepdims=True)
    # Sums of weights such as 0.1 + 0.2 are rounded, and so are differences of them.
    is_top = (others >= top - _TOLERANCE) & (top > _TOLERANCE)
    majority = np.where(is_top.sum(axis=1) == 1, task.codes[is_top.argmax(axis=1)], n_classes)
    share = np.zeros((len(cells), n_classes))
    inside = task.codes[votes.label] < n_classes
    share[place[inside], task.codes[votes.label[inside]]] = 1
    used = (majority < n_classes) & share.any(axis=1)
    share = share[used] / share[used].sum(axis=1, keepdims=True)
    confusions = np.zeros((n_raters, n_classes, n_classes))
    np.add.at(confusions, (rater[used], majority[used]), share)
    return confusions
