"""Several trainings of one classifier from different seeds, averaged."""

from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone, is_classifier
from sklearn.utils import check_random_state, get_tags, indexable
from sklearn.utils.metaestimators import available_if
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted

from sklearn_raters._nested import (
    call_inside,
    groups_for_fit,
    innermost,
    take_over_input,
    takes_ratings,
    takes_soft_targets,
    unwrap,
)
from sklearn_raters._rated import ConsensusMixin, check_raters, columns_of
from sklearn_raters._seeds import set_seeds
from sklearn_raters._sklearn_compat import HasMethods, Interval
from sklearn_raters._targets import expected_accuracy
from sklearn_raters.ratings import Task, Votes


def _fit_one(estimator, X, y, params):
    return estimator.fit(X, y, **params)


def _say_raters(copy, X, raters):
    known = call_inside(copy, "predict_proba_raters", X, {})
    own = unwrap(copy).raters_
    consensus = None if set(raters) <= set(own) else copy.predict_proba(X)
    return columns_of(raters, own, known, consensus)


class DeepEnsembleClassifier(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):
    """Average the probabilities of one network, trained several times from different seeds.

    The ensemble of Lakshminarayanan et al. 2017, for whatever learns from ratings, soft or hard labels.
    Networks that start elsewhere err elsewhere, which their mean evens out; a trunk of your own starts with
    its weights in all of them.

    Parameters
    ----------
    estimator : classifier
        With a `random_state`, also inside a pipeline, and `predict_proba`.
    n_estimators : int, default=5
        How many are trained.
    n_jobs : int, default=None
        How many at once, through joblib.
    random_state : int, RandomState instance or None, default=None
        Source of their seeds.

    Attributes
    ----------
    estimators_ : list of classifiers
        The fitted ones.
    classes_ : ndarray of shape (n_classes,)
        The classes.
    raters_ : list
        The raters that some copy knows, where the copies know raters.

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

    __metadata_request__fit = {"groups": True}
    _hands_on = True

    _parameter_constraints = {
        "estimator": [HasMethods(["fit", "predict_proba"])],
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "n_jobs": [Integral, None],
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

    def fit(self, X, y, groups=None, **fit_params):
        """Train the copies.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Whatever the estimator takes.
        y : array-like
            Labels, soft labels or ratings, whatever the estimator takes.
        groups : array-like of shape (n_samples,), default=None
            Handed on to estimators that take groups.
        **fit_params : dict
            Handed on to the estimator's `fit`, such as `sample_weight`.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        TypeError
            If `estimator` is no classifier or has no `random_state`.
        """
        self._validate_params()
        if not is_classifier(self.estimator):
            raise TypeError(f"DeepEnsembleClassifier needs a classifier; got {self.estimator!r}.")
        if not any(name.split("__")[-1] == "random_state" for name in self.estimator.get_params()):
            raise TypeError(f"{self.estimator!r} has no random_state, so that all copies would be the same.")
        rng = check_random_state(self.random_state)
        seeds = rng.randint(np.iinfo(np.int32).max, size=self.n_estimators)
        copies = [set_seeds(clone(self.estimator), seed) for seed in seeds]
        params = {**fit_params, **groups_for_fit(self.estimator, groups)}
        jobs = (delayed(_fit_one)(copy, X, y, params) for copy in copies)
        self.estimators_ = Parallel(n_jobs=self.n_jobs)(jobs)
        self.classes_ = self.estimators_[0].classes_
        take_over_input(self, self.estimators_[0])
        vars(self).pop("raters_", None)
        if hasattr(unwrap(self.estimators_[0]), "raters_"):
            known = set().union(*(unwrap(copy).raters_ for copy in self.estimators_))
            task = Task(y if isinstance(y, Task | Votes) else indexable(y)[0], self.classes)
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
        return np.mean([copy.predict_proba(X) for copy in self.estimators_], axis=0)

    @available_if(lambda self: hasattr(unwrap(self.estimator), "predict_proba_raters"))
    def predict_proba_raters(self, X, raters=None):
        """Return the mean of what the copies expect each rater to say.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.
        raters : list, default=None
            Which raters; of one whom a copy has not seen that copy says the consensus. None: `raters_`.

        Returns
        -------
        ndarray of shape (n_samples, n_raters, n_classes)
            Raters in the order asked for, classes in that of `classes_`.

        Raises
        ------
        ValueError
            If `raters` is a single name.
        """
        check_is_fitted(self)
        check_raters(raters)
        wanted = self.raters_ if raters is None else list(raters)
        return np.mean([_say_raters(copy, X, wanted) for copy in self.estimators_], axis=0)

    def predict(self, X):
        """Return the most probable class of each sample.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels out of `classes_`.
        """
        proba = self.predict_proba(X)
        return self.classes_[proba.argmax(axis=1)]

    def score(self, X, y, sample_weight=None):
        """Return the accuracy, as the estimator judges it: against the majority where it takes ratings.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.
        y : array-like
            Labels, soft labels or ratings, whatever the estimator takes.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights.

        Returns
        -------
        float
            Between 0 and 1.
        """
        if self._takes_ratings:
            return ConsensusMixin.score(self, X, y, sample_weight)
        return expected_accuracy(y, self.predict(X), self.classes_, sample_weight)

    @property
    def label_map(self):
        """The estimator's map from the ratings' labels to classes."""
        return getattr(innermost(self.estimator), "label_map", None)

    @property
    def classes(self):
        """The classes that the estimator was told."""
        return getattr(innermost(self.estimator), "classes", None)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.input_tags = inner.input_tags
        tags.classifier_tags.poor_score = inner.classifier_tags.poor_score
        return tags
