"""make_rated_speech: reproducible, written completely or not at all, laid out like IEMOCAP, learnable."""

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.io import wavfile
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict

from sklearn_raters.consensus import hard_labels
from sklearn_raters.datasets import load_iemocap, make_rated_speech
from sklearn_raters.datasets._iemocap_tree import unique_majority
from sklearn_raters.datasets._made_raters import (
    EMOTIONS,
    EXPRESSION,
    POINTS,
    RATERS,
    assign_raters,
    hear,
    mixture_of,
)
from sklearn_raters.datasets._voices import CUES, RATE, draw_voice, speak
from sklearn_raters.features import OpenSmileFrames, SpeakerScaler
from sklearn_raters.ratings import Task, rater_summary

SMALL = {"n_sessions": 2, "n_utterances": 24}


@pytest.fixture(scope="module")
def default_root(tmp_path_factory):
    return make_rated_speech(tmp_path_factory.mktemp("made") / "corpus", random_state=0)


@pytest.fixture(scope="module")
def default_corpus(default_root):
    return load_iemocap(default_root, strict=True)


def contents(root):
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def votes_of(ratings):
    cells = ratings.dropna()
    return [label for cell in cells for label in (cell if isinstance(cell, tuple) else (cell,))]


# Files and folders


def test_the_loader_finds_no_difference_between_the_annotation_forms(default_corpus):
    assert default_corpus.differences == []
    assert len(default_corpus.X) == 360
    assert Counter(default_corpus.sessions) == dict.fromkeys(range(1, 6), 72)
    expected = [f"Ses0{session}{sex}" for session in range(1, 6) for sex in "FM"]
    assert sorted(set(default_corpus.speakers)) == expected
    assert list(default_corpus.Y.columns) == ["E1", "E2", "E3", "E4", "E5", "E6"]


def test_the_written_majority_is_that_of_the_ratings(default_corpus):
    assert default_corpus.consensus.tolist() == hard_labels(default_corpus.Y).tolist()


@pytest.mark.parametrize(
    ("votes", "majority"),
    [
        ({"E1": ("anger",), "E2": ("anger",), "E4": ("neutral",)}, "anger"),
        ({"E1": ("anger",), "E2": ("sadness",), "E4": ("neutral",)}, None),
        ({"E1": ("anger", "sadness"), "E2": ("sadness",), "E4": ("neutral",)}, "sadness"),
        ({"E1": ("anger", "sadness"), "E2": ("sadness", "anger")}, None),
        ({"E1": ("other",)}, "other"),
    ],
)
def test_unique_majority(votes, majority):
    assert unique_majority(votes) == majority


def test_audio_has_the_length_given_in_the_dialog_and_is_not_clipped(default_corpus):
    for path, (start, end) in zip(default_corpus.X, default_corpus.times, strict=True):
        rate, signal = wavfile.read(path)
        assert (rate, signal.dtype, signal.ndim) == (RATE, np.int16, 1)
        assert len(signal) / rate == pytest.approx(end - start, abs=2e-4)
        assert 0.5 < end - start < 5
        assert np.abs(signal).max() > 500
        assert np.mean(np.abs(signal) == 32767) < 0.001, f"{path} is clipped"


def test_irregularities_of_the_real_corpus_are_written(default_root):
    evaluation = default_root / "Session2" / "dialog" / "EmoEvaluation"
    summary = (evaluation / "Ses02F_impro01.txt").read_bytes()
    assert b"\r\n" in summary
    assert b"C-F2:\t" in summary, "no ratings by the speaker"
    for folder in ("Categorical", "Attribute", "Self-evaluation"):
        names = [path.name for path in (evaluation / folder).iterdir()]
        assert any(name.endswith(".anvil") for name in names)
        assert any(name.startswith("._") for name in names)
    texts = [path.read_text() for path in default_root.glob("*/dialog/EmoEvaluation/Ses*.txt")]
    assert any("(Anger; or Sadness; hard to tell)" in text for text in texts)
    transcription = default_root / "Session2" / "dialog" / "transcriptions" / "Ses02F_impro01.txt"
    assert transcription.read_text().startswith("Ses02F_impro01_F000 [")


def test_the_truth_names_every_utterance(default_root, default_corpus):
    with (default_root / "made_truth.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["utterance"] for row in rows) == sorted(default_corpus.Y.index)
    shares = np.array([[float(row[emotion]) for emotion in EMOTIONS] for row in rows])
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-5)


# Written completely or not at all


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_bytes(tmp_path):
    one = contents(make_rated_speech(tmp_path / "one", **SMALL, random_state=3))
    two = contents(make_rated_speech(tmp_path / "two", **SMALL, random_state=3))
    three = contents(make_rated_speech(tmp_path / "three", **SMALL, random_state=4))
    assert one == two
    assert one != three


def test_a_finished_corpus_of_the_same_settings_is_reused(tmp_path):
    root = make_rated_speech(str(tmp_path / "made"), **SMALL, random_state=0)
    assert isinstance(root, Path)
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    assert make_rated_speech(root, **SMALL, random_state=0) == root
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before


