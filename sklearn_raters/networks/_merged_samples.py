"""Merge equal samples into one with the sum of their weights, in an order that depends on content alone."""

import numpy as np

from sklearn_raters._contents import content_of


def merge_equal(samples, target_bytes, weight, groups):
    """Find the distinct samples and their total weights.

    The result does not depend on the order of the samples. A sample of weight 2 gives the same result as the
    same sample twice, and a sample of weight 0 the same as none. A training on the result has these
    properties too.

    Parameters
    ----------
    samples : list of ndarray of shape (n_frames_i, n_features), or CSR matrix
        The samples. A sparse row counts as the dense row that it stands for.
    target_bytes : callable
        Function from a sample's index to its targets as bytes. Samples with different targets are not merged.
    weight : ndarray of shape (n_samples,)
        Weights of the samples.
    groups : ndarray of shape (n_samples,) or None
        Groups. Samples of different groups are not merged.

    Returns
    -------
    kept : ndarray of int of shape (n_different,)
        The first of each set of equal samples, without samples of weight 0, sorted by a hash.
    total : ndarray of shape (n_different,)
        The sums of the equal samples' weights.
    """
    kept, total = {}, {}
    for index in np.flatnonzero(weight):
        content = content_of(samples, index)
        content.update(target_bytes(index))
        if groups is not None:
            content.update(str(groups[index]).encode())
        key = content.digest()
        kept.setdefault(key, index)
        total[key] = total.get(key, 0.0) + weight[index]
    keys = sorted(kept)
    return np.array([kept[key] for key in keys], dtype=np.int64), np.array([total[key] for key in keys])
