"""Pictures of raters, comparisons and models, in the Display form of scikit-learn; matplotlib draws them."""

from sklearn_raters.plots._agreement import AgreementDisplay
from sklearn_raters.plots._attention import AttentionDisplay
from sklearn_raters.plots._class_use import ClassUseDisplay
from sklearn_raters.plots._comparison import ComparisonDisplay
from sklearn_raters.plots._disagreement import DisagreementDisplay
from sklearn_raters.plots._loss_curves import LossCurvesDisplay
from sklearn_raters.plots._rater_confusions import RaterConfusionsDisplay
from sklearn_raters.plots._reliability import ReliabilityDisplay
from sklearn_raters.plots._svg import as_svg

__all__ = [
    "AgreementDisplay",
    "AttentionDisplay",
    "ClassUseDisplay",
    "ComparisonDisplay",
    "DisagreementDisplay",
    "LossCurvesDisplay",
    "RaterConfusionsDisplay",
    "ReliabilityDisplay",
    "as_svg",
]
