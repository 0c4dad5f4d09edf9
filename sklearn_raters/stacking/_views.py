"""The views on the ratings: the samples that each view learns from, and their targets."""

from contextlib import contextmanager
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np

from sklearn_raters._rated import rows_of
from sklearn_raters.consensus import (
    METHODS,
    PROBA_METHODS,
    agreement_weights,
    consensus_labels,
    consensus_proba,
    labelled_samples,
    soft_labels,
)
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import eligible_raters, find_name, shorten, splitting_remedy
from sklearn_raters.stacking._most_active import most_active

PAPER_PAIR = ("crowd_hard", "crowd_soft")
# "crowd_dawid_skene" and others: views on the labels that a consensus method finds.
_METHOD_BY_VIEW = {f"crowd_{method}": method for method in METHODS if method != "majority"}
CROWD_VIEWS = (*PAPER_PAIR, "crowd_agreement", *_METHOD_BY_VIEW)

# Smaller probabilities count as 0, since each one would repeat its sample with a negligible weight.
_SMALLEST_SHARE = 1e-3


@dataclass(frozen=True, eq=False)
class View:
    """One view on the ratings: the samples that it learns from, and their targets.

    Parameters
    ----------
    name : object
        One of `CROWD_VIEWS`, or a rater's name.
    samples : ndarray of int of shape (n_view_samples,)
        The samples that it learns from.
    targets : ndarray of shape (n_view_samples,) or (n_view_samples, n_classes)
        Hard or soft labels.
    weights : ndarray of shape (n_view_samples,) or None, default=None
        Weights of the samples.
    floor : float, default=0.0
        The share that smoothing gives to each class, as mean over the samples.
    """

    name: object
    samples: np.ndarray
    targets: np.ndarray
    weights: np.ndarray | None = None
    floor: float = 0.0

    @property
    def soft(self):
        """Whether the targets are distributions."""
        return self.targets.ndim == 2

    @property
    def n_rated(self):
        """Number of samples; with weights, their sum."""
        return float(len(self.samples) if self.weights is None else self.weights.sum())

    def within(self, samples):
        """Return the part of the view on some samples."""
        return self._take(np.isin(self.samples, samples), self.weights)

    def weighted(self, sample_weight):
        """Return the view with its weights multiplied by `sample_weight`, without samples of weight 0."""
        weights = sample_weight[self.samples] * (1 if self.weights is None else self.weights)
        return self._take(weights > 0, weights)

    def _take(self, inside, weights):
        weights = rows_of(weights, inside)
        return View(self.name, self.samples[inside], self.targets[inside], weights, self.floor)

    def unsmoothed(self, proba):
        """Return predictions of this view's targets as shares of votes, without the smoothing.

        Equation 1 of the paper solved for the shares, ``p(k) = (q(k) - floor) / (1 - K * floor)``; for one
        vote a sample, ``floor`` is ``alpha / (1 + alpha * K)``. No share falls below that of one more vote
        than the view has seen, so that nothing is called impossible.

        Parameters
        ----------
        proba : ndarray of shape (n_samples, n_classes)
            Probabilities predicted by a classifier that has learnt the targets.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Shares; `proba` itself if the targets are not smoothed.
        """
        if self.floor == 0:
            return proba
        n_classes = proba.shape[1]
        shares = (proba - self.floor) / (1 - n_classes * self.floor)
        shares = np.maximum(shares, 1 / (self.n_rated + n_classes))
        return shares / shares.sum(axis=1, keepdims=True)

    @property
    def content(self):
        """The targets and their shares, as bytes that depend on neither names nor the order of samples."""
        weights = np.ones(len(self.samples)) if self.weights is None else self.weights
        rows, place = np.unique(self.targets, axis=0, return_inverse=True)
        mass = np.bincount(place.ravel(), weights)
        # Sums in another order differ in the last digits.
        return np.column_stack([rows, mass / mass.sum()]).astype(np.float32).tobytes()

    @property
    def seed(self):
        """A number that depends on the name of a crowd view, or on the content of a rater's view."""
        return crc32(self.name.encode() if self.name in CROWD_VIEWS else self.content)

    def class_mass(self, classes):
        """Return the weighted share of each class in each sample: (n_view_samples, n_classes)."""
        mass = self.targets if self.soft else self.targets[:, None] == np.asarray(classes)
        return mass.astype(float) if self.weights is None else mass * self.weights[:, None]

    def n_classes(self, classes):
        """Return the number of classes that the targets hold."""
        return np.count_nonzero(self.class_mass(classes).sum(axis=0))


