"""Scores of predicted distributions, for the comparison table."""

import warnings

import numpy as np

from sklearn_raters._align import align
from sklearn_raters._nested import call_inside, unwrap
from sklearn_raters.consensus import soft_labels
from sklearn_raters.exceptions import InputError
from sklearn_raters.metrics import (
    brier_score,
    expected_calibration_error,
    jensen_shannon_divergence,
    manhattan_distance,
    soft_cross_entropy,
    wasserstein_distance,
)

_SCORES = {
    "soft_cross_entropy": soft_cross_entropy,
    "jensen_shannon": jensen_shannon_divergence,
    "manhattan": manhattan_distance,
    "brier": brier_score,
    "calibration_error": expected_calibration_error,
}
_ORDERED_SCORES = {"wasserstein": wasserstein_distance}


def predict_distributions(fitted, X):
    """
    Predict the shares of the raters who would choose each class, or else the probabilities of the classes.

    Parameters
    ----------
    fitted : estimator
        A fitted estimator.
    X : sequence of n_samples
        Samples in a form that the estimator takes.

    Returns
    -------
    classes : list or None
        The classes that the estimator has learnt; None if it has no `predict_soft_labels` and no
        `predict_proba`.
    proba : ndarray of shape (n_samples, n_classes) or None
        The result of `predict_soft_labels` where there is one, else of `predict_proba`.
    """
    if hasattr(unwrap(fitted), "predict_soft_labels"):
        method = "predict_soft_labels"
    elif hasattr(fitted, "predict_proba"):
        method = "predict_proba"
    else:
        return None, None
    return np.asarray(fitted.classes_).tolist(), np.asarray(call_inside(fitted, method, X, {}))


def score_distributions(predicted, folds, task, *, ordered):
    """
    Score the distributions that models predict for tested samples against the shares of the votes.

    Parameters
    ----------
    predicted : dict
        From model to a list with a pair (classes, proba) for each fold, as `predict_distributions` returns
        them.
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
            proba = _pool(parts, folds, samples, task)
        except ValueError as error:
            message = f"Model {name!r} has no scores of its probabilities (NaN): {error}"
            warnings.warn(message, UserWarning, stacklevel=3)
            continue
        columns[name] = {column: score(shares[samples], proba) for column, score in scores.items()}
    return columns


def _pool(parts, folds, samples, task):
    """Return the probabilities of the samples from the predictions for all folds, a column for each class."""
    pooled = np.full((task.n_samples, len(task.classes)), np.nan)
    for (classes, proba), fold in zip(parts, folds, strict=True):
        pooled[fold.test] = align(proba, classes, task.classes)
    pooled = pooled[samples]
    wrong = ~(np.isclose(pooled.sum(axis=1), 1, atol=1e-4) & (pooled >= 0).all(axis=1))
    if wrong.any():
        row = wrong.argmax()
        raise InputError(
            f"sample {samples[row]} gets {pooled[row]}, which is no distribution over the classes."
        )
    return pooled
