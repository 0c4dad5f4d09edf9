"""The command that looks at raters: what it prints, what it writes, what it refuses."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from made_crowds import always_first, crowd
from sklearn_raters import cli
from sklearn_raters.cli import _inspection_tables
from sklearn_raters.cli._inspect import TABLES
from sklearn_raters.ratings import inspect_ratings, rater_pairs, ratings_to_long, votes_from_long


@pytest.fixture(scope="module")
def votes(tmp_path_factory):
    Y = pd.DataFrame(crowd(n_samples=200, others=[always_first]), columns=[f"[b]{n}" for n in range(9)])
    table = ratings_to_long(Y, sample="clip", rater="worker", label="answer")
    table["text"] = table["clip"] // 2
    path = tmp_path_factory.mktemp("votes") / "votes.csv"
    table.to_csv(path, index=False)
    return path


def run(capsys, *arguments):
    capsys.readouterr()
    status = cli.main(["inspect", *map(str, arguments)])
    return status, *capsys.readouterr()


COLUMNS = ["--sample-column", "clip", "--rater-column", "worker", "--label-column", "answer"]


def test_it_prints_the_numbers_and_writes_every_table(votes, tmp_path, capsys):
    status, printed, errors = run(
        capsys, votes, *COLUMNS, "--repeat-column", "text", "--output", tmp_path / "tables"
    )
    assert (status, errors) == (0, f"All tables in full: {tmp_path / 'tables'}\n")
    table = pd.read_csv(votes, dtype=str)
    read, samples = votes_from_long(table, sample="clip", rater="worker", label="answer")
    found = inspect_ratings(read, samples=samples, random_state=0)
    assert "1,000 votes, 9 raters, 200 samples" in printed
    alpha = f"alpha: {found.alpha.alpha:.3f} (interval {found.alpha.low:.3f} to {found.alpha.high:.3f}"
    assert alpha in printed
    assert f"[b]8 looks constant: {found.hints['evidence'].iloc[0]}." in printed
    assert "Camps: none found." in printed
    assert "Raters with themselves, on repeated content (9)" in printed
    assert "Pairs of raters (10 of 36, those who agree least, by the upper limit of the interval)" in printed
    written = {path.stem for path in (tmp_path / "tables").iterdir()}
    assert written == {*TABLES, "alpha", "inspect"}
    pairs = pd.read_csv(tmp_path / "tables" / "pairs.csv")
    assert pairs.columns[0] == "rater_a"
    np.testing.assert_allclose(pairs["agreement"], found.pairs["agreement"])
    written = pd.read_csv(tmp_path / "tables" / "samples.csv", index_col="sample")
    assert written.index.astype(str).tolist() == samples.tolist()


def test_scores_are_cut_and_classes_ordered(tmp_path, capsys):
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 11, 60)
    table = pd.DataFrame({"sample": np.repeat(range(20), 3), "rater": list("abc") * 20, "label": scores})
    table.to_csv(tmp_path / "scores.tsv", sep="\t", index=False)
    degrees = table.assign(label=1 + scores % 5)
    degrees.to_csv(tmp_path / "degrees.csv", index=False)
    status, _, errors = run(capsys, tmp_path / "degrees.csv")
    assert (status, errors[:40]) == (0, "The classes are numbers: give --ordered ")
    status, printed, errors = run(
        capsys, tmp_path / "scores.tsv", "--bins", "0,low,4,middle,7,high,10", "--ordered"
    )
    assert (status, errors) == (0, "")
    assert [printed.index(f"{name} %") for name in ("low", "middle", "high")] == sorted(
        printed.index(f"{name} %") for name in ("low", "middle", "high")
    )


def test_classes_give_the_order_and_a_map_merges(votes, capsys):
    classes = ["--classes", "c3,c2,c1"]
    status, printed, _ = run(capsys, votes, *COLUMNS, *classes, "--label-map", "c0=c1", "--ordered")
    assert status == 0
    assert printed.index("c3 %") < printed.index("c2 %") < printed.index("c1 %")
    assert "c0" not in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.csv"], "The ratings table: there is no file"),
        (["{votes}", "--sample-column", "page"], "'page'"),
        (["{votes}", *COLUMNS, "--ordered"], "only sorted as text: give them in their order"),
        (["{votes}", *COLUMNS, "--repeat-column", "clip"], "No rater rated the same content twice"),
        (
            ["{votes}", *COLUMNS, "--repeat-column", "page"],
            "csv are 'clip', 'worker', 'answer', 'text'. Name",
        ),
        (["{votes}", *COLUMNS, "--output", "no/folder"], "there is no folder"),
        (["{votes}", *COLUMNS, "--output", "{votes}"], "is a file: name a folder"),
        (["{votes}", *COLUMNS, "--label-map", "joy=c1"], "--label-map: no vote has 'joy'"),
        (["{votes}", *COLUMNS, "--classes", "c0,joy"], "No vote names the class 'joy'"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(votes, tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    status, printed, errors = run(capsys, *(str(one).format(votes=votes) for one in arguments))
    assert (status, printed) == (2, "")
    assert message in errors
    assert errors.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("inspect.toml", "top = 3\n", "inspect.toml, a file of yours: give another --output."),
        (
            "inspect.toml",
            "# Options of sklearn-raters 0.1.0\n[evaluate]\n",
            "inspect.toml, which holds those of another command: give another --output.",
        ),
        ("pairs.csv", "mine", "pairs.csv, a file of yours, as no inspect.toml beside it tells of an earlier"),
        ("self_agreement.csv", "mine", "self_agreement.csv, a file of yours"),
    ],
)
def test_files_of_the_user_in_the_folder_are_not_overwritten(votes, tmp_path, capsys, name, text, message):
    (tmp_path / name).write_text(text)
    status, printed, errors = run(capsys, votes, *COLUMNS, "--output", tmp_path)
    assert (status, printed) == (2, "")
    assert message in errors
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {name: text}


def test_the_same_run_writes_into_its_folder_again_and_leaves_other_files(votes, tmp_path, capsys):
    (tmp_path / "notes.csv").write_text("mine")
    for top in ("2", "3"):
        status, _, errors = run(capsys, votes, *COLUMNS, "--output", tmp_path, "--top", top)
        assert (status, errors) == (0, f"All tables in full: {tmp_path}\n")
    assert "top = 3" in (tmp_path / "inspect.toml").read_text()
    assert (tmp_path / "notes.csv").read_text() == "mine"
    # A table of the run that is no longer a file has no place to be written to.
    (tmp_path / "pairs.csv").unlink()
    (tmp_path / "pairs.csv").mkdir()
    status, printed, errors = run(capsys, votes, *COLUMNS, "--output", tmp_path)
    assert (status, printed, "pairs.csv is a folder" in errors) == (2, "", True)


def test_repeated_votes_are_counted_once_and_told_of(votes, tmp_path, capsys):
    table = pd.read_csv(votes, dtype=str)
    table = pd.concat([table, table.head(3), table.head(1)])
    table.to_csv(tmp_path / "repeated.csv", index=False)
    status, printed, errors = run(capsys, tmp_path / "repeated.csv", *COLUMNS)
    assert (status, "1,000 votes, 9 raters" in printed) == (0, True)
    assert "4 rows repeat the sample, rater and label of another row: they count as one vote." in errors


def test_tables_of_an_earlier_run_that_this_one_does_not_make_are_removed(votes, tmp_path, capsys):
    folder = tmp_path / "tables"
    assert run(capsys, votes, *COLUMNS, "--repeat-column", "text", "--output", folder)[0] == 0
    assert (folder / "self_agreement.csv").exists()
    assert run(capsys, votes, *COLUMNS, "--output", folder)[0] == 0
    assert not (folder / "self_agreement.csv").exists()
    assert (folder / "raters.csv").exists()


FEW = "sample,rater,label,text\ns0,w1,-1,a\ns0,w2,-1,a\ns1,w1,0,\ns1,w2,1,\ns2,w1,1, \ns2,w2,0, \n"


@pytest.fixture
def few(tmp_path):
    (tmp_path / "few.csv").write_text(FEW)
    return tmp_path / "few.csv"


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_empty_cells_are_no_repeated_content_and_no_text_to_show(few, ending, capsys):
    path = few.with_suffix(f".{ending}")
    if ending == "parquet":
        pd.read_csv(few, skipinitialspace=True).to_parquet(path)
    status, printed, errors = run(capsys, path, "--classes", "-1,0,1", "--repeat-column", "text")
    assert (status, printed) == (2, "")
    assert "'text' of the ratings table is empty for the samples 's1', 's2'" in errors
    page = few.parent / "page.html"
    status, _, errors = run(capsys, path, "--classes", "-1,0,1", "--text-column", "text", "--report", page)
    assert (status, page.is_file()) == (0, True), errors


@pytest.mark.parametrize(
    "words",
    [
        ["--classes", "-1,0,1"],
        ["--missing-label", "-1,-2"],
        ["--label-map", "-1="],
        ["--bins", "-2,low,0,high,3"],
        ["--classes", "0,1", "--missing-label", "-1.0"],
    ],
)
def test_values_that_begin_with_a_minus_can_be_typed(few, capsys, words):
    status, printed, errors = run(capsys, few, *words)
    assert status == 0, errors
    assert "Raters: use of the classes (2)" in printed


@pytest.mark.parametrize("label", ["unsure", "unsure,2"])
def test_a_missing_label_that_no_vote_has_is_refused(few, capsys, label):
    status, printed, errors = run(capsys, few, "--missing-label", label)
    assert (status, printed) == (2, "")
    assert "--missing-label: no vote has 'unsure'" in errors
    assert "the labels are -1, 0, 1. Correct the names" in errors
    assert run(capsys, few, "--missing-label", "unsure,-1")[0] == 0
    assert (
        run(capsys, few, "--missing-label", "None", "--classes", "-1,0,1")[0] == 0
    )  # missing without the option too


def test_names_with_commas_are_given_in_quotes(tmp_path, capsys):
    rows = [
        's0,w1,"sad, tired"',
        's0,w2,"sad, tired"',
        "s1,w1,calm",
        's1,w2,"oh, well"',
        "s2,w1,fine",
        "s2,w2,calm",
    ]
    (tmp_path / "votes.csv").write_text("\n".join(["sample,rater,label", *rows]))
    words = ["--classes", 'calm, "sad, tired"', "--missing-label", '"oh, well"', "--label-map", "fine=calm"]
    status, printed, errors = run(capsys, tmp_path / "votes.csv", *words, "--output", tmp_path / "out")
    assert status == 0, errors
    assert printed.index("calm %") < printed.index("sad, tired %")
    assert "5 votes, 2 raters, 3 samples" in printed
    again = run(capsys, tmp_path / "votes.csv", "--config", tmp_path / "out" / "inspect.toml")
    assert again == (0, printed, errors)
    words = ["--label-map", '"sad, tired=low"', "--missing-label", '"oh, well"']
    assert "low %" in run(capsys, tmp_path / "votes.csv", *words)[1]


def test_a_label_that_is_mapped_twice_is_refused(few, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["inspect", str(few), "--label-map", "0=1,0=-1"])
    assert ended.value.code == 2
    assert "0 is mapped to 1 and to -1: give it once" in capsys.readouterr().err
    status, _, errors = run(capsys, few, "--label-map", "0=1,0.0=-1", "--classes", "-1,1")
    assert (status, "--label-map maps 0.0 to two classes" in errors) == (2, True)


def test_numbers_are_named_in_any_form_from_text_and_from_floats(tmp_path, capsys):
    table = pd.DataFrame(
        {"sample": list("aabbc"), "rater": [1, 2, 1, 2, 1], "label": [1.0, 0.5, 2, 2, np.nan]}
    )
    table.to_csv(tmp_path / "votes.csv", index=False)
    table.to_parquet(tmp_path / "votes.parquet")
    for name in ("votes.csv", "votes.parquet"):
        for words in (["--classes", "2,1.0,0.50"], ["--classes", "2,1", "--label-map", "0.50=1"]):
            status, printed, errors = run(capsys, tmp_path / name, *words, "--ordered")
            assert (status, errors) == (0, "")
            assert "4 votes, 2 raters, 3 samples" in printed
            assert "votes for no class" not in printed


def test_a_class_that_is_also_mapped_is_named_once_in_the_message(few, capsys):
    status, _, errors = run(capsys, few, "--classes", "0,1,-1", "--label-map", "-1=0")
    assert status == 2
    assert "twice" not in errors


def test_an_empty_separator_is_refused_in_one_line(few, capsys):
    status, printed, errors = run(capsys, few, "--label-separator", "")
    assert (status, printed, errors.count("\n")) == (2, "", 1)
    assert "--label-separator" in errors
    assert "must be a text such as" in errors


def test_files_stay_where_the_tables_cannot_be_printed(few, tmp_path):
    (tmp_path / "russian.csv").write_text(FEW.replace("-1", "\u0433\u043d\u0435\u0432"), encoding="utf-8")
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "sklearn_raters", "inspect", tmp_path / "russian.csv", "--output"]
    closed = subprocess.run(
        [*command, tmp_path / "closed"], stdout=writing, stderr=subprocess.PIPE, text=True
    )
    os.close(writing)
    assert (closed.returncode, "Error" in closed.stderr) == (141, False)
    assert (tmp_path / "closed" / "pairs.csv").is_file()
    western = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    printed = subprocess.run([*command, tmp_path / "western"], capture_output=True, env=western)
    assert printed.returncode == 0, printed.stderr
    assert rb"\u0433\u043d\u0435\u0432" in printed.stdout
    assert (tmp_path / "western" / "pairs.csv").is_file()


def test_whole_numbers_that_name_raters_are_printed_as_they_are():
    names = [101, 102, 2**53 + 1]
    pairs = rater_pairs(pd.DataFrame([["a", "a", "b"], ["b", "b", "b"]], columns=names))
    shown = [str(cell) for cell in _inspection_tables._pairs(pairs, 5).columns[1].cells]
    assert shown == ["102", str(names[2]), str(names[2])]
