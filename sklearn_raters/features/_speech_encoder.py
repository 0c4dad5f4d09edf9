"""SpeechEncoderFrames: hidden states of pretrained encoders as a scikit-learn transformer."""

import functools
import hashlib
import os
from dataclasses import dataclass
from importlib.metadata import version
from numbers import Integral
from pathlib import Path

from sklearn_raters._files import full_path
from sklearn_raters._sklearn_compat import StrOptions
from sklearn_raters.exceptions import InputError
from sklearn_raters.features._audio_transformer import AudioFramesTransformer
from sklearn_raters.features._forms import keeps_frames


def _torch():
    # Loads torch, which openSMILE's transformers do not need.
    from sklearn_raters import _torch

    return _torch


@dataclass(frozen=True)
class SpeechEncoder:
    """Hidden states of a pretrained encoder, as an extractor of `extract_each`.

    Parameters
    ----------
    model : str
        Name on the hub, or a folder.
    layer : int, "mean" or "all"
        Index of the hidden states, their mean, or all side by side.
    device : str
        Where to compute.
    precision : {"float32", "float16", "bfloat16"}
        Number format of the computation.
    """

    model: str
    layer: object
    device: str
    precision: str
    signals_at_once = 32
    tool = "the encoder"
    window = 0.025  # s, of which the convolutions make one frame

    @property
    def name(self):
        """Name of the model, without the folders above it."""
        return Path(self.model).name

    @property
    def n_features(self):
        """Number of features."""
        n_units = _torch().encoder_config(self.model).hidden_size
        return n_units * (_torch().n_hidden_states(self.model) if self.layer == "all" else 1)

    def settings(self):
        """Return all settings that change the features, as text."""
        parts = [_identity(self.model), f"states {self.layer}", self.precision]
        return "\n".join([*parts, *(f"{name} {version(name)}" for name in ("transformers", "audresample"))])

    def feature_names(self):
        """Return names of the features."""
        return tuple(f"{self.name.lower()}_{unit}" for unit in range(self.n_features))

    def run(self, signals):
        """Return the frames of signals at 16 kHz."""
        settings = {"layer": self.layer, "device": self.device, "dtype": self.precision}
        return _torch().encode_speech(signals, self.model, **settings)


