"""What a classifier is to learn: the votes, the classes, and the class that each label stands for."""

from functools import cached_property

import numpy as np

from sklearn_raters.ratings._labels import (
    check_class_names,
    check_label_map,
    label_kind,
    shorten,
    sort_labels,
)
from sklearn_raters.ratings._parse import parse_ratings
from sklearn_raters.ratings._votes import count_votes, majority, merge_votes


class Task:
    """Ratings together with the classes to learn and the class that each label stands for.

    Ratings may hold more labels than the task has classes. The majority is taken over the labels as the
    raters gave them; only then does `label_map` merge labels into classes. A label that is no class after
    the map lies outside the task.

    Every function here that takes ratings also takes a Task. Give one wherever the classes differ from the
    labels: the classes and the map are then said and checked once.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        Ratings in any form that `parse_ratings` takes. A Task gives its votes, and its classes and map where
        neither is given here.
    classes : sequence or None, default=None
        The classes to learn, in the order of all columns of probabilities. None takes every label after the
        map, sorted. They also name the last axis of a votes cube.
    label_map : dict or None, default=None
        From the ratings' labels to classes, such as ``{"excitement": "happiness"}``. Labels that it does not
        name stay as they are; it may name labels that no vote has.

    Attributes
    ----------
    ratings : ratings of n_samples
        What was given as Y.
    votes : Votes
        All votes under the labels that the raters gave.
    classes : list
        The classes.
    label_map : dict
        The map.
    codes : ndarray of int, shape (n_labels,)
        For each of ``votes.labels`` its place among `class_votes.labels`; below ``len(classes)`` for a class.

    Raises
    ------
    ValueError
        If there are no ratings, a class is named twice, the classes are strings and the labels numbers or the
        other way round, or `label_map` maps into something that is no class.
    TypeError
        If Y is in none of these forms, or `classes` or `label_map` is of a wrong type.

    Examples
    --------
    >>> from sklearn_raters.ratings import Task
    >>> task = Task([["a", "b"], ["c", None]], classes=["a", "b"], label_map={"c": "b"})
    >>> task
    Task(3 votes, 2 samples, 2 raters, classes=['a', 'b'])
    >>> task.counts
    array([[1., 1.],
           [0., 1.]])
    """

    def __init__(self, Y, classes=None, label_map=None):
        if isinstance(Y, Task):
            if classes is None and label_map is None:
                vars(self).update(vars(Y))
                return
            Y = Y.votes
        self.ratings = Y
        classes = None if classes is None else check_class_names(classes)
        self.votes = parse_ratings(Y, classes)
        self.label_map = check_label_map(label_map, classes)
        renamed = [self.label_map.get(label, label) for label in self.votes.labels]
        self.classes = _find_classes(renamed) if classes is None else classes
        if not set(map(label_kind, self.classes)) & set(map(label_kind, renamed)):
            raise ValueError(
                f"classes are {label_kind(self.classes[0])} ({shorten(self.classes)}), but the ratings hold "
                f"{label_kind(renamed[0])} ({shorten(renamed)}): give both in one type."
            )
        self._labels = list(dict.fromkeys([*self.classes, *renamed]))
        place = {name: index for index, name in enumerate(self._labels)}
        self.codes = np.array([place[name] for name in renamed], dtype=np.intp)

    def __repr__(self):
        votes = self.votes
        return (
            f"Task({len(votes.sample)} votes, {votes.n_samples} samples, {len(votes.raters)} raters, "
            f"classes={self.classes})"
        )

    @property
    def n_samples(self):
        """Number of samples, those without a vote included."""
        return self.votes.n_samples

    @property
    def raters(self):
        """Names of the raters, those without a vote included."""
        return self.votes.raters

    @cached_property
    def class_votes(self):
        """The votes for classes: their labels are the classes, then the labels outside them.

        Labels of one rater that the map merges into one class are one vote, of the largest weight.
        """
        votes = self.votes
        code = self.codes[votes.label]
        return merge_votes(
            votes.sample, votes.rater, code, votes.weight, votes.n_samples, votes.raters, self._labels
        )

    @cached_property
    def counts(self):
        """Votes for each class, the sums of their weights: ndarray of shape (n_samples, n_classes)."""
        return count_votes(self.class_votes, len(self.classes))

    def majority(self, ties="missing"):
        """Find the class of the label with the most votes on each sample.

        Parameters
        ----------
        ties : {"missing", "first"}, default="missing"
            Whether a sample whose most votes are shared by several labels has no majority, or that of the
            first of these labels.

        Returns
        -------
        ndarray of int, shape (n_samples,)
            Places among `classes`; ``len(classes)`` or more for a majority outside them, -1 for none.
        """
        return np.append(self.codes, -1)[majority(self.votes, ties)]

    def class_names(self, codes):
        """Name classes.

        Parameters
        ----------
        codes : ndarray of int, shape (n_samples,)
            Places among `classes`.

        Returns
        -------
        ndarray of object, shape (n_samples,)
            The classes; None where a code is none of theirs.
        """
        n_classes = len(self.classes)
        names = np.full(n_classes + 1, None, dtype=object)
        names[:n_classes] = self.classes
        return names[np.where((codes >= 0) & (codes < n_classes), codes, n_classes)]

    def of_rater(self, name):
        """Return the same task with the votes of one rater alone.

        Parameters
        ----------
        name : object
            The rater, one of `raters`.

        Returns
        -------
        Task
            All samples, and this rater's votes.

        Raises
        ------
        ValueError
            If there is no such rater.
        """
        return self._with(self.votes.of_rater(name))

    def take(self, samples):
        """Return the same task on some samples.

        Parameters
        ----------
        samples : array-like of int of shape (n_taken,)
            Which samples, each at most once.

        Returns
        -------
        Task
            These samples in this order; raters, labels and classes are kept.
        """
        return self._with(self.votes.take(samples))

    def _with(self, votes):
        """Return the same task with other votes, whose labels are those of this task's votes."""
        other = object.__new__(Task)
        kept = ("classes", "label_map", "codes", "_labels")
        vars(other).update({name: vars(self)[name] for name in kept}, ratings=votes, votes=votes)
        return other


def _find_classes(labels):
    """Return the classes where none are given: all labels, sorted."""
    return sort_labels(list(dict.fromkeys(labels)), "After label_map the labels")
