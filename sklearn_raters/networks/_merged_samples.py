"""Equal samples are merged into one with the sum of their weights, in an order that the content decides."""

from hashlib import blake2b

import numpy as np


def merge_equal(samples, target_bytes, weight, groups):
    """Find the different samples and their total weights.

    The result, and so a training on it, is the same whether a sample has weight 2 or is given twice, whether
    it has weight 0 or is missing, and whatever the order of the samples.

    Parameters
    ----------
    samples : list of ndarray of shape (n_frames_i, n_features)
        The samples.
    target_bytes : callable
        Function from a sample's index to its targets as bytes. Samples with different targets stay apart.
    weight : ndarray of shape (n_samples,)
        Weights of the samples.
    groups : ndarray of shape (n_samples,) or None
        Groups. Samples of different groups stay apart.

    Returns
    -------
    kept : ndarray of int of shape (n_different,)
        The first of each set of equal samples, without samples of weight 0, sorted by a hash.
    total : ndarray of shape (n_different,)
        The sums of the equal samples' weights.
    """
    places, kept, total = {}, [], []
    for index in np.flatnonzero(weight):
        key = blake2b(np.ascontiguousarray(samples[index]), digest_size=16)
        key.update(target_bytes(index))
        if groups is not None:
            key.update(str(groups[index]).encode())
        place = places.setdefault(key.digest(), len(kept))
        if place == len(kept):
            kept.append(index)
            total.append(0.0)
        total[place] += weight[index]
    order = [place for _, place in sorted(places.items())]
    return np.array(kept, dtype=np.int64)[order], np.array(total)[order]
