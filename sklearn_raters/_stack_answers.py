"""What a fitted stack answers: the consensus, each view, each rater."""

import numpy as np
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _num_samples, check_is_fitted

from sklearn_raters._align import align
from sklearn_raters._fusion import mean_posterior
from sklearn_raters.consensus import hard_labels


class AnswersMixin:
    """The predictions of an estimator with `_frozen` views, a `fusion_` and `classes_`."""

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
            return np.empty((_num_samples(X), 0, len(self.classes_)))
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
        proba = self.fusion_.predict_proba(self._frozen.represent(X))
        return align(proba, self.fusion_.classes_.tolist(), self.classes_.tolist())

    def predict(self, X):
        """Return the consensus label of each sample.

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
        """Return the accuracy on the samples whose ratings have a majority in the classes.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.
        y : array-like
            Ratings in any form that `fit` takes.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights.

        Returns
        -------
        float
            Between 0 and 1; `sklearn_raters.metrics.uar_scorer` is what the field reports.
        """
        labels = hard_labels(y, classes=self.classes_.tolist(), label_map=self.label_map)
        judged = np.flatnonzero([label is not None for label in labels])
        if len(judged) == 0:
            raise ValueError("No sample has a majority label in the classes, so there is nothing to score.")
        right = self.predict(_safe_indexing(X, judged)) == np.asarray(labels[judged].tolist())
        weights = None if sample_weight is None else np.asarray(sample_weight)[judged]
        return float(np.average(right, weights=weights))
