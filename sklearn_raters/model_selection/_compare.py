"""The comparison table: models side by side on the same folds, as in the paper's Table 3."""

from collections.abc import Hashable
from contextlib import contextmanager
from numbers import Integral
from os import PathLike
from tempfile import TemporaryDirectory

import numpy as np

from sklearn_raters._align import align_samples
from sklearn_raters._parallel import cached_with, open_cache
from sklearn_raters._rated import rows_of
from sklearn_raters._seeds import draw_seed
from sklearn_raters._sklearn_compat import N_JOBS, HasMethods, checked_parameters
from sklearn_raters._targets import refuse_mixed
from sklearn_raters.consensus import hard_labels, labelled_samples
from sklearn_raters.exceptions import InputError
from sklearn_raters.model_selection._bootstrap import check_bootstrap
from sklearn_raters.model_selection._comparison import Comparison
from sklearn_raters.model_selection._entries import (
    check_names,
    set_where_none,
    task_settings,
    with_features,
    with_settings,
)
from sklearn_raters.model_selection._folds import check_trainable, make_folds
from sklearn_raters.model_selection._how import describe, fit_table, pool_judged
from sklearn_raters.model_selection._paper_models import paper_models
from sklearn_raters.model_selection._predictions import check_columns, prediction_table
from sklearn_raters.model_selection._rater_scores import score_raters
from sklearn_raters.model_selection._runs import run_folds
from sklearn_raters.model_selection._soft_scores import score_distributions
from sklearn_raters.model_selection._tables import score_table
from sklearn_raters.ratings import Task, check_groups, check_order, sort_labels
from sklearn_raters.report import installed_versions


