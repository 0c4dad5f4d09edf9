"""Corpora rated by several raters: loaders of public corpora and of any rated audio, synthetic corpora."""

from sklearn_raters.datasets._audformat import load_audformat
from sklearn_raters.datasets._audformat_save import save_audformat
from sklearn_raters.datasets._audio_names import find_audio, list_audio
from sklearn_raters.datasets._crema_d import load_crema_d
from sklearn_raters.datasets._fetch import fetch_crema_d, fetch_speechocean762
from sklearn_raters.datasets._iemocap import load_iemocap
from sklearn_raters.datasets._iemocap_counts import check_iemocap_counts
from sklearn_raters.datasets._made_samples import make_rated_samples
from sklearn_raters.datasets._made_sequences import make_rated_sequences
from sklearn_raters.datasets._made_speech import make_rated_speech
from sklearn_raters.datasets._msp_improv import load_msp_improv
from sklearn_raters.datasets._msp_podcast import load_msp_podcast
from sklearn_raters.datasets._rated_audio import load_rated_audio
from sklearn_raters.datasets._speechocean762 import load_speechocean762
from sklearn_raters.datasets._vote_table import value_by_sample

__all__ = [
    "check_iemocap_counts",
    "fetch_crema_d",
    "fetch_speechocean762",
    "find_audio",
    "list_audio",
    "load_audformat",
    "load_crema_d",
    "load_iemocap",
    "load_msp_improv",
    "load_msp_podcast",
    "load_rated_audio",
    "load_speechocean762",
    "make_rated_samples",
    "make_rated_sequences",
    "make_rated_speech",
    "save_audformat",
    "value_by_sample",
]
