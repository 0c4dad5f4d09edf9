"""Each rater against the majority of the other raters."""

from typing import NamedTuple

import numpy as np

from sklearn_raters.ratings._task import as_task
from sklearn_raters.ratings._votes import TIE_TOLERANCE
from sklearn_raters.ratings.inspection._choices import rater_choices

# Cells whose counts are held at once.
_BLOCK = 100_000


class Judged(NamedTuple):
    """Ratings of one class on samples of which the other raters have a majority within the classes."""

    sample: np.ndarray
    rater: np.ndarray
    own: np.ndarray
    others: np.ndarray


def rater_confusions(Y):
    """
    Count what each rater chose by what the majority of the other raters chose.

    The others' majority leaves out the rater's own votes, which would raise the agreement. It is taken over
    all labels as given, as in `sklearn_raters.consensus.hard_labels`. Samples without one label that most of
    the others chose, or with a majority outside the classes, are left out, and so are ratings of several
    classes.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.

    Returns
    -------
    DataFrame
        One row for each rater, class of the others and class of the rater that occurs, in the order of Y and
        of the classes: `rater`, `others`, `own`, `samples` (their number); `share`, of the samples of this
        rater on which the others chose this class; and `usual`, the same share of all other raters, NaN where
        they have no such sample.

    Raises
    ------
    InputError
        If no vote is for a class.

    Examples
    --------
    >>> from sklearn_raters.ratings import rater_confusions
    >>> rater_confusions([["a", "a", "b"], ["b", "b", None], ["a", "b", "a"]]).query("rater == 0")
       rater others own  samples  share  usual
    0      0      b   b        1    1.0    1.0
    """
    import pandas as pd

    task = as_task(Y)
    judged, n_classes = judge_by_others(task), len(task.classes)
    key = (judged.rater * n_classes + judged.others) * n_classes + judged.own
    key, samples = np.unique(key, return_counts=True)
    row, own = np.divmod(key, n_classes)
    rater, others = np.divmod(row, n_classes)
    total = np.bincount(row, samples, minlength=1)
    exchange = others * n_classes + own
    by_exchange = np.bincount(exchange, samples, minlength=n_classes**2)[exchange] - samples
    by_others = np.bincount(others, samples, minlength=n_classes)[others] - total[row]
    names = pd.Series(task.classes, dtype=object)
    columns = {
        "rater": pd.Series(task.raters, dtype=None).take(rater).to_numpy(),
        "others": names.take(others).to_numpy(),
        "own": names.take(own).to_numpy(),
        "samples": samples,
        "share": samples / total[row],
        "usual": np.divide(by_exchange, by_others, out=np.full(len(key), np.nan), where=by_others > 0),
    }
    return pd.DataFrame(columns)


def judge_by_others(task):
    """Return the ratings of one class on samples of which the other raters have a majority."""
    votes, choices = task.votes, rater_choices(task).single()
    if not len(choices.code):
        return Judged(choices.sample, choices.rater, choices.code, choices.code)
    cell = votes.sample.astype(np.int64) * len(votes.raters) + votes.rater
    first = np.flatnonzero(np.diff(cell, prepend=-1))
    majority = np.append(task.codes, -1)[_majority_of_others(votes, first)]
    others = majority[np.searchsorted(cell[first], choices.sample * len(votes.raters) + choices.rater)]
    kept = (others >= 0) & (others < len(task.classes))
    return Judged(choices.sample[kept], choices.rater[kept], choices.code[kept], others[kept])


def _majority_of_others(votes, first):
    """Return the label with the most votes of the other raters, -1 for none.

    Parameters
    ----------
    votes : Votes
        All votes.
    first : ndarray of int, shape (n_cells,)
        The first vote of each cell.

    Returns
    -------
    ndarray of int, shape (n_cells,)
        Indices into the labels.
    """
    counts = votes.counts()
    ends = np.append(first, len(votes.label))
    found = np.empty(len(first), dtype=np.int64)
    for start in range(0, len(first), _BLOCK):
        stop = min(start + _BLOCK, len(first))
        left = counts[votes.sample[first[start:stop]]]
        own = slice(ends[start], ends[stop])
        row = np.repeat(np.arange(stop - start), np.diff(ends[start : stop + 1]))
        left[row, votes.label[own]] -= votes.weight[own]  # a cell has one vote for a label
        most = left.max(axis=1, keepdims=True)
        top = left >= most * (1 - TIE_TOLERANCE)
        # Sums of weights may leave a rest where nobody else voted.
        one = (top.sum(axis=1) == 1) & (most[:, 0] > TIE_TOLERANCE)
        found[start:stop] = np.where(one, top.argmax(axis=1), -1)
    return found
