"""Runs of several models on the same folds, those that share views one after the other."""

from time import perf_counter
from typing import NamedTuple

import joblib
from joblib import delayed, effective_n_jobs
from sklearn.base import clone

from sklearn_raters._nested import innermost, is_search, layers, unwrap
from sklearn_raters._parallel import (
    call_cached,
    check_time,
    content_to_hash,
    is_cached,
    run_jobs,
    showing_trainings,
    tell_finished,
    watched,
)
from sklearn_raters._rated import rows_of
from sklearn_raters.exceptions import collecting_remarks, remark
from sklearn_raters.model_selection._answers import Answers, ask
from sklearn_raters.model_selection._folds import fit_and_predict, fit_part, predict_part
from sklearn_raters.ratings import known_labels


class Run(NamedTuple):
    """One model, trained and tested on one fold.

    Parameters
    ----------
    labels : list of length n_test
        The predicted labels.
    in_conditions : dict of list
        By condition, the labels that are predicted in it.
    answers : Answers
        Further answers of the model for the test samples.
    seconds : list of float, length 2
        Durations of `fit` and of the prediction.
    chosen : dict
        The parameters that searches inside the model chose, by the name of the view or "".
    remarks : list of str
        Warnings to show.
    """

    labels: list
    in_conditions: dict
    answers: Answers
    seconds: list
    chosen: dict
    remarks: list


def batches_of(models, plans):
    """Return the models in batches, the largest first; models that train the same view are in one batch.

    Parameters
    ----------
    models : dict
        From name to (estimator, X, conditions).
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


def trainings_of(models, plans, folds):
    """List the trainings of a comparison; one that several models share counts once.

    Parameters
    ----------
    models : dict
        From name to (estimator, X, conditions).
    plans : dict
        From name to the list of the plans of its folds, empty if it is no stack.
    folds : list of Fold
        The splits.

    Returns
    -------
    dict of (kind, n_samples)
        By the fold, the part of the plan (None without), and what makes trainings equal: the name of the
        classifier that is trained, and the number of its samples.
    """
    found = {}
    for name, (estimator, X, *_) in models.items():
        for number, fold in enumerate(folds):
            if not _reports_itself(estimator):
                found[number, None, name] = type(innermost(estimator)).__name__, len(fold.train)
                continue
            one_fit = {(one.part, one.view.name): one for one in plans[name][number].trainings}
            for one in one_fit.values():
                chain = [one, *([one_fit[one.part, one.start]] if one.start is not None else [])]
                learnt = [(link.identity, link.view.samples) for link in chain]
                found[number, one.part, id(X), joblib.hash(learnt)] = one.size
    return found


def run_folds(models, plans, task, consensus, folds, groups, n_jobs, verbose, *, everything, cached):
    """
    Train and test every model on every fold.

    Parameters
    ----------
    models : dict
        From name to (estimator, X, conditions).
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
    cached : callable or None
        Cache of the fits of models that are no stacks, as `cached_with` returns it; stacks have their own.

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
    contents = [None if cached is None else _content_of(task, consensus, fold, groups) for fold in folds]
    jobs = [
        delayed(_run_fold)(batch, task.ratings, consensus, fold, groups, *asked, cached, content)
        for batch in batches
        for fold, asked, content in zip(folds, asking, contents, strict=True)
    ]
    names = [f"fold {n} of {', '.join(map(str, batch))}" for batch in batches for n in range(len(folds))]
    planned = list(trainings_of(models, plans, folds).values()) if verbose else []
    remarks = []
    with showing_trainings("Comparing models", planned, n_jobs, verbose):
        if effective_n_jobs(n_jobs) > 1:
            remarks += _train_parts(batches, plans, task.ratings, folds, groups, n_jobs)
        outcomes = run_jobs(jobs, names, n_jobs=n_jobs)
    runs = {name: [] for name in models}
    for outcome in outcomes:
        for name, run in outcome.items():
            runs[name].append(run)
            remarks += [(name, text) for text in run.remarks]
    # Warnings of other processes are lost, so the remarks are made here, equal ones of a model once.
    for name, text in dict.fromkeys(remarks):
        remark(f"Model {name!r}: {text}")
    return runs


def _content_of(task, consensus, fold, groups):
    """Return a hash of what the models of a fold learn."""
    votes = task.take(fold.train).votes
    arrays = votes.sample, votes.rater, votes.label, votes.weight
    return joblib.hash(
        (arrays, votes.raters, votes.labels, consensus[fold.train], rows_of(groups, fold.train))
    )


