"""Recordings inside the page, as small MP3 files that every browser plays."""

import io
from base64 import b64encode
from typing import NamedTuple

from sklearn_raters.features import SAMPLING_RATE, read_audio

# Seconds of a recording that are kept, and bytes of all recordings of a page.
_LONGEST, _BUDGET = 30, 8_000_000


class Recording(NamedTuple):
    """A recording as a data URI; None where it is left out. A note says what is missing."""

    uri: str | None
    note: str


def recordings(items):
    """
    Read recordings for the page until its share of bytes is used up.

    Parameters
    ----------
    items : list
        Recordings as `read_audio` takes them.

    Returns
    -------
    list of Recording
        One for each item. Files that cannot be read have a note instead.
    """
    found, used = [], 0
    for index, item in enumerate(items):
        if used > _BUDGET:
            found.append(Recording(None, "The recording is left out, to keep this page small."))
            continue
        try:
            signal, _ = read_audio(item, index)
            data = _mp3(signal[: _LONGEST * SAMPLING_RATE])
        except (OSError, ValueError, RuntimeError) as error:
            found.append(Recording(None, f"The recording cannot be played: {error}"))
            continue
        used += len(data)
        seconds = len(signal) / SAMPLING_RATE
        note = f"The first {_LONGEST} of {seconds:.0f} seconds." if seconds > _LONGEST else ""
        found.append(Recording(f"data:audio/mpeg;base64,{data}", note))
    return found


def _mp3(signal):
    """Return a signal at 16 kHz as an MP3 file in base64."""
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, signal, SAMPLING_RATE, format="MP3", subtype="MPEG_LAYER_III")
    return b64encode(buffer.getvalue()).decode()
