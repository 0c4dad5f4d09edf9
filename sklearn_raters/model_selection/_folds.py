"""Folds over rated samples: split them, fit an estimator on one part, predict another."""

from time import perf_counter

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import GroupKFold, KFold

from sklearn_raters._nested import call_inside, groups_for_fit, splitter_takes_groups, takes_ratings
from sklearn_raters._rated import rows_of
from sklearn_raters._sklearn_compat import check_method_params, num_samples, safe_indexing
from sklearn_raters.consensus import labelled_samples


def check_lengths(n_samples, **others):
    """
    Check that everything given has one entry a sample.

    Parameters
    ----------
    n_samples : int
        The number of samples in X.
    **others : array-like or None
        What goes with them, by name; None is left out.

    Raises
    ------
    ValueError
        If one is shorter or longer.
    """
    for name, given in others.items():
        n_given = n_samples if given is None else getattr(given, "n_samples", None) or num_samples(given)
        if n_given != n_samples:
            raise ValueError(
                f"X has {n_samples} samples, but {name} has {n_given}: give one entry of {name} "
                "for each sample of X, in the same order."
            )


def make_folds(X, consensus, groups, cv):
    """
    Split samples into training and test parts.

    Parameters
    ----------
    X : sequence of n_samples
        The samples; most splitters take only their number from it.
    consensus : ndarray of object of shape (n_samples,)
        Labels for splitters that stratify; samples without one (None) are a class of their own there.
    groups : array-like of shape (n_samples,) or None
        What must not be split.
    cv : int, splitter, iterable of (train, test) pairs or None
        An int is that many folds of GroupKFold, or of KFold without groups; None is 5.

    Returns
    -------
    list of (train, test)
        Indices of samples.

    Raises
    ------
    ValueError
        If the splitter needs groups and there are none, an int fits them not, or a sample stands in two test
        parts.
    """
    cv = 5 if cv is None else cv
    if isinstance(cv, int | np.integer):
        n_whole, what = (num_samples(X), "samples") if groups is None else (len(set(groups)), "groups")
        if not 2 <= cv <= n_whole:
            raise ValueError(
                f"cv={cv} must be at least 2 folds and at most as many as there are {what}, here {n_whole}. "
                "Give another cv, or finer groups."
            )
        cv = KFold(cv) if groups is None else GroupKFold(cv)
    if not hasattr(cv, "split"):
        folds = [tuple(map(np.asarray, fold)) for fold in cv]
    elif splitter_takes_groups(cv) and groups is None and hasattr(cv, "get_metadata_routing"):
        raise ValueError(
            f"{cv!r} splits by groups, but groups is None: pass groups=, such as the sessions or "
            "the speakers of the corpus, or a cv that does not need them."
        )
    else:
        split_groups = {"groups": groups} if splitter_takes_groups(cv) else {}
        _, strata = np.unique([str(label) for label in consensus], return_inverse=True)
        folds = list(cv.split(X, strata, **split_groups))
    tested = np.concatenate([test for _, test in folds])
    if len(np.unique(tested)) < len(tested):
        raise ValueError(f"{cv!r} tests some samples more than once: use a splitter that tests each once.")
    return folds


def fit_part(estimator, X, Y, consensus, rows, groups=None, params=None):
    """
    Fit a copy of an estimator on a part of the samples, by ratings or by consensus.

    Parameters
    ----------
    estimator : estimator
        It is given the ratings if it takes them, otherwise the consensus of the samples that have one.
    X : sequence of n_samples
        Samples of any kind that can be indexed.
    Y : ratings of n_samples
        In a form that can be indexed.
    consensus : ndarray of object of shape (n_samples,)
        The labels of `Y`, None without a majority.
    rows : ndarray of int
        The samples to fit on.
    groups : array-like of shape (n_samples,) or None, default=None
        Handed to estimators whose `fit` uses groups.
    params : dict or None, default=None
        Further keyword arguments of `fit`; values with one entry a sample are cut to the part.

    Returns
    -------
    fitted : estimator
        The fitted copy.
    seconds : float
        How long `fit` took.

    Raises
    ------
    ValueError
        If the estimator needs a consensus and no sample of the part has one.
    """
    if takes_ratings(estimator):
        y = rows_of(Y, rows)
    else:
        n_rows = len(rows)
        labelled, y = labelled_samples(consensus[rows])
        rows = rows[labelled]
        if not len(rows):
            raise ValueError(
                f"None of the {n_rows} training samples of a fold has a consensus, by which "
                f"{type(estimator).__name__} could be trained. Use fewer or larger folds."
            )
    groups = None if groups is None else safe_indexing(groups, rows)
    fitted = clone(estimator)
    arguments = {**check_method_params(X, params or {}, indices=rows), **groups_for_fit(fitted, groups)}
    X = safe_indexing(X, rows)
    start = perf_counter()
    fitted.fit(X, y, **arguments)
    return fitted, perf_counter() - start


def predict_part(fitted, method, X, rows, params=None):
    """
    Call a prediction method on a part of the samples, also one that a pipeline does not know.

    Parameters
    ----------
    fitted : estimator
        The fitted estimator, possibly in pipelines and searches.
    method : str
        Such as "predict" or "predict_proba_raters".
    X : sequence of n_samples
        The samples.
    rows : ndarray of int
        Those to predict.
    params : dict or None, default=None
        Metadata, of which the method gets what it asks for if metadata routing is on.

    Returns
    -------
    ndarray
        What the method answers.

    Raises
    ------
    AttributeError
        If the estimator has no such method.
    """
    return call_inside(
        fitted, method, safe_indexing(X, rows), check_method_params(X, params or {}, indices=rows)
    )
