"""Exports of Potato: its folder of annotators, JSON lines, and CSV or TSV, of version 2 and of version 1.

https://github.com/davidjurgens/potato, docs/data-export/export_formats.md and docs/data_format.md
"""

import re
from pathlib import PurePosixPath

from sklearn_raters.ratings.exports._records import FILE
from sklearn_raters.ratings.exports._rows import choose_answers, make_row

_STATE = "instance_id_to_label_to_value"
_NOT_CHOSEN = (None, False, "", "false", "False")
# Names of answers whose value is the answer; other names are answers themselves.
_VALUES = re.compile(r"scale_\d+|text_?box|slider|number|value|response|", re.IGNORECASE)
_OWN = ("user", "user_id", "instance_id", "annotator_origin", "annotator_origin_detail")


def recognises(source):
    """Return whether Potato has written the export."""
    fields = source.example.keys()
    if source.is_table:
        v1 = {"user", "instance_id", "displayed_text"} <= fields and any(
            ":::" in str(name) for name in fields
        )
        return v1 or ({"user_id", "instance_id"} <= fields and any("." in str(name) for name in fields))
    own = {_STATE, "label_annotations"} & fields
    return bool(own) or {"instance_id", "user_id", "labels", "spans"} <= fields


def read(source, question, left_out):
    """Yield rows; samples without labels and answers of machines are left out."""
    records = _table_records(source) if source.is_table else _json_records(source)
    return choose_answers(_rows(records, left_out), question, source)


def _rows(records, left_out):
    """Yield the row and the answers of each sample and rater."""
    for sample, rater, schemas, fields in records:
        kind = fields.get("annotator_origin")
        kind = kind.get("kind") if isinstance(kind, dict) else kind
        if kind not in (None, "", "human"):
            left_out["annotations of machines"] += 1
            continue
        answers = {schema: _labels(values) for schema, values in schemas.items()}
        answers = {schema: labels for schema, labels in answers.items() if labels}
        if not answers:
            left_out["annotations without a label"] += 1
            continue
        further = {name: value for name, value in fields.items() if name not in _OWN}
        yield make_row(sample, rater, further), answers


def _labels(values):
    """Return the labels in {name: value} of a schema as a list."""
    labels = []
    for name, value in values.items():
        if isinstance(value, dict):  # {"labels": {name: value}}
            labels += _labels(value)
        elif value not in _NOT_CHOSEN:
            labels.append(value if _VALUES.fullmatch(name) else name)
    return labels


def _json_records(source):
    """Yield sample, rater, {schema: {name: value}} and further fields of JSON."""
    for number, record in source.records:
        file = PurePosixPath(record.pop(FILE, source.file.as_posix()))
        if _STATE in record:  # a user_state.json holds all samples of a rater
            states, rater = record[_STATE], record.get("user_id") or file.parent.name
            if not isinstance(states, dict):
                raise source.refuse(number, f"{_STATE!r} is {states!r}", "a dict of samples")
            for sample, schemas in states.items():
                yield sample, rater, _schemas(schemas, number, source), {}
        elif "label_annotations" in record:
            further = {"displayed_text": record.get("displayed_text")}
            schemas = _schemas(record["label_annotations"], number, source)
            yield record.get("id"), file.parent.name or None, schemas, further
        else:
            schemas = _schemas(record.get("labels"), number, source)
            further = {name: record[name] for name in ("annotator_origin",) if name in record}
            yield record.get("instance_id"), record.get("user_id"), schemas, further


def _schemas(found, number, source):
    """Return {schema: {name: value}}, also of a list of [{"schema": ..., "name": ...}, value]."""
    try:
        if isinstance(found, list):
            schemas = {}
            for which, value in found:
                schemas.setdefault(which["schema"], {})[which["name"]] = value
            return schemas
        return {
            schema: values if isinstance(values, dict) else {"": values} for schema, values in found.items()
        }
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise source.refuse(
            number, f"the labels are {found!r}", "{schema: {label: value}}, or [{'schema', 'name'}, value]"
        ) from error


def _table_records(source):
    """Yield sample, rater, {schema: {name: value}} and further fields of each row of CSV or TSV."""
    rater, mark = ("user", ":::") if "user" in source.table else ("user_id", ".")
    split = {name: name.partition(mark) for name in source.table.columns if mark in name}
    answers = {name: parts[::2] for name, parts in split.items() if not parts[2].startswith("_")}
    for row in source.table.to_dict("records"):
        schemas = {}
        for column, (schema, name) in answers.items():
            value = row.pop(column)
            schemas.setdefault(schema, {})[name] = value.strip() if isinstance(value, str) else None
        yield row.pop("instance_id"), row.pop(rater), schemas, row
