"""Consensus of the raters: one label, or one distribution over the classes, for each sample."""

from sklearn_raters.consensus._crowd_kit import METHODS, PROBA_METHODS, consensus_labels, consensus_proba
from sklearn_raters.consensus._labels import (
    agreement_weights,
    check_classes,
    hard_labels,
    labelled_samples,
    soft_labels,
)

__all__ = [
    "METHODS",
    "PROBA_METHODS",
    "agreement_weights",
    "check_classes",
    "consensus_labels",
    "consensus_proba",
    "hard_labels",
    "labelled_samples",
    "soft_labels",
]
