"""Feature sets of openSMILE, as extractors of `extract_each`."""

import functools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from sklearn_raters.features._audio import SAMPLING_RATE, SHORTEST

CONFIG = Path(__file__).parent / "config" / "lld45.conf"

# Length in seconds of the longest window of each feature set; a shorter signal has no features.
_WINDOWS = {"lld45": SHORTEST, "emobase": 0.040, "eGeMAPSv02": SHORTEST}
_STEP = 0.010  # s
_N_FEATURES = {"lld45": 45, "emobase": 988, "eGeMAPSv02": 88}
# openSMILE works on 16-bit samples, and its Python interface lets larger values wrap around.
_HIGHEST = 32767 / 32768


@dataclass(frozen=True)
class SmileSet:
    """The paper's frames, or a set of functionals of openSMILE.

    Parameters
    ----------
    name : {"lld45", "emobase", "eGeMAPSv02"}
        The set.
    """

    name: str
    signals_at_once = 1
    tool = "openSMILE"

    @property
    def window(self):
        """Length in seconds of the longest window; a shorter signal has no features."""
        return _WINDOWS[self.name]

    @property
    def n_features(self):
        """Number of features."""
        return _N_FEATURES[self.name]

    def settings(self):
        """Return all settings that change the features, as text."""
        return _settings(self.name)

    def feature_names(self):
        """Return openSMILE's names of the features."""
        return tuple(_smile(self.name).feature_names)

    def run(self, signals):
        """Compute features.

        Parameters
        ----------
        signals : list of ndarray of shape (n_samples_i,), float32
            Signals at 16 kHz.

        Returns
        -------
        list of ndarray of shape (n_frames_i, n_features), float32
            Features of each signal, functionals with one row; None where openSMILE lost frames.
        """
        return [_run(signal, self.name) for signal in signals]


def count_frames(n_samples):
    """Count the windows of 60 ms, one every 10 ms, in a signal.

    Parameters
    ----------
    n_samples : int
        Length of the signal in samples at 16 kHz.

    Returns
    -------
    int
        Number of frames.

    Examples
    --------
    >>> from sklearn_raters.features._smile import count_frames
    >>> count_frames(960), count_frames(1119), count_frames(1120)
    (1, 1, 2)
    """
    window, step = round(_WINDOWS["lld45"] * SAMPLING_RATE), round(_STEP * SAMPLING_RATE)
    return (n_samples - window) // step + 1


@functools.cache
def _settings(name):
    parts = [name, f"{SAMPLING_RATE} Hz"]
    parts += [f"{library} {version(library)}" for library in ("opensmile", "audresample", "soundfile")]
    if name == "lld45":
        parts += [path.read_text(encoding="utf-8") for path in sorted(CONFIG.parent.iterdir())]
    return "\n".join(parts)


@functools.cache
def _smile(name):
    # Cached, since loading it is slow; it cannot be pickled, so that each process loads its own.
    import opensmile

    if name == "lld45":
        return opensmile.Smile(str(CONFIG), "lld", loglevel=1)
    functionals = opensmile.FeatureLevel.Functionals
    return opensmile.Smile(opensmile.FeatureSet[name], functionals, loglevel=1)


def _run(signal, name):
    signal = np.clip(signal, -1, _HIGHEST)
    # openSMILE calls Python for every frame and ignores exceptions there, so Ctrl-C would have no effect in
    # the main thread.
    with ThreadPoolExecutor(1) as thread:
        values = thread.submit(_smile(name), signal, SAMPLING_RATE).result()[0].T
    if name == "lld45":
        if len(values) != count_frames(len(signal)) + 1:
            return None
        values = values[:-1]  # smoothing over 3 frames adds a frame at the end, which holds no new audio
    return np.ascontiguousarray(values, dtype=np.float32)
