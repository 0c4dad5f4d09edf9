"""The command ``predict``: what is said about a file, its speaker, and files that cannot be used."""

import csv
import io
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import soundfile
from rich.console import Console

from sklearn_raters import cli
from sklearn_raters.cli import _predict, _predictions
from sklearn_raters.cli._inputs import find_files
from sklearn_raters.cli._predictions import prediction_table
from sklearn_raters.datasets import load_iemocap, make_rated_speech
from sklearn_raters.persistence import load, load_card, save


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus") / "made"
    return load_iemocap(make_rated_speech(folder, n_sessions=3, n_utterances=45, random_state=0))


@pytest.fixture(scope="module")
def model(corpus, tmp_path_factory):
    """A model that knows the speakers of the first two sessions."""
    folder = tmp_path_factory.mktemp("model")
    rows = corpus.sessions != corpus.sessions[-1]
    lines = [
        f"{sample},{rater},{label},{speaker}"
        for sample, ratings, speaker in zip(
            corpus.Y.index[rows], corpus.Y[rows].to_numpy(), corpus.speakers[rows], strict=True
        )
        for rater, labels in zip(corpus.Y.columns, ratings, strict=True)
        for label in (labels if isinstance(labels, tuple) else [labels])
        if isinstance(label, str)
    ]
    (folder / "votes.csv").write_text("\n".join(["sample,rater,label,speaker", *lines]))
    audio = str(Path(corpus.X[0]).parents[4])
    settings = ["--ratings", str(folder / "votes.csv"), "--audio", audio, "--speaker-column=speaker"]
    settings += [
        "--classes=neutral,anger,sadness",
        "--views=crowd_soft,E1",
        "--fusion=mean",
        "--min-ratings=10",
        "--epochs=2",
        "--n-jobs=1",
    ]
    assert cli.main(["train", *settings, "--out", str(folder / "model.bin")]) == 0
    return folder / "model.bin"


@pytest.fixture(scope="module")
def of_speakers(corpus):
    """Paths by speaker."""
    paths = {}
    for path, speaker in zip(corpus.X, corpus.speakers, strict=True):
        paths.setdefault(speaker, []).append(str(path))
    return paths


@pytest.fixture
def ask(model, capsys):
    """Ask the model; return status, rows, and standard error."""

    def ask(*arguments, model=model):
        capsys.readouterr()
        status = cli.main(["predict", str(model), *map(str, arguments), "--format", "json"])
        printed, errors = capsys.readouterr()
        return status, json.loads(printed) if printed else None, errors

    return ask


def probabilities(row):
    return pytest.approx(list(row["probabilities"].values()), abs=1e-5)


def test_predict_prints_what_the_model_predicts(model, of_speakers, ask):
    files = of_speakers["Ses03F"][:3]
    status, rows, _ = ask(*files)
    assert status == 0
    pipeline = load(model)
    stack, frames = pipeline[-1], pipeline[:-1].transform(files)
    assert [row["file"] for row in rows] == files
    for row, proba in zip(rows, stack.predict_proba(frames), strict=True):
        assert probabilities(row) == proba
    assert [row["class"] for row in rows] == pipeline.predict(files).tolist()
    of_raters = stack.predict_proba_raters(frames)
    assert [*rows[0]["raters"]] == stack.raters_
    for place, rater in enumerate(stack.raters_):
        predicted = [row["raters"][rater]["class"] for row in rows]
        assert predicted == stack.classes_[of_raters[:, place].argmax(axis=1)].tolist()


def test_predict_prints_the_same_in_every_format(model, of_speakers, ask, capsys):
    files = of_speakers["Ses03F"][:3]
    _, rows, _ = ask(*files)
    assert cli.main(["predict", str(model), *files, "--format", "csv"]) == 0
    lines = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert cli.main(["predict", str(model), *files]) == 0
    table = capsys.readouterr().out
    for row, line in zip(rows, lines, strict=True):
        assert (line["file"], line["class"]) == (row["file"], row["class"])
        assert (line["speaker"], line["speaker_recordings"]) == ("", "1")
        for name, share in row["probabilities"].items():
            assert float(line[f"p_{name}"]) == pytest.approx(share, abs=1e-6)
        for rater, prediction in row["raters"].items():
            assert line[f"{rater}_class"] == prediction["class"]
            assert f"{rater} would say" in table
        assert row["class"] in table
    assert table.count("new, 1 recording") == 3


