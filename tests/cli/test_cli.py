"""The command: what it prints and writes, what wrong input gets, and what Ctrl-C leaves."""

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from sklearn_raters import cli
from sklearn_raters.cli import _jobs
from sklearn_raters.datasets import load_iemocap, make_rated_speech
from sklearn_raters.persistence import load_model
from sklearn_raters.ratings import ratings_to_long

QUICK = ["--epochs", "1", "--n-jobs", "1", "--min-ratings", "20", "--fusion", "mean"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus") / "made"
    return make_rated_speech(folder, n_sessions=2, n_utterances=72, random_state=0)


@pytest.fixture(scope="module")
def model(made, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "made.model"
    asked = ["train", "--corpus", "iemocap", "--root", str(made), "--out", str(path), *QUICK]
    assert cli.main(asked) == 0
    return path


@pytest.fixture(scope="module")
def wavs(made):
    corpus = load_iemocap(made)
    return [path for path, speaker in zip(corpus.X, corpus.speakers, strict=True) if speaker == "Ses01F"][:3]


def run(capsys, *arguments):
    """Run the command in this process; return its status, output and complaints."""
    capsys.readouterr()
    status = cli.main(list(map(str, arguments)))
    return status, *capsys.readouterr()


def test_evaluate_prints_a_table_and_writes_the_same_numbers(made, tmp_path, capsys):
    out = tmp_path / "results.csv"
    status, printed, _ = run(capsys, "evaluate", "--corpus", "iemocap", "--root", made, "--out", out, *QUICK)
    assert status == 0
    table = pd.read_csv(out, index_col="model")
    assert {"crowd-hard", "crowd-soft", "E2", "E4", "crowd pair", "all views"} <= {*table.index}
    assert table["uar"].between(0, 1).all()
    for name, uar in table["uar"].items():
        cells = next(line.split("│") for line in printed.splitlines() if line.startswith(f"│ {name} "))
        assert float(cells[2]) == pytest.approx(100 * uar, abs=0.051)
    assert "each of 2 sessions left out" in printed
    assert [path.name for path in tmp_path.iterdir()] == ["results.csv"]


def test_a_long_table_beside_its_audio_gives_what_the_loader_gives(made, tmp_path, capsys):
    corpus = load_iemocap(made)
    table = ratings_to_long(corpus.Y, sample="clip", rater="worker", label="answer")
    about = dict(zip(corpus.Y.index, zip(corpus.speakers, corpus.sessions, strict=True), strict=True))
    table["who"] = [about[clip][0] for clip in table["clip"]]
    table["session"] = [about[clip][1] for clip in table["clip"]]
    table.to_csv(tmp_path / "votes.csv", index=False)
    columns = ["--sample-column=clip", "--rater-column=worker", "--label-column=answer"]
    columns += ["--speaker-column=who", "--session-column=session"]
    columns += ["--label-map=excitement=happiness", "--classes=anger,happiness,neutral,sadness"]
    views = ["--views=crowd_hard,E2", *QUICK]
    byhand = ["--ratings", tmp_path / "votes.csv", "--audio", made, *columns, *views]
    loaded = ["--corpus", "iemocap", "--root", made, *views]
    for name, data in [("byhand.csv", byhand), ("loaded.csv", loaded)]:
        assert run(capsys, "evaluate", "--out", tmp_path / name, *data)[0] == 0
    tables = [pd.read_csv(tmp_path / name, index_col="model") for name in ("byhand.csv", "loaded.csv")]
    assert [*tables[0].index] == ["crowd-hard", "E2", "all views", "mean of posteriors"]
    shares = [column for column in tables[0] if not column.endswith("seconds")]
    pd.testing.assert_frame_equal(tables[0][shares].sort_index(axis=1), tables[1][shares].sort_index(axis=1))


def test_predict_says_what_the_model_says(model, wavs, capsys):
    status, printed, _ = run(capsys, "predict", model, *wavs, "--format", "json")
    assert status == 0
    answers = json.loads(printed)
    stack = load_model(model)
    frames = _jobs.compute_frames(wavs, None)
    np.testing.assert_allclose(
        [list(answer["probabilities"].values()) for answer in answers], stack.predict_proba(frames)
    )
    assert [answer["class"] for answer in answers] == stack.predict(frames).tolist()
    said = stack.predict_proba_raters(frames)
    assert [*answers[0]["raters"]] == stack.raters_
    for place, rater in enumerate(stack.raters_):
        opinions = [answer["raters"][rater] for answer in answers]
        assert [o["class"] for o in opinions] == stack.classes_[said[:, place].argmax(axis=1)].tolist()


def test_predict_answers_the_same_in_every_form(model, wavs, capsys):
    answers = json.loads(run(capsys, "predict", model, *wavs, "--format", "json")[1])
    rows = list(csv.DictReader(io.StringIO(run(capsys, "predict", model, *wavs, "--format", "csv")[1])))
    shown = run(capsys, "predict", model, *wavs)[1]
    for answer, row in zip(answers, rows, strict=True):
        assert (row["file"], row["class"]) == (answer["file"], answer["class"])
        for name, share in answer["probabilities"].items():
            assert float(row[f"p_{name}"]) == pytest.approx(share, abs=1e-6)
        for rater, opinion in answer["raters"].items():
            assert row[f"{rater}_class"] == opinion["class"]
            assert f"{rater} would say" in shown
    assert all(answer["class"] in shown for answer in answers)


def test_speakers_say_whose_audio_normalises_whose(model, wavs, capsys):
    def first(*files_and_options):
        printed = run(capsys, "predict", model, *files_and_options, "--format", "json")[1]
        return pytest.approx(json.loads(printed)[0]["probabilities"], abs=1e-6)

    alone, together = first(wavs[0]), first(*wavs)
    assert alone.expected != together
    assert first(*wavs, "--speakers", "each").expected == alone
    assert first(*wavs, "--speakers", "folder").expected == together


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


@pytest.mark.parametrize("broken", [lfs_pointer, empty_file, no_audio, missing_file])
def test_predict_names_the_broken_file_in_one_line(model, wavs, tmp_path, capsys, broken):
    path = broken(tmp_path)
    status, printed, complaint = run(capsys, "predict", model, wavs[0], path)
    assert (status, printed) == (2, "")
    last = complaint.strip().splitlines()[-1]
    assert last.startswith("sklearn-raters: error: ")
    assert str(path) in last
    assert "Traceback" not in complaint


def test_predict_refuses_what_is_no_model(model, wavs, tmp_path, capsys):
    damaged = tmp_path / "damaged.model"
    damaged.write_bytes(model.read_bytes()[:1000])
    for path in (damaged, wavs[0], tmp_path / "none.model", tmp_path):
        status, _, complaint = run(capsys, "predict", path, wavs[0])
        assert status == 2
        assert len(complaint.strip().splitlines()) == 1
        assert str(path) in complaint


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--corpus", "iemocap"], "--root"),
        (["--corpus", "iemocap", "--root", "nowhere"], "nowhere"),
        (["--ratings", "votes.csv"], "--audio"),
        (["--audio", "."], "--ratings"),
        (["--ratings", "votes.csv", "--audio", ".", "--root", "."], "leave out"),
        (["--ratings", "votes.csv", "--audio", ".", "--corpus", "iemocap"], "leave out"),
        (["--ratings", "nowhere.csv", "--audio", "."], "nowhere.csv"),
        (["--ratings", "votes.csv", "--audio", "."], "rater"),
        (["--ratings", "votes.csv", "--audio", ".", "--rater-column", "worker"], "unheard"),
    ],
)
@pytest.mark.parametrize("command", ["evaluate", "train"])
def test_wrong_data_is_told_and_nothing_is_written(tmp_path, monkeypatch, capsys, options, told, command):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "votes.csv").write_text("sample,worker,label\nunheard,w1,sad\nunheard,w2,sad\n")
    (tmp_path / "result").write_text("an earlier result")
    status, printed, complaint = run(capsys, command, "--out", "result", *options)
    assert (status, printed) == (2, "")
    assert told in complaint.splitlines()[-1]
    assert "Traceback" not in complaint
    assert (tmp_path / "result").read_text() == "an earlier result"
    assert {path.name for path in tmp_path.iterdir()} == {"votes.csv", "result"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--views", "crowd_hard,E99"], "no view 'E99'"),
        (["--views", "raters", "--min-ratings", "5000"], "no rater has min_ratings=5000"),
        (["--alpha", "-1"], "'alpha' parameter"),
        (["--learning-rate", "-1"], "'learning_rate' parameter"),
        (["--classes", "anger,xyz"], "No vote names the class 'xyz'; the ratings hold 'anger'"),
        (["--label-map", "xyz=anger,anger=neutral"], "no vote is 'xyz'; the labels are 'anger'"),
        (["--label-map", "excitement=anger", "--classes", "excitement,anger"], "leave it out of one of them"),
        (["--device", "cuda:99"], "device='cuda:99' cannot be used here"),
        (["--device", "tpu9"], "device='tpu9' cannot be used here"),
        (["--out", "no/out"], "no folder no"),
        (["--out", "."], "is a folder"),
    ],
)
@pytest.mark.parametrize("command", ["evaluate", "train"])
def test_wrong_options_are_told_before_any_audio_is_read(
    made, tmp_path, monkeypatch, capsys, command, options, told
):
    monkeypatch.chdir(tmp_path)
    data = ["--corpus", "iemocap", "--root", made, "--out", "out", "--cache", "cache", *QUICK]
    status, printed, complaint = run(capsys, command, *data, *options)
    assert (status, printed) == (2, "")
    assert told in complaint
    assert complaint.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ["--folds", "3"],
            r"folds: 3, sessions: 2). Give other --folds, or name finer sessions by --session",
        ),
        (["--folds", "1"], "folds: 1, sessions: 2)"),
        (["--fusion", "logistic"], "needed to hold one out"),
    ],
)
def test_folds_that_cannot_be_made_are_told_before_any_audio_is_read(made, tmp_path, capsys, options, told):
    data = ["--corpus", "iemocap", "--root", made, "--out", tmp_path / "out", *QUICK]
    status, _, complaint = run(capsys, "evaluate", *data, *options)
    assert status == 2
    assert told in complaint
    assert complaint.count("\n") == 1


