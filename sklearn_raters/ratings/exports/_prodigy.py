"""Exports of Prodigy: JSON lines, as ``prodigy db-out`` writes them.

https://prodi.gy/docs/api-interfaces and https://prodi.gy/docs/api-loaders
"""

from functools import partial

from sklearn_raters.ratings.exports._rows import choose_answers, each_record, make_row

EXPECTED = (
    "a task of Prodigy: an 'answer' (accept, reject or ignore), '_input_hash', '_annotator_id' or "
    "'_session_id', and a choice (a list 'accept'), a text 'label', or the field that question= names"
)
_OWN = {"options", "accept", "answer", "label", "tokens", "spans", "config", "_annotator_id", "_session_id"}


def recognises(source):
    """Return whether Prodigy has written the export."""
    return {"_input_hash", "answer"} <= source.example.keys()


def read(source, question, left_out):
    """Yield rows; ignored tasks, and choices that were rejected as a whole, are left out."""
    votes = partial(_votes, question=question, left_out=left_out)
    return choose_answers(each_record(source, votes, EXPECTED), question, source)


def _votes(task, question, left_out):
    """Yield the row and the answers of a task, if it is a vote."""
    answer, rater = task["answer"], task.get("_annotator_id") or task["_session_id"]
    if answer not in ("accept", "reject", "ignore") or rater is None:
        raise ValueError(f"'answer' is {answer!r}, and the rater is {rater!r}")
    if answer == "ignore":
        left_out["ignored tasks"] += 1
        return
    fields = {name: value for name, value in task.items() if name not in _OWN and not name.startswith("_")}
    row = make_row(task["_input_hash"], rater, fields)
    named = {question: task[question]} if question in fields else {}
    if isinstance(task.get("accept"), list):
        if answer == "reject":
            left_out["rejected tasks"] += 1
        else:
            yield row, {"accept": task["accept"], **named}
    elif isinstance(task.get("label"), str):
        yield row, {task["label"]: answer, **named}  # the question is whether the label is right
    elif named:
        yield row, named
    else:
        raise ValueError(f"its fields are {', '.join(task)}")
