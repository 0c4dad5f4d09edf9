"""Several fitted networks, and a logistic layer on their representations, trained together as one network."""

import numpy as np

from sklearn_raters._rated import rows_of
from sklearn_raters._seeds import draw_seed
from sklearn_raters.networks._label_net import LabelNetClassifier
from sklearn_raters.networks._merged_samples import merge_equal
from sklearn_raters.sequences import as_samples, pack


def check_can_train_jointly(estimator):
    """Check that `train_jointly` can train an estimator.

    Parameters
    ----------
    estimator : estimator
        The estimator, fitted or not.

    Raises
    ------
    TypeError
        If the estimator is no network of this package.
    """
    if not isinstance(estimator, LabelNetClassifier):
        raise TypeError(
            "Only networks of this package, such as BLSTMClassifier, can be trained together with the layer "
            f"behind them; got {estimator!r}."
        )


def train_jointly(
    estimators, layer, X, targets, weight, *, train=None, valid=None, random_state=None, **settings
):
    """Train the networks of fitted estimators together with the layer behind them; all change in place.

    Parameters
    ----------
    estimators : list of BLSTMClassifier or SoftmaxLayerClassifier
        The fitted estimators.
    layer : Pipeline of StandardScaler and LogisticRegression
        The layer, fitted on the estimators' representations side by side.
    X : list or array-like of length n_samples
        Samples in any form that the estimators take.
    targets : ndarray of shape (n_samples, n_classes)
        Soft labels, columns in the order of ``layer.classes_``.
    weight : ndarray of shape (n_samples,)
        Weights of the samples.
    train, valid : ndarray of bool of shape (n_samples,), default=None
        The samples to train on (None: all), and the samples whose loss stops the training; the epoch with the
        lowest loss is restored. Without `valid` all epochs are trained.
    random_state : int, RandomState instance or None, default=None
        Source of the batches and of dropout.
    **settings : dict
        `max_epochs`, `batch_size` and `learning_rate` as in `BLSTMClassifier`, and `patience`, the number of
        epochs without a lower validation loss after which to stop.

    Returns
    -------
    list of float
        The validation loss after each epoch; empty without `valid`.

    Raises
    ------
    TypeError
        If an estimator is no network of this package.
    """
    from sklearn_raters import _torch

    for estimator in estimators:
        check_can_train_jointly(estimator)
    samples = as_samples(estimators[0], X, reset=False)

    def part(rows):
        # Merged and in an order of their own, so that neither order nor repeats of samples change the result.
        used = np.where(rows, weight, 0.0)
        kept, total, _ = merge_equal(samples, lambda index: targets[index].tobytes(), used, None)
        return pack(rows_of(samples, kept)), targets[kept] * (total / total.mean())[:, None]

    scaler, regression = layer
    coef, intercept = regression.coef_, regression.intercept_
    is_binary = len(regression.classes_) == 2
    if is_binary:
        # scikit-learn has one logit for two classes; the other one is 0.
        coef, intercept = (np.concatenate([np.zeros_like(array), array]) for array in (coef, intercept))
    networks = [estimator.net_.module_ for estimator in estimators]
    net = _torch.train(
        _torch.JointNet(networks, scaler.mean_, scaler.scale_, coef, intercept),
        part(np.ones(len(targets), dtype=bool) if train is None else train),
        None if valid is None else part(valid),
        seed=draw_seed(random_state),
        device=estimators[0].device,
        verbose=0,
        **settings,
    )
    coef, intercept = net.module_.output_layer()
    if is_binary:
        coef, intercept = coef[1:] - coef[:1], intercept[1:] - intercept[:1]
    regression.coef_, regression.intercept_ = coef, intercept
    return [] if valid is None else net.history[:, "valid_loss"]