def test_no_answer_depends_on_files_of_other_speakers(of_speakers, ask, tmp_path):
    new, other, known = of_speakers["Ses03F"][:3], of_speakers["Ses03M"][:3], of_speakers["Ses01M"][:2]
    table = tmp_path / "files.csv"
    table.write_text("file,speaker\n" + "".join(f"{file},ann\n" for file in new))
    for arguments in ([new[0]], [*new], [table]):
        alone = ask(*arguments)[1]
        together = ask(*other, *arguments, *known)[1][len(other) : len(other) + len(alone)]
        for one, two in zip(alone, together, strict=True):
            assert probabilities(one) == list(two["probabilities"].values())


def test_a_new_speakers_files_help_each_other_where_the_speaker_is_named(of_speakers, ask):
    files = of_speakers["Ses03F"][:5]
    alone, together = ask(files[0])[1][0], ask(*files, "--speakers", "one")[1][0]
    assert probabilities(alone) != list(together["probabilities"].values())
    assert (alone["speaker"], alone["speaker_known"], alone["speaker_recordings"]) == (None, False, 1)
    assert (together["speaker_known"], together["speaker_recordings"]) == (False, 5)


def test_a_speaker_of_the_training_is_scaled_by_what_is_known(corpus, model, of_speakers, ask, tmp_path):
    files = of_speakers["Ses01F"][:2]
    _, (row,), _ = ask(files[0], "--speaker", "Ses01F")
    n_known = len(of_speakers["Ses01F"])
    assert (row["speaker"], row["speaker_known"], row["speaker_recordings"]) == ("Ses01F", True, n_known)
    pipeline = load(model)
    frames = pipeline["speakers"].transform(pipeline["frames"].transform(files[:1]), speakers=["Ses01F"])
    assert probabilities(row) == pipeline["classifier"].predict_proba(pipeline["pooler"].transform(frames))[0]
    # The same by folder, by table, and with another file.
    folder = tmp_path / "Ses01F"
    folder.mkdir()
    copies = [shutil.copy(file, folder) for file in files]
    (tmp_path / "files.tsv").write_text("speaker\tfile\nSes01F\tSes01F/" + Path(files[0]).name)
    for arguments in (
        [*copies, "--speakers", "folder"],
        [folder, "--speakers", "folder"],
        [tmp_path / "files.tsv"],
    ):
        assert probabilities(row) == list(ask(*arguments)[1][0]["probabilities"].values())


def test_remembered_speakers_are_known_to_the_new_model(of_speakers, ask, tmp_path):
    files, model = of_speakers["Ses03M"][:4], tmp_path / "more.bin"
    status, together, errors = ask(*files, "--speaker", "bob", "--remember", model)
    assert status == 0
    assert f"Model written, which knows 5 speakers: {model}" in errors
    _, (alone,), _ = ask(files[2], "--speaker", "bob", model=model)
    assert probabilities(alone) == list(together[2]["probabilities"].values())
    assert (alone["speaker_known"], alone["speaker_recordings"]) == (True, 4)
    card = load_card(model)["Data"]
    assert "30 recordings, 4 speakers, 6 raters" in card
    assert "Speakers added after the training: 'bob'." in card


def test_speakers_of_the_training_are_left_as_they_are(of_speakers, ask, tmp_path):
    words = ["--speaker", "Ses01F", "--remember", tmp_path / "more.bin"]
    status, (row,), errors = ask(of_speakers["Ses01F"][0], *words)
    assert status == 0
    assert "Known from the training, left as they are: 'Ses01F'" in errors
    assert row["speaker_recordings"] == len(of_speakers["Ses01F"])


@pytest.mark.parametrize("options", [[], ["--speakers", "one"]])
def test_only_named_speakers_can_be_remembered(of_speakers, ask, tmp_path, options):
    status, _, errors = ask(of_speakers["Ses03M"][0], "--remember", tmp_path / "more.bin", *options)
    assert status == 2
    assert "--remember needs the name of every file's speaker: give --speaker" in errors
    assert not (tmp_path / "more.bin").exists()


def test_two_folders_of_one_name_are_not_taken_as_one_speaker(of_speakers, ask, tmp_path):
    copies = []
    for parent in ("a", "b"):
        (tmp_path / parent / "ann").mkdir(parents=True)
        copies.append(shutil.copy(of_speakers["Ses03M"][0], tmp_path / parent / "ann"))
    status, _, errors = ask(*copies, "--speakers", "folder")
    assert status == 2
    assert "Two folders are called ann" in errors


