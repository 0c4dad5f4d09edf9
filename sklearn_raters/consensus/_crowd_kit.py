"""Consensus labels and probabilities by methods of crowd-kit, which learn how good each rater is."""

import warnings
from dataclasses import replace
from functools import lru_cache

import numpy as np
from scipy.sparse import csr_array

from sklearn_raters._optional import import_optional
from sklearn_raters.consensus._labels import hard_labels
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import as_task, content_marks, ratings_to_long, shorten

# Classes of crowdkit.aggregation and their settings; the default n_iter stops too early.
_CROWD_KIT = {
    "dawid_skene": ("DawidSkene", {"n_iter": 100}),
    "one_coin": ("OneCoinDawidSkene", {"n_iter": 100}),
    "glad": ("GLAD", {}),
    # Further restarts would draw the same numbers again, from the same seed.
    "mace": ("MACE", {"n_restarts": 1}),
    "mmsr": ("MMSR", {}),
    "wawa": ("MajorityVote", {}),
}
# Most pairs of raters who share a sample, for "mmsr": each has a row and a column of its matrices (0.8 GB).
_MOST_PAIRS = 10_000
METHODS = ("majority", *_CROWD_KIT)
PROBA_METHODS = tuple(method for method in _CROWD_KIT if method != "mmsr")


def consensus_labels(Y, method="majority"):
    """
    Return one label a sample, by a majority vote or a method that learns how good each rater is.

    The method chooses among all labels of the ratings. Only then does the task's `label_map` merge labels,
    and labels outside the classes are dropped, as in `hard_labels`. All methods but "majority" need the
    package crowd-kit.

    If each sample has one true label, methods that learn how good each rater is find it more often than the
    majority does. If raters may rightly disagree, as on emotions, such methods treat a minority's opinion as
    an error; publications report the majority. The methods also need enough ratings of each sample and each
    rater: on 400 samples and 40 raters, "dawid_skene" was right on 80 % of the samples if 20 samples had a
    second rating, and on 86 % if all samples had one. The majority was right on 85 % and 88 %.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    method : str or callable, default="majority"
        - "majority": the one label with the most votes.
        - "dawid_skene": learns a confusion matrix of each rater (Dawid & Skene 1979).
        - "one_coin": learns an accuracy of each rater (Zhang et al. 2014).
        - "glad": learns an ability of each rater and a difficulty of each sample (Whitehill et al. 2009).
        - "mace": learns how often each rater labels without regard to the sample (Hovy et al. 2013).
        - "mmsr": learns skills from a factorisation of the raters' agreement (Ma & Olshevsky 2020); for at
          most 10,000 pairs of raters who share a sample.
        - "wawa": the majority, with each rater's votes weighted by how often the rater agrees with the plain
          majority (Appen's "worker agreement with aggregate").
        - A callable that takes a DataFrame with the columns task (the number of the sample), worker (the
          rater) and label, one row a vote, and returns a Series of labels indexed by task. A task that is
          missing in the Series, or has a missing label, gets no label.

    Returns
    -------
    ndarray of object, shape (n_samples,)
        One class a sample; None where there is no vote or the label is outside the classes; with
        "majority" also where several labels have the most votes.

    Raises
    ------
    ImportError
        If the method needs crowd-kit and it is not installed.
    InputError
        If there are no ratings, the method is unknown, a vote has a weight other than 1, no sample has two
        ratings (for "dawid_skene"), too many raters share a sample (for "mmsr"), or a callable returns an
        unknown task or label, or a task twice.
    TypeError
        If a callable does not return a Series.

    Examples
    --------
    >>> from sklearn_raters.consensus import consensus_labels
    >>> Y = [["a", "a", "b"], ["b", "b", "a"], ["a", "a", "b"], ["b", None, "b"], [None, None, None]]
    >>> consensus_labels(Y, "dawid_skene").tolist()
    ['a', 'b', 'a', 'b', None]
    """
    if not callable(method) and not (isinstance(method, str) and method in METHODS):
        raise InputError(f"There is no consensus method {method!r}: give {shorten(METHODS)} or a callable.")
    if method == "majority":
        return hard_labels(Y)
    task = as_task(Y)
    classes = _class_by_label(task)
    if callable(method):
        table = _long_table(task)
        found = _checked(method(table), table)
    else:
        found, _ = _crowd_kit(method, task)
    labels = np.full(task.n_samples, None, dtype=object)
    for sample, label in found.items():
        labels[int(sample)] = classes.get(label)
    return labels


def consensus_proba(Y, method="dawid_skene"):
    """
    Return the probability of each class by a method of `consensus_labels`.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    method : {"dawid_skene", "one_coin", "glad", "mace", "wawa"}, default="dawid_skene"
        As in `consensus_labels`.

    Returns
    -------
    ndarray of float64, shape (n_samples, n_classes)
        Rows sum to 1; NaN where `consensus_labels` returns None.

    Raises
    ------
    ImportError
        If crowd-kit is not installed.
    InputError
        If there are no ratings, the method has no probabilities, or a vote has a weight other than 1.

    Examples
    --------
    >>> from sklearn_raters.consensus import consensus_proba
    >>> Y = [["a", "a", "b"], ["b", "b", "a"], ["a", "a", "b"], ["b", None, "b"], [None, None, None]]
    >>> consensus_proba(Y).round(2)
    array([[1.  , 0.  ],
           [0.  , 1.  ],
           [1.  , 0.  ],
           [0.18, 0.82],
           [ nan,  nan]])
    """
    if not isinstance(method, str) or method not in PROBA_METHODS:
        raise InputError(f"Consensus {method!r} has no probabilities; give one of {shorten(PROBA_METHODS)}.")
    task = as_task(Y)
    _, found = _crowd_kit(method, task)
    classes = _class_by_label(task)
    proba = np.full((task.n_samples, len(task.classes)), np.nan)
    proba[found.index] = 0
    for label in found.columns:
        if label in classes:
            proba[found.index, task.classes.index(classes[label])] += found[label].to_numpy()
    outside = [sample for sample, label in found.idxmax(axis=1).items() if label not in classes]
    proba[outside] = np.nan
    return proba / proba.sum(axis=1, keepdims=True)


