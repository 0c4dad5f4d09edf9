"""The command: its output and files, errors for wrong input, and Ctrl-C."""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from sklearn.utils import Bunch

from sklearn_raters import cli
from sklearn_raters._torch import RATER_MODELS
from sklearn_raters.cli import _help, _output, _parser, _predictions
from sklearn_raters.cli._front_end import read_corpus
from sklearn_raters.consensus import hard_labels
from sklearn_raters.datasets import load_iemocap, make_rated_speech
from sklearn_raters.features import SpectralFrames
from sklearn_raters.persistence import load, load_card
from sklearn_raters.ratings import Task, ratings_to_long
from sklearn_raters.stacking import FUSIONS

VIEWS = ["evaluate", "--models", "views"]
QUICK = ["--epochs", "1", "--n-jobs", "1", "--min-ratings", "20", "--fusion", "mean"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus") / "made"
    return make_rated_speech(folder, n_sessions=2, n_utterances=72, random_state=0)


@pytest.fixture(scope="module")
def model(made, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "made.model"
    assert cli.main(["train", "--corpus", "iemocap", "--root", str(made), "--out", str(path), *QUICK]) == 0
    return path


@pytest.fixture(scope="module")
def wavs(made):
    corpus = load_iemocap(made)
    return [path for path, speaker in zip(corpus.X, corpus.speakers, strict=True) if speaker == "Ses01F"][:3]


def run(capsys, *arguments):
    """Run the command in this process; return its status, its standard output and its standard error."""
    capsys.readouterr()
    status = cli.main(list(map(str, arguments)))
    return status, *capsys.readouterr()


def test_evaluate_prints_a_table_and_writes_the_same_numbers(made, tmp_path, capsys):
    out = tmp_path / "results.csv"
    status, printed, errors = run(capsys, *VIEWS, "--corpus", "iemocap", "--root", made, "--out", out, *QUICK)
    assert status == 0
    assert errors.index("Plan of the first of 2 folds:") < errors.index("72 utterances, ")
    table = pd.read_csv(out, index_col="model")
    assert {"crowd-hard", "crowd-soft", "E2", "E4", "crowd pair", "all views"} <= {*table.index}
    assert table["uar"].between(0, 1).all()
    for name, uar in table["uar"].items():
        cells = next(line.split("│") for line in printed.splitlines() if line.startswith(f" {name} "))
        assert float(cells[1]) == pytest.approx(100 * uar, abs=0.051)
    assert "each of 2 sessions left out" in printed
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results.csv", "results.toml"]


def test_a_long_table_with_its_audio_gives_the_same_results_as_the_corpus(made, tmp_path, capsys):
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
        assert run(capsys, *VIEWS, "--out", tmp_path / name, *data)[0] == 0
    tables = [pd.read_csv(tmp_path / name, index_col="model") for name in ("byhand.csv", "loaded.csv")]
    assert [*tables[0].index] == ["crowd-hard", "E2", "all views", "mean of posteriors"]
    shares = [column for column in tables[0] if not column.endswith("seconds")]
    pd.testing.assert_frame_equal(tables[0][shares].sort_index(axis=1), tables[1][shares].sort_index(axis=1))


@pytest.mark.parametrize("options", [[], ["--classes", "neutral,anger"]])
def test_evaluate_prints_the_number_of_samples_with_a_majority_in_the_classes(
    made, tmp_path, capsys, options
):
    data = ["--corpus", "iemocap", "--root", made, "--out", tmp_path / "out", *QUICK, "--views=crowd_hard"]
    errors = run(capsys, *VIEWS, *data, *options)[2]
    corpus = load_iemocap(made)
    task = (
        Task(corpus.Y, ["neutral", "anger"]) if options else Task(corpus.Y, corpus.classes, corpus.label_map)
    )
    n_judged = sum(label is not None for label in hard_labels(task))
    assert f"72 utterances, {n_judged} with a majority" in errors


def test_the_fusions_and_networks_of_the_command_are_those_of_the_library():
    assert tuple(_help.FUSIONS) == FUSIONS
    assert set(_help.NETWORKS) == set(RATER_MODELS)


# The other tests train "logistic" and "mean".
@pytest.mark.parametrize("fusion", ["softmax", "mixture", "fine_tune"])
def test_the_chosen_fusion_is_trained_and_predicts(made, wavs, tmp_path, capsys, fusion):
    one = ["--ratings", tmp_path / "votes.csv", "--audio", made, "--views=crowd_hard,crowd_soft"]
    ratings_to_long(load_iemocap(made).Y).to_csv(tmp_path / "votes.csv", index=False)
    one += ["--classes=neutral,anger", "--out", tmp_path / "model", *QUICK]
    status, _, errors = run(capsys, "train", *one, "--fusion", fusion)
    assert status == 0, errors
    assert f"fusion: {fusion}" in errors
    assert load(tmp_path / "model")["classifier"].fusion == fusion
    printed = run(capsys, "predict", tmp_path / "model", *wavs, "--format", "json")[1]
    for row in json.loads(printed):
        assert sum(row["probabilities"].values()) == pytest.approx(1)


def test_spectral_features_are_learnt_and_predicted_from_without_opensmile(
    made, wavs, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr("sklearn_raters.features._smile._smile", None)
    ratings_to_long(load_iemocap(made).Y[:24]).to_csv(tmp_path / "votes.csv", index=False)
    data = ["--ratings", tmp_path / "votes.csv", "--audio", made, "--classes=neutral,anger"]
    data += ["--views=crowd_soft", "--features=spectral", "--out", tmp_path / "model", *QUICK]
    status, _, errors = run(capsys, "train", *data)
    assert status == 0, errors
    status, printed, errors = run(capsys, "predict", tmp_path / "model", *wavs, "--format", "json")
    assert status == 0, errors
    pipeline = load(tmp_path / "model")
    assert isinstance(pipeline["frames"], SpectralFrames)
    assert [row["class"] for row in json.loads(printed)] == pipeline.predict(wavs).tolist()
    card = load_card(tmp_path / "model")
    assert "- `SpectralFrames()`: 45 values" in card["Front end"]
    assert "products may use them" in card["Licence of the features"]
    options = argparse.Namespace(features="spectral", n_jobs=1, cache=None, skip_broken=False)
    assert read_corpus(options, Bunch(X=wavs), ["functionals"])[1]["functionals"].shape == (3, 90)


@pytest.mark.parametrize("command", ["evaluate", "train"])
def test_a_library_of_features_that_is_missing_is_named_before_the_corpus_is_read(
    command, tmp_path, capsys, monkeypatch
):
    monkeypatch.setitem(sys.modules, "kaldi_native_fbank", None)
    nowhere = ["--corpus", "iemocap", "--root", "nowhere", "--out", tmp_path / "out"]
    status, _, errors = run(capsys, command, *nowhere, "--features", "spectral")
    assert status == 2
    assert "pip install 'sklearn-raters[spectral]'" in errors


@pytest.mark.parametrize("command", ["evaluate", "train", "predict"])
def test_the_help_explains_every_choice(capsys, command):
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    printed = " ".join(capsys.readouterr().out.split())
    commands = next(a for a in _parser.build_parser()._actions if a.dest == "command").choices
    actions = [action for action in commands[command]._actions if action.dest != "help"]
    assert all(action.help for action in actions)
    choices = [choice for action in actions for choice in action.choices or ()]
    assert choices
    assert [choice for choice in choices if f" {choice}: " not in printed] == []


def test_the_model_holds_a_card_with_its_data_and_its_front_end(made, model):
    with zipfile.ZipFile(model) as archive:
        card = archive.read("README.md").decode()
    corpus = load_iemocap(made)
    n_speakers, n_raters = len(set(corpus.speakers)), corpus.Y.shape[1]
    assert f"iemocap: {len(corpus.X)} recordings, {n_speakers} speakers, {n_raters} raters." in card
    assert "- `FramePooler(5)`: 20 frames a second" in card
    assert "audEERING Research License" in card


def test_a_corpus_with_broken_files_is_that_without_them(made, tmp_path, capsys):
    corpus = load_iemocap(made)
    votes = ratings_to_long(corpus.Y)
    speakers = dict(zip(corpus.Y.index, corpus.speakers, strict=True))
    votes["speaker"] = votes["sample"].map(speakers)
    folder = tmp_path / "audio"
    shutil.copytree(made, folder)
    samples = list(corpus.Y.index)
    damaged = {samples[3]: "cut short", samples[20]: "is empty", samples[40]: "no such file"}
    paths = [next(folder.rglob(f"{name}.wav")) for name in damaged]
    paths[0].write_bytes(paths[0].read_bytes()[: paths[0].stat().st_size // 2])
    paths[1].write_bytes(b"")
    paths[2].unlink()
    votes.to_csv(tmp_path / "all.csv", index=False)
    votes[~votes["sample"].isin(damaged)].to_csv(tmp_path / "rest.csv", index=False)
    settings = ["--audio", folder, "--speaker-column=speaker", "--classes=neutral,anger", *QUICK]
    settings += ["--views=crowd_hard,crowd_soft"]

    def evaluated(table, *more):
        out = tmp_path / "out.csv"
        status, _, errors = run(capsys, *VIEWS, "--ratings", table, "--out", out, *settings, *more)
        if status == 2:
            return status, errors
        shares = pd.read_csv(out, index_col="model").filter(regex="^(?!.*seconds)")
        out.unlink()
        out.with_suffix(".toml").unlink()
        return status, errors, shares

    status, errors = evaluated(tmp_path / "all.csv")
    assert status == 2
    assert f"without an audio file (1): '{samples[40]}'" in errors.splitlines()[-1]
    status, errors, skipped = evaluated(tmp_path / "all.csv", "--skip-broken")
    assert status == 3
    for name, reason in damaged.items():
        (line,) = [line for line in errors.splitlines() if line.startswith("skipped: ") and name in line]
        assert reason in line
    status, errors, rest = evaluated(tmp_path / "rest.csv")
    assert status == 0
    pd.testing.assert_frame_equal(skipped, rest)
    train = ["train", "--ratings", tmp_path / "all.csv", *settings, "--out", tmp_path / "model"]
    assert run(capsys, *train)[0] == 2
    assert run(capsys, *train, "--skip-broken")[0] == 3
    assert run(capsys, "predict", tmp_path / "model", corpus.X[0])[0] == 0


def test_predict_gives_an_error_for_a_file_that_is_not_a_model(model, wavs, tmp_path, capsys):
    damaged = tmp_path / "damaged.model"
    damaged.write_bytes(model.read_bytes()[:1000])
    for path in (damaged, wavs[0], tmp_path / "none.model", tmp_path):
        status, _, errors = run(capsys, "predict", path, wavs[0])
        assert status == 2
        assert len(errors.strip().splitlines()) == 1
        assert str(path) in errors


@pytest.mark.parametrize(
    ("options", "expected"),
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
def test_wrong_data_gives_an_error_and_writes_nothing(
    tmp_path, monkeypatch, capsys, options, expected, command
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "votes.csv").write_text("sample,worker,label\nunheard,w1,sad\nunheard,w2,sad\n")
    (tmp_path / "result").write_text("an earlier result")
    status, printed, errors = run(capsys, command, "--out", "result", *options)
    assert (status, printed) == (2, "")
    assert expected in errors.splitlines()[-1]
    assert "Traceback" not in errors
    assert (tmp_path / "result").read_text() == "an earlier result"
    assert {path.name for path in tmp_path.iterdir()} == {"votes.csv", "result"}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--views", "crowd_hard,E99"], "no view 'E99'"),
        (["--views", "raters", "--min-ratings", "5000"], "no rater has --min-ratings 5000"),
        (["--alpha", "-1"], "The --alpha of MultiRaterStackingClassifier must be"),
        (["--learning-rate", "-1"], "The --learning-rate of BLSTMClassifier must be"),
        (["--classes", "anger,xyz"], "No vote names the class 'xyz'; the ratings hold 'anger'"),
        (["--label-map", "xyz=anger,anger=neutral"], "no vote has 'xyz'; the labels are 'anger'"),
        (["--label-map", "excitement=anger", "--classes", "excitement,anger"], "leave it out of one of them"),
        (["--device", "cuda:99"], "--device 'cuda:99' cannot be used here"),
        (["--device", "tpu9"], "--device 'tpu9' cannot be used here"),
        (["--out", "no/out"], "no to write out to"),
        (["--out", "."], "is a folder"),
    ],
)
@pytest.mark.parametrize("command", ["evaluate", "train"])
def test_wrong_options_give_an_error_before_any_audio_is_read(
    made, tmp_path, monkeypatch, capsys, command, options, expected
):
    monkeypatch.chdir(tmp_path)
    data = ["--corpus", "iemocap", "--root", made, "--out", "out", "--cache", "cache", *QUICK]
    status, printed, errors = run(capsys, command, *data, *options)
    assert (status, printed) == (2, "")
    assert expected in errors
    assert errors.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            ["--folds", "3"],
            r"folds: 3, sessions: 2). Give other --folds, or name finer sessions by --session",
        ),
        (["--folds", "1"], "folds: 1, sessions: 2)"),
        (["--fusion", "logistic"], "needed to hold one out"),
    ],
)
def test_impossible_folds_give_an_error_before_any_audio_is_read(made, tmp_path, capsys, options, expected):
    data = ["--corpus", "iemocap", "--root", made, "--out", tmp_path / "out", *QUICK]
    status, _, errors = run(capsys, "evaluate", *data, *options)
    assert status == 2
    assert expected in errors
    assert errors.count("\n") == 1


def test_a_single_session_is_enough_to_train_but_not_to_evaluate(made, tmp_path, capsys):
    corpus = load_iemocap(made)
    one = np.flatnonzero(corpus.sessions == corpus.sessions[0])
    table = ratings_to_long(corpus.Y.iloc[one]).assign(speaker="S1")
    table.to_csv(tmp_path / "votes.csv", index=False)
    data = ["--ratings", tmp_path / "votes.csv", "--audio", made, "--speaker-column", "speaker"]
    data += ["--views", "crowd_hard,crowd_soft", "--classes", "neutral,anger", "--epochs", "1", "--n-jobs=1"]
    status, _, errors = run(capsys, "train", *data, "--out", tmp_path / "model")
    assert status == 0, errors
    assert "All utterances are of one session" in errors
    assert load(tmp_path / "model").classes_.tolist() == ["neutral", "anger"]
    status, _, errors = run(capsys, "evaluate", *data, "--out", tmp_path / "table.csv")
    assert status == 2
    assert "folds: 1, speakers: 1" in errors
    assert "--session-column" in errors


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["evaluate", "--epochs", "0"], "invalid number from 1 to 1000000 value: '0'"),
        (["train", "--out", "model", "--epochs", "9" * 30], "invalid number from 1 to 1000000"),
        (["evaluate", "--seeds", "101"], "invalid number from 1 to 100 value: '101'"),
        (["evaluate", "--label-map", "a"], "invalid list of from=to pairs value: 'a'"),
        (["evaluate", "--corpus", "iemocab"], "invalid choice: 'iemocab'"),
        (["train", "--out", "model", "--folds", "3"], "unrecognized arguments: --folds 3"),
        ([], "required: COMMAND"),
    ],
)
def test_options_that_cannot_be_parsed_exit_with_status_2(capsys, arguments, expected):
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments)
    assert stopped.value.code == 2
    assert expected in capsys.readouterr().err


