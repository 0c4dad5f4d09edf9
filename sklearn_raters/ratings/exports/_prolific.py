"""Exports of Prolific: responses of AI Task Builder batches in JSON, and tables with its participants.

https://docs.prolific.com/api-reference/ai-task-builder; survey tools write the participant as PROLIFIC_PID.
"""

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings.exports._rows import choose_answers, make_row

_KEPT = ("id", "submission_id", "created_at")
_PARTICIPANTS = {"Submission id", "Participant id", "Status"}


def recognises(source):
    """Return whether Prolific has written the export."""
    fields = source.example.keys()
    return fields >= _PARTICIPANTS or {"participant_id", "task_id", "response"} <= fields


def read(source, question, left_out):
    """Yield rows; answers in free text alone are left out."""
    if source.example.keys() >= _PARTICIPANTS:
        raise InputError(
            f"{source.file} lists the participants of a Prolific study, not their ratings. Give the table of "
            "your survey tool, whose column PROLIFIC_PID names the rater, or the responses of an AI Task "
            "Builder batch."
        )
    if source.is_table:
        raise InputError(
            f"{source.file} is a table; expected the responses of a batch in JSON, or tool='table'."
        )
    return choose_answers(_responses(source, left_out), question, source)


def _responses(source, left_out):
    """Yield the row and the answer of each response."""
    for number, record in source.records:
        response = record.get("response")
        if not isinstance(response, dict) or "instruction_id" not in response or "task_id" not in record:
            raise source.refuse(
                number,
                f"'response' is {response!r}",
                "'task_id', 'participant_id' and a 'response' with 'instruction_id' and 'answer'",
            )
        answer = response.get("answer")
        if not answer:
            left_out["answers in free text"] += 1
            continue
        values = answer if isinstance(answer, list) else [answer]
        labels = [value.get("value") if isinstance(value, dict) else value for value in values]
        metadata = record.get("metadata")
        fields = metadata if isinstance(metadata, dict) else {}
        fields = fields | {name: record[name] for name in _KEPT if name in record}
        yield (
            make_row(record["task_id"], record.get("participant_id"), fields),
            {response["instruction_id"]: labels},
        )
