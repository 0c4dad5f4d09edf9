"""Splits of the training samples: for early stopping, penalties, fusion, and inside other classifiers."""

from numbers import Integral

import numpy as np
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier
from sklearn.feature_selection import chi2, f_classif, mutual_info_classif
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import RidgeClassifierCV
from sklearn.model_selection import (
    GroupKFold,
    GroupShuffleSplit,
    KFold,
    RepeatedStratifiedKFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    StratifiedShuffleSplit,
    check_cv,
)
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC, NuSVC
from sklearn.utils import get_tags
from sklearn.utils.validation import has_fit_parameter

from sklearn_raters._nested import fit_with_weights, is_search, layers, splitter_takes_groups, takes_ratings
from sklearn_raters._sklearn_compat import BaseScorer, num_samples, safe_indexing
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import known_labels, shorten

# Number of random splits that are tried until one leaves every class in the training part.
_TRIES = 50
_STRATIFIED = (StratifiedKFold, StratifiedGroupKFold, StratifiedShuffleSplit, RepeatedStratifiedKFold)
_TWICE = (
    "A classifier with cv is inside one that splits or draws them, and could not keep those of a sample "
    "together. Give a classifier without cv inside, and choose its parameters by a search around the whole."
)


def hold_out(groups, labels, fraction, seed, parts=()):
    """Split samples into a training and a validation part by whole groups.

    Parameters
    ----------
    groups : ndarray of shape (n_samples,) or None
        Groups that must not be split. None makes each sample a group.
    labels : ndarray of shape (n_samples,)
        Labels, each of which must be left in the training part. None is no label.
    fraction : float
        Share of the groups to hold out.
    seed : int or None
        Seed of the random choice of groups.
    parts : list of ndarray of int
        Sets of samples, each of which must keep at least one sample in the training part.

    Returns
    -------
    train, valid : ndarray of int
        Indices of the two parts.

    Raises
    ------
    InputError
        If there is one group only, or no split leaves every label and every set in the training part.
    """
    groups = np.arange(len(labels)) if groups is None else groups
    n_groups = len(np.unique(groups))
    if n_groups < 2:
        raise InputError(
            f"At least two groups are needed to hold one out; found n_samples = {len(labels)} in "
            f"{n_groups} group. Give finer groups, or choose settings that hold nothing out "
            "(early_stopping=False; fusion='softmax', 'mean' or a classifier)."
        )
    if np.ceil(fraction * n_groups) >= n_groups:
        raise InputError(
            f"validation_fraction={fraction} of {n_groups} groups leaves none to train on. Hold out less."
        )
    known = set(labels) - {None}
    splitter = GroupShuffleSplit(n_splits=_TRIES, test_size=fraction, random_state=seed)
    for train, valid in splitter.split(labels, groups=groups):
        missing = known - set(labels[train])
        kept = all(np.isin(part, train).any() for part in parts)
        if not missing and kept and known & set(labels[valid]):
            return train, valid
    what = f"every class (missing: {sorted(missing)})" if missing else "some samples of every view"
    raise InputError(
        f"No split of {n_groups} groups that holds out {fraction:.0%} leaves {what} in the "
        "training part. Give a class or a rater more groups, hold out less by validation_fraction, or choose "
        "settings that hold nothing out."
    )


def check_pairs(cv, n_samples):
    """Check folds that are given as pairs of indices.

    Parameters
    ----------
    cv : iterable of (train, test)
        Indices of the training and the test part of each fold.
    n_samples : int
        Number of samples.

    Returns
    -------
    list of (ndarray of int, ndarray of int)
        The folds.

    Raises
    ------
    InputError
        If a fold is no pair of lists of indices, or an index is not that of a sample.
    """
    if isinstance(cv, str | bytes | bytearray) or not np.iterable(cv):
        raise InputError(f"cv must be an int, a splitter or a list of pairs (train, test), not {cv!r}.")
    folds = []
    for number, fold in enumerate(cv, start=1):
        parts = [np.asarray(part) for part in fold] if isinstance(fold, list | tuple | np.ndarray) else []
        if len(parts) != 2 or any(part.ndim != 1 for part in parts):
            given = fold.tolist() if isinstance(fold, np.generic) else fold
            raise InputError(f"Fold {number} of cv is no pair (train, test) of lists of indices: {given!r}.")
        for part in parts:
            wrong = len(part) and part.dtype.kind not in "iu"
            if wrong or (len(part) and not 0 <= part.min() <= part.max() < n_samples):
                raise InputError(
                    f"Fold {number} of cv holds {shorten(part.tolist(), 3)}, not all of them indices of the "
                    f"{n_samples} samples: give whole numbers from 0 to {n_samples - 1}."
                )
        folds.append(tuple(part.astype(np.intp) for part in parts))
    return folds


