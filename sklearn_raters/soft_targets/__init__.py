"""Train any scikit-learn classifier on soft labels."""

from sklearn_raters.soft_targets._classifier import SoftTargetClassifier, decides_by_pairs
from sklearn_raters.soft_targets._logistic import fits_soft_labels

__all__ = ["SoftTargetClassifier", "decides_by_pairs", "fits_soft_labels"]
