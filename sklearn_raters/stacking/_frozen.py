"""Trained views side by side: their posteriors, and their representations for the fusion."""

import numpy as np

from sklearn_raters._align import align


def side_by_side(parts, rows=slice(None)):
    """Join the views' representations, (n_samples, n_units), in float64.

    Networks give float32, in which a weakly penalised logistic layer stops far from its optimum.
    """
    return np.concatenate([part[rows] for part in parts], axis=1, dtype=np.float64)


def represent(view, estimator, X, classes, *, by_posterior):
    """Return what one trained view gives the fusion, (n_samples, n_units); see `FrozenViews`."""
    if _has_representation(estimator, by_posterior):
        return np.asarray(estimator.transform(X))
    if hasattr(estimator, "predict_proba"):
        return posterior(view, estimator, X, classes)
    values = estimator.decision_function(X)
    return values.reshape(len(values), -1)


def _has_representation(estimator, by_posterior):
    return not by_posterior and hasattr(estimator, "transform")


def posterior(view, estimator, X, classes):
    """Return the probabilities of one trained view, (n_samples, n_classes)."""
    if not hasattr(estimator, "predict_proba"):
        raise AttributeError(
            f"The view {view.name!r} has no predict_proba; give it an estimator that has, for example "
            "sklearn.calibration.CalibratedClassifierCV around this one."
        )
    proba = estimator.predict_proba(X)
    return proba if view.soft else align(proba, list(estimator.classes_), classes)


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
        """Return the probabilities of the views `names` (None: all), (n_samples, n_views, n_classes)."""
        pairs = zip(self.views, self.estimators, strict=True)
        chosen = [pair for pair in pairs if names is None or pair[0].name in names]
        return np.stack([posterior(*pair, X, self.classes) for pair in chosen], axis=1)

    def represent(self, X):
        """Return all views' representations side by side, (n_samples, n_units)."""
        settings = {"by_posterior": self.by_posterior}
        pairs = zip(self.views, self.estimators, strict=True)
        return side_by_side([represent(*pair, X, self.classes, **settings) for pair in pairs])

    def unit_names(self, widths):
        """Name the columns of `represent`.

        Parameters
        ----------
        widths : list of (int or None)
            Units of each view's representation; not read for posteriors.

        Returns
        -------
        list of str
            ``<view>_<class>`` for posteriors, ``<view>_<unit>`` for other representations.
        """
        names = []
        for view, estimator, width in zip(self.views, self.estimators, widths, strict=True):
            own = _has_representation(estimator, self.by_posterior) or not hasattr(estimator, "predict_proba")
            names += [f"{view.name}_{unit}" for unit in (range(width) if own else self.classes)]
        return names
