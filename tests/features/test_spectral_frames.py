"""Spectral frames: each feature has the value of its definition, in the window where it belongs."""

import sys

import numpy as np
import pytest

from sklearn_raters import OpenSmileFrames, SpectralFrames, SpectralFunctionals
from sklearn_raters.features._smile import count_frames

RATE = 16000
NAMES = list(SpectralFrames().get_feature_names_out())


def of(frames, name):
    return frames[:, NAMES.index(name)]


def frames_of(signal):
    return SpectralFrames().transform([(signal, RATE)])[0]


def pulses(hertz, seconds=1.0):
    signal = np.zeros(int(RATE * seconds))
    signal[:: round(RATE / hertz)] = 0.5
    return signal


NOISE = np.random.default_rng(0).normal(scale=0.1, size=RATE)


@pytest.mark.parametrize("hertz", [80, 200, 400])
def test_pitch_and_voicing_of_a_voice(hertz):
    frames = frames_of(pulses(hertz))
    assert np.exp(of(frames, "log_pitch")[10:-10]) == pytest.approx(hertz, rel=0.01)
    assert (of(frames, "voicing")[10:-10] > 0.95).all()


def test_noise_is_not_voiced():
    assert np.median(of(frames_of(NOISE), "voicing")) < 0.4


def test_pitch_stands_in_the_window_in_whose_middle_it_is():
    frames = frames_of(np.concatenate([pulses(100, 0.5), pulses(200, 0.5)]))
    higher = np.flatnonzero(np.exp(of(frames, "log_pitch")) > 150)
    assert abs(higher[0] - (0.5 - 0.03) / 0.01) <= 2


def test_energy_is_that_of_the_window_of_values_of_16_bits():
    windows = np.lib.stride_tricks.sliding_window_view(32768 * NOISE, 960)[::160]
    expected = np.log(windows.var(axis=1) * 960)
    np.testing.assert_allclose(of(frames_of(NOISE), "log_energy"), expected, rtol=1e-4)


def test_loudness_changes_energy_alone():
    one, two = frames_of(NOISE), frames_of(2 * NOISE)
    changed = np.flatnonzero(~np.isclose(one, two, atol=2e-3).all(axis=0))
    assert [NAMES[index] for index in changed] == ["log_energy"]
    np.testing.assert_allclose(of(two, "log_energy") - of(one, "log_energy"), np.log(4), atol=1e-3)


def test_a_tone_crosses_zero_twice_a_period():
    tone = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE + 0.1)
    assert of(frames_of(tone), "zero_crossing_rate") == pytest.approx(2 * 1000 / RATE, abs=1e-3)


def test_derivatives_are_slopes_over_five_frames():
    frames = frames_of(NOISE)

    def slopes(values):
        padded = np.pad(values, 2, mode="edge")
        return (padded[3:-1] - padded[1:-3] + 2 * (padded[4:] - padded[:-4])) / 10

    for name in ("mfcc_3", "log_energy", "log_pitch", "zero_crossing_rate"):
        np.testing.assert_allclose(of(frames, f"{name}_delta"), slopes(of(frames, name)), atol=1e-4)
    second = of(frames, "mfcc_3_delta_delta")
    np.testing.assert_allclose(second[4:-4], slopes(of(frames, "mfcc_3_delta"))[4:-4], atol=1e-4)
    assert len(NAMES) == 45
    assert not {f"{name}_delta_delta" for name in ("log_pitch", "voicing", "zero_crossing_rate")} & {*NAMES}


@pytest.mark.parametrize("n_samples", [960, 1119, 1120, 5000])
def test_there_are_as_many_frames_as_of_opensmile(n_samples):
    assert frames_of(NOISE[:n_samples]).shape == (count_frames(n_samples), 45)


@pytest.mark.filterwarnings("ignore:There is nothing to hear")
def test_silence_and_full_scale_have_finite_features():
    for signal in (np.zeros(RATE), np.ones(RATE), np.sign(NOISE)):
        assert np.isfinite(frames_of(signal)).all()
    np.testing.assert_array_equal(frames_of(1.5 * np.sign(NOISE)), frames_of(np.sign(NOISE)))


def test_functionals_are_means_and_deviations_of_frames():
    frames = frames_of(NOISE)
    (row,) = SpectralFunctionals().transform([(NOISE, RATE)])
    np.testing.assert_allclose(row, [*frames.mean(axis=0), *frames.std(axis=0)], rtol=1e-6)
    names = SpectralFunctionals().get_feature_names_out()
    assert (names[0], names[44], names[-1]) == (
        "mfcc_1_mean",
        "log_energy_delta_delta_mean",
        "log_energy_delta_delta_deviation",
    )


def test_frames_in_a_cache_are_not_taken_for_those_of_another_front_end(tmp_path):
    X = [(NOISE, RATE)]
    smile = OpenSmileFrames(memory=tmp_path).transform(X)
    spectral = [SpectralFrames(memory=tmp_path).transform(X) for _ in range(2)]
    np.testing.assert_array_equal(spectral[0][0], spectral[1][0])
    assert not np.allclose(spectral[0][0], smile[0])
    assert len(list(tmp_path.rglob("*.npz"))) == 2


def test_without_the_library_the_extra_is_named_before_audio_is_read(monkeypatch):
    monkeypatch.setitem(sys.modules, "kaldi_native_fbank", None)
    with pytest.raises(ImportError, match=r"pip install 'sklearn-raters\[spectral\]'"):
        SpectralFrames().transform(["nowhere.wav"])
