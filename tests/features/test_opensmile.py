"""The audio transformers: scikit-learn's checks, workers, interrupts, recorded speech."""

import os
import pickle
import signal as signals
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile
from joblib import Memory, parallel_config
from sklearn import config_context
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_checks

from sklearn_raters import (
    BLSTMClassifier,
    FramePooler,
    OpenSmileFrames,
    OpenSmileFunctionals,
    SpeakerScaler,
    SpectralFrames,
    SpectralFunctionals,
)
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.features import _smile
from sklearn_raters.features._smile import count_frames

RATE = 16000
RNG = np.random.default_rng(0)
NOISE = np.random.default_rng(1).normal(scale=0.1, size=5000)


def tone(seconds=0.5):
    return RNG.normal(scale=0.1, size=int(RATE * seconds))


@pytest.fixture
def wavs(tmp_path):
    paths = [tmp_path / f"{number}.wav" for number in range(4)]
    for number, path in enumerate(paths):
        soundfile.write(path, tone(0.3 + 0.1 * number), RATE)
    return [str(path) for path in paths]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@pytest.mark.parametrize(
    "transformer", [OpenSmileFrames(), OpenSmileFunctionals(), SpectralFrames(), SpectralFunctionals()]
)
def test_scikit_learns_checks_without_numeric_data(transformer):
    name = type(transformer).__name__
    estimator_checks.check_estimator(transformer)
    # check_estimator leaves these checks out for transformers that take no table, but these checks need no
    # table.
    estimator_checks.check_no_attributes_set_in_init(name, transformer)
    estimator_checks.check_parameters_default_constructible(name, transformer)
    estimator_checks.check_get_params_invariance(name, transformer)
    estimator_checks.check_set_params(name, transformer)
    estimator_checks.check_estimator_repr(name, transformer)
    estimator_checks.check_mixin_order(name, transformer)
    estimator_checks.check_do_not_raise_errors_in_init_or_set_params(name, transformer)


@pytest.mark.parametrize(
    ("transformer", "n_features"),
    [
        (OpenSmileFrames(), 45),
        (OpenSmileFunctionals(), 988),
        (OpenSmileFunctionals("eGeMAPSv02"), 88),
        (SpectralFrames(), 45),
        (SpectralFunctionals(), 90),
    ],
)
def test_one_result_a_sample_in_order(transformer, n_features, wavs):
    transformer = pickle.loads(pickle.dumps(clone(transformer)))
    together = transformer.transform(wavs)
    assert len(together) == len(wavs)
    for path, values in zip(wavs, together, strict=True):
        alone = transformer.fit_transform([(soundfile.read(path)[0], RATE)])[0]
        np.testing.assert_array_equal(values, alone)
        assert values.dtype == np.float32
        assert values.shape[-1] == n_features
    names = transformer.get_feature_names_out()
    assert names.dtype == object
    assert len(set(names)) == n_features


