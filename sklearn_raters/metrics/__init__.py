"""How well predictions match the raters' labels: recalls, distances of distributions, scorers."""

from sklearn_raters.metrics._distributions import jensen_shannon_divergence, soft_cross_entropy
from sklearn_raters.metrics._raters import rater_uar
from sklearn_raters.metrics._recalls import class_recalls, unweighted_average_recall
from sklearn_raters.metrics._scorers import make_ratings_scorer, neg_soft_cross_entropy_scorer, uar_scorer

__all__ = [
    "class_recalls",
    "jensen_shannon_divergence",
    "make_ratings_scorer",
    "neg_soft_cross_entropy_scorer",
    "rater_uar",
    "soft_cross_entropy",
    "uar_scorer",
    "unweighted_average_recall",
]
