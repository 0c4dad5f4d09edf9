"""Exports of doccano: a file of each rater, a zip or folder of them, and version 1 with users."""

import json
import zipfile

import pytest

from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.ratings import read_ratings

ANN = [
    {"id": 1, "text": "t1", "label": ["sad"], "Comments": [], "source": "web"},
    {"id": 2, "text": "t2", "label": ["sad", "angry"], "Comments": [], "source": "web"},
]
BOB = [{"id": 1, "text": "t1", "label": ["angry"], "Comments": ["?"]}, {"id": 2, "text": "t2", "label": []}]


def lines(documents):
    return "".join(json.dumps(document) + "\n" for document in documents)


def write(path, documents):
    path.write_text(lines(documents), encoding="utf-8")
    return path


def test_a_file_is_named_for_its_rater(tmp_path):
    table = read_ratings(write(tmp_path / "ann.jsonl", ANN))
    assert table[["sample", "rater", "label", "source"]].to_numpy().tolist() == [
        ["1", "ann", "sad", "web"],
        ["2", "ann", ("sad", "angry"), "web"],
    ]
    assert table.attrs["tool"] == "doccano"


@pytest.mark.parametrize("packed", [True, False])
def test_a_zip_or_folder_holds_all_raters(tmp_path, packed):
    place = tmp_path / ("export.zip" if packed else "export")
    if packed:
        with zipfile.ZipFile(place, "w") as archive:
            archive.writestr("ann.jsonl", lines(ANN))
            archive.writestr("bob.jsonl", lines(BOB))
    else:
        place.mkdir()
        write(place / "ann.jsonl", ANN)
        write(place / "bob.jsonl", BOB)
    with pytest.warns(InputWarning, match="left out 1 documents without a label"):
        table = read_ratings(place)
    assert table[["sample", "rater", "label"]].to_numpy().tolist() == [
        ["1", "ann", "sad"],
        ["2", "ann", ("sad", "angry")],
        ["1", "bob", "angry"],
    ]


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_raters_whose_names_begin_alike_stay_apart(tmp_path, ending):
    names = ["anna.jones", "anna.smith", "x@y.com", "x@y.org"]
    text = {"jsonl": lines(ANN), "csv": "id,text,label\n1,t1,sad\n2,t2,angry\n"}[ending]
    for name in names:
        (tmp_path / f"{name}.{ending}").write_text(text)
    assert read_ratings(tmp_path)["rater"].unique().tolist() == names


CSV = {
    "ann.csv": 'id,text,source,label,Comments\n1,"t1, a",web,sad,\n2,t2,web,angry#sad,?\n',
    "bob.csv": 'id,text,source,label,Comments\n1,"t1, a",web,angry,\n2,t2,web,,\n',
}
OF_CSV = [["1", "ann", "sad", "t1, a"], ["2", "ann", ("angry", "sad"), "t2"], ["1", "bob", "angry", "t1, a"]]


@pytest.mark.parametrize("packed", [True, False])
def test_csv_files_join_several_labels(tmp_path, packed):
    place = tmp_path / ("export.zip" if packed else "export")
    if packed:
        with zipfile.ZipFile(place, "w") as archive:
            for name, text in CSV.items():
                archive.writestr(name, text)
    else:
        place.mkdir()
        for name, text in CSV.items():
            (place / name).write_text(text, encoding="utf-8")
    with pytest.warns(InputWarning, match="left out 1 documents without a label"):
        table = read_ratings(place)
    assert table.attrs["tool"] == "doccano"
    assert table[["sample", "rater", "label", "text"]].to_numpy().tolist() == OF_CSV


def test_a_csv_file_alone_is_read_where_the_tool_is_named(tmp_path):
    path = tmp_path / "ann.csv"
    path.write_text(CSV["ann.csv"], encoding="utf-8")
    table = read_ratings(path, tool="doccano")
    assert table[["sample", "rater", "label", "text"]].to_numpy().tolist() == OF_CSV[:2]
    with pytest.raises(InputError, match="no column for rater="):
        read_ratings(path)
    with pytest.raises(InputError, match="shared annotations, which does not tell"):
        read_ratings(path.rename(tmp_path / "all.csv"), tool="doccano")


def test_a_csv_row_of_another_length_is_told(tmp_path):
    (tmp_path / "ann.csv").write_text("id,text,label\n1,t1,sad\n2,t2, and more,calm\n")
    with pytest.raises(InputError, match=r"ann.csv, row 1 has another number of cells than the 3 names"):
        read_ratings(tmp_path)


def test_json_files_are_read_as_json_lines_are(tmp_path):
    (tmp_path / "ann.json").write_text(json.dumps(ANN))
    assert read_ratings(tmp_path / "ann.json")["label"].tolist() == ["sad", ("sad", "angry")]


def test_lines_that_name_their_rater_are_a_plain_table(tmp_path):
    table = read_ratings(
        write(tmp_path / "all.jsonl", [{"id": 1, "text": "t", "annotator": "ann", "label": ["x"]}])
    )
    assert table.attrs["tool"] == "table"
    assert table.iloc[0, :3].tolist() == ["1", "ann", "x"]


def test_annotations_of_version_1_name_their_users(tmp_path):
    annotations = [
        {"label": 3, "user": 1, "id": 9},
        {"label": 4, "user": 2, "id": 10},
        {"label": 5, "user": 1},
    ]
    old = {"id": 1, "text": "t", "meta": {"page": 3}, "annotations": annotations, "annotation_approver": None}
    table = read_ratings(write(tmp_path / "project.jsonl", [old]))
    assert table[["sample", "rater", "label", "page"]].to_numpy().tolist() == [
        ["1", "1", (3, 5), 3],
        ["1", "2", 4, 3],
    ]


@pytest.mark.parametrize(
    ("name", "documents", "message"),
    [
        ("all.jsonl", ANN, "shared annotations, which does not tell who gave a label"),
        (
            "ann.jsonl",
            [{"id": 1, "text": "t", "label": [[0, 3, "PER"]]}],
            r"line 1: the labels are \[\[0.*spans",
        ),
        (
            "ann.jsonl",
            [{"id": 1, "text": "t", "annotations": [{"user": 1}, 4]}],
            "line 1: the field 'label' is missing",
        ),
    ],
)
def test_other_shapes_are_told(tmp_path, name, documents, message):
    with pytest.raises(InputError, match=message):
        read_ratings(write(tmp_path / name, documents))


def test_a_folder_or_zip_without_records_is_told(tmp_path):
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(InputError, match=r"records such as alice.jsonl.* it holds none that ends in"):
        read_ratings(tmp_path)
    (tmp_path / "broken.zip").write_text("x")
    with pytest.raises(InputError, match="is no zip file"):
        read_ratings(tmp_path / "broken.zip")
