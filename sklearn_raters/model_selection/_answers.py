"""Answers of a fitted model for the test samples of a fold."""

from typing import NamedTuple

import numpy as np

from sklearn_raters._align import align
from sklearn_raters._nested import call_inside, unwrap
from sklearn_raters._targets import are_distributions
from sklearn_raters.exceptions import InputError, NoPosteriorError, remark
from sklearn_raters.metrics import judged_answers


class Answers(NamedTuple):
    """Answers of a fitted model for some samples; None where it has no such answer, or was not asked.

    Parameters
    ----------
    classes : list or None
        The classes that the model has learnt, the columns of both arrays.
    proba : ndarray of shape (n_samples, n_classes) or None
        Result of `predict_proba`.
    soft_labels : ndarray of shape (n_samples, n_classes) or None
        Result of `predict_soft_labels`.
    raters : dict or None
        From each rater that the model has learnt to a list with the class that `predict_proba_raters` finds
        most probable for each sample, None where it gives NaN.
    judged : dict
        Result of `judged_answers`, empty if nothing could be judged.
    views : dict
        From view of a stack to the class that it predicts for each sample, a list; empty for other models,
        and where a view has no probabilities.
    """

    classes: list | None
    proba: np.ndarray | None
    soft_labels: np.ndarray | None
    raters: dict | None
    judged: dict
    views: dict

    @property
    def distribution(self):
        """The shares of the raters where the model predicts them, else the probabilities, else None."""
        return self.proba if self.soft_labels is None else self.soft_labels


def ask(fitted, X, task=None, models=()):
    """
    Ask a model for its distributions and each rater's labels, and with a task for all that it can say.

    Parameters
    ----------
    fitted : estimator
        A fitted estimator.
    X : sequence of n_samples
        Samples in a form that the estimator takes.
    task : Task or None, default=None
        The ratings of the samples. None asks for `predict_soft_labels`, or else for `predict_proba`, and for
        `predict_proba_raters` only.
    models : collection of str, default=()
        Names of the models beside this one. Views of a stack that are all among them are not asked again.

    Returns
    -------
    Answers
        What the model says.

    Warns
    -----
    InputWarning
        If a row of `predict_proba_raters` is no distribution, or its shape is wrong: the labels of raters
        are left out.
    """
    inner = unwrap(fitted)
    classes = proba = soft_labels = proba_raters = by_rater = None
    if hasattr(inner, "predict_soft_labels"):
        soft_labels = _said(fitted, "predict_soft_labels", X)
    if (task is not None or soft_labels is None) and hasattr(fitted, "predict_proba"):
        proba = _said(fitted, "predict_proba", X)
    raters = list(getattr(inner, "raters_", ()))
    if hasattr(inner, "predict_proba_raters"):
        proba_raters = _said(fitted, "predict_proba_raters", X) if raters else None
        by_rater = None if raters else {}  # a stack may have no views of raters
    if any(answer is not None for answer in (proba, soft_labels, proba_raters)):
        classes = np.asarray(fitted.classes_).tolist()
    if proba_raters is not None:
        by_rater = _labels_by_rater(proba_raters, classes, raters)
    if task is None or classes is None:
        return Answers(classes, proba, soft_labels, by_rater, {}, {})
    given = {"proba": proba, "soft_labels": soft_labels, "proba_raters": proba_raters}
    judged = {}
    for name, answer in given.items():
        judged |= _judge(task, name, answer, classes, raters)
    return Answers(classes, proba, soft_labels, by_rater, judged, _views(fitted, inner, X, models))


def _said(fitted, method, X):
    """Return what a method answers; None if it needs probabilities that views of a stack do not have."""
    try:
        return np.asarray(call_inside(fitted, method, X, {}))
    except NoPosteriorError:
        return None


def _labels_by_rater(proba, classes, raters):
    """Return the most probable class of each sample by rater; None, with a warning, if there is none."""
    fault = _fault_of_raters(proba, classes, raters)
    if fault:
        remark(f"no scores of its raters (NaN), because predict_proba_raters gives {fault}.")
        return None
    codes = np.where(np.isnan(proba).all(axis=2), len(classes), np.argmax(proba, axis=2))
    names = [*classes, None]
    return {rater: [names[code] for code in codes[:, place]] for place, rater in enumerate(raters)}


def _fault_of_raters(proba, classes, raters):
    """Return what is wrong with the probabilities of raters, None if nothing is; rows of NaN are allowed."""
    if proba.shape[1:] != (len(raters), len(classes)):
        return f"the shape {proba.shape} for {len(raters)} raters and {len(classes)} classes"
    wrong = np.argwhere(~(are_distributions(proba) | np.isnan(proba).all(axis=2)))
    if not len(wrong):
        return None
    sample, place = wrong[0]
    row = proba[sample, place]
    return (
        f"test sample {sample} and rater {raters[place]!r} {row}, which is no distribution over the classes"
    )


def _judge(task, name, answer, classes, raters):
    """Return one answer beside the ratings, empty if it cannot be judged."""
    if answer is None:
        return {}
    try:
        # What is no distribution, or has a class of its own, has the score NaN, with a warning.
        return judged_answers(task, **{name: align(answer, classes, task.classes)}, raters=raters)
    except InputError:
        return {}


def _views(fitted, inner, X, models):
    """Return the class that each view of a stack predicts, empty where models say it or there is one view."""
    names = [str(name) for name in getattr(inner, "views_", ())]
    if len(names) < 2 or {name.replace("_", "-") for name in names} <= {
        name.replace("_", "-") for name in models
    }:
        return {}
    proba = _said(fitted, "predict_proba_views", X)
    if proba is None:
        return {}
    labels = np.asarray(inner.classes_)[proba.argmax(axis=2)]
    return {name: labels[:, column].tolist() for column, name in enumerate(names)}
