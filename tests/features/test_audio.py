"""Reading audio: forms, rates and channels; every bad file gets an error that names it."""

import io
import pickle
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sklearn_raters.exceptions import InputError
from sklearn_raters.features._audio import CANCELLED, CLIPPED, SAMPLING_RATE, SILENT, check_audio_list
from sklearn_raters.features._audio import read_audio as read_with_note

RNG = np.random.default_rng(0)


def read_audio(item, index=0):
    return read_with_note(item, index)[0]


def sine(frequency, rate, seconds=1.0, gain=0.5):
    return gain * np.sin(2 * np.pi * frequency * np.arange(int(rate * seconds)) / rate)


def strongest_frequency(signal):
    spectrum = np.abs(np.fft.rfft(signal * np.hanning(len(signal))))
    return spectrum.argmax() * SAMPLING_RATE / len(signal)


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 44100, 48000])
def test_any_rate_becomes_16_khz(rate):
    signal = read_audio((sine(1000, rate), rate))
    assert signal.dtype == np.float32
    assert abs(len(signal) - SAMPLING_RATE) <= 1
    assert strongest_frequency(signal) == pytest.approx(1000, abs=1.5)


def test_channels_are_averaged():
    signal = sine(300, SAMPLING_RATE)
    stereo = np.stack([signal, 0.5 * signal])
    np.testing.assert_allclose(read_audio((stereo, SAMPLING_RATE)), 0.75 * signal, atol=1e-6)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([-32768, 0, 16384], np.int16), [-1, 0, 0.5]),
        (np.array([3, 0, -1], np.int16), [3 / 32768, 0, -1 / 32768]),
        (np.array([-(2**31), 0, 2**30], np.int32), [-1, 0, 0.5]),
        (np.array([256, 0, -512], np.int32), [2**-23, 0, -(2**-22)]),  # 24 bits in the upper ones of 32
        (np.array([0, 128, 192], np.uint8), [-1, 0, 0.5]),
        (np.array([-128, 0, 64], np.int8), [-1, 0, 0.5]),
        (np.array([0, 100], np.uint16), [0, 100 / 32768]),
        (np.array([-1.0, 0.0, 0.5]), [-1, 0, 0.5]),
        ([-32768, 0, 16384], [-1, 0, 0.5]),
        ([-32768, 0.0, 16384], None),
        ([1.0, 0, -1], [1, 0, -1]),
        (np.array([-8000, 0, 8000]), [-8000 / 32768, 0, 8000 / 32768]),
        (np.array([-8000, 0, 8000], np.int32), [-8000 / 32768, 0, 8000 / 32768]),
        (np.array([-(2**31), 0, 2**30]), [-1, 0, 0.5]),
        (np.array([0, 0], np.int64), [0, 0]),
        (np.array([100, 0, -5]), None),  # 8 bits, or a quiet recording of 16
        (np.array([0, 128, 255]), None),  # unsigned
        (np.array([40000, 0, -5]), None),  # a sum of channels, or 24 bits
        (np.array([8_000_001, 0, -5], np.int32), None),  # 24 bits, or a quiet recording of 32
        (np.array([2**40, 0]), None),
        (np.array([0, 40000], np.uint16), None),
    ],
    ids=str,
)
def test_integers_are_scaled_by_their_values_or_are_an_error(values, expected):
    if expected is not None:
        np.testing.assert_array_equal(read_audio((values, SAMPLING_RATE)), np.float32(expected))
        return
    with pytest.raises(InputError, match=r"Sample 7 has a signal .*(full scale|range)"):
        read_audio((values, SAMPLING_RATE), index=7)


@pytest.mark.parametrize("gain", [1, 0.99])
def test_channels_that_cancel_each_other_are_noted(gain):
    signal = sine(300, SAMPLING_RATE)
    for channels, notes in [((1, -gain), (CANCELLED,)), ((1, gain), ()), ((1, 0), ()), ((0, 0), (SILENT,))]:
        stereo = np.stack([gain * signal for gain in channels])
        assert read_with_note((stereo, SAMPLING_RATE))[1] == notes


