"""Options in a TOML file: what it may hold, what is refused, and the file that repeats a run."""

import os
import shlex
import subprocess

import pytest

from sklearn_raters import cli
from sklearn_raters.cli._config import check_config, write_config
from sklearn_raters.cli._parser import parse
from sklearn_raters.exceptions import InputError


@pytest.fixture
def parsed(tmp_path):
    """Return a function that parses a command with a TOML file of this text, and further words."""

    def parsed(command, text, *words):
        (tmp_path / "run.toml").write_text(text)
        return parse([command, "--config", str(tmp_path / "run.toml"), *words])

    return parsed


def test_options_stand_outside_of_tables_or_in_the_table_of_the_command(parsed):
    text = 'epochs = 3\nfolds = 4\nviews = ["crowd_hard", "E1"]\n[evaluate]\nepochs = 5\nskip-broken = true\n'
    text += 'label_map = {excitement = "happiness"}\n[train]\nepochs = 7\nout = "model"\n'
    options = parsed("evaluate", text)
    assert (options.epochs, options.folds, options.skip_broken) == (5, 4, True)
    assert options.views == ["crowd_hard", "E1"]
    assert options.label_map == {"excitement": "happiness"}
    # --folds is of evaluate alone, which may share the file.
    options = parsed("train", text)
    assert (options.epochs, options.out, options.skip_broken) == (7, "model", False)


def test_a_file_without_options_of_the_command_changes_nothing_and_the_option_has_no_short_form(
    parsed, tmp_path
):
    assert parsed("train", "[evaluate]\nepochs = 3", "--out=m").changed == {"out": "m"}
    with pytest.raises(SystemExit):
        parse(["evaluate", "--conf", str(tmp_path / "run.toml")])
    with pytest.raises(SystemExit):
        parse(["guide", "--config", str(tmp_path / "run.toml")])


def test_the_command_line_has_precedence(parsed):
    options = parsed("evaluate", "epochs = 3\nseed = 2\nskip-broken = true", "--epochs=9", "--no-skip-broken")
    assert (options.epochs, options.seed, options.skip_broken) == (9, 2, False)


def test_what_is_no_option_of_a_command_stays_with_the_others(parsed):
    options = parsed("inspect", 'ratings = "votes.csv"\ntop = 3', "other.csv")
    assert (options.ratings, options.top) == ("other.csv", 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epoch = 3", "no option 'epoch'; do you mean epochs?"),
        ("[evaluate]\nlabelmap = 'a=b'", r"no option 'labelmap' in \[evaluate\]; do you mean label-map"),
        ("[train]\nepochs = 1\n[evaluate]\nrepeat-column = 'x'", r"'repeat-column' in \[evaluate\]"),
        ("zzz = 1", "the options are alpha, audio"),
        ("evaluate = 1", r"evaluate must be a table, \[evaluate\], not 1"),
        ("epochs = ", "is no TOML"),
        ("skip-broken = 1", "skip-broken must be true or false, not 1"),
        ("epochs = true", "epochs must be a text, a number or a list, not True"),
    ],
)
def test_what_no_option_can_be_is_refused_with_the_key(parsed, text, message):
    with pytest.raises(InputError, match=message):
        parsed("evaluate", text)


def test_a_wrong_value_and_a_missing_file_end_with_status_2(parsed, tmp_path, capsys):
    with pytest.raises(SystemExit):
        parsed("evaluate", "epochs = 0")
    assert "argument --epochs: invalid number from 1 to 1000000 value: '0'" in capsys.readouterr().err
    assert cli.main(["evaluate", "--config", str(tmp_path / "none.toml")]) == 2
    assert "there is no file" in capsys.readouterr().err


WORDS = {
    "evaluate": ["--bins=0,low,33.5,high,100", "--views=crowd_hard", "--label-map=a=b,c=", "--seeds=3"],
    "train": ["--out=model.bin", "--classes=x,y", "--missing-label=-1", "--skip-broken", "--alpha=0"],
    "inspect": ["votes.csv", "--ordered", "--top=4", "--output=tables"],
    "predict": ["model.bin", "a b.wav", "new", "--speakers=folder", "--out=answers.csv", "--n-jobs=2"],
}


