"""The views on the ratings: which samples each one learns from, and what."""

from dataclasses import dataclass

import numpy as np

from sklearn_raters.consensus import (
    METHODS,
    PROBA_METHODS,
    agreement_weights,
    consensus_labels,
    consensus_proba,
    labelled_samples,
    soft_labels,
)
from sklearn_raters.ratings import eligible_raters, shorten

PAPER_PAIR = ("crowd_hard", "crowd_soft")
# "crowd_dawid_skene" and others: the labels that this consensus method finds.
_METHOD_BY_VIEW = {f"crowd_{method}": method for method in METHODS if method != "majority"}
CROWD_VIEWS = (*PAPER_PAIR, "crowd_agreement", *_METHOD_BY_VIEW)

# Smaller probabilities count as 0: each one would repeat its sample, at a weight next to nothing.
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
    """

    name: object
    samples: np.ndarray
    targets: np.ndarray
    weights: np.ndarray | None = None

    @property
    def soft(self):
        """Whether the targets are distributions."""
        return self.targets.ndim == 2

    def within(self, samples):
        """Return the same view on those of its samples that are among `samples`."""
        inside = np.isin(self.samples, samples)
        if not inside.any():
            raise ValueError(
                f"An inner split holds out all samples of the view {self.name!r}. Leave it out of views, "
                "raise min_ratings, or give another cv or fusion."
            )
        return self._take(inside, self.weights)

    def weighted(self, sample_weight):
        """Return the same view with its weights times the samples' own; weight 0 is left out."""
        weights = sample_weight[self.samples] * (1 if self.weights is None else self.weights)
        return self._take(weights > 0, weights)

    def _take(self, inside, weights):
        weights = None if weights is None else weights[inside]
        return View(self.name, self.samples[inside], self.targets[inside], weights)

    def class_mass(self, classes):
        """Return how much of each class each sample holds, times its weight: (n_view_samples, n_classes)."""
        mass = self.targets if self.soft else self.targets[:, None] == np.asarray(classes)
        return mass.astype(float) if self.weights is None else mass * self.weights[:, None]


