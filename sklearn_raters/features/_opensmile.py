"""OpenSmileFrames and OpenSmileFunctionals: openSMILE as scikit-learn transformers."""

import os
import shutil

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from sklearn_raters._files import full_path
from sklearn_raters._sklearn_compat import N_JOBS, HasMethods, StrOptions
from sklearn_raters.exceptions import InputError
from sklearn_raters.features._audio import check_audio_list
from sklearn_raters.features._extraction import extract, extract_each, feature_names, key_of, warn_of
from sklearn_raters.features._forms import keeps_frames
from sklearn_raters.features._mapped import read_folder, write_folder

# Samples whose frames are in memory at once while frames are written to disk.
_SAMPLES_AT_ONCE = 256


class _OpenSmileTransformer(TransformerMixin, BaseEstimator):
    _parameter_constraints = {
        "n_jobs": N_JOBS,
        "memory": [str, os.PathLike, HasMethods(["cache"]), None],
        "on_error": [StrOptions({"raise", "skip"})],
        "verbose": ["verbose"],
    }

    def __init__(self, *, n_jobs=None, memory=None, on_error="raise", verbose=0):
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error
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

    def _settings(self, errors):
        """Return the settings of the extraction; `errors` gets the reasons why samples are skipped."""
        settings = {name: getattr(self, name) for name in ("n_jobs", "memory", "verbose")}
        return {"errors": errors if self.on_error == "skip" else None, **settings}

    def _extract(self, X):
        errors = {}
        features = extract(X, self._feature_set, **self._settings(errors))
        return features, errors

    def _keep(self, errors):
        if self.on_error == "skip":
            self.errors_ = errors

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

    Files are read in every format of libsndfile, whatever their name says, and refused if they are cut short.
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
    out : str or PathLike, default=None
        Folder for frames that are larger than the memory: `transform` writes them into a folder below, whose
        name is a hash of audio and settings, and returns them memory-mapped; networks read them from there a
        batch at a time. The same call finds them again. None returns arrays in memory. Scalers and
        `FramePooler` return arrays in memory, too; give them a sample or a speaker at a time, inside
        `sklearn_raters.features.save_frames`.
    dtype : {"float32", "float16"}, default="float32"
        Number format of the files in `out`; float16 halves their size and keeps three digits.
    on_error : {"raise", "skip"}, default="raise"
        What happens at a sample that cannot be read or is too short. "raise" raises its error. "skip" gives
        it one frame of NaN, which no network takes, warns, and lists the reasons in `errors_`: a transformer
        cannot leave out a sample, since labels and groups would no longer fit.
    verbose : int, default=0
        Whether to show progress on standard error: above 0.

    Attributes
    ----------
    errors_ : dict of {int: str}
        With ``on_error="skip"``, why samples of the last `transform` were skipped, by index in X.

    See Also
    --------
    sklearn_raters.features.load_frames : Read the frames in a folder again.
    OpenSmileFunctionals : One vector a sample, for ordinary classifiers.

    References
    ----------
    F. Eyben, M. Woellmer and B. Schuller, "openSMILE: the Munich versatile and fast open-source
    audio feature extractor", ACM Multimedia 2010.

    Examples
    --------
    >>> import warnings
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

    Leave out what cannot be read:

    >>> smile = OpenSmileFrames(on_error="skip")
    >>> X = [(pulses, 16000), (pulses[:100], 16000)]
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     frames = smile.transform(X)
    >>> kept = [index for index in range(len(X)) if index not in smile.errors_]
    >>> kept
    [0]
    """

    _feature_set = "lld45"
    _parameter_constraints = {
        **_OpenSmileTransformer._parameter_constraints,
        "out": [str, os.PathLike, None],
        "dtype": [StrOptions({"float32", "float16"})],
    }

    def __init__(self, *, n_jobs=None, memory=None, out=None, dtype="float32", on_error="raise", verbose=0):
        super().__init__(n_jobs=n_jobs, memory=memory, on_error=on_error, verbose=verbose)
        self.out = out
        self.dtype = dtype

    def transform(self, X):
        """Compute the frames.

        Parameters
        ----------
        X : list
            Paths (str or PathLike) of audio files; or pairs of a signal, shape (n_samples,) or
            (n_channels, n_samples), and its rate in Hz. Full scale is 1 in floating point; integers are
            taken as PCM of 8, 16 or 32 bits by their values, and refused where these fit two of them.

        Returns
        -------
        list of ndarray or memmap of shape (n_frames_i, 45)
            Frames, 100 a second, in the order of X; float32, or in `out` of the given `dtype`.

        Raises
        ------
        FileNotFoundError, InputError
            If a sample cannot be used, or with ``on_error="skip"`` if none can.
        OSError
            If `out` cannot be written.
        """
        self._validate_params()
        if self.out is None and self.dtype != "float32":
            raise InputError(f"dtype={self.dtype!r} is that of the files in `out`: give a folder as out=.")
        frames, errors = self._extract(X) if self.out is None else self._on_disk(check_audio_list(X))
        self._keep(errors)
        return frames

    def _on_disk(self, items):
        """Return memory-mapped frames, written before or now, and the errors of samples that are skipped."""
        folder = full_path(self.out) / f"{self._feature_set}-{self.dtype}-{key_of(items, self._feature_set)}"
        try:
            frames, about = read_folder(folder)
        except (FileNotFoundError, InputError):
            shutil.rmtree(folder, ignore_errors=True)  # damaged
            about = {"errors": {}, "notes": {}}
            settings = {"notes": about["notes"], "at_once": _SAMPLES_AT_ONCE}
            each = extract_each(items, self._feature_set, **settings, **self._settings(about["errors"]))
            frames = write_folder(each, folder, self.dtype, about)
        errors = {int(index): reason for index, reason in about["errors"].items()}
        if errors and self.on_error == "raise":
            raise InputError(next(iter(errors.values())))
        warn_of(errors, about["notes"], len(items))
        return frames, errors


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
    on_error : {"raise", "skip"}, default="raise"
        As in OpenSmileFrames; the features of a skipped sample are NaN. Leave it out by `errors_`, for some
        classifiers learn from NaN.
    verbose : int, default=0
        Whether to show progress on standard error: above 0.

    Attributes
    ----------
    errors_ : dict of {int: str}
        As in OpenSmileFrames.

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

    def __init__(self, feature_set="emobase", *, n_jobs=None, memory=None, on_error="raise", verbose=0):
        super().__init__(n_jobs=n_jobs, memory=memory, on_error=on_error, verbose=verbose)
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

        Raises
        ------
        FileNotFoundError, InputError
            If a sample cannot be used, or with ``on_error="skip"`` if none can.
        """
        self._validate_params()
        features, errors = self._extract(X)
        self._keep(errors)
        return np.concatenate(features)
