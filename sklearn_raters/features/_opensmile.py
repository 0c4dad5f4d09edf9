"""OpenSmileFrames and OpenSmileFunctionals: openSMILE as scikit-learn transformers."""

import os
from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from sklearn_raters._sklearn_compat import HasMethods, StrOptions
from sklearn_raters.features._extraction import extract, feature_names
from sklearn_raters.features._forms import keeps_frames


class _OpenSmileTransformer(TransformerMixin, BaseEstimator):
    _parameter_constraints = {
        "n_jobs": [Integral, None],
        "memory": [str, os.PathLike, HasMethods(["cache"]), None],
        "verbose": ["verbose"],
    }

    def __init__(self, *, n_jobs=None, memory=None, verbose=0):
        self.n_jobs = n_jobs
        self.memory = memory
        self.verbose = verbose

    def fit(self, X, y=None):
        """Check the parameters; the transformer learns nothing.

        Parameters
        ----------
        X : list
            Not used.
        y : None
            Not used.

        Returns
        -------
        object
            The same transformer.
        """
        self._validate_params()
        return self

    def get_feature_names_out(self, input_features=None):
        """Return openSMILE's names of the features.

        Parameters
        ----------
        input_features : None
            Not used.

        Returns
        -------
        ndarray of shape (n_features,), object
            Names; `_sma` marks smoothed values, `_de` first and `_de_de` second derivatives.
        """
        return np.array(feature_names(self._feature_set), dtype=object)

    def _extract(self, X):
        self._validate_params()
        return extract(X, self._feature_set, n_jobs=self.n_jobs, memory=self.memory, verbose=self.verbose)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.requires_fit = False
        return tags


@keeps_frames(lambda X: True)
class OpenSmileFrames(_OpenSmileTransformer):
    """Compute the paper's 45 low-level descriptors of audio, in windows of 60 ms every 10 ms.

    MFCC 1-12, loudness, F0 (Hz, 0 where unvoiced), voicing probability and zero-crossing rate (16),
    their first derivatives (16), and the second derivatives of MFCC and loudness (13): Chou & Lee
    2019, section 2.2.1. They are computed as in openSMILE's emobase, including smoothing over 3 frames,
    but with one window length for all. A signal of n samples at 16 kHz has (n - 960) // 160 + 1 frames.

    Loudness is computed over the whole window, as openSMILE's documentation describes it; the component that
    emobase uses takes the first sample of the window only (openSMILE's issue 51).

    Channels are averaged, and audio of another rate is resampled to 16 kHz. Values beyond full scale are
    clipped, since openSMILE works on 16 bits. The transformer is stateless.

    Parameters
    ----------
    n_jobs : int, default=None
        Number of samples processed in parallel by joblib. None means 1 unless `joblib.parallel_config` sets
        another number, -1 means all cores.
    memory : str, PathLike or joblib.Memory, default=None
        Folder of a cache of frames. The key is the content of the audio and all settings, so renamed files
        are found in the cache, and changed files are computed again. None caches nothing.
    verbose : int, default=0
        Whether to show progress on standard error: above 0.

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

    _feature_set = "lld45"

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
            Frames, 100 a second, in the order of X.
        """
        return self._extract(X)


class OpenSmileFunctionals(_OpenSmileTransformer):
    """Compute one vector of statistics of each audio sample, for ordinary classifiers.

    The feature sets are openSMILE's, unchanged. In emobase, intensity and loudness are computed from a single
    sample of each window (openSMILE's issue 51). The transformer is stateless.

    Parameters
    ----------
    feature_set : {"emobase", "eGeMAPSv02"}, default="emobase"
        Feature set: 988 or 88 features.
    n_jobs : int, default=None
        As in OpenSmileFrames.
    memory : str, PathLike or joblib.Memory, default=None
        As in OpenSmileFrames.
    verbose : int, default=0
        Whether to show progress on standard error: above 0.

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
        super().__init__(n_jobs=n_jobs, memory=memory, verbose=verbose)
        self.feature_set = feature_set

    @property
    def _feature_set(self):
        return self.feature_set

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
