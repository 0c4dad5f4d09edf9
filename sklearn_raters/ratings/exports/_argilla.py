"""Exports of Argilla: records as JSON or JSON lines, nested or flat, of version 2 and of version 1.

https://docs.argilla.io/latest/how_to_guides/import_export
"""

from functools import partial

from sklearn_raters.ratings.exports._rows import choose_answers, each_record, make_row

EXPECTED = "lists of answers with 'value' and 'user_id', as Argilla writes them"
_RESPONSES, _USERS, _STATUS = ".responses", ".responses.users", ".responses.status"


def recognises(source):
    """Return whether Argilla has written the export."""
    fields = source.example.keys()
    nested = {"fields", "responses"} <= fields
    flat = any(str(name).endswith(_USERS) for name in fields)
    return flat or (nested and not source.is_table)


def read(source, question, left_out):
    """Yield rows; suggestions of models and responses that were not submitted are left out."""
    if source.is_table:  # a flat record a row, as in Parquet
        source = source._replace(records=enumerate(source.table.to_dict("records")))
    return choose_answers(each_record(source, partial(_votes, left_out=left_out), EXPECTED), question, source)


def _votes(record, left_out):
    """Yield the row and the answers of each rater of a record."""
    answers, statuses = {}, {}
    for name, user, value, status in _nested(record["responses"]) if "responses" in record else _flat(record):
        if isinstance(value, list) and any(isinstance(part, dict) for part in value):
            left_out["rankings and spans"] += 1
            continue
        answers.setdefault(user, []).append((name, value))
        statuses[user] = status
    if suggestions := record.get("suggestions") or [name for name in record if name.endswith(".suggestion")]:
        left_out["suggestions"] += len(suggestions)
    if not answers:
        left_out["records without responses"] += 1
    for user, given in answers.items():
        if statuses[user] not in (None, "submitted"):
            left_out[f"responses with status {statuses[user]!r}"] += 1
        else:
            yield from _rows(record, user, given)


def _rows(record, user, given):
    """Yield rows of a rater, several if a question has several answers."""
    if "responses" in record:
        fields = {**(record.get("fields") or {}), **(record.get("metadata") or {})}
    else:
        fields = {name: value for name, value in record.items() if "." not in name and name != "id"}
    repeats = {}
    for name, value in given:
        repeats.setdefault(name, []).append(value)
    for turn in range(max(map(len, repeats.values()))):
        answers = {name: values[turn] for name, values in repeats.items() if turn < len(values)}
        yield make_row(record.get("external_id") or record.get("id"), user, fields), answers


def _nested(responses):
    """Return (question, rater, value, status) of nested responses."""
    if isinstance(responses, dict):  # version 2: question -> answers
        return [
            (name, one["user_id"], one["value"], one.get("status"))
            for name, answers in responses.items()
            for one in answers or ()
        ]
    return [  # version 1: one dict for each rater; a discarded response may have no values
        (name, one["user_id"], answer["value"], one.get("status"))
        for one in responses or ()
        for name, answer in (one["values"] or {"": {"value": None}}).items()
    ]


def _flat(record):
    """Return (question, rater, value, status) of a flat record."""
    found = []
    for question in [name.removesuffix(_USERS) for name in record if name.endswith(_USERS)]:
        users, values = record[question + _USERS] or [], record.get(question + _RESPONSES) or []
        statuses = record.get(question + _STATUS) or [None] * len(users)
        if not len(users) == len(values) == len(statuses):
            raise ValueError(f"question {question!r} has {len(values)} responses of {len(users)} users")
        found += zip([question] * len(users), users, values, statuses, strict=True)
    return found