@pytest.mark.parametrize("other", [{"random_state": 1}, {"random_state": None}, {"n_utterances": 25}])
def test_a_corpus_of_other_settings_is_left_alone(tmp_path, other):
    root = make_rated_speech(tmp_path / "made", **SMALL, random_state=0)
    before = contents(root)
    with pytest.raises(FileExistsError, match=r"made corpus with other settings.*name a new or empty"):
        make_rated_speech(root, **SMALL | {"random_state": 0} | other)
    assert contents(root) == before


@pytest.mark.parametrize("stamp", [None, "{broken", '["list"]'])
def test_a_folder_with_other_files_is_left_alone(tmp_path, stamp):
    (tmp_path / "thesis.txt").write_text("years of work")
    if stamp:
        (tmp_path / "made_speech.json").write_text(stamp)
    before = contents(tmp_path)
    with pytest.raises(FileExistsError, match="name a new or empty folder"):
        make_rated_speech(tmp_path, **SMALL, random_state=0)
    assert contents(tmp_path) == before


def test_a_file_in_place_of_the_folder_is_left_alone(tmp_path):
    (tmp_path / "made").write_text("a file")
    with pytest.raises(FileExistsError, match="name a new or empty folder"):
        make_rated_speech(tmp_path / "made", **SMALL, random_state=0)
    assert (tmp_path / "made").read_text() == "a file"


def test_an_empty_folder_and_missing_parents_are_fine(tmp_path):
    (tmp_path / "empty").mkdir()
    for root in (tmp_path / "empty", tmp_path / "new" / "deep" / "made"):
        assert len(load_iemocap(make_rated_speech(root, **SMALL, random_state=0)).X) == 24


def test_an_interrupted_write_leaves_nothing(tmp_path):
    # SIGINT arrives while sounds are made; the process must end by KeyboardInterrupt.
    code = (
        "import os, signal, threading, sys\n"
        "from sklearn_raters.datasets import make_rated_speech\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "make_rated_speech(sys.argv[1], n_sessions=9, n_utterances=3000, random_state=0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "made")], capture_output=True, text=True
    )
    assert "KeyboardInterrupt" in done.stderr
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_sessions": 0}, "n_sessions must be an integer of at least 1, got 0"),
        ({"n_sessions": 2.0}, "n_sessions must be an integer"),
        ({"n_sessions": 5, "n_utterances": 59}, "give at least 60"),
        ({"difficulty": 0}, "difficulty must be"),
        ({"difficulty": float("nan")}, "difficulty must be"),
    ],
)
def test_bad_settings_write_nothing(tmp_path, settings, message):
    with pytest.raises(ValueError, match=message):
        make_rated_speech(tmp_path / "made", **settings)
    assert os.listdir(tmp_path) == []


def test_the_stamp_holds_the_settings(default_root):
    stamp = json.loads((default_root / "made_speech.json").read_text())
    assert (stamp["n_sessions"], stamp["n_utterances"], stamp["random_state"]) == (5, 360, 0)


# Raters


def test_three_outside_raters_an_utterance_and_guests_in_every_session(default_corpus):
    rated = default_corpus.Y.notna()
    assert (rated.sum(axis=1) == 3).all()
    per_session = rated.groupby(default_corpus.sessions).sum()
    assert (per_session[["E1", "E2", "E4"]] > 40).all(axis=None)
    assert (per_session[["E5", "E6"]] == 13).all(axis=None)
    assert per_session["E3"].tolist() == [18, 0, 0, 0, 0]


def test_raters_prefer_different_labels(default_corpus):
    Y = default_corpus.Y
    share = {rater: np.mean(np.array(votes_of(Y[rater])) == "neutral") for rater in Y}
    assert share["E1"] < 0.15 < share["E2"] < share["E4"] < share["E5"]
    several = {rater: sum(isinstance(cell, tuple) for cell in Y[rater]) for rater in Y}
    assert several["E4"] == max(several.values())
    assert several["E4"] > 10


def test_ambiguity_leaves_some_utterances_without_a_majority(default_corpus):
    missing = np.mean([label is None for label in default_corpus.consensus])
    assert 0.08 < missing < 0.35
    summary = rater_summary(Task(default_corpus.Y, default_corpus.classes, default_corpus.label_map))
    assert len(summary) == 8


@given(n=st.integers(4, 200), session=st.integers(1, 9), seed=st.integers(0, 99))
def test_teams_have_three_raters_and_the_guests_quotas(n, session, seed):
    teams = assign_raters(n, session, np.random.RandomState(seed))
    assert len(teams) == n
    assert {len(set(team)) for team in teams} == {3}
    assert sum("E5" in team for team in teams) == round(0.18 * n) >= 1
    assert any("E3" in team for team in teams) == (session == 1)


@given(st.lists(st.floats(-1, 1), min_size=3, max_size=3))
def test_a_mixture_is_a_distribution(point):
    mixture = mixture_of(np.array(point))
    assert mixture.min() >= 0
    assert mixture.sum() == pytest.approx(1)


