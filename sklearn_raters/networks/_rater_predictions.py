"""Predictions of a network trained on all raters: the consensus, each rater's choices, confusion matrices."""

import numpy as np
from sklearn.utils import gen_batches
from sklearn.utils.metaestimators import available_if

from sklearn_raters._rated import ConsensusMixin, check_raters, columns_of

# Number of samples whose confusion matrices, one for each rater, are in memory at once.
_SAMPLES_AT_ONCE = 256


def _rater_model(estimator):
    """Return the rater model of a fitted estimator, otherwise its class (None for an unknown name)."""
    if hasattr(estimator, "net_"):
        return estimator.net_.module_.raters
    if not isinstance(estimator.raters, str):
        return estimator.raters
    from sklearn_raters import _torch

    return _torch.RATER_MODELS.get(estimator.raters)


def has_confusion(estimator):
    """Return whether the rater model of an estimator, fitted or not, has confusion matrices."""
    return getattr(_rater_model(estimator), "confusion_of", None) is not None


def _has_disagreement(estimator):
    return hasattr(_rater_model(estimator), "disagreement")


class RaterPredictionsMixin(ConsensusMixin):
    """The predictions of a fitted `RaterNetClassifier`."""

    def _apply(self, units, part):
        """Apply a method of the rater model to representations."""
        from sklearn_raters import _torch

        return _torch.apply_part(self.net_, units, f"raters.{part}", _SAMPLES_AT_ONCE)

    def _proba(self, units, part):
        proba = np.exp(self._apply(units, part))
        return proba / proba.sum(axis=-1, keepdims=True)

    def predict_proba(self, X):
        """Return the predicted probabilities of the consensus.

        Parameters
        ----------
        X : list or array-like
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Columns in the order of `classes_`.
        """
        return self._proba(self._encode(X).representation, "consensus_log_proba")

    def predict_proba_raters(self, X, raters=None):
        """Return the probabilities of the classes that each rater would choose.

        Parameters
        ----------
        X : list or array-like
            Samples in any form that `fit` takes.
        raters : list, default=None
            The raters; None takes `raters_`. A rater without votes in `fit` is predicted to choose as the
            consensus does.

        Returns
        -------
        ndarray of shape (n_samples, n_raters, n_classes)
            Probabilities, in the order of `raters` and of `classes_`.

        Raises
        ------
        ValueError
            If `raters` is a single name.
        """
        check_raters(raters)
        units = self._encode(X).representation
        known = self._proba(units, "all_raters_log_proba")
        if raters is None:
            return known
        return columns_of(raters, self.raters_, known, self._proba(units, "consensus_log_proba"))

    @available_if(has_confusion)
    def rater_confusion(self, X):
        """Return the probabilities of the classes that each rater chooses, given the true class.

        Parameters
        ----------
        X : list or array-like
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_raters, n_classes, n_classes)
            True classes in rows, chosen classes in columns; the same for all samples if the rater model's
            confusions do not depend on the sample.
        """
        return self._apply(self._encode(X).representation, "confusion")

    @available_if(_has_disagreement)
    def predict_disagreement(self, X):
        """Return how much the raters are expected to disagree.

        Parameters
        ----------
        X : list or array-like
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples,)
            Entropy of the votes, divided by its maximum: 0 where all raters agree, 1 where all classes are
            equally probable.
        """
        return self._apply(self._encode(X).representation, "disagreement")

    def _mean_confusion(self, samples, weight):
        """Return the weighted mean of `rater_confusion` over samples, (n_raters, n_classes, n_classes)."""
        if self.net_.module_.raters.confusion_of == "rater":
            samples, weight = samples[:1], weight[:1]
        units = self._encode(samples).representation
        total = 0.0
        for rows in gen_batches(len(units), _SAMPLES_AT_ONCE):
            total += np.tensordot(weight[rows], self._apply(units[rows], "confusion"), axes=1)
        return total / weight.sum()