def splitter_needs_groups(cv):
    """
    Return whether a splitter cannot split without groups.

    Parameters
    ----------
    cv : int, splitter, iterable of (train, test) pairs or None
        As the parameter `cv` of scikit-learn's estimators.

    Returns
    -------
    bool
        True for scikit-learn's splitters by groups. Other splitters may take groups and do without them.
    """
    return hasattr(cv, "get_metadata_routing") and splitter_takes_groups(cv) and not takes_ratings(cv)


def inner_splits(cv, labels, groups, seed):
    """Split samples into folds for out-of-fold predictions.

    Parameters
    ----------
    cv : int, splitter, iterable of (train, test) pairs or None
        An int is the number of folds of whole groups, or of shuffled samples without groups; None is 5.
    labels : ndarray of shape (n_samples,)
        Labels for splitters that stratify; None is one more stratum.
    groups : ndarray of shape (n_samples,) or None
        Groups for splitters that use them.
    seed : int or None
        Seed of the shuffling.

    Returns
    -------
    list of (ndarray of int, ndarray of int)
        Indices of the training and the test part of each fold.

    Raises
    ------
    InputError
        If the splitter needs groups and there are none, there are no folds or fewer groups than folds, or a
        fold trains and tests on the same sample.
    """
    cv = 5 if cv is None else cv
    if isinstance(cv, Integral):
        n_groups = len(labels if groups is None else np.unique(groups))
        if n_groups < cv:
            found = f"samples: n_samples = {n_groups}" if groups is None else f"groups: there are {n_groups}"
            raise InputError(f"cv={cv} folds need as many {found}. Give a smaller cv, or finer groups.")
        cv = GroupKFold(cv) if groups is not None else KFold(cv, shuffle=True, random_state=seed)
    if not hasattr(cv, "split") or isinstance(cv, str | bytes | bytearray):
        cv = check_pairs(cv, len(labels))
    cv = check_cv(cv)
    if groups is None and splitter_needs_groups(cv):
        raise InputError(f"cv={cv!r} splits by groups: call fit(X, Y, groups=...), or give an int as cv.")
    names = list(dict.fromkeys(label for label in labels if label is not None))
    strata = np.array([-1 if label is None else names.index(label) for label in labels])
    y = labels if takes_ratings(cv) else strata
    with known_labels():
        splits = list(cv.split(np.empty((len(labels), 1)), y, groups))
    if not splits:
        raise InputError("cv has no folds. Give a list instead of a generator, which can be read only once.")
    if any(np.isin(train, test).any() for train, test in splits):
        raise InputError("A fold of cv trains and tests on the same sample: give a cv without such overlaps.")
    return splits


def check_reads_soft_labels(estimator, what):
    """Raise an error if a part of an estimator takes one label a sample only, and would get soft labels.

    Parameters
    ----------
    estimator : estimator
        Not fitted, possibly with pipelines and searches inside.
    what : str
        Start of the message: where the soft labels are.

    Raises
    ------
    InputError
        If a step before the last one learns from labels, or a search splits by them.
    TypeError
        If the `scoring` of a search is a name or one of the scorers of scikit-learn.
    """
    for _, layer in layers(estimator):
        for name, step in layer.steps[:-1] if isinstance(layer, Pipeline) else ():
            needs_labels = hasattr(step, "__sklearn_tags__") and get_tags(step).target_tags.required
            if needs_labels or getattr(step, "score_func", None) in (chi2, f_classif, mutual_info_classif):
                raise InputError(
                    f"{what}, but the step {name!r} of its pipeline, {type(step).__name__}, learns from one "
                    "label a sample. Take a step that needs no labels, such as VarianceThreshold or PCA; "
                    "hard labels, such as those of the view 'crowd_hard', take it."
                )
        if not is_search(layer):
            continue
        if isinstance(layer.cv, _STRATIFIED):
            raise InputError(
                f"{what}, but {layer.cv!r} of its search splits by one label a sample. Give an int, "
                "GroupKFold or KFold."
            )
        scorers = layer.scoring.values() if isinstance(layer.scoring, dict) else [layer.scoring]
        if any(isinstance(scorer, str | list | tuple | set | BaseScorer) for scorer in scorers):
            raise TypeError(
                f"{what}, which scoring={layer.scoring!r} of its search cannot judge. Leave scoring out (the "
                "accuracy expected), or give one of sklearn_raters.metrics: uar_scorer, "
                "neg_soft_cross_entropy_scorer, or make_ratings_scorer(...)."
            )


