"""How well each rater's own labels are predicted."""

import numpy as np

from sklearn_raters._votes import is_missing, task_votes
from sklearn_raters.consensus import hard_labels
from sklearn_raters.metrics.recalls import unweighted_average_recall
from sklearn_raters.ratings import parse_ratings


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


def rater_uar(Y, predicted, *, classes=None, raters=None, label_map=None):
    """
    Compute each rater's unweighted average recall against that rater's own labels.

    Parameters
    ----------
    Y : ratings of n_samples
        In any form that `sklearn_raters.ratings.parse_ratings` takes.
    predicted : array-like of shape (n_samples, n_raters) or (n_samples, n_raters, n_classes)
        What each rater would say: labels, or probabilities as of `predict_proba_raters`. Missing
        labels and NaN probabilities are left out.
    classes : sequence of length n_classes or None, default=None
        The classes in the order of `predicted`. None takes all labels of `Y`, sorted after
        `label_map`.
    raters : sequence of length n_raters or None, default=None
        The raters that `predicted` is about, such as `raters_` of a fitted stack; None takes all
        of `Y`, in its order.
    label_map : dict or None, default=None
        From the ratings' labels to classes, as in `sklearn_raters.consensus.hard_labels`.

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
    votes = parse_ratings(Y, classes)
    raters = list(votes.raters) if raters is None else list(raters)
    classes = task_votes(votes, classes, label_map)[1]
    predicted = _rater_labels(predicted, (votes.n_samples, len(raters), len(classes)), classes)
    uar = {}
    for column, rater in enumerate(raters):
        own = hard_labels(votes.of_rater(rater), classes=classes, label_map=label_map)
        pairs = zip(own, predicted[:, column], strict=True)
        pairs = [pair for pair in pairs if not (is_missing(pair[0]) or is_missing(pair[1]))]
        uar[rater] = unweighted_average_recall(*zip(*pairs, strict=True)) if pairs else np.nan
    return uar
