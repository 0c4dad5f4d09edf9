"""Scores of the predictions for each rater, against the rater's own labels."""

import numpy as np

from sklearn_raters._align import align_samples, refuse_masked
from sklearn_raters._sklearn_compat import checked_parameters
from sklearn_raters._targets import are_distributions, refuse_mixed
from sklearn_raters.consensus import hard_labels, labelled_samples
from sklearn_raters.exceptions import InputError
from sklearn_raters.metrics._distributions import named_columns
from sklearn_raters.metrics._recalls import class_recalls
from sklearn_raters.ratings import as_task, check_order, is_missing, is_missing_label, shorten


@checked_parameters({"raters": ["array-like", None]})
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
    InputError
        If the shape of `predicted` does not fit, probabilities do not sum to 1, or a rater is not in `Y`.
    TypeError
        If the classes are strings and the predictions numbers, or the other way round.

    Examples
    --------
    >>> from sklearn_raters.metrics import rater_uar
    >>> Y = [["a", "a"], ["b", None], ["a", "b"]]
    >>> rater_uar(Y, [["a", "a"], ["b", "b"], ["b", "b"]])
    {0: 0.75, 1: 1.0}
    """
    task = as_task(Y)
    found = {}
    for rater, (_, votes, of_rater) in _votes_and_predictions(task, predicted, raters).items():
        if len(votes):
            found[rater] = float(np.nanmean(class_recalls(votes, of_rater, labels=task.classes)))
        else:
            found[rater] = np.nan
    return found


@checked_parameters({"raters": ["array-like", None]})
def rater_error_rate(Y, predicted, *, raters=None):
    """
    Compute the share of each rater's votes that the predictions miss.

    The mean over the raters is ``np.nanmean(list(rates.values()))``. In the shared task, each sample counts
    equally instead of each rater.

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
        From rater to the mean of ``vote != prediction``, from 0 to 1, over the samples for which the rater
        chose exactly one label that is one of the classes. It is NaN for a rater without such samples.

    Raises
    ------
    InputError
        If the shape of `predicted` does not fit, probabilities do not sum to 1, or a rater is not in `Y`.
    TypeError
        If the classes are strings and the predictions numbers, or the other way round.

    References
    ----------
    E. Leonardelli et al., "LeWiDi-2025 at NLPerspectives: the third edition of the Learning with
    Disagreements shared task", 2025: perspectivist evaluation, error rate.

    Examples
    --------
    >>> from sklearn_raters.metrics import rater_error_rate
    >>> Y = [["a", "a"], ["b", None], ["a", "b"], ["a", "b"]]
    >>> rater_error_rate(Y, [["a", "a"], ["b", "b"], ["b", "b"], ["a", "b"]])
    {0: 0.25, 1: 0.0}
    """
    judged = _votes_and_predictions(as_task(Y), predicted, raters)
    return {
        rater: float(np.mean(votes != of_rater)) if len(votes) else np.nan
        for rater, (_, votes, of_rater) in judged.items()
    }


@checked_parameters({"raters": ["array-like", None]})
def rater_distance(Y, predicted, *, raters=None):
    """
    Compute how far the predictions are from each rater's votes, on a scale of ordered classes.

    The mean over the raters is ``np.nanmean(list(distances.values()))``. In the shared task, each sample
    counts equally instead of each rater.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. The classes of a Task must be in their order;
        numbers need no Task.
    predicted : array-like of shape (n_samples, n_raters) or (n_samples, n_raters, n_classes)
        Predicted choices of each rater: labels, or probabilities as `predict_proba_raters` returns them, of
        which the most probable class counts. Missing labels and NaN probabilities are left out.
    raters : sequence of length n_raters or None, default=None
        The raters along the second axis of `predicted`, such as `raters_` of a fitted stack. None takes all
        raters of `Y`, in its order.

    Returns
    -------
    dict
        From rater to the mean of ``|position of the vote - position of the prediction| / (n_classes - 1)``,
        from 0 (equal) to 1 (the other end of the scale), over the samples for which the rater chose exactly
        one label that is one of the classes. It is NaN for a rater without such samples.

    Raises
    ------
    InputError
        If labels are strings and Y is no Task with given classes, the shape of `predicted` does not fit,
        probabilities do not sum to 1, a prediction is not one of the classes, or a rater is not in `Y`.
    TypeError
        If the classes are strings and the predictions numbers, or the other way round.

    References
    ----------
    E. Leonardelli et al., "LeWiDi-2025 at NLPerspectives: the third edition of the Learning with
    Disagreements shared task", 2025: perspectivist evaluation, normalised absolute distance.

    Examples
    --------
    >>> from sklearn_raters.metrics import rater_distance
    >>> Y = [[1, 1], [2, None], [3, 2]]
    >>> rater_distance(Y, [[1, 1], [2, 2], [2, 3]])
    {0: 0.16666666666666666, 1: 0.25}
    """
    task = as_task(Y)
    check_order(task)
    place, longest = {name: index for index, name in enumerate(task.classes)}, max(len(task.classes) - 1, 1)
    distances = {}
    for rater, (samples, votes, of_rater) in _votes_and_predictions(task, predicted, raters).items():
        for sample, label in zip(samples, of_rater, strict=True):
            if label not in place:
                raise InputError(
                    f"Sample {sample}: the prediction {label!r} for rater {rater!r} is not one of the "
                    f"classes {shorten(task.classes)}, so its distance is unknown."
                )
        steps = [abs(place[vote] - place[label]) for vote, label in zip(votes, of_rater, strict=True)]
        distances[rater] = float(np.mean(steps)) / longest if steps else np.nan
    return distances


def list_raters(raters, task):
    """Return the raters of predictions as a list, those of the task for None; raise InputError for one."""
    raters = task.raters if raters is None else raters
    if isinstance(raters, str) or not np.iterable(raters):
        raise InputError(f"raters must be a list of raters, not {raters!r}: give [{raters!r}].")
    return list(raters)


def _votes_and_predictions(task, predicted, raters):
    """Return, by rater, the samples with a vote and a prediction, the votes, and the predictions."""
    raters = list_raters(raters, task)
    if hasattr(predicted, "iloc"):
        _, predicted = align_samples(Y=task, predicted=predicted)
    if hasattr(predicted, "columns"):
        predicted = named_columns(predicted, raters, "predicted")
    predicted = _predicted_labels(predicted, len(raters), task)
    judged = {}
    for column, rater in enumerate(raters):
        own = task.of_rater(rater)
        votes = hard_labels(own)
        votes[np.bincount(own.votes.sample, minlength=own.n_samples) != 1] = None  # several labels in a cell
        samples, _ = labelled_samples(votes)
        samples = samples[[not is_missing(label) for label in predicted[samples, column]]]
        judged[rater] = samples, votes[samples], predicted[samples, column]
    return judged


def check_probabilities(values, name):
    """Raise InputError unless each rater's probabilities of a sample sum to one, or are all NaN."""
    good = are_distributions(values) | np.isnan(values).all(axis=2)
    if not good.all():
        sample, rater = np.argwhere(~good)[0]
        raise InputError(
            f"Sample {sample} of {name} has no probabilities in column {rater} of the raters: "
            f"{values[sample, rater]}. They must not be negative and sum to 1, or all be NaN, to be left out."
        )


