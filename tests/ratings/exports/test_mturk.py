"""Batch results of Mechanical Turk: one answer, choices, and the JSON of Crowd HTML elements."""

import json

import pandas as pd
import pytest

from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.ratings import read_ratings

BASE = {
    "HITId": ["H1", "H1", "H2", "H2"],
    "Title": "Rate",
    "AssignmentId": list("abcd"),
    "WorkerId": ["W1", "W2", "W1", "W3"],
    "AssignmentStatus": ["Approved", "Submitted", "Approved", "Rejected"],
    "WorkTimeInSeconds": [12, 9, 30, 2],
    "Input.audio_url": ["https://clips/1.wav"] * 2 + ["https://clips/2.wav"] * 2,
}


def left_out():
    return pytest.warns(InputWarning, match="mturk: left out 1 rejected assignments")


def write(path, **answers):
    names = {name.replace("__", "."): values for name, values in answers.items()}
    pd.DataFrame({**BASE, **names, "Approve": "", "Reject": ""}).to_csv(path, index=False)
    return path


def test_an_answer_is_a_label_and_rejected_assignments_are_left_out(tmp_path):
    path = write(tmp_path / "batch.csv", Answer__emotion=["sad", "sad|angry", "happy", "sad"])
    with left_out():
        table = read_ratings(path)
    assert table.attrs["tool"] == "mturk"
    assert table[["sample", "rater", "label"]].to_numpy().tolist() == [
        ["H1", "W1", "sad"],
        ["H1", "W2", ("sad", "angry")],
        ["H2", "W1", "happy"],
    ]
    assert table["WorkTimeInSeconds"].tolist() == ["12", "9", "30"]
    with left_out():
        table = read_ratings(path, sample="Input.audio_url")
    assert table["sample"].tolist()[2] == "https://clips/2.wav"


def test_the_mark_of_a_batch_to_be_rejected_counts(tmp_path):
    path = write(tmp_path / "batch.csv", Answer__stars=[1, 2, 3, 4])
    table = pd.read_csv(path).assign(AssignmentStatus="Submitted", Reject=["", "", "x", ""])
    table.to_csv(path, index=False)
    with left_out():
        assert read_ratings(path)["label"].tolist() == [1, 2, 4]


def test_boxes_to_tick_have_a_column_each(tmp_path):
    ticks = {
        "Answer__mood__sad": [True, False, False, False],
        "Answer__mood__calm": [True, True, False, True],
    }
    with left_out():
        table = read_ratings(write(tmp_path / "batch.csv", **ticks))
    assert table["label"].tolist() == [("sad", "calm"), "calm", None]


def test_json_of_crowd_elements_is_read(tmp_path):
    answers = [
        {"mood": {"label": "sad"}, "sure": {"yes": True, "no": False}},
        {"mood": {"labels": ["sad", "calm"]}, "sure": {"yes": False, "no": True}},
        {"mood": "calm", "sure": {}},
        {"mood": "calm"},
    ]
    path = write(tmp_path / "batch.csv", Answer__taskAnswers=[json.dumps([answer]) for answer in answers])
    with pytest.raises(InputError, match="2 questions: 'mood', 'sure'"):
        read_ratings(path)
    with left_out():
        assert read_ratings(path, question="mood")["label"].tolist() == ["sad", ("sad", "calm"), "calm"]
    with left_out():
        assert read_ratings(path, question="sure")["label"].tolist() == ["yes", "no", None]


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"Answer__a": list("abcd"), "Answer__b": list("abcd")}, "2 questions: 'a', 'b'"),
        ({}, "holds no answers"),
        (
            {"Answer__a__x": list("abcd"), "Answer__a__y": list("abcd")},
            "'?Answer.a.x, Answer.a.y, which are not",
        ),
        ({"Answer__taskAnswers": ["{"] * 4}, "column 'Answer.taskAnswers' holds '{'; expected a list"),
    ],
)
def test_other_shapes_are_told(tmp_path, answers, message):
    with pytest.raises(InputError, match=message):
        read_ratings(write(tmp_path / "batch.csv", **answers))


def test_a_table_of_other_columns_is_told(tmp_path):
    (tmp_path / "v.csv").write_text("sample,rater,label\n1,2,3\n")
    with pytest.raises(InputError, match="fields are 'sample', 'rater', 'label'; expected columns 'HITId'"):
        read_ratings(tmp_path / "v.csv", tool="mturk")


def test_two_columns_of_one_name_are_told(tmp_path):
    path = write(tmp_path / "batch.csv", Answer__a=["x"] * 4)
    path.write_text(path.read_text().replace("Title", "HITId"))
    with pytest.raises(InputError, match=r"Two columns of .* are named 'HITId'"):
        read_ratings(path)


def test_naming_all_columns_reads_the_batch_as_a_plain_table(tmp_path):
    path = write(tmp_path / "batch.csv", Answer__emotion=["sad", "sad", "happy", "sad"])
    table = read_ratings(path, sample="Input.audio_url", rater="WorkerId", label="Answer.emotion")
    assert table.attrs["tool"] == "table"
    assert len(table) == 4


def test_radio_buttons_are_choices_of_one_question(tmp_path):
    head = "HITId,WorkerId,AssignmentStatus,Answer.happy.on,Answer.sad.on\n"
    file = tmp_path / "batch.csv"
    file.write_text(head + "h1,w1,Approved,true,false\nh1,w2,Approved,false,true\n")
    assert read_ratings(file)["label"].tolist() == ["happy", "sad"]
    answers = '"[{""happy"":{""on"":true},""sad"":{""on"":false}}]"'
    file.write_text(f"HITId,WorkerId,AssignmentStatus,Answer.taskAnswers\nh1,w1,Approved,{answers}\n")
    assert read_ratings(file)["label"].tolist() == ["happy"]
