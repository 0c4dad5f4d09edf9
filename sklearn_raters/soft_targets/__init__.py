"""Train any scikit-learn classifier on soft labels."""

from sklearn_raters.soft_targets._checks import check_reads_soft_labels, check_takes_repeats
from sklearn_raters.soft_targets._classifier import SoftTargetClassifier, decides_by_pairs
from sklearn_raters.soft_targets._logistic import fits_soft_labels
from sklearn_raters.soft_targets._whole_samples import fit_in_groups

__all__ = [
    "SoftTargetClassifier",
    "check_reads_soft_labels",
    "check_takes_repeats",
    "decides_by_pairs",
    "fit_in_groups",
    "fits_soft_labels",
]
