"""A weighted average of the views' posteriors, with learnt weights."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

# Each step raises the likelihood, which has one maximum; steps become small near the maximum, and, where
# views are alike, also before it: the rest changes the likelihood little.
_MAX_STEPS = 1000
_TOLERANCE = 1e-6


class ConvexMixture(ClassifierMixin, BaseEstimator):
    """Average the views' posteriors by the weights that make the labels most likely.

    p(k | x) = sum_v w_v p_v(k | x) with w_v >= 0 and sum_v w_v = 1. The weights are found by expectation
    maximisation (Dempster et al. 1977), which approaches the maximum of the likelihood, which has no local
    ones. It ends after 1,000 steps, or once no weight moves by 1e-6 in a step: weights of views that are much
    alike may then be some way from those at the maximum.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        The classes in the order of each view's columns.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes.
    weights_ : ndarray of shape (n_views,)
        The views' weights, which sum to one.
    """

    def __init__(self, classes):
        self.classes = classes

    def fit(self, X, y, sample_weight=None):
        """Find the weights.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_views * n_classes)
            The views' posteriors side by side, for samples that no view was trained on.
        y : ndarray of shape (n_samples,)
            Labels.
        sample_weight : ndarray of shape (n_samples,), default=None
            Weights of the samples in the likelihood.

        Returns
        -------
        self : object
            The fitted mixture.
        """
        self.classes_ = np.asarray(self.classes)
        likelihood = self._by_view(X)[np.asarray(y)[:, None] == self.classes_]
        likelihood = np.clip(likelihood, np.finfo(likelihood.dtype).tiny, None)
        weights = np.full(likelihood.shape[1], 1 / likelihood.shape[1])
        for _ in range(_MAX_STEPS):
            share = weights * likelihood
            share /= share.sum(axis=1, keepdims=True)
            before, weights = weights, np.average(share, axis=0, weights=sample_weight)
            if np.abs(weights - before).max() < _TOLERANCE:
                break
        self.weights_ = weights
        return self

    def predict_proba(self, X):
        """Return the weighted average of the posteriors.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_views * n_classes)
            The views' posteriors side by side.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Columns in the order of `classes_`.
        """
        return self._by_view(X) @ self.weights_

    def _by_view(self, X):
        """Reshape posteriors to (n_samples, n_classes, n_views)."""
        return X.reshape(len(X), -1, len(self.classes_)).transpose(0, 2, 1)
