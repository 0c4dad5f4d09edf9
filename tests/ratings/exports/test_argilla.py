"""Exports of Argilla: nested and flat records of version 2, records of version 1."""

import pandas as pd
import pytest

from made import write
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.ratings import read_ratings


def record(name, responses, **more):
    base = {
        "id": name,
        "fields": {"text": f"text of {name}"},
        "metadata": {"split": "train"},
        "suggestions": {},
    }
    return base | {"responses": responses, "vectors": {}, "_server_id": "0"} | more


def said(user, value, **more):
    return {"value": value, "user_id": user, **more}


def test_responses_of_all_raters_become_votes(tmp_path):
    records = [
        record("a", {"label": [said("u1", "sad"), said("u2", ["sad", "angry"])]}),
        record("b", {"label": [said("u1", "happy")]}),
    ]
    table = read_ratings(write(tmp_path / "records.json", records))
    assert table.attrs["tool"] == "argilla"
    assert table.to_dict("list") == {
        "sample": ["a", "a", "b"],
        "rater": ["u1", "u2", "u1"],
        "label": ["sad", ("sad", "angry"), "happy"],
        "text": ["text of a", "text of a", "text of b"],
        "split": ["train"] * 3,
    }


def test_suggestions_drafts_and_rankings_are_left_out(tmp_path):
    records = [
        record("a", {"label": [said("u1", 4, status="submitted"), said("u2", 3, status="draft")]}),
        record("b", {"label": [said("u1", 5, status="discarded")]}, suggestions={"label": {"value": 1}}),
        record("c", {"order": [said("u1", [{"value": "x", "rank": 1}])]}),
    ]
    with pytest.warns(InputWarning) as warned:
        table = read_ratings(write(tmp_path / "records.json", records))
    assert table["label"].tolist() == [4]
    assert table.attrs["left_out"] == {
        "responses with status 'draft'": 1,
        "suggestions": 1,
        "responses with status 'discarded'": 1,
        "rankings and spans": 1,
        "records without responses": 1,
    }
    assert "1 suggestions" in str(warned[0].message)


def test_one_of_several_questions_is_named(tmp_path):
    both = {"label": [said("u1", "sad")], "strength": [said("u1", 3)]}
    path = write(tmp_path / "records.json", [record("a", both)])
    with pytest.raises(InputError, match="2 questions: 'label', 'strength'"):
        read_ratings(path)
    assert read_ratings(path, question="strength")["label"].tolist() == [3]


def test_flat_records_are_read(tmp_path):
    flat = {"id": "a", "text": "t", "label.suggestion": None, "_server_id": "0"}
    flat |= {"label.responses": ["sad", "angry", "sad"], "label.responses.users": ["u1", "u2", "u3"]}
    flat |= {"label.responses.status": ["submitted", "submitted", "discarded"]}
    with pytest.warns(InputWarning, match="1 suggestions, 1 responses with status 'discarded'"):
        table = read_ratings(write(tmp_path / "records.jsonl", flat))
    assert table[["sample", "rater", "label", "text"]].to_numpy().tolist() == [
        ["a", "u1", "sad", "t"],
        ["a", "u2", "angry", "t"],
    ]


def test_flat_records_in_parquet_are_read(tmp_path):
    pytest.importorskip("pyarrow", exc_type=ImportError)
    lists = {"label.responses": [["sad", "angry"], ["sad"]], "label.responses.users": [["u1", "u2"], ["u1"]]}
    pd.DataFrame({"id": ["a", "b"], "text": ["s", "t"], **lists}).to_parquet(tmp_path / "records.parquet")
    table = read_ratings(tmp_path / "records.parquet")
    assert table.to_numpy().tolist() == [
        ["a", "u1", "sad", "s"],
        ["a", "u2", "angry", "s"],
        ["b", "u1", "sad", "t"],
    ]


def test_records_of_version_1_are_read(tmp_path):
    responses = [
        {"user_id": "u1", "values": {"label": {"value": "sad"}}, "status": "submitted"},
        {"user_id": "u2", "values": {"label": {"value": "angry"}}, "status": "submitted"},
    ]
    table = read_ratings(write(tmp_path / "old.json", [record("x", responses, external_id="a")]))
    assert table[["sample", "rater", "label"]].to_numpy().tolist() == [
        ["a", "u1", "sad"],
        ["a", "u2", "angry"],
    ]


@pytest.mark.parametrize(
    ("records", "problem"),
    [
        ([record("a", {"label": [{"value": 1}]})], "the field 'user_id' is missing"),
        ([record("a", 5)], "a field holds something else"),
        (
            [{"id": 1, "q.responses": ["a", "b"], "q.responses.users": ["u"]}],
            "'q' has 2 responses of 1 users",
        ),
    ],
)
def test_other_shapes_are_told_with_their_place(tmp_path, records, problem):
    with pytest.raises(
        InputError, match=rf"entry 0: .*{problem}.*expected lists of answers with 'value'.*known tools"
    ):
        read_ratings(write(tmp_path / "records.json", records))