@checked_parameters(
    {
        "models": [dict, HasMethods("fit")],
        "ordered": ["boolean"],
        "baseline": [Hashable],
        "n_bootstrap": [Integral],
        "n_jobs": N_JOBS,
        "memory": [str, PathLike, HasMethods("cache"), None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
        "return_comparison": ["boolean"],
    }
)
def compare(
    models,
    X,
    Y,
    *,
    groups=None,
    cv=5,
    truth=None,
    ordered=False,
    baseline="crowd-hard",
    n_bootstrap=2000,
    n_jobs=None,
    memory=None,
    random_state=None,
    verbose=0,
    return_comparison=False,
):
    """
    Compare models by cross-validation on rated samples.

    Every model is trained and tested on the same folds. Models that take ratings learn from the ratings, all
    others from the samples that have a consensus within the classes. All are tested against the consensus, or
    against `truth` if it is given. A view that several models share is trained once on each fold.

    Parameters
    ----------
    models : dict or MultiRaterStackingClassifier
        From name to estimator; to a pair (estimator, X) if the model uses other features of the same samples;
        or to (estimator, X, conditions) to test it also on its samples in other conditions, such as with
        noise, or scaled as those of unknown speakers: a dict from the name of a condition to the same samples
        in it. The names "sample", "fold", "consensus", "truth" and "votes" are reserved. `paper_models`
        makes a dict of a single stack.
    X : sequence of n_samples
        Samples of any kind that can be indexed. None if every model has features of its own.
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. The classes and the label map of a Task replace
        the `classes` and `label_map` of the models.
    groups : array-like of shape (n_samples,) or None, default=None
        Groups that the folds of an int `cv` keep whole, and that the bootstrap draws: speakers or sessions.
    cv : int, splitter, iterable of (train, test) pairs or None, default=5
        An int is that many folds of GroupKFold, or of KFold without groups; None is 5. Folds may leave
        samples untested; none may be tested twice.
    truth : array-like of shape (n_samples,) or None, default=None
        Labels that are known to be right, None or NaN where unknown. Models are tested on the samples with a
        known label, but trained on the ratings. None tests against the majority label, as is usual in
        publications on subjective labels.
    ordered : bool, default=False
        Whether the classes have an order, such as degrees. If True, the table has the columns `wasserstein`
        and `rater_distance`.
        Labels that are strings must then be given as classes in their order, by a Task or by the models;
        whether this order is meant cannot be checked.
    baseline : str or None, default="crowd-hard"
        Name of the model that the others are compared with; None leaves the differences out.
    n_bootstrap : int, default=2000
        Number of draws for the intervals; see `paired_bootstrap`.
    n_jobs : int or None, default=None
        Number of jobs at once, through joblib. A job is a fold of one model, or of several that share views.
    memory : str, path, joblib.Memory or None, default=None
        Cache of trained views and of the fits of other models, with which an interrupted comparison
        continues. None is a temporary folder, for views.
    random_state : int, RandomState instance or None, default=None
        Seed of the bootstrap and of all models whose own `random_state` is None.
    verbose : int, default=0
        Above 0 shows progress on standard error.
    return_comparison : bool, default=False
        Whether to return the table with everything that the models predicted, and a report of it. Models
        are then asked for all that they can say, which takes further predictions.

    Returns
    -------
    table : DataFrame
        One row for each model, in the order of `models`. `uar` is the mean of the columns `recall_<class>`,
        which pool the test samples of all folds, since a single fold may hold few samples of a class.
        `uar_<condition>` is that of the samples in a condition, NaN for models without it. `fold_mean` and
        `fold_sd` are the mean and the standard deviation of the UAR of single folds.
        `accuracy` is the share of the labels that are predicted correctly.

        `soft_cross_entropy`, `jensen_shannon`, `manhattan`, `soft_f1`, `brier`, `calibration_error` and, if
        `ordered`, `wasserstein` are the scores of `sklearn_raters.metrics` over all tested samples that have
        a vote for a class, with or without a consensus. They compare the shares of the votes, without
        smoothing and whatever the `truth`, with the result of `predict_soft_labels` where a model has this
        method, else with that of `predict_proba`; NaN without both.

        `rater_error_rate` and, if `ordered`, `rater_distance` are the scores of `sklearn_raters.metrics` of
        the labels that `predict_proba_raters` finds most probable, on all tested samples that a rater judged,
        as the mean over the raters. A rater whom a fold has not learnt is left out there. NaN for models
        without this method or without raters.

        `difference` is `uar` minus the `uar` of the baseline; `low` and `high` are the limits of its 95 %
        interval. `fit_seconds` and `predict_seconds` are sums over the folds; the seconds of a stack include
        all its views, even views that were trained for another model before. Recalls and differences are
        shares, not percent.
    comparison : Comparison
        Instead of the table, with `return_comparison`: the table, all predictions, the settings, and methods
        that write the predictions to a file and make a report.

    Raises
    ------
    InputError
        If a model has a reserved name, the baseline is not one of the models, models have different `classes`
        or `label_map`, `ordered` is True and nobody gave the order of labels that are strings, a class has no
        tested sample, a model cannot be trained on a training part, lengths differ, the splitter needs groups
        and there are none, folds overlap, or the bootstrap has fewer than two groups. All of this is checked
        before the first training.
    TypeError
        If `models` is neither a dict nor a stack, a model has no `fit` or no `predict`, or a view of a stack
        has an estimator that cannot learn it.

    Warns
    -----
    UserWarning
        If a model has learnt a class that the ratings do not have, or gives no distribution for a sample: its
        soft scores, or those of its raters, are NaN.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_raters.model_selection import compare
    >>> X = [[0.0], [1.0]] * 10
    >>> Y = [["a", "a", None], ["b", "b", "a"]] * 10
    >>> models = {"chance": DummyClassifier(), "neighbours": KNeighborsClassifier(3)}
    >>> table = compare(models, X, Y, cv=2, baseline="chance", random_state=0)
    >>> table[["uar", "recall_a", "recall_b", "difference"]]  # doctest: +NORMALIZE_WHITESPACE
                uar  recall_a  recall_b  difference
    model
    chance      0.5       1.0       0.0         0.0
    neighbours  1.0       1.0       1.0         0.5
    """
    Y, X, groups, truth = align_samples(Y=Y, X=X, groups=groups, truth=truth)
    samples = {"Y": Y, "X": X, "groups": groups, "truth": truth}
    groups = check_groups(groups)
    settings = task_settings(models, Y)
    task = Y if isinstance(Y, Task) else Task(Y, **settings)
    if ordered:
        check_order(task)
    consensus = hard_labels(task)
    labels = {"consensus": consensus}
    if truth is not None:
        labels["truth"] = _known_truth(truth, settings)
        refuse_mixed(task.classes, [one for one in labels["truth"] if one is not None], "truth")
    folds = make_folds(consensus if X is None else X, consensus, groups, cv)
    if not isinstance(models, dict):
        models = paper_models(with_settings(models, settings), task, folds=folds)
    models = with_features(models, samples)
    check_names(models, baseline)
    if return_comparison:
        check_columns(models, task.classes)
    fold_numbers = np.full(task.n_samples, -1)
    for number, fold in enumerate(folds):
        fold_numbers[fold.test] = number
    true_labels, classes = _scored_labels(labels, fold_numbers >= 0, settings["classes"])
    if baseline is not None:
        scored, _ = labelled_samples(true_labels)
        check_bootstrap(scored if groups is None else rows_of(groups, scored), n_bootstrap)
    if not isinstance(random_state, int | np.integer):
        random_state = draw_seed(random_state)
    given_models = {str(name): repr(estimator) for name, (estimator, *_) in models.items()}
    with _cache_in(memory) as cache:
        plans = {}
        for name, (given, *features) in models.items():
            estimator = with_settings(given, settings)
            set_where_none(estimator, memory=cache, random_state=random_state)
            plans[name] = check_trainable(estimator, features[0], task.ratings, consensus, folds, groups)
            models[name] = (estimator, *features)
        how = {"everything": return_comparison, "cached": None if memory is None else cached_with(cache)}
        runs = run_folds(models, plans, task, consensus, folds, groups, n_jobs, verbose, **how)
    predicted, in_conditions = _pooled_labels(runs, folds, task.n_samples)
    answers = {name: [run.answers for run in of_folds] for name, of_folds in runs.items()}
    distributions = {
        name: [(one.classes, one.distribution) for one in of_folds] for name, of_folds in answers.items()
    }
    soft_scores = score_distributions(distributions, folds, task, ordered=ordered)
    of_raters = {name: [one.raters for one in of_folds] for name, of_folds in answers.items()}
    rater_scores = score_raters(of_raters, folds, task, ordered=ordered)
    seconds = {name: np.sum([run.seconds for run in of_folds], axis=0) for name, of_folds in runs.items()}
    bootstrap = {"baseline": baseline, "n_bootstrap": n_bootstrap, "random_state": random_state}
    scores = {name: {**soft_scores[name], **rater_scores[name]} for name in runs}
    outcomes = predicted, in_conditions, scores, seconds
    table = score_table(outcomes, true_labels, fold_numbers, classes, groups, **bootstrap)
    table.attrs["baseline"] = baseline
    if not return_comparison:
        return table
    return Comparison(
        table=table,
        predictions=prediction_table(predicted, in_conditions, answers, labels, folds, fold_numbers, task),
        tested=np.flatnonzero(fold_numbers >= 0),
        task=task,
        judged=pool_judged(answers),
        fits=fit_table(runs, models, consensus, folds),
        settings=describe(task, labels, groups, cv, folds, ordered=ordered, **bootstrap),
        models=given_models,
        versions=installed_versions(),
    )


@contextmanager
def _cache_in(memory):
    """Yield the cache of the views, in a folder that is deleted at the end if `memory` is None."""
    with TemporaryDirectory(prefix="sklearn_raters_", ignore_cleanup_errors=True) as folder:
        yield open_cache(folder if memory is None else memory)


def _pooled_labels(runs, folds, n_samples):
    """Return the predicted labels by model, and by model and condition; None where a sample is untested."""

    def pooled(of_folds):
        labels = np.full(n_samples, None, dtype=object)
        for predicted, fold in zip(of_folds, folds, strict=True):
            labels[fold.test] = predicted
        return labels

    predicted, in_conditions = {}, {}
    for name, of_folds in runs.items():
        predicted[name] = pooled([run.labels for run in of_folds])
        in_conditions[name] = {
            condition: pooled([run.in_conditions[condition] for run in of_folds])
            for condition in of_folds[0].in_conditions
        }
    return predicted, in_conditions


def _known_truth(truth, settings):
    """Return the true labels as classes, None where there is none."""
    if np.ndim(truth) > 1 and np.shape(truth)[1:] != (1,):
        raise InputError(f"truth must be one label for each sample; it has the shape {np.shape(truth)}.")
    try:
        return hard_labels(Task(truth, **settings))
    except ValueError as error:
        raise InputError(f"truth: {error}") from error


def _scored_labels(labels, tested, classes):
    """Return the true label of each tested sample (else None), and the classes after a check."""
    kind, known = list(labels.items())[-1]
    true_labels = np.where(tested, known, None)
    present = set(true_labels.tolist()) - {None}
    if not present:
        raise InputError(f"No tested sample has a {kind} within the classes, so nothing can be compared.")
    classes = sort_labels(present) if classes is None else classes
    absent = [name for name in classes if name not in present]
    if absent:
        raise InputError(
            f"No tested sample has the {kind} {absent[0]!r}, so its recall is undefined: leave it out of "
            f"classes, which are {classes}, or test more samples."
        )
    return true_labels, classes
