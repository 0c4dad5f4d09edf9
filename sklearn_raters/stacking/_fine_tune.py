"""The frozen stack thawed for a last joint training, which is kept where it helps on samples not seen."""

import copy

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.class_weight import compute_sample_weight

from sklearn_raters.sequences import as_samples, pack
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
    from sklearn_raters import _torch

    for estimator in estimators:
        if not hasattr(getattr(estimator, "net_", None), "module_"):
            raise TypeError(
                f"fusion='fine_tune' trains networks further; a view is {estimator!r}, which is none of this "
                "package. Give BLSTMClassifier as estimator, or another fusion."
            )
    samples = as_samples(estimators[0], X, reset=False)
    weight = compute_sample_weight(class_weight, y)
    targets = (y[:, None] == layer.classes_) * (weight / weight.mean())[:, None]
    seed = check_random_state(random_state).randint(np.iinfo(np.int32).max)
    settings = {**SETTINGS, "device": estimators[0].device, "seed": seed, "verbose": 0, "net_params": None}

    def part(rows):
        return pack([samples[index] for index in np.flatnonzero(rows)]), targets[rows]

    own, parts, train, valid = held_out
    train_weight = label_weights(class_weight, y[train])
    held_layer = fit_layer(side_by_side(parts, train), y[train], layer[-1].C, train_weight)
    said = held_layer.predict_log_proba(side_by_side(parts, valid))
    before = -(targets[valid] * said).sum(axis=1).mean()
    net = _torch.train(_joint(own, held_layer), part(train), part(valid), **settings)
    losses = net.history[:, "valid_loss"]
    if min(losses) >= before:
        return estimators, layer, 0
    settings["max_epochs"] = int(np.argmin(losses)) + 1
    estimators, layer = copy.deepcopy(estimators), copy.deepcopy(layer)
    net = _torch.train(_joint(estimators, layer), part(np.ones(len(y), dtype=bool)), None, **settings)
    coef, intercept = net.module_.output_layer()
    if len(layer.classes_) == 2:
        coef, intercept = coef[1:] - coef[:1], intercept[1:] - intercept[:1]
    layer[-1].coef_, layer[-1].intercept_ = coef, intercept
    return estimators, layer, settings["max_epochs"]


def _joint(estimators, layer):
    """Return views and layer as one network, whose parts are the estimators' own."""
    from sklearn_raters import _torch

    scaler, regression = layer
    coef, intercept = regression.coef_, regression.intercept_
    if len(regression.classes_) == 2:
        # One logit in scikit-learn, against a logit of 0.
        coef, intercept = (np.concatenate([np.zeros_like(part), part]) for part in (coef, intercept))
    modules = [estimator.net_.module_ for estimator in estimators]
    return _torch.JointNet(modules, scaler.mean_, scaler.scale_, coef, intercept)
