"""How well each rater's own labels are predicted."""

import numpy as np

from sklearn_raters.consensus import hard_labels
from sklearn_raters.metrics._recalls import unweighted_average_recall
from sklearn_raters.ratings import Task, is_missing


def _rater_labels(predicted, shape, classes):
    predicted = np.asarray(predicted)
    if predicted.shape == shape and predicted.dtype.kind in "fiub":
        labels = np.empty(len(classes) + 1, dtype=object)
        labels[: len(classes)] = classes
        best = np.argmax(np.nan_to_num(predicted, nan=-1.0), axis=2)
        return labels[np.where(np.isnan(predicted).any(axis=2), len(classes), best)]
    if predicted.shape != shape[:2]:
        raise ValueError(
            f"predicted must have shape {shape[:2]} (labels) or {shape} (probabilities) for "
            f"{shape[0]} samples, {shape[1]} raters and {shape[2]} classes, got {predicted.shape}."
        )
    return predicted.astype(object)


def rater_uar(Y, predicted, *, raters=None):
    """
    Compute each rater's unweighted average recall against that rater's own labels.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    predicted : array-like of shape (n_samples, n_raters) or (n_samples, n_raters, n_classes)
        What each rater would say: labels, or probabilities as of `predict_proba_raters`. Missing
        labels and NaN probabilities are left out.
    raters : sequence of length n_raters or None, default=None
        The raters that `predicted` is about, such as `raters_` of a fitted stack; None takes all
        of `Y`, in its order.

    Returns
    -------
    dict
        From rater to UAR, over the samples where the rater chose exactly one label, and that
        within the classes; the mean is over the classes that the rater so chose. NaN for a rater
        without such a sample.

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
    task = Task(Y)
    raters = list(task.raters) if raters is None else list(raters)
    shape = task.n_samples, len(raters), len(task.classes)
    predicted = _rater_labels(predicted, shape, task.classes)
    uar = {}
    for column, rater in enumerate(raters):
        own = hard_labels(task.of_rater(rater))
        pairs = zip(own, predicted[:, column], strict=True)
        pairs = [pair for pair in pairs if not (is_missing(pair[0]) or is_missing(pair[1]))]
        uar[rater] = unweighted_average_recall(*zip(*pairs, strict=True)) if pairs else np.nan
    return uar
