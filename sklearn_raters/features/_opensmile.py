"""OpenSmileFrames and OpenSmileFunctionals: openSMILE as scikit-learn transformers."""

from sklearn_raters._sklearn_compat import StrOptions
from sklearn_raters.features._audio_transformer import AudioFramesTransformer, AudioTransformer
from sklearn_raters.features._forms import keeps_frames
from sklearn_raters.features._smile import SmileSet


@keeps_frames(lambda X: True)
class OpenSmileFrames(AudioFramesTransformer):
    """Compute the paper's 45 low-level descriptors of audio, in windows of 60 ms every 10 ms.

    MFCC 1-12, loudness, F0 (Hz, 0 where unvoiced), voicing probability and zero-crossing rate (16),
    their first derivatives (16), and the second derivatives of MFCC and loudness (13): Chou & Lee
    2019, section 2.2.1. They are computed as in openSMILE's emobase, including smoothing over 3 frames,
    but with one window length for all. A signal of n samples at 16 kHz has (n - 960) // 160 + 1 frames.

    Loudness is computed over the whole window, as openSMILE's documentation describes it; the component that
    emobase uses takes the first sample of the window only (openSMILE's issue 51).

    Files are read in every format of libsndfile, whatever their name says, and refused if they are cut short.
    Exceptions: up to 64 bytes may be missing, since some writers count too many; and files without a length,
    which are those in the formats IRCAM, PAF, PVF and XI and streamed ones, are taken as they are. Formats
    that only ffmpeg reads need it to be installed, and soxi or mediainfo, which tell the rate.

    Channels are averaged, and audio of another rate is resampled to 16 kHz. Values beyond full scale are
    clipped, since openSMILE works on 16 bits. The frames do not depend on `fit`, which may be left out; it
    learns the sampling rates of the audio, and `transform` warns of audio of a lower or higher rate than all
    of these.

    openSMILE's licence allows research and other non-commercial use. Products need audEERING's commercial
    licence, or `SpectralFrames`.

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
        Number format of the files in `out`; float16 halves their size and keeps three digits of
        values from 6e-5 to 65504; smaller ones lose some or all.
    on_error : {"raise", "skip"}, default="raise"
        What happens at a sample that cannot be read, is too short or is silent. "raise" raises its error; of
        silence, it warns. "skip" gives such a sample one frame of NaN, which no network takes, warns, and
        lists the reasons in `errors_`: a transformer cannot leave out a sample, since labels and groups would
        no longer fit.
    verbose : int, default=0
        Whether to show progress on standard error: above 0.

    Attributes
    ----------
    errors_ : dict of {int: str}
        With ``on_error="skip"``, why samples of the last `transform` were skipped, by index in X.
    sampling_rates_ : dict of {int: int}
        Number of recordings in `fit` by their sampling rate in Hz.

    See Also
    --------
    sklearn_raters.features.load_frames : Read the frames in a folder again.
    SpectralFrames : Frames that products may use.
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

    _extractor = SmileSet("lld45")

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
        return self._frames_of(X)


class OpenSmileFunctionals(AudioTransformer):
    """Compute one vector of statistics of each audio sample, for ordinary classifiers.

    The feature sets are openSMILE's, unchanged. In emobase, intensity and loudness are computed from a single
    sample of each window (openSMILE's issue 51). The functionals do not depend on `fit`. openSMILE's licence
    allows non-commercial use only: products take `SpectralFunctionals`.

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
    sampling_rates_ : dict of {int: int}
        As in OpenSmileFrames.

    See Also
    --------
    OpenSmileFrames : The paper's frames.
    SpectralFunctionals : Statistics that products may use.

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
        **AudioTransformer._parameter_constraints,
    }

    def __init__(self, feature_set="emobase", *, n_jobs=None, memory=None, on_error="raise", verbose=0):
        super().__init__(n_jobs=n_jobs, memory=memory, on_error=on_error, verbose=verbose)
        self.feature_set = feature_set

    @property
    def _extractor(self):
        return SmileSet(self.feature_set)

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
        return self._table_of(X)
