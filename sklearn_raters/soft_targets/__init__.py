"""Train any scikit-learn classifier on soft labels."""

from sklearn_raters.soft_targets._classifier import SoftTargetClassifier

__all__ = ["SoftTargetClassifier"]
