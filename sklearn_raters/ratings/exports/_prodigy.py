"""Exports of Prodigy: JSON lines, as ``prodigy db-out`` writes them.

https://prodi.gy/docs/api-interfaces and https://prodi.gy/docs/api-loaders
"""

from sklearn_raters.ratings.exports._rows import choose_answers, make_row

_OWN = {"options", "accept", "answer", "label", "tokens", "spans", "config", "_annotator_id", "_session_id"}


def recognises(source):
    """Return whether Prodigy has written the export."""
    return {"_input_hash", "answer"} <= source.example.keys()


def read(source, question, left_out):
    """Yield rows; ignored tasks, and choices that were rejected as a whole, are left out."""
    return choose_answers(_tasks(source, question, left_out), question, source)


def _tasks(source, question, left_out):
    """Yield the row and the answers of each task."""
    for number, task in source.records:
        answer, rater = task.get("answer"), task.get("_annotator_id") or task.get("_session_id")
        if answer not in ("accept", "reject", "ignore") or rater is None or "_input_hash" not in task:
            raise source.refuse(
                number,
                f"'answer' is {answer!r}, '_annotator_id' is {rater!r}, '_input_hash' is "
                f"{task.get('_input_hash')!r}",
                "'accept', 'reject' or 'ignore', and a session or annotator, as Prodigy writes them",
            )
        if answer == "ignore":
            left_out["ignored tasks"] += 1
            continue
        fields = {
            name: value for name, value in task.items() if name not in _OWN and not name.startswith("_")
        }
        row = make_row(task["_input_hash"], rater, fields)
        if isinstance(task.get("accept"), list):
            if answer == "reject":
                left_out["rejected tasks"] += 1
                continue
            yield (
                row,
                {"accept": task["accept"], **({question: task[question]} if question in fields else {})},
            )
        elif isinstance(task.get("label"), str):
            yield row, {task["label"]: answer}  # the question is whether the label is right
        elif question is not None and question in fields:
            yield row, {question: task[question]}
        else:
            raise source.refuse(
                number,
                f"its fields are {', '.join(task)}",
                "a choice (a list 'accept'), a text 'label' that was accepted or rejected, or a field that "
                "question= names",
            )
