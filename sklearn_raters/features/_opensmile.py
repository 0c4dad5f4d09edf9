"""Audio to features: openSMILE as scikit-learn transformers."""

import os
from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from sklearn_raters._sklearn_compat import HasMethods, StrOptions
from sklearn_raters.features._audio import check_audio_list
from sklearn_raters.features._extraction import extract, feature_names


class _OpenSmileTransformer(TransformerMixin, BaseEstimator):
    _parameter_constraints = {
        "n_jobs": [Integral, None],
        "memory": [str, os.PathLike, HasMethods(["cache"]), None],
        "verbose": ["verbose"],
    }

    def fit(self, X, y=None):
        """Check the parameters; nothing is learnt.

        Parameters
        ----------
        X : list
            Not used.
        y : None
            Not used.

        Returns
        -------
        object
            The transformer itself.
        """
        self._validate_params()
        return self

    def get_feature_names_out(self, input_features=None):
        """Return openSMILE's names of the values.

        Parameters
        ----------
        input_features : None
            Not used.

        Returns
        -------
        ndarray of shape (n_features,), object
            The names; `_sma` is smoothed, `_de` a first, `_de_de` a second derivative.
        """
        return np.array(feature_names(self._set_name()), dtype=object)

    def _extract(self, X):
        self._validate_params()
        items = check_audio_list(X)
        return extract(
            items,
            self._set_name(),
            n_jobs=self.n_jobs,
            memory=self.memory,
            verbose=self.verbose,
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.requires_fit = False
        return tags


class OpenSmileFrames(_OpenSmileTransformer, auto_wrap_output_keys=None):
    """Audio to the paper's 45 low-level descriptors, windows of 60 ms every 10 ms.

    MFCC 1-12, loudness, F0 (Hz, 0 where unvoiced), voicing probability and zero-crossing rate (16),
    their first derivatives (16), and the second derivatives of MFCC and loudness (13): Chou & Lee
    2019, section 2.2.1. The components are those of openSMILE's emobase, its smoothing over
    3 frames included, with one window for all of them. A signal of n samples at 16 kHz has
    (n - 960) // 160 + 1 frames.

    Loudness is computed as openSMILE documents it, over the whole window; emobase's own component
    takes the window's first sample only (openSMILE's issue 51).

    Channels are averaged, and any rate is resampled to 16 kHz. openSMILE works on 16 bits: values
    beyond full scale are clipped. There is nothing to fit.

    Parameters
    ----------
    n_jobs : int, default=None
        Samples at once, through joblib: None is one unless `joblib.parallel_config` says
        otherwise, -1 all cores.
    memory : str, PathLike or joblib.Memory, default=None
        Folder in which to keep each sample's frames, by the content of its audio and all settings:
        a renamed file is found again, a changed one is computed anew.
    verbose : int, default=0
        Above 0, progress is shown on stderr.

    See Also
    --------
    OpenSmileFunctionals : One vector a sample, for ordinary classifiers.

    References
    ----------
    F. Eyben, M. Woellmer and B. Schuller, "openSMILE: the Munich versatile and fast open-source
    audio feature extractor", ACM Multimedia 2010.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_raters import OpenSmileFrames
    >>> pulses = np.zeros(16000)
    >>> pulses[::80] = 0.5  # 200 Hz for one second
    >>> frames = OpenSmileFrames().transform([(pulses, 16000)])
    >>> frames[0].shape
    (95, 45)
    >>> f0 = list(OpenSmileFrames().get_feature_names_out()).index("F0_sma")
    >>> print(frames[0][50, f0].round(1))
    200.0
    """

    def __init__(self, *, n_jobs=None, memory=None, verbose=0):
        self.n_jobs = n_jobs
        self.memory = memory
        self.verbose = verbose

    def transform(self, X):
        """Compute the frames.

        Parameters
        ----------
        X : list
            Paths (str or PathLike) of audio files; or pairs of a signal, shape (n_samples,) or
            (n_channels, n_samples), and its rate in Hz.

        Returns
        -------
        list of ndarray of shape (n_frames_i, 45), float32
            The frames, 100 a second, in the order of X.
        """
        return self._extract(X)

    def set_output(self, *, transform=None):
        """Change nothing: frames are no table, so they stay a list of arrays.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"}, default=None
            Not used; there for pipelines that set the output of all their steps.

        Returns
        -------
        OpenSmileFrames
            The transformer itself.
        """
        return self

    def _set_name(self):
        return "lld45"


class OpenSmileFunctionals(_OpenSmileTransformer):
    """Audio to one vector of statistics a sample, for ordinary classifiers.

    The sets are those that openSMILE brings along, with their own windows.
    emobase's intensity and loudness are of one sample a window there (openSMILE's issue 51).
    There is nothing to fit.

    Parameters
    ----------
    feature_set : {"emobase", "eGeMAPSv02"}, default="emobase"
        The set: 988 or 88 values.
    n_jobs : int, default=None
        As in OpenSmileFrames.
    memory : str, PathLike or joblib.Memory, default=None
        As in OpenSmileFrames.
    verbose : int, default=0
        Above 0, progress is shown on stderr.

    See Also
    --------
    OpenSmileFrames : The paper's frames.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_raters import OpenSmileFunctionals
    >>> noise = np.random.default_rng(0).normal(scale=0.1, size=16000)
    >>> OpenSmileFunctionals(feature_set="eGeMAPSv02").transform([(noise, 16000)]).shape
    (1, 88)
    """

    _parameter_constraints = {
        "feature_set": [StrOptions({"emobase", "eGeMAPSv02"})],
        **_OpenSmileTransformer._parameter_constraints,
    }

    def __init__(self, feature_set="emobase", *, n_jobs=None, memory=None, verbose=0):
        self.feature_set = feature_set
        self.n_jobs = n_jobs
        self.memory = memory
        self.verbose = verbose

    def transform(self, X):
        """Compute the functionals.

        Parameters
        ----------
        X : list
            Paths or (signal, rate) pairs, as for OpenSmileFrames.

        Returns
        -------
        ndarray of shape (n_samples, 988 or 88), float32
            One row a sample.
        """
        return np.concatenate(self._extract(X))

    def _set_name(self):
        return self.feature_set
