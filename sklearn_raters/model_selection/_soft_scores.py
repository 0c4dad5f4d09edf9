"""Scores of predicted distributions, for the comparison table."""

import warnings

import numpy as np

from sklearn_raters._align import align
from sklearn_raters._targets import are_distributions
from sklearn_raters.consensus import soft_labels
from sklearn_raters.exceptions import InputError
from sklearn_raters.metrics import (
    brier_score,
    expected_calibration_error,
    jensen_shannon_divergence,
    manhattan_distance,
    soft_cross_entropy,
    soft_f1_score,
    wasserstein_distance,
)

_SCORES = {
    "soft_cross_entropy": soft_cross_entropy,
    "jensen_shannon": jensen_shannon_divergence,
    "manhattan": manhattan_distance,
    "soft_f1": soft_f1_score,
    "brier": brier_score,
    "calibration_error": expected_calibration_error,
}
_ORDERED_SCORES = {"wasserstein": wasserstein_distance}


def score_distributions(predicted, folds, task, *, ordered):
    """
    Score the distributions that models predict for tested samples against the shares of the votes.

    Parameters
    ----------
    predicted : dict
        From model to a list with a pair (classes, proba) for each fold, both None where it has no
        distributions.
    folds : list of Fold
        The splits.
    task : Task
        The ratings.
    ordered : bool
        Whether the classes of the task are in their order.

    Returns
    -------
    dict
        From model to a dict from column to score, over the tested samples that have a vote for a class. NaN
        for models without distributions.

    Warns
    -----
    UserWarning
        If a model has learnt a class that the task does not have, or a row is no distribution: its scores
        are NaN.
    """
    scores = {**_SCORES, **(_ORDERED_SCORES if ordered else {})}
    shares = soft_labels(task, alpha=0, outside_majority="keep")
    tested = np.concatenate([fold.test for fold in folds])
    samples = tested[~np.isnan(shares[tested, 0])]
    columns = {}
    for name, parts in predicted.items():
        columns[name] = dict.fromkeys(scores, np.nan)
        if not len(samples) or any(proba is None for _, proba in parts):
            continue
        try:
            proba = pool(parts, folds, task)[samples]
            _check_rows(proba, samples)
        except ValueError as error:
            message = f"Model {name!r} has no scores of its probabilities (NaN): {error}"
            warnings.warn(message, UserWarning, stacklevel=3)
            continue
        columns[name] = {column: score(shares[samples], proba) for column, score in scores.items()}
    return columns


def pool(parts, folds, task):
    """
    Put the distributions of all folds together.

    Parameters
    ----------
    parts : list of pairs
        For each fold the classes that the model has learnt and an ndarray of shape (n_test, n_classes_i).
    folds : list of Fold
        The splits.
    task : Task
        The ratings.

    Returns
    -------
    ndarray of shape (n_samples, n_classes)
        Columns in the order of the task's classes; NaN for samples that are not tested.

    Raises
    ------
    InputError
        If a model has learnt a class that the task does not have.
    """
    pooled = np.full((task.n_samples, len(task.classes)), np.nan)
    for (classes, proba), fold in zip(parts, folds, strict=True):
        pooled[fold.test] = align(proba, classes, task.classes)
    return pooled


def _check_rows(proba, samples):
    """Raise InputError if a row is no distribution."""
    wrong = ~are_distributions(proba)
    if wrong.any():
        row = wrong.argmax()
        raise InputError(
            f"sample {samples[row]} gets {proba[row]}, which is no distribution over the classes."
        )
