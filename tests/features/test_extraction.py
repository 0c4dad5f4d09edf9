"""The 45 descriptors against values computed here; the cache, whose key is the content of the audio."""

import re
from pathlib import Path

import numpy as np
import opensmile
import pytest
import soundfile

from sklearn_raters import OpenSmileFrames
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.features._extraction import (
    cache_folder,
    extract,
    load,
    store,
)
from sklearn_raters.features._smile import SmileSet, count_frames

RATE = 16000
LLD = SmileSet("lld45")
NAMES = list(LLD.feature_names())
RNG = np.random.default_rng(0)


def pulses(frequency, seconds=1.0):
    signal = np.zeros(int(RATE * seconds))
    signal[np.round(np.arange(0, len(signal), RATE / frequency)).astype(int)[:-1]] = 0.5
    return signal


def noise(n_samples=RATE, gain=0.1):
    # Values are below full scale and multiples of the 16-bit step, so openSMILE does not round them.
    signal = RNG.normal(scale=gain, size=n_samples).clip(-0.9, 0.9)
    return np.round(signal * 32768) / 32768


def frames_of(signal, rate=RATE):
    return extract([(signal, rate)], LLD)[0]


def column(frames, name):
    return frames[:, NAMES.index(name)]


def windows(signal):
    return np.lib.stride_tricks.sliding_window_view(signal, 960)[::160]


def smoothed(values):
    padded = np.pad(values, 1, mode="edge")
    return (padded[:-2] + padded[1:-1] + padded[2:]) / 3


def regression(values):
    """The slope of a line through 5 points, as HTK and openSMILE take derivatives."""
    p = np.pad(values, [(2, 2), (0, 0)], mode="edge")
    return (p[3:-1] - p[1:-3] + 2 * (p[4:] - p[:-4])) / 10


def test_names_are_the_papers_45_in_order():
    mfcc = [f"mfcc_sma{{}}[{k}]" for k in range(1, 13)]
    first = [*mfcc, "pcm_loudness_sma{}"]
    every = [*first, "F0_sma{}", "voiceProb_sma{}", "pcm_zcr_sma{}"]
    expected = [name.format("") for name in every] + [name.format("_de") for name in every]
    expected += [name.format("_de_de") for name in first]
    assert expected == NAMES
    assert len(NAMES) == 45


@pytest.mark.parametrize("n_samples", [960, 961, 1119, 1120, 4000, 16000, 16159, 16160])
def test_a_window_of_60_ms_every_10_ms(n_samples):
    frames = frames_of(noise(n_samples))
    assert frames.shape == (len(windows(np.zeros(n_samples))), 45)
    assert len(frames) == count_frames(n_samples)
    assert frames.dtype == np.float32
    assert frames.flags.c_contiguous


@pytest.mark.parametrize("frequency", [100, 200, 320])
def test_f0_of_a_pulse_train(frequency):
    frames = frames_of(pulses(frequency))
    f0 = column(frames, "F0_sma")[3:-3]
    np.testing.assert_allclose(f0, frequency, rtol=0.01)
    assert (column(frames, "voiceProb_sma")[3:-3] > 0.8).all()


def test_noise_is_less_voiced_than_a_pulse_train():
    voicing = column(frames_of(noise()), "voiceProb_sma")
    assert voicing.mean() < 0.55
    assert (column(frames_of(noise()), "F0_sma") == 0).mean() > 0.8


def test_zero_crossings_and_smoothing_by_hand():
    signal = noise()
    left, middle, right = (windows(signal)[:, i : i + 958] for i in range(3))
    crossed = (left * middle < 0) | ((middle == 0) & (left * right <= 0))
    expected = smoothed(crossed.sum(axis=1) / 960)
    np.testing.assert_allclose(column(frames_of(signal), "pcm_zcr_sma"), expected, atol=1e-6)


def test_loudness_by_hand():
    """The documented formula, which openSMILE's component cIntensity does not compute."""
    signal = noise()
    hamming = np.hamming(960)
    power = (windows(signal) ** 2 * hamming).sum(axis=1) / hamming.sum()
    loudness = column(frames_of(signal), "pcm_loudness_sma")
    np.testing.assert_allclose(loudness, smoothed((power / 1e-6) ** 0.3), rtol=2e-3)