@contextmanager
def naming_view(name, reason=""):
    """Name the view in every ValueError and TypeError that the block raises."""
    try:
        yield
    except (TypeError, ValueError) as error:
        # scikit-learn's error of a wrong parameter is both.
        kind = InputError if isinstance(error, ValueError) else TypeError
        raise kind(f"View {name!r}: {reason}{error}") from error


def view_names(views, task, min_ratings, max_raters, *, eligible=None, sample_weight=None):
    """Return the names of the views to train.

    Parameters
    ----------
    views : "all" or sequence
        "all" is the paper's crowd views and one view for each rater with enough ratings. In a sequence,
        "raters" stands for all raters with enough ratings.
    task : Task
        The ratings and the classes.
    min_ratings : int
        Number of samples that a rater must have given a class of the task to get a view by "all" or "raters".
    max_raters : int or None
        Largest number of raters with a view by "all" or "raters": those who rated the most samples.
    eligible : list or None, default=None
        Raters with enough ratings, such as those with enough in every fold. None counts all samples with a
        weight above 0.
    sample_weight : ndarray of shape (n_samples,) or None, default=None
        Weights of the samples, by which those who rated most are found.

    Returns
    -------
    list
        The names, each once.

    Raises
    ------
    InputError
        If a name is neither a crowd view nor a rater, there is no view, or a rater has the name of a view.
    """
    wanted = [*PAPER_PAIR, "raters"] if isinstance(views, str) and views == "all" else views
    if isinstance(wanted, str) or not np.iterable(wanted):
        raise InputError(f"views must be 'all' or a list of views, not {views!r}.")
    reserved = [name for name in task.raters if name in (*CROWD_VIEWS, "raters")]
    if reserved:
        raise InputError(
            f"A rater is called {reserved[0]!r}, which among the views stands for several raters. Rename "
            "this rater, such as the column of a table of ratings."
        )
    names = []
    for name in wanted.tolist() if isinstance(wanted, np.ndarray) else wanted:
        if name == "raters":
            if eligible is None:
                weighted = task if sample_weight is None else task.take(np.flatnonzero(sample_weight))
                eligible = eligible_raters(weighted, min_ratings=min_ratings)
            names += most_active(eligible, task, max_raters, sample_weight)
        elif (found := find_name(name, [*CROWD_VIEWS, *task.raters])) in (*CROWD_VIEWS, *task.raters):
            names.append(found)
        else:
            raise InputError(
                f"There is no view {name!r}: the views are {', '.join(map(repr, CROWD_VIEWS))}, 'raters' "
                f"and the raters {shorten(task.raters)}. Name a rater who rated some of these samples."
            )
    if not names:
        raise InputError(
            f"No view is left: no rater has min_ratings={min_ratings} ratings in the classes (in every part "
            f"that is trained on), and views={views!r} names no crowd view. Lower min_ratings or add "
            "'crowd_hard' or 'crowd_soft'."
        )
    return list(dict.fromkeys(names))


def make_view(name, task, consensus, *, alpha, sample_weight=None):
    """Make the view of a name.

    Parameters
    ----------
    name : object
        One of `CROWD_VIEWS` or a rater of the task.
    task : Task
        The ratings and the classes.
    consensus : ndarray of object of shape (n_samples,)
        Labels that "crowd_hard" learns; None where there is no consensus.
    alpha : float
        Smoothing of soft labels (equation 1 of the paper).
    sample_weight : ndarray of shape (n_samples,) or None, default=None
        Weights of the samples.

    Returns
    -------
    View
        Samples and targets.

    Raises
    ------
    InputError
        If the view has no sample, or all its targets are one and the same class.
    """
    view = unchecked_view(name, task, consensus, alpha=alpha, sample_weight=sample_weight)
    _check_view(view, task.classes)
    return view


