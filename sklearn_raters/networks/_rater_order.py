"""An order of the raters that depends on their votes alone, not on their names or places."""

from hashlib import blake2b
from itertools import pairwise

import numpy as np

from sklearn_raters._contents import content_of


def order_by_content(samples, task, sample_weight):
    """Sort the raters by a hash of what they said of which samples.

    A network whose raters have numbers in this order is the same whatever the raters are called, and in
    whatever order they come.

    Parameters
    ----------
    samples : list of ndarray of shape (n_frames_i, n_features), or CSR matrix
        The samples.
    task : Task
        Their votes, some of them for classes on samples of positive weight.
    sample_weight : ndarray of shape (n_samples,)
        Weights of the samples. A sample of weight 2 counts as the same sample twice.

    Returns
    -------
    order : ndarray of int of shape (n_raters,)
        The raters, as indices into ``task.raters``.
    alike : ndarray of int of shape (n_raters,)
        In this order, a number that raters with the same votes have in common.
    """
    votes = task.class_votes
    used = (votes.label < len(task.classes)) & (sample_weight[votes.sample] > 0)
    digests = np.zeros((task.n_samples, 2), dtype=np.uint64)
    for index in np.unique(votes.sample[used]):
        digests[index] = np.frombuffer(content_of(samples, index).digest(), dtype="<u8")
    said = [votes.rater[used], *digests[votes.sample[used]].T, votes.label[used]]
    said = np.column_stack([column.astype(np.uint64) for column in said])
    said, place = np.unique(said, axis=0, return_inverse=True)
    weight = np.bincount(place.ravel(), (votes.weight * sample_weight[votes.sample])[used])
    # Sums in another order differ in the last digits.
    weight = (weight / weight.sum()).astype(np.float32)
    ends = np.searchsorted(said[:, 0], np.arange(1, len(task.raters), dtype=np.uint64))
    keys = [
        (blake2b(rows[:, 1:].tobytes()).digest(), own.tobytes())
        for rows, own in zip(np.split(said, ends), np.split(weight, ends), strict=True)
    ]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    alike = np.cumsum([0, *(keys[one] != keys[other] for one, other in pairwise(order))])
    return np.array(order), alike


def in_places(values, places, alike, axis):
    """Arrange values of raters in the order in which the raters came.

    Parameters
    ----------
    values : ndarray
        Values, some axis of which has an entry for each rater of a network.
    places : ndarray of int of shape (n_raters,)
        For each rater, its number in the network.
    alike : ndarray of int of shape (n_raters,)
        For each rater, a number that raters with the same votes have in common. They get the mean of their
        values, since nothing but chance distinguishes them.
    axis : int
        The axis.

    Returns
    -------
    ndarray
        The values in the new order.
    """
    values = np.moveaxis(np.take(values, places, axis), axis, 0)
    for number in np.flatnonzero(np.bincount(alike) > 1):
        values[alike == number] = values[alike == number].mean(axis=0)
    return np.moveaxis(values, 0, axis)
