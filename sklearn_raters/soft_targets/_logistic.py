"""Fit scikit-learn's logistic regression on soft labels as they are, instead of on repeats of each sample."""

import warnings

import numpy as np
from scipy.linalg import cholesky, solve_triangular
from scipy.optimize import minimize
from scipy.sparse import issparse
from sklearn import get_config
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import validate_data

from sklearn_raters._nested import is_search, layers
from sklearn_raters._parallel import scipy_on_one_thread
from sklearn_raters._targets import class_weights

# To factor the Hessian of more features may take longer than the steps that it saves. The number of samples
# does not count, so that weights of samples give what their repeats give.
_MOST_FEATURES = 2500
_NOISE = 1e-9
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
    the same method. But each step reads a sample once, and not once for every class. And the steps through
    dense samples are taken in coordinates in which the Hessian at the start is the identity, so that a tenth
    of them suffices; `tol` bounds the gradient in these coordinates.

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
    arguments = X.astype(np.float64, copy=False), mass, 1 / estimator.C, estimator.fit_intercept
    # Two classes have one row of coefficients, as in scikit-learn: the penalty depends on it.
    n_outputs = 1 if len(classes) == 2 else len(classes)
    shape = X.shape[1] + estimator.fit_intercept, n_outputs
    options = {
        "maxiter": estimator.max_iter,
        "maxls": 50,
        "gtol": estimator.tol,
        "ftol": 64 * np.finfo(float).eps,
    }
    with scipy_on_one_thread():
        loss, root = _loss(*arguments), _root_of_hessian(*arguments)
        moved = loss if root is None else _in_coordinates(loss, root, shape)
        result = minimize(moved, np.zeros(shape).ravel(), method="L-BFGS-B", jac=True, options=options)
        found = result.x.reshape(shape)
        found = found if root is None else solve_triangular(root, found)
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
    estimator.intercept_ = found[:, -1].copy() if estimator.fit_intercept else np.zeros(n_outputs, X.dtype)
    estimator.n_iter_ = np.array([n_steps], dtype=np.int32)
    return estimator


def _root_of_hessian(X, mass, ridge, fit_intercept):
    """Return the root R of the Hessian of `_loss` at 0 for one class, R'R; None where it is not worth it."""
    n_samples, n_features = X.shape
    if issparse(X) or n_features > _MOST_FEATURES:
        return None
    of_sample = mass.sum(axis=1) / mass.sum()
    columns = np.hstack([X, np.ones((n_samples, 1))[:, : int(fit_intercept)]])
    # p (1 - p) of two equally probable classes; of more, the factor of diag(p) - pp' on scores that sum to 0.
    curvature = 1 / 4 if mass.shape[1] == 2 else 1 / mass.shape[1]
    columns *= np.sqrt(curvature * of_sample)[:, None]
    with np.errstate(over="ignore"):
        hessian = columns.T @ columns
    diagonal = hessian.diagonal()
    if not np.isfinite(diagonal).all():
        return None
    # The noise keeps it positive definite where features depend on each other and the penalty is small.
    noise = _NOISE * np.where(diagonal > 0, diagonal, 1)
    hessian[np.diag_indices_from(hessian)] += ridge / mass.sum() + noise
    return cholesky(hessian, overwrite_a=True, check_finite=False)


def _in_coordinates(loss, root, shape):
    """Return `_loss` as a function of root @ coefficients."""

    def loss_and_gradient(flat):
        value, gradient = loss(solve_triangular(root, flat.reshape(shape), check_finite=False).ravel())
        gradient = solve_triangular(root, gradient.reshape(shape), trans="T", check_finite=False)
        return value, gradient.ravel()

    return loss_and_gradient


def _loss(X, mass, ridge, fit_intercept):
    """Return the function from coefficients to the mean cross-entropy with its penalty, and its gradient."""
    total = mass.sum()
    mass = mass / total
    of_sample = mass.sum(axis=1, keepdims=True)
    ridge = ridge / total
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
