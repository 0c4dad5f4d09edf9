"""Answers of a fitted model for the test samples of a fold."""

from typing import NamedTuple

import numpy as np

from sklearn_raters._align import align
from sklearn_raters._nested import call_inside, unwrap
from sklearn_raters.exceptions import InputError
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
    judged : dict
        Result of `judged_answers`, empty if nothing could be judged.
    views : dict
        From view of a stack to the class that it predicts for each sample, a list; empty for other models.
    """

    classes: list | None
    proba: np.ndarray | None
    soft_labels: np.ndarray | None
    judged: dict
    views: dict

    @property
    def distribution(self):
        """The shares of the raters where the model predicts them, else the probabilities, else None."""
        return self.proba if self.soft_labels is None else self.soft_labels


def ask(fitted, X, task=None, models=()):
    """
    Ask a model for its distributions, and with a task for all that it can say.

    Parameters
    ----------
    fitted : estimator
        A fitted estimator.
    X : sequence of n_samples
        Samples in a form that the estimator takes.
    task : Task or None, default=None
        The ratings of the samples. None asks for `predict_soft_labels`, or else for `predict_proba`, only.
    models : collection of str, default=()
        Names of the models beside this one. Views of a stack that are all among them are not asked again.

    Returns
    -------
    Answers
        What the model says.
    """
    inner = unwrap(fitted)
    classes = proba = soft_labels = None
    if hasattr(inner, "predict_soft_labels"):
        soft_labels = np.asarray(call_inside(fitted, "predict_soft_labels", X, {}))
    if (task is not None or soft_labels is None) and hasattr(fitted, "predict_proba"):
        proba = np.asarray(call_inside(fitted, "predict_proba", X, {}))
    if proba is not None or soft_labels is not None:
        classes = np.asarray(fitted.classes_).tolist()
    if task is None or classes is None:
        return Answers(classes, proba, soft_labels, {}, {})
    given = {"proba": proba, "soft_labels": soft_labels}
    if hasattr(inner, "predict_proba_raters") and len(getattr(inner, "raters_", ())):
        given["proba_raters"] = np.asarray(call_inside(fitted, "predict_proba_raters", X, {}))
    raters = getattr(inner, "raters_", None)
    judged = {}
    for name, answer in given.items():
        judged |= _judge(task, name, answer, classes, raters)
    return Answers(classes, proba, soft_labels, judged, _views(fitted, inner, X, models))


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
    proba = np.asarray(call_inside(fitted, "predict_proba_views", X, {}))
    labels = np.asarray(inner.classes_)[proba.argmax(axis=2)]
    return {name: labels[:, column].tolist() for column, name in enumerate(names)}
