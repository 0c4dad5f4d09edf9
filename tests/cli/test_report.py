"""The options --report and --predictions: what they write, and what they refuse before any work."""

import sys

import numpy as np
import pandas as pd
import pytest
import soundfile

from made_crowds import crowd
from sklearn_raters import cli
from sklearn_raters.cli import _inspect, _jobs, _report
from sklearn_raters.datasets import make_rated_speech
from sklearn_raters.ratings import ratings_to_long

pytestmark = pytest.mark.usefixtures("no_pictures")


@pytest.fixture
def votes(tmp_path):
    path = tmp_path / "votes.csv"
    ratings_to_long(pd.DataFrame(crowd(n_samples=60))).to_csv(path, index=False)
    return path


def run(capsys, *arguments):
    capsys.readouterr()
    status = cli.main([*map(str, arguments)])
    return status, *capsys.readouterr()


def test_inspect_writes_the_raters_part(votes, tmp_path, capsys):
    report = tmp_path / "raters of <b>.html"
    status, _, errors = run(capsys, "inspect", votes, "--report", report)
    assert (status, errors) == (0, f"Report: {report}\n")
    page = report.read_text(encoding="utf-8")
    assert "<h1>Raters: votes.csv</h1>" in page
    assert f"sklearn-raters inspect {votes} --report &#39;{tmp_path}/raters of &lt;b&gt;.html&#39;" in page
    assert 'id="models"' not in page


def test_the_raters_part_shows_texts_and_recordings_of_the_samples(tmp_path, capsys):
    rows = [f"c{n},{rater},{(n + place) % 2},said {n}" for n in range(4) for place, rater in enumerate("abc")]
    (tmp_path / "votes.csv").write_text("\n".join(["sample,rater,label,words", *rows]))
    (tmp_path / "audio").mkdir()
    for n in range(3):
        noise = np.random.default_rng(n).normal(scale=0.1, size=1600)
        soundfile.write(tmp_path / "audio" / f"c{n}.wav", noise, 16000)
    words = ["inspect", tmp_path / "votes.csv", "--report", tmp_path / "page.html"]
    status, _, errors = run(capsys, *words, "--audio", tmp_path / "audio", "--text-column", "words")
    assert status == 2
    assert "without an audio file (1): 'c3'" in errors
    soundfile.write(tmp_path / "audio" / "c3.wav", noise, 16000)
    assert run(capsys, *words, "--audio", tmp_path / "audio", "--text-column", "words")[0] == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("data:audio/mpeg;base64,") == 4
    assert all(f"<blockquote>said {n}</blockquote>" in page for n in range(4))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--audio=."], "--audio and --text-column are for the page of --report"),
        (["--report=page.html", "--text-column=x"], "--text-column x: the columns of"),
    ],
)
def test_what_samples_show_needs_a_page_and_a_column(votes, tmp_path, capsys, monkeypatch, options, told):
    monkeypatch.chdir(tmp_path)
    status, _, errors = run(capsys, "inspect", votes, *options)
    assert status == 2
    assert told in errors
    assert [path.name for path in tmp_path.iterdir()] == ["votes.csv"]


def test_a_report_that_fails_leaves_no_other_file_and_the_table_on_the_screen(
    votes, tmp_path, capsys, monkeypatch
):
    def fails(*_, **__):
        raise OSError("No space left on device")

    monkeypatch.setattr(_report, "make_report", fails)
    words = ["inspect", votes, "--output", tmp_path / "tables", "--report", tmp_path / "page.html"]
    status, printed, errors = run(capsys, *words)
    assert (status, "alpha" in printed) == (2, True)
    assert "No space left" in errors
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path != votes]


def test_evaluate_writes_the_report_and_every_prediction(tmp_path, capsys):
    corpus = make_rated_speech(tmp_path / "made", n_sessions=2, n_utterances=30, random_state=0)
    data = ["--corpus", "iemocap", "--root", corpus, "--out", tmp_path / "table.csv"]
    model = ["--models", "views", "--views", "crowd_hard", "--epochs", 1, "--n-jobs", 1, "--fusion", "mean"]
    outputs = ["--report", tmp_path / "report.html", "--predictions", tmp_path / "all.csv"]
    status, _, errors = run(capsys, "evaluate", *data, *model, *outputs)
    assert status == 0, errors
    table = pd.read_csv(tmp_path / "table.csv", index_col="model")
    predictions = pd.read_csv(tmp_path / "all.csv", index_col="sample")
    judged = predictions.dropna(subset="consensus")
    share = (judged["crowd-hard"] == judged["consensus"]).mean()
    assert share == pytest.approx(table.loc["crowd-hard", "accuracy"])
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert f'<td class="number" data-value="{100 * table.loc["crowd-hard", "uar"]}">' in page
    assert page.count("data:audio/mpeg;base64,") > 0
    assert "Of seed" not in page
    assert predictions.index[0] in page


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--report", "report.pdf"], "report.pdf does not end in .html: name such a file"),
        (["--report", "no folder/report.html"], "no folder"),
        (["--predictions", "all.xlsx"], "ends in none of .csv, .jsonl and .parquet"),
    ],
)
def test_files_that_cannot_be_written_are_refused_before_any_work(options, message, capsys, monkeypatch):
    monkeypatch.setattr(_jobs, "open_corpus", None)
    status, _, errors = run(capsys, "evaluate", *options)
    assert status == 2
    assert message in errors


def test_a_missing_library_is_told_before_the_table_is_read(votes, capsys, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    monkeypatch.setattr(_inspect, "_read", None)
    status, _, errors = run(capsys, "inspect", votes, "--report", tmp_path / "report.html")
    assert status == 2
    assert "jinja2, which is not installed: pip install 'sklearn-raters[report]'" in errors


@pytest.mark.parametrize(
    "words",
    [
        "evaluate --ratings votes.csv --audio audio --out votes.csv",
        "evaluate --ratings votes.csv --audio audio --predictions link.csv",
        "evaluate --ratings votes.csv --audio audio --save-model audio/a.wav",
        "evaluate --config run.toml --report votes.html --save-model run.toml",
        "train --ratings votes.csv --audio audio --out ./audio/../votes.csv",
        "inspect raters.csv --output .",
        "predict m.bin audio --remember audio/a.wav",
        "predict m.bin raters.csv --remember raters.csv",
    ],
)
def test_no_result_is_written_over_what_the_command_reads(tmp_path, monkeypatch, capsys, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "audio").mkdir()
    for name in ("votes.csv", "raters.csv", "audio/a.wav", "m.bin"):
        (tmp_path / name).write_text("sample,rater,label,file\na,b,c,a.wav\n")
    (tmp_path / "run.toml").write_text('ratings = "votes.csv"\naudio = "audio"\n')
    (tmp_path / "link.csv").symlink_to("votes.csv")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    status, _, errors = run(capsys, *words.split())
    assert status == 2
    assert "which this command reads: give another name." in errors
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == before


def test_the_kind_of_a_model_that_is_not_saved_is_refused(votes, tmp_path, capsys):
    words = ["evaluate", "--ratings", votes, "--audio", tmp_path, "--out", tmp_path / "o.csv"]
    status, _, errors = run(capsys, *words, "--model", "conal")
    assert (status, "--model conal names the model of --save-model: give it too." in errors) == (2, True)
    words += ["--models", "logistic", "--save-model", tmp_path / "m.bin"]
    status, _, errors = run(capsys, *words)
    assert (status, "is not evaluated: add views to --models" in errors) == (2, True)
