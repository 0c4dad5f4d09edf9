"""What an estimator that takes ratings answers as the consensus, and how it is judged."""

import numpy as np
from sklearn.utils import _safe_indexing

from sklearn_raters.consensus import hard_labels


class ConsensusMixin:
    """The label and the score of an estimator with `predict_proba`, `classes_` and `label_map`."""

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