def test_a_single_session_is_enough_to_train_but_not_to_evaluate(made, tmp_path, capsys):
    corpus = load_iemocap(made)
    one = np.flatnonzero(corpus.sessions == corpus.sessions[0])
    table = ratings_to_long(corpus.Y.iloc[one]).assign(speaker="S1")
    table.to_csv(tmp_path / "votes.csv", index=False)
    data = ["--ratings", tmp_path / "votes.csv", "--audio", made, "--speaker-column", "speaker"]
    data += ["--views", "crowd_hard,crowd_soft", "--classes", "neutral,anger", "--epochs", "1", "--n-jobs=1"]
    status, _, complaint = run(capsys, "train", *data, "--out", tmp_path / "model")
    assert status == 0, complaint
    assert "All utterances are of one session" in complaint
    assert load_model(tmp_path / "model").classes_.tolist() == ["neutral", "anger"]
    status, _, complaint = run(capsys, "evaluate", *data, "--out", tmp_path / "table.csv")
    assert status == 2
    assert "folds: 1, sessions: 1" in complaint
    assert "--session-column" in complaint


def test_wrong_options_exit_by_2(capsys):
    for arguments in (["evaluate", "--epochs", "0"], ["evaluate", "--corpus", "iemocab"], []):
        with pytest.raises(SystemExit) as stopped:
            cli.main(arguments)
        assert stopped.value.code == 2
    capsys.readouterr()


