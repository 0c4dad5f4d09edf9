"""Train any scikit-learn classifier on soft labels."""

from sklearn_raters.soft_targets._classifier import SoftTargetClassifier
from sklearn_raters.soft_targets._logistic import fits_soft_labels

__all__ = ["SoftTargetClassifier", "fits_soft_labels"]