def check_takes_repeats(estimator, what):
    """Raise InputError if an estimator would learn wrongly from the weighted repeats of samples.

    Its probabilities are wrong if it holds out some repeats of a sample while it learns from the others:
    these say for certain that the sample is of another class.

    Parameters
    ----------
    estimator : classifier
        Not fitted, possibly a pipeline or search.
    what : str
        Start of the message: where the soft labels are.
    """
    *outer, (_, inner) = layers(estimator)
    for candidate in [inner, *(value for _, layer in outer for value in _candidates(layer))]:
        params = candidate.get_params()
        splits = [name.removesuffix("cv") for name in params if name.rpartition("__")[2] == "cv"]
        twice = any(inside != place and inside.startswith(place) for place in splits for inside in splits)
        for part in [candidate, *params.values()]:
            if reason := _reason(part) or (twice and _TWICE):
                raise InputError(f"{what}, learnt as weighted repeats of each sample. {reason}")


def _candidates(search):
    """Yield the estimators in the grid of a search, and its own with each parameter that decides."""
    grids = getattr(search, "param_grid", None) or getattr(search, "param_distributions", None) or []
    for grid in [grids] if isinstance(grids, dict) else grids:
        for key, values in grid.items():
            for value in values if isinstance(values, list | tuple | np.ndarray) else ():
                place, _, name = key.rpartition("__")
                if hasattr(value, "get_params"):
                    yield list(layers(value))[-1].estimator
                elif name in ("probability", "early_stopping", "n_iter_no_change"):
                    owner = search.estimator.get_params()[place] if place else search.estimator
                    yield clone(owner).set_params(**{name: value})


def _reason(part):
    """Return why a classifier, or one inside it, cannot learn from repeats, and the remedy; else None."""
    name = type(part).__name__
    if isinstance(part, SVC | NuSVC) and getattr(part, "probability", False) not in (False, "deprecated"):
        return (
            f"{name}(probability=True) splits those of one sample between its inner folds, which reverses "
            f"its probabilities. Give {name}(), whose decision values the fusion 'pool' of a stack uses, or "
            f"CalibratedClassifierCV({name}(), ensemble=False); hard labels, such as those of the view "
            "'crowd_hard', take it."
        )
    # On iris, digits and a noisy table, boosted trees lose at most 6 points by it, MLP 47 and SGD 36.
    boosted = isinstance(part, HistGradientBoostingClassifier)
    stops = {"early_stopping": True} if getattr(part, "early_stopping", False) is True and not boosted else {}
    if isinstance(part, GradientBoostingClassifier) and part.n_iter_no_change is not None:
        stops = {"n_iter_no_change": part.n_iter_no_change}
    for setting, value in stops.items():
        return (
            f"{name}({setting}={value}) holds out some of those of one sample and learns from others, so "
            f"that it stops at a wrong time. Leave {setting} out and limit the iterations, if need be by a "
            "search."
        )
    if isinstance(part, RidgeClassifierCV) or is_search(part):
        return (
            f"{name}, where it is, scores each of them without its weight. Put GridSearchCV, or another "
            "search, around the whole classifier: it splits and scores samples."
        )
    inner = part.estimator if isinstance(part, CalibratedClassifierCV) else None
    if not (inner is None or isinstance(inner, FrozenEstimator) or has_fit_parameter(inner, "sample_weight")):
        return (
            f"{name} cannot pass their weights to {type(inner).__name__}. Put the steps before it: "
            "make_pipeline(StandardScaler(), CalibratedClassifierCV(SVC(), ensemble=False))."
        )
    return None


