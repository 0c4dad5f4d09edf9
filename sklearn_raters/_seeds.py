"""Sources of chance: seeds, and an order of samples by their content, whatever their places."""

from hashlib import blake2b

import numpy as np
from scipy.sparse import issparse
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state, gen_batches

_LARGEST = np.iinfo(np.int32).max
# Digits of a sample's score that the order of a sum does not change.
_DIGITS = 9
# Rows of a table that are summed at once, to spare memory.
_ROWS_AT_ONCE = 1000


def draw_seed(random_state, size=None):
    """Draw one seed (or `size` seeds) from `random_state`: an int, a RandomState or None."""
    return check_random_state(random_state).randint(_LARGEST, size=size)


def set_seeds(estimator, seed):
    """Set every `random_state` inside an estimator to another number; return the estimator."""
    rng = np.random.RandomState(seed)
    names = sorted(key for key in estimator.get_params(deep=True) if key.split("__")[-1] == "random_state")
    return estimator.set_params(**{key: rng.randint(_LARGEST) for key in names})


def content_of(samples, index, dtype=np.float32):
    """Return the hash of a sample: a blake2b of 16 bytes, which takes more bytes.

    Parameters
    ----------
    samples : list of ndarray of shape (n_frames_i, n_features), array, or CSR matrix
        The samples. A sparse row counts as the dense row that it stands for.
    index : int
        The sample.
    dtype : dtype, default=numpy.float32
        Number format in which samples are compared.

    Returns
    -------
    hashlib.blake2b
        The hash.
    """
    sample = samples[[index]].toarray() if issparse(samples) else samples[index]
    with np.errstate(over="ignore"):
        # Adding zero turns -0.0 into 0.0, which sparse rows hold in its place.
        return blake2b(np.ascontiguousarray(sample, dtype=dtype) + dtype(0), digest_size=16)


def content_order(X, task, sample_weight=None):
    """Return an order of the samples that depends on their content, as random as a shuffled one.

    Folds that are drawn in this order hold the same samples, whatever the places of the samples, the names
    and columns of the raters, the names of the labels, the columns of a table and their units. The samples
    are sorted by their votes, then by the sum of their features, each in units of its deviation, then by a
    hash. The sorted samples are shuffled, always in the same way. Samples without votes or weight come last.

    Parameters
    ----------
    X : list or array-like of length n_samples
        The samples, of any kind that can be indexed.
    task : Task
        Their ratings.
    sample_weight : ndarray of shape (n_samples,) or None, default=None
        Their weights.

    Returns
    -------
    ndarray of int, shape (n_samples,)
        The samples in order, as indices.
    """
    X = _in_rows(X) if issparse(X) else _as_rows(X)
    weight = np.ones(task.n_samples) if sample_weight is None else sample_weight
    counted = np.bincount(task.votes.sample, minlength=task.n_samples).astype(bool) & (weight > 0)
    rows = np.flatnonzero(counted)
    if not len(rows):
        return np.arange(task.n_samples)
    votes = task.votes.take(rows)
    said, named, scores = _said(votes, by_name=False), _said(votes, by_name=True), _scores(X, rows)
    ties = {}
    for place, key in enumerate(zip(said, weight[rows].tolist(), scores.tolist(), strict=True)):
        ties.setdefault(key, []).append(place)
    places = []
    for _, tied in sorted(ties.items()):
        places += sorted(tied, key=lambda place: (_hash(X, rows[place]), named[place])) if tied[1:] else tied
    shuffled = np.random.RandomState(0).permutation(np.array(places, dtype=np.intp))
    return np.concatenate([rows[shuffled], np.flatnonzero(~counted)])


def _as_rows(X):
    """Return the samples so that a number takes one of them, which tables take for a column."""
    if hasattr(X, "to_numpy"):
        return X.to_numpy()
    return np.asarray(X) if hasattr(X, "to_pandas") else X  # a table of pyarrow


def _in_rows(X):
    """Return sparse rows with one entry for each place, which their variance needs."""
    X = X.tocsr()
    if not X.has_canonical_format:
        X = X.copy()
        X.sum_duplicates()
    return X


def _said(votes, *, by_name):
    """Return for each sample its votes as bytes.

    Labels are known by their names, or by how often they came; raters by how often each label came from them,
    whatever their names.
    """
    counts = np.zeros((len(votes.raters), len(votes.labels)))
    np.add.at(counts, (votes.rater, votes.label), votes.weight)
    counts = counts.round(_DIGITS)
    label, profiles = np.arange(len(votes.labels)), counts
    if not by_name:
        _, label = np.unique(counts.sum(axis=0).round(_DIGITS), return_inverse=True)
        profiles = np.sort(counts, axis=1)
    rating = np.flatnonzero(counts.any(axis=1))
    rater = np.zeros(len(counts), dtype=np.intp)
    rater[rating] = np.unique(profiles[rating], axis=0, return_inverse=True)[1].ravel()
    columns = votes.sample, rater[votes.rater], label[votes.label], votes.weight
    order = np.lexsort(columns[::-1])
    ends = np.searchsorted(votes.sample[order], np.arange(1, votes.n_samples))
    # Bytes in this order sort as the numbers do.
    return [part.tobytes() for part in np.split(np.column_stack(columns[1:])[order].astype(">f8"), ends)]


def _scores(X, rows):
    """Return the sum of each sample's features, in units of their deviations; 0 where they are no numbers."""
    parts = [rows[part] for part in gen_batches(len(rows), _ROWS_AT_ONCE)]
    scaler = StandardScaler(with_mean=False)
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # a variance that overflows counts as none
            for part in parts:
                scaler.partial_fit(_as_table(X, part))
            varies = scaler.var_ > 1e-14 * scaler.mean_**2
        units = np.where(varies, 1 / np.sqrt(np.where(varies, scaler.var_, 1)), 0)
        sums = np.concatenate([_weighted_sums(_as_table(X, part), units) for part in parts])
    except (TypeError, ValueError, OverflowError):
        return np.zeros(len(rows))
    return (sums / (sums.std() or 1)).round(_DIGITS)


def _as_table(X, rows):
    """Return some samples as a table, with the mean of its frames for a sequence."""
    if issparse(X) or (isinstance(X, np.ndarray) and X.ndim == 2):
        return X[rows].astype(float)
    return np.array([np.mean(np.atleast_2d(X[row]), axis=0, dtype=float) for row in rows])


def _weighted_sums(table, weights):
    """Return the weighted sum of each row, which does not depend on where the row is; NaN counts as 0."""
    return table @ weights if issparse(table) else np.nan_to_num(table * weights).sum(axis=1)


def _hash(X, index):
    """Return a hash of a sample of any kind, of numbers in float32 first, so that rounding changes little."""
    try:
        return b"".join(content_of(X, index, dtype).digest() for dtype in (np.float32, np.float64))
    except (TypeError, ValueError, OverflowError):  # texts, paths, tables that hold some
        sample = X[index]
        return repr(sample.tolist() if hasattr(sample, "tolist") else sample).encode()