def lfs_pointer(folder):
    path = folder / "pointer.wav"
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
    return path


def empty_file(folder):
    path = folder / "empty.wav"
    path.touch()
    return path


def no_audio(folder):
    path = folder / "words.wav"
    path.write_text("these are words and no audio " * 9)
    return path


def missing_file(folder):
    return folder / "missing.wav"


def silent_file(folder):
    path = folder / "silent.wav"
    soundfile.write(path, np.full(16000, 1e-4), 16000)
    return path


def too_short(folder):
    path = folder / "short.wav"
    soundfile.write(path, np.full(160, 0.1), 16000)
    return path


BROKEN = [lfs_pointer, empty_file, no_audio, missing_file, silent_file, too_short]


@pytest.mark.parametrize("segments", [[], ["--segments", "1"]])
def test_good_files_are_answered_and_bad_ones_are_told(of_speakers, ask, tmp_path, segments):
    good = of_speakers["Ses03F"][:3]
    expected = ask(*good, *segments)
    assert expected[0] == 0
    broken = [make(tmp_path) for make in BROKEN]
    status, rows, errors = ask(good[0], *broken, *good[1:], *segments)
    assert status == 3
    assert [row["file"] for row in rows] == [row["file"] for row in expected[1]]
    for one, two in zip(rows, expected[1], strict=True):
        assert probabilities(one) == list(two["probabilities"].values())
    lines = [line for line in errors.splitlines() if line.startswith("skipped: ")]
    assert len(lines) == len(broken)
    for path in broken:
        assert any(line.startswith(f"skipped: {path}") for line in lines)
    assert "Skipped for the reasons above: 6 of 9 files." in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("broken", BROKEN)
def test_a_single_bad_file_is_told_in_one_line(ask, tmp_path, broken):
    status, rows, errors = ask(broken(tmp_path))
    assert (status, rows) == (2, None)
    assert "The file cannot be used, for the reasons above." in errors.splitlines()[-1]
    (line,) = [line for line in errors.splitlines() if line.startswith("skipped: ")]
    # It speaks of a file, not of X and its samples.
    assert " X" not in line
    assert "Sample" not in line


