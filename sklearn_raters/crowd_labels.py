"""One label a sample by methods that learn how good each rater is, through crowd-kit."""

import warnings

import numpy as np

from sklearn_raters._votes import shorten, task_votes
from sklearn_raters.consensus import hard_labels
from sklearn_raters.ratings import parse_ratings, ratings_to_long

# Names in crowdkit.aggregation, with settings where its own stop early. Its Wawa and ZeroBasedSkill are no
# estimators for scikit-learn 1.7 and later, which they call.
_CROWD_KIT = {
    "dawid_skene": ("DawidSkene", {"n_iter": 100}),
    "one_coin": ("OneCoinDawidSkene", {"n_iter": 100}),
    "glad": ("GLAD", {}),
    "mace": ("MACE", {}),
    "mmsr": ("MMSR", {}),
}
METHODS = ("majority", *_CROWD_KIT)


def consensus_labels(Y, method="majority", *, classes=None, label_map=None):
    """
    Take one label a sample from several raters' labels.

    The method decides among all labels that the ratings hold. Only then is `label_map` applied, and what lies
    outside `classes` dropped, as `sklearn_raters.consensus.hard_labels` does it. All but "majority" need
    the package crowd-kit.

    Whom to believe is a matter of the question. Where there is one true answer, methods that learn how good
    each rater is find it more often than the majority does. Where the raters' disagreement is what matters,
    as with feelings, they call a minority's opinion an error, and the majority is what the field reports.

    Parameters
    ----------
    Y : ratings of n_samples
        In any form that `sklearn_raters.ratings.parse_ratings` takes, without weights.
    method : str or callable, default="majority"
        - "majority": the one label with the most votes.
        - "dawid_skene": a confusion matrix a rater, by expectation maximisation (Dawid & Skene 1979).
        - "one_coin": one accuracy a rater (Zhang et al. 2014).
        - "glad": an ability a rater, a difficulty a sample (Whitehill et al. 2009).
        - "mace": raters who sometimes do not look at the sample (Hovy et al. 2013).
        - "mmsr": skills by a robust factorisation of the raters' agreement (Ma & Olshevsky 2020).
        - A callable that takes a DataFrame with the columns task, worker and label, one row a vote, and gives
          a Series of labels indexed by task.
    classes : sequence or None, default=None
        The labels that the task knows; None takes all.
    label_map : dict or None, default=None
        From the ratings' labels to classes.

    Returns
    -------
    ndarray of object, shape (n_samples,)
        One label a sample; None where it has no vote, or its label lies outside `classes`; with
        "majority" also where several labels share the most votes.

    Raises
    ------
    ImportError
        If crowd-kit is needed and not installed.
    ValueError
        If there are no ratings, no such method, or votes with weights.

    Examples
    --------
    >>> from sklearn_raters.crowd_labels import consensus_labels
    >>> Y = [["a", "a", "b"], ["b", "b", "a"], ["a", "a", "b"], ["b", None, "b"], [None, None, None]]
    >>> consensus_labels(Y, "dawid_skene").tolist()
    ['a', 'b', 'a', 'b', None]
    """
    if isinstance(method, str) and method == "majority":
        return hard_labels(Y, classes=classes, label_map=label_map)
    if not callable(method) and method not in METHODS:
        raise ValueError(
            f"There is no consensus method {method!r}: give one of {shorten(METHODS)}, or a callable."
        )
    votes = parse_ratings(Y, classes)
    _, classes, code = task_votes(votes, classes, label_map)
    table = ratings_to_long(votes, sample="task", rater="worker", label="label")
    found = (method if callable(method) else _crowd_kit(method))(table)
    targets = {label: classes[k] for label, k in zip(votes.labels, code, strict=True) if k < len(classes)}
    labels = np.full(votes.n_samples, None, dtype=object)
    for task, label in found.items():
        labels[task] = targets.get(label)
    return labels


def _crowd_kit(method):
    """Return the function that applies one of crowd-kit's methods to a long table."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from crowdkit import aggregation
    except ImportError as error:
        raise ImportError(
            f"The consensus {method!r} needs the package crowd-kit: pip install 'sklearn-raters[crowd]'."
        ) from error
    name, settings = _CROWD_KIT[method]

    def fit_predict(table):
        # It uses what pandas has marked as old, and divides by zero where a rater is never wrong.
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                return getattr(aggregation, name)(**settings).fit_predict(table)
            except ValueError as error:
                raise ValueError(
                    f"The consensus {method!r} cannot be found from these ratings: {error}. To learn how "
                    "good raters are, it needs samples that several raters rated; 'majority' does not."
                ) from error

    return fit_predict
