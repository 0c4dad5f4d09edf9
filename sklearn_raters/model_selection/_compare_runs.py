"""Run a comparison: train and test every model on every fold, and train each view once a fold."""

from contextlib import contextmanager
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from joblib import Memory, effective_n_jobs
from sklearn.utils.parallel import delayed
from sklearn.utils.validation import check_memory

from sklearn_raters._nested import unwrap
from sklearn_raters._parallel import run_jobs
from sklearn_raters.model_selection._folds import fit_part, predict_part


@contextmanager
def view_memory(memory):
    """Return the cache of views: the one given, or one in a temporary folder that is removed afterwards."""
    if memory is not None:
        yield check_memory(memory if hasattr(memory, "cache") else str(memory))
        return
    with TemporaryDirectory(prefix="sklearn_raters_", ignore_cleanup_errors=True) as folder:
        yield Memory(folder, verbose=0)


def run_folds(models, Y, consensus, folds, groups, n_jobs, verbose):
    """
    Train and test every model on every fold.

    Parameters
    ----------
    models : dict
        From name to the pair (estimator, X).
    Y : ratings of n_samples
        For the estimators that take ratings.
    consensus : ndarray of object of shape (n_samples,)
        Labels for the other estimators, None where there is no consensus.
    folds : list of Fold
        The splits.
    groups : array-like of shape (n_samples,) or None
        Passed to estimators whose `fit` uses groups.
    n_jobs : int or None
        Number of folds at once.
    verbose : int
        Above 0 shows progress on standard error.

    Returns
    -------
    predicted : dict
        From name to the predicted labels, ndarray of object of shape (n_samples,); None where untested.
    seconds : dict
        From name to the seconds of `fit` and of `predict` in all folds, ndarray of shape (2,).
    """
    # A job is a fold with all models: two jobs whose models share a view would both train this view. Without
    # parallel jobs, a model at a time shows more progress.
    batches = [models] if effective_n_jobs(n_jobs) > 1 else [{name: models[name]} for name in models]
    tasks = [(fold, batch) for fold in folds for batch in batches]
    jobs = [delayed(_run_fold)(batch, Y, consensus, fold, groups) for fold, batch in tasks]
    settings = {"n_jobs": n_jobs, "description": "Comparing models", "verbose": verbose}
    outcomes = run_jobs(jobs, len(jobs), **settings)
    predicted = {name: np.full(len(consensus), None, dtype=object) for name in models}
    seconds = {name: np.zeros(2) for name in models}
    for (fold, _), outcome in zip(tasks, outcomes, strict=True):
        for name, (labels, *durations) in outcome.items():
            predicted[name][fold.test] = labels
            seconds[name] += durations
    return predicted, seconds


def _run_fold(models, Y, consensus, fold, groups):
    """Train and test models on one fold; return, by name, labels and the seconds of `fit` and `predict`."""
    outcomes = {}
    for name, (estimator, X) in models.items():
        fitted, fit_seconds = fit_part(estimator, X, Y, consensus, fold.train, groups)
        inner = unwrap(fitted)
        if hasattr(inner, "view_fit_time_"):
            # The measured seconds leave out the views that were trained for an earlier model of this fold.
            fit_seconds = sum(inner.view_fit_time_.values()) + inner.fusion_fit_time_
        start = perf_counter()
        labels = np.asarray(predict_part(fitted, "predict", X, fold.test)).tolist()
        outcomes[name] = (labels, fit_seconds, perf_counter() - start)
    return outcomes
