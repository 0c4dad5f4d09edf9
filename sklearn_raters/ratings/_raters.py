"""Statistics of raters: number of ratings, shares of the classes, and agreement."""

from numbers import Real

import numpy as np

from sklearn_raters._align import align_samples
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._groups import check_groups
from sklearn_raters.ratings._task import Task, as_task
from sklearn_raters.ratings.inspection._alpha import krippendorff_alpha

_CROWD = ("crowd_hard", "crowd_soft")


def rater_summary(Y):
    """
    Describe each rater: number of ratings, share of each class, agreement, as in the paper's Table 1.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.

    Returns
    -------
    DataFrame
        One row a rater, after two rows for the crowd: "crowd_hard", the majority labels, and
        "crowd_soft", all raters' votes on the samples to which `soft_labels` gives a distribution.
        Its columns:

        - ``samples``: number of samples with a vote for a class;
        - ``single``, ``multiple``: number of samples with votes for one class, for two or more;
        - ``share_<class>``: share of the class in the votes for classes;
        - ``agreement``: mean share of the rater's votes that are for the majority label, over the
          samples that the rater rated and whose majority is a class. The rater's votes count in
          this majority, which raises the agreement.

        A share of no votes is NaN. ``.attrs["krippendorff_alpha"]`` holds `krippendorff_alpha` of all
        raters, NaN where it is not defined.

    Raises
    ------
    InputError
        If there are no ratings, or a rater is named "crowd_hard" or "crowd_soft".

    References
    ----------
    H.-C. Chou and C.-C. Lee, "Every Rating Matters", ICASSP 2019, Table 1.

    Examples
    --------
    >>> from sklearn_raters.ratings import rater_summary
    >>> rater_summary([["a", ("a", "b")], ["b", "b"], ["a", None]]).round(2)
                samples  single  multiple  share_a  share_b  agreement
    crowd_hard        3       3         0     0.67     0.33       1.00
    crowd_soft        3       2         1     0.50     0.50       0.89
    0                 3       3         0     0.67     0.33       1.00
    1                 2       1         1     0.33     0.67       0.75
    """
    task = as_task(Y)
    table = rater_table(task)
    all_labels = Task(task.class_votes, task.class_votes.labels)
    try:
        table.attrs["krippendorff_alpha"] = krippendorff_alpha(all_labels)
    except ValueError:
        table.attrs["krippendorff_alpha"] = np.nan
    return table


def rater_table(task):
    """Return the table of `rater_summary` without alpha."""
    import pandas as pd

    for name in _CROWD:
        if name in task.raters:
            raise InputError(f"A rater is named {name!r}, like a row of the crowd: rename the rater.")
    n_classes, rows = len(task.classes), [_majority_row(task), _crowd_row(task), _rater_rows(task)]
    n_chosen, share, weights = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    table = pd.DataFrame(n_chosen, [*_CROWD, *task.raters], ["samples", "single"])
    table["multiple"] = table["samples"] - table["single"]
    with np.errstate(invalid="ignore"):
        shares = weights / weights.sum(axis=1, keepdims=True)
    table[[f"share_{name}" for name in task.classes]] = shares.reshape(-1, n_classes)
    table["agreement"] = share
    return table


def _majority_row(task):
    """Return the statistics of `_rater_rows` for the majority labels."""
    majority = task.majority()
    counts = np.bincount(majority[_judged(task)], minlength=len(task.classes))
    n = counts.sum()
    return np.array([[n, n]]), np.array([1.0 if n else np.nan]), counts[None].astype(float)


def _crowd_row(task):
    """Return the same for all votes, on the samples whose majority is not outside the classes."""
    majority, judged, votes = task.majority(), _judged(task), task.class_votes
    counts = task.counts * (majority < len(task.classes))[:, None]
    n_chosen = np.count_nonzero(counts, axis=1)
    total = np.bincount(votes.sample, votes.weight, task.n_samples)[judged]
    share = (counts[judged, majority[judged]] / total).mean() if judged.any() else np.nan
    return (
        np.array([[np.count_nonzero(n_chosen), np.count_nonzero(n_chosen == 1)]]),
        np.array([share]),
        counts.sum(axis=0, keepdims=True),
    )


