"""What a network trained on all raters answers: the consensus, each rater, what raters confuse."""

import numpy as np
from sklearn.utils.metaestimators import available_if

from sklearn_raters._rated import ConsensusMixin, check_raters, columns_of

_WITHOUT_CONFUSION = ("multitask", "doctor_net", "uncertainty")
# Samples whose matrices are there at once, one for each rater.
_SAMPLES_AT_ONCE = 256


def _can_tell(question):
    """Return what tells whether an estimator's rater model answers that question, the fitted one if any."""

    def check(estimator):
        if hasattr(estimator, "net_"):
            return hasattr(estimator.net_.module_.raters, question)
        if not isinstance(estimator.raters, str):
            return hasattr(estimator.raters, question)
        if question == "confusion":
            return estimator.raters not in _WITHOUT_CONFUSION
        return estimator.raters == "uncertainty"

    return check


class RaterAnswersMixin(ConsensusMixin):
    """The predictions of a fitted `RaterNetClassifier`."""

    def _ask(self, units, question):
        from sklearn_raters import _torch

        return _torch.ask(self.net_, units, f"raters.{question}", _SAMPLES_AT_ONCE)

    def _proba(self, units, question):
        proba = np.exp(self._ask(units, question))
        return proba / proba.sum(axis=-1, keepdims=True)

    def predict_proba(self, X):
        """Return the probabilities of the classes as the consensus.

        Parameters
        ----------
        X : list or array-like
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Columns in the order of `classes_`.
        """
        return self._proba(self._run(X)[0], "consensus")

    def predict_proba_raters(self, X, raters=None):
        """Return what each rater would say.

        Parameters
        ----------
        X : list or array-like
            Samples in any form that `fit` takes.
        raters : list, default=None
            Which raters; one that `fit` has not seen gets the consensus. None: `raters_`.

        Returns
        -------
        ndarray of shape (n_samples, n_raters, n_classes)
            Raters in the order asked for, classes in that of `classes_`.

        Raises
        ------
        ValueError
            If `raters` is a single name.
        """
        check_raters(raters)
        units = self._run(X)[0]
        known = self._proba(units, "say_all")
        if raters is None:
            return known
        return columns_of(raters, self.raters_, known, self._proba(units, "consensus"))

    @available_if(_can_tell("confusion"))
    def rater_confusion(self, X):
        """Return how likely each rater says each class, given the true one.

        Parameters
        ----------
        X : list or array-like
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples, n_raters, n_classes, n_classes)
            True classes in rows, what is said in columns; the same for all samples where the rater model does
            not look at them.
        """
        return self._ask(self._run(X)[0], "confusion")

    @available_if(_can_tell("disagreement"))
    def predict_disagreement(self, X):
        """Return how far raters are expected to disagree.

        Parameters
        ----------
        X : list or array-like
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples,)
            Entropy of their votes over that of an even distribution: 0 where they agree, 1 where each class
            is as likely as any other.
        """
        return self._ask(self._run(X)[0], "disagreement")

    def _keep_confusion(self, samples):
        """Set `rater_confusion_`, the mean over samples, where there is one."""
        vars(self).pop("rater_confusion_", None)
        if not _can_tell("confusion")(self):
            return
        if not self.net_.module_.raters.confuses_by_sample:
            samples = samples[:1]
        units = self._run(samples)[0]
        parts = np.split(units, range(_SAMPLES_AT_ONCE, len(units), _SAMPLES_AT_ONCE))
        self.rater_confusion_ = sum(self._ask(part, "confusion").sum(axis=0) for part in parts) / len(units)
