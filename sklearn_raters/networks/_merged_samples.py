"""Equal samples: merge them in an order that depends on content alone, and repeat them as often as given."""

import numpy as np

from sklearn_raters._seeds import content_of

# Copies a sample, on average, from which equal samples are no longer merged, and rows up to which not: more
# make no better training.
_OFTEN, _MOST_ROWS = 5, 5000


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
    count : ndarray of int of shape (n_different,)
        The numbers of equal samples.
    """
    kept, total, count = {}, {}, {}
    for index in np.flatnonzero(weight):
        content = content_of(samples, index)
        content.update(target_bytes(index))
        if groups is not None:
            content.update(str(groups[index]).encode())
        key = content.digest()
        kept.setdefault(key, index)
        total[key] = total.get(key, 0.0) + weight[index]
        count[key] = count.get(key, 0) + 1
    keys = sorted(kept)
    kept, count = (np.array([found[key] for key in keys], dtype=np.int64) for found in (kept, count))
    return kept, np.array([total[key] for key in keys]), count


def as_often_as_given(kept, total, count):
    """Repeat merged samples as often as they were given, if that is often.

    Otherwise a table of few distinct rows would be a few samples: trained for too few steps, and all copies
    of a row held out together.

    Parameters
    ----------
    kept, total, count : ndarray of shape (n_different,)
        The distinct samples, their total weights and numbers, as `merge_equal` returns them.

    Returns
    -------
    kept : ndarray of int of shape (n_kept,)
        The samples, in the same order; at most 5,000 if there are fewer distinct ones.
    weight : ndarray of shape (n_kept,)
        Their weights, with the same sum for each distinct sample.
    """
    if count.sum() < _OFTEN * len(count):
        return kept, total
    share = min(1.0, max(len(count), _MOST_ROWS) / count.sum())
    copies = np.maximum(1, (share * count).astype(np.int64))
    return np.repeat(kept, copies), np.repeat(total / copies, copies)
