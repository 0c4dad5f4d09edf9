"""Tables of votes in files: every cell as text, no shifted and no lost column."""

import numpy as np
import pandas as pd
import pytest

from sklearn_raters.datasets import load_rated_audio
from sklearn_raters.exceptions import InputError, InputWarning

HEADER = "sample,rater,label"


@pytest.fixture
def load(tmp_path):
    """Return a loader of the ratings in a text, whose samples a, b and c have audio."""
    for name in "abc":
        (tmp_path / f"{name}.wav").write_bytes(b"audio")

    def load(text, **settings):
        (tmp_path / "votes.csv").write_text(text, encoding="utf-8")
        return load_rated_audio(tmp_path / "votes.csv", tmp_path, **settings)

    return load


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}\na,1,x,\nb,1,y,\n",
        f"{HEADER}\na,1,x\nb,1,y,\n",
        f"{HEADER}\na,1,x,,, \nb,1,y\n",
        f"{HEADER},\na,1,x,\nb,1,y,\n",
        f"{HEADER}\r\na,1,x,\r\nb,1,y,\r\n",
        "\n sample , rater, label\n\na , 1, x\nb, 1 , y \n",
    ],
    ids=ascii,
)
def test_commas_at_the_end_of_rows_and_blanks_around_cells_shift_no_column(load, text):
    corpus = load(text)
    assert corpus.Y.index.tolist() == ["a", "b"]
    assert corpus.Y.columns.tolist() == ["1"]
    assert corpus.Y["1"].tolist() == ["x", "y"]


@pytest.mark.parametrize(
    ("rows", "line"), [("a,1,x,z\nb,1,y,z", 2), ("a,1,x\nb,1,y,z", 3), ("a,1,calm,sad\nb,1,calm", 2)]
)
def test_a_row_with_more_cells_than_columns_is_named(load, rows, line):
    with pytest.raises(
        InputError, match=rf"Line {line} of the ratings table .*votes.csv has more cells than the 3 col"
    ):
        load(f"{HEADER}\n{rows}\n")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"{HEADER}\na,1,x\n\n,,\n  ,, \nb,,y\n", 6),
        (f"sep=,\r\n\r\n{HEADER}\r\na,1,x\r\nb,,y", 5),
        ('sample,rater,"the\nlabel"\na,1,"x\n y"\nb,,y\n', 5),
    ],
    ids=ascii,
)
def test_rows_are_called_by_their_line_in_the_file(load, text, line):
    with pytest.raises(InputError, match=f"Line {line} of the ratings table names no rater: fill it in"):
        load(text, label="the\nlabel" if "the" in text else None)


def test_rows_of_blank_cells_only_are_no_rows(load):
    assert load(f",,\n{HEADER}\na,1,x\nb,1,y\n").Y.index.tolist() == ["a", "b"]
    corpus = load("sample;rater;label\n;;\na;1;x\nb;1;y\n;;;\n;;\n\n ; ;\n")
    assert corpus.Y.index.tolist() == ["a", "b"]
    assert "0 rows of the table have no label" in corpus.DESCR
    with pytest.raises(InputError, match="has no rows"):
        load(f"{HEADER}\n,,\n,,\n")


def test_rows_with_very_many_cells_are_an_error(load):
    with pytest.raises(InputError, match="cannot be read as text separated by ','"):
        load(f"{HEADER}\na,1,x{',z' * 20}\n")


def test_a_short_row_has_no_label(load):
    assert load(f"{HEADER}\na,1,x\nb,1\n").Y["1"].isna().tolist() == [False, True]


def test_two_columns_of_one_name_are_an_error_where_the_name_is_used(load):
    with pytest.raises(InputError, match="has 2 columns for label='label': rename all but the right one"):
        load(f"{HEADER},label\na,1,x,u\nb,1,y,v\n")
    assert load(f"{HEADER},note,note\na,1,x,u,v\nb,1,y,u,v\n").classes == ["x", "y"]


