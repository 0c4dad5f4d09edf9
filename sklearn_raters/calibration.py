"""Calibrated probabilities of classifiers that learn from ratings, by temperature scaling."""

from functools import partial
from numbers import Integral

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone, is_classifier
from sklearn.frozen import FrozenEstimator
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sklearn_raters._align import align
from sklearn_raters._inner_splits import inner_splits
from sklearn_raters._nested import (
    call_inside,
    check_is_read,
    groups_for_fit,
    take_over_input,
    takes_ratings,
    thawed,
    unwrap,
    weights_for_fit,
)
from sklearn_raters._rated import (
    ConsensusMixin,
    InnerTaskMixin,
    RatedSamples,
    answer_by_name,
    check_rated_samples,
    in_content_order,
    learnt_task,
    refuse_pairwise,
    rows_of,
)
from sklearn_raters._seeds import draw_seed
from sklearn_raters._sklearn_compat import N_JOBS, HasMethods
from sklearn_raters.consensus import hard_labels, soft_labels
from sklearn_raters.exceptions import InputError
from sklearn_raters.model_selection import cross_val_predict_raters
from sklearn_raters.ratings import known_labels

# Range of the temperature's natural logarithm: from 1/150, nearly certain, to 150, nearly uniform.
_LOG_TEMPERATURES = (-5, 5)
# A forest's probability of 0 is no certainty; scikit-learn's temperature scaling adds as much.
_LEAST = 1e-12
# The answers, and the attribute that holds the temperature of each.
_TEMPERATURES = {
    "predict_proba": "temperature_",
    "predict_soft_labels": "soft_temperature_",
    "predict_proba_raters": "rater_temperature_",
}


def _log_probabilities(proba):
    """Return the logarithms of probabilities, with a floor, so that a single 0 does not decide the fit."""
    return np.log(np.clip(proba, _LEAST, None))


def fit_temperature(proba, mass):
    """Find the temperature that makes labels most likely.

    The calibrated probabilities are softmax(log(p) / T).

    Parameters
    ----------
    proba : ndarray of shape (n_samples, n_classes)
        Probabilities p of samples that the classifier was not trained on.
    mass : ndarray of shape (n_samples, n_classes)
        Weight of each class as the sample's label.

    Returns
    -------
    float
        The temperature T: above 1 if the classifier is overconfident, below 1 if it is underconfident; 1
        without labels.
    """
    if not mass.any():
        return 1.0
    logits = _log_probabilities(proba)

    def loss(log_temperature):
        scaled = log_softmax(logits / np.exp(log_temperature), axis=1)
        return -(mass * scaled).sum() / mass.sum()

    return float(np.exp(minimize_scalar(loss, bounds=_LOG_TEMPERATURES, method="bounded").x))


def _labels_to_predict(task, consensus, raters, method):
    """Return the shares of the labels that a method should predict, in the shape of its predictions."""
    if method == "predict_proba":
        return (consensus[:, None] == np.array(task.classes, dtype=object)).astype(float)
    if method == "predict_soft_labels":
        return np.nan_to_num(soft_labels(task, alpha=0))
    given = np.zeros((task.n_samples, len(raters), len(task.classes)))
    for place, name in enumerate(raters):
        if name in task.raters:  # a finished estimator may have learnt from others
            given[:, place] = soft_labels(task.of_rater(name), alpha=0, outside_majority="keep")
    return np.nan_to_num(given)


def _judged(proba, mass, splits):
    """Return predictions and labels of the samples that can be judged, one a row.

    A class that is missing in a fold's training part has probability 0 in its test part, which says nothing
    about the estimator's confidence and would raise the temperature to its limit.
    """
    learnt = np.zeros(proba.shape, dtype=bool)
    for _, test in splits:
        learnt[test] = (proba[test] > 0).any(axis=0)
    unknown = (mass > 0) & ~learnt
    rows = (mass.sum(axis=-1) > 0) & ~unknown.any(axis=-1) & np.isfinite(proba).all(axis=-1)
    return proba[rows], mass[rows]


