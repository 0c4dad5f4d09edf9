"""Cross-validation with ratings: out-of-fold predictions, and the table that compares models."""

from sklearn_raters.model_selection._bootstrap import paired_bootstrap
from sklearn_raters.model_selection._compare import compare
from sklearn_raters.model_selection._comparison import Comparison
from sklearn_raters.model_selection._consensus_folds import ConsensusStratifiedGroupKFold
from sklearn_raters.model_selection._cross_val_predict import cross_val_predict_raters
from sklearn_raters.model_selection._paper_models import paper_models
from sklearn_raters.model_selection._planned import planned_trainings
from sklearn_raters.model_selection._predictions import LABEL_COLUMNS

__all__ = [
    "LABEL_COLUMNS",
    "Comparison",
    "ConsensusStratifiedGroupKFold",
    "compare",
    "cross_val_predict_raters",
    "paired_bootstrap",
    "paper_models",
    "planned_trainings",
]
