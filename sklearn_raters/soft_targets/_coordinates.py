"""Coordinates in which a logistic regression needs few steps."""

import numpy as np
from scipy.linalg import cholesky, solve_triangular
from scipy.sparse import issparse
from sklearn.utils import gen_batches

# To factor the Hessian of more features may take longer than the steps that it saves. The number of samples
# does not count, so that weights of samples give what their repeats give.
_MOST_FEATURES = 2500
_ROWS_AT_ONCE = 2000
# Added to the variances, as a share of them, so that features may depend on each other without a penalty,
_NOISE = 1e-9
# and as a share of the mean squares, for features whose variance is lost in rounding.
_ROUNDING = 1e-14


class HessianCoordinates:
    """Coordinates in which the Hessian of a logistic regression at 0 is the identity.

    At 0 all classes are equally probable, and the Hessian is that of a least-squares fit: the weighted
    covariance of the features, with the penalty on its diagonal, and the intercept apart. Where features are
    sparse or very many, its diagonal is made one.

    Parameters
    ----------
    X : {ndarray, sparse matrix} of shape (n_samples, n_features)
        Samples.
    weights : ndarray of shape (n_samples,)
        Weights of the samples. They sum to one.
    n_classes : int
        Number of classes.
    ridge : float
        Factor of half the squared coefficients, beside a mean loss.
    fit_intercept : bool
        Whether the last row of the coefficients is the intercept, which has no penalty.
    """

    def __init__(self, X, weights, n_classes, ridge, fit_intercept):
        # p (1 - p) of two equally probable classes; of more, the factor of diag(p) - pp' on sums of 0.
        self._curvature = 1 / 4 if n_classes == 2 else 1 / n_classes
        self._fit_intercept = fit_intercept
        self._mean = weights @ X if fit_intercept else np.zeros(X.shape[1])
        with np.errstate(over="ignore", invalid="ignore"):
            squares = X.power(2).T @ weights if issparse(X) else np.einsum("ij,ij,i->j", X, X, weights)
            variances = np.maximum(squares - self._mean**2, 0)
        finite = np.isfinite(variances)
        noise = _NOISE * variances + _ROUNDING * squares
        added = ridge + self._curvature * np.where(finite & (noise > 0), noise, 1)
        if issparse(X) or X.shape[1] > _MOST_FEATURES or not finite.all():
            diagonal = self._curvature * np.where(finite, variances, 1)
            self._root = np.sqrt(diagonal + added)[:, None]
            return
        hessian = np.zeros((X.shape[1], X.shape[1]))
        for rows in gen_batches(len(X), _ROWS_AT_ONCE):
            centred = (X[rows] - self._mean) * np.sqrt(self._curvature * weights[rows])[:, None]
            hessian += centred.T @ centred
        hessian[np.diag_indices_from(hessian)] += added
        self._root = cholesky(hessian, overwrite_a=True, check_finite=False)

    def coefficients(self, point):
        """Return the coefficients at a point, both of shape (n_features [+ 1], n_outputs)."""
        if not self._fit_intercept:
            return self._divide(point)
        slopes = self._divide(point[:-1])
        return np.vstack([slopes, point[-1:] / self._curvature**0.5 - self._mean @ slopes])

    def gradient(self, gradient):
        """Return the gradient by the point, from that by the coefficients, both shaped like them."""
        if not self._fit_intercept:
            return self._divide(gradient, trans="T")
        slopes = self._divide(gradient[:-1] - self._mean[:, None] * gradient[-1:], trans="T")
        return np.vstack([slopes, gradient[-1:] / self._curvature**0.5])

    def _divide(self, values, trans="N"):
        if self._root.shape[1] == 1:
            return values / self._root
        return solve_triangular(self._root, values, trans=trans, check_finite=False)
