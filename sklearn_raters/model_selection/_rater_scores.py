"""Scores of the labels that models predict for single raters, for the comparison table."""

import warnings

import numpy as np

from sklearn_raters.exceptions import InputError
from sklearn_raters.metrics import rater_distance, rater_error_rate


def score_raters(predicted, folds, task, *, ordered):
    """
    Score the labels that models predict for single raters against the raters' own votes.

    Parameters
    ----------
    predicted : dict
        From model to a list with a dict for each fold, from rater to the labels of the test samples; None
        where the model predicts no raters.
    folds : list of Fold
        The splits.
    task : Task
        The ratings.
    ordered : bool
        Whether the classes of the task are in their order.

    Returns
    -------
    dict
        From model to a dict from column to the mean of the score over the raters, each scored on all tested
        samples that it rated and for which it is predicted. NaN for models that predict no raters.

    Warns
    -----
    UserWarning
        If a model has learnt a class that the task does not have: its scores are NaN.
    """
    scores = {"rater_error_rate": rater_error_rate}
    if ordered:
        scores["rater_distance"] = rater_distance
    columns = {}
    for name, parts in predicted.items():
        columns[name] = dict.fromkeys(scores, np.nan)
        if any(part is None for part in parts):
            continue
        raters = [rater for rater in task.raters if any(rater in part for part in parts)]
        if not raters:
            continue
        try:
            _check_classes(parts, task)
            labels = _pool(parts, raters, folds, task.n_samples)
            by_rater = {
                column: [*score(task, labels, raters=raters).values()] for column, score in scores.items()
            }
        except InputError as error:
            message = f"Model {name!r} has no scores of its raters (NaN): {error}"
            warnings.warn(message, UserWarning, stacklevel=3)
            continue
        for column, values in by_rater.items():
            if not np.isnan(np.array(values, dtype=float)).all():
                columns[name][column] = float(np.nanmean(values))
    return columns


def _check_classes(parts, task):
    """Raise InputError if a predicted label is not one of the classes."""
    found = {label for part in parts for labels in part.values() for label in labels} - {None, *task.classes}
    if found:
        raise InputError(f"{min(found, key=str)} was predicted, but is not among {list(task.classes)}.")


def _pool(parts, raters, folds, n_samples):
    """Return the labels of all folds, (n_samples, n_raters), None where there is no prediction."""
    labels = np.full((n_samples, len(raters)), None, dtype=object)
    for part, fold in zip(parts, folds, strict=True):
        for column, rater in enumerate(raters):
            if rater in part:
                labels[fold.test, column] = part[rater]
    return labels
