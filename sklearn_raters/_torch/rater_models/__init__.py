"""Models of how raters vote, on a trunk that they share; `RATER_MODELS` lists them by their names."""

from sklearn_raters._torch.rater_models.base import RaterModel
from sklearn_raters._torch.rater_models.conal import CoNAL
from sklearn_raters._torch.rater_models.confusions import CrowdLayer, GeoRegF, GeoRegW, TraceReg, UnionNet
from sklearn_raters._torch.rater_models.crowd_ar import CrowdAR
from sklearn_raters._torch.rater_models.heads import DoctorNet, MultiTask, Uncertainty
from sklearn_raters._torch.rater_models.sample_confusions import AnnotMix, MaDL

_MODELS = (
    MultiTask,
    DoctorNet,
    Uncertainty,
    CrowdLayer,
    UnionNet,
    TraceReg,
    GeoRegF,
    GeoRegW,
    CoNAL,
    CrowdAR,
    AnnotMix,
    MaDL,
)
RATER_MODELS = {model.name: model for model in _MODELS}

__all__ = ["RATER_MODELS", "RaterModel"]
