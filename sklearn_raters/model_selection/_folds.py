"""Folds over rated samples: split them, fit an estimator on one part, predict another."""

from time import perf_counter
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array, issparse
from sklearn.base import clone
from sklearn.model_selection import GroupKFold, KFold

from sklearn_raters._inner_splits import check_pairs, splitter_needs_groups
from sklearn_raters._nested import (
    call_inside,
    groups_for_fit,
    innermost,
    splitter_takes_groups,
    takes_ratings,
)
from sklearn_raters._rated import rows_of
from sklearn_raters._sklearn_compat import check_method_params, num_samples
from sklearn_raters.consensus import labelled_samples
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import known_labels
from sklearn_raters.sequences import holds_sequences, holds_text


class Fold(NamedTuple):
    """One split of the samples: indices of the training part and of the test part."""

    train: np.ndarray
    test: np.ndarray


def make_folds(X, consensus, groups, cv):
    """
    Split samples into training and test parts.

    Parameters
    ----------
    X : sequence of n_samples
        The samples; most splitters take only their number from it.
    consensus : ndarray of object of shape (n_samples,)
        Labels for splitters that stratify. The samples without a consensus (None) count as one more class.
    groups : array-like of shape (n_samples,) or None
        Samples of one group are kept together by splitters that use groups.
    cv : int, splitter, iterable of (train, test) pairs or None
        An int is that many folds of GroupKFold, or of KFold without groups; None is 5.

    Returns
    -------
    list of Fold
        Indices of samples.

    Raises
    ------
    InputError
        If the splitter needs groups and there are none, there are fewer samples or groups than folds, a part
        is empty, or a sample is tested twice or by a model that was trained on it.
    """
    cv = 5 if cv is None else cv
    if isinstance(cv, int | np.integer):
        n_available, kind = (num_samples(X), "samples") if groups is None else (len(set(groups)), "groups")
        if not 2 <= cv <= n_available:
            raise InputError(
                f"cv={cv} must be at least 2 folds and at most the number of {kind}, here {n_available}. "
                "Give another cv, or finer groups."
            )
        cv = KFold(cv) if groups is None else GroupKFold(cv)
    if not hasattr(cv, "split") or isinstance(cv, str | bytes | bytearray):
        folds = [Fold(*fold) for fold in check_pairs(cv, len(consensus))]
    elif groups is None and splitter_needs_groups(cv):
        raise InputError(
            f"{cv!r} splits by groups, but groups is None: pass groups=, such as the sessions or "
            "the speakers of the corpus, or a cv that does not need them."
        )
    else:
        split_groups = {"groups": groups} if splitter_takes_groups(cv) else {}
        _, strata = np.unique([str(label) for label in consensus], return_inverse=True)
        y = consensus if takes_ratings(cv) else strata
        with known_labels():
            folds = [Fold(*fold) for fold in cv.split(X, y, **split_groups)]
    _check_folds(folds, cv)
    return folds


def _check_folds(folds, cv):
    # The repr of a list of pairs would be all their indices.
    name = repr(cv) if hasattr(cv, "split") else "cv"
    if not folds:
        raise InputError(f"{name} has no folds: give another cv.")
    for number, fold in enumerate(folds, start=1):
        if not (len(fold.train) and len(fold.test)):
            raise InputError(
                f"Fold {number} of {name} has {len(fold.train)} samples to train on and {len(fold.test)} to "
                "test: give a cv without empty parts."
            )
        both = np.intersect1d(fold.train, fold.test)
        if len(both):
            raise InputError(
                f"Fold {number} of {name} trains and tests on the same sample ({both[0]}): give a cv whose "
                "training and test parts do not overlap."
            )
    tested, times = np.unique(np.concatenate([fold.test for fold in folds]), return_counts=True)
    if times.max() > 1:
        raise InputError(
            f"{name} tests sample {tested[times.argmax()]} more than once: give a cv that tests each once."
        )