class WholeSampleFolds:
    """A splitter that keeps all repeats of a sample on one side.

    Parameters
    ----------
    cv : int, splitter, iterable of (train, test) pairs or None
        How to split the samples, as the parameter `cv` of scikit-learn's classifiers.
    rows : ndarray of int of shape (n_repeats,)
        The sample of each repeat.
    labels : ndarray of int of shape (n_samples,)
        The class with the largest share in each sample, by which the splits are stratified.
    groups : array-like of shape (n_samples,) or None
        Groups of the samples.
    """

    def __init__(self, cv, rows, labels, groups):
        self.cv = cv
        self.rows = rows
        self.labels = labels
        self.groups = groups

    def get_n_splits(self, X=None, y=None, groups=None):
        """Return the number of splits."""
        samples = check_cv(self.cv, self.labels, classifier=True)
        return samples.get_n_splits(self.labels, self.labels, self.groups)

    def split(self, X, y=None, groups=None):
        """Yield the repeats to train on and those held out, as indices."""
        if num_samples(X) != len(self.rows):
            raise InputError(f"y holds soft labels, learnt as weighted repeats of each sample. {_TWICE}")
        samples = check_cv(self.cv, self.labels, classifier=True)
        for train, test in samples.split(self.labels, self.labels, self.groups):
            yield np.flatnonzero(np.isin(self.rows, train)), np.flatnonzero(np.isin(self.rows, test))


def keep_samples_whole(estimator, soft, rows, groups):
    """Let a classifier with a parameter `cv`, also inside others, split samples instead of their repeats.

    Parameters
    ----------
    estimator : classifier
        The unfitted classifier, changed in place.
    soft : ndarray of shape (n_samples, n_classes)
        Soft labels.
    rows : ndarray of int of shape (n_repeats,)
        The sample of each repeat.
    groups : array-like of shape (n_samples,) or None
        Groups of the samples.
    """
    learnt, renumbered = np.unique(rows, return_inverse=True)  # those of weight 0 have no repeats
    of_learnt = None if groups is None else safe_indexing(groups, learnt)
    for name, cv in estimator.get_params().items():
        if name.rpartition("__")[2] == "cv" and not isinstance(cv, str | float):  # such as "prefit"
            takes_groups = splitter_takes_groups(cv)  # the other splitters warn of groups
            if cv is None or isinstance(cv, Integral):
                parts = renumbered, soft[learnt].argmax(axis=1), of_learnt if takes_groups else None
            else:  # it may name samples by their places
                parts = rows, soft.argmax(axis=1), groups if takes_groups else None
            estimator.set_params(**{name: WholeSampleFolds(cv, *parts)})


def fit_in_groups(estimator, X, y, weights, groups):
    """Fit as `fit_with_weights`; a classifier whose `cv` takes groups gets them, though `fit` takes none.

    Parameters
    ----------
    estimator : classifier
        The unfitted classifier, such as a `CalibratedClassifierCV`, or a pipeline that ends in one.
    X, y : array-like of length n_samples
        Samples and targets.
    weights : ndarray of shape (n_samples,) or None
        Weights of the samples.
    groups : array-like of shape (n_samples,) or None
        Groups of the samples.

    Returns
    -------
    classifier
        The fitted classifier.
    """
    *outer, (path, inner) = layers(estimator)
    cv = inner.get_params(deep=False).get("cv") if groups is not None and np.ndim(y) == 1 else None
    # A search splits samples before, and passes on groups itself.
    searched = any(is_search(layer) for _, layer in (*outer, (path, inner)))
    if not searched and splitter_takes_groups(cv) and not has_fit_parameter(inner, "groups"):
        labels = np.unique(y, return_inverse=True)[1]
        folds = WholeSampleFolds(cv, np.arange(len(labels)), labels, groups)
        estimator.set_params(**{f"{path}__cv" if path else "cv": folds})
    fit_with_weights(estimator, X, y, weights, groups)
    restore_folds(estimator)
    return estimator


def restore_folds(estimator):
    """Give a fitted classifier back the `cv` that was replaced by `WholeSampleFolds`."""
    for name, value in estimator.get_params().items():
        if isinstance(value, WholeSampleFolds):
            estimator.set_params(**{name: value.cv})
