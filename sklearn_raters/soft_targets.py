"""Any scikit-learn classifier on soft labels, by weighted repeats of each sample."""

import numpy as np
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone, is_classifier
from sklearn.utils import get_tags, indexable
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sklearn_raters._align import align
from sklearn_raters._nested import (
    check_scoring_of_soft_labels,
    groups_for_fit,
    is_search,
    layers,
    take_over_input,
    unwrap,
    weight_name,
    weights_for_fit,
)
from sklearn_raters._sklearn_compat import check_sample_weight, safe_indexing
from sklearn_raters._targets import expected_accuracy, is_soft, target_distributions


def wrap_innermost(estimator, classes):
    """Put a `SoftTargetClassifier` around the classifier inside pipelines and searches.

    Wrapped as a whole, a search would split the repeats of one sample, and score each of them alike.

    Parameters
    ----------
    estimator : classifier
        A pipeline or search that ends in a classifier.
    classes : ndarray of shape (n_classes,)
        The classes in the order of the columns of soft labels.

    Returns
    -------
    classifier
        An unfitted copy that takes soft labels. The grids of its searches name the parameters of the
        classifier at their new place.
    """
    estimator = clone(estimator)
    path, inner = list(layers(estimator))[-1]
    for search in [layer for layer in layers(estimator) if is_search(layer.estimator)]:
        start = f"{search.path}__estimator" if search.path else "estimator"
        within = path.removeprefix(start).removeprefix("__")
        for name in {"param_grid", "param_distributions"} & set(search.estimator.get_params(deep=False)):
            grid = _moved(getattr(search.estimator, name), within)
            search.estimator.set_params(**{name: grid})
    return estimator.set_params(**{path: SoftTargetClassifier(inner, classes=classes)})


def _moved(grid, path):
    """Rename the parameters of a grid after the classifier at `path` moved into a `SoftTargetClassifier`."""
    if not isinstance(grid, dict):
        return [_moved(part, path) for part in grid]
    start = f"{path}__" if path else ""
    moved = {}
    for key, values in grid.items():
        if key == path:
            key = f"{path}__estimator"
        elif key.startswith(start):
            key = f"{start}estimator__{key[len(start) :]}"
        moved[key] = values
    return moved


def weighted_repeats(X, soft, weight, groups):
    """Repeat each sample once for every class in its soft label, weighted by the share of that class.

    Parameters
    ----------
    X : sequence of n_samples
        Samples.
    soft : ndarray of shape (n_samples, n_classes)
        Soft labels.
    weight : ndarray of shape (n_samples,) or None
        Weights of the samples.
    groups : array-like of shape (n_samples,) or None
        Groups of the samples.

    Returns
    -------
    X : sequence of n_repeats
        The repeated samples.
    codes : ndarray of int of shape (n_repeats,)
        The column of `soft` that each repeat stands for.
    weight : ndarray of shape (n_repeats,)
        Share times weight.
    groups : array-like of shape (n_repeats,) or None
        The repeated groups.
    """
    mass = soft if weight is None else soft * weight[:, None]
    rows, codes = np.nonzero(mass)
    groups = groups if groups is None else safe_indexing(groups, rows)
    return safe_indexing(X, rows), codes, mass[rows, codes], groups


def _has(method):
    return available_if(lambda self: hasattr(getattr(self, "estimator_", self.estimator), method))


class SoftTargetClassifier(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):
    """Make a classifier that takes `sample_weight` take soft labels too.

    Each sample is given once for each class of which it holds a share, weighted by that share: the
    weighted log-loss is then the cross-entropy against the soft labels. In a pipeline or a search only the
    classifier gets the repeats: transformers see each sample once, and a search splits samples and judges
    by the accuracy expected on soft labels, unless its `scoring` is a callable that takes these.

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
        if weight_name(self.estimator) is None:
            raise TypeError(
                f"{type(self.estimator).__name__}.fit takes no sample_weight, so soft labels cannot reach "
                "it. Give a classifier that does, or train this one on hard labels."
            )
        X, y, groups = indexable(X, y, groups)
        classes, soft = target_distributions(y, self.classes)
        weight = None if sample_weight is None else check_sample_weight(sample_weight, soft, dtype=np.float64)
        estimator = clone(self.estimator)
        if not is_soft(y):
            y = classes[soft.argmax(axis=1)]
        elif unwrap(estimator) is estimator:
            X, codes, weight, groups = weighted_repeats(X, soft, weight, groups)
            y = classes[codes]
        else:
            check_scoring_of_soft_labels(estimator, "y holds soft labels")
            estimator, y = wrap_innermost(estimator, classes), soft
        # The weights are the soft labels, not metadata that a user would have to route.
        with config_context(enable_metadata_routing=False):
            params = {**weights_for_fit(estimator, weight), **groups_for_fit(estimator, groups)}
            estimator.fit(X, y, **params)
        self.classes_, self.estimator_ = classes, estimator
        take_over_input(self, estimator)
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

    @_has("decision_function")
    def decision_function(self, X):
        """Return the classifier's decision values.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Whatever the classifier takes.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_decisions)
            As the classifier gives them, for the classes that it knows.
        """
        check_is_fitted(self)
        return self.estimator_.decision_function(X)

    @_has("transform")
    def transform(self, X):
        """Return the classifier's representation of the samples.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Whatever the classifier takes.

        Returns
        -------
        ndarray of shape (n_samples, n_units)
            As the classifier gives it.
        """
        check_is_fitted(self)
        return self.estimator_.transform(X)

    def score(self, X, y, sample_weight=None):
        """Return the accuracy; on soft labels its expectation, were the label drawn from them.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Whatever the classifier takes.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Hard or soft labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights.

        Returns
        -------
        float
            Between 0 and 1.
        """
        return expected_accuracy(y, self.predict(X), self.classes_, sample_weight)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.input_tags = inner.input_tags
        tags.classifier_tags.poor_score = inner.classifier_tags.poor_score
        return tags