def test_loudness_rises_with_gain():
    signal = noise(gain=0.05)
    quiet, loud = (column(frames_of(s), "pcm_loudness_sma") for s in (signal, 4 * signal))
    np.testing.assert_allclose(loud / quiet, 16**0.3, rtol=1e-3)


def test_derivatives_by_hand():
    frames = frames_of(noise(4000))
    statics, deltas, deltas2 = frames[:, :16], frames[:, 16:32], frames[:, 32:]
    # The derivatives at the end use the last smoothed frame, which is cut off afterwards.
    np.testing.assert_allclose(deltas[:-2], regression(statics)[:-2], atol=1e-3)
    np.testing.assert_allclose(deltas2[:-4], regression(deltas[:, :13])[:-4], atol=1e-3)


def test_values_are_those_of_emobase_with_windows_of_60_ms(tmp_path):
    smile = opensmile.Smile(opensmile.FeatureSet.emobase, loglevel=1)
    stock = Path(smile.config_path).read_text(encoding="latin-1")
    widened, n_windows = re.subn(r"frameSize = 0\.0(25|40)0?\b", "frameSize = 0.060", stock)
    assert n_windows == 2
    path = tmp_path / "emobase60.conf"
    path.write_text(widened, encoding="latin-1")
    signal = np.concatenate([pulses(150), noise(8000), pulses(220)])
    frames = frames_of(signal)
    for level, columns in (("lld", slice(0, 16)), ("lld_de", slice(16, 32))):
        reference = opensmile.Smile(str(path), level, loglevel=1)
        places = [reference.feature_names.index(name) for name in NAMES[columns]]
        expected = reference(signal.astype(np.float32), RATE)[0, places].T[: len(frames)]
        # emobase computes loudness from one sample of each window.
        same = [place for place, name in enumerate(NAMES[columns]) if "loudness" not in name]
        np.testing.assert_array_equal(frames[:, columns][:, same], expected[:, same])


def test_long_audio_is_treated_like_short():
    signal = noise(30 * RATE)
    whole, start = frames_of(signal), frames_of(signal[: 5 * RATE])
    np.testing.assert_array_equal(whole[: len(start) - 5], start[:-5])


@pytest.mark.parametrize("peak", [0.0, 3e-4])
def test_silence_has_finite_frames_and_is_a_warning_that_names_the_recordings(peak):
    with pytest.warns(InputWarning, match="nothing to hear in recordings .* -70 dB of full scale: Sample 0"):
        frames = frames_of(np.full(RATE, peak))
    assert np.isfinite(frames).all()


def test_full_scale_does_not_wrap_around():
    # A sample of 1.0 is 32768 in 16 bits, one too many.
    square = np.sign(np.sin(2 * np.pi * 200 * np.arange(RATE) / RATE) + 1e-3)
    np.testing.assert_allclose(frames_of(square), frames_of(square * 32767 / 32768), atol=0.05)


@pytest.mark.parametrize(
    ("feature_set", "n_samples"), [("lld45", 959), ("emobase", 639), ("eGeMAPSv02", 959)]
)
def test_audio_shorter_than_a_window_is_named(feature_set, n_samples):
    items = [(noise(), RATE), (noise(n_samples), RATE)]
    with pytest.raises(ValueError, match=r"Sample 1 lasts .* too short for one window of \d0 ms"):
        extract(items, SmileSet(feature_set))
    assert np.isfinite(extract([(noise(n_samples + 1), RATE)], SmileSet(feature_set))[0]).all()


@pytest.fixture
def wav(tmp_path):
    path = tmp_path / "audio" / "a.wav"
    path.parent.mkdir()
    soundfile.write(path, noise(), RATE)
    return path


def entries(memory):
    return sorted(cache_folder(memory).rglob("*.npz"))


def poison(memory):
    """Change the values in the cache, so that a cached value differs from a computed one."""
    for path in entries(memory):
        store(path, np.full_like(load(path, LLD).features, 7))


