"""How well predictions match the raters' labels: recalls, distances of distributions, scorers."""

from sklearn_raters.metrics._agreement import by_agreement, rated_distributions
from sklearn_raters.metrics._calibration_error import expected_calibration_error
from sklearn_raters.metrics._distributions import (
    brier_score,
    jensen_shannon_divergence,
    manhattan_distance,
    soft_cross_entropy,
    soft_f1_score,
    wasserstein_distance,
)
from sklearn_raters.metrics._judged import judged_answers
from sklearn_raters.metrics._raters import rater_distance, rater_error_rate, rater_uar
from sklearn_raters.metrics._recalls import class_recalls, unweighted_average_recall
from sklearn_raters.metrics._scorers import (
    make_ratings_scorer,
    neg_brier_score_scorer,
    neg_expected_calibration_error_scorer,
    neg_jensen_shannon_divergence_scorer,
    neg_manhattan_distance_scorer,
    neg_rater_distance_scorer,
    neg_rater_error_rate_scorer,
    neg_soft_cross_entropy_scorer,
    neg_wasserstein_distance_scorer,
    soft_f1_scorer,
    uar_scorer,
)

__all__ = [
    "brier_score",
    "by_agreement",
    "class_recalls",
    "expected_calibration_error",
    "jensen_shannon_divergence",
    "judged_answers",
    "make_ratings_scorer",
    "manhattan_distance",
    "neg_brier_score_scorer",
    "neg_expected_calibration_error_scorer",
    "neg_jensen_shannon_divergence_scorer",
    "neg_manhattan_distance_scorer",
    "neg_rater_distance_scorer",
    "neg_rater_error_rate_scorer",
    "neg_soft_cross_entropy_scorer",
    "neg_wasserstein_distance_scorer",
    "rated_distributions",
    "rater_distance",
    "rater_error_rate",
    "rater_uar",
    "soft_cross_entropy",
    "soft_f1_score",
    "soft_f1_scorer",
    "uar_scorer",
    "unweighted_average_recall",
    "wasserstein_distance",
]
