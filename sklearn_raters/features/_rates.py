"""Sampling rates that a front end was fitted on, and recordings of lower or higher ones."""

from collections import Counter
from numbers import Real

from sklearn_raters._files import full_path
from sklearn_raters.features._audio import SAMPLING_RATE, describe, is_path

_LOWER = (
    "Recordings of a lower sampling rate than all that the front end was fitted on ({fitted}): {samples}. "
    "Their upper frequencies are missing, so that answers are less certain; fit on audio of such a rate too."
)
_HIGHER = (
    "Recordings of a higher sampling rate than all that the front end was fitted on ({fitted}): {samples}. "
    "Their upper frequencies were never learnt, so that answers are less certain; resample them to the rate "
    "of the fit."
)


def rate_of(item):
    """Return the sampling rate of a recording by the header of its file, without reading the sound.

    Parameters
    ----------
    item : str, PathLike or (signal, rate) pair
        The recording.

    Returns
    -------
    int or None
        The rate in Hz; None if the file cannot be read, which extraction reports.
    """
    if not is_path(item):
        return round(item[1]) if isinstance(item[1], Real) and 0 < item[1] < 1e9 else None
    import audiofile
    import soundfile

    try:
        return soundfile.info(full_path(item)).samplerate
    except (RuntimeError, OSError, ValueError, TypeError):  # TypeError: of a name that ends in .raw
        pass
    try:
        return audiofile.sampling_rate(str(full_path(item)))  # of a format that ffmpeg reads
    except Exception:  # ffmpeg and others raise errors of many types
        return None


def count_rates(items):
    """Count recordings by their sampling rate.

    Parameters
    ----------
    items : list
        Recordings, as `rate_of` takes them.

    Returns
    -------
    dict of {int: int}
        Number of recordings by rate in Hz, from the lowest rate on.
    """
    return dict(sorted(Counter(rate for rate in map(rate_of, items) if rate is not None).items()))


def remarks_on_rates(items, fitted):
    """Return warnings of recordings with lower or higher rates than all of the fit.

    Features are computed at 16 kHz, so higher rates are as good as that one.

    Parameters
    ----------
    items : list
        Recordings, as `rate_of` takes them.
    fitted : dict of {int: int}
        Result of `count_rates`.

    Returns
    -------
    list of (str, list of str)
        Texts, in which ``{samples}`` stands for samples, and these samples.
    """
    if not fitted:
        return []
    lowest, highest = (min(edge(fitted), SAMPLING_RATE) for edge in (min, max))
    usual = max(fitted, key=fitted.get)
    known = f"{min(fitted)} Hz" if len(fitted) == 1 else f"at least {min(fitted)} Hz, mostly {usual} Hz"
    found = {_LOWER: [], _HIGHER: []}
    for index, item in enumerate(items):
        rate = rate_of(item)
        if rate is not None and not lowest <= min(rate, SAMPLING_RATE) <= highest:
            note = _LOWER if rate < lowest else _HIGHER
            found[note].append(f"{describe(item, index)} with {rate} Hz")
    return [(note.replace("{fitted}", known), samples) for note, samples in found.items() if samples]
