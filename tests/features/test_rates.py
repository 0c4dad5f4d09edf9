"""What a front end says about audio of other sampling rates than that of its fit."""

import warnings

import numpy as np
import pytest
import soundfile

from sklearn_raters import OpenSmileFrames, OpenSmileFunctionals
from sklearn_raters.exceptions import InputWarning
from sklearn_raters.features._rates import count_rates, rate_of
from sklearn_raters.persistence import load, save

NOISE = np.random.default_rng(0).normal(scale=0.1, size=4000)


def at(*rates):
    return [(NOISE, rate) for rate in rates]


@pytest.fixture
def files(tmp_path):
    """Files of 8, 16 and 44.1 kHz."""
    paths = [tmp_path / f"{rate}.wav" for rate in (8000, 16000, 44100)]
    for path in paths:
        soundfile.write(path, NOISE, int(path.stem))
    return list(map(str, paths))


def test_the_rate_of_a_file_is_that_of_its_header_and_unknown_where_there_is_none(files, tmp_path):
    (tmp_path / "text.wav").write_text("no audio " * 50)
    items = [*files, tmp_path / "text.wav", "nowhere.wav", (NOISE, np.int64(22050)), (NOISE, "16 kHz")]
    assert [rate_of(item) for item in items] == [8000, 16000, 44100, None, None, 22050, None]
    assert count_rates([*items, files[1]]) == {8000: 1, 16000: 2, 22050: 1, 44100: 1}


@pytest.mark.parametrize("smile", [OpenSmileFrames(), OpenSmileFunctionals("eGeMAPSv02")])
def test_audio_of_a_lower_rate_than_all_of_the_fit_is_told(smile, files):
    smile.fit(files[1:] + files[2:])
    known = r"at least 16000 Hz, mostly 44100 Hz"
    told = rf"lower sampling rate .* \({known}\): Sample 1 \('.*8000.wav'\) with 8000 Hz. Their upper"
    with pytest.warns(InputWarning, match=told):
        smile.transform([files[1], files[0]])


@pytest.mark.parametrize(
    ("fitted", "asked"),
    [
        ([8000, 16000], [8000, 16000, 44100]),
        ([44100], [16000, 22050]),  # features are computed at 16 kHz
        ([], [8000]),
    ],
)
def test_audio_as_good_as_that_of_the_fit_is_no_news(fitted, asked):
    smile = OpenSmileFrames().fit(at(*fitted) if fitted else None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        smile.transform(at(*asked))
        OpenSmileFrames().fit_transform(at(8000, 44100))


def test_frequencies_that_were_never_learnt_are_told():
    smile = OpenSmileFrames().fit(at(8000))
    with pytest.warns(InputWarning, match=r"higher sampling rate .*\(8000 Hz\): Sample 0 with 16000 Hz"):
        smile.warn_of_rates(at(16000))


def test_a_model_file_keeps_the_rates(tmp_path):
    save(OpenSmileFrames().fit(at(8000, 44100, 44100)), tmp_path / "front_end.bin")
    assert load(tmp_path / "front_end.bin").sampling_rates_ == {8000: 1, 44100: 2}


def test_a_file_whose_name_ends_in_raw_is_read_as_any_other(files, tmp_path):
    raw = (tmp_path / "sound.raw").resolve()
    raw.write_bytes((tmp_path / "16000.wav").read_bytes())
    smile = OpenSmileFunctionals().fit([str(raw), files[1]])
    np.testing.assert_array_equal(*smile.transform([str(raw), files[1]]))
