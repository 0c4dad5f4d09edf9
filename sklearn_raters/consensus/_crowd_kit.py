"""Labels, or their probabilities, by methods that learn how good each rater is, through crowd-kit."""

import warnings
from functools import partial

import numpy as np

from sklearn_raters.consensus._labels import hard_labels
from sklearn_raters.ratings import Task, ratings_to_long, shorten

# Names in crowdkit.aggregation, with settings where its own stop early.
_CROWD_KIT = {
    "dawid_skene": ("DawidSkene", {"n_iter": 100}),
    "one_coin": ("OneCoinDawidSkene", {"n_iter": 100}),
    "glad": ("GLAD", {}),
    "mace": ("MACE", {}),
    "mmsr": ("MMSR", {}),
    "wawa": ("MajorityVote", {}),
}
METHODS = ("majority", *_CROWD_KIT)
PROBA_METHODS = tuple(method for method in _CROWD_KIT if method != "mmsr")


def consensus_labels(Y, method="majority"):
    """
    Take one label a sample from several raters' labels.

    The method decides among all labels that the ratings hold. Only then is `label_map` applied, and what lies
    outside `classes` dropped, as `sklearn_raters.consensus.hard_labels` does it. All but "majority" need
    the package crowd-kit.

    Whom to believe is a matter of the question. Where there is one true answer, methods that learn how good
    each rater is find it more often than the majority does. Where the raters' disagreement is what matters,
    as with feelings, they call a minority's opinion an error, and the majority is what the field reports.
    Nor do they help where ratings are few, a sample or a rater: of 400 samples and 40 raters "dawid_skene"
    labelled 80 % right where 20 samples had a second rating, and 86 % where all had; the votes 85 and 88 %.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    method : str or callable, default="majority"
        - "majority": the one label with the most votes.
        - "dawid_skene": a confusion matrix a rater, by expectation maximisation (Dawid & Skene 1979).
        - "one_coin": one accuracy a rater (Zhang et al. 2014).
        - "glad": an ability a rater, a difficulty a sample (Whitehill et al. 2009).
        - "mace": raters who sometimes do not look at the sample (Hovy et al. 2013).
        - "mmsr": skills by a robust factorisation of the raters' agreement (Ma & Olshevsky 2020).
        - "wawa": the majority, each rater weighted by how often they agree with it (Appen's "worker agreement
          with aggregate").
        - A callable that takes a DataFrame with the columns task, worker and label, one row a vote, and gives
          a Series of labels indexed by task; one without a label, or left out, has no consensus.

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
        If there are no ratings, no such method, votes have weights, no sample has two ratings (for
        "dawid_skene"), or a callable gives tasks or labels that it was not given, or a task twice.
    TypeError
        If a callable gives no Series.

    Examples
    --------
    >>> from sklearn_raters.consensus import consensus_labels
    >>> Y = [["a", "a", "b"], ["b", "b", "a"], ["a", "a", "b"], ["b", None, "b"], [None, None, None]]
    >>> consensus_labels(Y, "dawid_skene").tolist()
    ['a', 'b', 'a', 'b', None]
    """
    if isinstance(method, str) and method == "majority":
        return hard_labels(Y)
    if not callable(method) and method not in METHODS:
        raise ValueError(
            f"There is no consensus method {method!r}: give one of {shorten(METHODS)}, or a callable."
        )
    task = Task(Y)
    table, classes = _long_table(task), _class_by_label(task)
    found = _checked(method(table), table) if callable(method) else _crowd_kit(method, "fit_predict")(table)
    labels = np.full(task.n_samples, None, dtype=object)
    for sample, label in found.items():
        labels[sample] = classes.get(label)
    return labels


def consensus_proba(Y, method="dawid_skene"):
    """
    Tell how sure a method of `consensus_labels` is of each class, which soft labels can be made of.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    method : {"dawid_skene", "one_coin", "glad", "mace", "wawa"}, default="dawid_skene"
        As in `consensus_labels`.

    Returns
    -------
    ndarray of float64, shape (n_samples, n_classes)
        Rows sum to one, or are NaN where `consensus_labels` is None.

    Raises
    ------
    ImportError
        If crowd-kit is not installed.
    ValueError
        If there are no ratings, the method gives no probabilities, or votes have weights.

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
    if method not in PROBA_METHODS:
        raise ValueError(
            f"The consensus {method!r} has no probabilities; give one of {shorten(PROBA_METHODS)}."
        )
    task = Task(Y)
    found = _crowd_kit(method, "fit_predict_proba")(_long_table(task))
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
    """Return the votes as crowd-kit's table: task (the sample), worker and label."""
    return ratings_to_long(task.votes, sample="task", rater="worker", label="label")


def _class_by_label(task):
    """Return a dict from the votes' labels to classes, without the labels outside them."""
    names = task.class_names(task.codes)
    return {label: name for label, name in zip(task.votes.labels, names, strict=True) if name is not None}


def _checked(found, table):
    """Return the labels that a user's method gave, or raise if they are no Series indexed by task."""
    if not all(hasattr(found, name) for name in ("dropna", "index", "unique")):
        raise TypeError(
            "A consensus method gives a pandas.Series of labels, indexed by task; got "
            f"{type(found).__name__}."
        )
    found = found.dropna()
    if not found.index.is_unique:
        twice = found.index[found.index.duplicated()].unique().tolist()
        raise ValueError(f"The consensus method gave the tasks {shorten(twice)} more than one label.")
    for what, given, known in (("tasks", found.index, table["task"]), ("labels", found, table["label"])):
        known = set(known)
        strange = [name for name in given.unique() if name not in known]
        if strange:
            raise ValueError(
                f"The consensus method gave the {what} {shorten(strange)}, which are not among its votes."
            )
    return found


def _crowd_kit(method, ask):
    """Return the function that asks one of crowd-kit's methods about a long table."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from crowdkit import aggregation
    except ImportError as error:
        raise ImportError(
            f"The consensus {method!r} needs the package crowd-kit: pip install 'sklearn-raters[crowd]'."
        ) from error
    name, settings = _CROWD_KIT[method]

    def answer(table):
        if method == "dawid_skene" and table["task"].is_unique:
            # It would take most raters for always saying the commonest class, and relabel what they rated.
            raise ValueError(
                "The consensus 'dawid_skene' cannot be found from these ratings: no sample has two of them. "
                "To learn how good raters are, it needs samples rated by several; 'majority' does not."
            )
        if table["label"].dtype == bool:
            table = table.astype({"label": int})  # GLAD takes columns named by bools for a mask
        make = partial(getattr(aggregation, name), **settings)
        # It uses what pandas has marked as old, and divides by zero where a rater is never wrong.
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                # crowd-kit's own Wawa does just this, but is no estimator for scikit-learn 1.7 and later.
                skills = [make().fit(table).skills_] if method == "wawa" else []
                return getattr(make(), ask)(table, *skills)
            except (ArithmeticError, ValueError) as error:
                raise ValueError(
                    f"The consensus {method!r} cannot be found from these ratings: {error}. To learn how "
                    "good raters are, it needs samples that several raters rated; 'majority' does not."
                ) from error

    return answer
