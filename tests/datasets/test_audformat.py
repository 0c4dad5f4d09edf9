"""load_audformat and save_audformat on small databases."""

import pathlib
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.utils import Bunch

from made import check_corpus
from sklearn_raters.datasets import load_audformat, load_rated_audio, save_audformat
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.ratings import Task

with warnings.catch_warnings():
    # What newer versions of pandas say of audformat's own code.
    warnings.simplefilter("ignore", DeprecationWarning)
    audformat = pytest.importorskip("audformat")

FILES = ["wav/a.wav", "wav/b.wav", "wav/c.wav"]
RATERS = {"r1": [None, "happy", None], "r2": ["sad", "neutral", None]}


@pytest.fixture
def database(tmp_path):
    """Return a database of three files, rated in two tables, with a consensus that is not the majority."""
    db = audformat.Database("small", source="made", license="CC0-1.0")
    db.schemes["emotion"] = audformat.Scheme(labels=["sad", "neutral", "happy", "angry"])
    db.schemes["speaker"] = audformat.Scheme(labels=["s1", "s2"])
    db.schemes["arousal"] = audformat.Scheme("float", minimum=0, maximum=1)
    for name, kind in {"r1": "human", "r2": "human", "r3": "human", "gold": "vote"}.items():
        db.raters[name] = audformat.Rater(kind)
    db["one"] = audformat.Table(audformat.filewise_index(FILES))
    for rater, labels in RATERS.items():
        db["one"][f"emotion.{rater}"] = audformat.Column(scheme_id="emotion", rater_id=rater)
        db["one"][f"emotion.{rater}"].set(labels)
    db["one"]["arousal"] = audformat.Column(scheme_id="arousal", rater_id="r1")
    db["one"]["arousal"].set([0.1, 0.5, 0.9])
    db["one"]["speaker"] = audformat.Column(scheme_id="speaker")
    db["one"]["speaker"].set(["s1", "s1", "s2"])
    db["two"] = audformat.Table(audformat.filewise_index(FILES[1:]))
    db["two"]["emotion"] = audformat.Column(scheme_id="emotion", rater_id="r3")
    db["two"]["emotion"].set(["happy", "sad"])
    db["gold"] = audformat.Table(audformat.filewise_index(FILES[:2]))
    db["gold"]["emotion"] = audformat.Column(scheme_id="emotion", rater_id="gold")
    db["gold"]["emotion"].set(["neutral", "happy"])
    (tmp_path / "wav").mkdir()
    for name in FILES:
        (tmp_path / name).write_bytes(b"RIFF")
    db.save(str(tmp_path), storage_format="csv")
    return db


@pytest.mark.parametrize("form", ["folder", "database"])
def test_ratings_come_from_all_tables(database, tmp_path, form):
    corpus = load_audformat(tmp_path if form == "folder" else database)
    check_corpus(corpus)
    assert corpus.Y.index.tolist() == FILES
    assert corpus.Y.columns.tolist() == ["r1", "r2", "r3"]
    expected = [["", "sad", ""], ["happy", "neutral", "happy"], ["", "", "sad"]]
    assert corpus.Y.fillna("").to_numpy().tolist() == expected
    assert corpus.consensus.tolist() == ["neutral", "happy", None]
    assert corpus.speakers.tolist() == corpus.sessions.tolist() == ["s1", "s1", "s2"]
    assert corpus.classes == ["sad", "neutral", "happy"]
    assert [str(tmp_path / name) for name in FILES] == corpus.X
    assert "licence: CC0-1.0" in corpus.DESCR


def test_one_table_and_samples_without_agreement(database):
    corpus = load_audformat(
        database, tables=["one", "gold"], no_agreement="drop", label_map={"neutral": None}
    )
    assert corpus.Y.columns.tolist() == ["r1", "r2"]
    assert corpus.classes == ["sad", "happy"]
    assert load_audformat(database, tables=["one"]).consensus.tolist() == ["sad", None]


