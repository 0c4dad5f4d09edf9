"""Classifiers with a neural network inside: for one label a sample or all raters at once, and ensembles."""

from sklearn_raters.networks._blstm import BLSTMClassifier
from sklearn_raters.networks._ensemble import DeepEnsembleClassifier
from sklearn_raters.networks._joint import check_can_train_jointly, train_jointly
from sklearn_raters.networks._rater_net import RaterNetClassifier
from sklearn_raters.networks._softmax_layer import SoftmaxLayerClassifier

__all__ = [
    "RATER_MODELS",
    "BLSTMClassifier",
    "DeepEnsembleClassifier",
    "RaterModel",
    "RaterNetClassifier",
    "SoftmaxLayerClassifier",
    "check_can_train_jointly",
    "train_jointly",
]

# These need torch, which is loaded at their first use only (PEP 562).
_FROM_TORCH = ("RATER_MODELS", "RaterModel")


def __getattr__(name):
    if name not in _FROM_TORCH:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from sklearn_raters import _torch

    globals().update({public: getattr(_torch, public) for public in _FROM_TORCH})
    return globals()[name]


def __dir__():
    return sorted({*globals(), *_FROM_TORCH})
