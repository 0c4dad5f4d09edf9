"""read_ratings on plain tables: text, JSON lines, Parquet and Excel; found columns; errors."""

import gzip
import json
import shutil
import sys

import pandas as pd
import pytest

from made import write
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import ratings_from_long, read_by_line, read_ratings

VOTES = [("010", "07", "3", "x"), ("010", "NA", "4", ""), ("b", "07", "10", "y z")]
NAMES = ["task", "worker", "label", "note"]
FRAME = pd.DataFrame(VOTES, columns=NAMES)


def text_of(separator):
    return "\n".join(separator.join(row) for row in [NAMES, *VOTES]) + "\n"


def lines():
    return "\n".join(json.dumps(dict(zip(NAMES, row, strict=True))) for row in VOTES) + "\n\n"


WRITERS = {
    "votes.csv": lambda path: write(path, text_of(",")),
    "excel.csv": lambda path: path.write_text(text_of(";"), encoding="utf-8-sig"),
    "votes.tsv": lambda path: write(path, text_of("\t")),
    "votes.csv.gz": lambda path: path.write_bytes(gzip.compress(text_of(",").encode())),
    "votes.jsonl": lambda path: write(path, lines()),
    "votes.jsonl.gz": lambda path: path.write_bytes(gzip.compress(lines().encode())),
    "votes.txt": lambda path: write(path, text_of("\t")),
    "lines.json": lambda path: write(path, lines()),
    "list.json": lambda path: FRAME.to_json(path, orient="records"),
    "pandas.json": lambda path: FRAME.to_json(path),
    "votes.parquet": lambda path: FRAME.to_parquet(path),
    "votes.xlsx": lambda path: FRAME.to_excel(path, index=False),
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_table(tmp_path, name):
    for suffix, package in {".parquet": "pyarrow", ".xlsx": "openpyxl"}.items():
        if name.endswith(suffix):
            pytest.importorskip(package, exc_type=ImportError)
    WRITERS[name](tmp_path / name)
    table = read_ratings(tmp_path / name)
    assert table.columns.tolist() == ["sample", "rater", "label", "note"]
    assert table["sample"].tolist() == ["010", "010", "b"]
    assert table["rater"].tolist() == ["07", "NA", "07"]
    assert table["label"].tolist() == [3, 4, 10]
    assert table["note"].tolist() == ["x", "", "y z"]
    assert table.attrs == {"tool": "table", "columns": {"task": "sample", "worker": "rater"}, "left_out": {}}


def test_numbers_of_typed_files_are_names_and_labels(tmp_path):
    rows = [
        {"sample": 7, "rater": 1, "label": 0.5},
        {"sample": 8.0, "rater": {"id": 2, "email": "a@b.c"}, "label": 1},
    ]
    table = read_ratings(write(tmp_path / "v.jsonl", "\n".join(map(json.dumps, rows))))
    assert table["sample"].tolist() == ["7", "8"]
    assert table["rater"].tolist() == ["1", "2"]
    assert table["label"].tolist() == [0.5, 1]


def test_labels_stay_texts_if_one_is_no_number_and_missing_ones_are_none(tmp_path):
    table = read_ratings(write(tmp_path / "v.csv", "sample,rater,label\na,1,3\na,2,\nb,1,calm\n"))
    assert table["label"].tolist() == ["3", None, "calm"]
    table = read_ratings(write(tmp_path / "v.csv", "sample,rater,label\na,1,3\na,2, \nb,1,2.5\n"))
    assert table["label"].tolist() == [3, None, 2.5]
    assert type(table["label"].iloc[0]) is int


def test_a_list_of_labels_is_a_tuple_and_repeats_are_kept(tmp_path):
    rows = [("a", 1, ["x", "y"]), ("a", 1, ["y"]), ("a", 1, []), ("a", 2, "x")]
    rows = [dict(zip(["sample", "rater", "label"], row, strict=True)) for row in rows]
    table = read_ratings(write(tmp_path / "v.json", json.dumps(rows)))
    assert table["label"].tolist() == [("x", "y"), "y", None, "x"]
    assert ratings_from_long(table).loc["a"].tolist() == [("x", "y"), "x"]


@pytest.mark.parametrize(
    ("header", "given", "found"),
    [
        ("Item ID,Annotator,Rating", {}, ["Item ID", "Annotator", "Rating"]),
        ("id,worker,emotion", {}, ["id", "worker", "emotion"]),
        ("file,sample,rater,label", {}, ["sample", "rater", "label"]),
        ("clip,sample,rater,label", {"sample": "clip"}, ["clip", "rater", "label"]),
        ("answer,who,clip", {"rater": "who"}, ["clip", "who", "answer"]),
        ("one,two,three", {"sample": "three", "rater": "one", "label": "two"}, ["three", "one", "two"]),
    ],
)
def test_columns_are_found_by_usual_names_or_named(tmp_path, header, given, found):
    cells = header.split(",")
    table = read_ratings(write(tmp_path / "v.csv", f"{header}\n{header}\n"), **given)
    assert table.iloc[0, :3].tolist() == found
    assert table.shape == (1, len(cells))


def test_a_column_that_a_role_hides_is_renamed(tmp_path):
    table = read_ratings(write(tmp_path / "v.csv", "clip,sample,rater,label\na,b,c,d\n"), sample="clip")
    assert table.columns.tolist() == ["sample", "rater", "label", "sample_in_file"]
    assert table.attrs["columns"] == {"sample": "sample_in_file", "clip": "sample"}


@pytest.mark.parametrize(
    ("text", "given", "message"),
    [
        ("item,task,rater,label\n1,2,3,4\n", {}, "several columns that may be the sample: 'item', 'task'"),
        ("sample,label,rater,label\n1,2,3,4\n", {}, "2 columns for label='label'"),
        ("sample,rater,label\n", {}, "has no rows"),
        (
            "a,b,c\n1,2,3\n",
            {},
            "no column for sample='sample', rater='rater', label='label'.*known tools are",
        ),
        ("sample,rater,label\n1,2,3,4\n", {}, "Line 2 .* more cells than the 3 columns"),
        ("sample,rater,label\n1,2,3\n", {"question": "q"}, "name its column of labels by label="),
        ("sample,rater,label\n1,2,3\n", {"label": "rater"}, "must be three"),
        ("sample,rater,label\n1,2,3\n", {"tool": "paper"}, "tool='paper' is not known; the known tools are"),
        ('{"sample": 1}\n{"sample": \n', {"tool": "table"}, "line 2 is no JSON"),
        ('{"sample": 1}\n[1]\n', {}, r"line 2 holds \[1\], expected a record"),
        ("[]", {}, "holds no record"),
        ("[1, 2]", {}, "entry 0 holds 1, expected a record"),
        ("{", {}, "is no JSON"),
        ("[" * 100_000, {}, "cannot be read as JSON|is no JSON"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, text, given, message):
    with pytest.raises(InputError, match=message):
        read_ratings(write(tmp_path / "votes", text), **given)


def test_a_path_is_needed():
    with pytest.raises(TypeError, match="not DataFrame"):
        read_ratings(FRAME)


def test_a_workbook_with_two_filled_sheets_is_refused(tmp_path):
    pytest.importorskip("openpyxl")
    with pd.ExcelWriter(tmp_path / "v.xlsx") as book:
        FRAME.to_excel(book, sheet_name="one", index=False)
        FRAME.to_excel(book, sheet_name="two", index=False)
    with pytest.raises(InputError, match="several sheets with rows: 'one', 'two'"):
        read_ratings(tmp_path / "v.xlsx")


@pytest.mark.parametrize("suffix", ["xlsx", "parquet"])
def test_a_damaged_file_and_a_missing_package_are_told(tmp_path, monkeypatch, suffix):
    package = {"xlsx": "openpyxl", "parquet": "pyarrow"}[suffix]
    path = write(tmp_path / f"v.{suffix}", "no table")
    with monkeypatch.context() as without:
        without.setitem(sys.modules, package, None)
        told = rf"v.{suffix} needs {package}, which is not installed: pip install 'sklearn-raters\[tables\]'"
        with pytest.raises(ImportError, match=told):
            read_ratings(path)
    pytest.importorskip(package, exc_type=ImportError)
    with pytest.raises(InputError, match=f"cannot be read as {suffix}"):
        read_ratings(path)


@pytest.mark.parametrize("suffix", ["csv.gz", "jsonl.gz", "csv.bz2"])
def test_a_damaged_compressed_file_is_named(suffix, tmp_path):
    whole = gzip.compress(b"sample,rater,label\na,x,1\n")
    for content in (b"no", whole[:25]):
        file = tmp_path / f"votes.{suffix}"
        file.write_bytes(content)
        with pytest.raises(InputError, match=rf"votes\.{suffix}"):
            read_ratings(file)


def test_rows_that_an_open_quote_takes_in_are_noticed(tmp_path):
    rows = ["sample\trater\tlabel\tnote", 'a\t1\tx\t"Hello', "a\t2\ty\tok", 'b\t1\tx\t"Bye', "b\t2\ty\tok"]
    write(tmp_path / "votes.tsv", "\n".join(rows) + "\n")
    with pytest.raises(InputError, match=r"Line 2 of .* has a cell that begins with a quote"):
        read_ratings(tmp_path / "votes.tsv")
    write(tmp_path / "votes.tsv", 'sample\trater\tlabel\tnote\na\t1\tx\t"two\nlines"\n')
    assert read_ratings(tmp_path / "votes.tsv")["note"].tolist() == ["two\nlines"]


def test_blank_rows_of_excel_are_no_rows_and_others_have_their_numbers(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in ([""] * 3, ["sample", "rater", "label"], ["a", "1", "x"], [" ", None, ""], ["b", "1", "y"]):
        book.active.append(row)
    book.save(tmp_path / "v.xlsx")
    assert read_by_line(tmp_path / "v.xlsx").index.tolist() == [3, 5]
    table = read_ratings(tmp_path / "v.xlsx")
    assert table.index.tolist() == [0, 1]
    assert table["sample"].tolist() == ["a", "b"]


def test_lines_that_are_not_certain_are_not_claimed(tmp_path):
    file = tmp_path / "v.csv"
    file.write_bytes(b"sample,rater,label\ra,1,x\rb,1,y\r\n")
    assert read_by_line(file).index.equals(pd.RangeIndex(2))


def test_two_columns_of_one_name_in_excel_are_refused(tmp_path):
    pytest.importorskip("openpyxl")
    file = tmp_path / "votes.xlsx"
    rows = [["sample", "rater", "label", "label"], ["a", "u", "", "x"], ["b", "u", "y", ""]]
    pd.DataFrame(rows).to_excel(file, index=False, header=False)
    with pytest.raises(InputError, match="has 2 columns for label='label'"):
        read_ratings(file)


def test_the_index_of_a_parquet_file_is_a_column(tmp_path):
    pytest.importorskip("pyarrow", exc_type=ImportError)
    frame = pd.DataFrame(
        {"rater": ["u", "v"], "label": ["x", "y"]}, index=pd.Index(["a", "b"], name="sample")
    )
    frame.to_parquet(tmp_path / "votes.parquet")
    table = read_ratings(tmp_path / "votes.parquet")
    assert table[["sample", "rater", "label"]].to_numpy().tolist() == [["a", "u", "x"], ["b", "v", "y"]]


@pytest.mark.parametrize("start", ["\n", "sep=;\n", "\ufeffsep=;\r\n", "\n\nsep=;\n"])
def test_lines_before_the_names_may_be_blank_or_say_what_separates_the_cells(tmp_path, start):
    file = write(tmp_path / "votes.csv", f"{start}sample;rater;label,s\na;u;x\nb;u;y\n")
    table = read_ratings(file, label="label,s")
    assert table[["sample", "rater", "label"]].to_numpy().tolist() == [["a", "u", "x"], ["b", "u", "y"]]


@pytest.mark.parametrize("packed", [False, True])
def test_files_in_hidden_folders_are_no_raters(tmp_path, packed):
    folder = tmp_path / "export"
    for name in ("alice.jsonl", "bob.jsonl", ".ipynb_checkpoints/alice-checkpoint.jsonl"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write(folder / name, '{"id": 1, "text": "a", "label": ["x"]}\n')
    source = shutil.make_archive(tmp_path / "packed", "zip", folder) if packed else folder
    assert sorted(read_ratings(source, "doccano")["rater"]) == ["alice", "bob"]
