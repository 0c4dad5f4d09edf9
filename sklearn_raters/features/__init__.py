"""Audio to features: openSMILE's frames or functionals; frames scaled by speaker and pooled."""

from sklearn_raters.features._frame_pooler import FramePooler
from sklearn_raters.features._opensmile import OpenSmileFrames, OpenSmileFunctionals
from sklearn_raters.features._speaker_scaler import SpeakerScaler

__all__ = ["FramePooler", "OpenSmileFrames", "OpenSmileFunctionals", "SpeakerScaler"]
