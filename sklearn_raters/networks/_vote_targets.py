"""Arrange votes as the targets of a network, one row of votes for each sample."""

import numpy as np

from sklearn_raters._targets import class_weights
from sklearn_raters.exceptions import InputError
from sklearn_raters.networks._merged_samples import as_often_as_given, merge_equal
from sklearn_raters.networks._rater_order import order_by_content
from sklearn_raters.ratings import shorten


def votes_in_rows(task, used):
    """Arrange the votes for classes in one row for each sample.

    Parameters
    ----------
    task : Task
        The votes and the classes.
    used : ndarray of bool of shape (n_samples,)
        Whether the votes on each sample are used.

    Returns
    -------
    targets : ndarray of shape (n_samples, n_votes_at_most, 3), float32
        Rater, class and weight of each vote. A rater's votes on one sample have a total weight of one;
        entries with weight 0 are no votes.
    raters : ndarray of int of shape (n_raters,)
        The raters with a used vote for a class, as indices into ``task.raters``. The raters in `targets` are
        indices into this array.
    """
    votes = task.class_votes
    inside = (votes.label < len(task.classes)) & used[votes.sample]
    sample, label, weight = votes.sample[inside], votes.label[inside], votes.weight[inside]
    raters, rater = np.unique(votes.rater[inside], return_inverse=True)
    _, cell = np.unique(sample * len(raters) + rater, return_inverse=True)
    weight = weight / np.bincount(cell, weight)[cell]
    place = np.arange(len(sample)) - np.searchsorted(sample, sample)
    targets = np.zeros((task.n_samples, place.max(initial=0) + 1, 3), dtype=np.float32)
    targets[sample, place] = np.column_stack([rater, label, weight])
    return targets, raters


def weight_votes(targets, sample_weight, class_weight):
    """Multiply the weights of votes by the weights of their samples and classes, in place.

    Parameters
    ----------
    targets : ndarray of shape (n_samples, n_votes_at_most, 3)
        As `votes_in_rows` returns them.
    sample_weight : ndarray of shape (n_samples,)
        Weights of the samples.
    class_weight : ndarray of shape (n_classes,)
        Weights of the classes.
    """
    targets[:, :, 2] *= class_weight[targets[:, :, 1].astype(np.intp)]
    targets[:, :, 2] *= sample_weight[:, None]


def merge_rated(samples, task, sample_weight, class_weight, groups):
    """Order the samples with votes and the raters by content, and weight the votes.

    Parameters
    ----------
    samples : list of ndarray of shape (n_frames_i, n_features), or CSR matrix
        The samples.
    task : Task
        Their votes.
    sample_weight : ndarray of shape (n_samples,)
        Weights of the samples.
    class_weight : dict, "balanced" or None
        Weights of the votes by their class.
    groups : ndarray of shape (n_samples,) or None
        Groups. Samples of different groups are not merged.

    Returns
    -------
    kept : ndarray of int of shape (n_kept,)
        The samples with votes, equal ones as `as_often_as_given` repeats them.
    weight : ndarray of shape (n_kept,)
        Their weights, 1 on average.
    targets : ndarray of shape (n_kept, n_votes_at_most, 3)
        Their votes with all weights; see `votes_in_rows`.
    raters : ndarray of int of shape (n_raters,)
        The raters in `targets`, as indices into the task's raters.
    alike : ndarray of int of shape (n_raters,)
        For each of these raters, a number that raters with the same votes have in common.
    n_rated : ndarray of shape (n_raters,)
        Weighted number of samples that each of these raters rated.

    Raises
    ------
    InputError
        If all votes are for one class.
    """
    order, alike = order_by_content(samples, task, sample_weight)
    task = task.with_raters_in_order(order)
    targets, raters = votes_in_rows(task, sample_weight > 0)
    weighted = sample_weight[:, None] * targets[:, :, 2]  # what the loss sums, a rater's vote being one
    mass = np.bincount(targets[:, :, 1].astype(np.intp).ravel(), weighted.ravel(), len(task.classes))
    by_class = class_weights(class_weight, task.classes, mass[None])
    if (mass * by_class > 0).sum() < 2:
        raise InputError(
            f"All votes are for one class of {shorten(task.classes)}, samples and classes of weight 0 left "
            "out; a classifier needs at least two classes."
        )
    is_rated = targets[:, :, 2].any(axis=1)

    def votes_of(index):
        votes = targets[index]
        return votes[votes[:, 2] > 0].tobytes()

    kept, weight = as_often_as_given(*merge_equal(samples, votes_of, sample_weight * is_rated, groups))
    targets = targets[kept]
    n_rated = _count_rated(targets, weight, by_class, len(raters))
    weight *= len(weight) / weight.sum()
    weight_votes(targets, weight, by_class)
    used = targets[:, :, 2].any(axis=1)  # not with votes for classes of weight 0 alone
    return kept[used], weight[used], targets[used], order[raters], alike[raters], n_rated


def _count_rated(targets, weight, class_weight, n_raters):
    """Return the weighted number of samples that each rater rated; classes of weight 0 do not count."""
    votes = targets[:, :, 2] * (class_weight > 0)[targets[:, :, 1].astype(np.intp)]
    return np.bincount(
        targets[:, :, 0].astype(np.intp).ravel(), (weight[:, None] * votes).ravel(), minlength=n_raters
    )


def number_trained_raters(targets, n_raters, train):
    """Renumber the raters; all raters without a vote in the training part get the same number.

    Parameters
    ----------
    targets : ndarray
        As `votes_in_rows` returns them.
    n_raters : int
        Number of raters.
    train : ndarray of int
        The samples of the training part.

    Returns
    -------
    targets : ndarray of shape (n_samples, n_votes_at_most, 3), float32
        The same votes; every rater without a vote in the training part has the number ``len(trained)``.
    trained : ndarray of int of shape (n_trained_raters,)
        The raters with a vote in the training part, by their numbers in the input.
    """
    votes = targets[train]
    trained = np.unique(votes[:, :, 0][votes[:, :, 2] > 0]).astype(np.intp)
    number = np.full(n_raters, len(trained), dtype=np.float32)
    number[trained] = np.arange(len(trained))
    targets = targets.copy()
    targets[:, :, 0] = number[targets[:, :, 0].astype(np.intp)]
    return targets, trained
