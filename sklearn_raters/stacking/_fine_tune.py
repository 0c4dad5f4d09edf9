"""Further joint training of the views and the fusion layer, kept if it helps on held-out samples."""

import copy

import numpy as np

from sklearn_raters._rated import rows_of
from sklearn_raters.exceptions import collecting_remarks
from sklearn_raters.networks import train_jointly
from sklearn_raters.stacking._frozen import side_by_side
from sklearn_raters.stacking._logistic_layer import fit_layer, label_weights

SETTINGS = {"max_epochs": 20, "learning_rate": 1e-4, "batch_size": 32, "patience": 3}


def fine_tune(estimators, layer, held_out, fold, X, y, *, class_weight, sample_weight, random_state):
    """Train the views and the fusion layer together, at a small learning rate.

    The number of epochs is chosen by the cross-entropy on held-out samples, with views that have not seen
    these samples. If no epoch lowers the cross-entropy, views and layer stay as they are.

    Parameters
    ----------
    estimators : list of classifiers
        The views trained on all samples.
    layer : Pipeline
        The logistic layer fitted on their representations.
    held_out : list of classifiers
        The views trained on the training part of `fold`; changed in place.
    fold : LayerFold
        Representations of all samples by `held_out`, and the two parts of the samples.
    X : list or array-like of length n_samples
        The samples with a consensus.
    y : ndarray of shape (n_samples,)
        Their consensus.
    class_weight : dict, "balanced" or None
        Weights of the classes.
    sample_weight : ndarray of shape (n_samples,) or None
        Weights of the samples.
    random_state : int or None
        Source of the order of batches and of dropout.

    Returns
    -------
    estimators : list of classifiers
        The views, new ones if fine-tuning helped.
    layer : Pipeline
        The layer, a new one if fine-tuning helped.
    n_epochs : int
        Number of epochs that were kept, 0 if none helped.
    """
    weight = label_weights(class_weight, y, sample_weight)
    weight = np.ones(len(y)) if weight is None else weight
    targets = np.asarray(y[:, None] == layer.classes_, dtype=float)
    settings = {**SETTINGS, "random_state": random_state}
    parts, train, valid = fold
    Z_train, train_weight = side_by_side(parts, train), rows_of(sample_weight, train)
    held_layer = fit_layer(Z_train, y[train], layer[-1].C, class_weight, train_weight)
    log_proba = held_layer.predict_log_proba(side_by_side(parts, valid))
    before = -np.average((targets[valid] * log_proba).sum(axis=1), weights=weight[valid])
    with collecting_remarks():  # the held-out loss decides
        losses = train_jointly(held_out, held_layer, X, targets, weight, train=train, valid=valid, **settings)
    if min(losses) >= before:
        return estimators, layer, 0
    settings["max_epochs"] = int(np.argmin(losses)) + 1
    estimators, layer = copy.deepcopy(estimators), copy.deepcopy(layer)
    train_jointly(estimators, layer, X, targets, weight, **settings)
    return estimators, layer, settings["max_epochs"]