def test_labels_of_a_long_file_of_many_columns_have_one_type(load):
    # pandas takes the types of such a file in parts: numbers in the first, texts in the last.
    rest = ",".join(["1.5"] * 57)
    rows = [
        f"{'abc'[row % 3]},r{row % 40},{row % 2 if row < 29_990 else 'sad'},{rest}" for row in range(30_000)
    ]
    header = ",".join([HEADER, *(f"c{column}" for column in range(57))])
    corpus = load("\n".join([header, *rows]))
    assert corpus.classes == ["0", "1", "sad"]


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["1", "2", "10"], [1, 2, 10]),
        (["01", "2.0", ""], [1, 2]),
        (["1.5", "2", "2.5"], [1.5, 2, 2.5]),
        (["1", "NA", "x"], ["1", "x"]),
        (["x", "nan", "<NA>"], ["x"]),
        (["'[1, 10]'", "2", "2"], [1, 2, 10]),
        (['\'["x", "y"]\'', "y", "x"], ["x", "y"]),
        (["100000000000000000000", "2", "2"], ["100000000000000000000", "2"]),
    ],
    ids=str,
)
def test_labels_of_a_file(load, labels, classes):
    cells = ['"' + label.strip("'").replace('"', '""') + '"' for label in labels]
    rows = [f"{sample},1,{cell}" for sample, cell in zip("abc", cells, strict=True)]
    assert load("\n".join([HEADER, *rows])).classes == classes


def test_labels_that_mean_not_rated_and_several_labels_of_one_cell(load):
    corpus = load(f"{HEADER}\na,1,x|y\na,2,-1\nb,1,y\n", missing_label=-1, label_separator="|")
    assert corpus.classes == ["x", "y"]
    assert corpus.Y["1"].tolist() == [("x", "y"), "y"]
    assert corpus.Y["2"].isna().all()


def test_none_is_a_class_of_a_file_if_it_is_named(load):
    text = f"{HEADER}\na,1,x\nb,1,None\n"
    assert load(text, classes=["None"]).classes == ["None", "x"]
    with pytest.warns(InputWarning, match='If "None" is a class'):
        assert load(text).classes == ["x"]


def test_scores_of_a_file_become_classes_in_their_order(load):
    bins = {"edges": [0, 33, 66, 100], "names": ["low", "middle", "high"]}
    corpus = load(f"{HEADER}\na,1,0\na,2,12.5\nb,1,99\nc,1,NA\nc,2,50\n", bins=bins)
    assert corpus.classes == ["low", "middle", "high"]
    assert corpus.consensus.tolist() == ["low", "high", "middle"]
    assert load(f"{HEADER}\na,1,0\nb,1,99\n", bins=bins).classes == ["low", "high"]
    with pytest.raises(InputError, match="Line 3, sample 'b', rater '1' has the label 101, beyond the edges"):
        load(f"{HEADER}\na,1,0\nb,1,101\n", bins=bins)


def test_continuous_scores_of_a_file_are_refused(load):
    rows = "".join(f"{sample},{rater},{rater + len(sample) / 7}\n" for sample in "abc" for rater in range(20))
    with pytest.raises(InputError, match=r"continuous.*by bins= "):
        load(f"{HEADER}\n{rows}")


def test_a_rater_who_is_a_dict_is_called_by_its_id(load):
    rater = '"{""id"": 3, ""email"": ""ann@example.org""}"'
    assert load(f"{HEADER}\na,{rater},x\nb,{rater},y\n").Y.columns.tolist() == ["3"]


def test_the_speakers_may_be_the_samples(load):
    corpus = load(f"{HEADER}\na,1,x\na,2,y\nb,1,y\n", speaker="sample", session="sample")
    assert corpus.speakers.tolist() == corpus.sessions.tolist() == ["a", "b"]


def test_cells_of_a_frame_may_hold_lists(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"audio")
    table = pd.DataFrame({"sample": ["a", "a"], "rater": [1, 2], "label": [["x", "y"], np.array(["x"])]})
    corpus = load_rated_audio(table, tmp_path)
    assert corpus.Y.loc["a"].tolist() == [("x", "y"), "x"]
    assert "0 rows of the table have no label" in corpus.DESCR