def hit(memory, items, extractor=LLD):
    values = extract(items, extractor, memory=memory)[0]
    return bool((values == 7).all())


def test_the_cache_finds_the_same_audio_under_any_name(wav, tmp_path):
    memory = tmp_path / "memory"
    first = extract([wav], LLD, memory=memory)[0]
    np.testing.assert_array_equal(extract([wav], LLD, memory=memory)[0], first)
    poison(memory)
    assert hit(memory, [wav])
    assert hit(str(memory), [str(wav)])
    assert hit(memory, [wav.rename(wav.with_name("renamed.wav"))])
    assert len(entries(memory)) == 1


def test_the_cache_distinguishes_audio_and_settings(wav, tmp_path):
    memory = tmp_path / "memory"
    extract([wav], LLD, memory=memory)
    poison(memory)
    assert not hit(memory, [wav], SmileSet("emobase"))
    soundfile.write(wav, noise(gain=0.2), RATE)
    assert not hit(memory, [wav])


def test_the_cache_distinguishes_rates_and_types_of_signals(tmp_path):
    signal = noise().astype(np.float32)
    extract([(signal, RATE)], LLD, memory=tmp_path)
    poison(tmp_path)
    assert hit(tmp_path, [(signal.copy(), float(RATE))])
    assert not hit(tmp_path, [(signal, 8000)])
    assert not hit(tmp_path, [(signal.astype(np.float64), RATE)])
    assert not hit(tmp_path, [(signal[:-1], RATE)])


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ((RATE, noise()), "the rate of type ndarray"),
        ((noise(), "16k"), "the rate '16k'"),
        (([[0.0, 0.1], [0.2]], RATE), "a signal that is no array"),
        ((np.array(["a", "b"]), RATE), "a signal of type <U1"),
        ((np.zeros((2, 0)), RATE), r"a signal of shape \(2, 0\)"),
    ],
)
def test_with_a_cache_pairs_that_are_no_signal_and_rate_are_named_and_skipped(item, message, tmp_path):
    X, errors = [(noise(), RATE), item], {}
    for memory in (None, tmp_path):
        with pytest.raises((InputError, TypeError), match=f"Sample 1 has {message}"):
            extract(X, LLD, memory=memory)
        with pytest.warns(InputWarning, match="skipped"):
            frames = extract(X, LLD, memory=memory, errors=errors)
        assert list(errors) == [1]
        assert re.search(message, errors[1])
        assert np.isnan(frames[1]).all()


def test_the_cache_lies_in_the_folder_of_a_joblib_memory(wav, tmp_path):
    from joblib import Memory

    extract([wav], LLD, memory=Memory(tmp_path / "memory", verbose=0))
    assert len(entries(tmp_path / "memory")) == 1
    extract([wav], LLD, memory=Memory(None))


def test_damaged_cache_entries_are_computed_anew(wav, tmp_path):
    memory = tmp_path / "memory"
    first = extract([wav], LLD, memory=memory)[0]
    (path,) = entries(memory)
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 255
    for damaged in (b"", whole[:10], whole[: len(whole) // 2], whole[:-1], b"x" * 500, flipped):
        path.write_bytes(damaged)
        np.testing.assert_array_equal(extract([wav], LLD, memory=memory)[0], first)
        assert path.read_bytes() == whole


@pytest.mark.parametrize(
    "change",
    [
        lambda features: features[:, :44],
        lambda features: features[:0],
        lambda features: features.ravel(),
        lambda features: features[None],
        lambda features: features.astype(np.float64),
        lambda features: np.where(np.arange(45) == 3, np.float32(np.nan), features),
        lambda features: np.where(np.arange(45) == 3, np.float32(np.inf), features),
        lambda features: np.array(["not", "frames"]),
    ],
)
def test_a_cached_array_that_cannot_be_frames_is_computed_anew(change, wav, tmp_path):
    memory = tmp_path / "memory"
    first = extract([wav], LLD, memory=memory)[0]
    (path,) = entries(memory)
    store(path, change(first))
    np.testing.assert_array_equal(extract([wav], LLD, memory=memory)[0], first)
    np.savez(path, features=np.full_like(first, 7))  # without a checksum
    np.testing.assert_array_equal(extract([wav], LLD, memory=memory)[0], first)


def test_a_cache_entry_under_the_name_of_another_is_computed_anew(wav, tmp_path):
    memory = tmp_path / "memory"
    first = extract([wav], LLD, memory=memory)[0]
    (path,) = entries(memory)
    extract([(noise(), RATE)], LLD, memory=memory)
    (other,) = set(entries(memory)) - {path}
    path.write_bytes(other.read_bytes())
    np.testing.assert_array_equal(extract([wav], LLD, memory=memory)[0], first)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), PermissionError(13, "Denied")])
