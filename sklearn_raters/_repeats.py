"""Classifiers that split weighted repeats of samples: keep each sample whole, or refuse the classifier."""

import numpy as np
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import RidgeClassifierCV
from sklearn.model_selection import check_cv
from sklearn.svm import SVC, NuSVC
from sklearn.utils.validation import has_fit_parameter

from sklearn_raters._nested import is_search, layers, splitter_takes_groups
from sklearn_raters._sklearn_compat import num_samples, safe_indexing
from sklearn_raters.exceptions import InputError

_TWICE = (
    "A classifier with cv is inside one that splits or draws them, and could not keep those of a sample "
    "together. Give a classifier without cv inside, and choose its parameters by a search around the whole."
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
                elif name in ("probability", "early_stopping"):
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
    # Boosted trees that stop early lose at most 6 points of accuracy; networks and SGD lose up to 50.
    boosted = isinstance(part, HistGradientBoostingClassifier)
    if getattr(part, "early_stopping", False) is True and not boosted:
        return (
            f"{name}(early_stopping=True) holds out some of those of one sample and learns from others, so "
            "that it stops at a wrong time. Set early_stopping=False and limit the iterations, if need be "
            "by a search."
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
        return check_cv(self.cv, self.labels, classifier=True).get_n_splits(
            self.labels, self.labels, self.groups
        )

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
    learnt, rows = np.unique(rows, return_inverse=True)  # those of weight 0 have no repeats
    groups = None if groups is None else safe_indexing(groups, learnt)
    for name, cv in estimator.get_params().items():
        if name.rpartition("__")[2] == "cv" and not isinstance(cv, str | float):  # such as "prefit"
            used = groups if splitter_takes_groups(cv) else None  # the other splitters warn of groups
            folds = WholeSampleFolds(cv, rows, soft[learnt].argmax(axis=1), used)
            estimator.set_params(**{name: folds})


def restore_folds(estimator):
    """Give a fitted classifier back the `cv` that `keep_samples_whole` replaced."""
    for name, value in estimator.get_params().items():
        if isinstance(value, WholeSampleFolds):
            estimator.set_params(**{name: value.cv})
