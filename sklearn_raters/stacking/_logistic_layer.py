"""The convex form of the paper's fusion layer, its penalty chosen on samples that it has not seen."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import gen_batches
from sklearn.utils.class_weight import compute_sample_weight
from threadpoolctl import threadpool_limits

# Inverse strengths of the L2 penalty tried, weakest last; beyond 1, units fit any labels.
STRENGTHS = 10.0 ** np.arange(-6, 1)


# Its products are so slim that threads wait for each other: one was seven times as fast as two.
@threadpool_limits.wrap(limits=1, user_api="blas")
def choose_strength(folds, class_weight):
    """Choose the penalty of the logistic layer by cross-entropy on samples that it has not seen.

    Parameters
    ----------
    folds : iterable of tuple (Z_train, y_train, Z_valid, y_valid)
        Representations and labels of the samples to fit on and to judge by; standardised in place.
    class_weight : dict, "balanced" or None
        Weights of the classes, in the layer and in the judgement.

    Returns
    -------
    float
        The C with the lowest sum of (weighted) cross-entropies; of equal ones the strongest penalty.
    """
    losses = np.zeros(len(STRENGTHS))
    for Z_train, y_train, Z_valid, y_valid in folds:
        weight = compute_sample_weight(class_weight, y_valid)
        scaler = _scaler(Z_train)
        Z_train, Z_valid = scaler.transform(Z_train), scaler.transform(Z_valid)
        if len(Z_train) < Z_train.shape[1]:
            # The weights lie in the span of the training samples: in these fewer units the layer is the same.
            span = np.linalg.qr(Z_train.T)[0]
            Z_train, Z_valid = Z_train @ span, Z_valid @ span
        for index, C in enumerate(STRENGTHS):
            layer = _logistic_regression(C, class_weight).fit(Z_train, y_train)
            known = np.isin(y_valid, layer.classes_)
            losses[index] += log_loss(
                y_valid[known],
                layer.predict_proba(Z_valid[known]),
                sample_weight=weight[known],
                labels=layer.classes_,
            )
    return float(STRENGTHS[np.argmin(losses)])


def fit_layer(Z, y, C, class_weight):
    """Fit the layer.

    Parameters
    ----------
    Z : ndarray of shape (n_samples, n_units)
        Representations; standardised in place.
    y : ndarray of shape (n_samples,)
        Labels.
    C : float
        Inverse strength of the penalty.
    class_weight : dict, "balanced" or None
        Weights of the classes.

    Returns
    -------
    Pipeline
        Fitted scaler and regression. Standardised, all units of all views bear the same penalty, whatever
        their scale.
    """
    scaler = _scaler(Z)
    return make_pipeline(scaler, _logistic_regression(C, class_weight).fit(scaler.transform(Z), y))


def _scaler(Z):
    """Return a scaler fitted on some samples at a time, since on all at once it makes a copy of them."""
    scaler = StandardScaler(copy=False)
    for rows in gen_batches(len(Z), 1000):
        scaler.partial_fit(Z[rows])
    return scaler


def _logistic_regression(C, class_weight):
    return LogisticRegression(C=C, class_weight=class_weight, max_iter=1000)
