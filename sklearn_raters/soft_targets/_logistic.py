"""Fit scikit-learn's logistic regression on soft labels as they are, instead of on repeats of each sample."""

import warnings

import numpy as np
from scipy.optimize import minimize
from sklearn import get_config
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import validate_data

from sklearn_raters._nested import is_search, layers
from sklearn_raters._parallel import scipy_on_one_thread
from sklearn_raters._targets import class_weights
from sklearn_raters.soft_targets._coordinates import HessianCoordinates

# Parameters that `fit_logistic` reads, or that its solver does not need. Others must have their defaults.
_READ = {"C", "class_weight", "fit_intercept", "max_iter", "tol", "random_state"}


def fits_soft_labels(estimator):
    """Return whether `fit_logistic` can fit an estimator.

    Parameters
    ----------
    estimator : classifier
        Any classifier.

    Returns
    -------
    bool
        True for a `LogisticRegression` with an L2 penalty and the solver "lbfgs", its defaults, also at the
        end of a pipeline, unless it has callbacks.
    """
    *outer, (_, estimator) = layers(estimator)
    if any(is_search(layer.estimator) for layer in outer):
        return False
    if type(estimator) is not LogisticRegression or get_config()["array_api_dispatch"]:
        return False
    usual = LogisticRegression().get_params()
    given = {name: value for name, value in estimator.get_params().items() if name not in _READ}
    by_default = all(
        type(value) is type(usual[name]) and value == usual[name] for name, value in given.items()
    )
    return by_default and not hasattr(estimator, "_skl_callbacks")  # those of scikit-learn 1.9


def fit_logistic(estimator, X, mass, classes):
    """Fit a logistic regression on soft labels.

    It minimises what scikit-learn minimises on weighted repeats of the samples, from the same start and by
    the same method. But each step reads a sample once, and not once for every class. And the steps are taken
    in coordinates in which the Hessian at the start is the identity, so that a tenth of them suffices; its
    diagonal is, if samples are sparse or have very many features. `tol` bounds the gradient there.

    Parameters
    ----------
    estimator : LogisticRegression
        An unfitted one that `fits_soft_labels`; fitted in place.
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        Samples.
    mass : ndarray of shape (n_samples, n_classes)
        Share of each class in each sample, times the sample's weight. No row or column is 0 throughout.
    classes : ndarray of shape (n_classes,)
        The classes, sorted, at least two.

    Returns
    -------
    LogisticRegression
        The fitted estimator.
    """
    estimator._validate_params()
    X = validate_data(estimator, X, accept_sparse="csr", dtype=[np.float64, np.float32], order="C")
    mass = mass * class_weights(estimator.class_weight, classes, mass)
    samples, fit_intercept = X.astype(np.float64, copy=False), estimator.fit_intercept
    total = mass.sum()
    mass, ridge = mass / total, 1 / estimator.C / total
    # Two classes have one row of coefficients, as in scikit-learn: the penalty depends on it.
    n_outputs = 1 if len(classes) == 2 else len(classes)
    shape = X.shape[1] + fit_intercept, n_outputs
    options = {
        "maxiter": estimator.max_iter,
        "maxls": 50,
        "gtol": estimator.tol,
        "ftol": 64 * np.finfo(float).eps,
    }
    with scipy_on_one_thread():
        settings = mass.sum(axis=1), len(classes), ridge, fit_intercept
        coordinates = HessianCoordinates(samples, *settings)
        loss = _moved(_loss(samples, mass, ridge, fit_intercept), coordinates, shape)
        result = minimize(loss, np.zeros(shape).ravel(), method="L-BFGS-B", jac=True, options=options)
        found = coordinates.coefficients(result.x.reshape(shape))
    n_steps = min(result.nit, estimator.max_iter)
    if not result.success:
        hint = " or raise max_iter" if n_steps == estimator.max_iter else ""
        warnings.warn(
            f"lbfgs failed to converge in {n_steps} steps of LogisticRegression: scale the features{hint}.",
            ConvergenceWarning,
            stacklevel=2,
        )
    found = found.T.astype(X.dtype)
    estimator.classes_ = classes
    estimator.coef_ = np.ascontiguousarray(found[:, : X.shape[1]])
    estimator.intercept_ = found[:, -1].copy() if fit_intercept else np.zeros(n_outputs, X.dtype)
    estimator.n_iter_ = np.array([n_steps], dtype=np.int32)
    return estimator


def _moved(loss, coordinates, shape):
    """Return `_loss` as a function of a point in coordinates."""

    def loss_and_gradient(flat):
        value, gradient = loss(coordinates.coefficients(flat.reshape(shape)).ravel())
        return value, coordinates.gradient(gradient.reshape(shape)).ravel()

    return loss_and_gradient


def _loss(X, mass, ridge, fit_intercept):
    """Return the function from coefficients to the mean cross-entropy with its penalty, and its gradient."""
    of_sample = mass.sum(axis=1, keepdims=True)
    binary = mass.shape[1] == 2
    n_features = X.shape[1]

    def loss_and_gradient(flat):
        weights = flat.reshape(n_features + fit_intercept, -1)
        slopes = weights[:n_features]
        scores = X @ slopes
        if fit_intercept:
            scores = scores + weights[-1]
        if binary:
            scores = np.hstack([np.zeros_like(scores), scores])
        scores -= scores.max(axis=1, keepdims=True)
        proba = np.exp(scores)
        sums = proba.sum(axis=1, keepdims=True)
        proba /= sums
        loss = (of_sample * np.log(sums)).sum() - (mass * scores).sum() + ridge / 2 * (slopes**2).sum()
        residual = of_sample * proba - mass
        residual = residual[:, 1:] if binary else residual
        gradient = np.empty_like(weights)
        gradient[:n_features] = X.T @ residual + ridge * slopes
        if fit_intercept:
            gradient[-1] = residual.sum(axis=0)
        return loss, gradient.ravel()

    return loss_and_gradient
