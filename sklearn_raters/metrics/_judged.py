"""The three answers of a model beside the ratings: consensus, shares of the raters, each rater."""

import numpy as np

from sklearn_raters.exceptions import InputError
from sklearn_raters.metrics._agreement import rated_distributions
from sklearn_raters.metrics._distributions import as_numbers
from sklearn_raters.metrics._raters import check_probabilities, list_raters
from sklearn_raters.ratings import as_task, find_name


def judged_answers(Y, proba=None, soft_labels=None, proba_raters=None, *, raters=None):
    """
    Pair the answers that can be judged with the ratings.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    proba : array-like of shape (n_samples, n_classes) or None, default=None
        Probabilities of the consensus, as `predict_proba` returns them.
    soft_labels : array-like of shape (n_samples, n_classes) or None, default=None
        Predicted shares of the raters.
    proba_raters : array-like of shape (n_samples, n_raters, n_classes) or None, default=None
        Probabilities of each rater's label; rows of NaN are left out.
    raters : sequence of length n_raters or None, default=None
        The raters of `proba_raters`, in any spelling, such as `raters_`; None takes all raters of `Y`, in its
        order.

    Returns
    -------
    dict
        From the name of each answer that is given to a pair (target, proba) of arrays of shape
        (n_judged, n_classes), rows of which sum to 1:

        - "consensus", of `proba`: the samples with a majority within the classes, as one-hot rows;
        - "shares", of `soft_labels`: the samples with votes for classes, and the shares of their votes;
        - "raters", of `proba_raters`: all ratings of raters that `Y` has, and the shares of their votes.

    Raises
    ------
    InputError
        If a shape does not fit, a row is no distribution, or no sample or rating can be judged.

    Examples
    --------
    >>> from sklearn_raters.metrics import judged_answers
    >>> judged = judged_answers([["a", "a"], ["a", "b"]], proba=[[0.9, 0.1], [0.5, 0.5]])
    >>> target, proba = judged["consensus"]
    >>> target.tolist(), proba.tolist()
    ([[1.0, 0.0]], [[0.9, 0.1]])
    """
    task, answers = as_task(Y), {}
    if proba is not None:
        answers["consensus"] = _of_consensus(task, proba)
    if soft_labels is not None:
        answers["shares"] = _of_shares(task, soft_labels)
    if proba_raters is not None:
        answers["raters"] = _of_raters(task, proba_raters, raters)
    return answers


def _of_consensus(task, proba):
    _, proba, _ = rated_distributions(task, proba)
    majority = task.majority()
    judged = (majority >= 0) & (majority < len(task.classes))
    return np.eye(len(task.classes))[majority[judged]], proba[judged]


def _of_shares(task, soft_labels):
    target, proba, rated = rated_distributions(task, soft_labels)
    return target[rated], proba[rated]


def _of_raters(task, proba_raters, raters):
    raters = list_raters(raters, task)
    proba_raters = as_numbers(proba_raters, "proba_raters")
    shape = task.n_samples, len(raters), len(task.classes)
    if proba_raters.shape != shape:
        raise InputError(
            f"proba_raters must have shape {shape} for {shape[0]} samples, {shape[1]} raters and {shape[2]} "
            f"classes, got {proba_raters.shape}."
        )
    check_probabilities(proba_raters, "proba_raters")
    pairs = []
    for column, rater in enumerate(find_name(rater, task.raters) for rater in raters):
        if rater not in task.raters:
            continue
        counts, proba = task.of_rater(rater).counts, proba_raters[:, column]
        judged = (counts.sum(axis=1) > 0) & ~np.isnan(proba).any(axis=1)
        pairs.append((counts[judged] / counts[judged].sum(axis=1, keepdims=True), proba[judged]))
    if not sum(len(target) for target, _ in pairs):
        raise InputError(
            "No rating of these raters has a prediction: give raters= as the estimator has them."
        )
    return tuple(np.concatenate(part) for part in zip(*pairs, strict=True))
