"""The convex form of the paper's fusion layer, its penalty chosen on samples that it has not seen."""

from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import gen_batches
from threadpoolctl import threadpool_limits

from sklearn_raters._targets import class_weights

# Inverse strengths of the L2 penalty that are tried, weakest last; above 1 the layer fits any labels.
STRENGTHS = 10.0 ** np.arange(-6, 1)


class LayerFold(NamedTuple):
    """Representations of samples to fit the layer on, and of samples to judge it by.

    Parameters
    ----------
    Z_train, Z_valid : ndarray of shape (n_samples, n_units)
        Representations; standardised in place.
    y_train, y_valid : ndarray of shape (n_samples,)
        Labels.
    weight_train, weight_valid : ndarray of shape (n_samples,) or None
        Weights of the samples.
    """

    Z_train: np.ndarray
    y_train: np.ndarray
    weight_train: np.ndarray | None
    Z_valid: np.ndarray
    y_valid: np.ndarray
    weight_valid: np.ndarray | None


def label_weights(class_weight, y, sample_weight=None):
    """Return the weights of samples times those of their classes, None where there are neither.

    Parameters
    ----------
    class_weight : dict, "balanced" or None
        Weights of the classes; "balanced" counts each sample by its weight.
    y : ndarray of shape (n_samples,)
        Labels.
    sample_weight : ndarray of shape (n_samples,) or None, default=None
        Weights of the samples.

    Returns
    -------
    ndarray of shape (n_samples,) or None
        The products.
    """
    if class_weight is None:
        return sample_weight
    weight = np.ones(len(y)) if sample_weight is None else sample_weight
    classes = np.unique(y)
    mass = (y[:, None] == classes) * weight[:, None]
    return class_weights(class_weight, classes, mass)[np.searchsorted(classes, y)] * weight


# Its products are so slim that threads wait for each other: one was seven times as fast as two.
@threadpool_limits.wrap(limits=1, user_api="blas")
def choose_strength(folds, class_weight):
    """Choose the penalty of the logistic layer by cross-entropy on samples that it has not seen.

    Parameters
    ----------
    folds : iterable of LayerFold
        Samples to fit on and to judge by.
    class_weight : dict, "balanced" or None
        Weights of the classes, in the layer and in the judgement.

    Returns
    -------
    float
        The C with the lowest sum of (weighted) cross-entropies; of equal ones the strongest penalty.
    """
    losses = np.zeros(len(STRENGTHS))
    for fold in folds:
        weight_train = label_weights(class_weight, fold.y_train, fold.weight_train)
        weight_valid = label_weights(class_weight, fold.y_valid, fold.weight_valid)
        scaler = _scaler(fold.Z_train, fold.weight_train)
        Z_train, Z_valid = scaler.transform(fold.Z_train), scaler.transform(fold.Z_valid)
        if len(Z_train) < Z_train.shape[1]:
            # The weights lie in the span of the training samples: in these fewer units the layer is the same.
            span = np.linalg.qr(Z_train.T)[0]
            Z_train, Z_valid = Z_train @ span, Z_valid @ span
        for index, C in enumerate(STRENGTHS):
            layer = _logistic_regression(C).fit(Z_train, fold.y_train, weight_train)
            known = np.isin(fold.y_valid, layer.classes_)
            losses[index] += log_loss(
                fold.y_valid[known],
                layer.predict_proba(Z_valid[known]),
                sample_weight=None if weight_valid is None else weight_valid[known],
                labels=layer.classes_,
            )
    return float(STRENGTHS[np.argmin(losses)])


def fit_layer(Z, y, C, weight=None, scaler_weight=None):
    """Fit the layer.

    Parameters
    ----------
    Z : ndarray of shape (n_samples, n_units)
        Representations; standardised in place.
    y : ndarray of shape (n_samples,)
        Labels.
    C : float
        Inverse strength of the penalty.
    weight : ndarray of shape (n_samples,) or None, default=None
        Weights of the samples in the loss, times those of their classes.
    scaler_weight : ndarray of shape (n_samples,) or None, default=None
        Weights of the samples alone, in the means and variances.

    Returns
    -------
    Pipeline
        Fitted scaler and regression. Standardised, all units of all views bear the same penalty, whatever
        their scale.
    """
    scaler = _scaler(Z, scaler_weight)
    return make_pipeline(scaler, _logistic_regression(C).fit(scaler.transform(Z), y, weight))


def _scaler(Z, weight):
    """Return a scaler fitted on some samples at a time, since on all at once it makes a copy of them."""
    scaler = StandardScaler(copy=False)
    for rows in gen_batches(len(Z), 1000):
        scaler.partial_fit(Z[rows], sample_weight=None if weight is None else weight[rows])
    return scaler


def _logistic_regression(C):
    return LogisticRegression(C=C, max_iter=1000)
