"""Recalls of the classes, and their unweighted average (UAR)."""

import warnings
from collections.abc import Hashable

import numpy as np
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import recall_score

from sklearn_raters._align import align_samples, count_rows, refuse_masked
from sklearn_raters._sklearn_compat import checked_parameters
from sklearn_raters._targets import refuse_mixed
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import is_missing_label, shorten, sort_labels


def _distinct(labels):
    """Return the labels, each once; raise InputError if one is a collection."""
    unhashable = [label for label in labels if not isinstance(label, Hashable)]
    if unhashable:
        raise InputError(f"A {type(unhashable[0]).__name__} is no label: give numbers or strings.")
    return list(dict.fromkeys(labels))


def _complete_labels(y, name, remedy, named):
    """Return labels as a list; raise InputError if one is missing, by its value or, if not named, as text."""
    # As objects, because NumPy turns a NaN beside strings into the string "nan".
    refuse_masked(y, name)
    y = np.asarray(y, dtype=object)
    if y.ndim != 1:
        raise InputError(f"{name} must hold one label for each sample, got an array of shape {y.shape}.")
    y = y.tolist()
    missing = np.flatnonzero(
        [is_missing_label(one) and not (isinstance(one, str) and one in named) for one in y]
    )
    if len(missing):
        raise InputError(f"Sample {missing[0]} has no label in {name}. {remedy}.")
    _distinct(y)
    return y


@checked_parameters({"labels": ["array-like", None]})
def class_recalls(y_true, y_pred, *, labels=None):
    """
    Compute the recall of each class.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Consensus labels, none missing.
    y_pred : array-like of shape (n_samples,)
        Predicted labels. A prediction outside `labels` is wrong.
    labels : sequence of length n_classes or None, default=None
        The classes, in the order of the recalls. None takes the sorted labels of `y_true`. Samples whose true
        label is another class are left out, as in `sklearn.metrics.recall_score`.

    Returns
    -------
    ndarray of shape (n_classes,)
        Recalls between 0 and 1, NaN for a class without samples.

    Raises
    ------
    InputError
        If the lengths differ, there is no sample, or a label is missing.
    TypeError
        If one side holds strings and the other numbers.

    Examples
    --------
    >>> from sklearn_raters.metrics import class_recalls
    >>> class_recalls(["a", "a", "b"], ["a", "b", "b"], labels=["a", "b", "c"])
    array([0.5, 1. , nan])
    """
    y_true, y_pred = align_samples(y_true=y_true, y_pred=y_pred)
    if labels is not None:
        count_rows(labels, "labels")
    named = set() if labels is None else {label for label in labels if isinstance(label, str)}
    y_true = _complete_labels(y_true, "y_true", "Keep the samples that have a consensus", named)
    y_pred = _complete_labels(y_pred, "y_pred", "Predict every sample", named)
    if not y_true:
        raise InputError("There is no sample to score: y_true and y_pred are empty.")
    if labels is None:
        labels = sort_labels(_distinct(y_true), "The labels of y_true")
    if len(distinct := _distinct(labels)) < len(labels):
        raise InputError(f"labels names a class twice: {shorten(labels)}. Name each once.")
    labels = distinct
    refuse_mixed(labels, y_true, "y_true")
    refuse_mixed(labels, y_pred, "the predictions")
    # As codes, because scikit-learn does not accept labels such as 2.5 and arrays of objects.
    code = {label: index for index, label in enumerate(labels)}
    y_true, y_pred = ([code.get(label, len(labels)) for label in y] for y in (y_true, y_pred))
    return recall_score(y_true, y_pred, labels=range(len(labels)), average=None, zero_division=np.nan)


def unweighted_average_recall(y_true, y_pred, *, labels=None):
    """
    Compute the unweighted average recall (UAR), the mean of the classes' recalls.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Consensus labels, none missing.
    y_pred : array-like of shape (n_samples,)
        Predicted labels. A prediction outside `labels` is wrong.
    labels : sequence or None, default=None
        The classes to average over; None takes the labels of `y_true`. Samples whose true label is another
        class are left out.

    Returns
    -------
    float
        UAR between 0 and 1. Chance is 1 / n_classes.

    Raises
    ------
    InputError
        If the lengths differ, a label is missing, or no sample has one of the `labels`.
    TypeError
        If one side holds strings and the other numbers.

    Warns
    -----
    sklearn.exceptions.UndefinedMetricWarning
        If a class of `labels` has no samples. Its recall is undefined, and the mean is over the other
        classes.

    Examples
    --------
    >>> from sklearn_raters.metrics import unweighted_average_recall
    >>> unweighted_average_recall(["a", "a", "a", "a", "b"], ["a", "a", "a", "b", "b"])
    0.875
    """
    recalls = class_recalls(y_true, y_pred, labels=labels)
    absent = np.isnan(recalls)
    if absent.all():
        raise InputError(
            f"None of the {len(y_true)} samples has one of the classes {list(labels)}: check the spelling of "
            "labels= against y_true."
        )
    if absent.any():
        names = [label for label, is_absent in zip(labels, absent, strict=True) if is_absent]
        warnings.warn(
            f"No sample has the class {shorten(names)}: its recall is undefined, and the unweighted average "
            "recall is the mean over the other classes.",
            UndefinedMetricWarning,
            stacklevel=2,
        )
    return float(recalls[~absent].mean())
