"""The average of one classifier that is trained several times from different seeds."""

from functools import partial
from itertools import chain
from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone, is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils import indexable
from sklearn.utils.metaestimators import available_if
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted

from sklearn_raters._align import align_samples
from sklearn_raters._forms import whole_fit
from sklearn_raters._nested import (
    call_inside,
    check_is_read,
    check_refits,
    check_same_features,
    groups_for_fit,
    take_over_input,
    takes_ratings,
    takes_soft_targets,
    unwrap,
    weight_name,
    weights_for_fit,
)
from sklearn_raters._rated import ConsensusMixin, InnerTaskMixin, answer_by_name, columns_of
from sklearn_raters._seeds import draw_seed, set_seeds
from sklearn_raters._sklearn_compat import N_JOBS, HasMethods, Interval
from sklearn_raters._targets import expected_accuracy
from sklearn_raters.exceptions import collecting_remarks, remark
from sklearn_raters.ratings import Task, Votes, check_groups, known_labels


def _predict_proba_raters(copy, X, raters):
    known = call_inside(copy, "predict_proba_raters", X, {})
    known_raters = unwrap(copy).raters_
    consensus = None if set(raters) <= set(known_raters) else copy.predict_proba(X)
    return columns_of(raters, known_raters, known, consensus)


def _fit_copy(copy, X, y, fit_params):
    """Fit a copy; return it and its remarks."""
    with collecting_remarks() as remarks:
        return copy.fit(X, y, **fit_params), remarks