def test_classes_may_differ_from_those_of_the_label_map_of_the_corpus(made, tmp_path, capsys):
    assert load_iemocap(made).label_map == {"excitement": "happiness"}
    data = ["--corpus", "iemocap", "--root", made, "--out", tmp_path / "model", *QUICK]
    status, _, errors = run(capsys, "train", *data, "--views", "crowd_hard", "--classes", "neutral,anger")
    assert status == 0, errors
    assert load(tmp_path / "model").classes_.tolist() == ["neutral", "anger"]


def wait_for(condition, process, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, f"ended by {process.poll()}: {process.stderr.read()}"
        assert time.monotonic() < end, f"not within {seconds} seconds"
        time.sleep(0.02)


def wait_for_line(word, process):
    lines = []
    while not lines or word not in lines[-1]:
        lines.append(process.stderr.readline())
        assert lines[-1], f"ended by {process.wait()}: {''.join(lines)}"


# A process that a shell starts in the background ignores SIGINT; the process of the tests may be such a one.
WITH_SIGINT = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("sklearn_raters", run_name="__main__", alter_sys=True)
"""


@pytest.fixture
def evaluation():
    """Return a function that starts a long evaluation in a process group, which ends with the test."""
    started = []

    def start(work, temporary, *options):
        command = [sys.executable, "-c", WITH_SIGINT, "evaluate", "--epochs", "500", *map(str, options)]
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
@pytest.mark.parametrize("moment", ["while making audio", "while training", "while training in workers"])
def test_ctrl_c_leaves_nothing_and_exits_with_status_130(made, tmp_path, evaluation, moment):
    temporary, work = tmp_path / "tmp", tmp_path / "work"
    temporary.mkdir()
    work.mkdir()
    options = ["--n-jobs", "2" if "workers" in moment else "1", "--min-ratings", "20", "--fusion", "mean"]
    options += ["--models", "views"]
    if "training" in moment:
        options += ["--corpus", "iemocap", "--root", made]
    process = evaluation(work, temporary, *options)
    if "training" in moment:
        wait_for_line("with a majority", process)
    # The temporary folder of the synthetic audio, or of the trained views.
    wait_for(lambda: list(temporary.glob("sklearn_raters_*")), process)
    time.sleep(2 if "workers" in moment else 0.2)
    # A terminal sends the signal to all processes of the command.
    os.killpg(process.pid, signal.SIGINT)
    printed, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert printed == ""
    assert errors.rstrip().endswith("Interrupted; nothing was written.")
    assert "Traceback" not in errors
    assert not list(work.iterdir())
    assert not list(temporary.glob("*sklearn_raters*"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send")
def test_ctrl_c_inside_an_import_exits_with_status_130_too(tmp_path):
    # Some imports run code by exec, such as those that make dataclasses. After Ctrl-C inside exec, Python
    # ends itself by the signal (-SIGINT), whatever status the command returns; a shell shows that as 130.
    (tmp_path / "interrupted.py").write_text("""
import sys
from sklearn_raters import cli
from sklearn_raters._torch import RATER_MODELS
from sklearn_raters.cli import _predict
_predict.predict = lambda options: exec("raise KeyboardInterrupt")
sys.exit(cli.main(["predict", "model", "file"]))
""")
    command = [sys.executable, "-m", "interrupted"]
    finished = subprocess.run(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    assert finished.stderr == "Interrupted; nothing was written.\n"
    assert finished.returncode in (130, -signal.SIGINT)


def test_a_closed_pipe_exits_with_status_141(model, wavs):
    command = [sys.executable, "-m", "sklearn_raters", "predict", str(model), *wavs, "--format", "json"]
    reading, writing = os.pipe()
    os.close(reading)
    finished = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert finished.returncode == 141
    assert "Error" not in finished.stderr


def test_the_installed_command_and_python_m_run_the_same_program():
    command = shutil.which("sklearn-raters", path=os.path.dirname(sys.executable))
    assert command is not None, "pip installs it beside python"
    for start in ([command], [sys.executable, "-m", "sklearn_raters"]):
        finished = subprocess.run([*start, "--help"], capture_output=True, text=True, check=True)
        assert all(name in finished.stdout for name in ("evaluate", "train", "predict"))


def test_names_in_square_brackets_are_printed(capsys):
    prediction = {"class": "[laughter]", "probabilities": {"[laughter]": 0.7, "[/x]": 0.3}}
    row = {"file": "take[old].wav", **prediction, "raters": {"[/b]": prediction}}
    _predictions.print_predictions([row], "table")
    columns = {"uar": [0.5], "recall_[/x]": [0.5], "fit_seconds": [1.0]}
    _output.print_comparison(pd.DataFrame(columns, index=["rater [deleted]"]), "Table [of all]")
    printed = capsys.readouterr().out
    names = ["take[old].wav", "[laughter] (70 %)", "[/x] %", "[/b] would say", "[deleted]", "[of all]"]
    assert [name for name in names if name not in printed] == []


@pytest.mark.parametrize(("width", "recalls"), [(80, False), (160, True)])
def test_a_narrow_terminal_shows_whole_numbers_without_the_recalls(width, recalls, capsys, monkeypatch):
    monkeypatch.setattr(_output, "new_console", lambda: Console(width=width))
    names = ["uar", *(f"recall_class{number}" for number in range(8)), "difference", "low", "high"]
    table = pd.DataFrame(-0.2049, ["all views"], names).assign(fit_seconds=1234.0)
    _output.print_comparison(table, "Unweighted average recall")
    printed = capsys.readouterr().out
    assert ("class7" in printed) == recalls
    assert "-20.5 to -20.5" in printed
    assert "1234" in printed


@pytest.mark.parametrize(("width", "n_shares"), [(60, 10), (80, 12)])
def test_no_number_is_cut_on_a_narrow_terminal(width, n_shares, capsys, monkeypatch):
    monkeypatch.setattr(_output, "new_console", lambda: Console(width=width))
    names = ["uar", "uar_new_speaker", "uar_sd", "recall_a", "difference", "low", "high"]
    table = pd.DataFrame(-0.2049, ["mean of posteriors", "E1"], names).assign(fit_seconds=1234.0)
    _output.print_comparison(table, "Unweighted average recall", "crowd-hard")
    printed = capsys.readouterr().out
    assert "…" not in printed
    assert printed.count("-20.5") == n_shares
    assert "1234" not in printed