def test_a_file_that_cannot_be_used_is_called_as_it_was_given(of_speakers, ask, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cut.wav").write_bytes(Path(of_speakers["Ses03F"][0]).read_bytes()[:9000])
    errors = ask("cut.wav", of_speakers["Ses03F"][0])[2]
    assert "skipped: cut.wav is cut short" in errors


def test_silence_is_told(ask, tmp_path):
    errors = ask(silent_file(tmp_path))[2]
    assert "silent.wav: there is nothing to hear, its loudest sound is below -70 dB" in errors


@pytest.mark.filterwarnings("default::sklearn_raters.exceptions.InputWarning")
def test_audio_of_a_lower_rate_is_told(of_speakers, ask, tmp_path):
    signal, rate = soundfile.read(of_speakers["Ses03F"][0])
    soundfile.write(tmp_path / "phone.wav", signal[::2], rate // 2)
    status, _, errors = ask(tmp_path / "phone.wav", of_speakers["Ses03F"][1])
    assert status == 0
    told = (
        f"lower sampling rate than all that the front end was fitted on (16000 Hz): {tmp_path}/phone.wav with"
    )
    assert f"{told} 8000 Hz" in errors
    errors = ask(tmp_path / "phone.wav", "--segments", "0.4")[2]
    assert f"{told} 8000 Hz" in errors


def test_audio_of_the_training_rate_is_no_news(model, of_speakers, ask, tmp_path):
    signal, rate = soundfile.read(of_speakers["Ses03F"][0])
    soundfile.write(tmp_path / "phone.wav", signal[::2], rate // 2)
    of_phones = load(model)
    of_phones["frames"].fit([str(tmp_path / "phone.wav")])
    save(of_phones, tmp_path / "phones.bin")
    for more in ([], ["--segments", "0.4"]):
        assert "sampling rate" not in ask(tmp_path / "phone.wav", *more, model=tmp_path / "phones.bin")[2]
    assert load(model)["frames"].sampling_rates_ == {16000: 30}


def test_segments_answer_along_time(of_speakers, ask, tmp_path):
    signals = [soundfile.read(file)[0] for file in of_speakers["Ses03F"][:4]]
    pause = np.zeros(16000)
    joined = np.concatenate([part for signal in signals for part in (signal, pause)])
    soundfile.write(tmp_path / "long.wav", joined, 16000)
    status, rows, _ = ask(tmp_path / "long.wav", "--segments", "speech")
    assert status == 0
    assert len(rows) == 4
    starts = np.cumsum([0] + [len(signal) / 16000 + 1 for signal in signals])[:4]
    assert [row["start"] for row in rows] == pytest.approx(starts, abs=0.5)
    assert all(row["speaker_recordings"] == 1 for row in rows)
    status, rows, _ = ask(tmp_path / "long.wav", "--segments", "0.5")
    bounds = [(row["start"], row["end"]) for row in rows]
    # Pauses hold nothing to hear.
    assert all(0.5 <= end - start < 0.76 for start, end in bounds)
    assert sum(end - start for start, end in bounds) < len(joined) / 16000 - 2


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "long"])
def test_segments_need_a_length(model, seconds, capsys):
    with pytest.raises(SystemExit):
        cli.main(["predict", str(model), "a.wav", f"--segments={seconds}"])
    assert "number of seconds above 0, or speech" in capsys.readouterr().err


def test_files_may_come_from_folders_tables_and_standard_input(model, of_speakers, ask, tmp_path):
    files = of_speakers["Ses03F"][:2]
    (tmp_path / "inner").mkdir()
    for file in files:
        shutil.copy(file, tmp_path / "inner")
    (tmp_path / "inner" / "notes.txt").write_text("no audio")
    expected = [probabilities(row) for row in ask(*files)[1]]
    assert [list(row["probabilities"].values()) for row in ask(tmp_path)[1]] == expected
    (tmp_path / "files.csv").write_text("File\n" + "\n".join(files))
    assert [list(row["probabilities"].values()) for row in ask(tmp_path / "files.csv")[1]] == expected
    command = [sys.executable, "-m", "sklearn_raters", "predict", str(model), "-", "--format", "json"]
    piped = subprocess.run(command, input="\n".join(files), capture_output=True, text=True, check=True)
    assert [list(row["probabilities"].values()) for row in json.loads(piped.stdout)] == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [("name\na.wav\n", "has no column 'file' but 'name'"), ("file\n", "holds no audio file")],
)
def test_a_table_without_files_is_refused(ask, tmp_path, content, expected):
    (tmp_path / "files.csv").write_text(content)
    status, _, errors = ask(tmp_path / "files.csv")
    assert status == 2
    assert expected in errors


def test_predict_reads_no_pickle(of_speakers, tmp_path, ask):
    joblib.dump({"model": 1}, tmp_path / "model", compress=3)
    status, rows, errors = ask(of_speakers["Ses03F"][0], model=tmp_path / "model")
    assert (status, rows) == (2, None)
    assert "is not a model file of sklearn_raters" in errors
    assert errors.count("\n") == 1


def test_two_forms_of_one_output_are_refused(capsys):
    assert cli.main(["predict", "model.bin", "a.wav", "--json", "--format=csv"]) == 2
    assert "leave one out" in capsys.readouterr().err


def test_a_model_of_another_kind_is_refused(model, of_speakers, tmp_path, ask):
    save(load(model)["classifier"], tmp_path / "stack.bin")
    status, _, errors = ask(of_speakers["Ses03F"][0], model=tmp_path / "stack.bin")
    assert status == 2
    assert "holds a MultiRaterStackingClassifier that `sklearn-raters` has not written" in errors


READERS = {
    ".csv": lambda path: pd.read_csv(path, keep_default_na=False),
    ".jsonl": lambda path: pd.read_json(path, lines=True).fillna(""),
    ".parquet": lambda path: pd.read_parquet(path).fillna(""),
}


def printed_table(capsys, *arguments):
    """Return the table that a command prints as CSV."""
    capsys.readouterr()
    assert cli.main(["predict", *map(str, arguments), "--format", "csv"]) == 0
    return pd.read_csv(io.StringIO(capsys.readouterr().out), keep_default_na=False)


