"""Splits of the training samples: for early stopping, penalties and fusion."""

from numbers import Integral

import numpy as np
from sklearn.model_selection import (
    GroupKFold,
    GroupShuffleSplit,
    KFold,
    check_cv,
)

from sklearn_raters._nested import splitter_takes_groups, takes_ratings
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import known_labels, shorten

# Number of random splits that are tried until one leaves every class in the training part.
_TRIES = 50


def hold_out(groups, labels, fraction, seed, parts=()):
    """Split samples into a training and a validation part by whole groups.

    Parameters
    ----------
    groups : ndarray of shape (n_samples,) or None
        Groups that must not be split. None makes each sample a group.
    labels : ndarray of shape (n_samples,)
        Labels, each of which must be left in the training part. None is no label.
    fraction : float
        Share of the groups to hold out.
    seed : int or None
        Seed of the random choice of groups.
    parts : list of ndarray of int
        Sets of samples, each of which must keep at least one sample in the training part.

    Returns
    -------
    train, valid : ndarray of int
        Indices of the two parts.

    Raises
    ------
    InputError
        If there is one group only, or no split leaves every label and every set in the training part.
    """
    groups = np.arange(len(labels)) if groups is None else groups
    n_groups = len(np.unique(groups))
    if n_groups < 2:
        raise InputError(
            f"At least two groups are needed to hold one out; found n_samples = {len(labels)} in "
            f"{n_groups} group. Give finer groups, or choose settings that hold nothing out "
            "(early_stopping=False; fusion='softmax', 'mean' or a classifier)."
        )
    if np.ceil(fraction * n_groups) >= n_groups:
        raise InputError(
            f"validation_fraction={fraction} of {n_groups} groups leaves none to train on. Hold out less."
        )
    known = set(labels) - {None}
    splitter = GroupShuffleSplit(n_splits=_TRIES, test_size=fraction, random_state=seed)
    for train, valid in splitter.split(labels, groups=groups):
        missing = known - set(labels[train])
        kept = all(np.isin(part, train).any() for part in parts)
        if not missing and kept and known & set(labels[valid]):
            return train, valid
    what = f"every class (missing: {sorted(missing)})" if missing else "some samples of every view"
    raise InputError(
        f"No split of {n_groups} groups that holds out {fraction:.0%} leaves {what} in the "
        "training part. Give a class or a rater more groups, hold out less by validation_fraction, or choose "
        "settings that hold nothing out."
    )


def check_pairs(cv, n_samples):
    """Check folds that are given as pairs of indices.

    Parameters
    ----------
    cv : iterable of (train, test)
        Indices of the training and the test part of each fold.
    n_samples : int
        Number of samples.

    Returns
    -------
    list of (ndarray of int, ndarray of int)
        The folds.

    Raises
    ------
    InputError
        If a fold is no pair of lists of indices, or an index is not that of a sample.
    """
    if isinstance(cv, str | bytes | bytearray) or not np.iterable(cv):
        raise InputError(f"cv must be an int, a splitter or a list of pairs (train, test), not {cv!r}.")
    folds = []
    for number, fold in enumerate(cv, start=1):
        parts = [np.asarray(part) for part in fold] if isinstance(fold, list | tuple | np.ndarray) else []
        if len(parts) != 2 or any(part.ndim != 1 for part in parts):
            given = fold.tolist() if isinstance(fold, np.generic) else fold
            raise InputError(f"Fold {number} of cv is no pair (train, test) of lists of indices: {given!r}.")
        for part in parts:
            wrong = len(part) and part.dtype.kind not in "iu"
            if wrong or (len(part) and not 0 <= part.min() <= part.max() < n_samples):
                raise InputError(
                    f"Fold {number} of cv holds {shorten(part.tolist(), 3)}, not all of them indices of the "
                    f"{n_samples} samples: give whole numbers from 0 to {n_samples - 1}."
                )
        folds.append(tuple(part.astype(np.intp) for part in parts))
    return folds


def splitter_needs_groups(cv):
    """
    Return whether a splitter cannot split without groups.

    Parameters
    ----------
    cv : int, splitter, iterable of (train, test) pairs or None
        As the parameter `cv` of scikit-learn's estimators.

    Returns
    -------
    bool
        True for scikit-learn's splitters by groups. Other splitters may take groups and do without them.
    """
    return hasattr(cv, "get_metadata_routing") and splitter_takes_groups(cv) and not takes_ratings(cv)


def inner_splits(cv, labels, groups, seed):
    """Split samples into folds for out-of-fold predictions.

    Parameters
    ----------
    cv : int, splitter, iterable of (train, test) pairs or None
        An int is the number of folds of whole groups, or of shuffled samples without groups; None is 5.
    labels : ndarray of shape (n_samples,)
        Labels for splitters that stratify; None is one more stratum.
    groups : ndarray of shape (n_samples,) or None
        Groups for splitters that use them.
    seed : int or None
        Seed of the shuffling.

    Returns
    -------
    list of (ndarray of int, ndarray of int)
        Indices of the training and the test part of each fold.

    Raises
    ------
    InputError
        If the splitter needs groups and there are none, there are no folds or fewer groups than folds, or a
        fold trains and tests on the same sample.
    """
    cv = 5 if cv is None else cv
    if isinstance(cv, Integral):
        n_groups = len(labels if groups is None else np.unique(groups))
        if n_groups < cv:
            found = f"samples: n_samples = {n_groups}" if groups is None else f"groups: there are {n_groups}"
            raise InputError(f"cv={cv} folds need as many {found}. Give a smaller cv, or finer groups.")
        cv = GroupKFold(cv) if groups is not None else KFold(cv, shuffle=True, random_state=seed)
    if not hasattr(cv, "split") or isinstance(cv, str | bytes | bytearray):
        cv = check_pairs(cv, len(labels))
    cv = check_cv(cv)
    if groups is None and splitter_needs_groups(cv):
        raise InputError(f"cv={cv!r} splits by groups: call fit(X, Y, groups=...), or give an int as cv.")
    names = list(dict.fromkeys(label for label in labels if label is not None))
    strata = np.array([-1 if label is None else names.index(label) for label in labels])
    y = labels if takes_ratings(cv) else strata
    with known_labels():
        splits = list(cv.split(np.empty((len(labels), 1)), y, groups))
    if not splits:
        raise InputError("cv has no folds. Give a list instead of a generator, which can be read only once.")
    if any(np.isin(train, test).any() for train, test in splits):
        raise InputError("A fold of cv trains and tests on the same sample: give a cv without such overlaps.")
    return splits
