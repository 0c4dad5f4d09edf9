"""Out-of-fold predictions of estimators that learn from ratings."""

from inspect import signature

import numpy as np
from sklearn.utils.parallel import Parallel, delayed

from sklearn_raters._align import align, align_samples, count_rows
from sklearn_raters._nested import innermost, is_search, layers, unwrap
from sklearn_raters._sklearn_compat import N_JOBS, HasMethods, checked_parameters
from sklearn_raters.consensus import hard_labels
from sklearn_raters.exceptions import InputError
from sklearn_raters.model_selection._folds import (
    check_trainable,
    fit_and_predict,
    make_folds,
    predict_part,
)
from sklearn_raters.ratings import Task, check_groups, shorten, sort_labels
from sklearn_raters.stacking import CROWD_VIEWS

# Axes of a method's predictions after the samples.
_AXES = {
    "predict": [],
    "predict_proba": ["classes"],
    "predict_proba_raters": ["raters", "classes"],
    "predict_proba_views": ["views", "classes"],
    "predict_soft_labels": ["classes"],
}


@checked_parameters(
    {
        "estimator": [HasMethods("fit")],
        "method": [str, "array-like"],
        "n_jobs": N_JOBS,
        "params": [dict, None],
        "return_names": ["boolean"],
    }
)
def cross_val_predict_raters(
    estimator,
    X,
    Y,
    *,
    groups=None,
    cv=None,
    method="predict_proba",
    n_jobs=None,
    params=None,
    return_names=False,
):
    """
    Predict every sample by an estimator that was trained on the other folds.

    scikit-learn's `cross_val_predict` treats the columns of 2-D ratings as the outputs of a multi-output
    problem and encodes the labels of each column separately. Here the ratings reach `fit` unchanged.

    Parameters
    ----------
    estimator : estimator
        It learns from the ratings if it takes them, otherwise from the consensus of the samples that have
        one.
    X : sequence of n_samples
        Samples of any kind that can be indexed: arrays, lists of frames or paths, DataFrames.
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A votes cube needs an estimator with `classes`,
        or a Task.
    groups : array-like of shape (n_samples,) or None, default=None
        Groups that the folds of an int `cv` keep whole, such as speakers. They are also passed to `fit` if
        the estimator uses groups.
    cv : int, splitter, iterable of (train, test) pairs or None, default=None
        An int is that many folds of GroupKFold, or of KFold without groups; None is 5. Every sample must be
        tested once. Splitters that stratify do so by the consensus.
    method : str or list of str, default="predict_proba"
        One of "predict", "predict_proba", "predict_soft_labels", "predict_proba_raters" and
        "predict_proba_views", or a list of them, for which each fold is trained once.
    n_jobs : int or None, default=None
        Number of folds at once, through joblib.
    params : dict or None, default=None
        Further keyword arguments of `fit`. Values with one entry for each sample are cut to the fold, those
        of pandas after they are brought into the order of X. With metadata routing on, the prediction method
        gets those that it requests.
    return_names : bool, default=False
        Whether to return the names of the classes, raters or views along the axes as well.

    Returns
    -------
    predictions : ndarray of shape (n_samples, ...)
        Predictions of the method, in the order of X; for a list of methods, a list with theirs. The axes hold
        the classes, raters and views of all folds together: raters in the order of Y, classes in that of the
        estimator's `classes` or of a Task, else sorted. A class that a fold has not learnt has probability 0
        there; a rater or view that a fold does not have is NaN.
    names : dict
        Only with `return_names`. From "classes", "raters" or "views" to the list of names; for a list of
        methods, a list of such dicts.

    Raises
    ------
    InputError
        If lengths differ, the splitter needs groups and there are none, a sample is not tested exactly once,
        the estimator cannot be trained on a training part, or `method` is not one of the five.
    AttributeError
        If the estimator has no such method.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn_raters.model_selection import cross_val_predict_raters
    >>> X, Y = [[0], [1], [2], [3]], [["a", "a"], ["b", None], ["a", "b"], ["b", "b"]]
    >>> cross_val_predict_raters(DummyClassifier(), X, Y, cv=2)
    array([[0. , 1. ],
           [0. , 1. ],
           [0.5, 0.5],
           [0.5, 0.5]])
    """
    methods = list(method) if isinstance(method, list | tuple) else [method]
    unknown = [name for name in methods if not isinstance(name, str) or name not in _AXES]
    if unknown or not methods:
        raise InputError(f"method must be one of {list(_AXES)}, or a list of them; got {method!r}.")
    inner = unwrap(estimator)
    lacking = [name for name in methods if not hasattr(inner, name)]
    # The grid of a search may decide.
    if lacking and not any(is_search(layer.estimator) for layer in layers(estimator)):
        raise AttributeError(
            f"{type(inner).__name__} has no method {lacking[0]}: use another method= or estimator."
        )
    X, Y, groups = align_samples(X=X, Y=Y, groups=groups)
    params = {name: _in_order(name, value, X, Y) for name, value in (params or {}).items()}
    groups = check_groups(groups)
    settings = innermost(estimator)
    task = Task(Y, getattr(settings, "classes", None), getattr(settings, "label_map", None))
    n_samples = task.n_samples
    consensus = hard_labels(task)
    folds = make_folds(X, consensus, groups, cv)
    n_tested = sum(len(fold.test) for fold in folds)
    if n_tested != n_samples:
        raise InputError(
            f"The folds of cv test {n_tested} of {n_samples} samples: give a cv that tests each sample once."
        )
    _check_params(estimator, params)
    check_trainable(estimator, X, Y, consensus, folds, groups)
    parts = Parallel(n_jobs=n_jobs)(
        delayed(_predict_fold)(estimator, X, Y, consensus, fold, groups, params, methods) for fold in folds
    )
    order = np.argsort(np.concatenate([fold.test for fold in folds]))
    merged = [
        _merge(one, of_folds, order, task)
        for one, of_folds in zip(methods, zip(*parts, strict=True), strict=True)
    ]
    if isinstance(method, str):
        return merged[0] if return_names else merged[0][0]
    predictions, names = (list(part) for part in zip(*merged, strict=True))
    return (predictions, names) if return_names else predictions


