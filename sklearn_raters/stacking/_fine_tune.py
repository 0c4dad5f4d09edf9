"""Further training of the frozen views together with the fusion layer, kept if it helps on unseen samples."""

import copy
from typing import NamedTuple

import numpy as np

from sklearn_raters.networks import train_jointly
from sklearn_raters.stacking._frozen import side_by_side
from sklearn_raters.stacking._logistic_layer import fit_layer, label_weights

SETTINGS = {"max_epochs": 20, "learning_rate": 1e-4, "batch_size": 32, "patience": 3}


class HeldOut(NamedTuple):
    """Views that have not seen some of the samples, by which the number of epochs is chosen.

    Parameters
    ----------
    estimators : list of classifiers
        Views trained on the training part alone.
    representations : list of ndarray of shape (n_samples, n_units_i)
        Their representations of all samples.
    train, valid : ndarray of bool of shape (n_samples,)
        The two parts.
    """

    estimators: list
    representations: list
    train: np.ndarray
    valid: np.ndarray


class FineTuned(NamedTuple):
    """The views and the layer after the further training.

    Parameters
    ----------
    estimators : list of classifiers
        New ones if the training helped, else those that were given.
    layer : Pipeline
        Likewise.
    n_epochs : int
        Number of epochs that were kept; 0 if none helped.
    """

    estimators: list
    layer: object
    n_epochs: int


def fine_tune(estimators, layer, held_out, X, y, *, class_weight, sample_weight, random_state):
    """Train views and fusion layer together, at a small learning rate.

    The number of epochs is the one with the lowest cross-entropy on held-out samples, of views that have not
    seen them. If no epoch lowers it, everything stays as it is.

    Parameters
    ----------
    estimators : list of classifiers
        The views trained on all samples.
    layer : Pipeline
        The logistic layer fitted on their representations.
    held_out : HeldOut
        Views trained on a part of the samples.
    X : list or array-like of length n_samples
        The samples with a consensus.
    y : ndarray of shape (n_samples,)
        Their consensus.
    class_weight : dict, "balanced" or None
        Weights of the classes.
    sample_weight : ndarray of shape (n_samples,) or None
        Weights of the samples.
    random_state : int or None
        Source of batches and dropout.

    Returns
    -------
    FineTuned
        Views, layer and number of epochs.
    """
    weight = label_weights(class_weight, y, sample_weight)
    weight = np.ones(len(y)) if weight is None else weight / weight.mean()
    targets = (y[:, None] == layer.classes_) * weight[:, None]
    settings = {**SETTINGS, "random_state": random_state}
    train, valid = held_out.train, held_out.valid
    train_weight = None if sample_weight is None else sample_weight[train]
    held_layer = fit_layer(
        side_by_side(held_out.representations, train),
        y[train],
        layer[-1].C,
        label_weights(class_weight, y[train], train_weight),
        train_weight,
    )
    log_proba = held_layer.predict_log_proba(side_by_side(held_out.representations, valid))
    before = -(targets[valid] * log_proba).sum(axis=1).mean()
    losses = train_jointly(held_out.estimators, held_layer, X, targets, train=train, valid=valid, **settings)
    if min(losses) >= before:
        return FineTuned(estimators, layer, 0)
    settings["max_epochs"] = int(np.argmin(losses)) + 1
    estimators, layer = copy.deepcopy(estimators), copy.deepcopy(layer)
    train_jointly(estimators, layer, X, targets, **settings)
    return FineTuned(estimators, layer, settings["max_epochs"])