@pytest.mark.parametrize("ending", READERS)
def test_predictions_are_written_as_they_are_printed_and_the_settings_repeat_them(
    model, of_speakers, tmp_path, monkeypatch, capsys, ending
):
    monkeypatch.chdir(tmp_path)
    shutil.copy(of_speakers["Ses03F"][0], "a b.wav")
    words = [model, "a b.wav", "--speaker", "bob", "--out", f"answers{ending}"]
    printed = printed_table(capsys, *words)
    read = READERS[ending]
    written = read(f"answers{ending}")
    pd.testing.assert_frame_equal(written, printed, atol=1e-6, check_dtype=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a b.wav", f"answers{ending}", "answers.toml"]
    os.remove(f"answers{ending}")
    lines = Path("answers.toml").read_text().splitlines()
    (command,) = [line.removeprefix("# by: ") for line in lines if line.startswith("# by: ")]
    assert cli.main(shlex.split(command)[1:]) == 0
    pd.testing.assert_frame_equal(read(f"answers{ending}"), written)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["a.wav", "--out=a.wav"], "ends in none of .csv, .jsonl and .parquet"),
        (["files.csv", "--out=files.csv"], "The table would be written over"),
        (["a.wav", "--out=model.csv"], "The table would be written over"),
        (["a.wav", "--remember=a.wav", "--speaker=ann"], "The model would be written over"),
        (["a.wav", "--out=x.csv", "--remember=x.csv", "--speaker=ann"], "Two results have the same file"),
        (["a.wav", "--out=mine.csv"], "a file of yours: give another --out"),
    ],
)
def test_no_result_is_written_over_what_the_command_reads(tmp_path, monkeypatch, capsys, words, told):
    monkeypatch.chdir(tmp_path)
    for name, content in {
        "model.csv": "m",
        "a.wav": "a",
        "files.csv": "file\na.wav\n",
        "mine.toml": "k",
    }.items():
        Path(name).write_text(content)
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert cli.main(["predict", "model.csv", *words]) == 2
    assert told in capsys.readouterr().err
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before


def test_all_results_are_written_or_none(model, of_speakers, tmp_path, monkeypatch, capsys):
    def fail(table, path):
        path.write_text("half")
        raise OSError("No space left on device")

    monkeypatch.setattr(_predict, "write_table", fail)
    results = ["--out", str(tmp_path / "a.csv"), "--speaker=bob", "--remember", str(tmp_path / "m.bin")]
    assert cli.main(["predict", str(model), of_speakers["Ses03M"][0], *results]) == 2
    assert "No space left" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_recording_counts_once_for_the_speaker_who_is_remembered(of_speakers, ask, tmp_path):
    files, more = of_speakers["Ses03M"][:3], tmp_path / "more.bin"
    words = ["--speaker", "bob", "--remember", more]
    first = ask(*files, *words)[1]
    copied = shutil.copy(files[0], tmp_path / "copy.wav")
    status, rows, errors = ask(files[1], copied, *words, model=more)
    assert status == 0
    assert "Recordings that were given before, and count once: 2 of 2" in errors
    assert [row["speaker_recordings"] for row in [*first, *rows]] == [3] * 5
    for one, two in zip(rows, [first[1], first[0]], strict=True):
        assert probabilities(one) == list(two["probabilities"].values())
    assert load_card(more)["Data"].count("Speakers added after the training: 'bob'.") == 1
    assert "given before, and count once: 1 of 2" in ask(files[0], files[0], *words)[2]
    # Nor does a file count twice that a call names twice.
    alone, twice = ask(files[0])[1], ask(files[0], files[0])[1]
    assert [row["speaker_recordings"] for row in twice] == [1, 1]
    assert probabilities(alone[0]) == list(twice[0]["probabilities"].values())


def made_rows(n_raters, path="corpus/Ses01/Ses01F_impro01_F000.wav"):
    """Return predictions for two files by raters, of whom the first two say something else of one file."""

    def predicted(name):
        shares = dict.fromkeys(("anger", "happiness", "neutral", "sadness"), 0.1)
        return {"class": name, "probabilities": shares | {name: 0.7}}

    raters = {f"rater{n}": predicted("sadness" if n < 2 else "anger") for n in range(n_raters)}
    agreed = {name: predicted("anger") for name in raters}
    about = {"file": path, "speaker": None, "speaker_known": False, "speaker_recordings": 1}
    return [about | predicted("anger") | {"raters": one} for one in (raters, agreed)]


def shown(monkeypatch, capsys, rows, width):
    monkeypatch.setattr(_predictions, "new_console", lambda: Console(width=width))
    _predictions.print_predictions(rows, "table")
    printed = capsys.readouterr().out
    assert "…" not in printed
    assert max(map(len, printed.splitlines())) <= width
    return printed


