"""Exports with one value exchanged: read, or refused with a clear error, never an internal one."""

import copy
import json
import random
import warnings

import pytest

from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.ratings import ratings_from_long, read_ratings

CHOICE = {"from_name": "q", "type": "choices", "value": {"choices": ["a", "b"]}}
RECORDS = {
    "label-studio": {
        "id": 1,
        "data": {"audio": "a.wav"},
        "annotations": [
            {"id": 2, "completed_by": {"id": 3, "email": "e"}, "result": [CHOICE], "lead_time": 1.5}
        ],
        "predictions": [{"result": []}],
    },
    "label-studio min": {
        "id": 1,
        "q": {"choices": ["a"]},
        "annotator": "e",
        "annotation_id": 2,
        "lead_time": 1.0,
    },
    "argilla": {
        "id": "r",
        "fields": {"text": "t"},
        "metadata": {"m": 1},
        "suggestions": {"q": {"value": "a"}},
        "responses": {"q": [{"value": ["a"], "user_id": "u", "status": "submitted"}]},
    },
    "argilla old": {"id": "r", "fields": {}, "responses": [{"user_id": "u", "values": {"q": {"value": 1}}}]},
    "argilla flat": {
        "id": "r",
        "q.responses": ["a"],
        "q.responses.users": ["u"],
        "q.responses.status": ["submitted"],
    },
    "prodigy": {"text": "t", "_input_hash": 1, "accept": ["a"], "answer": "accept", "_session_id": "s"},
    "prodigy label": {"text": "t", "_input_hash": 1, "label": "L", "answer": "reject", "_session_id": "s"},
    "doccano": {"id": 1, "text": "t", "label": ["a", "b"], "Comments": []},
    "doccano old": {"id": 1, "text": "t", "annotations": [{"label": 1, "user": 2}], "meta": {"m": 1}},
    "potato": {
        "user_id": "u",
        "instance_id_to_label_to_value": {"i": [[{"schema": "q", "name": "a"}, "true"]]},
    },
    "potato old": {"id": 1, "displayed_text": "t", "label_annotations": {"q": {"scale_3": "3"}}},
    "potato lines": {"instance_id": 1, "user_id": "u", "labels": {"q": {"a": True}}, "spans": {}},
    "prolific": {
        "task_id": "t",
        "participant_id": "p",
        "metadata": {"m": "1"},
        "response": {"instruction_id": "q", "answer": [{"value": "a"}]},
    },
    "lewidi": {"annotations": "0,1", "annotators": "a,b", "number of annotations": 2, "text": {"c": "t"}},
    "table": {"sample": "s", "rater": {"id": 1}, "label": ["a"], "text": "t"},
}
VALUES = [
    None,
    "",
    "x",
    0,
    -1,
    1e300,
    True,
    [],
    {},
    ["a", 1],
    [["a"]],
    [None],
    {"a": 1},
    {"id": [1]},
    [{"b": 2}],
]


def places(value, path=()):
    """Yield the path of every value in nested lists and dicts."""
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in entries:
        yield (*path, key)
        yield from places(inner, (*path, key))


def mutated(record, generator):
    record = copy.deepcopy(record)
    *path, last = generator.choice([*places(record)])
    holder = record
    for key in path:
        holder = holder[key]
    if generator.random() < 0.2:
        del holder[last]
    else:
        holder[last] = generator.choice(VALUES)
    return record


@pytest.mark.parametrize("name", RECORDS)
def test_an_exchanged_value_is_read_or_refused(tmp_path, name):
    generator = random.Random(name)
    for case in range(40):
        other = mutated(RECORDS[name], generator)
        records = [RECORDS[name], other] if case % 2 else [other]
        path = tmp_path / f"{case}.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        tool = generator.choice([None, name.partition(" ")[0]])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InputWarning)
            try:
                table = read_ratings(path, tool=tool)
                assert table.columns[:3].tolist() == ["sample", "rater", "label"]
                ratings_from_long(table)
            except InputError:
                pass
            except Exception as error:
                raise AssertionError(f"{tool}: {records}") from error