@pytest.mark.parametrize("command", WORDS)
def test_a_run_writes_the_options_that_repeat_it(tmp_path, command):
    options = parse([command, *WORDS[command], "--quiet"])
    write_config(options, tmp_path / "run.toml", tmp_path / "run.toml")
    text = (tmp_path / "run.toml").read_text()
    given = [word for word in WORDS[command] if not word.startswith("--")]
    assert len(options.changed) == len(WORDS[command]) - len(given), text
    assert text.startswith("# Options of sklearn-raters 0.")
    assert "scikit-learn " in text
    words = shlex.split(next(line for line in text.splitlines() if line.startswith("# by: "))[5:])
    assert words[:3] + words[4:] == ["sklearn-raters", command, "--config", *given]
    assert "standard input" not in text
    again = parse([command, "--config", str(tmp_path / "run.toml"), *given])
    assert again.changed == options.changed
    same = {name: value for name, value in vars(again).items() if name not in ("config", "quiet", "words")}
    assert same == {name: value for name, value in vars(options).items() if name in same}


def test_a_file_of_the_user_is_not_overwritten(tmp_path):
    (tmp_path / "mine.toml").write_text("epochs = 3\n")
    with pytest.raises(InputError, match="a file of yours: give another --out"):
        check_config(str(tmp_path / "mine.csv"), "evaluate")
    with pytest.raises(InputError, match="give another name"):
        check_config(str(tmp_path / "table.toml"), "evaluate")
    path = check_config(str(tmp_path / "table.csv"), "evaluate")
    write_config(parse(["evaluate"]), path, path)
    assert check_config(str(tmp_path / "table.csv"), "evaluate") == path
    # Beside a model, the options of its training stay.
    with pytest.raises(InputError, match="which holds those of another command: give another --out"):
        check_config(str(tmp_path / "table.parquet"), "predict")


def repeated(tmp_path, *words):
    """Return the text that a run writes, and the words of its command as a shell reads them."""
    options = parse(list(words))
    write_config(options, tmp_path / "run.toml", tmp_path / "run.toml")
    text = (tmp_path / "run.toml").read_text(encoding="utf-8", errors="surrogateescape")
    line = next(line for line in text.splitlines() if line.startswith("# by: "))
    script = f"printf '%s\\0' {line[6:]}".encode(errors="surrogateescape")
    printed = subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout
    return text, os.fsdecode(printed).split("\0")[:-1]


@pytest.mark.parametrize("name", ["-a.wav", "a\nb\t'c'.wav", "a\udce9.wav", "$x `y`.wav"])
def test_any_name_of_a_file_stands_in_the_command_that_repeats_the_run(tmp_path, name):
    _, words = repeated(tmp_path, "predict", "--out=x.csv", "--", "model.bin", name)
    assert words[0] == "sklearn-raters"
    again = parse(words[1:])
    assert (again.model, again.files, again.changed) == ("model.bin", [name], {"out": "x.csv"})


def test_a_list_on_standard_input_is_told_to_be_given_again(tmp_path):
    text, words = repeated(tmp_path, "predict", "model.bin", "-", "--out=x.csv")
    assert words[-2:] == ["model.bin", "-"]
    assert "# - stands for a list of files on standard input, which is not kept: give it again." in text


def test_an_option_of_the_command_line_displaces_one_of_the_file_that_it_excludes(parsed):
    text = "speakers = 'folder'\nsegments = 2\n"
    options = parsed("predict", text, "model.bin", "a.wav", "--speaker=ann")
    assert (options.speaker, options.speakers, options.segments) == ("ann", "each", 2)
    assert parsed("predict", text, "model.bin", "a.wav").speakers == "folder"
    with pytest.raises(SystemExit):
        parsed("predict", f"{text}speaker = 'ann'", "model.bin", "a.wav")


def test_the_options_of_another_result_are_not_overwritten(tmp_path):
    for name in ("model-alpha0.5", "model-alpha0.75"):
        if name.endswith("75"):
            with pytest.raises(InputError, match=r"holds those of .*alpha0\.5: give a name that differs"):
                check_config(str(tmp_path / name), "train")
            (tmp_path / "model-alpha0.5").unlink()
        path = check_config(str(tmp_path / name), "train")
        options = parse(["train", f"--out={tmp_path / name}"])
        write_config(options, path, path)
        (tmp_path / name).write_text("a model")
    assert check_config(str(tmp_path / name), "train") == path


def test_a_list_keeps_names_with_commas_and_quotes(parsed):
    options = parsed(
        "evaluate", """classes = ['a, b', 'c', '5" or more']\n[evaluate.label-map]\n'd, e' = 'c'"""
    )
    assert options.classes == ["a, b", "c", '5" or more']
    assert options.label_map == {"d, e": "c"}