def test_a_cache_that_cannot_be_written_is_one_warning_and_the_features_are_right(
    error, wav, tmp_path, monkeypatch
):
    expected = extract([wav], LLD)[0]

    def refuse(path):
        raise error

    monkeypatch.setattr("sklearn_raters.features._extraction.replacing", refuse)
    with pytest.warns(InputWarning, match=f"cannot be written .{error.strerror}.: .* not kept") as caught:
        found = extract([wav] * 3, LLD, memory=tmp_path / "{memory}")
    assert len(caught) == 1
    for frames in found:
        np.testing.assert_array_equal(frames, expected)


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_channels_that_cancel_each_other_are_a_warning_that_names_the_files_each_time(n_jobs, tmp_path):
    paths = [tmp_path / f"{name}.wav" for name in "abc"]
    signal = noise()
    for path, sign in zip(paths, (-1, 1, -1), strict=True):
        soundfile.write(path, np.stack([signal, sign * signal], axis=1), RATE)
    for _ in range(2):  # the second time from the cache
        with pytest.warns(InputWarning, match=r"opposite phase") as caught:
            extract(paths, LLD, memory=tmp_path / "memory", n_jobs=n_jobs)
        # On a busy machine joblib warns of a worker that it starts anew.
        (warning,) = [one for one in caught if one.category is InputWarning]
        assert "a.wav" in str(warning.message)
        assert "c.wav" in str(warning.message)
        assert "b.wav" not in str(warning.message)
    renamed = paths[0].rename(tmp_path / "renamed.wav")
    with pytest.warns(InputWarning, match=r"Sample 0 .*renamed.wav"):
        extract([renamed], LLD, memory=tmp_path / "memory")


def test_a_blank_path_and_the_home_of_an_unknown_user_are_one_clear_line(wav):
    for blank in ("", " "):
        with pytest.raises(InputError, match=f"Sample 1 .'{blank}'.: '{blank}' is no path: name a file"):
            extract([wav, blank], LLD)
    for settings in ({"items": ["~no_such_user/a.wav"]}, {"items": [wav], "memory": "~no_such_user/memory"}):
        items = settings.pop("items")
        with pytest.raises(InputError, match=r"'~no_such_user/.*': there is no home folder ~no_such_user"):
            extract(items, LLD, **settings)


def test_a_failed_write_leaves_nothing_behind(tmp_path):
    path = tmp_path / "ab" / "abc.npz"
    path.mkdir(parents=True)  # so that nothing can be moved there
    with pytest.raises(OSError, match="abc"):
        store(path, np.zeros((2, 45), np.float32))
    assert list(path.parent.iterdir()) == [path]


def test_relative_paths_start_at_the_callers_folder_even_if_workers_started_elsewhere(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        for name in ("a.wav", "b.wav"):
            soundfile.write(tmp_path / folder / name, rng.uniform(-0.1, 0.1, 3200), 16000)
    frames = []
    for folder in ("first", "second"):  # the workers of the first call are reused by the second
        monkeypatch.chdir(tmp_path / folder)
        frames.append(extract(["a.wav", "b.wav"], LLD, n_jobs=2))
    assert not np.array_equal(frames[0][0], frames[1][0])


def test_a_path_may_start_at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    signal = np.sin(np.arange(16000) / 20)
    soundfile.write(tmp_path / "voice.wav", signal, 16000)
    (frames,) = OpenSmileFrames().fit_transform(["~/voice.wav"])
    assert len(frames) == 95