def _identity(model):
    """Return what identifies a model: the content of a folder, else the version on the hub."""
    if not Path(model).is_dir():
        return f"{model} {_torch().encoder_config(model)._commit_hash}"
    files = sorted(path for path in Path(model).iterdir() if path.is_file())
    return _content(tuple((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files))


@functools.cache
def _content(files):
    """Return a hash of the content of files, cached for their sizes and times."""
    digest = hashlib.sha256()
    for name, size, _ in files:
        digest.update(f"{Path(name).name} {size} ".encode())
        with open(name, "rb") as file:
            while block := file.read(2**20):
                digest.update(block)
    return digest.hexdigest()


@keeps_frames(lambda X: True)
class SpeechEncoderFrames(AudioFramesTransformer):
    """Compute the hidden states of a pretrained speech encoder, 50 frames a second.

    Encoders such as wav2vec 2.0, HuBERT, WavLM and Whisper have learnt from thousands of hours of speech
    without emotions or with transcripts only. Their frames usually serve emotion better than openSMILE's, and
    cost more time; see the benchmark in the references. Each model has its own licence, which often permits
    what openSMILE's (research only) does not.

    Recordings are prepared as the model's authors do. Those of similar length go through the network together
    if the model leaves out padding: wav2vec 2.0, HuBERT, WavLM and UniSpeech with layer normalisation and an
    attention mask, mostly the large ones. In all others padding would change the frames, and recordings go
    through the network one by one. Recordings longer than 30 s are cut into windows of 30 s for
    Whisper; others take them whole, with memory that grows with the square of the length. The frames do not
    depend on `fit`.

    Parameters
    ----------
    model : str or PathLike, default="microsoft/wavlm-base-plus"
        Name of a model of the Hugging Face hub, which is downloaded at first use, or a folder with one.
        Code that comes with a model is not run.
    layer : int, "mean" or "all", default="mean"
        Index of the hidden states: 0 is the input of the first layer, 1 its output, -1 the last output.
        "mean" is the mean of all. "all" gives all side by side, for `LayerWeighting` to learn weights; these
        frames are large, so write them with `out`.
    precision : {"float32", "float16", "bfloat16"}, default="float32"
        Number format of the computation. The shorter ones are faster on a GPU and less exact.
    device : str, default="auto"
        Device of torch; "auto" is a GPU if torch finds one.
    memory : str, PathLike or joblib.Memory, default=None
        As in OpenSmileFrames. The key holds the content of a folder's model, or the version on the hub.
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
    OpenSmileFrames : The paper's frames.
    LayerWeighting : Learnt weights of the layers.
    FramePooler : Means of neighbouring frames, which make the sequences shorter.

    References
    ----------
    A. Baevski et al., "wav2vec 2.0", NeurIPS 2020. W.-N. Hsu et al., "HuBERT", IEEE/ACM TASLP 2021. S. Chen
    et al., "WavLM", IEEE JSTSP 2022. A. Radford et al., "Robust Speech Recognition via Large-Scale Weak
    Supervision", ICML 2023. Z. Ma et al., "EmoBox: Multilingual Multi-corpus Speech Emotion Recognition
    Toolkit and Benchmark", Interspeech 2024.

    Examples
    --------
    >>> from sklearn_raters import SpeechEncoderFrames
    >>> SpeechEncoderFrames("facebook/hubert-base-ls960", layer=9, memory="cache")
    SpeechEncoderFrames(layer=9, memory='cache', model='facebook/hubert-base-ls960')

    Its `transform` takes recordings, as that of OpenSmileFrames does, and loads the model at its first call.
    """

    _parameter_constraints = {
        "model": [str, os.PathLike],
        "layer": [Integral, StrOptions({"all", "mean"})],
        "precision": [StrOptions({"float32", "float16", "bfloat16"})],
        "device": [str],
        **{
            name: allowed
            for name, allowed in AudioFramesTransformer._parameter_constraints.items()
            if name != "n_jobs"
        },
    }

    def __init__(
        self,
        model="microsoft/wavlm-base-plus",
        *,
        layer="mean",
        precision="float32",
        device="auto",
        memory=None,
        out=None,
        dtype="float32",
        on_error="raise",
        verbose=0,
    ):
        self.model = model
        self.layer = layer
        self.precision = precision
        self.device = device
        self.memory = memory
        self.out = out
        self.dtype = dtype
        self.on_error = on_error
        self.verbose = verbose

    @property
    def _extractor(self):
        torch = _torch()
        path = full_path(self.model)
        model = str(path) if path.is_dir() else os.fspath(self.model)
        states = torch.n_hidden_states(model)
        if not isinstance(self.layer, str) and not -states <= self.layer < states:
            raise InputError(
                f"layer={self.layer} is not one of the {states} hidden states of {model!r}: give 0 to "
                f"{states - 1}, a negative index from the end, 'mean' or 'all'."
            )
        layer = self.layer if isinstance(self.layer, str) else int(self.layer) % states
        return SpeechEncoder(model, layer, torch.resolve_device(self.device), self.precision)

    def transform(self, X):
        """Compute the frames.

        Parameters
        ----------
        X : list
            Paths or (signal, rate) pairs, as for OpenSmileFrames.

        Returns
        -------
        list of ndarray or memmap of shape (n_frames_i, n_features)
            Frames, 50 a second, in the order of X; float32, or in `out` of the given `dtype`.

        Raises
        ------
        FileNotFoundError, InputError
            If a sample cannot be used, or with ``on_error="skip"`` if none can; if the model cannot be loaded
            or takes no waveforms, or `layer` or `device` does not exist.
        ImportError
            If transformers is not installed.
        OSError
            If `out` cannot be written.
        """
        return self._frames_of(X)
