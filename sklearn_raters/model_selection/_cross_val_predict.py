"""Out-of-fold predictions of estimators that learn from ratings."""

import numpy as np
from sklearn.utils.parallel import Parallel, delayed

from sklearn_raters._align import align
from sklearn_raters._nested import unwrap
from sklearn_raters._sklearn_compat import num_samples
from sklearn_raters.consensus import hard_labels
from sklearn_raters.model_selection._folds import check_lengths, fit_part, make_folds, predict_part
from sklearn_raters.ratings import Task, sort_labels
from sklearn_raters.stacking import CROWD_VIEWS

# What the axes of a method's answer stand for, after the samples.
_AXES = {
    "predict": [],
    "predict_proba": ["classes"],
    "predict_proba_raters": ["raters", "classes"],
    "predict_proba_views": ["views", "classes"],
}


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
    Predict every sample by an estimator that was trained without its fold.

    scikit-learn's `cross_val_predict` takes the columns of 2-D ratings for the outputs of a multi-output
    problem and encodes each one's labels by itself; here the ratings reach `fit` as they are.

    Parameters
    ----------
    estimator : estimator
        It is fitted on the ratings if it takes them, otherwise on the consensus of the samples that have one.
    X : sequence of n_samples
        Samples of any kind that can be indexed: arrays, lists of frames or paths, DataFrames.
    Y : ratings of n_samples
        Labels of raters, a votes cube (for estimators with `classes`), or plain labels.
    groups : array-like of shape (n_samples,) or None, default=None
        What must not be split between folds; handed to `fit` where the estimator uses groups.
    cv : int, splitter, iterable of (train, test) pairs or None, default=None
        An int is that many folds of GroupKFold, or of KFold without groups; None is 5. Every sample must be
        tested once. Splitters that stratify are given the consensus.
    method : str, default="predict_proba"
        One of "predict", "predict_proba", "predict_proba_raters" and "predict_proba_views".
    n_jobs : int or None, default=None
        Folds at once, through joblib.
    params : dict or None, default=None
        Further keyword arguments of `fit`; values with one entry a sample are cut to the fold. With metadata
        routing on, the prediction method gets those that it asks for.
    return_names : bool, default=False
        Whether to say what the axes stand for.

    Returns
    -------
    predictions : ndarray of shape (n_samples, ...)
        As the method answers. The classes, raters and views are those of all folds together, raters in the
        order of Y: a class that a fold did not learn has probability 0 there, a rater or view that a fold
        does not have is NaN.
    names : dict
        Only with `return_names`: from "classes", "raters" or "views" to a list of names.

    Raises
    ------
    ValueError
        If lengths differ, the splitter needs groups and there are none, a sample is not tested once, or
        `method` is none of the four.

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
    if method not in _AXES:
        raise ValueError(f"method must be one of {list(_AXES)}, got {method!r}.")
    n_samples = num_samples(X)
    check_lengths(n_samples, Y=Y, groups=groups)
    inner = unwrap(estimator)
    task = Task(Y, getattr(inner, "classes", None), getattr(inner, "label_map", None))
    consensus = hard_labels(task)
    folds = make_folds(X, consensus, groups, cv)
    n_tested = sum(len(test) for _, test in folds)
    if n_tested != n_samples:
        raise ValueError(
            f"The folds of {cv!r} test {n_tested} of {n_samples} samples: use a splitter that "
            "tests each once."
        )
    parts = Parallel(n_jobs=n_jobs)(
        delayed(_predict_fold)(estimator, X, Y, consensus, train, test, groups, params, method)
        for train, test in folds
    )
    answers, named = zip(*parts, strict=True)
    names = {axis: _merge([part[axis] for part in named]) for axis in _AXES[method]}
    for axis in {"raters", "views"} & set(names):
        names[axis] = [name for name in (*CROWD_VIEWS, *task.raters) if name in names[axis]]
    answers = [_align_fold(answer, part, names) for answer, part in zip(answers, named, strict=True)]
    order = np.argsort(np.concatenate([test for _, test in folds]))
    predictions = np.concatenate(answers)[order]
    return (predictions, names) if return_names else predictions


def _predict_fold(estimator, X, Y, consensus, train, test, groups, params, method):
    fitted, _ = fit_part(estimator, X, Y, consensus, train, groups, params)
    answer = predict_part(fitted, method, X, test, params)
    owners = {"classes": fitted, "raters": unwrap(fitted), "views": unwrap(fitted)}
    names = {axis: np.asarray(getattr(owners[axis], f"{axis}_")).tolist() for axis in _AXES[method]}
    return np.asarray(answer), names


def _merge(lists):
    """Return the names of all folds: as they are where all agree, otherwise sorted."""
    if all(names == lists[0] for names in lists):
        return lists[0]
    together = set().union(*lists)
    try:
        return sort_labels(together)
    except ValueError:
        # Views named by raters that are numbers, beside "crowd_hard": put in order by the caller.
        return list(together)


def _align_fold(answer, present, names):
    for position, axis in enumerate(names, start=1):
        fill = 0.0 if axis == "classes" else np.nan
        answer = align(answer, present[axis], names[axis], axis=position, fill=fill)
    return answer
