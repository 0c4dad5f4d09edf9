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
        moved = _in_coordinates(loss, root, shape)
        result = minimize(moved, np.zeros(shape).ravel(), method="L-BFGS-B", jac=True, options=options)
        found = _divide(result.x.reshape(shape), root)
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
    """Return R with R'R the Hessian of `_loss` at 0 for one class: a triangle, or a column if diagonal."""
    # p (1 - p) of two equally probable classes; of more, the factor of diag(p) - pp' on scores that sum to 0.
    curvature = 1 / 4 if mass.shape[1] == 2 else 1 / mass.shape[1]
    weights = curvature * mass.sum(axis=1) / mass.sum()
    ridge = ridge / mass.sum()
    with np.errstate(over="ignore"):
        squares = X.power(2).T @ weights if issparse(X) else np.einsum("ij,ij,i->j", X, X, weights)
    squares = np.append(squares, weights.sum()) if fit_intercept else squares
    finite = np.isfinite(squares)
    scale = np.where(finite & (squares > 0), squares, 1)
    if issparse(X) or X.shape[1] > _MOST_FEATURES or not finite.all():
        return np.sqrt(scale + ridge)[:, None]
    columns = np.hstack([X, np.ones((len(X), 1))[:, : int(fit_intercept)]])
    columns *= np.sqrt(weights)[:, None]
    hessian = columns.T @ columns
    # The noise keeps it positive definite where features depend on each other and the penalty is small.
    hessian[np.diag_indices_from(hessian)] += ridge + _NOISE * scale
    return cholesky(hessian, overwrite_a=True, check_finite=False)


def _divide(values, root, trans="N"):
    """Return the solution Z of root @ Z = values, or of root.T @ Z = values."""
    if root.shape[1] == 1:
        return values / root
    return solve_triangular(root, values, trans=trans, check_finite=False)


def _in_coordinates(loss, root, shape):
    """Return `_loss` as a function of root @ coefficients."""

    def loss_and_gradient(flat):
        value, gradient = loss(_divide(flat.reshape(shape), root).ravel())
        return value, _divide(gradient.reshape(shape), root, trans="T").ravel()

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
