"""Trained views side by side: what they say, and what they hand to the fusion."""

import numpy as np

from sklearn_raters._align import align


class FrozenViews:
    """Views whose training is over.

    Parameters
    ----------
    views : list of View
        What each one learnt.
    estimators : list of classifiers
        The trained estimators, in the order of `views`.
    classes : list
        The task's classes, in the order of all columns.
    by_posterior : bool
        Whether the posterior represents a view even where it has a `transform`.
    """

    def __init__(self, views, estimators, classes, *, by_posterior):
        self.views = views
        self.estimators = estimators
        self.classes = classes
        self.by_posterior = by_posterior

    def posteriors(self, X, names=None):
        """Return what the views of these names (None: all) say, (n_samples, n_views, n_classes)."""
        pairs = zip(self.views, self.estimators, strict=True)
        chosen = [pair for pair in pairs if names is None or pair[0].name in names]
        return np.stack([self._posterior(view, estimator, X) for view, estimator in chosen], axis=1)

    def represent(self, X):
        """Return all views' representations side by side, (n_samples, n_units), in float64.

        Networks give float32, in which a weakly penalised logistic layer stops far from its optimum.
        """
        pairs = zip(self.views, self.estimators, strict=True)
        parts = [self._representation(view, estimator, X) for view, estimator in pairs]
        return np.concatenate(parts, axis=1, dtype=np.float64)

    def _posterior(self, view, estimator, X):
        if not hasattr(estimator, "predict_proba"):
            raise AttributeError(
                f"The view {view.name!r} has no predict_proba; give it an estimator that has, for example "
                "sklearn.calibration.CalibratedClassifierCV around this one."
            )
        proba = estimator.predict_proba(X)
        return proba if view.soft else align(proba, list(estimator.classes_), self.classes)

    def _representation(self, view, estimator, X):
        if not self.by_posterior and hasattr(estimator, "transform"):
            return np.asarray(estimator.transform(X))
        if hasattr(estimator, "predict_proba"):
            return self._posterior(view, estimator, X)
        values = estimator.decision_function(X)
        return values.reshape(len(values), -1)
