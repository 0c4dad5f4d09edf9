"""The trainings of a plan: each view on its samples, side by side, through a cache."""

import ctypes
import sys
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import NamedTuple

import joblib
import numpy as np
from sklearn import config_context
from sklearn.utils.parallel import delayed
from sklearn.utils.validation import check_memory

from sklearn_raters._nested import groups_for_fit, weights_for_fit
from sklearn_raters._parallel import run_jobs
from sklearn_raters._sklearn_compat import safe_indexing
from sklearn_raters.stacking._frozen import represent
from sklearn_raters.stacking._plan import PlannedTraining


def give_back_memory():
    """Hand freed memory back, where the C library is glibc.

    Sequences differ in length, so a training's arrays leave gaps that later ones do not fit into: of 450 MB
    that glibc held after one training, 90 were in use, and views trained one after the other add up.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


class SharedSequences(list):
    """Arrays of frames that travel to other processes as one, which joblib maps into the memory of all."""

    @cached_property
    def packed(self):
        """All frames, one sample after the other, and where to cut them; made when a process asks."""
        return np.concatenate(self), np.cumsum([len(sample) for sample in self])[:-1]

    def __reduce__(self):
        return np.split, self.packed


def share(X):
    """Make X ready for many processes; tables and whatever is no list of arrays stay as they are."""
    arrays = isinstance(X, list) and all(isinstance(sample, np.ndarray) for sample in X)
    one_kind = arrays and len({(sample.dtype, sample.shape[1:]) for sample in X}) == 1
    return SharedSequences(X) if one_kind else X


@dataclass(frozen=True, eq=False, repr=False)
class Training:
    """One training with its data: what is planned, and the samples that all views share."""

    planned: PlannedTraining
    X: object
    groups: np.ndarray | None
    classes: list
    by_posterior: bool


class TrainedView(NamedTuple):
    """One view after its training.

    Parameters
    ----------
    estimator : classifier
        The fitted estimator.
    representation : ndarray of shape (n_represented, n_units) or None
        What it represents for the fusion; None if nothing.
    fit_seconds, represent_seconds : float
        Time of the training and of the representation, as first measured where they come from the cache.
    """

    estimator: object
    representation: np.ndarray | None
    fit_seconds: float
    represent_seconds: float


def fit_view(training, key):
    """Train one view; return it with the seconds that this took.

    `memory` caches this function by `key` alone: the samples are hashed once for all views.
    """
    start = perf_counter()
    view, estimator = training.planned.view, training.planned.estimator
    X, groups = (
        None if part is None else safe_indexing(part, view.samples) for part in (training.X, training.groups)
    )
    try:
        if view.weights is None:
            estimator.fit(X, view.targets, **groups_for_fit(estimator, groups))
        else:
            # The weights are part of the view, not metadata that a user would have to route.
            with config_context(enable_metadata_routing=False):
                weights = weights_for_fit(estimator, view.weights)
                estimator.fit(X, view.targets, **weights, **groups_for_fit(estimator, groups))
    except ValueError as error:
        raise ValueError(f"View {view.name!r}: {error}") from error
    return estimator, perf_counter() - start


def represent_view(training, estimator, key):
    """Compute what a trained view represents for the fusion; return it with the seconds that this took.

    Cached by `key` alone, as `fit_view` is.
    """
    start = perf_counter()
    X = safe_indexing(training.X, training.planned.represented)
    settings = {"by_posterior": training.by_posterior}
    representation = represent(training.planned.view, estimator, X, training.classes, **settings)
    return representation, perf_counter() - start


def train_one(training, cached_fit, fit_key, cached_represent, represent_key):
    """Train one view and compute its representations, through cached functions; return a `TrainedView`."""
    estimator, fit_seconds = cached_fit(training, fit_key)
    give_back_memory()
    if training.planned.represented is None:
        return TrainedView(estimator, None, fit_seconds, 0.0)
    representation, represent_seconds = cached_represent(training, estimator, represent_key)
    give_back_memory()
    return TrainedView(estimator, representation, fit_seconds, represent_seconds)


def train_views(plan, X, groups, *, by_posterior, memory, n_jobs, verbose):
    """Do the trainings of a plan.

    Parameters
    ----------
    plan : StackPlan
        What is trained.
    X : list or array-like of length n_samples
        The samples.
    groups : ndarray of shape (n_samples,) or None
        For estimators that take them.
    by_posterior : bool
        As in `FrozenViews`.
    memory : str, joblib.Memory or None
        Where trained views and representations are kept.
    n_jobs, verbose : int or None
        As in `MultiRaterStackingClassifier`.

    Returns
    -------
    list of list of TrainedView
        The views trained on all samples, then those of each split.
    """
    memory = check_memory(memory)
    cached_fit = memory.cache(fit_view, ignore=["training"])
    cached_represent = memory.cache(represent_view, ignore=["training", "estimator"])
    kept = memory.location is not None
    # The same content in memory and mapped from a file is the same.
    content = joblib.hash((X, groups), coerce_mmap=True) if kept else None
    X, jobs, classes = share(X), [], plan.task.classes
    for planned in plan.trainings:
        view = planned.view
        parts = view.name, planned.estimator, view.samples, view.targets, view.weights
        fit_key = joblib.hash((content, *parts)) if kept else None
        represent_key = joblib.hash((fit_key, planned.represented, classes, by_posterior)) if kept else None
        training = Training(planned, X, groups, classes, by_posterior)
        jobs.append(delayed(train_one)(training, cached_fit, fit_key, cached_represent, represent_key))
    trained = run_jobs(jobs, len(jobs), n_jobs=n_jobs, description="Training views", verbose=verbose)
    n_views = len(plan.views)
    return [trained[start : start + n_views] for start in range(0, len(trained), n_views)]
