"""Each rater against the majority of those others who agree best with this rater."""

from itertools import pairwise

import numpy as np

from sklearn_raters.ratings.inspection._choices import rater_choices
from sklearn_raters.ratings.inspection._others import Judged
from sklearn_raters.ratings.inspection._pairs import busiest_raters, count_pairs, pair_kappas

# Raters who are compared in pairs, those with most ratings; of those asked as many more.
_MOST_RATERS = 200
# Nearest are those with more than this part of the rater's highest kappa, which few common samples lower.
_PART, _PRIOR = 0.5, 10
# Cells whose counts are held at once.
_BLOCK = 4_000_000


def judge_by_nearest(task, asked):
    """
    Return the ratings of one class on samples of which the rater's nearest others have a majority.

    Half of the samples tell who is nearest for the ratings of the other half, so that a rater whose choices
    depend on nobody agrees with the nearest by chance only.

    Parameters
    ----------
    task : Task
        The ratings.
    asked : list of int
        Raters to compare, beside those with most ratings.

    Returns
    -------
    Judged
        The ratings, as those of `judge_by_others`.
    """
    choices = rater_choices(task).single()
    of_asked = choices.take(np.isin(choices.rater, asked))
    raters = np.union1d(busiest_raters(choices, _MOST_RATERS), busiest_raters(of_asked, _MOST_RATERS))
    row = np.full(choices.n_raters, -1)
    row[raters] = np.arange(len(raters))
    choices = choices.take(row[choices.rater] >= 0)
    # Who rates what may follow the order of the samples.
    first = np.random.RandomState(0).permutation(choices.n_samples) < choices.n_samples // 2
    parts = []
    for half in (first, ~first):
        nearest = _nearest(choices.take(half[choices.sample]), raters)
        rest = choices.take(~half[choices.sample])
        others = _majority(rest, row[rest.rater], nearest)
        kept = others >= 0
        parts.append((rest.sample[kept], rest.rater[kept], rest.code[kept], others[kept]))
    return Judged(*map(np.concatenate, zip(*parts, strict=True)))


def _nearest(choices, raters):
    """Return which raters are nearest to each rater: bool, (n_raters, n_raters)."""
    counts = count_pairs(choices, raters)
    weight = counts.samples / (counts.samples + _PRIOR)
    kappa = np.nan_to_num(pair_kappas(choices, raters, counts)) * weight
    np.fill_diagonal(kappa, 0)
    return kappa > _PART * np.maximum(kappa.max(axis=1, keepdims=True), 1e-12)


def _majority(choices, row, nearest):
    """Return the class with most votes of the nearest raters for each choice, -1 where there is not one."""
    samples, column = np.unique(choices.sample, return_inverse=True)
    n_raters, n_classes = len(nearest), choices.n_classes
    size = max(1, _BLOCK // (n_raters * n_classes))
    found = np.full(len(column), -1)
    near = nearest.astype(np.float32)
    # Choices are sorted by sample.
    edges = np.searchsorted(column, np.arange(0, len(samples) + size, size))
    for start, end in pairwise(edges.tolist()):
        place = column[start:end] - (column[start] if end > start else 0)
        votes = np.zeros((n_raters, size, n_classes), dtype=np.float32)
        votes[row[start:end], place, choices.code[start:end]] = 1
        counts = (near @ votes.reshape(n_raters, -1)).reshape(votes.shape)[row[start:end], place]
        most = counts.max(axis=1, initial=0)
        sure = (most > 0) & ((counts == most[:, None]).sum(axis=1) == 1)
        found[start:end] = np.where(sure, counts.argmax(axis=1), -1)
    return found
