"""Task: ratings together with the classes to learn and the class that each label stands for."""

from dataclasses import replace
from functools import cached_property
from html import escape

import numpy as np

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._doubts import warn_of_unused
from sklearn_raters.ratings._labels import check_class_names, check_map, label_kind, shorten, sort_labels
from sklearn_raters.ratings._names import spelling
from sklearn_raters.ratings._parse import votes_of
from sklearn_raters.ratings._reading import make_reading

# Raters in the table of a notebook.
_SHOWN = 20


class Task:
    """Ratings together with the classes to learn and the class that each label stands for.

    Ratings may hold more labels than there are classes to learn. The majority is taken over the labels as the
    raters gave them; only then does `label_map` merge labels into classes. A label that is not a class after
    the map is outside the classes.

    Every function of this package that takes ratings also takes a Task. Give a Task where the classes differ
    from the labels, or where several functions need the same ratings: they are read and checked once.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        Ratings in any form that `parse_ratings` takes. If Y is a Task, its votes are used; without a map
        here also its map, as far as it leads to the classes, and its classes if none are given.
    classes : sequence, default=None
        The classes to learn, in the order of all columns of probabilities. None takes all labels after the
        map, sorted. The classes also name the last axis of a votes cube. A text that stands for a missing
        label, such as "None", is a class if it is named here or in `label_map`.
    label_map : dict, default=None
        From labels to classes, such as ``{"excitement": "happiness"}``. Other labels stay as they are. A
        label that is mapped to None means "not rated": ``{-1: None}`` is the same as ``missing_label=-1``,
        also in the parameter `label_map` of estimators. The map may name labels that have no vote.
    missing_label : label or list of labels, default=None
        Labels that mean "not rated", as in `parse_ratings`.
    label_separator : str, default=None
        What separates several labels in one text, as in `parse_ratings`.
    bins : dict, default=None
        Edges and names of the classes of a scale, as in `parse_ratings`. Its names are the classes, in their
        order, if `classes` are not given.

    Attributes
    ----------
    ratings : ratings of n_samples
        The ratings in the form given.
    votes : Votes
        All votes, with the labels that the raters gave.
    classes : list
        The classes.
    classes_given : bool
        Whether the classes were given, and with them their order. Otherwise they are sorted.
    label_map : dict
        The map.
    codes : ndarray of int, shape (n_labels,)
        For each of ``votes.labels`` its index in ``class_votes.labels``: below ``len(classes)`` for a label
        that is a class after the map.

    Raises
    ------
    InputError
        If there are no ratings, a class is named twice, the classes and the labels are of different types, or
        `label_map` maps to something that is not a class.
    TypeError
        If Y is in none of the forms, or `classes` or `label_map` is of a wrong type.

    Warns
    -----
    InputWarning
        As `parse_ratings` does, and where `label_map` names what no rating is, but reads like one.

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

    def __init__(
        self, Y, classes=None, label_map=None, *, missing_label=None, label_separator=None, bins=None
    ):
        settings = {"missing_label": missing_label, "label_separator": label_separator, "bins": bins}
        classes = None if classes is None else check_class_names(classes)
        if isinstance(Y, Task):
            if classes is None and label_map is None and all(value is None for value in settings.values()):
                vars(self).update(vars(Y))
                return
            if label_map is None and classes is None and bins is None and Y.classes_given:
                classes = Y.classes
            label_map = Y._map_to(classes) if label_map is None else label_map
            Y = Y.votes
        self.label_map = check_map(label_map, classes)
        reading = make_reading(named=[*(classes or ()), *self.label_map], **settings)
        not_rated = [label for label, target in self.label_map.items() if target is None]
        reading = reading._replace(missing=reading.missing | {spelling(label) for label in not_rated})
        self.votes = votes_of(Y, classes, reading)
        # The given ratings could not be read again without these settings.
        self.ratings = self.votes if reading.changes_labels else Y
        if classes is None and reading.bins is not None:
            classes = list(dict.fromkeys(self.label_map.get(name, name) for name in reading.bins.names))
        self.classes_given = classes is not None
        warn_of_unused(self.label_map, self.votes.labels)
        mapped = [self.label_map.get(label, label) for label in self.votes.labels]
        self.classes = classes or sort_labels(dict.fromkeys(mapped), "After label_map the labels")
        if not set(map(label_kind, self.classes)) & set(map(label_kind, mapped)):
            raise InputError(
                f"classes are {label_kind(self.classes[0])} ({shorten(self.classes)}), but the ratings hold "
                f"{label_kind(mapped[0])} ({shorten(mapped)}): give both in one type."
            )
        self._labels = list(dict.fromkeys([*self.classes, *mapped]))
        place = {name: index for index, name in enumerate(self._labels)}
        self.codes = np.array([place[name] for name in mapped], dtype=np.intp)

    def __repr__(self):
        sizes = f"{len(self.votes.sample)} votes, {self.n_samples} samples, {len(self.raters)} raters"
        return f"Task({sizes}, classes={self.classes})"

    def _repr_html_(self):
        """Return a table of the raters with the most votes and their shares of the classes, for notebooks."""
        import pandas as pd

        votes, n_classes = self.class_votes, len(self.classes)
        inside = votes.label < n_classes
        weights = np.zeros((len(self.raters), n_classes))
        np.add.at(weights, (votes.rater[inside], votes.label[inside]), votes.weight[inside])
        totals = weights.sum(axis=1)
        shown = np.argsort(-totals, kind="stable")[:_SHOWN]
        shares = weights[shown] / np.maximum(totals[shown], 1e-300)[:, None]
        names = [f"share of {name}" for name in self.classes]
        table = pd.DataFrame(shares, index=[str(self.raters[row]) for row in shown], columns=names)
        table.insert(0, "votes for classes", [f"{total:g}" for total in totals[shown]])
        html = table.rename_axis("rater").to_html(float_format="{:.1%}".format, escape=True)
        n_more = len(self.raters) - len(shown)
        more = f"<p>Raters with fewer votes: {n_more}</p>" if n_more else ""
        return f"<p>{escape(repr(self))}</p>{html}{more}"

    @property
    def n_samples(self):
        """Number of samples, including those without a vote."""
        return self.votes.n_samples

    @property
    def index(self):
        """The names of the samples, of ratings in a DataFrame or a Series: pandas.Index; None for others."""
        return self.votes.index

    @property
    def raters(self):
        """The names of the raters, including those without a vote."""
        return self.votes.raters

    @cached_property
    def class_votes(self):
        """All votes after the map: `Votes` whose labels are the classes, then the labels outside them.

        If a rater chose several labels of one class, these are one vote, of the largest weight.
        """
        return replace(self.votes, label=self.codes[self.votes.label], labels=self._labels).merged()

    @cached_property
    def counts(self):
        """Weighted number of votes for each class: ndarray of shape (n_samples, n_classes)."""
        return self.class_votes.counts(len(self.classes))

    def majority(self, ties="missing"):
        """Find the class of the label with the most votes on each sample.

        Parameters
        ----------
        ties : {"missing", "first"}, default="missing"
            Whether a sample on which several labels have the most votes gets no class, or the class of the
            first of these labels.

        Returns
        -------
        ndarray of int, shape (n_samples,)
            Indices into `classes`; ``len(classes)`` or more for a label outside them, -1 for none.
        """
        return np.append(self.codes, -1)[self.votes.majority(ties)]

    def class_names(self, codes):
        """Return the classes that codes stand for.

        Parameters
        ----------
        codes : ndarray of int, shape (n_codes,)
            Indices into `classes`, such as `majority` returns.

        Returns
        -------
        ndarray of object, shape (n_codes,)
            The classes; None where the code is below 0 or beyond the classes.
        """
        names = np.array([*self.classes, None], dtype=object)
        return names[np.where((codes >= 0) & (codes < len(self.classes)), codes, -1)]

    def of_rater(self, name):
        """Return a task with the votes of one rater only.

        Parameters
        ----------
        name : object
            The rater, one of `raters`, in any spelling: "1" is the rater 1.

        Returns
        -------
        Task
            This rater's votes, with the same number of samples and the same classes.

        Raises
        ------
        InputError
            If there is no such rater.
        """
        return self._with(self.votes.of_rater(name))

    def with_raters_in_order(self, order):
        """Return the same task with the raters in another order.

        Parameters
        ----------
        order : ndarray of int, shape (n_raters,)
            All raters in the new order, as indices into `raters`.

        Returns
        -------
        Task
            The same votes and classes.
        """
        return self._with(self.votes.with_raters_in_order(order))

    def take(self, samples):
        """Return a task with some of the samples.

        Parameters
        ----------
        samples : array-like of shape (n_taken,)
            Indices of samples, in any order and repeated or not, or a mask of shape (n_samples,).

        Returns
        -------
        Task
            These samples in the order given, with the same raters, labels and classes.
        """
        return self._with(self.votes.take(samples))

    def _map_to(self, classes):
        """Return the part of the map that leads to some classes, the whole for None."""
        if classes is None:
            return self.label_map
        return {
            label: target
            for label, target in self.label_map.items()
            if target in (None, *classes) and label not in classes
        }

    def _with(self, votes):
        """Return this task with other votes that have the same labels."""
        task = object.__new__(Task)
        kept = ("classes", "classes_given", "label_map", "codes", "_labels")
        vars(task).update({name: vars(self)[name] for name in kept}, ratings=votes, votes=votes)
        return task


def as_task(Y):
    """Return ratings of any form as a Task.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `Task` takes.

    Returns
    -------
    Task
        Y itself if Y is a Task.
    """
    return Y if isinstance(Y, Task) else Task(Y)
