"""Corpora with their raters' labels: loaders of known ones and of any long table, and made ones."""

import importlib

# Loaded at first use (PEP 562), as in the package itself.
_HOMES = {
    "check_iemocap_counts": "sklearn_raters.datasets.iemocap",
    "load_iemocap": "sklearn_raters.datasets.iemocap",
    "load_rated_audio": "sklearn_raters.datasets.rated_audio",
    "load_speechocean762": "sklearn_raters.datasets.speechocean762",
    "make_rated_sequences": "sklearn_raters.datasets.made_sequences",
    "make_rated_speech": "sklearn_raters.datasets.made_speech",
}

__all__ = [
    "check_iemocap_counts",
    "load_iemocap",
    "load_rated_audio",
    "load_speechocean762",
    "make_rated_sequences",
    "make_rated_speech",
]


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *_HOMES})