def _predicted_labels(predicted, n_raters, task):
    """Return labels of shape (n_samples, n_raters) from labels or probabilities, some of them missing."""
    refuse_masked(predicted, "predicted")
    try:
        values = np.asarray(predicted)
    except ValueError as error:
        raise InputError(f"predicted must hold rows of one length: {error}.") from error
    if values.dtype.kind == "U":
        # As objects, because NumPy turns a NaN beside strings into the string "nan".
        values = np.asarray(predicted, dtype=object)
    shape = task.n_samples, n_raters, len(task.classes)
    if values.shape == shape and values.dtype.kind in "fiub":
        check_probabilities(values, "predicted")
        codes = np.where(np.isnan(values).any(axis=2), -1, values.argmax(axis=2))
        return task.class_names(codes.ravel()).reshape(codes.shape)
    if values.shape != shape[:2]:
        raise InputError(
            f"predicted must have shape {shape[:2]} (labels) or {shape} (probabilities) for {shape[0]} "
            f"samples, {shape[1]} raters and {shape[2]} classes, got {values.shape}."
        )
    labels = values.astype(object)
    # NumPy turns a missing prediction beside texts into a text.
    missing = [label not in task.classes and is_missing_label(label) for label in labels.ravel()]
    labels[np.reshape(missing, labels.shape)] = None
    known = [label for label in labels.ravel() if not is_missing(label)]
    refuse_mixed(task.classes, known, "the predictions")
    return labels
