"""Read audio files and signals as one channel at 16 kHz."""

import os
from pathlib import Path

import numpy as np

from sklearn_raters._files import full_path
from sklearn_raters.exceptions import InputError
from sklearn_raters.features._audio_files import check_file, content_of_file, read_file

SAMPLING_RATE = 16000  # Hz
SHORTEST = 0.06  # s; a shorter recording has no frame

# Rates of audio in Hz, from the lowest one in which speech can be made out to those of ultrasound recorders.
_LOWEST_RATE, _HIGHEST_RATE = 1000, 1_000_000
# Integers cast to float peak in the thousands; audio that is clipped or resampled stays near 1.
_HIGHEST_PEAK = 10.0
# Resampling and loud mixes go a little beyond full scale.
_CLIPPED_PEAK = 2.0
# Channels cancel each other out where their mean has less than this share of their power.
_CANCELLED_SHARE = 1e-3

# -70 dB of full scale: ten steps of 16 bits, below the noise of microphones.
_SILENT_PEAK = 10 ** (-70 / 20)

# Warnings of samples that look wrong; `{samples}` stands for their names.
CANCELLED = (
    "Channels of opposite phase cancel each other out, so that their mean is silent: {samples}. Turn one "
    "channel over, or give one channel."
)
SILENT = (
    "There is nothing to hear in recordings whose loudest sound is below -70 dB of full scale: {samples}. "
    "Leave them out."
)
# Reasons to leave out the samples with one of these warnings.
UNUSABLE = {
    SILENT: "there is nothing to hear, its loudest sound is below -70 dB of full scale",
    CANCELLED: "its channels of opposite phase cancel each other out, so that their mean is silent",
}
CLIPPED = (
    "Signals go beyond twice the full scale of floating point, which is 1, and are clipped: {samples}. "
    "Divide them by their full scale."
)


def check_audio_list(X):
    """Check that X is a collection of paths or of (signal, rate) pairs.

    Parameters
    ----------
    X : list, tuple, Series or 1-D array
        Paths (str or PathLike) or (signal, rate) pairs.

    Returns
    -------
    list
        The same items.

    Raises
    ------
    InputError
        If X is one path instead of a list, or has no samples.
    TypeError
        If an item is neither a path nor a pair.
    """
    if is_path(X):
        raise InputError(f"X is one path ({str(X)!r}); expected a list of paths. Write [{str(X)!r}].")
    if hasattr(X, "columns"):
        raise InputError("X is a table; expected a list of paths. Give the column that holds the paths.")
    if isinstance(X, dict | set | frozenset):
        raise InputError(f"X is a {type(X).__name__}; expected a list, whose order is that of the samples.")
    items = list(X)
    if not items:
        raise InputError("Found array with 0 sample(s) in X while a minimum of 1 is required.")
    for index, item in enumerate(items):
        if not is_path(item) and not _is_pair(item):
            raise TypeError(
                f"Sample {index} of X is of type {type(item).__name__}; expected a path (str or PathLike) "
                "or a (signal, rate) pair."
            )
    return items


def absolute(item, index):
    """Return a sample with an absolute path, since joblib's workers keep their first working directory.

    Parameters
    ----------
    item : str, PathLike or pair
        The sample.
    index : int
        Index of the sample in X.

    Returns
    -------
    Path or pair
        The sample.

    Raises
    ------
    InputError
        If it is no path, such as an empty one, or there is no such home folder.
    """
    if not is_path(item):
        return item
    try:
        return full_path(item)
    except InputError as error:
        raise InputError(f"{describe(item, index)}: {error}") from error


def located(item, index):
    """Return a sample with an absolute path, and check that there is a file, or a signal and its rate.

    Parameters
    ----------
    item : str, PathLike or pair
        The sample.
    index : int
        Index of the sample in X.

    Returns
    -------
    Path or pair
        The sample.

    Raises
    ------
    FileNotFoundError
        If the file is missing.
    InputError
        If the file cannot be reached, is empty or a Git LFS pointer, or there is no such home folder; or a
        pair holds no signal or no rate.
    TypeError
        If a signal is of another type than numbers.
    """
    found = absolute(item, index)
    if is_path(item):
        check_file(found, describe(item, index))
    else:
        _check_pair(item, describe(item, index))
    return found


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
    return f"Sample {index} ({str(item)!r})" if is_path(item) else f"Sample {index}"


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
    if is_path(item):
        yield content_of_file(Path(item), str(item))
    else:
        signal, rate = item
        signal = np.ascontiguousarray(signal)
        yield f"{signal.dtype.str} {signal.shape} {float(rate)!r} ".encode()
        yield signal.tobytes()


