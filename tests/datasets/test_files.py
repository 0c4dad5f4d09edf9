"""Folders and files of corpora that cannot be used: one clear line each."""

import os

import pandas as pd
import pytest

from sklearn_raters.datasets import load_iemocap, load_rated_audio, load_speechocean762, make_rated_speech
from sklearn_raters.exceptions import InputError

VOTES = pd.DataFrame({"sample": ["a"], "rater": ["r"], "label": ["sad"]})


@pytest.mark.parametrize(
    "load",
    [
        load_iemocap,
        load_speechocean762,
        make_rated_speech,
        lambda folder: load_rated_audio(VOTES, folder),
        lambda folder: load_rated_audio(f"{folder}/votes.csv", "."),
    ],
)
def test_the_home_of_an_unknown_user_is_named(load):
    with pytest.raises(InputError, match=r"'~no_such_user/corpus.*there is no home folder ~no_such_user"):
        load("~no_such_user/corpus")


@pytest.mark.parametrize("load", [load_iemocap, lambda folder: load_rated_audio(VOTES, folder)])
def test_a_folder_that_may_not_be_read_is_named(load, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # an administrator may read all folders
    with pytest.raises(PermissionError, match=f"folder {tmp_path} may not be read"):
        load(tmp_path)


def test_audio_that_is_missing_or_empty_may_be_left_to_its_reader(tmp_path):
    (tmp_path / "b.wav").write_bytes(b"RIFF")
    (tmp_path / "c.wav").touch()
    votes = pd.DataFrame({"sample": ["a", "b", "c"], "rater": ["r"] * 3, "label": ["sad"] * 3})
    with pytest.raises(FileNotFoundError):
        load_rated_audio(votes, tmp_path)
    corpus = load_rated_audio(votes, tmp_path, check_audio=False)
    assert [str(tmp_path / name) for name in ("a", "b.wav", "c.wav")] == corpus.X
    assert "0 audio files in the folder have no ratings" in corpus.DESCR