@pytest.mark.parametrize("n_raters", [3, 8, 50])
def test_on_a_narrow_terminal_only_raters_who_differ_are_named(monkeypatch, capsys, n_raters):
    printed = shown(monkeypatch, capsys, made_rows(n_raters), 80)
    assert "would say" not in printed
    assert "sadness: rater0, rater1" in printed
    assert printed.count("rater0") == 1
    assert printed.count("anger     │ 70 │") == 2 or printed.count("anger │ 70 │") == 2
    assert f"Of {n_raters} raters, those not named for a file would choose its class." in printed
    assert "All probabilities: --format csv, --json" in " ".join(printed.split())
    assert printed.count("\n") < 25


def test_on_a_narrow_terminal_segments_have_their_times(monkeypatch, capsys):
    without = [{key: value for key, value in row.items() if "speaker" not in key} for row in made_rows(8)]
    segments = [row | {"start": 2.0 * place, "end": 2.0 * place + 1} for place, row in enumerate(without)]
    assert "speaker" not in shown(monkeypatch, capsys, without, 80)
    printed = shown(monkeypatch, capsys, segments, 80)
    assert printed.count("0.0 to 1.0") == 2
    assert printed.count("2.0 to 3.0") == 1


def test_names_in_square_brackets_are_printed_as_they_are(monkeypatch, capsys):
    rows = made_rows(2, "[red]a.wav")
    for row in rows:
        row["raters"] = {f"[bold]{name}": said for name, said in row["raters"].items()}
    printed = shown(monkeypatch, capsys, rows, 60)
    assert "sadness: [bold]rater0, [bold]rater1" in printed
    assert "[red]a.wav" in printed


def test_what_fits_is_printed(monkeypatch, capsys):
    printed = shown(monkeypatch, capsys, made_rows(3), 250)
    assert "rater2 would say" in printed
    assert "sadness (70 %)" in printed
    assert "not named" not in printed
    # Names of files may be broken, so that the probabilities of all classes are there.
    printed = shown(monkeypatch, capsys, made_rows(8, "folder/" * 30), 110)
    assert "happiness %" in printed
    assert "All probabilities" not in printed
    assert "All raters would choose" in shown(monkeypatch, capsys, made_rows(8)[1:], 80)


def test_names_with_bytes_that_are_no_letters_are_written(tmp_path):
    rows = made_rows(2, "a\udce9é.wav")
    assert prediction_table(rows).index.tolist() == ["a\\xe9é.wav"] * 2
    spoken = [{**row, "speaker": "ann\udce9"} for row in rows]
    assert prediction_table(spoken)["speaker"].tolist() == ["ann\\xe9"] * 2


@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_a_table_of_two_columns_may_be_separated_in_any_way(tmp_path, separator):
    (tmp_path / "a.wav").write_bytes(b"audio")
    (tmp_path / "files.csv").write_text(f"file{separator}speaker\na.wav{separator}ann\n")
    assert find_files([str(tmp_path / "files.csv")]) == ([str(tmp_path / "a.wav")], ["ann"])


@pytest.mark.skipif(os.name == "nt", reason="there, backslashes divide paths anyway")
def test_paths_in_a_table_may_have_backslashes(tmp_path):
    (tmp_path / "ann").mkdir()
    for name in ("ann/x 0.wav", r"a\b.wav"):
        (tmp_path / name).write_bytes(b"RIFF")
    given = [r"ann\x 0.wav", r"a\b.wav", r"ann\none.wav"]
    (tmp_path / "files.csv").write_text("\n".join(["file", *given]))
    found = [tmp_path / name for name in ("ann/x 0.wav", r"a\b.wav", "ann/none.wav")]
    assert find_files([str(tmp_path / "files.csv")])[0] == list(map(str, found))


def test_a_table_with_a_column_twice_is_refused(ask, tmp_path):
    (tmp_path / "files.csv").write_text("file,File,speaker\na.wav,b.wav,ann\n")
    status, _, errors = ask(tmp_path / "files.csv")
    assert (status, "has 2 columns 'file': leave one of them" in errors) == (2, True)


def test_names_with_bytes_that_are_no_letters_are_printed(tmp_path):
    code = "from sklearn_raters import cli; import sys; cli.main(['predict', 'no.model', 'a.wav']); "
    code += "print('a\\udce9.wav')"
    strict = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}
    done = subprocess.run([sys.executable, "-c", code], env=strict, capture_output=True, check=True)
    assert done.stdout == b"a\xe9.wav\n"
