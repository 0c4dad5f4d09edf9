"""Corpora rated by several raters: loaders of public corpora and of any rated audio, synthetic corpora."""

from sklearn_raters.datasets._iemocap import load_iemocap
from sklearn_raters.datasets._iemocap_counts import check_iemocap_counts
from sklearn_raters.datasets._made_samples import make_rated_samples
from sklearn_raters.datasets._made_sequences import make_rated_sequences
from sklearn_raters.datasets._made_speech import make_rated_speech
from sklearn_raters.datasets._rated_audio import load_rated_audio
from sklearn_raters.datasets._speechocean762 import load_speechocean762
from sklearn_raters.datasets._vote_table import read_table, require_columns, value_by_sample

__all__ = [
    "check_iemocap_counts",
    "load_iemocap",
    "load_rated_audio",
    "load_speechocean762",
    "make_rated_samples",
    "make_rated_sequences",
    "make_rated_speech",
    "read_table",
    "require_columns",
    "value_by_sample",
]
