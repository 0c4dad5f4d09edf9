"""Exports of Prolific: responses of a batch, participants, and tables of survey tools."""

import json
import zipfile

import pytest

from made import write
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.ratings import read_ratings


def response(task, rater, instruction="q1", **answer):
    own = {"id": "r", "batch_id": "b", "submission_id": "s", "created_at": "2026-01-01T00:00:00Z"}
    given = {"instruction_id": instruction, "type": "multiple_choice", **answer}
    return {
        **own,
        "participant_id": rater,
        "task_id": task,
        "metadata": {"clip": f"{task}.wav"},
        "response": given,
    }


def chosen(*values):
    return [{"value": value} for value in values]


def test_the_responses_of_a_batch(tmp_path):
    results = [
        response("t1", "p1", answer=chosen("sad")),
        response("t1", "p2", answer=chosen("sad", "angry")),
        response("t2", "p1", answer="calm"),
        response("t2", "p1", type="free_text", text="hm"),
    ]
    path = write(tmp_path / "responses.json", {"results": results, "meta": {"count": 4}})
    with pytest.warns(InputWarning, match="prolific: left out 1 answers in free text"):
        table = read_ratings(path)
    assert table[["sample", "rater", "label", "clip"]].to_numpy().tolist() == [
        ["t1", "p1", "sad", "t1.wav"],
        ["t1", "p2", ("sad", "angry"), "t1.wav"],
        ["t2", "p1", "calm", "t2.wav"],
    ]


def test_an_answer_of_0_is_no_free_text(tmp_path):
    results = [response("t1", "p1", answer=0), response("t2", "p1", answer=3)]
    assert read_ratings(write(tmp_path / "responses.json", results))["label"].tolist() == [0, 3]


def test_one_of_several_instructions_is_named(tmp_path):
    results = [response("t", "p", "q1", answer=chosen("4")), response("t", "p", "q2", answer=chosen("x"))]
    path = write(tmp_path / "responses.json", results)
    with pytest.raises(InputError, match="2 questions: 'q1', 'q2'"):
        read_ratings(path)
    assert read_ratings(path, question="q1")["label"].tolist() == [4, None]


def test_other_shapes_are_told_with_their_place(tmp_path):
    bad = response("t", "p") | {"response": "sad"}
    with pytest.raises(
        InputError, match=r"entry 1: a field holds something else .*expected 'task_id', 'participant_id'"
    ):
        read_ratings(write(tmp_path / "r.json", [response("t", "p", answer=chosen("x")), bad]))
    (tmp_path / "v.csv").write_text("sample,rater,label\n1,2,3\n")
    with pytest.raises(InputError, match="it is a table; expected 'task_id'"):
        read_ratings(tmp_path / "v.csv", tool="prolific")


@pytest.mark.parametrize("packed", [True, False])
def test_the_archive_of_a_batch_is_not_read_and_what_is_read_is_named(tmp_path, packed):
    lines = json.dumps({"submission_id": "s", "participant_id": "p", "tasks": []})
    place = tmp_path / ("export.zip" if packed else "responses-by-task.jsonl")
    if packed:
        with zipfile.ZipFile(place, "w") as archive:
            archive.writestr("responses-by-submission.jsonl", lines)
            archive.writestr("batch.json", "{}")
    else:
        place.write_text(lines)
    with pytest.raises(InputError, match=r"groups its responses .* as JSON of Prolific's API: .*/responses"):
        read_ratings(place)


def test_the_table_of_participants_holds_no_ratings(tmp_path):
    (tmp_path / "export.csv").write_text("Submission id,Participant id,Status,Age\n1,2,APPROVED,30\n")
    with pytest.raises(InputError, match=r"lists the participants of a Prolific study.*PROLIFIC_PID"):
        read_ratings(tmp_path / "export.csv")


def test_the_table_of_a_survey_tool_names_the_participant(tmp_path):
    text = "PROLIFIC_PID,STUDY_ID,SESSION_ID,stimulus,response,rt\n5e,st,se,a.wav,sad,812\n"
    text += "5f,st,sf,a.wav,calm,900\n"
    (tmp_path / "survey.csv").write_text(text)
    table = read_ratings(tmp_path / "survey.csv")
    assert table.iloc[:, :3].to_numpy().tolist() == [["a.wav", "5e", "sad"], ["a.wav", "5f", "calm"]]
