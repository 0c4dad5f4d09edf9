"""Scores of predicted distributions by how far the raters agree on a sample."""

import numpy as np

from sklearn_raters._align import align_samples
from sklearn_raters._sklearn_compat import checked_parameters
from sklearn_raters.consensus import agreement_weights, soft_labels
from sklearn_raters.exceptions import InputError
from sklearn_raters.metrics._calibration_error import expected_calibration_error
from sklearn_raters.metrics._distributions import (
    as_numbers,
    brier_score,
    check_distributions,
    manhattan_distance,
    named_columns,
    soft_cross_entropy,
)
from sklearn_raters.ratings import as_task, shorten

_SCORES = {
    "soft_cross_entropy": soft_cross_entropy,
    "manhattan": manhattan_distance,
    "brier": brier_score,
    "calibration_error": expected_calibration_error,
}


@checked_parameters({"scores": [dict, None]})
def by_agreement(Y, proba, scores=None):
    """
    Score predicted distributions on the samples on which the raters agree, and on those on which they do not.

    The soft labels are the shares of the votes for classes, without smoothing. Agreement is that of all
    votes, also of those outside the classes, as for the majority (`sklearn_raters.consensus.hard_labels`).
    Samples without a vote for a class are left out.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    proba : array-like of shape (n_samples, n_classes)
        Predicted probabilities of the classes, such as those of `predict_soft_labels`, or out of fold those
        of `sklearn_raters.model_selection.cross_val_predict_raters`; rows sum to 1.
    scores : dict or None, default=None
        From name to ``score(soft_true, proba)`` -> float. None takes the soft cross-entropy, the Manhattan
        distance, the Brier score, the expected calibration error, and "accuracy": the share of the samples
        with a majority within the classes for which the most probable class is this majority.

    Returns
    -------
    DataFrame
        One row for each band of agreement: "unanimous", "majority, not unanimous", "no majority", "one vote"
        (samples of a single rater, with whom nobody could disagree) and "all". The columns are `n_samples`
        and the scores, NaN in a band without samples.

    Raises
    ------
    InputError
        If no sample has a vote for a class, the shape of `proba` does not fit, or a row of it is not a
        distribution.

    References
    ----------
    A. Uma et al., "Learning from Disagreement: A Survey", Journal of Artificial Intelligence Research 72,
    2021, on evaluation where raters disagree.

    Examples
    --------
    >>> from sklearn_raters.metrics import by_agreement, manhattan_distance
    >>> Y = [["a", "a", None], ["a", "b", None], ["b", None, None], ["b", "a", "b"]]
    >>> table = by_agreement(Y, [[0.75, 0.25]] * 4, {"manhattan": manhattan_distance})
    >>> table.round(2)  # doctest: +NORMALIZE_WHITESPACE
                             n_samples  manhattan
    agreement
    unanimous                        1       0.50
    majority, not unanimous          1       0.83
    no majority                      1       0.50
    one vote                         1       1.50
    all                              4       0.83
    """
    import pandas as pd

    task = as_task(Y)
    soft_true, proba, rated = rated_distributions(task, proba)
    majority = task.majority()
    scored = dict(_SCORES if scores is None else scores)
    if odd := [score for score in scored.values() if not callable(score)]:
        raise InputError(f"scores must map names to functions (soft_true, proba), not to {odd[0]!r}.")
    rows = {}
    for band, samples in _bands(task, majority).items():
        samples = np.flatnonzero(samples & rated)
        pair = soft_true[samples], proba[samples]
        row = {name: score(*pair) if len(samples) else np.nan for name, score in scored.items()}
        if scores is None:
            row["accuracy"] = _accuracy(majority[samples], proba[samples])
        rows[band] = {"n_samples": len(samples), **row}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("agreement")


def rated_distributions(task, proba):
    """Put predicted distributions beside the shares of the votes.

    Parameters
    ----------
    task : Task
        The ratings.
    proba : array-like of shape (n_samples, n_classes)
        Predicted probabilities; rows sum to 1.

    Returns
    -------
    soft_true : ndarray of shape (n_samples, n_classes)
        Shares of the votes for classes.
    proba : ndarray of shape (n_samples, n_classes)
        The probabilities as numbers.
    rated : ndarray of bool, shape (n_samples,)
        Whether a sample has a vote for a class; the rows of all others are not to be used.

    Raises
    ------
    InputError
        If no sample has a vote for a class, the shape of `proba` does not fit, or a row of it is not a
        distribution.
    """
    soft_true = soft_labels(task, alpha=0, outside_majority="keep")
    _, proba = align_samples(Y=task, proba=proba) if hasattr(proba, "iloc") else (task, proba)
    proba = as_numbers(named_columns(proba, task.classes, "proba"), "proba")
    if proba.shape != soft_true.shape:
        raise InputError(
            f"proba must have shape {soft_true.shape}, a row for each sample and a column for each of the "
            f"classes {shorten(task.classes)}, got {proba.shape}."
        )
    rated = ~np.isnan(soft_true[:, 0])
    if not rated.any():
        raise InputError(
            f"None of the {task.n_samples} samples has a vote for one of the classes "
            f"{shorten(task.classes)}, so there is nothing to score."
        )
    # Samples that are left out may have any row; in messages, the number of a sample counts all of them.
    any_row = np.eye(1, len(task.classes))
    pair = check_distributions(*(np.where(rated[:, None], values, any_row) for values in (soft_true, proba)))
    return *pair, rated


def _bands(task, majority):
    """Return the samples of each band of agreement: from its name to a mask of shape (n_samples,)."""
    votes = task.votes
    n_cells = len(votes.raters)
    cells = np.unique(votes.sample.astype(np.int64) * n_cells + votes.rater)
    several = np.bincount(cells // n_cells, minlength=task.n_samples) > 1
    unanimous = agreement_weights(task) == 1
    return {
        "unanimous": several & unanimous,
        "majority, not unanimous": several & ~unanimous & (majority >= 0),
        "no majority": several & (majority < 0),
        "one vote": ~several,
        "all": np.ones(task.n_samples, dtype=bool),
    }


def _accuracy(majority, proba):
    """Return the share of the samples with a majority within the classes that is the most probable class."""
    judged = (majority >= 0) & (majority < proba.shape[1])
    return float(np.mean(proba[judged].argmax(axis=1) == majority[judged])) if judged.any() else np.nan
