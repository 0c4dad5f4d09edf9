"""Classifiers that learn from several raters' subjective labels, with scikit-learn's interface."""

import importlib

__version__ = "0.1.0"

# Loaded at first use (PEP 562), so that the import stays free of torch and opensmile.
_HOMES = {
    "BLSTMClassifier": "sklearn_raters.networks",
    "CalibratedRatersClassifier": "sklearn_raters.calibration",
    "DeepEnsembleClassifier": "sklearn_raters.networks",
    "FramePooler": "sklearn_raters.features",
    "FrontEndScaler": "sklearn_raters.features",
    "KernelFeatures": "sklearn_raters.features",
    "LayerWeighting": "sklearn_raters.features",
    "MultiRaterStackingClassifier": "sklearn_raters.stacking",
    "OpenSmileFrames": "sklearn_raters.features",
    "OpenSmileFunctionals": "sklearn_raters.features",
    "RaterNetClassifier": "sklearn_raters.networks",
    "SoftTargetClassifier": "sklearn_raters.soft_targets",
    "SoftmaxLayerClassifier": "sklearn_raters.networks",
    "SpeakerScaler": "sklearn_raters.features",
    "SpectralFrames": "sklearn_raters.features",
    "SpectralFunctionals": "sklearn_raters.features",
    "SpeechEncoderFrames": "sklearn_raters.features",
    "TextEncoder": "sklearn_raters.features",
}

__all__ = list(_HOMES)


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *_HOMES})
