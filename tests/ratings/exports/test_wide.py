"""Tables with a column a rater."""

import pytest

from made import write
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.ratings import ratings_from_long, read_ratings


def test_a_column_a_rater_is_read_with_a_warning(tmp_path):
    path = write(tmp_path / "wide.csv", "clip,ann,bob,cho\n1,calm,sad,\n2,sad,sad,NA\n3,calm,,calm\n")
    with pytest.warns(InputWarning, match="a column a rater: 'ann', 'bob', 'cho'. If"):
        table = read_ratings(path)
    wide = ratings_from_long(table)
    assert wide.columns.tolist() == ["ann", "bob", "cho"]
    assert wide.fillna("-").to_numpy().tolist() == [
        ["calm", "sad", "-"],
        ["sad", "sad", "-"],
        ["calm", "-", "calm"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "clip,ann,bob\n1,calm,0.25\n2,sad,0.5\n",
        "clip,ann,bob\n1,calm,sad\n1,sad,sad\n",
        "clip,text,emotions\n1,hello,sad\n2,bye,calm\n",
        "clip,ann\n1,calm\n2,sad\n",
        "name,ann,bob\n1,calm,sad\n2,sad,sad\n",
    ],
)
def test_other_tables_are_refused_with_the_remedy(text, tmp_path):
    with pytest.raises(InputError, match=r"no column for .*A table with a column a rater is|Name the"):
        read_ratings(write(tmp_path / "table.csv", text))


def test_a_table_in_another_encoding_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "votes.csv").write_bytes("sample,rater,label\na,Zo\xeb,calm\n".encode("latin-1"))
    with pytest.raises(InputError, match=r'is not in UTF-8 .*save it as "CSV UTF-8"'):
        read_ratings(tmp_path / "votes.csv")


def test_a_folder_without_ratings_is_named(tmp_path):
    write(tmp_path / "notes.jsonl", '{"_input_hash": 1, "answer": "accept"}\n')
    with pytest.raises(InputError, match="is a folder, read as one with a file of each rater: name a file"):
        read_ratings(tmp_path)


def test_a_rater_whose_column_is_empty_does_not_hide_the_others(tmp_path):
    path = write(tmp_path / "wide.csv", "sample,ann,bob,cho\n1,calm,sad,\n2,sad,sad,\n3,calm,calm,\n")
    with pytest.warns(InputWarning, match="a table with a column a rater: 'ann', 'bob'"):
        table = read_ratings(path)
    assert table["rater"].tolist() == ["ann"] * 3 + ["bob"] * 3
