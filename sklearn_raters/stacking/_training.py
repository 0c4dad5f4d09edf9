"""The trainings of a plan, in parallel and with a cache."""

import ctypes
import sys
from dataclasses import replace
from functools import cached_property
from time import perf_counter
from typing import NamedTuple

import joblib
import numpy as np
from joblib import delayed
from scipy.sparse import issparse

from sklearn_raters._parallel import (
    cached_with,
    call_cached,
    check_time,
    content_to_hash,
    is_cached,
    moved_once,
    open_cache,
    run_jobs,
    showing_trainings,
    tell_finished,
)
from sklearn_raters._rated import rows_of
from sklearn_raters.exceptions import collecting_remarks, remark
from sklearn_raters.ratings import known_labels
from sklearn_raters.soft_targets import fit_in_groups
from sklearn_raters.stacking._default_views import choose_kernel_weight, with_kernel_weight
from sklearn_raters.stacking._frozen import represent
from sklearn_raters.stacking._starts import start_from
from sklearn_raters.stacking._views import naming_view


def give_back_memory():
    """Return freed memory to the operating system, if the C library is glibc.

    Sequences differ in length, so the arrays of one training leave gaps that are too small for the next.
    After one training glibc held 450 MB, of which 90 were in use, and each further training adds to it.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


class SharedSequences(list):
    """Sequences of frames that are pickled as one array, which joblib shares between processes."""

    @cached_property
    def packed(self):
        """All frames, one sample after the other, and the indices to split them at; computed once."""
        return np.concatenate(self), np.cumsum([len(sample) for sample in self])[:-1]

    def __reduce__(self):
        return np.split, self.packed


def content_of(X):
    """Return what a cache hashes of X, without the attributes that any use of a sparse table may add."""
    return (X.shape, X.indptr, X.indices, X.data) if issparse(X) else X


def share(X):
    """Return a list of arrays as `SharedSequences`, and X of any other form unchanged."""
    arrays = isinstance(X, list) and all(isinstance(sample, np.ndarray) for sample in X)
    one_kind = arrays and len({(sample.dtype, sample.shape[1:]) for sample in X}) == 1
    return SharedSequences(X) if one_kind else X


class TrainedView(NamedTuple):
    """A view after its training.

    Parameters
    ----------
    estimator : classifier
        The fitted estimator.
    representation : ndarray of shape (n_represented, n_units) or None
        Representation of the samples for the fusion; None if the fusion needs none.
    fit_seconds, represent_seconds : float
        Seconds of the training and of the representation. Results from the cache keep their first times.
    remarks : list of str
        Warnings to show.
    """

    estimator: object
    representation: np.ndarray | None
    fit_seconds: float
    represent_seconds: float
    remarks: list


def fit_view(planned, X, groups, start):
    """Do a planned training; return the fitted estimator, its seconds, and its remarks.

    A network starts from the trained estimator `start`, if it is given.
    """
    began = perf_counter()
    view, estimator = planned.view, planned.estimator
    X, groups = rows_of(X, view.samples), rows_of(groups, view.samples)
    if start is not None:
        start_from(estimator, start)
    with naming_view(view.name), known_labels(), collecting_remarks() as remarks:
        fit_in_groups(estimator, X, view.targets, view.weights, groups)
    return estimator, perf_counter() - began, remarks


def represent_view(planned, estimator, X):
    """Compute the representation of the samples that the fusion needs; return it and its seconds."""
    start = perf_counter()
    X = rows_of(X, planned.represented)
    Z = represent(planned.view, estimator, X, planned.classes, planned.by_posterior)
    return Z, perf_counter() - start


def train_one(planned, X, groups, start, cached, fit_key, represent_key):
    """Train one view and compute its representation, or take both from a cache; return a `TrainedView`."""
    name, representation, represent_seconds = planned.view.name, None, 0.0
    known = is_cached(cached, fit_key)
    if not known:
        check_time()
    with collecting_remarks() as remarks:
        arguments = planned, X, groups, start
        what = f"The training of the view {name!r}"
        estimator, fit_seconds, of_fit = call_cached(cached, fit_view, arguments, fit_key, what)
        give_back_memory()
        if planned.represented is not None:
            arguments = planned, estimator, X
            what = f"The representation by the view {name!r}"
            found = call_cached(cached, represent_view, arguments, represent_key, what)
            representation, represent_seconds = found
            give_back_memory()
    remarks += [f"View {name!r}: {text}" for text in of_fit]
    tell_finished(fit_key, *planned.size, fit_seconds + represent_seconds, cached=known)
    return TrainedView(estimator, representation, fit_seconds, represent_seconds, remarks)


def _cache_of(stack):
    """Return the cache in the stack's `memory`, as `cached_with` does."""
    return cached_with(open_cache(stack.memory))


