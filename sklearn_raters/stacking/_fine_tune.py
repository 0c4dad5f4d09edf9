"""The frozen stack thawed for a last joint training, which is kept where it helps on samples not seen."""

import copy

import numpy as np
from sklearn.utils.class_weight import compute_sample_weight

from sklearn_raters.networks import train_jointly
from sklearn_raters.stacking._frozen import side_by_side
from sklearn_raters.stacking._logistic_layer import fit_layer, label_weights

SETTINGS = {"max_epochs": 20, "learning_rate": 1e-4, "batch_size": 32, "patience": 3}


def fine_tune(estimators, layer, held_out, X, y, *, class_weight, random_state):
    """Train views and fusion layer together, at a small learning rate.

    How many epochs help is found on the views that were trained for choosing the layer's penalty, by the
    cross-entropy on the samples that these have not seen; where none does, all stays as it is.

    Parameters
    ----------
    estimators : list of classifiers
        The views trained on all samples.
    layer : Pipeline
        The logistic layer fitted on their representations.
    held_out : tuple (estimators, parts, train, valid)
        Views trained on the training part alone, what they represent of the samples of `X`, as a list of
        arrays (n_samples, n_units), and bool arrays of shape (n_samples,) that tell the parts.
    X : list or array-like of length n_samples
        The samples with a consensus.
    y : ndarray of shape (n_samples,)
        Their consensus.
    class_weight : dict, "balanced" or None
        Weights of the classes.
    random_state : int or None
        Source of batches and dropout.

    Returns
    -------
    estimators : list of classifiers
        New ones where the training helped, else those given.
    layer : Pipeline
        Likewise.
    n_epochs : int
        How many epochs were kept; 0 where none helped.

    Raises
    ------
    TypeError
        If a view is no network of this package.
    """
    weight = compute_sample_weight(class_weight, y)
    targets = (y[:, None] == layer.classes_) * (weight / weight.mean())[:, None]
    settings = {**SETTINGS, "random_state": random_state}
    own, parts, train, valid = held_out
    train_weight = label_weights(class_weight, y[train])
    held_layer = fit_layer(side_by_side(parts, train), y[train], layer[-1].C, train_weight)
    said = held_layer.predict_log_proba(side_by_side(parts, valid))
    before = -(targets[valid] * said).sum(axis=1).mean()
    losses = train_jointly(own, held_layer, X, targets, train=train, valid=valid, **settings)
    if min(losses) >= before:
        return estimators, layer, 0
    settings["max_epochs"] = int(np.argmin(losses)) + 1
    estimators, layer = copy.deepcopy(estimators), copy.deepcopy(layer)
    train_jointly(estimators, layer, X, targets, **settings)
    return estimators, layer, settings["max_epochs"]
