"""Fitted models in files that hold data only, and as ONNX graphs for other programs."""

from sklearn_raters.persistence._onnx import to_onnx
from sklearn_raters.persistence._save import load, load_card, save

__all__ = ["load", "load_card", "save", "to_onnx"]
