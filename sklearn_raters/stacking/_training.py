"""Views are made ready and trained."""

import ctypes
import sys
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from zlib import crc32

import joblib
import numpy as np
from sklearn import config_context
from sklearn.base import is_classifier
from sklearn.utils.parallel import delayed
from sklearn.utils.validation import check_memory

from sklearn_raters._nested import check_scoring_of_soft_labels, groups_for_fit, innermost, takes_soft_targets
from sklearn_raters._parallel import run_jobs
from sklearn_raters._seeds import set_seeds
from sklearn_raters._sklearn_compat import safe_indexing
from sklearn_raters.soft_targets import SoftTargetClassifier, weight_name
from sklearn_raters.stacking._frozen import represent
from sklearn_raters.stacking._views import View


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
    """What one view is trained with and what it represents then: rows of the samples that all views share."""

    view: View
    estimator: object
    shown: np.ndarray | None
    X: object
    groups: np.ndarray | None
    classes: list
    by_posterior: bool


def fit_view(training, key):
    """Train one view; return it with the seconds that took.

    `memory` caches this function by `key` alone: the samples are hashed once for all views.
    """
    start = perf_counter()
    view, estimator, X, groups = training.view, training.estimator, training.X, training.groups
    X, groups = (None if part is None else safe_indexing(part, view.rows) for part in (X, groups))
    try:
        if view.weights is None:
            estimator.fit(X, view.targets, **groups_for_fit(estimator, groups))
        else:
            # The weights are part of the view, not metadata that a user would have to route.
            with config_context(enable_metadata_routing=False):
                weights = {weight_name(estimator): view.weights}
                estimator.fit(X, view.targets, **weights, **groups_for_fit(estimator, groups))
    except ValueError as error:
        raise ValueError(f"View {view.name!r}: {error}") from error
    return estimator, perf_counter() - start


def show_view(training, estimator, key):
    """Let a trained view represent what the fusion learns from; return that with the seconds it took.

    Cached by `key` alone, as `fit_view` is.
    """
    start = perf_counter()
    X = safe_indexing(training.X, training.shown)
    how = {"by_posterior": training.by_posterior}
    return represent(training.view, estimator, X, training.classes, **how), perf_counter() - start


def learn_view(training, fit, fit_key, show, show_key):
    """Train one view and let it represent; return it, its representation or None, and the seconds of both."""
    estimator, seconds = fit(training, fit_key)
    give_back_memory()
    if training.shown is None:
        return estimator, None, seconds, 0.0
    representation, seconds_shown = show(training, estimator, show_key)
    give_back_memory()
    return estimator, representation, seconds, seconds_shown


def train_views(views, estimators, shown, X, groups, *, classes, by_posterior, memory, n_jobs, verbose):
    """Train views on their rows of the same samples, and let them represent samples for the fusion.

    Parameters
    ----------
    views : list of View
        What each one learns.
    estimators : list of classifiers
        As `prepare` made them, one a view.
    shown : list of (ndarray of int or None)
        Which samples each view represents once it is trained.
    X : list or array-like of length n_samples
        The samples.
    groups : ndarray of shape (n_samples,) or None
        For estimators that take them.
    classes, by_posterior : list, bool
        As in `FrozenViews`.
    memory : str, joblib.Memory or None
        Where trained views and representations are kept.
    n_jobs, verbose : int or None
        As in `MultiRaterStackingClassifier`.

    Returns
    -------
    list of tuple (estimator, representation, fit_seconds, represent_seconds)
        The trained views; a representation is an array of shape (n_shown, n_units), or None.
    """
    memory = check_memory(memory)
    fit = memory.cache(fit_view, ignore=["training"])
    show = memory.cache(show_view, ignore=["training", "estimator"])
    kept = memory.location is not None
    # The same content in memory and mapped from a file is the same.
    content = joblib.hash((X, groups), coerce_mmap=True) if kept else None
    X, jobs = share(X), []
    for view, estimator, rows in zip(views, estimators, shown, strict=True):
        own = view.name, estimator, view.rows, view.targets, view.weights
        fit_key = joblib.hash((content, *own)) if kept else None
        show_key = joblib.hash((fit_key, rows, classes, by_posterior)) if kept else None
        training = Training(view, estimator, rows, X, groups, classes, by_posterior)
        jobs.append(delayed(learn_view)(training, fit, fit_key, show, show_key))
    return run_jobs(jobs, len(jobs), n_jobs=n_jobs, description="Training views", verbose=verbose)


def prepare(view, estimator, classes, seed):
    """Make a fresh estimator ready for a view: its own seed, and able to take soft targets if these are."""
    if not is_classifier(estimator):
        raise TypeError(f"The view {view.name!r} must be learnt by a classifier; got {estimator!r}.")
    if seed is not None:
        # By name, so that a view is the same whichever others are trained beside it.
        set_seeds(estimator, crc32(str(view.name).encode()) ^ seed)
    if not view.soft:
        return estimator
    check_scoring_of_soft_labels(estimator, f"The view {view.name!r} has soft labels")
    soft = takes_soft_targets(estimator)
    if weight_name(estimator) is None and (view.weights is not None or not soft):
        what = "weighted labels" if soft else "soft labels"
        raise TypeError(
            f"The view {view.name!r} has {what}, which cannot reach {estimator!r}: its fit takes no "
            "sample_weight. Give this view, by view_params, a classifier that does, or leave it out of "
            "views; 'crowd_hard' takes any classifier."
        )
    if not soft:
        estimator = SoftTargetClassifier(estimator)
    _name_classes(estimator, classes)
    return estimator


def _name_classes(estimator, classes):
    """Tell the classifier inside an estimator what the columns of soft labels are called."""
    inner = innermost(estimator)
    if "classes" in inner.get_params(deep=False):
        path = next((f"{key}__" for key, value in estimator.get_params().items() if value is inner), "")
        estimator.set_params(**{f"{path}classes": classes})
