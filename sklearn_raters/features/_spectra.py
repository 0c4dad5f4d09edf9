"""Spectral frames and their statistics by kaldi-native-fbank, as extractors of `extract_each`."""

from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from sklearn_raters._optional import import_optional
from sklearn_raters.features._audio import SAMPLING_RATE, SHORTEST

_STEP = 0.010  # s
# Kaldi takes values of 16 bits, whose smallest step bounds the energy of silence.
_FULL_SCALE = 32768.0
_LEAST_ENERGY = 1.0
_N_MFCC = 12
# Range of the fundamental frequency of speech, Hz.
_LOWEST_PITCH, _HIGHEST_PITCH = 50.0, 500.0
_NAMES = (
    *(f"mfcc_{number}" for number in range(1, _N_MFCC + 1)),
    *("log_energy", "log_pitch", "voicing", "zero_crossing_rate"),
)
# As in the paper, second derivatives are those of MFCC and energy only.
_N_FRAME_FEATURES = 3 * len(_NAMES) - 3
_STATISTICS = ("mean", "deviation")


def _library():
    return import_optional("kaldi_native_fbank", "Spectral features need kaldi-native-fbank", "spectral")


@dataclass(frozen=True)
class SpectralSet:
    """Spectral frames, or their means and deviations over each recording.

    Parameters
    ----------
    functionals : bool, default=False
        Whether to return the statistics instead of the frames.

    Raises
    ------
    ImportError
        If kaldi-native-fbank is not installed.
    """

    functionals: bool = False
    signals_at_once = 1
    tool = "kaldi-native-fbank"
    window = SHORTEST

    def __post_init__(self):
        _library()  # before any audio is read

    @property
    def name(self):
        """Name of the set."""
        return "spectral-functionals" if self.functionals else "spectral"

    @property
    def n_features(self):
        """Number of features."""
        return _N_FRAME_FEATURES * (len(_STATISTICS) if self.functionals else 1)

    def settings(self):
        """Return all settings that change the features, as text."""
        libraries = [f"{library} {version(library)}" for library in ("kaldi-native-fbank", "audresample")]
        return "\n".join([self.name, f"{SAMPLING_RATE} Hz", *libraries])

    def feature_names(self):
        """Return the names of the features."""
        names = [*_NAMES, *(f"{name}_delta" for name in _NAMES), *(f"{name}_delta_delta" for name in _NAMES)]
        names = names[:_N_FRAME_FEATURES]
        if self.functionals:
            names = [f"{name}_{statistic}" for statistic in _STATISTICS for name in names]
        return tuple(names)

    def run(self, signals):
        """Compute features.

        Parameters
        ----------
        signals : list of ndarray of shape (n_samples_i,), float32
            Signals at 16 kHz, full scale 1.

        Returns
        -------
        list of ndarray of shape (n_frames_i, n_features), float32
            Features of each signal, functionals with one row.
        """
        frames = [_frames(signal) for signal in signals]
        return [_statistics(each) for each in frames] if self.functionals else frames


def _statistics(frames):
    return np.concatenate([frames.mean(axis=0), frames.std(axis=0)])[None]


def _frames(signal):
    """Return the frames of a signal, with their derivatives."""
    knf = _library()
    signal = np.clip(signal, -1, 1)
    scaled = signal * np.float32(_FULL_SCALE)
    energy_and_mfcc = _cepstra(scaled, knf)
    n_frames = len(energy_and_mfcc)
    values = [
        energy_and_mfcc[:, 1:],
        energy_and_mfcc[:, :1],
        _pitch(scaled, n_frames, knf),
        _zero_crossings(signal, n_frames),
    ]
    deltas = knf.compute_deltas(knf.DeltaOptions(), np.concatenate(values, axis=1, dtype=np.float32))
    return np.ascontiguousarray(deltas[:, :_N_FRAME_FEATURES])


def _cepstra(scaled, knf):
    """Return the logarithmic energy and MFCC 1-12 of each window."""
    options = knf.MfccOptions()
    options.frame_opts.samp_freq = SAMPLING_RATE
    options.frame_opts.frame_length_ms = 1000 * SHORTEST
    options.frame_opts.frame_shift_ms = 1000 * _STEP
    options.frame_opts.window_type = "hamming"
    options.frame_opts.dither = 0  # random
    options.num_ceps = _N_MFCC + 1
    options.use_energy = True
    options.energy_floor = _LEAST_ENERGY
    mfcc = knf.OnlineMfcc(options)
    mfcc.accept_waveform(SAMPLING_RATE, scaled)
    mfcc.input_finished()
    # The library reuses the memory of a frame.
    return np.stack([np.array(mfcc.get_frame(number)) for number in range(mfcc.num_frames_ready)])


def _pitch(scaled, n_frames, knf):
    """Return the logarithm of the pitch in Hz and the correlation of successive periods, of each window."""
    options = knf.PitchExtractionOptions()
    options.samp_freq = SAMPLING_RATE
    options.frame_shift_ms = 1000 * _STEP
    options.min_f0, options.max_f0 = _LOWEST_PITCH, _HIGHEST_PITCH
    options.snip_edges = False
    wanted = knf.ProcessPitchOptions()
    wanted.add_normalized_log_pitch = wanted.add_delta_pitch = False
    wanted.add_pov_feature = wanted.add_raw_log_pitch = True
    # The middle of the pitch's frame i is at (i + 1 / 2) * step, that of a window at i * step + 30 ms.
    half, ahead = round(_STEP * SAMPLING_RATE / 2), round(SHORTEST / 2 / _STEP) - 1
    found = knf.compute_and_process_kaldi_pitch(options, wanted, scaled[half:])[ahead : ahead + n_frames]
    feature, log_pitch = found.T.astype(np.float64)
    # The library returns 2 * ((1.0001 - correlation) ** 0.15 - 1).
    return np.column_stack([log_pitch, 1.0001 - (feature / 2 + 1) ** (1 / 0.15)])


def _zero_crossings(signal, n_frames):
    """Return the share of the steps of each window at which the signal changes its sign."""
    n_before = np.append(0, np.cumsum(np.diff(np.signbit(signal))))
    window, step = round(SHORTEST * SAMPLING_RATE), round(_STEP * SAMPLING_RATE)
    starts = step * np.arange(n_frames)
    return ((n_before[starts + window - 1] - n_before[starts]) / (window - 1))[:, None]
