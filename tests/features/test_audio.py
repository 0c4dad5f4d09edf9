"""Reading audio: forms, rates and channels; every bad file gets an error that names it."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sklearn_raters.features._audio import SAMPLING_RATE, check_audio_list, read_audio

RNG = np.random.default_rng(0)


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
        (np.array([-(2**31), 0, 2**30], np.int32), [-1, 0, 0.5]),
        (np.array([0, 128, 192], np.uint8), [-1, 0, 0.5]),
        (np.array([-1.0, 0.0, 0.5]), [-1, 0, 0.5]),
    ],
)
def test_integers_are_scaled_by_the_range_of_their_type(values, expected):
    np.testing.assert_array_equal(read_audio((values, SAMPLING_RATE)), np.float32(expected))


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg"])
def test_files_hold_what_was_written(tmp_path, suffix):
    path = tmp_path / f"tone.{suffix}"
    signal = sine(440, SAMPLING_RATE)
    soundfile.write(path, signal, SAMPLING_RATE)
    read = read_audio(path)
    assert read.shape == signal.shape
    np.testing.assert_allclose(read, signal, atol=0.05 if suffix == "ogg" else 1e-4)
    np.testing.assert_array_equal(read, read_audio(str(path)))


def test_streamed_wav_of_unknown_length_is_read(tmp_path):
    path = tmp_path / "streamed.wav"
    soundfile.write(path, sine(440, SAMPLING_RATE), SAMPLING_RATE, subtype="PCM_16")
    content = bytearray(path.read_bytes())
    place = content.index(b"data") + 4
    content[place : place + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    assert read_audio(path).shape == (SAMPLING_RATE,)


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


def test_a_table_is_an_error():
    import pandas as pd

    with pytest.raises(ValueError, match="column that holds the paths"):
        check_audio_list(pd.DataFrame({"path": ["a.wav"]}))


@pytest.mark.parametrize("extension", ["aif", "aiff", "au"])
def test_formats_of_libsndfile_need_no_ffmpeg(tmp_path, extension, monkeypatch):
    monkeypatch.setenv("PATH", "")
    signal = np.sin(np.arange(16000) / 20) / 2
    path = tmp_path / f"voice.{extension}"
    soundfile.write(
        path, np.stack([signal, signal], axis=1), 16000, format="AU" if extension == "au" else "AIFF"
    )
    np.testing.assert_allclose(read_audio(str(path), 0), signal, atol=1e-4)