class DeepEnsembleClassifier(
    InnerTaskMixin, ConsensusMixin, MetaEstimatorMixin, ClassifierMixin, BaseEstimator
):
    """Average the probabilities of one classifier that is trained several times from different seeds.

    The ensemble of Lakshminarayanan et al. 2017, for classifiers of ratings, soft or hard labels. Networks
    with different initial weights make different errors, which partly cancel in their mean. If you give a
    trunk of your own, all copies start from its weights.

    Parameters
    ----------
    estimator : classifier
        The classifier to copy. It needs `predict_proba`, and a parameter `random_state`, which a step of a
        pipeline may have instead.
    n_estimators : int, default=5
        Number of copies to train, at most 10,000.
    n_jobs : int, default=None
        Number of copies to train in parallel, through joblib.
    random_state : int, RandomState instance or None, default=None
        Source of the copies' seeds.

    Attributes
    ----------
    estimators_ : list of classifiers
        The fitted copies.
    classes_ : ndarray of shape (n_classes,)
        The classes.
    raters_ : list
        The raters that at least one copy was trained on; only if the estimator predicts single raters.

    References
    ----------
    Lakshminarayanan, Pritzel & Blundell, "Simple and scalable predictive uncertainty estimation using deep
    ensembles", NeurIPS 2017.

    Examples
    --------
    >>> from sklearn_raters import DeepEnsembleClassifier, RaterNetClassifier
    >>> from sklearn_raters.datasets import make_rated_samples
    >>> crowd = make_rated_samples(200, n_classes=3, n_features=16, random_state=0)
    >>> net = RaterNetClassifier("annot_mix", max_epochs=3)
    >>> clf = DeepEnsembleClassifier(net, n_estimators=2, random_state=0).fit(crowd.X, crowd.Y)
    >>> clf.predict_proba_raters(crowd.X).shape
    (200, 20, 3)
    """

    _parameter_constraints = {
        "estimator": [HasMethods(["fit", "predict_proba"])],
        "n_estimators": [Interval(Integral, 1, 10_000, closed="both")],
        "n_jobs": N_JOBS,
        "random_state": ["random_state"],
    }

    def __init__(self, estimator, n_estimators=5, *, n_jobs=None, random_state=None):
        self.estimator = estimator
        self.n_estimators = n_estimators
        self.n_jobs = n_jobs
        self.random_state = random_state

    @property
    def _takes_ratings(self):
        return takes_ratings(self.estimator)

    @property
    def _takes_soft_targets(self):
        return takes_soft_targets(self.estimator)

    def _check_settings(self):
        """Raise every error in the parameters that can be found without data."""
        check_refits(self.estimator)
        self._validate_params()
        if not is_classifier(self.estimator):
            raise TypeError(f"DeepEnsembleClassifier needs a classifier; got {self.estimator!r}.")
        if not any(name.split("__")[-1] == "random_state" for name in self.estimator.get_params()):
            raise TypeError(
                f"{self.estimator!r} has no random_state, so that all copies would be the same. "
                "Give a classifier with a random_state."
            )
        inner = self.estimator
        while isinstance(inner, Pipeline):
            inner = inner.steps[-1][1]
        if hasattr(inner, "_check_settings"):
            inner._check_settings()

    def fit(self, X, y, *, sample_weight=None, groups=None, **fit_params):
        """Train the copies.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that the estimator takes.
        y : array-like
            Labels, soft labels or ratings, in any form that the estimator takes.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, passed on to the estimator's `fit`.
        groups : array-like of shape (n_samples,), default=None
            Groups, passed on if the estimator takes them.
        **fit_params : dict
            Further parameters of the estimator's `fit`.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        TypeError
            If `estimator` is no classifier, has no `random_state`, or takes no `sample_weight` where weights
            are given.
        """
        self._check_settings()
        X, y, sample_weight, groups = align_samples(X=X, y=y, sample_weight=sample_weight, groups=groups)
        check_is_read(X, {type(self).__name__: self.estimator})
        groups = check_groups(groups)
        if sample_weight is not None and weight_name(self.estimator) is None:
            raise TypeError(
                f"{type(self.estimator).__name__}.fit takes no sample_weight. Leave sample_weight out, or "
                "give an estimator that takes it."
            )
        fit_params |= weights_for_fit(self.estimator, sample_weight) | groups_for_fit(self.estimator, groups)
        with whole_fit(self):
            seeds = draw_seed(self.random_state, self.n_estimators)
            copies = [set_seeds(clone(self.estimator), seed) for seed in seeds]
            jobs = (delayed(_fit_copy)(copy, X, y, fit_params) for copy in copies)
            self.estimators_, remarks = zip(*Parallel(n_jobs=self.n_jobs)(jobs), strict=True)
            self.estimators_ = list(self.estimators_)
            # Warnings of other processes are lost, so the remarks are made here, equal ones once.
            for text in dict.fromkeys(chain(*remarks)):
                remark(text)
            self.classes_ = self.estimators_[0].classes_
            take_over_input(self, self.estimators_[0])
            if hasattr(unwrap(self.estimators_[0]), "raters_"):
                known = set().union(*(unwrap(copy).raters_ for copy in self.estimators_))
                y = y if isinstance(y, Task | Votes) else indexable(y)[0]
                with known_labels():
                    task = Task(y, self.classes, self.label_map)
                self.raters_ = [name for name in task.raters if name in known]
        return self

    def predict_proba(self, X):
        """Return the mean of the copies' probabilities.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Columns in the order of `classes_`.
        """
        check_is_fitted(self)
        check_is_read(X, {type(self).__name__: self.estimators_[0]})
        check_same_features(X, self.estimators_[:1])
        return np.mean([copy.predict_proba(X) for copy in self.estimators_], axis=0)

    @available_if(lambda self: hasattr(unwrap(self.estimator), "predict_proba_raters"))
    def predict_proba_raters(self, X, raters=None):
        """Return the mean of the copies' probabilities for each rater.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.
        raters : list, default=None
            The raters, in any spelling: "1" is the rater 1. None takes `raters_`. A copy that was trained
            without votes of a rater predicts the consensus for this rater; a rater without votes in `fit`
            causes a warning.

        Returns
        -------
        ndarray of shape (n_samples, n_raters, n_classes)
            Probabilities, in the order of `raters` and of `classes_`.

        Raises
        ------
        InputError
            If `raters` is a single name, or a name may be that of several raters.
        """
        check_is_fitted(self)
        return answer_by_name(
            raters, self.raters_, partial(self._own_answers, X), partial(self.predict_proba, X)
        )

    def _own_answers(self, X):
        return np.mean([_predict_proba_raters(copy, X, self.raters_) for copy in self.estimators_], axis=0)

    @available_if(lambda self: hasattr(unwrap(self.estimator), "predict_soft_labels"))
    def predict_soft_labels(self, X):
        """Return the mean of the copies' shares of the raters who would choose each class.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Rows sum to one.
        """
        check_is_fitted(self)
        return np.mean([call_inside(copy, "predict_soft_labels", X, {}) for copy in self.estimators_], axis=0)

    def score(self, X, y, sample_weight=None):
        """Return the accuracy; for ratings, the accuracy on the samples that have a majority.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.
        y : array-like
            Labels, soft labels or ratings, in any form that the estimator takes.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights.

        Returns
        -------
        float
            Between 0 and 1.
        """
        if self._takes_ratings:
            return super().score(X, y, sample_weight)
        X, y, sample_weight = align_samples(X=X, y=y, sample_weight=sample_weight)
        return expected_accuracy(y, self.predict(X), self.classes_, sample_weight)
