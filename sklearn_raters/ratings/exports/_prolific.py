"""Exports of Prolific: responses of AI Task Builder batches in JSON, and tables with its participants.

https://docs.prolific.com/api-reference/ai-task-builder; survey tools write the participant as PROLIFIC_PID.
"""

from functools import partial
from pathlib import PurePosixPath

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings.exports._records import FILE
from sklearn_raters.ratings.exports._rows import choose_answers, each_record, make_row

EXPECTED = "'task_id', 'participant_id' and a 'response' with 'instruction_id' and 'answer', as JSON"
_GROUPED = "responses-by-"
_KEPT = ("id", "submission_id", "created_at")
_PARTICIPANTS = {"Submission id", "Participant id", "Status"}


def recognises(source):
    """Return whether Prolific has written the export."""
    fields = source.example.keys()
    return fields >= _PARTICIPANTS or {"participant_id", "task_id", "response"} <= fields or _groups(source)


def _groups(source):
    """Return whether a file is one of those in a batch's archive that group the responses."""
    name = source.example.get(FILE, source.file.name)
    return PurePosixPath(str(name)).name.startswith(_GROUPED)


def read(source, question, left_out):
    """Yield rows; answers in free text alone are left out."""
    if _groups(source):
        raise InputError(
            f"{source.file} is of the archive of a batch, which groups its responses by submission or by "
            "task and is not read. Give the same responses one by one, as JSON of Prolific's API: "
            "/api/v1/data-collection/batches/BATCH/responses."
        )
    if source.example.keys() >= _PARTICIPANTS:
        raise InputError(
            f"{source.file} lists the participants of a Prolific study, not their ratings. Give the table of "
            "your survey tool, whose column PROLIFIC_PID names the rater, or the responses of an AI Task "
            "Builder batch."
        )
    return choose_answers(each_record(source, partial(_votes, left_out=left_out), EXPECTED), question, source)


def _votes(record, left_out):
    """Yield the row and the answer of a response, if it is a choice."""
    response = record["response"]
    answer = response.get("answer")
    if answer in (None, "", []):
        left_out["answers in free text"] += 1
        return
    values = answer if isinstance(answer, list) else [answer]
    labels = [value["value"] if isinstance(value, dict) else value for value in values]
    fields = (record.get("metadata") or {}) | {name: record[name] for name in _KEPT if name in record}
    yield make_row(record["task_id"], record["participant_id"], fields), {response["instruction_id"]: labels}
