"""What each rater chose for each sample, as one number a cell."""

from typing import NamedTuple

import numpy as np

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._labels import shorten


class Choices(NamedTuple):
    """One entry a cell, that is, a sample and a rater with a vote for a class; sorted by sample and rater.

    Parameters
    ----------
    sample, rater : ndarray of int, shape (n_cells,)
        The sample and the rater of each cell.
    code : ndarray of int, shape (n_cells,)
        What the rater chose: a class, or from ``n_classes`` on a set of several classes; a row of `sets`.
    sets : ndarray of bool, shape (n_codes, n_classes)
        Which classes each code stands for.
    n_samples, n_raters : int
        Number of samples and of raters, including those without votes.
    """

    sample: np.ndarray
    rater: np.ndarray
    code: np.ndarray
    sets: np.ndarray
    n_samples: int
    n_raters: int

    @property
    def n_classes(self):
        """Number of classes."""
        return self.sets.shape[1]

    def take(self, kept):
        """Return some of the cells, by a mask or by indices in rising order."""
        return self._replace(sample=self.sample[kept], rater=self.rater[kept], code=self.code[kept])

    def single(self):
        """Return the cells of one class."""
        return self.take(self.code < self.n_classes)


def rater_choices(task):
    """Return what the raters of a task chose; weights and votes outside the classes do not count.

    Raises
    ------
    InputError
        If no vote is for a class.
    """
    votes, n_classes, n_raters = task.class_votes, len(task.classes), len(task.raters)
    inside = votes.label < n_classes
    if not inside.any():
        raise InputError(
            f"No vote is for one of the classes {shorten(task.classes)}: the ratings hold "
            f"{shorten(task.votes.labels)}. Correct the classes."
        )
    label = votes.label[inside]
    cell = votes.sample[inside].astype(np.int64) * n_raters + votes.rater[inside]
    first = np.flatnonzero(np.diff(cell, prepend=-1))
    size = np.diff(np.append(first, len(cell)))
    code, sets = label[first].astype(np.int64), np.eye(n_classes, dtype=bool)
    several = np.flatnonzero(size > 1)
    if len(several):
        chosen = np.zeros((len(several), n_classes), dtype=bool)
        chosen[np.repeat(np.arange(len(several)), size[several]), label[np.repeat(size > 1, size)]] = True
        found, place = np.unique(chosen, axis=0, return_inverse=True)
        code[several] = n_classes + place.ravel()
        sets = np.concatenate([sets, found])
    sample, rater = np.divmod(cell[first], n_raters)
    return Choices(sample, rater, code, sets, task.n_samples, n_raters)
