"""SpectralFrames and SpectralFunctionals: MFCC, energy and pitch by a library that products may use."""

from sklearn_raters.features._audio_transformer import AudioFramesTransformer, AudioTransformer
from sklearn_raters.features._forms import keeps_frames
from sklearn_raters.features._spectra import SpectralSet


@keeps_frames(lambda X: True)
class SpectralFrames(AudioFramesTransformer):
    """Compute 45 low-level descriptors of audio in windows of 60 ms every 10 ms, for products too.

    They take the place of `OpenSmileFrames` where openSMILE's licence (research only) does not allow its
    use: kaldi-native-fbank, which computes them, is under the Apache 2.0 licence. The numbers of frames and
    features are the same, the values are not, so that a model needs the transformer that it was trained with.

    The features are MFCC 1-12, logarithmic energy, logarithmic pitch, voicing and zero-crossing rate (16),
    their first derivatives (16), and the second derivatives of MFCC and energy (13). The pitch is Kaldi's, in
    Hz before the logarithm, from 50 to 500. It goes on where a voice pauses; voicing, the correlation of
    successive periods, is near 1 in voiced frames. Derivatives are slopes over five frames. A signal of n
    samples at 16 kHz has (n - 960) // 160 + 1 frames.

    Audio is read, resampled and clipped as by `OpenSmileFrames`, which also tells what `fit` learns. A
    minute of a recording takes some 60 MB of memory, so cut long ones by `segment_audio`. The extra
    "spectral" is needed: ``pip install 'sklearn-raters[spectral]'``.

    Parameters
    ----------
    n_jobs : int, default=None
        As in OpenSmileFrames.
    memory : str, PathLike or joblib.Memory, default=None
        As in OpenSmileFrames.
    out : str or PathLike, default=None
        As in OpenSmileFrames.
    dtype : {"float32", "float16"}, default="float32"
        As in OpenSmileFrames.
    on_error : {"raise", "skip"}, default="raise"
        As in OpenSmileFrames.
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
    OpenSmileFrames : The paper's frames, for research only.
    SpectralFunctionals : One vector a sample, for ordinary classifiers.
    SpeechEncoderFrames : Hidden states of pretrained encoders.

    References
    ----------
    P. Ghahremani et al., "A Pitch Extraction Algorithm Tuned for Automatic Speech Recognition", ICASSP 2014.
    S. Young et al., "The HTK Book", 2006, chapter 5, for MFCC and derivatives.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_raters import SpectralFrames
    >>> pulses = np.zeros(16000)
    >>> pulses[::80] = 0.5  # 200 Hz for one second
    >>> frames = SpectralFrames().transform([(pulses, 16000)])
    >>> frames[0].shape
    (95, 45)
    >>> pitch = list(SpectralFrames().get_feature_names_out()).index("log_pitch")
    >>> round(float(np.exp(frames[0][50, pitch])))
    200
    """

    _extractor = property(lambda self: SpectralSet())

    def transform(self, X):
        """Compute the frames.

        Parameters
        ----------
        X : list
            Paths or (signal, rate) pairs, as for OpenSmileFrames.

        Returns
        -------
        list of ndarray or memmap of shape (n_frames_i, 45)
            Frames, 100 a second, in the order of X; float32, or in `out` of the given `dtype`.

        Raises
        ------
        FileNotFoundError, InputError
            If a sample cannot be used, or with ``on_error="skip"`` if none can.
        ImportError
            If kaldi-native-fbank is not installed.
        OSError
            If `out` cannot be written.
        """
        return self._frames_of(X)


class SpectralFunctionals(AudioTransformer):
    """Compute the mean and deviation of each feature of `SpectralFrames` over each audio sample.

    They take the place of `OpenSmileFunctionals` in products, and need the extra "spectral".

    Parameters
    ----------
    n_jobs : int, default=None
        As in OpenSmileFrames.
    memory : str, PathLike or joblib.Memory, default=None
        As in OpenSmileFrames.
    on_error : {"raise", "skip"}, default="raise"
        As in OpenSmileFunctionals.
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
    SpectralFrames : The frames.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_raters import SpectralFunctionals
    >>> noise = np.random.default_rng(0).normal(scale=0.1, size=16000)
    >>> SpectralFunctionals().transform([(noise, 16000)]).shape
    (1, 90)
    """

    _extractor = property(lambda self: SpectralSet(functionals=True))

    def transform(self, X):
        """Compute the functionals.

        Parameters
        ----------
        X : list
            Paths or (signal, rate) pairs, as for OpenSmileFrames.

        Returns
        -------
        ndarray of shape (n_samples, 90), float32
            One row a sample: the means, then the deviations.

        Raises
        ------
        FileNotFoundError, InputError
            If a sample cannot be used, or with ``on_error="skip"`` if none can.
        ImportError
            If kaldi-native-fbank is not installed.
        """
        return self._table_of(X)