def most_active(raters, task, n_raters):
    """Return those `n_raters` of the raters who rated the most samples, in their order; None: all."""
    if n_raters is None:
        return raters
    votes = task.votes
    rated = np.unique(votes.rater * votes.n_samples + votes.sample)
    count = np.bincount(rated // votes.n_samples, minlength=len(votes.raters))
    known = set(raters)
    by_count = [votes.raters[index] for index in np.argsort(-count, kind="stable")]
    chosen = set([rater for rater in by_count if rater in known][:n_raters])
    return [rater for rater in raters if rater in chosen]


def view_names(views, task, min_ratings, max_raters, *, eligible=None):
    """Return the names of the views asked for.

    Parameters
    ----------
    views : "all" or sequence
        "all" is the paper's crowd views and one a rater with enough ratings; in a sequence "raters" stands
        for the latter.
    task : Task
        The ratings and the classes.
    min_ratings : int
        Number of samples that a rater must have given a class of the task to get a view by "all" or "raters".
    max_raters : int or None
        Largest number of raters with a view by "all" or "raters": those who rated the most samples.
    eligible : list or None, default=None
        Raters with enough ratings, as found before on parts of the samples; None counts all samples.

    Returns
    -------
    list
        The names, each once.

    Raises
    ------
    ValueError
        If a name is neither a crowd view nor a rater, there is no view, or a rater is called like a view.
    """
    asked = [*PAPER_PAIR, "raters"] if isinstance(views, str) and views == "all" else views
    if isinstance(asked, str) or not np.iterable(asked):
        raise ValueError(f"views must be 'all' or a list of views, not {views!r}.")
    hidden = [name for name in task.raters if name in (*CROWD_VIEWS, "raters")]
    if hidden:
        raise ValueError(
            f"A rater is called {hidden[0]!r}, which among the views stands for several raters. Rename this "
            "rater, such as the column of a table of ratings."
        )
    by_text = {str(name): name for name in task.raters}
    names = []
    for name in asked:
        if name == "raters":
            if eligible is None:
                eligible = eligible_raters(task, min_ratings=min_ratings)
            names += most_active(eligible, task, max_raters)
        elif name in CROWD_VIEWS or name in task.raters:
            names.append(name)
        elif str(name) in by_text:
            names.append(by_text[str(name)])
        else:
            raise ValueError(
                f"There is no view {name!r}: the views are {', '.join(map(repr, CROWD_VIEWS))}, 'raters' "
                f"and the raters {shorten(task.raters)}. Name a rater who rated some of these samples."
            )
    if not names:
        raise ValueError(
            f"No view is left: no rater has min_ratings={min_ratings} ratings in the classes (in every part "
            f"that is trained on), and views={views!r} names no crowd view. Lower min_ratings or add "
            "'crowd_hard' or 'crowd_soft'."
        )
    return list(dict.fromkeys(names))


def make_view(name, task, consensus, *, alpha, sample_weight=None):
    """Return the view of that name.

    Parameters
    ----------
    name : object
        One of `CROWD_VIEWS` or a rater of the task.
    task : Task
        The ratings and the classes.
    consensus : ndarray of object of shape (n_samples,)
        What "crowd_hard" learns; None where there is none.
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
    ValueError
        If the view has no sample, or all its targets are one and the same class.
    """
    method = _METHOD_BY_VIEW.get(name)
    if name == "crowd_hard":
        view = _view_of_labels(name, consensus)
    elif name == "crowd_soft":
        view = _view_of_distributions(name, soft_labels(task, alpha=alpha))
    elif name == "crowd_agreement":
        view = _view_by_agreement(name, task)
    elif method in PROBA_METHODS:
        view = _view_of_distributions(name, _without_small_shares(consensus_proba(task, method)))
    elif method is not None:
        view = _view_of_labels(name, consensus_labels(task, method))
    else:
        soft = soft_labels(task.of_rater(name), alpha=alpha, outside_majority="keep")
        view = _view_of_distributions(name, soft)
    view = view if sample_weight is None else view.weighted(sample_weight)
    _check_view(view, task.classes)
    return view


def _view_of_labels(name, labels):
    return View(name, *labelled_samples(labels))


def _view_of_distributions(name, soft):
    samples = np.flatnonzero(~np.isnan(soft[:, 0]))
    return View(name, samples, soft[samples])


def _view_by_agreement(name, task):
    """Return the majority's labels, weighted by how far the raters agree (Kim & Mower Provost 2015)."""
    samples, labels = labelled_samples(consensus_labels(task, "majority"))
    # As distributions, so that the weights reach any classifier in the way that soft labels do.
    targets = (labels[:, None] == np.asarray(task.classes)).astype(float)
    return View(name, samples, targets, agreement_weights(task)[samples])


def _without_small_shares(soft):
    soft[soft < _SMALLEST_SHARE] = 0
    return soft / soft.sum(axis=1, keepdims=True)


def _check_view(view, classes):
    """Raise an error if a view has no samples, or fewer than two classes."""
    if len(view.samples) == 0:
        raise ValueError(
            f"The view {view.name!r} has no samples: none of its ratings lies in the classes "
            f"{shorten(classes)}. Leave it out of views, or correct classes and label_map."
        )
    if (view.class_mass(classes).sum(axis=0) > 0).sum() < 2:
        raise ValueError(
            f"The view {view.name!r} holds only one class of {shorten(classes)}; a classifier needs at least "
            "two classes. Leave it out of views, or smooth a rater's labels by alpha above 0."
        )


def find_consensus(task, method, sample_weight=None):
    """Return each sample's consensus, of which every class needs at least one.

    Parameters
    ----------
    task : Task
        The ratings and the classes.
    method : str or callable
        A method of `sklearn_raters.consensus.consensus_labels`.
    sample_weight : ndarray of shape (n_samples,) or None, default=None
        Samples of weight 0 get no consensus.

    Returns
    -------
    ndarray of object of shape (n_samples,)
        Labels or None.

    Raises
    ------
    ValueError
        If a class is the consensus of no sample.
    """
    labels = consensus_labels(task, method)
    if sample_weight is not None:
        labels = np.where(sample_weight > 0, labels, None)
    found = {label for label in labels if label is not None}
    absent = [name for name in task.classes if name not in found]
    if absent:
        raise ValueError(
            f"No sample's consensus is the class {shorten(absent)}, so it cannot be learnt; the classes are "
            f"{shorten(task.classes)}. Give classes= without it, or ratings that agree on it."
        )
    return labels
