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
# "crowd_dawid_skene" and its like: what that method finds, whatever the consensus.
_METHOD_OF = {f"crowd_{method}": method for method in METHODS if method != "majority"}
CROWD_VIEWS = (*PAPER_PAIR, "crowd_agreement", *_METHOD_OF)

# Below this, a probability is taken for none.
_NOTHING = 1e-3


@dataclass(frozen=True, eq=False)
class View:
    """One view on the ratings.

    Parameters
    ----------
    name : object
        One of `CROWD_VIEWS` or a rater's name.
    rows : ndarray of int of shape (n_view_samples,)
        The samples that it learns from.
    targets : ndarray of shape (n_view_samples,) or (n_view_samples, n_classes)
        Hard or soft labels.
    weights : ndarray of shape (n_view_samples,) or None, default=None
        Weights of the samples.
    """

    name: object
    rows: np.ndarray
    targets: np.ndarray
    weights: np.ndarray | None = None

    @property
    def soft(self):
        """Whether the targets are distributions."""
        return self.targets.ndim == 2

    def within(self, samples):
        """Return the same view on the part of its samples that is among `samples`."""
        inside = np.isin(self.rows, samples)
        if not inside.any():
            raise ValueError(
                f"The view {self.name!r} has no samples left where an inner split holds out all of them. "
                "Leave it out of views, raise min_ratings, or give another cv or fusion."
            )
        weights = None if self.weights is None else self.weights[inside]
        return View(self.name, self.rows[inside], self.targets[inside], weights)


def busiest(raters, task, n_raters):
    """Return those of the raters who gave the most ratings, in their order; None: all."""
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
        How many samples a rater must have put into the classes for a view by "all" or "raters".
    max_raters : int or None
        How many raters have a view by "all" or "raters" at most: those who rated the most samples.
    eligible : list or None, default=None
        The raters with enough ratings in every part of the samples; None finds those with enough in all.

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
            names += busiest(eligible, task, max_raters)
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


def make_view(name, task, consensus, *, alpha):
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

    Returns
    -------
    View
        Samples and targets.

    Raises
    ------
    ValueError
        If no sample is left for it, or all its targets are one and the same class.
    """
    classes = task.classes
    method, weights = _METHOD_OF.get(name), None
    if name in ("crowd_hard", "crowd_agreement") or (method and method not in PROBA_METHODS):
        if name != "crowd_hard":
            consensus = consensus_labels(task, method or "majority")
        rows, targets = labelled_samples(consensus)
        n_used = len(np.unique(targets))
        if name == "crowd_agreement":
            # Weighted, labels reach any classifier as soft ones do.
            targets = (targets[:, None] == np.asarray(classes)).astype(float)
            weights = agreement_weights(task)[rows]
    else:
        if method:
            targets = consensus_proba(task, method)
            # What is next to nothing would cost a weighted repeat of the sample all the same.
            targets[targets < _NOTHING] = 0
            targets /= targets.sum(axis=1, keepdims=True)
        elif name == "crowd_soft":
            targets = soft_labels(task, alpha=alpha)
        else:
            targets = soft_labels(task.of_rater(name), alpha=alpha, outside_majority="keep")
        rows = np.flatnonzero(~np.isnan(targets[:, 0]))
        targets = targets[rows]
        n_used = (targets.sum(axis=0) > 0).sum()
    if len(rows) == 0:
        raise ValueError(
            f"The view {name!r} has no samples: no rating of it lies in the classes {shorten(classes)}. "
            "Leave it out of views, or correct classes and label_map."
        )
    if n_used < 2:
        raise ValueError(
            f"The view {name!r} knows only one class of {shorten(classes)}; a classifier needs at least two "
            "classes. Leave it out of views, or smooth a rater's labels by alpha above 0."
        )
    return View(name, rows, targets, weights)


def checked_consensus(task, method):
    """Return each sample's consensus (None without one), checked to hold every class.

    Parameters
    ----------
    task : Task
        The ratings and the classes.
    method : str or callable
        How; see `sklearn_raters.consensus.consensus_labels`.

    Returns
    -------
    ndarray of object of shape (n_samples,)
        Labels or None.

    Raises
    ------
    ValueError
        If some class is no sample's consensus.
    """
    labels = consensus_labels(task, method)
    held = {label for label in labels if label is not None}
    classes = task.classes
    absent = [name for name in classes if name not in held]
    if absent:
        raise ValueError(
            f"No sample's consensus is the class {shorten(absent)}, so it cannot be learnt; the classes are "
            f"{shorten(classes)}. Give classes= without it, or ratings that agree on it."
        )
    return labels
