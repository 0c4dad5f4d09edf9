"""Fitted models in files that hold data only, and as ONNX graphs for other programs."""

from sklearn_raters.persistence._onnx import to_onnx
from sklearn_raters.persistence._save import load, save

__all__ = ["load", "save", "to_onnx"]
