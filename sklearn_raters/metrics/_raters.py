"""Unweighted average recall of each rater, against the rater's own labels."""

import numpy as np

from sklearn_raters.consensus import hard_labels, labelled_samples
from sklearn_raters.metrics._recalls import unweighted_average_recall
from sklearn_raters.ratings import as_task, is_missing


def rater_uar(Y, predicted, *, raters=None):
    """
    Compute each rater's unweighted average recall against the rater's own labels.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    predicted : array-like of shape (n_samples, n_raters) or (n_samples, n_raters, n_classes)
        Predicted choices of each rater: labels, or probabilities as `predict_proba_raters` returns them.
        Missing labels and NaN probabilities are left out.
    raters : sequence of length n_raters or None, default=None
        The raters along the second axis of `predicted`, such as `raters_` of a fitted stack. None takes all
        raters of `Y`, in its order.

    Returns
    -------
    dict
        From rater to UAR. UAR is computed on the samples for which the rater chose exactly one label that is
        one of the classes, and averaged over the classes that the rater chose on these samples. It is NaN for
        a rater without such samples.

    Raises
    ------
    ValueError
        If the shape of `predicted` does not fit, or a rater is not in `Y`.

    Examples
    --------
    >>> from sklearn_raters.metrics import rater_uar
    >>> Y = [["a", "a"], ["b", None], ["a", "b"]]
    >>> rater_uar(Y, [["a", "a"], ["b", "b"], ["b", "b"]])
    {0: 0.75, 1: 1.0}
    """
    task = as_task(Y)
    raters = list(task.raters) if raters is None else list(raters)
    predicted = _predicted_labels(predicted, len(raters), task)
    uar = {}
    for column, rater in enumerate(raters):
        rows, labels = labelled_samples(hard_labels(task.of_rater(rater)))
        of_rater = predicted[rows, column]
        known = [not is_missing(label) for label in of_rater]
        uar[rater] = unweighted_average_recall(labels[known], of_rater[known]) if any(known) else np.nan
    return uar


def _predicted_labels(predicted, n_raters, task):
    """Return labels of shape (n_samples, n_raters) from labels or probabilities, some of them missing."""
    predicted = np.asarray(predicted)
    shape = task.n_samples, n_raters, len(task.classes)
    if predicted.shape == shape and predicted.dtype.kind in "fiub":
        codes = np.where(np.isnan(predicted).any(axis=2), -1, predicted.argmax(axis=2))
        return task.class_names(codes.ravel()).reshape(codes.shape)
    if predicted.shape != shape[:2]:
        raise ValueError(
            f"predicted must have shape {shape[:2]} (labels) or {shape} (probabilities) for {shape[0]} "
            f"samples, {shape[1]} raters and {shape[2]} classes, got {predicted.shape}."
        )
    return predicted.astype(object)
