"""The comparison table: models side by side on the same folds, as in the paper's Table 3."""

import numpy as np
from sklearn.base import clone
from sklearn.utils import check_random_state, get_tags

from sklearn_raters._nested import innermost, takes_ratings, unwrap
from sklearn_raters._sklearn_compat import num_samples
from sklearn_raters.consensus import hard_labels
from sklearn_raters.model_selection._compare_runs import collect_labels, run_folds, view_memory
from sklearn_raters.model_selection._compare_table import prediction_table, score_table
from sklearn_raters.model_selection._folds import check_lengths, make_folds
from sklearn_raters.model_selection._paper_models import paper_models
from sklearn_raters.ratings import Task, sort_labels
from sklearn_raters.sequences import check_frames, holds_sequences


def compare(
    models,
    X,
    Y,
    *,
    groups=None,
    cv=5,
    truth=None,
    baseline="crowd-hard",
    n_bootstrap=2000,
    n_jobs=None,
    memory=None,
    random_state=None,
    verbose=0,
    return_predictions=False,
):
    """
    Compare models by cross-validation on rated samples.

    Every model is trained and tested on the same folds. Those that take ratings are fitted on the ratings,
    others on the samples that have a consensus within the classes, by which all are tested unless the truth
    is given. Views that several rows share are trained once a fold.

    Parameters
    ----------
    models : dict or MultiRaterStackingClassifier
        From name to estimator, or to a pair (estimator, X of its own) with other features of the same
        samples. A single stack is expanded by `paper_models`.
    X : sequence of n_samples
        Samples of any kind that can be indexed. None if every model brings its own.
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    groups : array-like of shape (n_samples,) or None, default=None
        What must not be split between folds, and what the bootstrap draws.
    cv : int, splitter, iterable of (train, test) pairs or None, default=5
        An int is that many folds of GroupKFold, or of KFold without groups. Folds may leave samples untested;
        none may be tested twice.
    truth : array-like of shape (n_samples,) or None, default=None
        Labels that are known to be right, None or NaN where nobody knows: by these the models are tested, not
        trained, and samples without are not tested. None tests by the majority, which is what the field
        reports of subjective labels.
    baseline : str or None, default="crowd-hard"
        The model that the differences are taken to; None leaves them out.
    n_bootstrap : int, default=2000
        Draws of groups for the intervals; see `paired_bootstrap`.
    n_jobs : int or None, default=None
        Folds at once, through joblib.
    memory : str, path, joblib.Memory or None, default=None
        Where views are kept; a run that was cut off goes on there. None is a temporary folder.
    random_state : int, RandomState instance or None, default=None
        One seed for all models whose own is None, and for the bootstrap.
    verbose : int, default=0
        Above 0 shows progress on standard error.
    return_predictions : bool, default=False
        Whether to return the predictions as well.

    Returns
    -------
    table : DataFrame
        One row a model, in their order. `uar` is the mean of the `recall_<class>` columns, pooled over the
        test samples of all folds: a fold may hardly hold a class. `fold_mean` and `fold_sd` are of the
        folds' own UAR. `difference` of `uar` to the baseline with its 95 % interval from `low` to `high`.
        `fit_seconds` and `predict_seconds` add up the folds; of a stack they count each of its views as
        if trained for this row alone. Shares, not percent.
    predictions : DataFrame
        Only with `return_predictions`: one row a tested sample with its `fold`, its `consensus` (None
        without one), its `truth` where that is given, and what each model predicts.

    Raises
    ------
    ValueError
        If the baseline is not among the models, models name different classes, some class is no tested
        sample's consensus or truth, lengths differ, or the splitter needs groups and there are none.
    TypeError
        If `models` is neither a dict nor a stack.

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
    named = _named_classes(_estimators(models), Y)
    task = Task(Y, **named)
    n_samples = task.n_samples if X is None else num_samples(X)
    check_lengths(n_samples, Y=task, groups=groups, truth=truth)
    consensus = hard_labels(task)
    judges, kind = (consensus, "consensus") if truth is None else (_known(truth, named), "truth")
    folds = make_folds(consensus if X is None else X, consensus, groups, cv)
    if not isinstance(models, dict):
        models = paper_models(_with_defaults(models, named), task, folds=folds)
    models = _with_features(models, X, n_samples)
    tested = np.sort(np.concatenate([test for _, test in folds]))
    scored = np.array([row for row in tested if judges[row] is not None], dtype=np.intp)
    classes = _check_tested_classes(judges[scored], named["classes"], kind)
    if baseline is not None and baseline not in models:
        raise ValueError(
            f"baseline {baseline!r} is not one of the models {list(models)}: name one of them, or None for a "
            "table without differences."
        )
    if not isinstance(random_state, int | np.integer):
        random_state = int(check_random_state(random_state).randint(2**31 - 1))
    with view_memory(memory) as shared:
        defaults = {**named, "memory": shared, "random_state": random_state}
        ready = {name: (_with_defaults(model, defaults), own) for name, (model, own) in models.items()}
        outcomes = run_folds(ready, task.ratings, consensus, folds, groups, n_jobs, verbose)
    predicted = collect_labels(outcomes, folds, n_samples)
    draws = {"baseline": baseline, "n_bootstrap": n_bootstrap, "random_state": random_state}
    table = score_table(predicted, outcomes, judges, scored, folds, groups, classes, **draws)
    labels = {"consensus": consensus, kind: judges}
    if not return_predictions:
        return table
    return table, prediction_table(predicted, labels, folds, tested, task.ratings)


def _known(truth, named):
    """Return the true labels as classes, None where there is none."""
    if np.ndim(truth) > 1 and np.shape(truth)[1:] != (1,):
        raise ValueError(f"truth must be one label a sample; it has the shape {np.shape(truth)}.")
    try:
        return hard_labels(Task(truth, **named))
    except ValueError as error:
        raise ValueError(f"truth: {error}") from error


def _estimators(models):
    """Return the estimators of a dict of models, or of the single one given, without their features."""
    models = models if isinstance(models, dict) else {"": models}
    return [model[0] if isinstance(model, tuple) else model for model in models.values()]


def _with_features(models, X, n_samples):
    """Pair every model with its features, checked."""
    paired = {}
    for name, model in models.items():
        estimator, own = model if isinstance(model, tuple) else (model, X)
        if not hasattr(estimator, "fit"):
            raise TypeError(
                f"Model {name!r} is no estimator but {estimator!r}: give one with fit and predict."
            )
        if own is None:
            raise ValueError(f"Model {name!r} has no features: give X, or the pair (estimator, its own X).")
        if num_samples(own) != n_samples:
            raise ValueError(
                f"The features of model {name!r} have {num_samples(own)} samples, but there are "
                f"{n_samples}: give the same samples in the same order."
            )
        if holds_sequences(own) and not get_tags(estimator).input_tags.allow_nan:
            check_frames(own, f"Model {name!r}")  # here, a fold's models count the samples of the fold
        paired[name] = estimator, own
    return paired


def _named_classes(estimators, Y):
    """Return `classes` and `label_map` as Y names them if it is a Task, else as the models do."""
    if isinstance(Y, Task):
        return {"classes": Y.classes, "label_map": Y.label_map or None}
    named = []
    for inner in map(innermost, estimators):
        own = getattr(inner, "classes", None)
        if own is not None:
            named.append({"classes": list(own), "label_map": getattr(inner, "label_map", None)})
    if any(other != named[0] for other in named):
        raise ValueError(
            f"The models name different classes, such as {named}: give the ratings as "
            "Task(Y, classes=..., label_map=...)."
        )
    return named[0] if named else {"classes": None, "label_map": None}


def _with_defaults(estimator, defaults):
    """Copy an estimator, with values for those of its parameters that are None."""
    estimator = clone(estimator)
    if takes_ratings(estimator):
        for inner in (unwrap(estimator), innermost(estimator)):
            known = inner.get_params(deep=False)
            inner.set_params(
                **{name: value for name, value in defaults.items() if name in known and known[name] is None}
            )
    elif "random_state" in defaults:
        seeds = [
            name
            for name, value in estimator.get_params().items()
            if name.split("__")[-1] == "random_state" and value is None
        ]
        estimator.set_params(**dict.fromkeys(seeds, defaults["random_state"]))
    return estimator


def _check_tested_classes(labels, classes, kind):
    """Return the classes, each of which some tested sample must have."""
    held = set(labels.tolist())
    if not held:
        raise ValueError(f"No tested sample has a {kind} within the classes, so nothing can be compared.")
    classes = sort_labels(held) if classes is None else classes
    absent = [name for name in classes if name not in held]
    if absent:
        raise ValueError(
            f"No tested sample has the {kind} {absent[0]!r}, so its recall is undefined: leave it out of "
            f"classes, which are {classes}, or test more samples."
        )
    return classes