def _in_order(name, value, X, Y):
    """Return an argument of `fit`; what has an index and a row for each sample is in the order of X and Y."""
    by_sample = hasattr(value, "iloc") and len(value) == count_rows(X, "X")
    return align_samples(X=X, Y=Y, **{name: value})[2] if by_sample else value


def _check_params(estimator, params):
    """Raise InputError if `fit` takes no argument of such a name."""
    taken = signature(estimator.fit).parameters.values()
    names = [one.name for one in taken]
    unknown = [name for name in params if name not in names]
    if unknown and not any(one.kind is one.VAR_KEYWORD for one in taken):
        raise InputError(
            f"params names {unknown[0]!r}, which the fit of {type(estimator).__name__} does not take: it has "
            f"{shorten(names)}."
        )


def _merge(method, parts, order, task):
    """Return the predictions of a method for all samples, from those of the folds, and the names of axes."""
    predictions, found = zip(*parts, strict=True)
    names = {}
    for position, axis in enumerate(_AXES[method], start=1):
        names[axis] = _merge_names(axis, [by_axis[axis] for by_axis in found], task)
        fill = 0.0 if axis == "classes" else np.nan
        predictions = [
            align(part, by_axis[axis], names[axis], axis=position, fill=fill)
            for part, by_axis in zip(predictions, found, strict=True)
        ]
    return np.concatenate(predictions)[order], names


def _predict_fold(estimator, X, Y, consensus, fold, groups, params, methods):
    """Predict the test part of a fold; return, for each method, predictions and the names along the axes."""
    first, *others = methods
    fitted, predictions, *_ = fit_and_predict(estimator, X, Y, consensus, fold, groups, first, params)
    answers = [predictions, *(predict_part(fitted, name, X, fold.test, params) for name in others)]
    names = []
    for method in methods:
        names.append({})
        for axis in _AXES[method]:
            # Pipelines and searches have no `raters_` and no `views_`.
            values = getattr(fitted if axis == "classes" else unwrap(fitted), f"{axis}_")
            names[-1][axis] = values.tolist() if isinstance(values, np.ndarray) else list(values)
    return list(zip(answers, names, strict=True))


def _merge_names(axis, lists, task):
    """Merge the names that the folds have along an axis: each name once, in the order of the result."""
    present = set().union(*lists)
    known = task.classes if axis == "classes" else [*CROWD_VIEWS, *task.raters]
    names = [name for name in known if name in present]
    return names + sort_labels(present - set(names)) if axis == "classes" else names