def test_some_of_the_corpus_classes_need_no_part_of_its_own_label_map(made, tmp_path, capsys):
    assert load_iemocap(made).label_map == {"excitement": "happiness"}
    data = ["--corpus", "iemocap", "--root", made, "--out", tmp_path / "model", *QUICK]
    status, _, complaint = run(capsys, "train", *data, "--views", "crowd_hard", "--classes", "neutral,anger")
    assert status == 0, complaint
    assert load_model(tmp_path / "model").classes_.tolist() == ["neutral", "anger"]


def wait_for(condition, process, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, f"ended by {process.poll()}: {process.stderr.read()}"
        assert time.monotonic() < end, "the command did not come so far"
        time.sleep(0.02)


def wait_for_line(word, process):
    lines = []
    while not lines or word not in lines[-1]:
        lines.append(process.stderr.readline())
        assert lines[-1], f"ended by {process.wait()}: {''.join(lines)}"


# A shell starts what it sends to the background deaf to SIGINT, and so may be whoever runs the tests.
HEARING = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("sklearn_raters", run_name="__main__", alter_sys=True)
"""


@pytest.fixture
def evaluation():
    """Start a long evaluation in a session of its own; whatever happens, end all of it."""
    started = []

    def start(work, temporary, *options):
        command = [sys.executable, "-c", HEARING, "evaluate", "--epochs", "500", *options]
        process = subprocess.Popen(
            command,
            cwd=work,
            env={**os.environ, "TMPDIR": str(temporary)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send")
@pytest.mark.parametrize("moment", ["while making audio", "while training", "training in workers"])
def test_ctrl_c_leaves_nothing_and_exits_by_130(tmp_path, evaluation, moment):
    temporary, work = tmp_path / "tmp", tmp_path / "work"
    temporary.mkdir()
    work.mkdir()
    process = evaluation(work, temporary, "--n-jobs", "2" if "workers" in moment else "1")
    # With its temporary folder the command is at work; without it, beyond the audio.
    wait_for(lambda: list(temporary.glob("sklearn_raters_*")), process)
    if "training" in moment:
        wait_for_line("utterances", process)
        time.sleep(3)
    # The terminal sends it to all processes of the command.
    os.killpg(process.pid, signal.SIGINT)
    printed, complaint = process.communicate(timeout=60)
    assert process.returncode == 130, complaint
    assert printed == ""
    assert complaint.rstrip().endswith("Interrupted; nothing was written.")
    assert "Traceback" not in complaint
    assert not list(work.iterdir())
    assert not list(temporary.glob("*sklearn_raters*"))


def test_ctrl_c_inside_an_exec_exits_by_130_too(tmp_path):
    # As while dataclasses are made by an import; Python then ends -m by the signal, status -2.
    (tmp_path / "interrupted.py").write_text("""
import sys
from sklearn_raters import _jobs, cli
_jobs.predict = lambda options: exec("raise KeyboardInterrupt")
sys.exit(cli.main(["predict", "model", "file"]))
""")
    command = [sys.executable, "-m", "interrupted"]
    done = subprocess.run(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (130, "Interrupted; nothing was written.\n")


def test_a_closed_pipe_is_no_error(model, wavs):
    command = [sys.executable, "-m", "sklearn_raters", "predict", str(model), *wavs, "--format", "json"]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert done.returncode == 141
    assert "Error" not in done.stderr


def test_the_installed_command_is_the_module():
    command = shutil.which("sklearn-raters", path=os.path.dirname(sys.executable))
    assert command is not None, "pip install puts it beside python"
    for start in ([command], [sys.executable, "-m", "sklearn_raters"]):
        done = subprocess.run([*start, "--help"], capture_output=True, text=True, check=True)
        assert all(name in done.stdout for name in ("evaluate", "train", "predict"))


def test_square_brackets_in_names_are_shown(capsys):
    opinion = {"class": "[laughter]", "probabilities": {"[laughter]": 0.7, "[/x]": 0.3}}
    _answers.write_answers([{"file": "take[old].wav", **opinion, "raters": {"[/b]": opinion}}], "table")
    columns = {"uar": [0.5], "recall_[/x]": [0.5], "fit_seconds": [1.0]}
    _answers.show_comparison(pd.DataFrame(columns, index=["rater [deleted]"]), "Table [of all]")
    shown = capsys.readouterr().out
    names = ["take[old].wav", "[laughter] (70 %)", "[/x] %", "[/b] would say", "[deleted]", "[of all]"]
    assert [name for name in names if name not in shown] == []
