"""Exports of Prodigy: choices, binary answers and other fields."""

import json

import pytest

from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.ratings import read_ratings

OPTIONS = [{"id": "sad", "text": "Sad"}, {"id": "angry", "text": "Angry"}]


def task(number, rater, answer="accept", **more):
    own = {"_input_hash": number, "_task_hash": number * 7, "_view_id": "choice", "_timestamp": 1700000000}
    return {
        "text": f"text {number}",
        **own,
        "answer": answer,
        "_annotator_id": rater,
        "_session_id": rater,
        **more,
    }


def write(path, tasks):
    path.write_text("".join(json.dumps(task) + "\n" for task in tasks), encoding="utf-8")
    return path


@pytest.mark.filterwarnings("ignore:.*left out 1 ignored tasks, 1 rejected:UserWarning")
def test_choices_become_votes(tmp_path):
    tasks = [
        task(1, "emo-ann", accept=["sad"], options=OPTIONS),
        task(1, "emo-bob", accept=["sad", "angry"], options=OPTIONS),
        task(2, "emo-ann", accept=[], options=OPTIONS, audio="clips/2.wav"),
        task(3, "emo-ann", "ignore", accept=[], options=OPTIONS),
        task(4, "emo-ann", "reject", accept=["sad"], options=OPTIONS),
    ]
    with pytest.warns(InputWarning, match="prodigy: left out 1 ignored tasks, 1 rejected tasks"):
        table = read_ratings(write(tmp_path / "emo.jsonl", tasks))
    assert table[["sample", "rater", "label"]].to_numpy().tolist() == [
        ["1", "emo-ann", "sad"],
        ["1", "emo-bob", ("sad", "angry")],
        ["2", "emo-ann", None],
    ]
    assert table["text"].tolist() == ["text 1", "text 1", "text 2"]
    assert read_ratings(tmp_path / "emo.jsonl", tool="Prodigy", sample="text")["sample"].iloc[0] == "text 1"


def test_a_label_that_was_accepted_or_rejected_is_a_question(tmp_path):
    tasks = [task(1, "a", label="SAD"), task(1, "b", "reject", label="SAD")]
    assert read_ratings(write(tmp_path / "t.jsonl", tasks))["label"].tolist() == ["accept", "reject"]
    path = write(tmp_path / "t.jsonl", [*tasks, task(1, "a", label="ANGRY")])
    with pytest.raises(InputError, match="2 questions: 'SAD', 'ANGRY'"):
        read_ratings(path)
    assert read_ratings(path, question="ANGRY")["label"].tolist() == [None, None, "accept"]


def test_another_field_may_be_the_question(tmp_path):
    path = write(tmp_path / "t.jsonl", [task(1, "a", stars=4), task(2, "a", stars=5)])
    assert read_ratings(path, question="stars")["label"].tolist() == [4, 5]
    with pytest.raises(InputError, match=r"line 1: its fields are text, .*stars; expected a task of Prodigy"):
        read_ratings(path)


def test_other_shapes_are_told_with_their_line(tmp_path):
    path = write(
        tmp_path / "t.jsonl", [task(1, "a", accept=["x"]), {"text": "t", "_input_hash": 1, "answer": "ok"}]
    )
    with pytest.raises(
        InputError, match=r"line 2: the field '_session_id' is missing; expected a task of Prodigy"
    ):
        read_ratings(path)
