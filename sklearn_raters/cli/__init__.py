"""The command line: ``sklearn-raters inspect``, ``evaluate``, ``train`` and ``predict``."""

from sklearn_raters.cli._main import main

__all__ = ["main"]
