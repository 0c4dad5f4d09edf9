"""Pretrained encoders: hidden states of speech as frames, and sentences as vectors."""

import functools
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch

from sklearn_raters._optional import import_optional
from sklearn_raters.exceptions import InputError

SAMPLING_RATE = 16000  # Hz
# Whisper's encoder takes windows of 30 s and gives 50 frames a second.
_WHISPER_WINDOW, _WHISPER_STEP = 30 * SAMPLING_RATE, SAMPLING_RATE // 50
# Encoders that leave out padding by an attention mask, if their first layers do. Others, as SEW, Data2Vec and
# the Conformer, convolve it into the frames beside it.
_MASKING = {"hubert", "unispeech", "unispeech-sat", "wav2vec2", "wavlm"}


def _library(name):
    return import_optional(name, f"Encoders need {name}", "encoders")


@contextmanager
def _quiet():
    """Silence the libraries' reports on weights, downloads and retries."""
    logging = _library("transformers").utils.logging
    loggers = [logging.get_logger(name) for name in ("transformers", "huggingface_hub")]
    levels, shows_bars = [logger.level for logger in loggers], logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    for logger in loggers:
        logger.setLevel("CRITICAL")
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        if shows_bars:
            logging.enable_progress_bar()


def _loaded(load, model, **settings):
    """Load a part of a pretrained model; raise InputError if that fails."""
    try:
        with _quiet():
            return load(model, **settings)
    except (OSError, ValueError, ImportError) as error:
        reason = " ".join(str(error).split()).partition(". ")[0].removesuffix(".")
        raise InputError(
            f"The encoder {model!r} cannot be loaded: {reason}. Give a folder that holds a model, or the "
            "name of one of the Hugging Face hub where that can be reached."
        ) from error


