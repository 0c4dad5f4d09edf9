"""The paper's experiment as a command: its settings, its refusals, and its numbers beside the paper's."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV

from sklearn_raters import BLSTMClassifier, cli
from sklearn_raters.cli import _protocol
from sklearn_raters.cli._duration import make_probes
from sklearn_raters.cli._evaluation import Evaluation
from sklearn_raters.cli._jobs import show_evaluation
from sklearn_raters.cli._parser import build_parser, parse
from sklearn_raters.datasets import check_iemocap_counts, load_iemocap, make_rated_speech
from sklearn_raters.exceptions import InputError
from sklearn_raters.model_selection import planned_trainings
from sklearn_raters.ratings import Task
from sklearn_raters.stacking import PAPER_GRID


def options_of(*arguments):
    words = ["evaluate", "--protocol", "paper", *map(str, arguments)]
    return build_parser(_protocol.PAPER_OPTIONS).parse_args(words)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus") / "made"
    return make_rated_speech(folder, n_sessions=3, n_utterances=36, random_state=0)


def make_stack(*arguments):
    options = options_of(*arguments)
    _protocol.check_protocol(options)
    return _protocol.protocol_stack(options, Task([["anger", "neutral"], ["neutral", "anger"]]))


@pytest.mark.slow
def test_the_protocol_prints_table_3_beside_the_papers_numbers_and_the_counts_that_differ(
    made, tmp_path, capsys
):
    out = tmp_path / "table.csv"
    quick = ["--batch-size", "128", "--learning-rate", "1e-2", "--epochs", "10", "--n-jobs", "1"]
    words = ["evaluate", "--protocol", "paper", "--root", str(made), "--out", str(out), *quick]
    assert cli.main(words) == 0
    printed, errors = capsys.readouterr()
    table = pd.read_csv(out, index_col="model")
    assert table.index.tolist() == list(_protocol.TABLE_3)
    assert (100 * table["paper"]).round(2).tolist() == [row[0] for row in _protocol.TABLE_3.values()]
    line = next(line.split("│") for line in printed.splitlines() if line.startswith(" all views "))
    assert float(line[1]) == pytest.approx(100 * table["uar"]["all views"], abs=0.051)
    assert 61.5 in [float(cell) for cell in line[2:4]]
    assert "each of 3 sessions left out" in printed
    counts = check_iemocap_counts(load_iemocap(made))
    n_different = (counts["difference"] != 0).sum()
    assert f"{n_different} of {len(counts)} counts" in errors
    assert "10039     36" in errors
    assert "7 views, 7 trainings" in errors


def test_counts_that_agree_give_one_line(monkeypatch):
    same = pd.DataFrame({"expected": [1.0, 2.0], "found": [1.0, 2.0], "difference": 0.0})
    monkeypatch.setattr(_protocol, "check_iemocap_counts", lambda corpus: same)
    assert _protocol.differing_counts(None).startswith("All 2 counts")


def test_without_options_every_view_searches_the_papers_whole_grid():
    stack = make_stack()
    assert isinstance(stack.estimator, GridSearchCV)
    assert stack.estimator.param_grid == PAPER_GRID
    assert (stack.fusion, stack.alpha, stack.class_weight, stack.cv) == ("softmax", 0.75, None, None)
    assert stack.views == ["crowd_hard", "crowd_soft", "E1", "E2", "E4", "E5", "E6"]
    assert "175 settings" in _protocol.describe_search(options_of())


def test_options_inside_the_papers_ranges_narrow_its_search():
    grid = make_stack("--batch-size", 16, "--epochs", 50).estimator.param_grid
    assert grid == {**PAPER_GRID, "batch_size": [16], "max_epochs": [50]}
    network = make_stack(
        "--batch-size", 16, "--epochs", 50, "--learning-rate", 1e-4, "--device=cpu"
    ).estimator
    assert isinstance(network, BLSTMClassifier)
    assert (network.batch_size, network.max_epochs, network.learning_rate) == (16, 50, 1e-4)
    assert (network.dense_units, network.lstm_units, network.dropout) == (256, 128, 0.5)


def test_as_many_trainings_run_as_the_run_says_beforehand(monkeypatch):
    """Count the fits of a small search, with the epochs that the estimate of the duration assumes."""
    options = options_of("--batch-size=128", "--learning-rate=1e-2", "--n-jobs=1")
    Y = pd.DataFrame({name: ["anger", "neutral"] * 20 for name in ("E1", "E2", "E4", "E5", "E6")})
    task, X = Task(Y), [np.full((4, 2), row % 2, np.float32) for row in range(40)]
    sessions, fits, fit = np.arange(40) // 8, [], BLSTMClassifier.fit

    def counted(network, X, y, **settings):
        fits.append((network.max_epochs, len(X)))
        network.set_params(max_epochs=1, dense_units=2, lstm_units=2, representation_units=2)
        return fit(network, X, y, **settings)

    stack = _protocol.protocol_stack(options, task).set_params(views=["crowd_hard", "E1"], fusion="mean")
    planned = planned_trainings({"all": (stack, X, {})}, task, groups=sessions, cv=[(np.arange(32), [32])])
    assert planned == [[("BLSTMClassifier", 32)] * 2]
    monkeypatch.setattr(BLSTMClassifier, "fit", counted)
    stack.fit(X[:32], task.take(range(32)), groups=sessions[:32])
    n_settings = int(re.search(r"^(\d+) settings are searched", _protocol.describe_search(options))[1])
    assert f"in each fold, {n_settings + 1} trainings" in _protocol.describe_search(options)
    assert len(fits) == 2 * (n_settings + 1)
    # The search trains on a part of the samples, and all numbers of epochs equally often.
    work = sum(epochs * n for epochs, n in fits if n < 32)
    (probe,) = make_probes(options, [(stack, X)]).values()
    assert work < 2 * probe.work(32) * n_settings / (n_settings + 1) < 1.4 * work


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        (["--corpus", "made"], "--corpus made contradicts --protocol paper, which sets iemocap"),
        (["--corpus", "speechocean762"], "sets iemocap"),
        (["--ratings", "votes.csv", "--audio", "."], "--ratings votes.csv contradicts"),
        (["--classes", "anger,neutral"], "--classes anger,neutral contradicts"),
        (["--label-map", "fear=anger"], "--label-map fear=anger contradicts"),
        (["--folds", "3"], "--folds 3 contradicts --protocol paper, which needs no such option"),
        (["--views", "crowd_hard"], "sets crowd_hard,crowd_soft,E1,E2,E4,E5,E6: leave --views out"),
        (["--min-ratings", "30"], "--min-ratings 30 contradicts"),
        (["--alpha", "0"], "which sets 0.75"),
        (["--fusion", "mean"], "which sets softmax"),
        (["--class-weight", "balanced"], "--class-weight balanced contradicts"),
        (["--batch-size", "7"], "searches 8,16,32,64,128: give one of these"),
        (["--learning-rate", "0.5"], "--learning-rate 0.5 contradicts"),
        (["--epochs", "15"], "searches 10,20,30,40,50,100,200"),
        ([], "--corpus iemocap needs --root"),
    ],
)
def test_options_that_contradict_the_protocol_are_refused_in_one_line(
    tmp_path, monkeypatch, capsys, option, expected
):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["evaluate", "--protocol", "paper", *option]) == 2
    printed, errors = capsys.readouterr()
    assert printed == ""
    assert expected in errors
    assert errors.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_the_advice_on_new_speakers_names_no_option_that_the_protocol_refuses(capsys):
    shares = {"uar": [0.6], "difference": 0.0, "low": 0.0, "high": 0.0, "uar_new_speaker": 0.5}
    table = pd.DataFrame({**shares, "fit_seconds": 1.0}, index=["crowd-hard"])
    plan = Evaluation({"crowd-hard": None}, {}, [], "each of 5 sessions left out", None)
    files = {"table": "table.csv", "settings": "table.toml"}
    for options, is_advised in [(options_of(), False), (parse(["evaluate"]), True)]:
        show_evaluation(options, plan, table, {"run": 2.0, "audio": 1.0}, 4, files)
        told = capsys.readouterr().out
        assert "crowd-hard has 50.0 percent, 10.0 points less. To lose less, give predict several" in told
        assert ("--scaling" in told) is is_advised
    refused = options_of("--scaling", "training")
    with pytest.raises(InputError, match="--scaling training contradicts"):
        _protocol.check_protocol(refused)


@pytest.mark.parametrize("stated", [["--alpha", "0.75"], ["--fusion", "softmax"], ["--class-weight", "none"]])
def test_options_that_repeat_the_protocol_are_accepted(stated):
    assert make_stack(*stated).alpha == 0.75


def test_the_recalls_of_table_3_give_its_uar_but_for_the_two_rows_that_the_comment_names():
    means = {name: np.mean(recalls) - uar for name, (uar, *recalls) in _protocol.TABLE_3.items()}
    assert {name for name, gap in means.items() if abs(gap) > 0.006} == {"crowd-soft", "E2"}
