"""The work of a comparison: every model on every fold, each view trained once a fold."""

from contextlib import contextmanager, nullcontext
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from joblib import Memory, effective_n_jobs
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_memory

from sklearn_raters._nested import unwrap
from sklearn_raters.model_selection._folds import fit_part, predict_part


@contextmanager
def view_memory(memory):
    """Give the cache of views: the one named, or one in a temporary folder that goes away again."""
    if memory is not None:
        yield check_memory(memory if hasattr(memory, "cache") else str(memory))
        return
    with TemporaryDirectory(prefix="sklearn_raters_", ignore_cleanup_errors=True) as folder:
        yield Memory(folder, verbose=0)


def run_folds(models, Y, consensus, folds, groups, n_jobs, verbose):
    """Fit and predict, a fold a job: rows that share views would train them twice side by side."""
    names = list(models)
    # One at a time progress can be told by model.
    batches = [names] if effective_n_jobs(n_jobs) > 1 else [[name] for name in names]
    jobs = [(fold, batch) for fold in range(len(folds)) for batch in batches]
    parallel = Parallel(n_jobs=n_jobs, return_as="generator")
    done = parallel(
        delayed(_run_fold)({name: models[name] for name in batch}, Y, consensus, *folds[fold], groups)
        for fold, batch in jobs
    )
    outcomes = {}
    with _progress(len(folds) * len(names), verbose) as advance:
        for (fold, batch), answers in zip(jobs, done, strict=True):
            outcomes.update({(name, fold): answers[name] for name in batch})
            advance(fold, batch)
    return outcomes


def _run_fold(models, Y, consensus, train, test, groups):
    """Return, by model, the labels predicted for the test part and the seconds of fit and predict."""
    answers = {}
    for name, (estimator, X) in models.items():
        fitted, fit_seconds = fit_part(estimator, X, Y, consensus, train, groups)
        inner = unwrap(fitted)
        if hasattr(inner, "view_fit_time_"):
            # Measured seconds would be those of the row that came first and trained for the others.
            fit_seconds = sum(inner.view_fit_time_.values()) + inner.fusion_fit_time_
        start = perf_counter()
        predicted = predict_part(fitted, "predict", X, test)
        answers[name] = np.asarray(predicted).tolist(), fit_seconds, perf_counter() - start
    return answers


def _progress(total, verbose):
    if not verbose:
        return nullcontext(lambda fold, batch: None)
    return _shown_progress(total)


@contextmanager
def _shown_progress(total):
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task("Comparing models", total=total)

        def advance(fold, batch):
            done = escape(f"fold {fold + 1}, {batch[-1]} done")
            progress.update(bar, advance=len(batch), description=done)

        yield advance


def collect_labels(outcomes, folds, n_samples):
    """Return, by model, the labels predicted for all samples (None where untested)."""
    predicted = {}
    for (name, fold), (labels, _, _) in outcomes.items():
        column = predicted.setdefault(name, np.full(n_samples, None, dtype=object))
        column[folds[fold][1]] = labels
    return predicted