def _long_table(task):
    """Return the votes as crowd-kit's table: task (the number of the sample), worker and label."""
    return ratings_to_long(replace(task.votes, index=None), sample="task", rater="worker", label="label")


def _class_by_label(task):
    """Return a dict from labels to classes, without the labels outside the classes."""
    names = task.class_names(task.codes)
    return {label: name for label, name in zip(task.votes.labels, names, strict=True) if name is not None}


def _checked(found, table):
    """Check the result of a user's method and return it without missing labels."""
    if not all(hasattr(found, name) for name in ("dropna", "index", "unique")):
        raise TypeError(
            f"A consensus method must return a pandas.Series of labels by task; got {type(found).__name__}."
        )
    found = found.dropna()
    if not found.index.is_unique:
        twice = found.index[found.index.duplicated()].unique().tolist()
        raise InputError(f"The consensus method returned the tasks {shorten(twice)} more than once.")
    for what, given, known in (("tasks", found.index, table["task"]), ("labels", found, table["label"])):
        known = set(known)
        strange = [name for name in given.unique() if name not in known]
        if strange:
            raise InputError(
                f"The consensus method returned the {what} {shorten(strange)}, which are not in the votes."
            )
    return found


def _crowd_kit(method, task):
    """Return what a method finds, the labels by task (a Series) and their probabilities (a DataFrame)."""
    votes = task.votes
    votes.check_unweighted()
    samples, *columns = _in_content_order(votes)
    labels, proba = _estimate(method, *(part.tobytes() for part in columns))
    names, places = dict(enumerate(votes.labels)), dict(enumerate(samples.tolist()))
    labels = labels.map(names).astype(object).rename(places)
    return labels, None if proba is None else proba.rename(index=places, columns=names)


def _in_content_order(votes):
    """Return the votes with samples and raters in an order of what was said.

    The random numbers of a method then come to the same samples and raters, whatever their places. First
    comes the sample of each number, then the samples, raters and labels of the votes.
    """
    of_rater, of_sample = content_marks(votes)
    raters, samples = np.argsort(of_rater, kind="stable"), np.argsort(of_sample, kind="stable")
    sample, rater = np.argsort(samples)[votes.sample], np.argsort(raters)[votes.rater]
    order = np.lexsort([votes.label, rater, sample])
    return samples, sample[order], rater[order], votes.label[order]


def _check_pairs(table):
    """Raise InputError if more pairs of raters share a sample than "mmsr" has memory for."""
    rated = csr_array((np.ones(len(table), dtype=np.int64), (table["worker"], table["task"])))
    n_pairs = ((rated @ rated.T).nnz - table["worker"].nunique()) // 2
    if n_pairs > _MOST_PAIRS:
        raise InputError(f"{n_pairs:,} pairs of raters share a sample, and it is for {_MOST_PAIRS:,} at most")


# A stack asks for the labels and for the probabilities of one method, and the fits of a search for the same.
@lru_cache(maxsize=2)  # a method's labels and probabilities
def _estimate(method, sample, rater, label):
    """Apply a method to votes, given as the bytes of the arrays of `Votes`.

    Names would reach crowd-kit's random numbers, and those that are no texts confuse it.
    """
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        aggregation = import_optional(
            "crowdkit.aggregation", f"Consensus {method!r} needs crowd-kit", "crowd"
        )
    columns = {"task": sample, "worker": rater, "label": label}
    table = pd.DataFrame({name: np.frombuffer(part, dtype=np.intp) for name, part in columns.items()})
    name, settings = _CROWD_KIT[method]
    make = getattr(aggregation, name)
    try:
        if method == "dawid_skene" and table["task"].is_unique:
            # It would estimate that most raters always choose the commonest class, and ignore their votes.
            raise InputError("no sample has two ratings")
        if method == "mmsr":
            _check_pairs(table)
        # crowd-kit uses deprecated parts of pandas, and divides by zero if a rater is never wrong.
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            # crowd-kit's class Wawa does the same, but fails with scikit-learn 1.7 and later.
            skills = [make(**settings).fit(table).skills_] if method == "wawa" else []
            fitted = make(**settings).fit(table, *skills)
            labels = fitted.predict(table) if method == "mmsr" else fitted.labels_
            return labels, getattr(fitted, "probas_", None)
    except (ArithmeticError, ValueError) as error:
        needs = "To learn how good raters are, it needs samples with several ratings; 'majority' does not."
        if not table["task"].is_unique:
            needs = "crowd-kit fails on these ratings; take another method, such as 'majority'."
        raise InputError(f"The consensus {method!r} cannot be found: {error}. {needs}") from error
