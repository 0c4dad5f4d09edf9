"""Cut a recording into segments, of equal length or where somebody speaks."""

from itertools import pairwise
from numbers import Real
from typing import NamedTuple

import numpy as np

from sklearn_raters._optional import import_optional
from sklearn_raters._sklearn_compat import Interval, checked_parameters
from sklearn_raters.features._audio import SAMPLING_RATE, SHORTEST, is_silent, read_audio

# Voice activity: WebRTC's detector judges windows of 30 ms, in the second strictest of its four modes.
_WINDOW, _MODE = 0.03, 2  # s
# A pause within a sentence is shorter than the first; sounds shorter than the second are no words.
_PAUSE, _SHORTEST, _LONGEST, _MARGIN = 0.3, 0.5, 15.0, 0.1  # s


class Segment(NamedTuple):
    """A part of a recording.

    Parameters
    ----------
    start, end : float
        Where it lies in the recording, in seconds.
    signal : ndarray of shape (n_samples,), float32
        Its sound at 16 kHz.
    """

    start: float
    end: float
    signal: np.ndarray


@checked_parameters({"seconds": [Interval(Real, 0, None, closed="neither"), None]})
def segment_audio(item, seconds=None, index=0):
    """
    Cut a recording into segments, and leave out those without sound.

    Parameters
    ----------
    item : str, path-like, or pair of signal and rate
        The recording, as `OpenSmileFrames` takes it.
    seconds : float or None, default=None
        Length of the segments, at least 0.12; the last one may be from half to one and a half as long. None
        takes the stretches of speech between pauses of 0.3 s and more, as WebRTC's detector of voice activity
        finds them, each of 0.5 to 15 s; this needs the extra "speech".
    index : int, default=0
        Number of the recording, for messages.

    Returns
    -------
    list of Segment
        The segments with sound, from first to last; none if there is nothing to hear.

    Raises
    ------
    FileNotFoundError, InputError
        If the recording cannot be used.
    ImportError
        If the detector is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_raters.features import segment_audio
    >>> noise = np.random.default_rng(0).normal(scale=0.1, size=7 * 16000)
    >>> noise[: 2 * 16000] = 0.0
    >>> [(segment.start, segment.end) for segment in segment_audio((noise, 16000), seconds=2)]
    [(2.0, 4.0), (4.0, 7.0)]
    """
    signal, _ = read_audio(item, index)
    bounds = _speech(signal) if seconds is None else _equal(len(signal), round(seconds * SAMPLING_RATE))
    parts = [Segment(float(a / SAMPLING_RATE), float(b / SAMPLING_RATE), signal[a:b]) for a, b in bounds]
    return [part for part in parts if not is_silent(part.signal)]


def _equal(length, size):
    """Return starts and ends of parts of equal size, in samples."""
    size = max(size, 2 * round(SHORTEST * SAMPLING_RATE))  # the last part may be half as long
    starts = np.arange(0, max(length - size // 2, 1), size)
    return list(zip(starts, [*starts[1:], length], strict=True))


def _speech(signal):
    """Return starts and ends of stretches of speech, in samples."""
    otherwise = ", or give the length of the segments in seconds"
    webrtcvad = import_optional("webrtcvad", "Segments by voice activity need webrtcvad", "speech", otherwise)
    size = round(_WINDOW * SAMPLING_RATE)
    pcm = (signal.clip(-1, 1) * 32767).astype("<i2")
    detector = webrtcvad.Vad(_MODE)
    windows = range(0, len(pcm) - size + 1, size)
    spoken = [
        start for start in windows if detector.is_speech(pcm[start : start + size].tobytes(), SAMPLING_RATE)
    ]
    stretches = []
    for start in spoken:
        if stretches and start - stretches[-1][1] < _PAUSE * SAMPLING_RATE:
            stretches[-1][1] = start + size
        else:
            stretches.append([start, start + size])
    margin, found = round(_MARGIN * SAMPLING_RATE), []
    for start, end in stretches:
        if end - start >= _SHORTEST * SAMPLING_RATE:
            start, end = max(start - margin, 0), min(end + margin, len(signal))
            n_parts = int(np.ceil((end - start) / (_LONGEST * SAMPLING_RATE)))
            cuts = np.linspace(start, end, n_parts + 1).round().astype(int)
            found += pairwise(cuts)
    return found
