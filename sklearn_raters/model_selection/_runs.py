"""Runs of several models on the same folds, those that share views one after the other."""

from typing import NamedTuple

from joblib import delayed, effective_n_jobs

from sklearn_raters._nested import layers, unwrap
from sklearn_raters._parallel import run_jobs
from sklearn_raters._rated import rows_of
from sklearn_raters.model_selection._answers import Answers, ask
from sklearn_raters.model_selection._folds import fit_and_predict


class Run(NamedTuple):
    """One model, trained and tested on one fold.

    Parameters
    ----------
    labels : list of length n_test
        The predicted labels.
    answers : Answers
        What else the model says of the test samples.
    seconds : list of float, length 2
        Durations of `fit` and of the prediction.
    chosen : dict
        The parameters that searches inside the model chose, by the name of the view or "".
    """

    labels: list
    answers: Answers
    seconds: list
    chosen: dict


def batches_of(models, plans):
    """Return the models in batches, the largest first; models that train the same view are in one batch.

    Parameters
    ----------
    models : dict
        From name to the pair (estimator, X).
    plans : dict
        From name to the list of the plans of its folds, empty if it is no stack.

    Returns
    -------
    list of dict
        Parts of `models`, those with the most trainings first.
    """
    batches = []
    for name, of_folds in plans.items():
        first = [one for plan in of_folds[:1] for one in plan.trainings if one.part == 0]
        trained = {one.identity for one in first}
        names = [name]
        for batch in [batch for batch in batches if batch[1] & trained]:
            batches.remove(batch)
            names, trained = batch[0] + names, batch[1] | trained
        batches.append((names, trained))
    batches.sort(key=lambda batch: len(batch[1]), reverse=True)
    return [{name: models[name] for name in models if name in names} for names, _ in batches]


def run_folds(models, plans, task, consensus, folds, groups, n_jobs, verbose, *, everything):
    """
    Train and test every model on every fold.

    Parameters
    ----------
    models : dict
        From name to the pair (estimator, X).
    plans : dict
        From name to the plans of its folds, as `check_trainable` returns them.
    task : Task
        The ratings, for the estimators that take ratings.
    consensus : ndarray of object of shape (n_samples,)
        Labels for the other estimators, None where there is no consensus.
    folds : list of Fold
        The splits.
    groups : array-like of shape (n_samples,) or None
        Passed to estimators whose `fit` uses groups.
    n_jobs : int or None
        Number of jobs at once.
    verbose : int
        Above 0 shows progress on standard error.
    everything : bool
        Whether models are asked for all that they can say, and not only for what is scored.

    Returns
    -------
    dict
        From name to a list with the Run of each fold.
    """
    # Two jobs whose models share a view would both train this view. Without parallel jobs, a model at a time
    # shows more progress.
    alone = [{name: models[name]} for name in models]
    batches = batches_of(models, plans) if effective_n_jobs(n_jobs) > 1 else alone
    # The longest jobs come first, so that at the end no core waits long for another.
    asking = [(task.take(fold.test) if everything else None, [*map(str, models)]) for fold in folds]
    jobs = [
        delayed(_run_fold)(batch, task.ratings, consensus, fold, groups, *asked)
        for batch in batches
        for fold, asked in zip(folds, asking, strict=True)
    ]
    names = [f"fold {n} of {', '.join(map(str, batch))}" for batch in batches for n in range(len(folds))]
    outcomes = run_jobs(jobs, names, n_jobs=n_jobs, description="Comparing models", verbose=verbose)
    runs = {name: [] for name in models}
    for outcome in outcomes:
        for name, run in outcome.items():
            runs[name].append(run)
    return runs


def _run_fold(models, Y, consensus, fold, groups, task, names):
    """Train and test models on one fold; return a Run by name."""
    runs = {}
    for name, (estimator, X) in models.items():
        fitted, labels, *seconds = fit_and_predict(estimator, X, Y, consensus, fold, groups)
        inner = unwrap(fitted)
        if hasattr(inner, "view_fit_time_"):
            # The measured seconds leave out the views that were trained for an earlier model of this fold.
            seconds[0] = sum(inner.view_fit_time_.values()) + inner.fusion_fit_time_
        answers = ask(fitted, rows_of(X, fold.test), task, names)
        runs[name] = Run(labels.tolist(), answers, seconds, _chosen(fitted, inner))
    return runs


def _chosen(fitted, inner):
    """Return what the searches around and inside a fitted model have chosen, by view."""
    parts = {"": fitted}
    if hasattr(inner, "views_"):
        parts |= dict(zip(map(str, inner.views_), inner.estimators_, strict=True))
    searches = {
        name: [one for _, one in layers(part) if hasattr(one, "best_params_")] for name, part in parts.items()
    }
    return {name: found[0].best_params_ for name, found in searches.items() if found}