def _rater_rows(task):
    """
    Return statistics of each rater.

    Returns
    -------
    numbers : ndarray of int, shape (n_raters, 2)
        Number of samples with a vote for a class, and of those with votes for one class only.
    agreement : ndarray of float, shape (n_raters,)
        Mean share of the votes for a sample that are for its majority label; NaN without votes.
    weights : ndarray of float, shape (n_raters, n_classes)
        Weight of the votes for each class.
    """
    votes, n_raters, n_classes = task.class_votes, len(task.raters), len(task.classes)
    inside = votes.label < n_classes
    label, rater = votes.label[inside], votes.rater[inside].astype(np.int64)
    first = _starts(votes.sample[inside], rater)
    size, row = np.diff(np.append(first, len(rater))), rater[first]
    numbers = [np.bincount(row, minlength=n_raters), np.bincount(row[size == 1], minlength=n_raters)]
    weights = np.bincount(rater * n_classes + label, votes.weight[inside], n_raters * n_classes)

    judged = _judged(task)[votes.sample]
    sample, rater, weight = votes.sample[judged], votes.rater[judged], votes.weight[judged]
    first = _starts(sample, rater)
    agrees = weight * (votes.label[judged] == task.majority()[sample])
    share = np.add.reduceat(agrees, first) / np.add.reduceat(weight, first) if len(first) else agrees
    row = rater[first]
    with np.errstate(invalid="ignore"):
        agreement = np.bincount(row, share, n_raters) / np.bincount(row, minlength=n_raters)
    return np.column_stack(numbers), agreement, weights.reshape(n_raters, n_classes)


def _judged(task):
    """Return whether each sample has a majority that is a class."""
    majority = task.majority()
    return (majority >= 0) & (majority < len(task.classes))


def _starts(sample, rater):
    """Return the first vote of each cell of votes sorted by sample and rater."""
    return np.flatnonzero((np.diff(sample, prepend=-1) != 0) | (np.diff(rater, prepend=-1) != 0))


def eligible_raters(Y, *, min_ratings=1, groups=None):
    """
    List the raters who rated enough samples in every group.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    min_ratings : int, default=1
        Number of samples with a vote for a class that a rater needs in each group.
    groups : array-like of shape (n_samples,) or None, default=None
        Group (session, speaker) of each sample, by index if it is a Series and Y has an index too. None takes
        all samples as one group.

    Returns
    -------
    list
        Names of raters, in the order of Y.

    Raises
    ------
    InputError
        If the length of `groups` is not the number of samples, or `min_ratings` is below 1.

    Examples
    --------
    >>> from sklearn_raters.ratings import eligible_raters
    >>> eligible_raters([["a", "b"], ["a", None], ["b", "b"]], groups=[1, 2, 2], min_ratings=1)
    [0, 1]
    >>> eligible_raters([["a", "b"], ["a", None], ["b", "b"]], min_ratings=3)
    [0]
    """
    if not (isinstance(min_ratings, Real) and min_ratings >= 1):
        raise InputError(f"min_ratings must be 1 or more, not {min_ratings!r}.")
    task = as_task(Y)
    votes = task.class_votes
    _, groups = align_samples(Y=task, groups=groups)
    groups = check_groups([0] * task.n_samples if groups is None else groups)
    names, group = np.unique(groups, return_inverse=True)
    inside = votes.label < len(task.classes)
    rated = np.unique(votes.rater[inside] * votes.n_samples + votes.sample[inside])
    rater, row = np.divmod(rated, votes.n_samples)
    count = np.bincount(rater * len(names) + group[row], minlength=len(task.raters) * len(names))
    enough = (count.reshape(-1, len(names)) >= min_ratings).all(axis=1)
    return [task.raters[index] for index in np.flatnonzero(enough)]
