"""Corpora with their raters' labels: loaders of known corpora and of any long table."""

from sklearn_raters.datasets.iemocap import check_iemocap_counts, load_iemocap
from sklearn_raters.datasets.rated_audio import load_rated_audio
from sklearn_raters.datasets.speechocean762 import load_speechocean762

__all__ = [
    "check_iemocap_counts",
    "load_iemocap",
    "load_rated_audio",
    "load_speechocean762",
]
