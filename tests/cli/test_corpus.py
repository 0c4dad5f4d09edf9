"""The corpus that the command's options name: how the labels of a table are read."""

import pytest

from sklearn_raters import cli
from sklearn_raters.cli._corpus import open_corpus
from sklearn_raters.cli._parser import build_parser
from sklearn_raters.exceptions import InputError, InputWarning


@pytest.fixture
def load(tmp_path):
    """Return a function from rows of a table and further options to the corpus of the command."""
    for name in "abcd":
        (tmp_path / f"{name}.wav").write_bytes(b"audio")

    def load(rows, *options):
        (tmp_path / "votes.csv").write_text("\n".join(["sample,rater,label", *rows]))
        data = ["--ratings", tmp_path / "votes.csv", "--audio", tmp_path]
        with open_corpus(build_parser().parse_args(["evaluate", *map(str, data), *options])) as corpus:
            return corpus

    return load


CODED = ["a,1,0", "b,1,1", "c,1,-1", "d,1,1"]


@pytest.mark.parametrize(
    "option",
    [["--missing-label", "-1"], ["--missing-label=-1,9"], ["--label-map=-1="], ["--label-map", "-1= "]],
)
def test_a_label_that_means_not_rated_is_no_vote(load, option):
    task = load(CODED, *option).task
    assert task.classes == [0, 1]
    assert task.counts.tolist() == [[1, 0], [0, 1], [0, 0], [0, 1]]


def test_a_code_that_is_learnt_is_warned_of(load):
    with pytest.warns(InputWarning, match="are -1, where all others are 0, 1"):
        assert load(CODED).task.classes == [-1, 0, 1]


@pytest.mark.parametrize("separator", ["|", ";", " / "])
def test_a_separator_splits_the_labels_of_a_cell(load, separator):
    task = load([f"a,1,calm{separator}sad", "b,1,sad"], "--label-separator", separator).task
    assert task.classes == ["calm", "sad"]
    assert task.counts.tolist() == [[1, 1], [0, 1]]


def test_a_json_list_is_several_labels(load):
    assert load(['a,1,"[""calm"", ""sad""]"', "b,1,sad"]).task.counts.tolist() == [[1, 1], [0, 1]]


def test_scores_become_classes_by_edges_and_names_in_turn(load):
    rows = ["a,1,0", "b,1,33", "c,1,33.5", "d,1,100"]
    task = load(rows, "--bins", "0,low,33, middle ,66,high,100").task
    assert task.classes == ["low", "middle", "high"]
    assert task.counts.tolist() == [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    task = load(
        rows, "--bins=0,low,33,middle,66,high,100", "--classes=high,low", "--label-map=middle=low"
    ).task
    assert task.classes == ["high", "low"]
    assert task.counts.tolist() == [[0, 1], [0, 1], [0, 1], [1, 0]]


@pytest.mark.parametrize("option", [["--classes", "None,x"], ["--label-map", "None=y"]])
def test_none_is_a_label_if_an_option_names_it(load, option):
    task = load(["a,1,x", "b,1,None", "c,1,x"], *option).task
    assert task.counts.sum() == 3


def test_the_speakers_may_be_the_samples(load):
    corpus = load(["a,1,x", "b,1,y"], "--speaker-column", "sample")
    assert corpus.sessions.tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("rows", "option", "message"),
    [
        (
            ["a,1,0", "b,1,101"],
            "--bins=0,low,50,high,100",
            "'b', rater '1' has the label 101, beyond the edges",
        ),
        (["a,1,0", "b,1,9"], "--bins=0,low,50,100", "4 edges and 1 names|rising|names"),
        (["a,1,0", "b,1,1"], "--label-map=7=", "no vote has '7'; the labels are 0, 1"),
        ([f"a,{rater},{rater * 1.37}" for rater in range(20)], "--folds=2", "continuous.*by bins= "),
    ],
)
def test_labels_that_cannot_be_read_are_an_error(load, rows, option, message):
    with pytest.raises(InputError, match=message):
        load(rows, option)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (["--missing-label=-1"], "--missing-label is for the table of --ratings"),
        (["--label-separator=|"], "--label-separator is for the table of --ratings"),
        (["--bins=0,low,1,high,2"], "--bins is for the table of --ratings"),
    ],
)
def test_an_option_of_a_table_without_a_table_is_an_error(capsys, tmp_path, monkeypatch, option, message):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["evaluate", *option]) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_bins_that_are_no_list_of_edges_and_names_are_an_error_with_an_example(capsys):
    with pytest.raises(SystemExit):
        build_parser().parse_args(["evaluate", "--bins", "low,0,high"])
    assert "list of edges and names in turn, such as 0,low,50,high,100" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["crema-d", "msp-improv", "msp-podcast"])
def test_corpora_are_known_by_name(tmp_path, name):
    options = build_parser().parse_args(["evaluate", "--corpus", name, "--root", str(tmp_path / "nowhere")])
    message = rf"(?i)^{name}: there is no folder .*nowhere.*give the folder"
    with pytest.raises(FileNotFoundError, match=message), open_corpus(options):
        pass


def test_votes_of_podcasts_become_a_task(tmp_path):
    (tmp_path / "Labels").mkdir()
    head = "FileName,EmoClass,EmoAct,EmoVal,EmoDom,SpkrID,Gender,Split_Set\n"
    (tmp_path / "Labels/labels_consensus.csv").write_text(head + "a.wav,H,1,1,1,7,Male,Train\n")
    rows = "FileName,Workers,EmoClass_Major\na.wav,w1,Happy\na.wav,w2,Sad\n"
    (tmp_path / "Labels/labels_detailed.csv").write_text(rows)
    options = ["evaluate", "--corpus", "msp-podcast", "--root", str(tmp_path), "--skip-broken"]
    options += ["--classes", "happiness,sadness"]
    with open_corpus(build_parser().parse_args(options)) as corpus:
        assert corpus.task.counts.tolist() == [[1, 1]]


def test_a_missing_label_that_no_vote_has_is_refused_before_any_work(load):
    with pytest.raises(
        InputError, match="--missing-label: no vote has 'unsure'; the labels are 'calm', 'sad'"
    ):
        load(["a,1,calm", "b,1,sad"], "--missing-label", "unsure")


def test_classes_of_a_table_stay_sorted_when_some_are_merged(load):
    rows = ["a,1,anger", "b,1,calm", "c,1,fear", "d,1,joy"]
    assert load(rows, "--label-map", "anger=zeal,fear=calm").task.classes == ["calm", "joy", "zeal"]
    task = load(["a,1,0", "b,1,60"], "--bins", "0,low,33,middle,66,high,100", "--label-map", "low=a").task
    assert task.classes == ["a", "middle"]