def test_tables_may_be_an_array(database):
    corpus = load_audformat(database, tables=np.array(["one", "gold"]))
    assert corpus.Y.columns.tolist() == ["r1", "r2"]


def test_scores_become_classes_by_bins(database):
    bins = {"edges": [0, 0.3, 1], "names": ["low", "high"]}
    corpus = load_audformat(database, "arousal", bins=bins)
    assert corpus.Y["r1"].tolist() == ["low", "high", "high"]
    assert corpus.classes == ["low", "high"]


def test_parts_of_files_are_written_as_files(database, tmp_path):
    import audiofile

    audiofile.write(str(tmp_path / "wav/a.wav"), np.arange(800, dtype="float32") / 1000, 100, bit_depth=32)
    index = audformat.segmented_index(["wav/a.wav", "wav/a.wav"], ["0s", "1.5s"], ["1s", "4s"])
    for name in ("two", "gold"):
        database.drop_tables(name)
    table = database["one"] = audformat.Table(index)
    table["emotion"] = audformat.Column(scheme_id="emotion", rater_id="r1")
    table["emotion"].set(["sad", "happy"])
    with pytest.raises(
        InputError, match=r"2 samples are parts of a file, such as 'wav/a.wav:0-1': give segm"
    ):
        load_audformat(database)
    corpus = load_audformat(database, segments_dir=tmp_path / "parts")
    assert corpus.Y.index.tolist() == ["wav/a.wav:0-1", "wav/a.wav:1.5-4"]
    assert corpus.speakers is None
    signal, rate = audiofile.read(corpus.X[1])
    assert rate == 100
    np.testing.assert_allclose(signal, np.arange(150, 400) / 1000, atol=1e-4)


def test_parts_of_files_that_differ_in_their_ending_alone_stay_apart(tmp_path):
    import audiofile

    files = ["a.wav", "a.flac"]
    for name, level in zip(files, (0.25, 0.5), strict=True):
        audiofile.write(str(tmp_path / name), np.full(200, level, dtype="float32"), 100)
    db = audformat.Database("endings")
    db.schemes["emotion"] = audformat.Scheme(labels=["sad", "happy"])
    db.raters["r1"] = audformat.Rater("human")
    db["one"] = audformat.Table(audformat.segmented_index(files, ["0s", "0s"], ["1s", "1s"]))
    db["one"]["emotion"] = audformat.Column(scheme_id="emotion", rater_id="r1")
    db["one"]["emotion"].set(["sad", "happy"])
    db.save(str(tmp_path))
    corpus = load_audformat(tmp_path, segments_dir=tmp_path / "parts")
    levels = [audiofile.read(path)[0].mean() for path in corpus.X]
    np.testing.assert_allclose(levels, [0.25, 0.5], atol=1e-3)


@pytest.fixture
def segmented(tmp_path):
    """Return the folder of a database of two parts of each of two files of 2 s, and one whole file."""
    import audiofile

    (tmp_path / "db").mkdir()
    for name in ("a", "b", "c"):
        audiofile.write(str(tmp_path / "db" / f"{name}.wav"), np.full(200, 0.25, dtype="float32"), 100)
    db = audformat.Database("parts")
    db.schemes["emotion"] = audformat.Scheme(labels=["sad", "happy"])
    db.raters["r1"] = audformat.Rater("human")
    ends = ["1s", "2s", "1s", pd.NaT]
    index = audformat.segmented_index(["a.wav", "a.wav", "b.wav", "b.wav"], ["0s", "1s", "0s", "1s"], ends)
    tables = {"parts": index, "whole": audformat.filewise_index(["c.wav"])}
    for name, samples in tables.items():
        db[name] = audformat.Table(samples)
        db[name]["emotion"] = audformat.Column(scheme_id="emotion", rater_id="r1")
        db[name]["emotion"].set(["sad", "happy", "happy", "sad"][: len(samples)])
    db.save(str(tmp_path / "db"))
    return tmp_path / "db"


