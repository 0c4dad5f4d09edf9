"""Folds of a classifier's own `cv` that keep the weighted repeats of a sample, and its group, together."""

import numpy as np
from sklearn.model_selection import PredefinedSplit, check_cv
from sklearn.utils.validation import has_fit_parameter

from sklearn_raters._nested import fit_with_weights, is_search, layers, splitter_takes_groups
from sklearn_raters._sklearn_compat import num_samples, safe_indexing
from sklearn_raters.exceptions import InputError

TWICE = (
    "A classifier with cv is inside one that splits or draws them, and could not keep those of a sample "
    "together. Give a classifier without cv inside, and choose its parameters by a search around the whole."
)


class WholeSampleFolds:
    """A splitter that keeps all repeats of a sample on one side.

    Parameters
    ----------
    cv : int, splitter, iterable of (train, test) pairs or None
        How to split the samples, as the parameter `cv` of scikit-learn's classifiers.
    rows : ndarray of int of shape (n_repeats,)
        The sample of each repeat.
    labels : ndarray of int of shape (n_samples,)
        The class with the largest share in each sample, by which the splits are stratified.
    groups : array-like of shape (n_samples,) or None
        Groups of the samples.
    """

    def __init__(self, cv, rows, labels, groups):
        self.cv = cv
        self.rows = rows
        self.labels = labels
        self.groups = groups

    def get_n_splits(self, X=None, y=None, groups=None):
        """Return the number of splits."""
        samples = check_cv(self.cv, self.labels, classifier=True)
        return samples.get_n_splits(self.labels, self.labels, self.groups)

    def split(self, X, y=None, groups=None):
        """Yield the repeats to train on and those held out, as indices."""
        if num_samples(X) != len(self.rows):
            raise InputError(f"y holds soft labels, learnt as weighted repeats of each sample. {TWICE}")
        samples = check_cv(self.cv, self.labels, classifier=True)
        for train, test in samples.split(self.labels, self.labels, self.groups):
            yield np.flatnonzero(np.isin(self.rows, train)), np.flatnonzero(np.isin(self.rows, test))


def keep_samples_whole(estimator, soft, rows, groups):
    """Let a classifier with a parameter `cv`, also inside others, split samples instead of their repeats.

    Parameters
    ----------
    estimator : classifier
        The unfitted classifier, changed in place.
    soft : ndarray of shape (n_samples, n_classes)
        Soft labels.
    rows : ndarray of int of shape (n_repeats,)
        The sample of each repeat.
    groups : array-like of shape (n_samples,) or None
        Groups of the samples.
    """
    learnt, renumbered = np.unique(rows, return_inverse=True)  # those of weight 0 have no repeats
    of_learnt = None if groups is None else safe_indexing(groups, learnt)
    for name, cv in estimator.get_params().items():
        if name.rpartition("__")[2] == "cv" and not isinstance(cv, str | float):  # such as "prefit"
            takes_groups = splitter_takes_groups(cv)  # the other splitters warn of groups
            if isinstance(cv, PredefinedSplit) or np.iterable(cv):  # it names samples by their places
                parts = rows, soft.argmax(axis=1), None
            else:
                parts = renumbered, soft[learnt].argmax(axis=1), of_learnt if takes_groups else None
            estimator.set_params(**{name: WholeSampleFolds(cv, *parts)})


def fit_in_groups(estimator, X, y, weights, groups):
    """Fit as `fit_with_weights`; a classifier whose `cv` takes groups gets them, though `fit` takes none.

    Parameters
    ----------
    estimator : classifier
        The unfitted classifier, such as a `CalibratedClassifierCV`, or a pipeline that ends in one.
    X, y : array-like of length n_samples
        Samples and targets.
    weights : ndarray of shape (n_samples,) or None
        Weights of the samples.
    groups : array-like of shape (n_samples,) or None
        Groups of the samples.

    Returns
    -------
    classifier
        The fitted classifier.
    """
    *outer, (path, inner) = layers(estimator)
    cv = inner.get_params(deep=False).get("cv") if groups is not None and np.ndim(y) == 1 else None
    # A search splits samples before, and passes on groups itself.
    searched = any(is_search(layer) for _, layer in (*outer, (path, inner)))
    if not searched and splitter_takes_groups(cv) and not has_fit_parameter(inner, "groups"):
        labels = np.unique(y, return_inverse=True)[1]
        folds = WholeSampleFolds(cv, np.arange(len(labels)), labels, groups)
        estimator.set_params(**{f"{path}__cv" if path else "cv": folds})
    fit_with_weights(estimator, X, y, weights, groups)
    restore_folds(estimator)
    return estimator


def restore_folds(estimator):
    """Give a fitted classifier back the `cv` that was replaced by `WholeSampleFolds`."""
    for name, value in estimator.get_params().items():
        if isinstance(value, WholeSampleFolds):
            estimator.set_params(**{name: value.cv})
