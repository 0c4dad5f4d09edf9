"""Names of audio files as another system spells them."""

import unicodedata
from pathlib import Path

import pandas as pd
import pytest

from sklearn_raters.datasets import list_audio, load_rated_audio
from sklearn_raters.exceptions import InputError

COMPOSED, APART = (unicodedata.normalize(form, "m\u00fcd\u00e9.wav") for form in ("NFC", "NFD"))


def find(folder, files, samples):
    """Make the files, and return the paths that the samples mean, below the folder."""
    for name in files:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"audio")
    table = pd.DataFrame({"sample": samples, "rater": 1, "label": ["x", "y", "x", "y"][: len(samples)]})
    return [Path(path).relative_to(folder).as_posix() for path in load_rated_audio(table, folder).X]


@pytest.mark.parametrize(
    ("file", "sample"),
    [
        ("b/x.wav", "b\\x.wav"),
        ("b/x.wav", ".\\b\\x"),
        ("b/x.wav", "./b/x.wav"),
        ("b/x.wav", "b//x.wav"),
        ("b/x.wav", "c/../b/x.wav"),
        ("b/X.WAV", "B/x.wav"),
        ("b/X.WAV", "x"),
        (COMPOSED, APART),
        (APART, COMPOSED),
        (f"b/{APART}", f"B\\{COMPOSED.upper()}"),
        ("x.wav", " x.wav "),
        ("x.sph", "x"),
        ("x.caf", "x"),
        ("x.aifc", "x"),
        ("x.OPUS", "x.opus"),
    ],
    ids=ascii,
)
def test_a_name_in_another_spelling_finds_its_file(tmp_path, file, sample):
    assert find(tmp_path, [file, "other.wav"], [sample]) == [file]


def test_a_path_from_the_root_finds_its_file(tmp_path):
    assert find(tmp_path, ["b/x.wav", "x.wav"], [str(tmp_path / "b" / "x.wav")]) == ["b/x.wav"]


@pytest.mark.parametrize("files", [["x.wav", "X.wav"], [COMPOSED, APART], ["b/x.wav", "B/x.wav"]], ids=ascii)
def test_an_exact_name_goes_before_another_spelling(tmp_path, files):
    assert find(tmp_path, files, files) == files


@pytest.mark.parametrize(
    ("files", "sample"),
    [
        (["x.wav", "X.wav"], "X.WAV"),
        (["b/x.wav", "B/x.wav"], "b\\X.wav"),
        (["b/x.wav", "c/X.wav"], "x.WAV"),
    ],
)
def test_a_name_that_may_mean_several_files_is_an_error(tmp_path, files, sample):
    with pytest.raises(InputError, match=r"Samples that fit several audio files \(1\)"):
        find(tmp_path, files, [sample])


def test_two_spellings_of_one_file_are_an_error(tmp_path):
    with pytest.raises(InputError, match=r"'x.wav' and 'X.wav' are the same audio file x.wav"):
        find(tmp_path, ["x.wav"], ["x.wav", "X.wav"])


def test_a_file_of_this_name_in_another_folder_is_another_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"'c/x\.wav'"):
        find(tmp_path, ["b/x.wav"], ["c/x.wav"])


@pytest.mark.parametrize("name", ["take#2.wav", "100%20.wav", "take?2.wav"])
def test_marks_of_web_addresses_are_letters_in_the_names_of_a_bucket(tmp_path, name):
    others = ["take.wav", "100 .wav"]
    assert find(tmp_path, [name, *others], [f"s3://bucket/clips/{name}"]) == [name]


def test_a_version_in_the_name_of_a_bucket_is_left_out(tmp_path):
    assert find(tmp_path, ["take.wav"], ["s3://bucket/take.wav?versionId=3"]) == ["take.wav"]


def test_linked_folders_are_listed_once(tmp_path):
    folder, outside = tmp_path / "audio", tmp_path / "outside"
    for place in (folder / "real", folder / ".hidden", outside):
        place.mkdir(parents=True)
        (place / f"{place.name.strip('.')}.wav").write_bytes(b"audio")
    links = {"a": folder / "real", "b": outside, "c": outside, "d": tmp_path, "e": folder / ".hidden"}
    for name, target in links.items():
        (folder / name).symlink_to(target, target_is_directory=True)
    (outside / "back").symlink_to(folder, target_is_directory=True)
    assert sorted(list_audio(folder, None)) == ["b/outside.wav", "e/hidden.wav", "real/real.wav"]