def test_a_joined_file_is_silent_or_cancelled_only_if_it_is_so_as_a_whole(tmp_path):
    sound = sine(300, SAMPLING_RATE)
    parts = {
        "sound": np.stack([sound, sound], 1),
        "silence": np.zeros((SAMPLING_RATE, 2)),
        "cancelled": np.stack([sound, -sound], 1),
        "loud": np.stack([5 * sound, 5 * sound], 1),
    }
    for names, notes in {
        ("sound", "silence"): (),
        ("silence", "sound", "silence"): (),
        ("sound", "cancelled"): (),
        ("silence", "silence"): (SILENT,),
        ("cancelled", "cancelled"): (CANCELLED,),
        ("cancelled", "silence"): (CANCELLED,),
        ("loud", "silence"): (CLIPPED,),
    }.items():
        path = tmp_path / "joined.ogg"
        content = io.BytesIO()
        for name in names:
            link = io.BytesIO()
            soundfile.write(link, parts[name], SAMPLING_RATE, format="OGG", subtype="VORBIS")
            content.write(link.getvalue())
        path.write_bytes(content.getvalue())
        assert read_with_note(path)[1] == notes, names


@pytest.mark.parametrize(("gain", "notes"), [(1.9, ()), (2.1, (CLIPPED,)), (9, (CLIPPED,))])
def test_signals_far_beyond_full_scale_are_noted(gain, notes):
    assert read_with_note((sine(300, SAMPLING_RATE, gain=gain), SAMPLING_RATE))[1] == notes


@pytest.mark.parametrize(
    "rate",
    [1e300, np.inf, -np.inf, np.nan, 0, -16000, 3, 999, 2e6, True, None, 10**5000],
    ids=lambda rate: "rate",
)
def test_rates_that_are_none_of_audio_are_errors(rate):
    with pytest.raises(InputError, match=r"Sample 2 has the rate .* Hz"):
        read_audio((np.zeros(16000), rate), index=2)


def test_a_rate_before_its_signal_is_an_error_that_says_so():
    with pytest.raises(InputError, match=r"rate of type ndarray; .* the other way round"):
        read_audio((16000, np.zeros(16000)))


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg"])
def test_files_hold_what_was_written(tmp_path, suffix):
    path = tmp_path / f"tone.{suffix}"
    signal = sine(440, SAMPLING_RATE)
    soundfile.write(path, signal, SAMPLING_RATE)
    read = read_audio(path)
    assert read.shape == signal.shape
    np.testing.assert_allclose(read, signal, atol=0.05 if suffix == "ogg" else 1e-4)
    np.testing.assert_array_equal(read, read_audio(str(path)))


def written(path):
    soundfile.write(path, RNG.normal(scale=0.1, size=8000), SAMPLING_RATE)
    return path


def missing(folder):
    return folder / "nowhere.wav"


def empty(folder):
    path = folder / "empty.wav"
    path.touch()
    return path


def cut_wav(folder):
    path = written(folder / "cut.wav")
    path.write_bytes(path.read_bytes()[:9000])
    return path


def cut_flac(folder):
    path = written(folder / "cut.flac")
    path.write_bytes(path.read_bytes()[:9000])
    return path


def cut_header(folder):
    path = written(folder / "header.wav")
    path.write_bytes(path.read_bytes()[:20])
    return path


def header_only(folder):
    path = folder / "nothing.wav"
    soundfile.write(path, np.zeros(0), SAMPLING_RATE)
    return path


def text(folder):
    path = folder / "text.wav"
    path.write_text("Not audio, but a note about it.\n" * 100)
    return path


def lfs_pointer(folder):
    path = folder / "pointer.wav"
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 64044\n")
    return path


