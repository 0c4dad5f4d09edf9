"""Any scikit-learn classifier on soft labels, by weighted repeats of each sample."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone, is_classifier
from sklearn.utils import _safe_indexing, get_tags, indexable
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, has_fit_parameter

from sklearn_raters._align import align
from sklearn_raters._estimator_kinds import groups_for_fit, is_search
from sklearn_raters._targets import target_distributions


def _weight_name(estimator):
    """Return the keyword by which sample weights reach `fit`, or None where they do not."""
    if has_fit_parameter(estimator, "sample_weight"):
        return "sample_weight"
    if hasattr(estimator, "steps"):
        name, last = estimator.steps[-1]
        inner = _weight_name(last)
        return inner and f"{name}__{inner}"
    if is_search(estimator):
        return _weight_name(estimator.estimator)
    return None


def _has(method):
    return available_if(lambda self: hasattr(getattr(self, "estimator_", self.estimator), method))


class SoftTargetClassifier(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):
    """Make a classifier that takes `sample_weight` take soft labels too.

    Each sample is given once for each class of which it holds a share, weighted by that share: the
    weighted log-loss is then the cross-entropy against the soft labels.

    Parameters
    ----------
    estimator : classifier
        A classifier, or pipeline or search that ends in one, whose `fit` takes `sample_weight`.
    classes : array-like of shape (n_classes,), default=None
        The classes in the order of the columns of soft labels; None: the sorted labels, or 0, 1, ...

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes.
    estimator_ : classifier
        The fitted classifier.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_raters import SoftTargetClassifier
    >>> X = np.array([[-1.0], [0.0], [1.0]])
    >>> soft = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])
    >>> clf = SoftTargetClassifier(LogisticRegression()).fit(X, soft)
    >>> clf.predict_proba([[0.0]]).round(2).tolist()
    [[0.5, 0.5]]
    """

    __metadata_request__fit = {"groups": True}
    _takes_soft_targets = True

    def __init__(self, estimator, *, classes=None):
        self.estimator = estimator
        self.classes = classes

    def fit(self, X, y, sample_weight=None, groups=None):
        """Fit the classifier on weighted repeats.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Whatever the classifier takes.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Labels, or soft labels: rows that sum to one.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples.
        groups : array-like of shape (n_samples,), default=None
            Handed on, repeated like the samples, to a classifier or search that takes groups.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        TypeError
            If the classifier takes no `sample_weight`.
        """
        if not is_classifier(self.estimator):
            raise TypeError(f"SoftTargetClassifier needs a classifier; got {self.estimator!r}.")
        weight_name = _weight_name(self.estimator)
        if weight_name is None:
            raise TypeError(
                f"{type(self.estimator).__name__}.fit takes no sample_weight, so soft labels cannot reach "
                "it. Give a classifier that does, or train this one on hard labels."
            )
        X, y, groups = indexable(X, y, groups)
        self.classes_, soft = target_distributions(y, self.classes)
        mass = soft * _check_sample_weight(sample_weight, soft, dtype=np.float64)[:, None]
        hard = np.ndim(y) == 1
        # Labels keep their samples of weight 0: what these mean is the classifier's own affair.
        rows, codes = np.nonzero(soft if hard else mass)
        weights = {} if hard and sample_weight is None else {weight_name: mass[rows, codes]}
        groups = None if groups is None else _safe_indexing(groups, rows)
        self.estimator_ = clone(self.estimator).fit(
            _safe_indexing(X, rows),
            self.classes_[codes],
            **weights,
            **groups_for_fit(self.estimator, groups),
        )
        if hasattr(self.estimator_, "n_features_in_"):
            self.n_features_in_ = self.estimator_.n_features_in_
        if hasattr(self.estimator_, "feature_names_in_"):
            self.feature_names_in_ = self.estimator_.feature_names_in_
        return self

    def predict(self, X):
        """Return the classifier's labels.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Whatever the classifier takes.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels out of `classes_`.
        """
        check_is_fitted(self)
        return self.estimator_.predict(X)

    @_has("predict_proba")
    def predict_proba(self, X):
        """Return the classifier's probabilities.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Whatever the classifier takes.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Columns in the order of `classes_`; 0 for a class without any share.
        """
        check_is_fitted(self)
        found = self.estimator_.classes_.tolist()
        return align(self.estimator_.predict_proba(X), found, self.classes_.tolist())

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.input_tags = inner.input_tags
        tags.classifier_tags.poor_score = inner.classifier_tags.poor_score
        return tags