def read_audio(item, index=0):
    """Read one sample as one channel at 16 kHz.

    Channels are averaged; other rates are resampled by audresample (soxr).

    Parameters
    ----------
    item : str, PathLike or (signal, rate) pair
        A file in any format of libsndfile, or of ffmpeg if that and soxi or mediainfo are installed; or a
        signal of shape (n_samples,) or (n_channels, n_samples) and its rate in Hz. Floating point has full
        scale 1. Integers of 8 and 16 bits have the full scale of their type. Wider ones, and lists, may hold
        16 bits or 32, which their values tell; values that fit both are an error.
    index : int, default=0
        Index of the sample in X, for messages.

    Returns
    -------
    signal : ndarray of shape (n_samples,), float32
        The signal at 16 kHz, full scale 1.
    notes : tuple of str
        What looks wrong: `CANCELLED`, `CLIPPED`, `SILENT`.

    Raises
    ------
    FileNotFoundError
        If the file is missing.
    InputError
        If the file cannot be read, or the signal is empty, not finite, or not audio.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_raters.features import read_audio
    >>> stereo = np.zeros((2, 44100))
    >>> signal, notes = read_audio((stereo, 44100))
    >>> signal.shape
    (16000,)
    """
    import audresample

    where = describe(item, index)
    if is_path(item):
        parts = read_file(absolute(item, index), where)
    else:
        signal, rate = _check_pair(item, where)
        parts = [(_full_scale_one(signal, where), rate)]
    monos = []
    for signal, rate in parts:
        _check_rate(rate, where)
        _check_values(signal, where)
        monos.append(signal.mean(axis=0, keepdims=True, dtype=np.float32))
    rates = [rate for _, rate in parts]
    notes = tuple(_notes_of([signal for signal, _ in parts], monos, rates))
    resampled = [audresample.resample(*pair, SAMPLING_RATE)[0] for pair in zip(monos, rates, strict=True)]
    return np.concatenate(resampled), notes


def is_path(item):
    """Return whether a sample is a path.

    Parameters
    ----------
    item : object
        The sample.

    Returns
    -------
    bool
        Whether it is a str or PathLike.
    """
    return isinstance(item, str | os.PathLike)


def _is_pair(item):
    return isinstance(item, list | tuple | np.ndarray) and len(item) == 2


def is_silent(signal):
    """Return whether there is nothing to hear in a signal: no value is above -70 dB of full scale.

    Parameters
    ----------
    signal : ndarray
        Values of any shape; full scale is 1.

    Returns
    -------
    bool
        Whether it is silent.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_raters.features import is_silent
    >>> is_silent(np.full(16000, 1e-4)), is_silent(np.full(16000, 1e-3))
    (True, False)
    """
    return bool(np.abs(signal).max(initial=0.0) < _SILENT_PEAK)


def _notes_of(signals, monos, rates):
    """Yield what looks wrong about a recording, of which joined files have several parts."""
    if all(is_silent(signal) for signal in signals):
        yield SILENT
        return
    if _energy(monos, rates) < _CANCELLED_SHARE * _energy(signals, rates):
        yield CANCELLED
    if any(np.abs(mono).max() > _CLIPPED_PEAK for mono in monos):
        yield CLIPPED


def _energy(signals, rates):
    """Return the mean power of the channels times the length, over all parts."""
    pairs = zip(signals, rates, strict=True)
    return sum(np.mean(signal**2, dtype=np.float64) * signal.shape[1] / rate for signal, rate in pairs)


def _check_rate(rate, where):
    is_number = isinstance(rate, int | float | np.number)
    if not is_number or not _LOWEST_RATE <= rate <= _HIGHEST_RATE:
        given = f"of type {type(rate).__name__}"
        if isinstance(rate, float | np.number | str) or (isinstance(rate, int) and abs(rate) < 10**18):
            given = repr(rate)
        raise InputError(
            f"{where} has the rate {given}; expected a (signal, rate) pair, the rate between {_LOWEST_RATE} "
            f"and {_HIGHEST_RATE} Hz. scipy.io.wavfile.read returns both the other way round."
        )


def _check_pair(item, where):
    """Return a signal as an array of channels, and its rate; raise an error of what is wrong about them."""
    signal, rate = item
    _check_rate(rate, where)
    try:
        if np.ma.is_masked(signal):
            raise ValueError("it has masked samples: fill them by .filled(0)")
        signal = np.asarray(signal)
    except ValueError as error:
        raise InputError(f"{where} has a signal that is no array: {error}.") from error
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
    return signal, rate


def _full_scale_one(signal, where):
    """Return a signal as float32; integers divided by their full scale."""
    if signal.dtype.kind == "f":
        with np.errstate(over="ignore"):  # a value beyond float32 becomes infinity and is reported
            return signal.astype(np.float32, copy=False)
    if signal.dtype == np.uint8:
        return (signal.astype(np.float32) - 128) / 128
    bits = 8 * signal.dtype.itemsize if signal.dtype.itemsize <= 2 else _bits_of_values(signal, where)
    if signal.dtype.kind == "u" and signal.max() >= 2 ** (bits - 1):
        raise InputError(
            f"{where} has a signal of type {signal.dtype}, in which silence may be 0 or half of the range. "
            "Give signed integers, or floating point with full scale 1."
        )
    return (signal.astype(np.float64) / 2 ** (bits - 1)).astype(np.float32)


def _bits_of_values(signal, where):
    """Return how many bits the values of wide integers have: 16, or 32 of which some may be zero."""
    peak = max(-int(signal.min()), int(signal.max()) + 1)
    if peak <= 1 and not signal.any():
        return 32
    # A signal of 16 or 24 bits in the upper bits of 32, as libraries read it.
    fills_upper_bits = signal.dtype == np.int32 and not (signal % 256).any()
    if 2**25 < peak <= 2**31 or fills_upper_bits:
        return 32
    is_unsigned = signal.min() >= 0 and peak <= 2**8  # values of uint8, whose silence is 128
    if 2**7 < peak <= 2**15 and not is_unsigned:
        return 16
    raise InputError(
        f"{where} has a signal of type {signal.dtype} with values up to {peak - 1}, of which it is not known "
        "how many bits are full scale. Divide it by its full scale: signal / 2**15 if that is 16 bits, "
        "signal / 2**23 if 24."
    )


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
            "Divide it by its full scale: signal / 2**15 if that is 16 bits."
        )
