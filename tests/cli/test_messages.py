"""Errors and warnings name the options that mend them."""

from argparse import Namespace

import pytest

from sklearn_raters import cli
from sklearn_raters.cli._messages import FORMS, OPTIONS, with_options
from sklearn_raters.cli._parser import build_parser, commands_of, parse
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import Task
from sklearn_raters.stacking._views import find_consensus

VOTES = "clip,worker,answer,who\na,w1,sad,p\nb,w1,glad,p\na,w2,sad,p\nb,w2,glad,p\n"


COLUMNS = ["sample", "rater", "label"]


@pytest.mark.parametrize(
    ("command", "role"),
    [
        *(("inspect", role) for role in COLUMNS),
        *(("evaluate", role) for role in [*COLUMNS, "speaker", "session"]),
    ],
)
def test_an_error_of_a_column_names_its_option(tmp_path, capsys, command, role):
    votes = tmp_path / "votes.csv"
    votes.write_text(VOTES)
    data = [str(votes)] if command == "inspect" else ["--ratings", str(votes), "--audio", str(tmp_path)]
    assert cli.main([command, *data, f"--{role}-column=nowhere"]) == 2
    errors = capsys.readouterr().err
    assert f"no column for --{role}-column 'nowhere'" in errors
    assert f"Name the right ones, as by --{role}-column.\n" in errors


def test_an_unknown_tool_names_its_option(tmp_path, capsys):
    (tmp_path / "votes.csv").write_text(VOTES)
    assert cli.main(["inspect", str(tmp_path / "votes.csv"), "--tool=excel"]) == 2
    assert "--tool 'excel' is not known" in capsys.readouterr().err


def test_a_table_without_the_usual_names_is_told_the_options(tmp_path, capsys):
    (tmp_path / "votes.csv").write_text("x,y,z\na,w1,sad\nb,w1,glad\n")
    assert cli.main(["inspect", str(tmp_path / "votes.csv")]) == 2
    errors = capsys.readouterr().err
    for option in ("--sample-column", "--rater-column", "--label-column"):
        assert option in errors


def test_scores_are_told_to_be_cut_by_the_option(tmp_path, capsys):
    rows = [f"c{n},w{n % 3},{n / 2}" for n in range(20)]
    (tmp_path / "votes.csv").write_text("\n".join(["sample,rater,label", *rows]))
    assert cli.main(["inspect", str(tmp_path / "votes.csv")]) == 2
    assert "by --bins 0,A,1,B,2; if they are classes, name them in --classes A,B." in capsys.readouterr().err


@pytest.mark.filterwarnings("default::sklearn_raters.exceptions.InputWarning")
def test_a_code_of_missing_ratings_is_told_with_the_options_that_say_so(tmp_path, capsys):
    rows = [f"c{n},w{n % 3},{99 if n % 5 == 0 else n % 3}" for n in range(30)]
    (tmp_path / "votes.csv").write_text("\n".join(["sample,rater,label", *rows]))
    assert cli.main(["inspect", str(tmp_path / "votes.csv")]) == 0
    said = capsys.readouterr().err
    assert "If it means 'not rated', give --missing-label 99, or in an estimator --label-map=99=;" in said


def test_the_error_of_a_joined_label_names_the_option_that_splits_it():
    Y = [["calm", "calm"], ["sad", "sad"], ["calm|sad", "calm"]]
    with pytest.raises(InputError) as raised:
        find_consensus(Task(Y, classes=["calm", "sad", "calm|sad"]), "majority")
    said = with_options(str(raised.value), parse(["train", "--out=m"]))
    assert "means several labels, give --label-separator '|'. Leave it out by --classes=calm,sad, or" in said


def test_every_parameter_has_an_option_of_some_command():
    commands = commands_of(build_parser()).values()
    options = {word for parser in commands for action in parser._actions for word in action.option_strings}
    assert [name for name in [*OPTIONS.values(), *FORMS] if f"--{name}" not in options] == []


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("Lower min_ratings=5 or cv=3.", "Lower --min-ratings 5 or --folds 3."),
        ("The 'learning_rate' parameter of Net\n must be", "The --learning-rate of Net must be"),
        ("label_map={'a': None}, or label_map={-1: 'a b'}", "--label-map=a=, or --label-map='-1=a b'"),
        ("name all in classes=, or classes=['a', 'b'].", "name all in --classes A,B, or --classes=a,b."),
        ("Task(Y), classes=[lowest, ..., highest]", "Task(Y), --classes=lowest,...,highest"),
        (
            "Lower min_ratings; 'min_ratings' a/min_ratings",
            "Lower --min-ratings; 'min_ratings' a/min_ratings",
        ),
        ("by classes= (Task and load_rated_audio take it)", "by --classes A,B"),
        ("by xlabel=, a.label= or --label=x", "by xlabel=, a.label= or --label=x"),
        ("by verbose=", "by verbose="),
        ("no file /x/min_ratings=5/a.wav, 'label=3'", "no file /x/min_ratings=5/a.wav, 'label=3'"),
        ("no file label=3/a.wav (label=3)", "no file label=3/a.wav (--label-column 3)"),
    ],
)
def test_options_take_the_place_of_parameters_of_the_command_alone(message, told):
    names = ("min_ratings", "folds", "learning_rate", "label_map", "label_column", "classes")
    assert with_options(message, Namespace(**dict.fromkeys(names))) == told