def nan_wav(folder):
    path = folder / "nan.wav"
    signal = np.zeros(2000)
    signal[1234] = np.nan
    soundfile.write(path, signal, SAMPLING_RATE, subtype="FLOAT")
    return path


def a_folder(folder):
    path = folder / "folder.wav"
    path.mkdir()
    return path


BAD_FILES = [
    (missing, "there is no such file"),
    (empty, r"empty \(0 bytes\)"),
    (cut_wav, "cut short: its header gives 16000 bytes, but it holds 8956"),
    (cut_flac, "cannot be read as audio"),
    (cut_header, "cannot be read as audio"),
    (header_only, "its length is 0 s"),
    (text, "cannot be read as audio"),
    (lfs_pointer, "git lfs pull"),
    (nan_wav, "NaN or infinity .1 values, the first at sample 1234"),
    (a_folder, "is not a file"),
]


@pytest.mark.parametrize(("make", "message"), BAD_FILES, ids=lambda value: getattr(value, "__name__", ""))
def test_bad_files_are_named(tmp_path, make, message):
    path = make(tmp_path)
    with pytest.raises((ValueError, FileNotFoundError), match=message) as caught:
        read_audio(path, index=7)
    assert str(path) in str(caught.value)
    assert "Sample 7" in str(caught.value)
    # joblib pickles the errors of its workers.
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ((np.array([0.0, np.nan]), 16000), "first at sample 1 of channel 0"),
        ((np.array([0.0, np.inf]), 16000), "NaN or infinity"),
        ((np.zeros((16000, 2)), 16000), "Transpose"),
        ((np.zeros((2, 3, 4)), 16000), r"shape \(2, 3, 4\)"),
        ((np.zeros(0), 16000), "at least one sample"),
        ((0.5, 16000), r"shape \(\)"),
        ((np.zeros(10), 0), "the rate 0"),
        ((np.zeros(10), np.nan), "the rate nan"),
        ((np.zeros(10), "16000"), "the rate '16000'"),
        ((np.array([0.0, 12000.0]), 16000), "full scale 1"),
    ],
)
def test_bad_signals_name_their_sample(item, message):
    with pytest.raises(ValueError, match=message) as caught:
        read_audio(item, index=3)
    assert "Sample 3" in str(caught.value)


def test_signal_of_text_is_a_type_error():
    with pytest.raises(TypeError, match="Sample 0 has a signal of type"):
        read_audio((np.array(["a", "b"]), 16000))


def test_a_list_may_have_any_container(tmp_path):
    import pandas as pd

    paths = [str(written(tmp_path / f"{name}.wav")) for name in "abc"]
    for X in (paths, tuple(paths), np.array(paths), np.array(paths, object), pd.Series(paths)):
        assert [str(item) for item in check_audio_list(X)] == paths
    pairs = [(np.zeros(5), 16000), [np.zeros(7), 8000]]
    assert check_audio_list(pairs) == pairs


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ("a.wav", ValueError, "X is one path"),
        (Path("a.wav"), ValueError, "X is one path"),
        ([], ValueError, r"0 sample\(s\)"),
        ([3], TypeError, "Sample 0 of X is of type int"),
        ([(np.zeros(5), 16000), np.zeros(5)], TypeError, "Sample 1 of X is of type ndarray"),
        ([None], TypeError, "Sample 0 of X is of type NoneType"),
    ],
)
def test_anything_but_a_list_of_audio_is_an_error(X, error, message):
    with pytest.raises(error, match=message):
        check_audio_list(X)


@pytest.mark.parametrize("X", [{"a.wav"}, frozenset(["a.wav"]), {"a": "a.wav"}])
def test_audio_needs_an_order(X):
    with pytest.raises(InputError, match="expected a list, whose order is that of the samples"):
        check_audio_list(X)


def test_a_table_is_an_error():
    import pandas as pd

    with pytest.raises(ValueError, match="column that holds the paths"):
        check_audio_list(pd.DataFrame({"path": ["a.wav"]}))