def damage(file, how):
    file.unlink() if how == "missing" else file.write_bytes(b"" if how == "empty" else b"no audio" * 300)


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ("missing", FileNotFoundError, r"without an audio file \(1\): '.*a.wav'; put the files below"),
        ("empty", InputError, r"Empty audio files, of 0 bytes \(1\): '.*a.wav'"),
        ("damaged", InputError, r"'a.wav:0-1' cannot be cut: .*a.wav cannot be read as audio: "),
    ],
)
def test_a_recording_that_cannot_be_cut_is_named(segmented, tmp_path, how, error, message):
    parts = tmp_path / "parts"
    load_audformat(segmented, segments_dir=parts)
    damage(segmented / "a.wav", how)
    with pytest.raises(error, match=message):
        load_audformat(segmented, segments_dir=parts)
    with pytest.warns(InputWarning, match=r"Parts that are not written \(2\).* 'a.wav:0-1' cannot be cut"):
        corpus = load_audformat(segmented, segments_dir=parts, check_audio=False)
    # Not those of the first call either.
    assert [pathlib.Path(path).exists() for path in corpus.X] == [False, False, True, True, True]
    assert corpus.X[0] == str(parts / "a.wav_0-1.wav")


def rewrite(file, n_samples):
    import audiofile

    audiofile.write(str(file), np.full(n_samples, 0.25, dtype="float32"), 100)


def test_a_part_beyond_the_end_of_its_recording_is_refused(segmented, tmp_path):
    rewrite(segmented / "b.wav", 90)
    with pytest.raises(InputError, match=r"'b.wav:1-' holds no sound: .*b.wav lasts 0.9 s; correct its"):
        load_audformat(segmented, segments_dir=tmp_path / "parts")


def test_a_part_that_ends_where_it_begins_or_before_is_refused(segmented, tmp_path):
    database = audformat.Database.load(str(segmented))
    index = audformat.segmented_index(["a.wav", "a.wav"], ["1.5s", "0s"], ["0.5s", "1s"])
    table = database["parts"] = audformat.Table(index)
    table["emotion"] = audformat.Column(scheme_id="emotion", rater_id="r1")
    table["emotion"].set(["sad", "happy"])
    with pytest.raises(InputError, match=r"'a.wav:1.5-0.5' holds no sound: .*a.wav lasts 2 s"):
        load_audformat(database, segments_dir=tmp_path / "parts")


def test_parts_shortened_by_the_end_of_their_recording_are_warned_of(segmented, tmp_path):
    rewrite(segmented / "a.wav", 195)
    load_audformat(segmented, segments_dir=tmp_path / "parts")
    rewrite(segmented / "a.wav", 150)
    with pytest.warns(InputWarning, match=r"later than their recording \(1\): 'a.wav:1-2, 0.5 s more'\."):
        load_audformat(segmented, segments_dir=tmp_path / "parts")


def test_a_consensus_that_no_rater_gave_is_none(database):
    database["gold"]["emotion"].set(["angry", "happy"])
    assert load_audformat(database).consensus.tolist() == [None, "happy", None]
    assert load_audformat(database, no_agreement="drop").Y.index.tolist() == FILES[1:2]


def test_a_corpus_comes_back_as_it_was(tmp_path):
    rows = [("a", "w1", "sad", "s1"), ("a", "w1", "calm", "s1"), ("a", "w2", "sad", "s1")]
    rows += [("b", "w1", "happy", "s2"), ("b", "w2", "calm", "s2")]
    for name in "ab":
        (tmp_path / f"{name}.wav").write_bytes(b"RIFF")
    table = pd.DataFrame(rows, columns=["sample", "rater", "label", "speaker"])
    corpus = load_rated_audio(table, tmp_path, speaker="speaker")
    save_audformat(corpus, name="mine", license="CC-BY-4.0")
    again = load_audformat(tmp_path, session="session")
    assert again.Y.to_numpy().tolist() == corpus.Y.to_numpy().tolist()
    assert again.Y.columns.tolist() == corpus.Y.columns.tolist()
    assert again.consensus.tolist() == corpus.consensus.tolist() == ["sad", None]
    assert again.sessions.tolist() == corpus.sessions.tolist()
    assert again.X == corpus.X
    with pytest.raises(FileExistsError, match=r"holds a database already: delete its files, db"):
        save_audformat(corpus)
    assert Task(again.Y, again.classes).counts.tolist() == Task(corpus.Y, corpus.classes).counts.tolist()