def _samples_to_judge(data, cv):
    """Return the samples without those of weight 0, which fill no folds; a splitter divides all of them."""
    if data.sample_weight is None or not (cv is None or isinstance(cv, Integral)):
        return data
    rows = np.flatnonzero(data.sample_weight)
    return RatedSamples(*(rows_of(values, rows) for values in data))


def _out_of_fold(estimator, data, methods, splits, n_jobs):
    """Return each method's predictions by estimators trained on the other folds, with the names of axes."""
    settings = {"groups": data.groups, "params": weights_for_fit(estimator, data.sample_weight)}
    with known_labels():
        answers = cross_val_predict_raters(
            estimator, data.X, data.Y, cv=splits, method=methods, n_jobs=n_jobs, return_names=True, **settings
        )
    return zip(*answers, strict=True)


class CalibratedRatersClassifier(
    InnerTaskMixin, ConsensusMixin, MetaEstimatorMixin, ClassifierMixin, BaseEstimator
):
    """Calibrate the answers of a classifier that learns from ratings: consensus, shares, single raters.

    Temperature scaling (Guo et al. 2017) divides the logarithms of the probabilities by one number, the
    temperature. Each answer has its own, chosen on out-of-fold predictions: that of `predict_proba` against
    the consensus, that of `predict_soft_labels` against the shares of the votes, and that of
    `predict_proba_raters`, one for all raters, against their labels. The most probable class stays the same.
    scikit-learn's `CalibratedClassifierCV` does not accept ratings. A stack with the fusion "pool" learns its
    three answers on held-out samples already; rater networks and ensembles do not.

    Parameters
    ----------
    estimator : classifier
        A classifier that takes ratings, such as `MultiRaterStackingClassifier`, or a pipeline that ends in
        one. One that is already fitted, in scikit-learn's `FrozenEstimator`, is not trained again: it answers
        the samples of `fit`, which it must not have seen, whose raters may be others.
    cv : int, splitter or None, default=5
        Folds of the out-of-fold predictions. An int is the number of folds of whole groups, or of shuffled
        samples without groups; None is 5. Every sample must be tested once.
    n_jobs : int, default=None
        Number of folds trained in parallel.
    random_state : int, RandomState instance or None, default=None
        Seed of the shuffling; the estimator keeps its own seed.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes.
    estimator_ : classifier
        The estimator, fitted on all samples, or the one in the `FrozenEstimator`.
    temperature_ : float
        The temperature of the consensus: above 1 if the estimator is overconfident.
    soft_temperature_, rater_temperature_ : float
        Those of the shares and of the raters' labels, if the estimator predicts them.

    References
    ----------
    Guo, Pleiss, Sun & Weinberger, "On calibration of modern neural networks", ICML 2017.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_raters import CalibratedRatersClassifier, MultiRaterStackingClassifier
    >>> from sklearn_raters.datasets import make_rated_samples
    >>> crowd = make_rated_samples(300, n_classes=3, n_features=16, class_sep=3, random_state=0)
    >>> stack = MultiRaterStackingClassifier(LogisticRegression(), random_state=0)
    >>> clf = CalibratedRatersClassifier(stack, cv=3, random_state=0).fit(crowd.X, crowd.Y)
    >>> clf.predict_proba(crowd.X).shape
    (300, 3)
    """

    _takes_ratings = True

    _parameter_constraints = {
        "estimator": [HasMethods(["fit", "predict_proba"])],
        "cv": ["cv_object"],
        "n_jobs": N_JOBS,
        "random_state": ["random_state"],
    }

    def __init__(self, estimator, *, cv=5, n_jobs=None, random_state=None):
        self.estimator = estimator
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Fit the estimator on each fold's training part to choose the temperature, then on all samples.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that the estimator takes.
        y : array-like
            The ratings, in any form that the estimator takes.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples, in the estimator and in the choice of the temperature.
        groups : array-like of shape (n_samples,), default=None
            Groups that must not be split between folds; passed to the estimator.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        TypeError
            If the estimator takes no ratings.
        InputError
            If no sample with a weight has a consensus.
        """
        self._validate_params()
        given, finished = thawed(self.estimator), isinstance(self.estimator, FrozenEstimator)
        if isinstance(given, type):
            raise TypeError(f"Give an estimator instance, such as {given.__name__}(), not the class.")
        if not (is_classifier(given) and takes_ratings(given)):
            raise TypeError(
                f"CalibratedRatersClassifier needs a classifier that takes ratings; got {self.estimator!r}. "
                "For one that takes labels there is sklearn.calibration.CalibratedClassifierCV."
            )
        refuse_pairwise(given)
        data = check_rated_samples(self, X, y, sample_weight, groups)
        check_is_read(data.X, {type(self).__name__: given})  # a fold counts its own samples
        if finished:
            check_is_fitted(given)
            data = data._replace(task=learnt_task(data.Y, given, self.label_map))
        data, _ = in_content_order(data, self.cv)
        part = _samples_to_judge(data, self.cv)
        consensus = hard_labels(part.task)
        weight = np.ones(part.task.n_samples) if part.sample_weight is None else part.sample_weight
        if all(label is None for label in consensus[weight > 0]):
            raise InputError("No sample has a majority label in the classes, to choose the temperature by.")
        inner = unwrap(given)
        methods = [name for name in _TEMPERATURES if name == "predict_proba" or hasattr(inner, name)]
        if finished:
            estimator, splits = given, [([], np.arange(len(consensus)))]
            names = {"classes": given.classes_.tolist(), "raters": getattr(inner, "raters_", None)}
            answers = [(call_inside(given, method, part.X, {}), names) for method in methods]
        else:
            splits = inner_splits(self.cv, consensus, part.groups, draw_seed(self.random_state))
            answers = _out_of_fold(given, part, methods, splits, self.n_jobs)
            keywords = weights_for_fit(given, data.sample_weight) | groups_for_fit(given, data.groups)
            with known_labels():
                estimator = clone(given).fit(data.X, data.Y, **keywords)
        for name in _TEMPERATURES.values():
            vars(self).pop(name, None)  # of an earlier fit
        for method, (proba, names) in zip(methods, answers, strict=True):
            proba = align(proba, names["classes"], part.task.classes, axis=-1)
            labels = _labels_to_predict(part.task, consensus, names.get("raters"), method)
            mass = labels * weight.reshape(-1, *[1] * (labels.ndim - 1))
            setattr(self, _TEMPERATURES[method], fit_temperature(*_judged(proba, mass, splits)))
        self.estimator_ = estimator
        self.classes_ = estimator.classes_
        take_over_input(self, estimator)
        return self

    def _calibrated(self, X, method):
        check_is_fitted(self)
        logits = _log_probabilities(call_inside(self.estimator_, method, X, {}))
        return softmax(logits / getattr(self, _TEMPERATURES[method]), axis=-1)

    def predict_proba(self, X):
        """Return the calibrated probabilities of the classes as the consensus.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Columns in the order of `classes_`.
        """
        return self._calibrated(X, "predict_proba")

    @available_if(lambda self: hasattr(unwrap(thawed(self.estimator)), "predict_soft_labels"))
    def predict_soft_labels(self, X):
        """Return the calibrated shares of the raters who would choose each class.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Columns in the order of `classes_`.
        """
        return self._calibrated(X, "predict_soft_labels")

    @available_if(lambda self: hasattr(unwrap(thawed(self.estimator)), "predict_proba_raters"))
    def predict_proba_raters(self, X, raters=None):
        """Return the calibrated probabilities of the labels that each rater would give.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.
        raters : list, default=None
            The raters, in any spelling: "1" is the rater 1. None takes `raters_`. A rater whom
            the estimator did not learn is predicted to choose as the consensus does, with a warning.

        Returns
        -------
        ndarray of shape (n_samples, n_raters, n_classes)
            Probabilities, in the order of `raters` and of `classes_`.

        Raises
        ------
        InputError
            If `raters` is a single name, or a name may be that of several raters.
        """
        answers = partial(self._calibrated, X, "predict_proba_raters")
        return answer_by_name(raters, self.raters_, answers, partial(self.predict_proba, X))

    @property
    def raters_(self):
        """The raters that the fitted estimator can predict."""
        check_is_fitted(self)
        return unwrap(self.estimator_).raters_