def choose_kernel(stack, plan, data):
    """Choose the weight of the default classifier's kernel.

    Parameters
    ----------
    stack : MultiRaterStackingClassifier
        The stack; its `memory`, `n_jobs`, `verbose` and `view_params` are used.
    plan : StackPlan
        The trainings.
    data : RatedSamples
        Samples and groups.

    Returns
    -------
    plan : StackPlan
        The plan with this weight.
    learnt : dict
        The attributes `kernel_weight_` and `kernel_choice_time_` of the stack.
    """
    if plan.kernel_choice is None:
        return plan, {"kernel_weight_": None, "kernel_choice_time_": 0.0}
    settings = plan.task.classes, stack, _cache_of(stack)
    weight, seconds = choose_kernel_weight(plan.kernel_choice, data, *settings)
    own = stack._entries_of_views([view.name for view in plan.views])
    plan = replace(plan, trainings=with_kernel_weight(plan.trainings, weight, own))
    return plan, {"kernel_weight_": weight, "kernel_choice_time_": seconds}


def train_views(stack, plan, data):
    """Do the trainings of a plan.

    Parameters
    ----------
    stack : MultiRaterStackingClassifier
        The stack; its `memory`, `n_jobs` and `verbose` are used.
    plan : StackPlan
        The trainings.
    data : RatedSamples
        Samples and groups.

    Returns
    -------
    list of list of (TrainedView or None)
        The views trained on all samples, then those of each split; None for a view that has nothing to learn
        from in a split.
    """
    cached = _cache_of(stack)

    def key_of(*parts):
        # Hashing takes long, and only a cache needs it. Arrays in memory and in mapped files hash alike.
        return None if cached is None else joblib.hash(parts, coerce_mmap=True)

    content = key_of(content_of(data.X), data.groups)
    X, keys, trained = share(data.X), {}, {}

    def job_of(planned):
        view, start = planned.view, (planned.part, planned.start)
        place = planned.part, view.name
        learnt = view.samples, view.targets, view.weights, keys.get(start)
        estimator = None if cached is None else content_to_hash(planned.estimator)
        keys[place] = key_of(content, estimator, *learnt)
        represent_key = key_of(keys[place], planned.represented, planned.classes, planned.by_posterior)
        estimator = trained[start].estimator if start in trained else None
        arguments = planned, X, data.groups, estimator, cached, keys[place], represent_key
        return place, delayed(train_one)(*arguments)

    planned = [one.size for one in plan.trainings]
    with moved_once(X), showing_trainings("Training views", planned, stack.n_jobs, stack.verbose):
        for waits in (False, True):  # the views that others start from come first
            jobs = dict(job_of(one) for one in plan.trainings if (one.start is not None) == waits)
            if jobs:
                names = [f"the training of the view {name!r}" for _, name in jobs]
                results = run_jobs(jobs.values(), names, n_jobs=stack.n_jobs)
                trained.update(zip(jobs, results, strict=True))
    # Warnings of other processes are lost, so the remarks are made here, equal ones of a view's copies once.
    for text in dict.fromkeys(text for view in trained.values() for text in view.remarks):
        remark(text)
    parts = range(1 + len(plan.splits))
    return [[trained.get((part, view.name)) for view in plan.views] for part in parts]
