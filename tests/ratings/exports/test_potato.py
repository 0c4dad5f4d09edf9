"""Exports of Potato: the folder of raters, JSON lines, CSV and TSV of versions 1 and 2."""

import json

import pandas as pd
import pytest

from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.ratings import read_ratings


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value, indent=2), encoding="utf-8")
    return path


EXPECTED = [["i1", "ann", "sad"], ["i2", "ann", ("sad", "angry")], ["i1", "bob", "angry"]]


def state(user, samples):
    return {"user_id": user, "instance_id_ordering": ["i1"], "instance_id_to_label_to_value": samples}


def test_the_folder_of_raters_of_version_2(tmp_path):
    pairs = [[{"schema": "emotion", "name": "sad"}, "sad"], [{"schema": "emotion", "name": "angry"}, True]]
    write(tmp_path / "ann/user_state.json", state("ann", {"i1": [pairs[0]], "i2": pairs, "i3": []}))
    bob = {"i1": {"emotion": {"angry": "true", "sad": False}}}
    write(tmp_path / "bob/user_state.json", state("bob", bob))
    write(tmp_path / "settings.json", {"id": 1})
    with pytest.warns(InputWarning, match="potato: left out 1 annotations without a label"):
        table = read_ratings(tmp_path)
    assert table[["sample", "rater", "label"]].to_numpy().tolist() == EXPECTED


def test_the_folder_of_raters_of_version_1(tmp_path):
    def line(sample, labels):
        own = {"span_annotations": {}, "behavioral_data": {"time_string": "3 s"}}
        return json.dumps({"id": sample, "displayed_text": "t", "label_annotations": labels, **own}) + "\n"

    ann = line("i1", {"emotion": {"sad": "1"}}) + line("i2", {"emotion": {"sad": "1", "angry": "2"}})
    write(tmp_path / "ann/annotated_instances.jsonl", ann)
    write(tmp_path / "bob/annotated_instances.jsonl", line("i1", {"emotion": {"angry": "2"}}))
    write(tmp_path / "bob/assigned_user_data.json", {})
    table = read_ratings(tmp_path)
    assert table[["sample", "rater", "label"]].to_numpy().tolist() == EXPECTED
    assert table["displayed_text"].tolist() == ["t"] * 3
    one = read_ratings(tmp_path / "bob/annotated_instances.jsonl")
    assert one[["sample", "rater", "label"]].to_numpy().tolist() == EXPECTED[2:]


def test_json_lines_of_version_2_and_answers_of_machines(tmp_path):
    def line(sample, rater, labels, **more):
        return (
            json.dumps({"instance_id": sample, "user_id": rater, "labels": labels, "spans": {}} | more) + "\n"
        )

    path = write(
        tmp_path / "annotations.jsonl",
        line("i1", "ann", {"stars": {"scale_4": "4"}}, annotator_origin={"kind": "human"})
        + line("i1", "bob", {"stars": {"labels": {"scale_5": "true"}}})
        + line("i1", "tool", {"stars": {"scale_1": "1"}}, annotator_origin={"kind": "llm"}),
    )
    with pytest.warns(InputWarning, match="1 annotations of machines"):
        table = read_ratings(path)
    assert table[["sample", "rater", "label"]].to_numpy().tolist() == [["i1", "ann", 4], ["i1", "bob", 5]]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "annotations.csv",
            "instance_id,user_id,emotion.sad,emotion.angry,emotion._spans,stars.scale_2,stars.scale_3\n"
            "i1,ann,true,,[],2,\ni2,ann,true,true,[],,3\ni1,bob,,angry,[],2,\n",
        ),
        (
            "annotated_instances.tsv",
            "user\tinstance_id\tdisplayed_text\temotion:::sad\temotion:::angry\tstars:::scale_2\tstars:::scale_3\n"
            "ann\ti1\tt\t1\t\t2\t\nann\ti2\tt\t1\t2\t\t3\nbob\ti1\tt\t\t2\t2\t\n",
        ),
    ],
)
def test_tables_have_a_column_a_label(tmp_path, name, text):
    path = write(tmp_path / name, text)
    with pytest.raises(InputError, match="2 questions: 'emotion', 'stars'"):
        read_ratings(path)
    table = read_ratings(path, question="emotion")
    assert table[["sample", "rater", "label"]].to_numpy().tolist() == EXPECTED
    assert table.attrs["tool"] == "potato"
    assert read_ratings(path, question="stars")["label"].tolist() == [2, 3, 2]


def test_a_text_is_the_label_of_a_text_box(tmp_path):
    line = {
        "instance_id": "i",
        "user_id": "a",
        "labels": {"why": {"text_box": "hm"}, "one": "x"},
        "spans": {},
    }
    path = write(tmp_path / "a.jsonl", json.dumps(line))
    assert read_ratings(path, question="why")["label"].tolist() == ["hm"]
    assert read_ratings(path, question="one")["label"].tolist() == ["x"]


@pytest.mark.parametrize("score", [0, 0.0, "0"])
def test_an_answer_of_0_is_an_answer(tmp_path, score):
    joy = {"sad": False, "glad": 0}
    samples = {"i1": {"arousal": {"slider": score}, "joy": joy}, "i2": {"arousal": {"slider": 5}}}
    path = write(tmp_path / "ann/user_state.json", state("ann", samples))
    assert read_ratings(path.parents[1])["label"].tolist() == [0, 5]


def test_parquet_has_a_column_a_schema(tmp_path):
    pytest.importorskip("pyarrow", exc_type=ImportError)
    table = pd.DataFrame(
        {"instance_id": ["i1", "i2"], "user_id": "ann", "emotion": [["sad"], ["sad", "angry"]]}
    )
    table.to_parquet(tmp_path / "annotations.parquet")
    found = read_ratings(tmp_path / "annotations.parquet", tool="potato")
    assert found[["sample", "rater", "label"]].to_numpy().tolist() == EXPECTED[:2]


def test_a_plain_table_with_a_dot_in_a_name_is_no_export_of_potato(tmp_path):
    path = write(tmp_path / "v.csv", "instance_id,user_id,label,meta.source\ni1,ann,sad,web\n")
    table = read_ratings(path)
    assert table.attrs["tool"] == "table"
    assert table.iloc[0].tolist() == ["i1", "ann", "sad", "web"]


@pytest.mark.parametrize("labels", [5, [[1]], [["a", "b", "c"]]])
def test_other_shapes_are_told_with_their_line(tmp_path, labels):
    path = write(tmp_path / "a.jsonl", json.dumps({"id": 1, "label_annotations": labels}))
    with pytest.raises(InputError, match=r"line 1: .*expected Potato's user_state.json"):
        read_ratings(path)
    path = write(tmp_path / "ann/user_state.json", state("ann", 3))
    with pytest.raises(
        InputError, match=r"entry 0: a field holds something else \('int' object has no attribute 'items'\)"
    ):
        read_ratings(path)
