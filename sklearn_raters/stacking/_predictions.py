"""What a fitted stack answers: the consensus, each view, each rater."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sklearn_raters._align import align
from sklearn_raters._rated import ConsensusMixin
from sklearn_raters._sklearn_compat import num_samples
from sklearn_raters.stacking._fusion import mean_posterior


class AnswersMixin(ConsensusMixin):
    """The predictions of an estimator with views `_frozen` and `_fused`, a `fusion_` and `classes_`."""

    def predict_proba_views(self, X):
        """Return what each view says.

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
        """Return what each rater would say.

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