def unchecked_view(name, task, consensus, *, alpha, sample_weight=None):
    """Make the view of a name, as `make_view` does; it may lack samples or classes."""
    method, weights, smoothed = _METHOD_BY_VIEW.get(name), None, None
    if name == "crowd_hard":
        targets = consensus
    elif name == "crowd_soft":
        smoothed, targets = task, soft_labels(task, alpha=alpha)
    elif name == "crowd_agreement":  # Kim & Mower Provost 2015
        # One-hot rows, because the weights of soft labels reach every classifier that takes weights.
        majority, weights = consensus_labels(task, "majority"), agreement_weights(task)
        targets = (majority[:, None] == np.asarray(task.classes)).astype(float)
    elif method in PROBA_METHODS:
        targets = consensus_proba(task, method)
        targets[targets < _SMALLEST_SHARE] = 0
        targets /= targets.sum(axis=1, keepdims=True)
    elif method is not None:
        targets = consensus_labels(task, method)
    else:
        smoothed = task.of_rater(name)
        targets = soft_labels(smoothed, alpha=alpha, outside_majority="keep")
    if targets.ndim == 1:
        view = View(name, *labelled_samples(targets))
    else:
        samples = np.flatnonzero(targets.sum(axis=1) > 0)  # the rows of other samples are NaN or 0
        view = View(name, samples, targets[samples], rows_of(weights, samples))
    view = view if sample_weight is None else view.weighted(sample_weight)
    if smoothed is not None and alpha:
        view = replace(view, floor=_floor(smoothed.counts[view.samples], view.weights, alpha))
    return view


def _floor(counts, weights, alpha):
    """Return the share that smoothing adds to each class, as weighted mean over samples with these votes."""
    added = alpha / (alpha * counts.shape[1] + counts.sum(axis=1))
    return float(np.average(added, weights=weights)) if len(counts) else 0.0


def _check_view(view, classes):
    """Raise InputError if a view has no samples, or fewer than two classes."""
    if len(view.samples) == 0:
        raise InputError(
            f"The view {view.name!r} has no samples: none of its ratings lies in the classes "
            f"{shorten(classes)}. Leave it out of views, or correct classes and label_map."
        )
    if view.n_classes(classes) < 2:
        raise InputError(
            f"The view {view.name!r} holds only one class of {shorten(classes)}; a classifier needs at least "
            "two classes. Leave it out of views, smooth a rater's labels by alpha above 0, or give views to "
            "raters with more ratings only: raise min_ratings, or lower max_raters."
        )


def find_consensus(task, method, sample_weight=None, order=None):
    """Return the consensus of each sample, in which every class must occur.

    Parameters
    ----------
    task : Task
        The ratings and the classes.
    method : str or callable
        A method of `sklearn_raters.consensus.consensus_labels`.
    sample_weight : ndarray of shape (n_samples,) or None, default=None
        Samples of weight 0 get no consensus.
    order : ndarray of int of shape (n_samples,) or None, default=None
        The number that each sample was given with, by which a callable knows it; None for those of the task.

    Returns
    -------
    ndarray of object of shape (n_samples,)
        Labels; None where there is no consensus.

    Raises
    ------
    InputError
        If a class is the consensus of no sample.
    """
    if callable(method) and order is not None:
        labels = consensus_labels(task.take(np.argsort(order)), method)[order]
    else:
        labels = consensus_labels(task, method)
    if sample_weight is not None:
        labels = np.where(sample_weight > 0, labels, None)
    found = {label for label in labels if label is not None}
    absent = [name for name in task.classes if name not in found]
    if absent:
        rest = [name for name in task.classes if name in found]
        remedy = splitting_remedy(absent, task.votes.labels)
        remedy += f"Leave it out by classes={rest}, or" if len(rest) > 1 else "Correct classes, or"
        raise InputError(
            f"No sample's consensus is the class {shorten(absent)}, so it cannot be learnt; the classes are "
            f"{shorten(task.classes)}, the ratings hold {shorten(task.votes.labels)}. {remedy} map its label "
            "to another class by label_map=."
        )
    return labels