def _train_parts(batches, plans, Y, folds, groups, n_jobs):
    """Train the views of stacks into their cache, those of each fold and each part of its plan in one job.

    Whole folds are few and long: of five on two cores, the last would leave one core idle. Return a list of
    pairs of model and remark.
    """
    rounds = {"choice": [], "training": []}  # all parts of a fold need its choice of the kernel
    for batch in batches:
        # The views of the other models in a batch are among those of its largest stack, or quick to add.
        largest = max(batch, key=lambda name: len(plans[name][0].trainings) if plans[name] else 0)
        stack, X, _ = batch[largest]
        if not hasattr(stack, "_train_ahead") or stack.shared_steps or not plans[largest][0].splits:
            continue
        for number, fold in enumerate(folds):
            plan = plans[largest][number]
            if plan.kernel_choice is not None:
                job = delayed(_train_part)(stack, X, Y, fold, groups, None)
                rounds["choice"].append((job, f"the kernel of fold {number} of {largest}", largest))
        for part in range(1 + len(plans[largest][0].splits)):
            for number, fold in enumerate(folds):
                if part <= len(plans[largest][number].splits):
                    job = delayed(_train_part)(stack, X, Y, fold, groups, part)
                    rounds["training"].append((job, f"part {part} of fold {number} of {largest}", largest))
    found = []
    for jobs, names, stacks in (zip(*one, strict=True) for one in rounds.values() if one):
        told = run_jobs(jobs, names, n_jobs=n_jobs)
        found += [(name, text) for name, texts in zip(stacks, told, strict=True) for text in texts]
    return found


def _train_part(stack, X, Y, fold, groups, part):
    """Train one part of a stack's plan on the training part of a fold; return the remarks.

    None for the part chooses the kernel.
    """
    X, Y, groups = (rows_of(one, fold.train) for one in (X, Y, groups))
    with known_labels(), collecting_remarks() as remarks:
        clone(stack)._train_ahead(X, Y, part, groups)
    return remarks


def _run_fold(models, Y, consensus, fold, groups, task, names, cached, content):
    """Train and test models on one fold; return a Run by name."""
    runs = {}
    for name, (estimator, X, conditions) in models.items():
        with collecting_remarks() as remarks:
            arguments = estimator, X, Y, consensus, fold, groups, cached, content
            fitted, labels, *seconds = _fit_reported(*arguments)
            answers = ask(fitted, rows_of(X, fold.test), task, names)
            in_conditions = {
                condition: fitted.predict(rows_of(form, fold.test)).tolist()
                for condition, form in conditions.items()
            }
        inner = unwrap(fitted)
        if hasattr(inner, "view_fit_time_"):
            # The measured seconds leave out the views that were trained for an earlier model of this fold.
            seconds[0] = (
                inner.kernel_choice_time_ + sum(inner.view_fit_time_.values()) + inner.fusion_fit_time_
            )
        chosen = _chosen(fitted, inner)
        runs[name] = Run(labels.tolist(), in_conditions, answers, seconds, chosen, remarks)
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


def _reports_itself(estimator):
    """Return whether an estimator tells each of its trainings: a stack, but not one inside a search."""
    return hasattr(unwrap(estimator), "plan") and not any(is_search(layer) for _, layer in layers(estimator))


def _fit_reported(estimator, X, Y, consensus, fold, groups, cached, content):
    """Do what `fit_and_predict` does; cache and report the training where the estimator does not."""
    if _reports_itself(estimator):
        return fit_and_predict(estimator, X, Y, consensus, fold, groups)
    key = None
    if cached is not None:
        key = joblib.hash((content_to_hash(estimator), content, rows_of(X, fold.train)), coerce_mmap=True)
    known = is_cached(cached, key)
    if not known:
        check_time()
    name = type(innermost(estimator)).__name__
    # A search would take the end of the time for a failed candidate.
    with watched(journal=None, deadline=None):
        arguments = estimator, X, Y, consensus, fold.train, groups
        fitted, fit_seconds = call_cached(cached, fit_part, arguments, key, f"The fit of {name}")
        start = perf_counter()
        labels = predict_part(fitted, "predict", X, fold.test)
    tell_finished(None, name, len(fold.train), fit_seconds, cached=known)
    return fitted, labels, fit_seconds, perf_counter() - start
