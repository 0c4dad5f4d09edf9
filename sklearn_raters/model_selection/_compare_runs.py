"""Run a comparison: train and test every model on every fold, and train each view once a fold."""

from contextlib import contextmanager, nullcontext
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

import numpy as np
from joblib import Memory, effective_n_jobs
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_memory

from sklearn_raters._nested import unwrap
from sklearn_raters.model_selection._folds import fit_part, predict_part


class Model(NamedTuple):
    """A model of the comparison: an estimator, and the features that it is trained on."""

    estimator: object
    X: object


class Outcome(NamedTuple):
    """One model on one fold: the labels that it predicts, and the seconds of `fit` and `predict`."""

    labels: list
    fit_seconds: float
    predict_seconds: float


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
        From name to Model.
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
    dict
        From name to a list of Outcome, one for each fold.
    """
    names = list(models)
    # A job is a fold with all models: two jobs whose models share a view would both train this view. Without
    # parallel jobs, a model at a time shows more progress.
    batches = [names] if effective_n_jobs(n_jobs) > 1 else [[name] for name in names]
    jobs = [(number, batch) for number in range(len(folds)) for batch in batches]
    finished = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(_run_fold)({name: models[name] for name in batch}, Y, consensus, folds[number], groups)
        for number, batch in jobs
    )
    outcomes = {name: [] for name in names}
    progress = _shown_progress(len(folds) * len(names)) if verbose else nullcontext(lambda *_: None)
    with progress as advance:
        for (number, batch), batch_outcomes in zip(jobs, finished, strict=True):
            for name in batch:
                outcomes[name].append(batch_outcomes[name])
            advance(number, batch)
    return outcomes


def _run_fold(models, Y, consensus, fold, groups):
    """Train and test the models on one fold; return a dict from name to Outcome."""
    outcomes = {}
    for name, (estimator, X) in models.items():
        fitted, fit_seconds = fit_part(estimator, X, Y, consensus, fold.train, groups)
        inner = unwrap(fitted)
        if hasattr(inner, "view_fit_time_"):
            # The measured seconds leave out the views that were trained for an earlier model of this fold.
            fit_seconds = sum(inner.view_fit_time_.values()) + inner.fusion_fit_time_
        start = perf_counter()
        labels = np.asarray(predict_part(fitted, "predict", X, fold.test)).tolist()
        outcomes[name] = Outcome(labels, fit_seconds, perf_counter() - start)
    return outcomes


@contextmanager
def _shown_progress(total):
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task("Comparing models", total=total)

        def advance(number, batch):
            description = escape(f"fold {number + 1}, {batch[-1]} done")
            progress.update(bar, advance=len(batch), description=description)

        yield advance


def collect_labels(outcomes, folds, n_samples):
    """Return, for each model, its predicted label of each sample (None where untested)."""
    predicted = {}
    for name, by_fold in outcomes.items():
        predicted[name] = np.full(n_samples, None, dtype=object)
        for fold, outcome in zip(folds, by_fold, strict=True):
            predicted[name][fold.test] = outcome.labels
    return predicted