def test_a_rater_called_like_a_further_column_of_another_keeps_the_votes(tmp_path):
    rows = [("a", "r", "x"), ("a", "r", "y"), ("a", "r.2", "z"), ("b", "r.2", "z"), ("b", "r..2", "y")]
    for name in "ab":
        (tmp_path / f"{name}.wav").write_bytes(b"RIFF")
    corpus = load_rated_audio(pd.DataFrame(rows, columns=["sample", "rater", "label"]), tmp_path)
    assert "r...2" in save_audformat(corpus)["ratings"].columns
    again = load_audformat(tmp_path)
    assert again.Y.columns.tolist() == corpus.Y.columns.tolist()
    assert again.Y.fillna("").to_numpy().tolist() == corpus.Y.fillna("").to_numpy().tolist()


@pytest.mark.parametrize("raters", [[1, "1"], ["r", "consensus"]])
def test_raters_that_would_share_a_column_are_refused(tmp_path, raters):
    Y = pd.DataFrame([["x", "y"]], columns=raters)
    corpus = Bunch(X=[str(tmp_path / "a.wav")], Y=Y, consensus=np.array([None]), classes=["x", "y"])
    with pytest.raises(InputError, match=f"'{raters[1]}' would be the column of two"):
        save_audformat(corpus)


def test_numbers_as_labels_come_back_as_numbers(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.wav").write_bytes(b"RIFF")
    Y = pd.DataFrame({1: [0, 2], 2: [0, np.nan]})
    X = [str(tmp_path / f"{name}.wav") for name in "ab"]
    save_audformat(Bunch(X=X, Y=Y, consensus=np.array([0, 2], object), classes=[0, 2]), tmp_path)
    corpus = load_audformat(tmp_path)
    assert corpus.classes == [0, 2]
    assert corpus.Y["1"].tolist() == [0, 2]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"scheme": "mood"}, r"scheme: the database has no 'mood'; it has 'arousal', 'emotion', 'speaker'"),
        ({"tables": ["three"]}, r"tables: the database has no 'three'; it has 'gold', 'one', 'two'"),
        ({"scheme": "speaker"}, r"no ratings of single raters; the columns 'one.speaker' name no rater"),
        ({"tables": ["gold"]}, r"no ratings of single raters. Columns of ratings need a rater_id"),
        ({"session": "take"}, r"scheme: the database has no 'take'"),
        ({"classes": ["glad"]}, r"classes: the corpus has no label 'glad'"),
    ],
)
def test_what_the_database_lacks_is_named(database, settings, message):
    with pytest.raises(InputError, match=message):
        load_audformat(database, **settings)


def test_missing_folders_and_audio_are_named(database, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"holds no db.yaml; give the folder that holds db.yaml"):
        load_audformat(tmp_path / "wav")
    (tmp_path / FILES[0]).unlink()
    with pytest.raises(FileNotFoundError, match=r"a.wav'; put the files below"):
        load_audformat(tmp_path)
    corpus = load_audformat(tmp_path, check_audio=False)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"does not hold .*a.wav \(3 files\); give a folder above"):
        save_audformat(corpus, tmp_path / "empty")
    with pytest.raises(FileExistsError):
        save_audformat(corpus, tmp_path / "empty" / "..")
    with pytest.raises(InputError, match="its root is None"):
        load_audformat(audformat.Database("unsaved"))


