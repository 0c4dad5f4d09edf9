"""Exports of Argilla: records as JSON or JSON lines, nested or flat, of version 2 and of version 1.

https://docs.argilla.io/latest/how_to_guides/import_export
"""

from sklearn_raters.ratings.exports._rows import choose_answers, make_row

_RESPONSES, _USERS, _STATUS = ".responses", ".responses.users", ".responses.status"


def recognises(source):
    """Return whether Argilla has written the export."""
    fields = source.example.keys()
    nested = {"fields", "responses"} <= fields
    return not source.is_table and (nested or any(name.endswith(_USERS) for name in fields))


def read(source, question, left_out):
    """Yield rows; suggestions of models and responses that were not submitted are left out."""
    return choose_answers(_responses(source, left_out), question, source)


def _responses(source, left_out):
    """Yield the row and the answers of each rater of each record."""
    for number, record in source.records:
        answers, statuses = {}, {}
        nested = "responses" in record
        found = _nested(record["responses"]) if nested else _flat(record)
        if found is None:
            raise source.refuse(
                number,
                f"'responses' is {record.get('responses')!r}",
                "lists of answers with 'value' and 'user_id', as Argilla writes them",
            )
        for name, user, value, status in found:
            if isinstance(value, list) and any(isinstance(part, dict) for part in value):
                left_out["rankings and spans"] += 1
                continue
            answers.setdefault(user, []).append((name, value))
            statuses[user] = status
        suggestions = record.get("suggestions") or [name for name in record if name.endswith(".suggestion")]
        left_out.update({"suggestions": len(suggestions)} if suggestions else {})
        if not answers:
            left_out["records without responses"] += 1
        for user, given in answers.items():
            if statuses[user] not in (None, "submitted"):
                left_out[f"responses with status {statuses[user]!r}"] += 1
                continue
            yield from _rows(record, nested, user, given)


def _rows(record, nested, user, given):
    """Yield rows of a rater, several if a question has several answers."""
    fields = {**_dict(record.get("fields")), **_dict(record.get("metadata"))}
    if not nested:
        fields = {
            name: value for name, value in record.items() if "." not in name and name not in ("id", "vectors")
        }
    repeats = {}
    for name, value in given:
        repeats.setdefault(name, []).append(value)
    for turn in range(max(map(len, repeats.values()))):
        answers = {name: values[turn] for name, values in repeats.items() if turn < len(values)}
        yield make_row(record.get("external_id") or record.get("id"), user, fields), answers


def _nested(responses):
    """Return (question, rater, value, status) of nested responses; None if they have another form."""
    try:
        if isinstance(responses, dict):  # version 2: question -> answers
            return [
                (name, one["user_id"], one["value"], one.get("status"))
                for name, answers in responses.items()
                for one in answers or ()
            ]
        return [  # version 1: one dict for each rater
            (name, one["user_id"], answer["value"], one.get("status"))
            for one in responses or ()
            for name, answer in (one["values"] or {"": {"value": None}}).items()
        ]
    except (TypeError, KeyError, AttributeError):
        return None


def _flat(record):
    """Return (question, rater, value, status) of a flat record; None if lists differ in length."""
    found = []
    for name in record:
        if not name.endswith(_USERS):
            continue
        question = name.removesuffix(_USERS)
        users, values = record[name] or [], record.get(question + _RESPONSES) or []
        statuses = record.get(question + _STATUS) or [None] * len(users)
        if not len(users) == len(values) == len(statuses):
            return None
        found += zip([question] * len(users), users, values, statuses, strict=True)
    return found


def _dict(value):
    return value if isinstance(value, dict) else {}
