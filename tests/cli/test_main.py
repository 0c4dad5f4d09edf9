"""What all commands share: JSON, quiet and plain output, tracebacks on demand, completion, exit statuses."""

import json
import re
import shlex
import sys

import pytest

from sklearn_raters import cli
from sklearn_raters._parallel import TimeLimitReached
from sklearn_raters.cli import _help, _inspect, _jobs, _main
from sklearn_raters.cli._corpus import print_status, print_warning
from sklearn_raters.cli._parser import build_parser, commands_of
from sklearn_raters.networks import _rater_net

VOTES = "sample,rater,label\na,w1,sad\nb,w1,glad\na,w2,sad\nb,w2,sad\nc,w1,glad\nc,w2,glad\n"


@pytest.fixture
def votes(tmp_path):
    (tmp_path / "votes.csv").write_text(VOTES)
    return str(tmp_path / "votes.csv")


def test_inspect_prints_its_tables_as_json(votes, tmp_path, capsys):
    assert cli.main(["inspect", votes, "--json", "--quiet", "--output", str(tmp_path / "out")]) == 0
    printed, errors = capsys.readouterr()
    found = json.loads(printed)
    assert errors == ""
    assert set(found) == {"alpha", "alpha_error", *_inspect.TABLES} - {"self_agreement"}
    assert found["alpha"]["alpha"] == pytest.approx(1 / 3 + 1 / 9)
    assert [row["rater"] for row in found["raters"]][-2:] == ["w1", "w2"]
    assert [row["sample"] for row in found["samples"]] == ["a", "b", "c"]
    assert found["coverage"]["votes"] == 6
    assert {*found["pairs"][0]} >= {"rater_a", "rater_b", "kappa"}
    assert (tmp_path / "out" / "inspect.toml").is_file()


def test_a_mistake_gets_a_line_and_its_traceback_only_on_demand(tmp_path, capsys):
    words = ["inspect", str(tmp_path / "none.csv")]
    assert cli.main(words) == 2
    plain = capsys.readouterr().err
    assert plain.count("\n") == 1
    assert cli.main([*words, "--debug"]) == 2
    errors = capsys.readouterr().err
    assert errors.startswith("Traceback (most recent call last)")
    assert errors.endswith(plain)


def test_a_fault_of_the_program_has_a_status_of_its_own_and_is_asked_to_be_reported(
    votes, monkeypatch, capsys
):
    monkeypatch.setattr(_inspect, "inspect", lambda options: {}["no such key"])
    assert cli.main(["inspect", votes]) == 1
    errors = capsys.readouterr().err.splitlines()
    assert errors[0] == "Traceback (most recent call last):"
    assert errors[-2:] == [
        "KeyError: 'no such key'",
        "sklearn-raters: a fault of this program: please report the lines above.",
    ]


@pytest.mark.parametrize("quiet", [False, True])
def test_quiet_leaves_out_what_is_no_result_warning_or_error(votes, monkeypatch, capsys, quiet):
    def inspect(options):
        print_status("progress")
        print_warning("skipped: a.wav")
        return 0

    monkeypatch.setattr(_inspect, "inspect", inspect)
    assert cli.main(["inspect", votes, *(["--quiet"] if quiet else [])]) == 0
    assert capsys.readouterr().err == ("" if quiet else "progress\n") + "skipped: a.wav\n"


def test_the_help_gives_every_exit_status_and_examples(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    printed = capsys.readouterr().out
    statuses = set(map(int, re.findall(r"^  (\d+) +\S", printed, re.MULTILINE)))
    assert statuses == {0, 1, 2, _jobs.SKIPPED, _main.STOPPED, 130, 141}
    for command in _help.EPILOGS:
        with pytest.raises(SystemExit):
            cli.main([command, "--help"])
        assert f"examples:\n  sklearn-raters {command}" in capsys.readouterr().out


def test_the_help_tells_how_long_and_by_which_weights_networks_of_all_raters_learn():
    assert f"of networks of all raters {_rater_net._EPOCHS})" in _help.HELP["epochs"]
    assert "of the votes in networks of all raters" in _help.HELP["class-weight"]


def test_the_options_of_the_large_commands_stand_in_groups():
    commands = commands_of(build_parser())
    for name in ("inspect", "evaluate", "train", "predict"):
        _, ungrouped, *groups = commands[name]._action_groups
        assert [action.dest for action in ungrouped._group_actions] == ["help"], name
        assert groups
        assert all(1 < len(group._group_actions) <= 12 for group in groups), name


def test_the_examples_of_the_help_can_be_parsed():
    lines = [line.strip() for text in [_help.EPILOG, *_help.EPILOGS.values()] for line in text.splitlines()]
    examples = [
        shlex.split(line)[1:] for line in lines if line.startswith("sklearn-raters ") and ">" not in line
    ]
    assert len(examples) > 10
    for words in examples:
        # The file of --config is not there.
        _main.parse([word for word in words if word != "--config" and not word.endswith(".toml")])


def test_the_time_limit_has_an_exit_status_of_its_own(votes, monkeypatch, capsys):
    def train(options):
        raise TimeLimitReached

    monkeypatch.setattr(_jobs, "train", train)
    assert cli.main(["train", "--out", "model", "--cache", "kept", "--time-limit", "2"]) == _main.STOPPED
    assert "--time-limit 2: nothing was written but the trainings, in kept" in capsys.readouterr().err
    for minutes in ("0", "-1", "nan"):
        assert cli.main(["train", "--out", "model", "--cache", "kept", "--time-limit", minutes]) == 2


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_shell_gets_its_completion(capsys, shell):
    pytest.importorskip("shtab")
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--print-completion", shell])
    assert stopped.value.code == 0
    assert "--label-separator" in capsys.readouterr().out


def test_without_the_package_for_completion_the_extra_is_named(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert cli.main(["--print-completion", "bash"]) == 2
    assert "pip install 'sklearn-raters[completion]'" in capsys.readouterr().err
