"""Classifiers with a neural network inside: of one label a sample, of all raters at once, and ensembles."""

from sklearn_raters.networks._blstm import BLSTMClassifier
from sklearn_raters.networks._ensemble import DeepEnsembleClassifier
from sklearn_raters.networks._rater_net import RaterNetClassifier
from sklearn_raters.networks._softmax_layer import SoftmaxLayerClassifier

__all__ = ["BLSTMClassifier", "DeepEnsembleClassifier", "RaterNetClassifier", "SoftmaxLayerClassifier"]
