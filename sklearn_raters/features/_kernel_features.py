"""KernelFeatures: a table's features and those of a Gaussian kernel, for linear classifiers."""

from numbers import Integral, Real

import numpy as np
from scipy.linalg import cholesky, solve_triangular
from scipy.linalg.blas import dtrmm
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.utils.validation import check_is_fitted, validate_data

from sklearn_raters._forms import whole_fit
from sklearn_raters._sklearn_compat import Interval
from sklearn_raters.exceptions import InputError

# Digits of a row's sum that the order of a sum does not change.
_DIGITS = 9
# Added to the kernel of each landmark with itself, so that nearly equal ones can be told apart.
_NOISE = 1e-6
_LARGEST = 1e100
# Fewer features count as so many: two or three are no reason to trust each of them more.
_FEWEST = 3


def choose_rows(X, n_rows):
    """Choose different rows at random, the same ones whatever their order.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        The rows.
    n_rows : int
        Number of rows to choose; all different ones are taken where there are fewer.

    Returns
    -------
    ndarray of int
        The rows, as indices. The order of the columns counts only among rows whose sums are equal.
    """
    weights = np.sqrt(np.arange(1, X.shape[1] + 1))
    sums = [X @ weights, X.sum(axis=1, dtype=np.float64)]
    order = np.lexsort([(column / (column.std() or 1)).round(_DIGITS) for column in sums])
    differs = (X[order[1:]] != X[order[:-1]]).any(axis=1)
    order = order[np.concatenate([[True], differs])]
    return order[np.random.RandomState(0).permutation(len(order))[:n_rows]]


class KernelFeatures(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Add the features of a Gaussian kernel, so that a linear classifier draws curved boundaries too.

    A linear classifier of the result is a kernel machine of

        k(a, b) = a b / d + weight * exp(-gamma |a - b|^2),   d = n_features, at least 3,

    whose second part is approximated from some training samples (Nystroem's method). The first part finds
    classes that lines divide, the second all others. Put it behind a `StandardScaler`. It is part of the
    default classifier of tables in `MultiRaterStackingClassifier`.

    Parameters
    ----------
    n_landmarks : int, default=1000
        Number of training samples from which the kernel is approximated; all different ones, if there are
        fewer. They are chosen by what they are, not by where they stand. With weight 0 one is kept.
    weight : float, default=1.0
        Weight of the Gaussian kernel beside the features themselves: with 0 boundaries are straight, and the
        larger, the more they may be curved.
    gamma : float, default=None
        How fast the kernel falls with the squared distance; None is 1 / n_features, at most 1/3.

    Attributes
    ----------
    center_ : ndarray of shape (n_features,)
        Mean of the landmarks.
    landmarks_ : ndarray of shape (n_landmarks, n_features)
        The landmarks, less their mean.
    components_ : ndarray of shape (n_landmarks, n_landmarks)
        What makes the kernel's features of the similarities to the landmarks.
    gamma_ : float
        The `gamma` used.
    scale_ : float
        Factor of the features themselves.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of str
        Names of the columns, if they are strings.

    References
    ----------
    Williams & Seeger, "Using the Nystroem method to speed up kernel machines", NIPS 2000.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sklearn_raters import KernelFeatures
    >>> X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 5)
    >>> y = [0, 1, 1, 0] * 5  # no line divides these classes
    >>> pipe = make_pipeline(StandardScaler(), KernelFeatures(), LogisticRegression(C=3))
    >>> pipe.fit(X, y).score(X, y)
    1.0
    """

    _parameter_constraints = {
        "n_landmarks": [Interval(Integral, 1, None, closed="left")],
        "weight": [Interval(Real, 0, 1e6, closed="both")],
        "gamma": [Interval(Real, 0, 1e6, closed="both"), None],
    }

    def __init__(self, n_landmarks=1000, *, weight=1.0, gamma=None):
        self.n_landmarks = n_landmarks
        self.weight = weight
        self.gamma = gamma

    def fit(self, X, y=None):
        """Choose the landmarks.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Standardised features.
        y : None
            Not used.

        Returns
        -------
        KernelFeatures
            The fitted transformer.

        Raises
        ------
        InputError
            If the numbers are too large for their squares.
        """
        self._validate_params()
        with whole_fit(self):
            self._fit(X)
        return self

    def _fit(self, X):
        X = validate_data(self, X, dtype=[np.float64, np.float32])
        if (largest := float(np.abs(X).max())) > _LARGEST:
            raise InputError(
                f"X holds numbers of up to {largest:.3g}, whose squares cannot be added: scale them."
            )
        n_features = max(X.shape[1], _FEWEST)
        self.scale_ = n_features**-0.5
        self.gamma_ = 1 / n_features if self.gamma is None else self.gamma
        # Without weight the kernel's features are 0, and one of them is enough.
        landmarks = X[choose_rows(X, self.n_landmarks if self.weight else 1)]
        # Distances far from zero are lost in rounding.
        self.center_ = landmarks.mean(axis=0, dtype=np.float64)
        # Rounded to float32 they would lie beside the rows that they come from, so far that the kernel of
        # near ones has no root.
        self.landmarks_ = landmarks - self.center_
        kernel = self._similarities(landmarks)
        # scikit-learn's Nystroem takes the symmetric root of the kernel, of which the singular values take
        # longer than all the rest of a view. For a classifier with a ridge penalty any root is the same.
        root = cholesky(kernel + _NOISE * np.eye(len(kernel)), lower=True)
        inverse = solve_triangular(root, np.eye(len(kernel)), lower=True)
        self.components_ = self.weight**0.5 * inverse.T

    def transform(self, X):
        """Return the features and those of the kernel.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Standardised features.

        Returns
        -------
        ndarray of shape (n_samples, n_features + n_landmarks)
            The features times `scale_`, and the kernel's features.
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        # The components are a triangle: half the work of a product, in the place of the similarities.
        features = dtrmm(1, self.components_.T, self._similarities(X).T, lower=True, overwrite_b=True).T
        return np.hstack([X * X.dtype.type(self.scale_), features.astype(X.dtype)])

    def _similarities(self, X):
        """Return the Gaussian kernel between rows and landmarks."""
        return rbf_kernel(X - self.center_, self.landmarks_, gamma=self.gamma_)

    @property
    def _n_features_out(self):
        return self.n_features_in_ + len(self.landmarks_)
