"""load_rated_audio: the long table, its audio files, and errors for missing and ambiguous files."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from made import check_corpus
from sklearn_raters.datasets import load_rated_audio
from sklearn_raters.exceptions import InputError

VOTES = """clip,worker,answer,who,when
010,w2,sad,Ann,1
010,w1,happy,Ann,1
010,w1,sad,Ann,1
b/clip2,w1,angry,Bob,1
c3.WAV,w2,,Ann,2
c3.WAV,w1,happy,Ann,2
"""
NAMES = {"sample": "clip", "rater": "worker", "label": "answer"}


@pytest.fixture
def folder(tmp_path):
    for name in ["010.wav", "b/clip2.flac", "c3.WAV", "unrated.mp3", "notes.txt", "._010.wav"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"audio")
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "010.wav").write_bytes(b"audio")
    return tmp_path


@pytest.fixture
def votes(folder):
    (folder / "votes.csv").write_text(VOTES)
    return folder / "votes.csv"


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_samples_of_the_table_are_matched_with_their_files(folder, votes):
    corpus = load_rated_audio(votes, folder, **NAMES, speaker="who", session="when")
    check_corpus(corpus)
    found = [Path(path).relative_to(folder).as_posix() for path in corpus.X]
    assert found == ["010.wav", "b/clip2.flac", "c3.WAV"]
    assert corpus.Y.index.tolist() == ["010", "b/clip2", "c3.WAV"]
    assert corpus.Y.index.name == "clip"
    assert corpus.Y["w1"].tolist() == [("happy", "sad"), "angry", "happy"]
    assert corpus.Y["w2"].isna().tolist() == [False, True, True]
    assert corpus.consensus.tolist() == ["sad", "angry", "happy"]
    assert corpus.speakers.tolist() == ["Ann", "Bob", "Ann"]
    assert corpus.sessions.tolist() == ["1", "1", "2"]
    assert corpus.classes == ["angry", "happy", "sad"]
    assert corpus.label_map is None
    assert "1 audio files in the folder have no ratings" in corpus.DESCR
    assert "1 rows of the table have no label" in corpus.DESCR
    assert "2 values of column 'when'" in corpus.DESCR


@pytest.mark.parametrize("kind", [list, np.array, pd.Index])
def test_classes_may_be_an_array_where_a_row_has_no_label(folder, votes, kind):
    corpus = load_rated_audio(votes, folder, **NAMES, classes=kind(["angry", "happy", "sad"]))
    assert "1 rows of the table have no label" in corpus.DESCR


def test_rows_without_a_label_are_counted_as_labels_are_read(folder, votes):
    change(votes, "angry", "angry|x")
    change(votes, "w2,sad", "w2,NA")
    reading = {"missing_label": ["Happy", "x"], "label_separator": "|"}
    corpus = load_rated_audio(votes, folder, **NAMES, **reading)
    assert "4 rows of the table have no label" in corpus.DESCR
    corpus = load_rated_audio(votes, folder, **NAMES, **reading, classes=["NA", "sad", "angry"])
    assert "3 rows of the table have no label" in corpus.DESCR


def test_without_a_speaker_or_session_column_there_are_no_groups(folder, votes):
    corpus = load_rated_audio(votes, folder, **NAMES)
    assert corpus.speakers is None
    assert corpus.sessions is None
    assert "not known" in corpus.DESCR


def test_without_a_session_column_the_speakers_are_the_sessions(folder, votes):
    corpus = load_rated_audio(votes, folder, **NAMES, speaker="who")
    assert corpus.sessions.tolist() == ["Ann", "Bob", "Ann"]
    by_session = load_rated_audio(votes, folder, **NAMES, session="when")
    assert by_session.speakers is None
    assert by_session.sessions.tolist() == ["1", "1", "2"]


def test_a_data_frame_and_a_tab_separated_file_give_the_same_ratings(folder, votes):
    expected = load_rated_audio(votes, folder, **NAMES).Y
    table = pd.read_csv(votes, dtype=str)
    before = table.copy()
    assert load_rated_audio(table, folder, **NAMES).Y.equals(expected)
    assert table.equals(before)
    (folder / "votes.tsv").write_text(VOTES.replace(",", "\t"))
    assert load_rated_audio(str(folder / "votes.tsv"), str(folder), **NAMES).Y.equals(expected)


def test_names_that_look_like_numbers_or_missing_values_stay_names(tmp_path):
    for name in ("007", "NA", "1e3"):
        (tmp_path / f"{name}.wav").write_bytes(b"audio")
    table = tmp_path / "t.csv"
    table.write_text("sample,rater,label\n007,01,3\nNA,None,1\n1e3,01,3\n")
    corpus = load_rated_audio(table, tmp_path)
    assert corpus.Y.index.tolist() == ["007", "NA", "1e3"]
    assert corpus.Y.columns.tolist() == ["01", "None"]
    assert corpus.classes == [1, 3]


def test_integer_names_in_a_frame(tmp_path):
    (tmp_path / "7.wav").write_bytes(b"audio")
    table = pd.DataFrame({"sample": [7, 7], "rater": [1, 2], "label": ["a", "b"]})
    corpus = load_rated_audio(table, tmp_path)
    assert Path(corpus.X[0]) == tmp_path / "7.wav"
    assert corpus.Y.columns.tolist() == [1, 2]


def test_the_error_for_a_missing_column_names_the_columns_of_the_table(folder, votes):
    with pytest.raises(ValueError, match=r"votes.csv has no column for sample='s', label='l'"):
        load_rated_audio(votes, folder, sample="s", label="l")
    with pytest.raises(ValueError, match="table has no column for speaker='x'; its columns are 'cl"):
        load_rated_audio(pd.read_csv(votes), folder, **NAMES, speaker="x")
    with pytest.raises(ValueError, match="no column for sample='clip'"):
        load_rated_audio(votes.rename(folder / "votes.tsv"), folder, **NAMES)


def test_the_error_for_a_missing_column_names_those_of_the_file_and_the_argument(folder, votes):
    message = r"'clip', 'worker', 'answer', 'who', 'when'. Name the right ones, as by speaker=\."
    with pytest.raises(InputError, match=message):
        load_rated_audio(votes, folder, **NAMES, speaker="Who")


def test_missing_audio_is_counted_and_named(folder, votes):
    (folder / "010.wav").unlink()
    (folder / "b/clip2.flac").unlink()
    with pytest.raises(
        FileNotFoundError, match=r"without an audio file \(2\): '010', 'b/clip2'; put the files"
    ):
        load_rated_audio(votes, folder, **NAMES)


def test_only_the_first_few_missing_are_named(folder):
    table = pd.DataFrame({"sample": [f"s{i}" for i in range(9)], "rater": "r", "label": "a"})
    with pytest.raises(
        FileNotFoundError, match=r"an audio file \(9\): 's0', 's1', 's2', 's3', 's4' and 4 more;"
    ):
        load_rated_audio(table, folder)


def test_empty_audio(folder, votes):
    (folder / "c3.WAV").write_bytes(b"")
    with pytest.raises(ValueError, match=r"Empty audio files, of 0 bytes \(1\): 'c3.WAV'"):
        load_rated_audio(votes, folder, **NAMES)


def test_two_files_of_one_name(folder, votes):
    (folder / "b/010.wav").write_bytes(b"audio")
    with pytest.raises(
        ValueError, match=r"Samples that fit several audio files .1.: 010 \('010.wav', 'b/010.wav'\)"
    ):
        load_rated_audio(votes, folder, **NAMES)
    change(votes, "\n010,", "\nb/010,")
    corpus = load_rated_audio(votes, folder, **NAMES)
    assert corpus.X[0] == str(folder / "b/010.wav")


def test_one_recording_in_two_forms_needs_the_extension(folder):
    (folder / "010.mp3").write_bytes(b"audio")
    table = pd.DataFrame({"sample": ["010"], "rater": ["r"], "label": ["a"]})
    with pytest.raises(ValueError, match=r"'010.mp3', '010.wav'.*choose one extension by extension="):
        load_rated_audio(table, folder)
    for extension in ("mp3", ".MP3"):
        corpus = load_rated_audio(table, folder, extension=extension)
        assert Path(corpus.X[0]) == folder / "010.mp3"


def test_the_path_from_the_folder_goes_before_the_bare_name(folder):
    (folder / "b/010.wav").write_bytes(b"audio")
    table = pd.DataFrame({"sample": ["010.wav"], "rater": ["r"], "label": ["a"]})
    corpus = load_rated_audio(table, folder)
    assert Path(corpus.X[0]) == folder / "010.wav"


def test_two_names_of_one_file(folder, votes):
    change(votes, "c3.WAV,w1", "c3,w1")
    with pytest.raises(ValueError, match=r"'c3.WAV' and 'c3' are the same audio file c3.WAV"):
        load_rated_audio(votes, folder, **NAMES)


def test_a_sample_has_one_speaker(folder, votes):
    change(votes, "010,w2,sad,Ann", "010,w2,sad,Bob")
    with pytest.raises(ValueError, match=r"'who' .*gives sample '010' several values: 'Bob', 'Ann'"):
        load_rated_audio(votes, folder, **NAMES, speaker="who")


def test_a_sample_without_speaker(folder, votes):
    change(votes, "angry,Bob", "angry,")
    with pytest.raises(ValueError, match=r"'who' .*is empty for the samples 'b/clip2'; fill it"):
        load_rated_audio(votes, folder, **NAMES, speaker="who")


def test_rows_without_sample_or_rater(folder, votes):
    change(votes, "b/clip2,w1", ",w1")
    with pytest.raises(ValueError, match="Line 5 of the ratings table names no sample"):
        load_rated_audio(votes, folder, **NAMES)
    change(votes, ",w1,angry", "b/clip2,,angry")
    with pytest.raises(ValueError, match="Line 5 of the ratings table names no rater"):
        load_rated_audio(votes, folder, **NAMES)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"is empty \(0 bytes\)"),
        ("clip,worker,answer\n", "has no rows: there are no ratings"),
        ("clip,worker,answer\n010,w1,\n", "There are no ratings"),
        ('clip,worker,answer\n010,w1,"sad\n', "cannot be read as text separated by ','"),
        ("version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer.*git lfs pull"),
    ],
)
def test_tables_without_ratings(folder, votes, text, message):
    votes.write_text(text)
    with pytest.raises(ValueError, match=message):
        load_rated_audio(votes, folder, **NAMES)


def test_missing_table_and_folder(folder, votes):
    with pytest.raises(FileNotFoundError, match=r"no file .*nowhere.csv; give a table .CSV, TSV"):
        load_rated_audio(folder / "nowhere.csv", folder, **NAMES)
    with pytest.raises(FileNotFoundError, match=r"no folder .*nowhere; give the folder that holds"):
        load_rated_audio(votes, folder / "nowhere", **NAMES)


def test_integer_labels_stay_integers_if_a_cell_is_empty(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    (tmp_path / "b.wav").write_bytes(b"RIFF")
    (tmp_path / "votes.csv").write_text("sample,rater,label\na,x,1\na,y,\nb,x,2\nb,y,2\n")
    corpus = load_rated_audio(tmp_path / "votes.csv", tmp_path)
    assert [str(name) for name in corpus.classes] == ["1", "2"]
    assert corpus.consensus.tolist() == [1, 2]


def test_columns_may_be_numbers(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.wav").write_bytes(b"RIFF")
    table = pd.DataFrame([("a", "u", "x", "s1"), ("b", "u", "y", "s2")])
    corpus = load_rated_audio(table, tmp_path, sample=0, rater=1, label=2, speaker=3)
    assert corpus.Y["u"].tolist() == ["x", "y"]
    assert corpus.speakers.tolist() == ["s1", "s2"]
