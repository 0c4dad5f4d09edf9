"""Splits of training samples: what is held out to stop early, to choose a penalty, or to fuse out of fold."""

from numbers import Integral

import numpy as np
from sklearn.model_selection import GroupKFold, GroupShuffleSplit, KFold, check_cv

from sklearn_raters._nested import splitter_takes_groups

# How many random splits are tried for one that leaves every class in the training part.
_TRIES = 50


def hold_out(groups, labels, fraction, seed, parts=()):
    """Split samples into a training and a validation part by whole groups.

    Parameters
    ----------
    groups : ndarray of shape (n_samples,) or None
        What must stay together; None: each sample is a group of its own.
    labels : ndarray of shape (n_samples,)
        Every label must be left in the training part; None does not count.
    fraction : float
        The share of groups held out.
    seed : int or None
        Which groups.
    parts : list of ndarray of int
        Sets of samples, each of which must not be held out as a whole.

    Returns
    -------
    train, valid : ndarray of int
        Indices of the two parts.

    Raises
    ------
    ValueError
        If there is one group only, or each split takes some label away from the training part.
    """
    groups = np.arange(len(labels)) if groups is None else groups
    n_groups = len(np.unique(groups))
    if n_groups < 2:
        raise ValueError(
            f"At least two groups are needed to hold one out; found n_samples = {len(labels)} in "
            f"{n_groups} group. Give finer groups, or choose settings that hold nothing out "
            "(early_stopping=False; fusion='softmax', 'mean' or a classifier)."
        )
    if np.ceil(fraction * n_groups) >= n_groups:
        raise ValueError(
            f"validation_fraction={fraction} of {n_groups} groups leaves none to train on. Hold out less."
        )
    wanted = {label for label in labels if label is not None}
    splitter = GroupShuffleSplit(n_splits=_TRIES, test_size=fraction, random_state=seed)
    for train, valid in splitter.split(labels, groups=groups):
        missing = wanted - set(labels[train])
        whole = all(np.isin(part, train).any() for part in parts)
        if not missing and whole and any(label is not None for label in labels[valid]):
            return train, valid
    what = f"every class (missing: {sorted(missing)})" if missing else "some samples of every view"
    raise ValueError(
        f"No split of {n_groups} groups that holds out {fraction:.0%} leaves {what} in the "
        "training part. Give a class or a rater more groups, hold out less by validation_fraction, or choose "
        "settings that hold nothing out."
    )


def inner_splits(cv, labels, groups, seed):
    """Return the (train, test) indices of out-of-fold fusion; splitters that stratify see the labels."""
    if isinstance(cv, Integral):
        cv = GroupKFold(cv) if groups is not None else KFold(cv, shuffle=True, random_state=seed)
    cv = check_cv(cv)
    if groups is None and splitter_takes_groups(cv):
        raise ValueError(f"cv={cv!r} splits by groups: call fit(X, Y, groups=...), or give an int as cv.")
    names = list({label: None for label in labels if label is not None})
    strata = np.array([-1 if label is None else names.index(label) for label in labels])
    return list(cv.split(np.empty((len(labels), 1)), strata, groups))
