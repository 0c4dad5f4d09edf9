"""Read audio files and signals as one channel at 16 kHz."""

import os
import re
from pathlib import Path

import numpy as np

from sklearn_raters.exceptions import InputError

SAMPLING_RATE = 16000  # Hz

# Integers cast to float peak in the thousands; audio that is clipped or resampled stays near 1.
_HIGHEST_PEAK = 10.0
# Headers of streamed WAV files, written before the end of the recording, give at least this length.
_UNKNOWN_LENGTH = 2**31 - 2**16
# audiofile needs ffmpeg for these formats, so soundfile reads them.
_BY_LIBSNDFILE = {".aif", ".aiff", ".au"}


def check_audio_list(X):
    """Check that X is a collection of paths or of (signal, rate) pairs, and that the files exist.

    Parameters
    ----------
    X : list, tuple, Series or 1-D array
        Paths (str or PathLike) or (signal, rate) pairs.

    Returns
    -------
    list
        The same items, paths as absolute ones: joblib's workers keep the working directory in which they
        started.

    Raises
    ------
    FileNotFoundError
        If a file is missing.
    InputError
        If X is one path instead of a list, has no samples, or a file is empty or a Git LFS pointer.
    TypeError
        If an item is neither a path nor a pair.
    """
    if _is_path(X):
        raise InputError(f"X is one path ({str(X)!r}); expected a list of paths. Write [{str(X)!r}].")
    if hasattr(X, "columns"):
        raise InputError("X is a table; expected a list of paths. Give the column that holds the paths.")
    items = list(X)
    if not items:
        raise InputError("Found array with 0 sample(s) in X while a minimum of 1 is required.")
    for index, item in enumerate(items):
        if _is_path(item):
            items[index] = Path(item).expanduser().absolute()
            _check_file(items[index], describe(item, index))
        elif not _is_pair(item):
            raise TypeError(
                f"Sample {index} of X is of type {type(item).__name__}; expected a path (str or PathLike) "
                "or a (signal, rate) pair."
            )
    return items


def describe(item, index):
    """Name a sample in a message.

    Parameters
    ----------
    item : str, PathLike or pair
        The sample.
    index : int
        Index of the sample in X.

    Returns
    -------
    str
        "Sample", the index, and the path if there is one.
    """
    return f"Sample {index} ({str(item)!r})" if _is_path(item) else f"Sample {index}"


def content_of(item):
    """Yield the content of an audio sample, from which its key in the cache is computed.

    Parameters
    ----------
    item : str, PathLike or (signal, rate) pair
        The sample.

    Yields
    ------
    bytes
        The bytes of the file, without its name; or type, shape, rate and values of the signal.
    """
    if _is_path(item):
        yield Path(item).read_bytes()
    else:
        signal, rate = item
        signal = np.ascontiguousarray(signal)
        yield f"{signal.dtype.str} {signal.shape} {float(rate)!r} ".encode()
        yield signal.tobytes()


def read_audio(item, index=0):
    """Read one sample as one channel at 16 kHz.

    Channels are averaged; other rates are resampled by audresample (soxr). Integers are taken as PCM: the
    highest value of their type is full scale.

    Parameters
    ----------
    item : str, PathLike or (signal, rate) pair
        A file in any format that audiofile reads; or a signal of shape (n_samples,) or
        (n_channels, n_samples), floating point with full scale 1, or integer, and its rate in Hz.
    index : int, default=0
        Index of the sample in X, for messages.

    Returns
    -------
    ndarray of shape (n_samples,), float32
        The signal at 16 kHz, full scale 1.

    Raises
    ------
    FileNotFoundError
        If the file is missing.
    InputError
        If the file cannot be read, or the signal is empty, not finite, or not audio.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_raters.features._audio import read_audio
    >>> stereo = np.zeros((2, 44100))
    >>> read_audio((stereo, 44100)).shape
    (16000,)
    """
    import audresample

    where = describe(item, index)
    if _is_path(item):
        signal, rate = _read_file(Path(item).expanduser(), where)
    else:
        signal, rate = _check_pair(item, where)
    _check_values(signal, where)
    mono = signal.mean(axis=0, keepdims=True, dtype=np.float32)
    return audresample.resample(mono, rate, SAMPLING_RATE)[0]


def _is_path(item):
    return isinstance(item, str | os.PathLike)


