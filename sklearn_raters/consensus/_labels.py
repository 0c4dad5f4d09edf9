"""From votes to one label or one distribution a sample: majority and soft labels."""

import numpy as np

from sklearn_raters.ratings import Task, count_votes, shorten


def hard_labels(Y, *, ties="missing"):
    """
    Take each sample's majority label.

    The majority is the one label with the most votes, over all labels that the ratings hold, also
    those outside `classes`. Only then is `label_map` applied, and what lies outside `classes`
    dropped. Merging labels first would give another, larger set of samples with a majority.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    ties : {"missing", "first"}, default="missing"
        What a sample gets whose most votes are shared by several labels: None, or the first of
        these labels in sorted order.

    Returns
    -------
    ndarray of object, shape (n_samples,)
        One label a sample; None where it has no vote, no unique majority or one outside `classes`.

    Raises
    ------
    ValueError
        If there are no ratings, `label_map` leads outside `classes`, or `ties` is neither of the
        two.

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
    if ties not in ("missing", "first"):
        raise ValueError(f"ties must be 'missing' or 'first', not {ties!r}.")
    task = Task(Y)
    return task.class_names(task.majority(ties))


def soft_labels(Y, *, alpha=0.75, outside_majority="drop"):
    """
    Turn each sample's votes into a distribution over the classes.

    Equation 1 of the paper: ``q(k) = (alpha + n_k) / (alpha * K + sum_j n_j)``, where ``n_k`` is
    the number of raters who chose class k (or the sum of their weights) and K the number of
    classes. A rater may have chosen several classes; several labels that `label_map` merges into
    one class are one choice of it. Votes outside the classes do not enter. The label distribution
    of Fayek (2016) is ``alpha=0``.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    alpha : float, default=0.75
        Smoothing towards equal shares, 0 or more.
    outside_majority : {"drop", "keep"}, default="drop"
        Whether a sample whose unique majority lies outside the classes is dropped, or keeps the
        distribution of its votes within them.

    Returns
    -------
    ndarray of float64, shape (n_samples, n_classes)
        Rows sum to 1, or are NaN where a sample has no vote within the classes or was dropped.

    Raises
    ------
    ValueError
        If there are no ratings, `alpha` is negative, or `label_map` leads outside `classes`.

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
    if not (np.isscalar(alpha) and 0 <= alpha < np.inf):
        raise ValueError(f"alpha must be a finite number of 0 or more, not {alpha!r}.")
    if outside_majority not in ("drop", "keep"):
        raise ValueError(f"outside_majority must be 'drop' or 'keep', not {outside_majority!r}.")
    task = Task(Y)
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
    Tell how far the raters agree on each sample, by which training can weigh it.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.

    Returns
    -------
    ndarray of float64, shape (n_samples,)
        The largest share of a sample's votes that one label has: 1 where all agree; NaN without votes.

    Raises
    ------
    ValueError
        If there are no ratings.

    References
    ----------
    Y. Kim and E. Mower Provost, "Leveraging inter-rater agreement for audio-visual emotion recognition",
    ACII 2015, where training is weighted by agreement.

    Examples
    --------
    >>> from sklearn_raters.consensus import agreement_weights
    >>> agreement_weights([["a", "a", "a", "b"], ["a", "b", None, None], [None, None, None, None]])
    array([0.75, 0.5 ,  nan])
    """
    votes = Task(Y).votes
    counts = count_votes(votes, len(votes.labels))
    with np.errstate(invalid="ignore"):
        return counts.max(axis=1) / counts.sum(axis=1)


def check_classes(Y):
    """
    Raise an error if some class has no vote at all.

    For use on the whole data, where it means a misspelt class; a part of the data or a single
    rater may well lack one.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.

    Raises
    ------
    ValueError
        If a class has no vote, naming it and the labels that have some.

    Examples
    --------
    >>> from sklearn_raters.consensus import check_classes
    >>> from sklearn_raters.ratings import Task
    >>> check_classes(Task([["a", "b"]], classes=["a", "x"]))
    Traceback (most recent call last):
        ...
    ValueError: No vote names the class 'x'; the ratings hold 'a', 'b'. Correct classes or ...
    """
    task = Task(Y)
    used = np.unique(task.class_votes.label)
    absent = [name for index, name in enumerate(task.classes) if index not in used]
    if absent:
        held = [task.votes.labels[index] for index in np.unique(task.votes.label)]
        raise ValueError(
            f"No vote names the class {shorten(absent)}; the ratings hold {shorten(held)}. "
            "Correct classes or label_map, or leave the class out."
        )


def labelled_samples(labels):
    """
    Find the samples that have a label.

    Parameters
    ----------
    labels : ndarray of object, shape (n_samples,)
        One label a sample, None where there is none: what `hard_labels` returns.

    Returns
    -------
    samples : ndarray of int, shape (n_labelled,)
        Those with a label.
    labels : ndarray, shape (n_labelled,)
        Their labels, as an array of strings or numbers.
    """
    samples = np.flatnonzero([label is not None for label in labels])
    return samples, np.asarray(labels[samples].tolist())
