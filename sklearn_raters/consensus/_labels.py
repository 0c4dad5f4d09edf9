"""Majority labels, soft labels and agreement of each sample."""

from numbers import Real

import numpy as np

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import as_task, shorten


def hard_labels(Y, *, ties="missing"):
    """
    Return the majority label of each sample.

    The majority is the label with more votes than any other. It is taken over all labels of the ratings,
    also those outside the classes. Only then does the task's `label_map` merge labels, and labels outside
    the classes are dropped. Merging first would give more samples a majority.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    ties : {"missing", "first"}, default="missing"
        Whether a sample on which several labels have the most votes gets None, or the first of these
        labels in sorted order.

    Returns
    -------
    ndarray of object, shape (n_samples,)
        One class a sample; None where there is no vote, no majority, or a majority outside the classes.

    Raises
    ------
    InputError
        If there are no ratings, or `ties` is neither "missing" nor "first".

    References
    ----------
    H.-C. Chou and C.-C. Lee, "Every Rating Matters", ICASSP 2019, sections 2.1 and 2.2.2.

    Examples
    --------
    >>> from sklearn_raters.consensus import hard_labels
    >>> from sklearn_raters.ratings import Task
    >>> Y = [["a", "a", "b"], ["a", "b", None], ["c", "c", "a"]]
    >>> hard_labels(Task(Y, classes=["a", "b"]))
    array(['a', None, None], dtype=object)
    """
    if not isinstance(ties, str) or ties not in ("missing", "first"):
        raise InputError(f"ties must be 'missing' or 'first', not {ties!r}.")
    task = as_task(Y)
    return task.class_names(task.majority(ties))


def soft_labels(Y, *, alpha=0.75, outside_majority="drop"):
    """
    Return the distribution of each sample's votes over the classes.

    Equation 1 of the paper: ``q(k) = (alpha + n_k) / (alpha * K + sum_j n_j)``, where ``n_k`` is
    the number of raters who chose class k (or the sum of their weights) and K the number of
    classes. A rater may choose several classes; several labels of one class are one choice of it.
    Votes outside the classes are not counted. The label distribution of Fayek (2016) is ``alpha=0``.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    alpha : float, default=0.75
        Smoothing towards equal shares, at least 0.
    outside_majority : {"drop", "keep"}, default="drop"
        Whether a sample whose majority is outside the classes is dropped (its row is NaN), or gets the
        distribution of its votes for classes.

    Returns
    -------
    ndarray of float64, shape (n_samples, n_classes)
        Rows sum to 1; NaN where a sample has no vote for a class or is dropped.

    Raises
    ------
    InputError
        If there are no ratings, or `alpha` is negative or not finite.

    References
    ----------
    H.-C. Chou and C.-C. Lee, "Every Rating Matters", ICASSP 2019, equation 1; A. Ando et al.,
    "Soft-target training with ambiguous emotional utterances", ICASSP 2018.

    Examples
    --------
    >>> from sklearn_raters.consensus import soft_labels
    >>> from sklearn_raters.ratings import Task
    >>> soft_labels(Task([["a", ("a", "b"), "a"], [None, "c", "c"]], classes=["a", "b"]), alpha=0.5)
    array([[0.7, 0.3],
           [nan, nan]])
    """
    if not (isinstance(alpha, Real) and 0 <= alpha < np.inf):
        raise InputError(f"alpha must be a finite number of 0 or more, not {alpha!r}.")
    if not isinstance(outside_majority, str) or outside_majority not in ("drop", "keep"):
        raise InputError(f"outside_majority must be 'drop' or 'keep', not {outside_majority!r}.")
    task = as_task(Y)
    n_classes, counts = len(task.classes), task.counts
    total = counts.sum(axis=1, keepdims=True)
    dropped = total[:, 0] == 0
    if outside_majority == "drop":
        dropped |= task.majority() >= n_classes
    with np.errstate(invalid="ignore"):
        soft = (alpha + counts) / (alpha * n_classes + total)
    soft[dropped] = np.nan
    return soft


def agreement_weights(Y):
    """
    Return how far the raters agree on each sample, for use as weights in training.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.

    Returns
    -------
    ndarray of float64, shape (n_samples,)
        Share of the most frequent label in the sample's votes: 1 if all agree, NaN without votes.

    Raises
    ------
    InputError
        If there are no ratings.

    References
    ----------
    Y. Kim and E. Mower Provost, "Leveraging inter-rater agreement for audio-visual emotion recognition",
    ACII 2015, which weights training by agreement.

    Examples
    --------
    >>> from sklearn_raters.consensus import agreement_weights
    >>> agreement_weights([["a", "a", "a", "b"], ["a", "b", None, None], [None, None, None, None]])
    array([0.75, 0.5 ,  nan])
    """
    counts = as_task(Y).votes.counts()
    with np.errstate(invalid="ignore"):
        return counts.max(axis=1) / counts.sum(axis=1)


def check_classes(Y):
    """
    Raise an error if a class has no vote.

    For use on a whole corpus, where a class without votes is usually misspelt. In a part of the data, or for
    a single rater, a class may have no votes.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.

    Raises
    ------
    InputError
        If there are no ratings, or a class has no vote.

    Examples
    --------
    >>> from sklearn_raters.consensus import check_classes
    >>> from sklearn_raters.ratings import Task
    >>> check_classes(Task([["a", "b"]], classes=["a", "x"]))
    Traceback (most recent call last):
        ...
    sklearn_raters.exceptions.InputError: No vote names the class 'x'; the ratings hold 'a', 'b'. ...
    """
    task = as_task(Y)
    used = np.unique(task.class_votes.label)
    absent = [name for index, name in enumerate(task.classes) if index not in used]
    if absent:
        held = [task.votes.labels[index] for index in np.unique(task.votes.label)]
        raise InputError(
            f"No vote names the class {shorten(absent)}; the ratings hold {shorten(held)}. "
            "Correct classes or label_map, or leave the class out."
        )


def labelled_samples(labels):
    """
    Select the samples that have a label.

    Parameters
    ----------
    labels : ndarray of object, shape (n_samples,)
        One label a sample or None, as `hard_labels` returns them.

    Returns
    -------
    samples : ndarray of int, shape (n_labelled,)
        Indices of the samples with a label.
    labels : ndarray, shape (n_labelled,)
        Labels of these samples, as an array of strings or numbers.
    """
    samples = np.flatnonzero([label is not None for label in labels])
    return samples, np.asarray(labels[samples].tolist())