def _is_pair(item):
    return isinstance(item, list | tuple | np.ndarray) and len(item) == 2


def _check_file(path, where):
    if not path.exists():
        raise FileNotFoundError(f"{where}: there is no such file. Check the path, or leave the sample out.")
    if not path.is_file():
        raise InputError(f"{where} is not a file. Give the path of an audio file.")
    if path.stat().st_size == 0:
        raise InputError(f"{where} is empty (0 bytes). Fetch or record it again, or leave it out.")
    if path.stat().st_size < 1024 and path.read_bytes().startswith(b"version https://git-lfs"):
        raise InputError(
            f"{where} is a Git LFS pointer, not audio: the file's content was not fetched. "
            "Run `git lfs pull` in the repository that holds it."
        )


def _read_file(path, where):
    import audiofile
    import soundfile

    _check_file(path, where)
    try:
        if path.suffix.lower() in _BY_LIBSNDFILE:
            signal, rate = soundfile.read(path, always_2d=True, dtype="float32")
            signal = signal.T
        else:
            signal, rate = audiofile.read(path, always_2d=True, dtype="float32")
    except Exception as error:
        raise InputError(
            f"{where} cannot be read as audio: {error}. The file is damaged, cut short, not audio, or in a "
            "format that needs ffmpeg to be installed."
        ) from error
    if signal.shape[1] == 0:
        raise InputError(f"{where} holds no audio: its length is 0 s. Leave it out, or fetch it again.")
    _check_length(path, signal.shape[1], where)
    return signal, rate


def _check_length(path, n_read, where):
    import soundfile

    try:
        info = soundfile.info(str(path), verbose=True)
    except soundfile.SoundFileError:
        return  # audiofile reads this format by ffmpeg, which checks the length
    # libsndfile reads a WAV file that is cut short without an error; only its log gives both lengths.
    log = re.search(r"^data : (\d+) \(should be (\d+)\)", info.extra_info, re.MULTILINE)
    promised, found = (int(log[1]), int(log[2])) if log else (info.frames, n_read)
    # The header of an MP3 file gives no exact length.
    slack = 0.1 * promised if info.format == "MP3" else 0
    if found < promised - slack and promised < _UNKNOWN_LENGTH:
        unit = "bytes" if log else "samples"
        raise InputError(
            f"{where} is cut short: its header gives {promised} {unit}, but it holds {found}. "
            "Fetch or copy it again, or leave it out."
        )


def _check_pair(item, where):
    signal, rate = item
    if not isinstance(rate, int | float | np.number) or not np.isfinite(rate) or rate <= 0:
        raise InputError(f"{where} has the rate {rate!r}; expected a (signal, rate) pair, the rate in Hz.")
    signal = np.asarray(signal)
    if signal.dtype.kind not in "iuf":
        raise TypeError(f"{where} has a signal of type {signal.dtype}; expected floating point or integers.")
    if signal.ndim not in (1, 2) or signal.size == 0:
        raise InputError(
            f"{where} has a signal of shape {signal.shape}; expected (n_samples,) or (n_channels, n_samples) "
            "with at least one sample."
        )
    signal = np.atleast_2d(signal)
    if signal.shape[0] > signal.shape[1]:
        raise InputError(
            f"{where} has a signal of shape {signal.shape}, more channels than samples; expected "
            "(n_channels, n_samples). Transpose it."
        )
    return _full_scale_one(signal), rate


def _full_scale_one(signal):
    if signal.dtype.kind == "f":
        return signal.astype(np.float32, copy=False)
    half_range = 2 ** (8 * signal.dtype.itemsize - 1)
    offset = half_range if signal.dtype.kind == "u" else 0
    return ((signal.astype(np.float64) - offset) / half_range).astype(np.float32)


def _check_values(signal, where):
    broken = np.argwhere(~np.isfinite(signal))
    if len(broken):
        channel, first = broken[0]
        raise InputError(
            f"{where} has a signal with NaN or infinity ({len(broken)} values, the first at sample "
            f"{first} of channel {channel}). Repair it or leave it out."
        )
    peak = np.abs(signal).max()
    if peak > _HIGHEST_PEAK:
        raise InputError(
            f"{where} has a signal with values up to {peak:.6g}; floating point has full scale 1. "
            "Give the integers as an integer array, or divide by their full scale."
        )
