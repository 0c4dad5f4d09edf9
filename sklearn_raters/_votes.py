"""Votes as three index arrays, and what is counted on them: the inner form of all ratings."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from numbers import Number

import numpy as np

# Sums of weights such as 0.1 + 0.2 and 0.3 are a tie in spite of rounding.
_TIE_TOLERANCE = 1e-9
_NO_LABEL = (list, tuple, set, frozenset, dict, np.ndarray)


def is_missing(value):
    """Tell whether one label is None, NaN or pandas.NA (which equals nothing, not even itself)."""
    return value is None or type(value).__name__ in ("NAType", "NaTType") or value != value


def plain(label):
    """Return a NumPy scalar as the Python object that it stands for."""
    return label.item() if isinstance(label, np.generic) else label


def label_kind(label):
    """Return what a label is compared by: "numbers", "strings", or the name of its type."""
    if isinstance(label, Number | np.bool_):
        return "numbers"
    return "strings" if isinstance(label, str) else type(label).__name__


def sort_labels(labels, where=""):
    """Sort distinct labels, or say why they cannot be sorted; `where` says whose labels they are."""
    kinds = {label_kind(label): label for label in labels}
    if len(kinds) > 1:
        given = " beside ".join(f"{kind} (such as {label!r})" for kind, label in kinds.items())
        raise ValueError(f"{where or 'The labels'} mix {given}: make all labels of one type.")
    try:
        return sorted(labels)
    except TypeError:
        raise ValueError(
            f"{where or 'The labels'} of type {next(iter(kinds))} cannot be put in order: "
            "use strings or numbers as labels."
        ) from None


def check_class_names(classes):
    """Return `classes` as a list of distinct Python labels."""
    if isinstance(classes, str) or not np.iterable(classes):
        raise TypeError(f"classes must be a list of labels, not {classes!r}.")
    names = [plain(name) for name in classes]
    if not names:
        raise ValueError("classes is empty: name at least one label.")
    for position, name in enumerate(names):
        if isinstance(name, _NO_LABEL) or is_missing(name):
            raise ValueError(f"classes must hold labels, but its entry {position} is {name!r}.")
        if name in names[:position]:
            raise ValueError(f"classes names {name!r} twice.")
    return names


def check_label_map(label_map, classes):
    """Return `label_map` as a dict that leads into `classes` (or anywhere, if they are None)."""
    if label_map is None:
        return {}
    if not isinstance(label_map, Mapping):
        raise TypeError(f"label_map must be a dict of label to label, not {label_map!r}.")
    for label, target in label_map.items():
        if isinstance(target, _NO_LABEL) or is_missing(target):
            raise ValueError(
                f"label_map maps {label!r} to {target!r}, which is no label. To leave a label "
                "out, leave it out of classes."
            )
        if classes is not None and target not in classes:
            raise ValueError(
                f"label_map maps {label!r} to {target!r}, which is not one of the classes "
                f"{classes}. A label outside the classes needs no mapping."
            )
        if classes is not None and label in classes and target != label:
            raise ValueError(
                f"{label!r} is in classes, but label_map turns it into {target!r}: leave it out "
                "of one of them. For a votes cube with more labels than classes, name the cube's "
                "labels by parse_ratings(Y, classes=...) first and hand on the result."
            )
    return {label: plain(target) for label, target in label_map.items()}


@dataclass(frozen=True, eq=False, repr=False)
class Votes:
    """All votes of all raters, one entry a vote, sorted by sample, rater and label.

    A vote is one label that one rater chose for one sample; a rater who chose several labels
    for a sample has several votes. The memory needed grows with the votes, not with
    samples x raters x labels.

    Parameters
    ----------
    sample : ndarray of int, shape (n_votes,)
        The sample of each vote, 0 to `n_samples` - 1.
    rater : ndarray of int, shape (n_votes,)
        The rater of each vote, an index into `raters`.
    label : ndarray of int, shape (n_votes,)
        The label of each vote, an index into `labels`.
    weight : ndarray of float, shape (n_votes,)
        The weight of each vote, above 0; 1 unless a votes cube gave another.
    n_samples : int
        The number of samples, those without a vote included.
    raters : list
        The raters' names, those without a vote included.
    labels : list
        The labels' names, sorted.
    """

    sample: np.ndarray
    rater: np.ndarray
    label: np.ndarray
    weight: np.ndarray
    n_samples: int
    raters: list
    labels: list

    def __repr__(self):
        return (
            f"Votes({len(self.sample)} votes, {self.n_samples} samples, "
            f"{len(self.raters)} raters, labels={self.labels})"
        )

    def of_rater(self, name):
        """Return the votes of one rater.

        Parameters
        ----------
        name : object
            The rater, one of `raters`.

        Returns
        -------
        Votes
            This rater's votes; the number of samples and the labels are kept.

        Raises
        ------
        ValueError
            If there is no such rater.
        """
        if name not in self.raters:
            raise ValueError(f"There is no rater {name!r}; the raters are {shorten(self.raters)}.")
        own = self.rater == self.raters.index(name)
        return replace(
            self,
            sample=self.sample[own],
            rater=np.zeros(own.sum(), dtype=self.rater.dtype),
            label=self.label[own],
            weight=self.weight[own],
            raters=[name],
        )


def shorten(names, n=10):
    """Write out at most `n` of the names."""
    more = f" and {len(names) - n} more" if len(names) > n else ""
    return ", ".join(map(repr, names[:n])) + more


def merge_votes(sample, rater, label, weight, n_samples, raters, labels):
    """Sort votes into `Votes`; of equal (sample, rater, label) the largest weight stays."""
    key = (sample.astype(np.int64) * len(raters) + rater) * len(labels) + label
    order = np.argsort(key, kind="stable")
    first = np.flatnonzero(np.diff(key[order], prepend=-1))
    kept = order[first]
    largest = np.maximum.reduceat(weight[order], first) if len(first) else weight[kept]
    return Votes(sample[kept], rater[kept], label[kept], largest, n_samples, raters, labels)


def task_votes(votes, classes, label_map):
    """Rename votes by `label_map` and put the task's classes first.

    Returns
    -------
    task : Votes
        The same votes; its labels are the classes and then every label outside them. Labels of
        one rater that map into one class are one vote of the largest weight.
    classes : list
        The classes; by default all labels after the map, sorted.
    code : ndarray of int, shape (n_labels,)
        What each of `votes.labels` is among the task's labels; below ``len(classes)`` for a class.
    """
    classes = None if classes is None else check_class_names(classes)
    label_map = check_label_map(label_map, classes)
    renamed = [label_map.get(label, label) for label in votes.labels]
    if classes is None:
        classes = sort_labels(list(dict.fromkeys(renamed)), "After label_map the labels")
    elif not {label_kind(name) for name in classes} & {label_kind(name) for name in renamed}:
        raise ValueError(
            f"classes are {label_kind(classes[0])} ({shorten(classes)}), but the ratings hold "
            f"{label_kind(renamed[0])} ({shorten(renamed)}): give both in one type."
        )
    labels = list(dict.fromkeys([*classes, *renamed]))
    position = {name: index for index, name in enumerate(labels)}
    code = np.array([position[name] for name in renamed], dtype=np.intp)
    task = merge_votes(
        votes.sample,
        votes.rater,
        code[votes.label],
        votes.weight,
        votes.n_samples,
        votes.raters,
        labels,
    )
    return task, classes, code


def majority(votes, ties="missing"):
    """Find the label with the most votes on each sample.

    Returns
    -------
    ndarray of int, shape (n_samples,)
        An index into `votes.labels`; -1 where a sample has no vote, and for "missing" also where
        several labels share the most votes (for "first" the first of them in `votes.labels`).
    """
    winner = np.full(votes.n_samples, -1, dtype=np.intp)
    if not len(votes.sample):
        return winner
    n_labels = len(votes.labels)
    key, inverse = np.unique(votes.sample * n_labels + votes.label, return_inverse=True)
    count = np.bincount(inverse, weights=votes.weight)
    sample = key // n_labels
    start = np.flatnonzero(np.diff(sample, prepend=-1))
    most = np.repeat(np.maximum.reduceat(count, start), np.diff(start, append=len(key)))
    top = np.flatnonzero(count >= most * (1 - _TIE_TOLERANCE))
    voted, first, n_top = np.unique(sample[top], return_index=True, return_counts=True)
    winner[voted] = key[top[first]] % n_labels
    if ties == "missing":
        winner[voted[n_top > 1]] = -1
    return winner