def test_a_missing_package_is_named_with_its_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "audformat", None)
    with pytest.raises(ImportError, match=r"pip install 'sklearn-raters\[audformat\]'"):
        load_audformat(tmp_path)


@pytest.mark.parametrize("outside", [False, True])
def test_parts_of_files_with_absolute_paths_are_written_to_the_given_folder(tmp_path, outside):
    """audb names files so."""
    import audiofile

    folder = tmp_path / "db"
    file = (tmp_path / "elsewhere" if outside else folder) / "wav" / "a.wav"
    for one in (folder, file.parent):
        one.mkdir(parents=True, exist_ok=True)
    audiofile.write(str(file), np.zeros(200, dtype="float32"), 100)
    db = audformat.Database("absolute")
    db.schemes["emotion"] = audformat.Scheme(labels=["sad", "happy"])
    db.raters["r1"] = audformat.Rater("human")
    db["one"] = audformat.Table(audformat.segmented_index([str(file)] * 2, ["0s", "1s"], ["1s", "2s"]))
    db["one"]["emotion"] = audformat.Column(scheme_id="emotion", rater_id="r1")
    db["one"]["emotion"].set(["sad", "happy"])
    db.save(str(folder))
    corpus = load_audformat(folder, segments_dir=tmp_path / "parts")
    assert all((tmp_path / "parts") in pathlib.Path(path).parents for path in corpus.X)
    assert all(pathlib.Path(path).is_file() for path in corpus.X)
    assert [path.name for path in file.parent.iterdir()] == ["a.wav"]


def rated_audio(folder, votes, **settings):
    for sample in {sample for sample, *_ in votes}:
        (folder / sample).write_bytes(b"RIFF")
    table = pd.DataFrame(votes, columns=["sample", "rater", "label"])
    return load_rated_audio(table, folder, **settings)


@pytest.mark.parametrize("label", ["None", "NA", "n/a"])
def test_labels_of_a_scheme_are_labels_whatever_they_read(tmp_path, label):
    votes = [("a.wav", "u", label), ("a.wav", "v", label), ("b.wav", "u", "anger"), ("b.wav", "v", label)]
    corpus = rated_audio(tmp_path, votes, classes=["anger", label])
    save_audformat(corpus)
    loaded = load_audformat(tmp_path)
    assert loaded.Y.to_numpy().tolist() == corpus.Y.to_numpy().tolist() == [[label, label], ["anger", label]]
    assert loaded.consensus.tolist() == [label, None]
    assert sorted(loaded.classes) == sorted(["anger", label])


def test_texts_for_missing_labels_are_no_classes_without_a_scheme_of_labels(database, tmp_path):
    database.schemes["words"] = audformat.Scheme("str")
    table = database["three"] = audformat.Table(audformat.filewise_index(FILES))
    table["words"] = audformat.Column(scheme_id="words", rater_id="r1")
    table["words"].set(["calm", "n/a", "wild"])
    corpus = load_audformat(database, "words")
    assert corpus.classes == ["calm", "wild"]
    assert corpus.Y["r1"].isna().tolist() == [False, True, False]


def test_labels_true_and_false_are_saved(tmp_path):
    votes = [("a.wav", "u", True), ("a.wav", "v", True), ("b.wav", "u", False), ("b.wav", "v", True)]
    corpus = rated_audio(tmp_path, votes)
    save_audformat(corpus)
    loaded = load_audformat(tmp_path)
    assert loaded.Y.to_numpy().tolist() == [[True, True], [False, True]]
    assert loaded.consensus.tolist() == [True, None]


def test_a_rater_called_file_is_refused(tmp_path):
    corpus = rated_audio(tmp_path, [("a.wav", "file", "x"), ("b.wav", "file", "y")])
    with pytest.raises(InputError, match="A rater is called 'file'"):
        save_audformat(corpus)