def test_the_frequent_emotions_are_the_most_likely_at_their_points():
    leaders = [mixture_of(point).argmax() for point in POINTS]
    frequent = [list(EMOTIONS).index(e) for e in ("neutral", "anger", "happiness", "sadness")]
    assert [leaders[k] for k in frequent] == frequent


def test_without_noise_the_perceived_point_is_the_expressed_one():
    sure = RATERS["E2"]._replace(blur=0.0)
    point = np.array([0.6, -0.4, 0.2])
    cues = EXPRESSION @ point
    heard = hear(sure, point, cues, 1e-3, 0.0, np.random.RandomState(0))
    np.testing.assert_allclose(heard, point, atol=1e-4)


def test_raters_perceive_the_same_noisy_voice_differently():
    cues = np.array([1.0, -1, 1, -1, 1, -1, 1, -1, 1])
    heard = [
        hear(rater._replace(blur=0.0), np.zeros(3), cues, 1.0, 0.0, np.random.RandomState(0))
        for rater in RATERS.values()
    ]
    distances = np.linalg.norm(np.array(heard)[:, None] - heard, axis=2)
    assert distances[~np.eye(len(heard), dtype=bool)].min() > 0.05


# Voices


def sound_of(seed, sex="M", **changed):
    cues = np.zeros(len(CUES))
    for cue, value in changed.items():
        cues[CUES.index(cue)] = value
    random_state = np.random.RandomState(seed)
    voice = draw_voice(sex, random_state)
    signal, text = speak(voice, cues, 8, random_state)
    return signal.astype(float), text, voice


def test_words_spell_the_syllables():
    _, text, _ = sound_of(0)
    letters = text.replace(" ", "").rstrip(".").lower()
    assert len(letters) == 16
    assert set(letters[1::2]) <= set("aeiou")


def test_a_unit_of_loudness_is_three_decibels():
    quiet, loud = (np.std(sound_of(0, loudness=value)[0]) for value in (0, 2))
    assert 20 * np.log10(loud / quiet) == pytest.approx(6, abs=0.2)


def test_a_faster_voice_takes_less_time():
    slow, fast = (len(sound_of(0, rate=value)[0]) for value in (-2, 2))
    assert fast < 0.75 * slow


def test_a_brighter_voice_has_more_energy_above_1_khz():
    def share_above(signal):
        power = np.abs(np.fft.rfft(signal)) ** 2
        return power[np.fft.rfftfreq(len(signal), 1 / RATE) > 1000].sum() / power.sum()

    dark, bright = (share_above(sound_of(0, brightness=value)[0]) for value in (-2, 2))
    assert bright > 2 * dark


@pytest.mark.parametrize("sex", ["F", "M"])
def test_the_pitch_is_that_of_the_voice_and_rises_with_its_cue(sex):
    def median_pitch(**changed):
        signal, _, voice = sound_of(5, sex, span=-3, roughness=-3, **changed)
        pitches = []
        for start in range(0, len(signal) - 800, 400):
            frame = signal[start : start + 800]
            if frame.std() > 0.5 * signal.std():
                lags = np.correlate(frame, frame, "full")[799:]
                lowest, highest = RATE // 400, RATE // 60
                pitches.append(RATE / (lowest + lags[lowest:highest].argmax()))
        return np.median(pitches) / voice["f0"]

    # The pitch falls by 2.5 semitones over a phrase, so the middle lies about 1.25 below the start.
    assert 12 * np.log2(median_pitch()) == pytest.approx(-1.25, abs=1.5)
    assert 12 * np.log2(median_pitch(pitch=2) / median_pitch(pitch=-2)) == pytest.approx(7.2, abs=1)


# Difficulty


def test_an_ordinary_classifier_predicts_the_consensus_well_but_not_perfectly(default_corpus):
    y = hard_labels(Task(default_corpus.Y, default_corpus.classes, default_corpus.label_map))
    kept = np.flatnonzero([label is not None for label in y])
    assert 200 <= len(kept) <= 300
    frames = OpenSmileFrames().transform([default_corpus.X[index] for index in kept])
    frames = SpeakerScaler().fit_transform(frames, speakers=default_corpus.speakers[kept])
    X = np.array([np.concatenate([sample.mean(axis=0), sample.std(axis=0)]) for sample in frames])
    y, sessions = y[kept].astype(str), default_corpus.sessions[kept]
    model = LogisticRegression(C=0.01, max_iter=1000)
    predicted = cross_val_predict(model, X, y, groups=sessions, cv=LeaveOneGroupOut())
    # Chance is 0.25.
    assert 0.45 < recall_score(y, predicted, average="macro") < 0.75


def test_the_folder_may_be_a_link_to_an_empty_one(tmp_path):
    (tmp_path / "place").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "place")
    root = make_rated_speech(tmp_path / "link", n_sessions=1, n_utterances=12, random_state=0)
    assert (root / "made_truth.csv").is_file()
    assert (tmp_path / "place" / "Session1").is_dir()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "place"]
