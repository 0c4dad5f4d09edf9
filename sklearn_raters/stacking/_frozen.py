"""Posteriors and representations of trained views."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import issparse
from scipy.special import softmax
from sklearn.utils import gen_batches

from sklearn_raters._align import align
from sklearn_raters._sklearn_compat import num_samples, safe_indexing
from sklearn_raters.exceptions import InputError, NoPosteriorError


def side_by_side(parts, rows=slice(None)):
    """Join the views' representations of some samples to an array of shape (n_samples, n_units), float64.

    In float32, which networks return, a weakly penalised logistic layer stops far from its optimum.
    """
    return np.concatenate([part[rows] for part in parts], axis=1, dtype=np.float64)


# Methods that represent samples for the fusion; a view is represented by the first that it has.
METHODS = ("transform", "predict_proba", "decision_function")


# Of a longer table this many rows are predicted at a time: the kernel's features of a row take 9 kB.
_ROWS_AT_ONCE = 20_000


def _in_parts(method, X):
    """Call a method of an estimator on all samples, but on a long dense table some rows at a time."""
    if issparse(X) or len(getattr(X, "shape", ())) != 2 or X.shape[0] <= _ROWS_AT_ONCE:
        return method(X)
    parts = gen_batches(X.shape[0], _ROWS_AT_ONCE)
    return np.concatenate([method(safe_indexing(X, np.arange(part.start, part.stop))) for part in parts])


def _method_of(estimator, by_posterior):
    return next(name for name in METHODS[by_posterior:] if hasattr(estimator, name))


def represent(view, estimator, X, classes, by_posterior):
    """Return the representation of samples by one trained view, of shape (n_samples, n_units).

    The representation is `transform(X)`; the posterior if there is no `transform` or `by_posterior` is true;
    and `decision_function(X)` if there is no posterior either, or its softmax in place of the posterior.
    """
    method = _method_of(estimator, by_posterior)
    if by_posterior or method == "predict_proba":
        return posterior(view, estimator, X, classes, by_decision=by_posterior)
    values = np.asarray(getattr(estimator, method)(X))
    return values.reshape(len(values), -1)


def posterior(view, estimator, X, classes, *, by_decision=False):
    """Return the class probabilities by one trained view, of shape (n_samples, n_classes).

    With `by_decision`, the softmax of `decision_function(X)` stands for probabilities that a view lacks.
    """
    if hasattr(estimator, "predict_proba"):
        proba = _in_parts(estimator.predict_proba, X)
    elif by_decision:
        values = _in_parts(estimator.decision_function, X)
        values = values if values.ndim == 2 else np.stack([np.zeros_like(values), values], axis=1)
        if values.shape[1] != len(estimator.classes_):
            raise InputError(
                f"The view {view.name!r} has {values.shape[1]} decision values for "
                f"{len(estimator.classes_)} classes; the fusion needs one for each. Give it a classifier "
                "with predict_proba, or decision_function_shape='ovr'."
            )
        proba = softmax(values, axis=1)
    else:
        raise NoPosteriorError(
            f"The view {view.name!r} has no predict_proba; give it an estimator that has, for example "
            "sklearn.calibration.CalibratedClassifierCV around its classifier."
        )
    proba = proba if view.soft else align(proba, list(estimator.classes_), classes)
    if not (np.shape(proba) == (num_samples(X), len(classes)) and _are_probabilities(proba)):
        raise InputError(
            f"predict_proba of the view {view.name!r} answers what is no probability of the classes, by "
            f"{estimator!r}: it must give each sample {len(classes)} numbers from 0 to 1 that sum to 1."
        )
    return proba


def _are_probabilities(proba):
    """Return whether rows are numbers that are not negative and sum to one."""
    proba = np.asarray(proba)
    return proba.dtype.kind == "f" and (proba >= 0).all() and np.allclose(proba.sum(axis=1), 1, atol=1e-3)


@dataclass(frozen=True, eq=False, repr=False)
class FrozenViews:
    """Trained views.

    Parameters
    ----------
    views : list of View
        Names and targets of the views.
    estimators : list of classifiers
        The trained estimators, in the order of `views`.
    classes : list
        The task's classes, in the order of the columns of all posteriors.
    by_posterior : bool
        Whether posteriors represent the views, even if they have a `transform`.
    """

    views: list
    estimators: list
    classes: list
    by_posterior: bool

    def posteriors(self, X, names=None, *, unsmoothed=False, by_decision=False):
        """Return the posteriors of the views `names` (None is all), (n_samples, n_views, n_classes).

        With `unsmoothed`, the smoothing of the views' targets is undone; see `View.unsmoothed`. With
        `by_decision`, views without `predict_proba` are asked for decision values; see `posterior`.
        """
        posteriors = []
        for view, estimator in zip(self.views, self.estimators, strict=True):
            if names is None or view.name in names:
                proba = posterior(view, estimator, X, self.classes, by_decision=by_decision)
                posteriors.append(view.unsmoothed(proba) if unsmoothed else proba)
        return np.stack(posteriors, axis=1)

    def represent(self, X):
        """Return the representations of all views side by side, (n_samples, n_units)."""
        pairs = zip(self.views, self.estimators, strict=True)
        return side_by_side([represent(*pair, X, self.classes, self.by_posterior) for pair in pairs])

    def unit_names(self, parts):
        """Name the columns of `represent`.

        Parameters
        ----------
        parts : list of (ndarray of shape (n_samples, n_units_i) or None)
            Representations by each view; None will do for posteriors.

        Returns
        -------
        list of str
            ``<view>_<class>`` for posteriors, ``<view>_<unit>`` for other representations.
        """
        names = []
        for view, estimator, part in zip(self.views, self.estimators, parts, strict=True):
            by_class = self.by_posterior or _method_of(estimator, False) == "predict_proba"
            names += [f"{view.name}_{unit}" for unit in (self.classes if by_class else range(part.shape[1]))]
        return names
