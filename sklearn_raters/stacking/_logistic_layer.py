"""The logistic fusion layer, whose penalty is chosen on samples that it has not seen."""

from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import gen_batches

from sklearn_raters._parallel import small_products
from sklearn_raters._rated import rows_of
from sklearn_raters._targets import class_weights
from sklearn_raters.stacking._frozen import side_by_side

# Inverse strengths of the L2 penalty to try, weakest last; above 1 the layer fits any labels.
STRENGTHS = 10.0 ** np.arange(-6, 1)


class LayerFold(NamedTuple):
    """Representations of samples, some to fit the layer on and some to validate it.

    Parameters
    ----------
    parts : list of ndarray of shape (n_samples, n_units_i)
        Representations of all samples, in columns to be put side by side.
    train, valid : ndarray of bool of shape (n_samples,)
        Samples to fit on, and samples to validate on.
    """

    parts: list
    train: np.ndarray
    valid: np.ndarray


def label_weights(class_weight, y, sample_weight=None):
    """Multiply the weights of samples by the weights of their classes.

    Parameters
    ----------
    class_weight : dict, "balanced" or None
        Weights of the classes; for "balanced", samples count by their weights.
    y : ndarray of shape (n_samples,)
        Labels.
    sample_weight : ndarray of shape (n_samples,) or None, default=None
        Weights of the samples.

    Returns
    -------
    ndarray of shape (n_samples,) or None
        The products; None if there are neither weights of samples nor of classes.
    """
    if class_weight is None:
        return sample_weight
    weight = np.ones(len(y)) if sample_weight is None else sample_weight
    if isinstance(class_weight, dict):  # these samples may lack a class that it names
        return np.array([class_weight.get(label, 1) for label in y.tolist()]) * weight
    classes = np.unique(y)
    mass = (y[:, None] == classes) * weight[:, None]
    return class_weights(class_weight, classes, mass)[np.searchsorted(classes, y)] * weight


@small_products()
def choose_strength(folds, y, class_weight, sample_weight):
    """Choose the penalty of the logistic layer by cross-entropy on samples that it has not seen.

    Parameters
    ----------
    folds : list of LayerFold
        Samples to fit on and to validate on.
    y : ndarray of shape (n_samples,)
        Labels.
    class_weight : dict, "balanced" or None
        Weights of the classes, in the layer and in the cross-entropy.
    sample_weight : ndarray of shape (n_samples,) or None
        Weights of the samples, in the layer and in the cross-entropy.

    Returns
    -------
    float
        The C with the lowest sum of weighted cross-entropies; the strongest penalty in a tie.
    """
    losses = np.zeros(len(STRENGTHS))
    for parts, train, valid in folds:
        valid = valid & np.isin(y, y[train])  # a class that the layer cannot learn is not judged
        y_train, y_valid = y[train], y[valid]
        weight_train = label_weights(class_weight, y_train, rows_of(sample_weight, train))
        weight_valid = label_weights(class_weight, y_valid, rows_of(sample_weight, valid))
        if not (len(y_valid) if weight_valid is None else weight_valid.any()):
            continue
        Z_train = side_by_side(parts, train)
        scaler = _scaler(Z_train, rows_of(sample_weight, train))
        Z_train, Z_valid = scaler.transform(Z_train), scaler.transform(side_by_side(parts, valid))
        if len(Z_train) < Z_train.shape[1]:
            # The layer's weights lie in the span of the training samples, whose coordinates are fewer units.
            span = np.linalg.qr(Z_train.T)[0]
            Z_train, Z_valid = Z_train @ span, Z_valid @ span
        for index, C in enumerate(STRENGTHS):
            layer = _logistic_regression(C).fit(Z_train, y_train, weight_train)
            proba = layer.predict_proba(Z_valid)
            losses[index] += log_loss(y_valid, proba, sample_weight=weight_valid, labels=layer.classes_)
    return float(STRENGTHS[np.argmin(losses)])


def fit_layer(Z, y, C, class_weight, sample_weight):
    """Fit the layer on standardised representations, so that all units bear the same penalty.

    Parameters
    ----------
    Z : ndarray of shape (n_samples, n_units)
        Representations; standardised in place.
    y : ndarray of shape (n_samples,)
        Labels.
    C : float
        Inverse strength of the penalty.
    class_weight : dict, "balanced" or None
        Weights of the classes in the loss.
    sample_weight : ndarray of shape (n_samples,) or None
        Weights of the samples in the loss, and in the means and variances.

    Returns
    -------
    Pipeline
        Fitted scaler and regression.
    """
    scaler, weight = _scaler(Z, sample_weight), label_weights(class_weight, y, sample_weight)
    return make_pipeline(scaler, _logistic_regression(C).fit(scaler.transform(Z), y, weight))


def _scaler(Z, weight):
    """Fit a scaler on one batch of samples after another, because it copies the samples it is fitted on."""
    # A setting of pandas output would give the layer names of features, and lose them where it is not set.
    scaler = StandardScaler(copy=False).set_output(transform="default")
    for rows in gen_batches(len(Z), 1000):
        scaler.partial_fit(Z[rows], sample_weight=rows_of(weight, rows))
    return scaler


def _logistic_regression(C):
    return LogisticRegression(C=C, max_iter=1000)