def test_frames_of_equal_lengths_are_a_list_too():
    frames = OpenSmileFrames().transform([(tone(), RATE), (tone(), RATE)])
    assert isinstance(frames, list)
    assert [sample.shape for sample in frames] == [(count_frames(RATE // 2), 45)] * 2


def test_workers_and_threads_give_the_same_frames(wavs, tmp_path):
    alone = OpenSmileFrames().transform(wavs)
    memory = Memory(tmp_path / "memory", verbose=0)
    together = OpenSmileFrames(n_jobs=2, memory=memory).transform(wavs)
    with parallel_config(backend="threading", n_jobs=2):
        threads = OpenSmileFrames(verbose=1).transform(wavs)
    for one, two, three in zip(alone, together, threads, strict=True):
        np.testing.assert_array_equal(one, two)
        np.testing.assert_array_equal(one, three)


def test_workers_errors_keep_their_message(wavs):
    items = [*wavs, (np.zeros(100), RATE)]
    with pytest.raises(ValueError, match=r"Sample 4 lasts 6.25 ms"):
        OpenSmileFrames(n_jobs=2).transform(items)


def test_a_missing_file_is_named_before_anything_is_extracted(wavs, tmp_path):
    memory = tmp_path / "memory"
    with pytest.raises(FileNotFoundError, match=r"Sample 4 \('nowhere.wav'\)"):
        OpenSmileFrames(memory=memory).transform([*wavs, "nowhere.wav"])
    assert not memory.exists()


def test_frames_extracted_before_an_error_stay_in_the_cache(wavs, tmp_path):
    memory = tmp_path / "memory"
    with pytest.raises(ValueError, match="Sample 4"):
        OpenSmileFrames(memory=memory).transform([*wavs, (np.zeros(100), RATE)])
    assert len(list(memory.rglob("*.npz"))) == 4
    assert not list(memory.rglob("*.partial*"))


def test_progress_goes_to_stderr(wavs, capsys):
    OpenSmileFrames(verbose=1).transform(wavs)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "openSMILE" in shown.err
    OpenSmileFrames().transform(wavs)
    assert capsys.readouterr().err == ""


def test_progress_counts_what_the_cache_holds(wavs, tmp_path, capsys):
    OpenSmileFrames(memory=tmp_path / "cache").transform(wavs[:2])
    OpenSmileFrames(memory=tmp_path / "cache", verbose=1).transform(wavs)
    assert capsys.readouterr().err.startswith("openSMILE lld45: 2 of 4 done")
    OpenSmileFrames(memory=tmp_path / "cache", verbose=1).transform(wavs)
    assert "0 of 4" not in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_an_interrupt_is_not_lost_in_opensmile():
    long = (tone(240), RATE)
    timer = threading.Timer(0.3, lambda: os.kill(os.getpid(), signals.SIGINT))
    OpenSmileFrames().get_feature_names_out()
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        OpenSmileFrames().transform([long] * 3)


@pytest.mark.parametrize(
    "wrong",
    [
        OpenSmileFrames(n_jobs="two"),
        OpenSmileFrames(memory=3),
        OpenSmileFunctionals("ComParE"),
    ],
)
def test_wrong_parameters_are_named(wrong):
    for method in (wrong.fit, wrong.transform):
        with pytest.raises(ValueError, match="parameter of OpenSmile"):
            method([(tone(), RATE)])


@pytest.mark.parametrize("as_pair", [True, False], ids=["signals", "paths"])
def test_frames_stay_a_list_whatever_the_output_container(wavs, as_pair):
    X = [(soundfile.read(path)[0], RATE) for path in wavs] if as_pair else wavs
    with config_context(transform_output="pandas"):
        transformer = OpenSmileFrames()
        for frames in (transformer.fit_transform(X), transformer.transform(X)):
            assert isinstance(frames, list)
            assert {type(sample) for sample in frames} == {np.ndarray}


def test_set_output_makes_tables_of_functionals_and_lists_of_frames(wavs):
    functionals = OpenSmileFunctionals("eGeMAPSv02").set_output(transform="pandas")
    assert functionals.transform(wavs).shape == (4, 88)
    front_end = make_pipeline(OpenSmileFrames(), SpeakerScaler(), FramePooler())
    front_end.set_output(transform="pandas")
    pooled = front_end.fit_transform(wavs)
    assert [sample.shape for sample in pooled] == [(5, 45), (7, 45), (9, 45), (11, 45)]
    assert list(front_end.get_feature_names_out()) == list(OpenSmileFrames().get_feature_names_out())


@pytest.fixture(scope="module")
def speech(speechocean762):
    return sorted((speechocean762 / "flac").glob("*.flac"))[:20]


def test_recorded_speech(speech):
    frames = OpenSmileFrames().transform(speech)
    names = list(OpenSmileFrames().get_feature_names_out())
    for path, sample in zip(speech, frames, strict=True):
        assert len(sample) == count_frames(soundfile.info(path).frames)
    everything = np.concatenate(frames)
    assert np.isfinite(everything).all()
    f0 = everything[:, names.index("F0_sma")]
    assert 80 < np.median(f0[f0 > 50]) < 350
    voiced, loudness = f0 > 50, everything[:, names.index("pcm_loudness_sma")]
    assert loudness[voiced].mean() > 1.5 * loudness[~voiced].mean()


def test_recorded_speech_from_cache(speech, tmp_path):
    transformer = OpenSmileFrames(memory=tmp_path)
    first, second = transformer.transform(speech), transformer.transform(speech)
    assert len(list(tmp_path.rglob("*.npz"))) == len(speech)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("n_jobs", [None, 2])
@pytest.mark.parametrize(
    "transformer", [OpenSmileFrames(), OpenSmileFunctionals("eGeMAPSv02"), SpectralFrames()]
)
def test_broken_samples_are_skipped_on_demand_and_listed_with_their_reasons(
    transformer, n_jobs, wavs, tmp_path
):
    expected = transformer.transform(wavs)
    (tmp_path / "text.wav").write_text("a note\n" * 50)
    (tmp_path / "cut.wav").write_bytes(Path(wavs[0]).read_bytes()[:3000])
    broken = [
        (tmp_path / "text.wav", "cannot be read as audio"),
        (tmp_path / "cut.wav", "cut short"),
        ("nowhere.wav", "no such file"),
        ("~no_such_user/a.wav", "no home folder"),
        ((np.zeros(100), RATE), "too short"),
        ((np.full(5000, np.nan), RATE), "NaN or infinity"),
        ((np.zeros(5000), 3), "the rate 3"),
        ((np.full(5000, 1e-5), RATE), "there is nothing to hear"),
        ((np.stack([NOISE, -NOISE]), RATE), "cancel each other out"),
    ]
    X = [wavs[0], *(item for item, _ in broken), *wavs[1:]]
    skips = clone(transformer).set_params(on_error="skip", n_jobs=n_jobs, memory=tmp_path / "memory")
    for _ in range(2):  # the second time from the cache
        with pytest.warns(InputWarning, match=r"skipped \(9 of 13\), with NaN .*Sample 1 .* cannot be read"):
            found = skips.transform(X)
        assert list(skips.errors_) == list(range(1, 10))
        for (_, reason), text in zip(broken, skips.errors_.values(), strict=True):
            assert reason in text
        kept = [index for index in range(len(X)) if index not in skips.errors_]
        for index, values in zip(kept, expected, strict=True):
            np.testing.assert_array_equal(found[index], values)
        for index in skips.errors_:
            assert np.isnan(found[index]).all()
            assert np.shape(found[index])[-1] == np.shape(expected[0])[-1]
    assert len(skips.transform(wavs)) == len(wavs)
    assert skips.errors_ == {}


def test_an_audio_list_of_which_nothing_can_be_used_is_an_error_in_any_case():
    smile = OpenSmileFrames(on_error="skip")
    with pytest.raises(InputError, match=r"None of the 2 samples can be used. Sample 0 \('a.wav'\)"):
        smile.transform(["a.wav", "b.wav"])
    assert list(smile.errors_) == [0, 1]


def test_a_skipped_sample_is_not_learnt_from(wavs):
    frames = OpenSmileFrames(on_error="skip")
    with (
        pytest.warns(InputWarning, match="skipped"),
        pytest.raises(InputError, match="NaN: sample 2, frame 0"),
    ):
        make_pipeline(frames, BLSTMClassifier(max_epochs=1)).fit(
            [*wavs[:2], "nowhere.wav", wavs[3]], [0, 1, 0, 1]
        )
    with pytest.raises(ValueError, match="'on_error' parameter"):
        OpenSmileFrames(on_error="ignore").transform(wavs)


@pytest.mark.parametrize("transformer", [OpenSmileFrames, SpectralFrames])
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_frames_may_be_written_to_a_folder_and_read_from_there(
    transformer, dtype, wavs, tmp_path, monkeypatch
):
    monkeypatch.setattr("sklearn_raters.features._audio_transformer._SAMPLES_AT_ONCE", 3)
    expected = transformer().transform(wavs)
    smile = transformer(out=tmp_path / "out", dtype=dtype)
    found = smile.transform(wavs)
    for frames, values in zip(found, expected, strict=True):
        assert isinstance(frames, np.memmap)
        assert not frames.flags.writeable
        np.testing.assert_array_equal(frames, values.astype(dtype))
    # Other samples get a folder of their own; the same ones are found again without extraction.
    assert len(smile.transform(wavs[:2])) == 2
    monkeypatch.setattr("sklearn_raters.features._smile._run", None)
    monkeypatch.setattr("sklearn_raters.features._spectra._frames", None)
    again = smile.transform(wavs)
    for frames, values in zip(again, found, strict=True):
        np.testing.assert_array_equal(frames, values)
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_a_folder_of_frames_that_was_changed_is_written_anew(wavs, tmp_path):
    smile = OpenSmileFrames(out=tmp_path)
    found = [np.array(frames) for frames in smile.transform(wavs)]
    (path,) = tmp_path.rglob("*.npy")
    content = bytearray(path.read_bytes())
    content[-10] ^= 1
    path.write_bytes(content)
    for frames, values in zip(smile.transform(wavs), found, strict=True):
        np.testing.assert_array_equal(frames, values)
    path.unlink()
    assert len(smile.transform(wavs)) == 4


def test_skipped_samples_of_a_folder_of_frames_are_listed_each_time(wavs, tmp_path):
    smile = OpenSmileFrames(out=tmp_path, on_error="skip")
    for _ in range(2):
        with pytest.warns(InputWarning, match=r"skipped \(1 of 5\)"):
            frames = smile.transform(["nowhere.wav", *wavs])
        assert list(smile.errors_) == [0]
        assert np.isnan(frames[0]).all()
    with pytest.raises(FileNotFoundError, match=r"Sample 0 .*no such file"):
        OpenSmileFrames(out=tmp_path).transform(["nowhere.wav", *wavs])


def test_a_folder_of_frames_names_files_where_they_are_now(wavs, tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    for name, signal in {"short": NOISE[:100], "quiet": 0 * NOISE, "sound": NOISE}.items():
        soundfile.write(old / f"{name}.wav", signal, RATE)
    names, seen = ["short.wav", "quiet.wav", "sound.wav"], []
    for folder in (old, new):
        if folder == new:
            old.rename(new)
        smile = OpenSmileFrames(out=tmp_path / "out", on_error="skip")
        with pytest.warns(InputWarning, match=rf"Sample 0 .*{folder.name}.short.wav'\) lasts"):
            smile.transform([folder / name for name in names])
        assert f"Sample 1 ({str(folder / 'quiet.wav')!r}): there is" in smile.errors_[1]
        with pytest.warns(InputWarning, match=rf"nothing to hear .*{folder.name}.quiet.wav"):
            OpenSmileFrames(out=tmp_path / "out").transform([folder / name for name in names[1:]])
        seen.append(sorted((tmp_path / "out").iterdir()))
    assert seen[0] == seen[1]


def test_samples_skipped_for_want_of_ffmpeg_are_tried_again_when_it_is_there(wavs, tmp_path, monkeypatch):
    (tmp_path / "text.wav").write_text("a note\n" * 50)
    smile, X = OpenSmileFrames(out=tmp_path / "out", on_error="skip"), [*wavs, tmp_path / "text.wav"]
    runs, run = [], _smile._run
    monkeypatch.setattr(_smile, "_run", lambda *given: runs.append(1) or run(*given))
    n_runs = []
    for path in ("", "", str(tmp_path)):
        if path:
            (tmp_path / "ffmpeg").write_text("#!/bin/sh\nexit 1\n")
            (tmp_path / "ffmpeg").chmod(0o755)
        monkeypatch.setenv("PATH", path)
        with pytest.warns(InputWarning, match=r"skipped \(1 of 5\)"):
            smile.transform(X)
        n_runs.append(len(runs))
    assert n_runs == [4, 4, 8]


@pytest.mark.parametrize("first", ["skip", "raise"])
def test_a_folder_of_frames_keeps_apart_what_skips_silence_and_what_warns_of_it(wavs, tmp_path, first):
    silence = (np.zeros(16000), 16000)
    for on_error in (first, "raise" if first == "skip" else "skip"):
        smile = OpenSmileFrames(out=tmp_path, on_error=on_error)
        with pytest.warns(InputWarning):
            frames = smile.transform([wavs[0], silence])
        assert np.isnan(frames[1]).all() == (on_error == "skip")
        assert list(getattr(smile, "errors_", [])) == ([1] if on_error == "skip" else [])


def test_half_precision_is_that_of_a_folder(wavs):
    with pytest.raises(InputError, match=r"dtype='float16' .* give a folder as out="):
        OpenSmileFrames(dtype="float16").transform(wavs)