def _state(model):
    """Return what tells whether the files of a model's folder are still those that were loaded."""
    files = [path for path in [*Path(model).glob("*"), *Path(model).glob("*/*")] if path.is_file()]
    return tuple((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(files))


def encoder_config(model):
    """Return a model's configuration.

    Parameters
    ----------
    model : str
        Name on the hub, or a folder.

    Returns
    -------
    transformers.PretrainedConfig
        The configuration.

    Raises
    ------
    ImportError
        If transformers is not installed.
    InputError
        If the model cannot be loaded, or is no encoder of speech.
    """
    return _config(model, _state(model))


@functools.lru_cache(maxsize=4)
def _config(model, state):
    config = _loaded(_library("transformers").AutoConfig.from_pretrained, model)
    if config.model_type != "whisper" and not hasattr(config, "conv_kernel"):
        raise InputError(
            f"The model {model!r} is of the type {config.model_type!r}, which does not take waveforms. "
            "Give an encoder such as wav2vec2, HuBERT, WavLM or Whisper."
        )
    return config


@functools.lru_cache(maxsize=1)
def _encoder(model, state, device, dtype):
    """Return a model's preparation of signals, and its encoder without a decoder."""
    library = _library("transformers")
    prepare = _loaded(library.AutoFeatureExtractor.from_pretrained, model)
    network = _loaded(library.AutoModel.from_pretrained, model, dtype=dtype)
    if encoder_config(model).model_type == "whisper":
        network = network.get_encoder()
    return prepare, network.to(device).eval()


def n_hidden_states(model):
    """Return the number of hidden states: the input of the first layer, and each layer's output."""
    config = encoder_config(model)
    return 1 + (config.encoder_layers if config.model_type == "whisper" else config.num_hidden_layers)


@torch.inference_mode()
def encode_speech(signals, model, *, layer, device, dtype):
    """Compute the hidden states of signals.

    Signals go through the network together only where padding does not change their hidden states: where an
    attention mask leaves it out of all layers, and the first ones have layer normalisation, not that of
    groups, which is over the whole signal. All others go through it one by one.

    Parameters
    ----------
    signals : list of ndarray of shape (n_values_i,), float32
        Signals at 16 kHz.
    model : str
        Name on the hub, or a folder.
    layer : int, "mean" or "all"
        Index of the hidden states, 0 for the input of the first layer; their mean; or all side by side.
    device : str
        Device to compute on.
    dtype : {"float32", "float16", "bfloat16"}
        Number format of weights and computations.

    Returns
    -------
    list of ndarray of shape (n_frames_i, n_features), float32
        Frames, 50 a second.
    """
    prepare, network = _encoder(model, _state(model), device, dtype)
    config = encoder_config(model)
    if config.model_type == "whisper":
        return [_by_whisper(signal, prepare, network, layer) for signal in signals]
    together = config.model_type in _MASKING and config.feat_extract_norm == "layer"
    together = together and getattr(prepare, "return_attention_mask", False)
    order = np.argsort([len(signal) for signal in signals], kind="stable")
    frames = [None] * len(signals)
    for rows in _batches(order, signals) if together else order[:, None]:
        part = [signals[row] for row in rows]
        given = prepare(part, sampling_rate=SAMPLING_RATE, padding=True, return_tensors="pt")
        values = given["input_values"].to(device, network.dtype)
        mask = given["attention_mask"].to(device) if together else None
        states = _chosen(network(values, attention_mask=mask, output_hidden_states=True).hidden_states, layer)
        lengths = torch.tensor([len(signal) for signal in part])
        for row, its_states, length in zip(rows, states, _n_frames(network, lengths), strict=True):
            frames[row] = its_states[:length].float().cpu().numpy()
    return frames


# Values of the padded signals of one batch: half a minute of speech.
_VALUES_AT_ONCE = 32 * SAMPLING_RATE


def _batches(order, signals):
    """Yield rows of signals, short ones first, whose padded length together is bounded."""
    rows = []
    for row in order:
        if rows and (len(rows) + 1) * len(signals[row]) > _VALUES_AT_ONCE:
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows


def _n_frames(network, lengths):
    """Return the numbers of frames that the convolutions give for signals of these lengths."""
    for kernel, stride in zip(network.config.conv_kernel, network.config.conv_stride, strict=True):
        lengths = (lengths - kernel) // stride + 1
    return lengths


def _chosen(states, layer):
    """Return one of the hidden states, their mean, or all side by side."""
    if layer == "all":
        return torch.cat(states, dim=-1)
    if layer != "mean":
        return states[layer]
    total = states[0].float()
    for one in states[1:]:
        total = total + one.float()
    return total / len(states)


def _by_whisper(signal, prepare, network, layer):
    """Return the hidden states of one signal, window by window, without those of the padding."""
    parts = []
    for start in range(0, len(signal), _WHISPER_WINDOW):
        part = signal[start : start + _WHISPER_WINDOW]
        given = prepare(part, sampling_rate=SAMPLING_RATE, return_tensors="pt")["input_features"]
        states = network(given.to(network.device, network.dtype), output_hidden_states=True).hidden_states
        parts.append(_chosen(states, layer)[0, : -(-len(part) // _WHISPER_STEP)].float().cpu().numpy())
    return np.concatenate(parts)


@functools.lru_cache(maxsize=1)
def _sentence_encoder(model, state, device):
    return _loaded(_library("sentence_transformers").SentenceTransformer, model, device=device)


def encode_texts(texts, model, *, device, batch_size):
    """Compute a vector of each text.

    Parameters
    ----------
    texts : list of str
        The texts.
    model : str
        Name on the hub, or a folder.
    device : str
        Device to compute on.
    batch_size : int
        Number of texts, of similar length, that go through the network together.

    Returns
    -------
    ndarray of shape (n_texts, n_features), float32
        The vectors.
    """
    network = _sentence_encoder(model, _state(model), device)
    return network.encode(texts, batch_size=batch_size, show_progress_bar=False).astype(np.float32)
