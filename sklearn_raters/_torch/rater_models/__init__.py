"""Models of how raters vote, on a trunk that they share; `RATER_MODELS` lists them by their names."""

from sklearn_raters._torch.rater_models import confusions, heads, sample_confusions
from sklearn_raters._torch.rater_models.base import RaterModel

_MODULES = (heads, confusions, sample_confusions)
RATER_MODELS = {model.name: model for module in _MODULES for model in module.MODELS}

__all__ = ["RATER_MODELS", "RaterModel"]
