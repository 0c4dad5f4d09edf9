"""Predictions of a fitted stack: of the consensus, each view and each rater, and the representations."""

import numpy as np
from sklearn.base import TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sklearn_raters._align import align
from sklearn_raters._rated import ConsensusMixin
from sklearn_raters._sklearn_compat import num_samples
from sklearn_raters.stacking._fusion import mean_posterior


class PredictionsMixin(ConsensusMixin, TransformerMixin):
    """Adds predictions to a stack with `FrozenViews` in `_frozen` and `_fused`, and a `fusion_`."""

    def predict_proba_views(self, X):
        """Return the probabilities of each view.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_views, n_classes)
            Views in the order of `views_`, classes in that of `classes_`.
        """
        check_is_fitted(self)
        return self._frozen.posteriors(X)

    def predict_proba_raters(self, X):
        """Return the probabilities of the labels that each rater would give.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_raters, n_classes)
            Raters in the order of `raters_`, classes in that of `classes_`.
        """
        check_is_fitted(self)
        if not self.raters_:
            return np.empty((num_samples(X), 0, len(self.classes_)))
        return self._frozen.posteriors(X, self.raters_)

    def predict_proba(self, X):
        """Return the probabilities of the classes as the consensus.

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
        if self.fusion_ is None:
            return mean_posterior(self._frozen.posteriors(X), self._view_weights)
        proba = self.fusion_.predict_proba(self._fused.represent(X))
        return align(proba, self.fusion_.classes_.tolist(), self.classes_.tolist())

    def transform(self, X):
        """Return the representations that the fusion learns from, as features for other estimators.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_units)
            Representations by all views side by side; posteriors if `cv` is given, or with the fusions "mean"
            and "mixture". The views were trained on all samples that `fit` got.

        Notes
        -----
        In a pipeline whose last step learns from labels, y would have to be ratings for the stack and labels
        for that step: fit the stack on its own, and the other estimator on what it gives.
        """
        check_is_fitted(self)
        return self._fused.represent(X)

    def get_feature_names_out(self, input_features=None):
        """Name the columns of `transform`.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Not used, present for API consistency.

        Returns
        -------
        ndarray of str, shape (n_units,), object
            ``<view>_<class>`` for posteriors, ``<view>_<unit>`` for other representations.
        """
        check_is_fitted(self)
        return np.asarray(self._unit_names, dtype=object)