def check_trainable(estimator, X, Y, consensus, folds, groups):
    """
    Check, without training, that an estimator can be trained on the training part of each fold.

    Parameters
    ----------
    estimator : estimator
        For a stack, the training is planned. Other estimators need at least one sample with a consensus.
    X : sequence of n_samples
        Samples, of which only the form is used.
    Y : ratings of n_samples
        In a form that can be indexed, or a Task.
    consensus : ndarray of object of shape (n_samples,)
        Labels, None where there is no consensus.
    folds : list of Fold
        The splits.
    groups : array-like of shape (n_samples,) or None
        Groups of the samples.

    Returns
    -------
    list of StackPlan
        The plan of each fold, if the estimator is a stack; otherwise empty.

    Raises
    ------
    InputError, TypeError
        If no sample of a training part has a consensus, or the plan of a stack fails.
    """
    inner, plans = innermost(estimator), []
    for number, (rows, _) in enumerate(folds, 1):
        if not takes_ratings(estimator) and not len(labelled_samples(consensus[rows])[0]):
            raise InputError(
                f"None of the {len(rows)} training samples of a fold has a consensus, so that "
                f"{type(estimator).__name__} cannot be trained. Use fewer or larger folds."
            )
        if hasattr(inner, "plan") and not (inner is not estimator and _depends_on_steps(inner, X)):
            given = _of_form(X, rows), rows_of(Y, rows)
            try:
                with known_labels():
                    plans.append(inner.plan(*given, groups=rows_of(groups, rows)))
            except InputError as error:
                raise type(error)(
                    f"In the training part of fold {number} ({len(rows)} samples): {error} If only "
                    "this part lacks it, give a cv of other or larger training parts."
                ) from error
    return plans


def _of_form(X, rows):
    """Return samples of the form of X that hold their numbers: a plan uses only their number and form."""
    if holds_sequences(X):
        return [np.full((1, 1), float(row)) for row in rows]
    return csr_array(rows[:, None].astype(float)) if issparse(X) else rows[:, None]


def _depends_on_steps(stack, X):
    """Return whether the default estimator, which settings are for, depends on steps that read texts."""
    has_settings = bool(stack.view_params) or stack.fusion == "fine_tune"
    return stack.estimator is None and has_settings and holds_text(X)


def fit_and_predict(estimator, X, Y, consensus, fold, groups, method="predict", params=None):
    """
    Fit a copy of an estimator on the training part of a fold, and predict the test part.

    Parameters
    ----------
    estimator : estimator
        It learns from the ratings if it takes them, otherwise from the consensus of the samples that have
        one.
    X : sequence of n_samples
        Samples of any kind that can be indexed.
    Y : ratings of n_samples
        In a form that can be indexed, or a Task.
    consensus : ndarray of object of shape (n_samples,)
        Labels, None where there is no consensus.
    fold : Fold
        The split.
    groups : array-like of shape (n_samples,) or None
        Passed to estimators whose `fit` uses groups.
    method : str, default="predict"
        Name of the prediction method. It may be one that pipelines and searches lack, such as
        `predict_proba_raters`.
    params : dict or None, default=None
        Further keyword arguments of `fit`. Values with one entry for each sample are cut to the part. With
        metadata routing on, the prediction method gets those that it requests.

    Returns
    -------
    fitted : estimator
        The fitted copy.
    predictions : ndarray of shape (n_test, ...)
        Predictions for the test part.
    fit_seconds, predict_seconds : float
        Durations of `fit` and of the prediction.

    Raises
    ------
    AttributeError
        If the estimator has no such method.
    """
    fitted, fit_seconds = fit_part(estimator, X, Y, consensus, fold.train, groups, params)
    start = perf_counter()
    predictions = predict_part(fitted, method, X, fold.test, params)
    return fitted, predictions, fit_seconds, perf_counter() - start


def rows_to_learn(estimator, consensus, train):
    """Return the rows of a training part that `fit` gets: with a consensus only, if it takes no ratings."""
    return train if takes_ratings(estimator) else train[labelled_samples(consensus[train])[0]]


def fit_part(estimator, X, Y, consensus, train, groups, params=None):
    """Return a copy of an estimator, fitted on some rows of X, and the seconds; see `fit_and_predict`."""
    train = rows_to_learn(estimator, consensus, train)
    y = rows_of(Y, train) if takes_ratings(estimator) else labelled_samples(consensus[train])[1]
    fitted = clone(estimator)
    for_fit = check_method_params(X, params or {}, indices=train)
    for_fit.update(groups_for_fit(fitted, rows_of(groups, train)))
    X_train = rows_of(X, train)
    start = perf_counter()
    with known_labels():
        fitted.fit(X_train, y, **for_fit)
    return fitted, perf_counter() - start


def predict_part(fitted, method, X, rows, params=None):
    """Return what a method of a fitted estimator predicts for some rows of X; see `fit_and_predict`."""
    for_method = check_method_params(X, params or {}, indices=rows)
    return np.asarray(call_inside(fitted, method, rows_of(X, rows), for_method))
