"""Transformers from audio to frames or functionals, and from these to scaled, pooled or kernel features."""

from sklearn_raters.features._audio import SAMPLING_RATE, SHORTEST, is_silent, read_audio
from sklearn_raters.features._frame_pooler import FramePooler
from sklearn_raters.features._front_end_scaler import FrontEndScaler
from sklearn_raters.features._kernel_features import KernelFeatures
from sklearn_raters.features._layer_weighting import LayerWeighting
from sklearn_raters.features._mapped import load_frames, save_frames
from sklearn_raters.features._opensmile import OpenSmileFrames, OpenSmileFunctionals
from sklearn_raters.features._segments import Segment, segment_audio
from sklearn_raters.features._speaker_scaler import SpeakerScaler
from sklearn_raters.features._spectral_frames import SpectralFrames, SpectralFunctionals
from sklearn_raters.features._speech_encoder import SpeechEncoderFrames
from sklearn_raters.features._text_encoder import TextEncoder

__all__ = [
    "SAMPLING_RATE",
    "SHORTEST",
    "FramePooler",
    "FrontEndScaler",
    "KernelFeatures",
    "LayerWeighting",
    "OpenSmileFrames",
    "OpenSmileFunctionals",
    "Segment",
    "SpeakerScaler",
    "SpectralFrames",
    "SpectralFunctionals",
    "SpeechEncoderFrames",
    "TextEncoder",
    "is_silent",
    "load_frames",
    "read_audio",
    "save_frames",
    "segment_audio",
]
