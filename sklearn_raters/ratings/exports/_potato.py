"""Exports of Potato: its folder of annotators, JSON lines, and CSV or TSV, of version 2 and of version 1.

https://github.com/davidjurgens/potato, docs/data-export/export_formats.md and docs/data_format.md
"""

import re
from pathlib import PurePosixPath

from sklearn_raters.ratings._labels import shorten
from sklearn_raters.ratings.exports._columns import has_usual
from sklearn_raters.ratings.exports._records import FILE
from sklearn_raters.ratings.exports._rows import (
    choose_answers,
    choose_column,
    each_record,
    leave_out,
    make_row,
    map_rows,
    one_or_several,
    table_of,
)

EXPECTED = (
    "Potato's user_state.json, or lines with 'label_annotations' or with 'instance_id', 'user_id' and "
    "'labels', as {schema: {label: value}} or [{'schema', 'name'}, value]"
)
EXPECTED_TABLE = "columns 'instance_id', 'user_id' or 'user', and a column for each label of a schema"
_STATE = "instance_id_to_label_to_value"
_NOT_CHOSEN = {"", "False", "false"}
# Names of answers whose value is the answer; scale_4 is the answer 4, and other names are answers themselves.
_VALUES = re.compile(r"text_?box|slider|number|value|response|", re.IGNORECASE)
_SCALE = re.compile(r"scale_(\d+)")
_OWN = ("user", "user_id", "instance_id", "annotator_origin", "annotator_origin_detail")


def recognises(source):
    """Return whether Potato has written the export."""
    fields = source.example.keys()
    if source.is_table:
        v1 = {"user", "instance_id", "displayed_text"} <= fields and any(
            ":::" in str(name) for name in fields
        )
        v2 = list(fields)[:2] == ["instance_id", "user_id"] and any("." in str(name) for name in fields)
        return v1 or (v2 and not has_usual(fields, "label"))
    own = {_STATE, "label_annotations"} & fields
    return bool(own) or {"instance_id", "user_id", "labels", "spans"} <= fields


def read(source, question, left_out):
    """Yield rows; samples without labels and answers of machines are left out."""
    if source.is_table:
        return _read_table(source, question, left_out)
    pairs = each_record(source, lambda record: _votes(_of_record(record, source.file), left_out), EXPECTED)
    return choose_answers(pairs, question, source)


def _votes(found, left_out):
    """Yield the row and the answers of each sample and rater."""
    for sample, rater, schemas, fields in found:
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
        score, of_value = _SCALE.fullmatch(name), _VALUES.fullmatch(name)
        if isinstance(value, dict):  # {"labels": {name: value}}
            labels += _labels(value)
        elif value is None or str(value) in _NOT_CHOSEN:
            continue
        elif score or of_value or value != 0:  # 0 is a score, but says of a box that it is not ticked
            labels.append(score[1] if score else value if of_value else name)
    return labels


def _of_record(record, path):
    """Yield sample, rater, {schema: {name: value}} and further fields of a record of JSON."""
    file = PurePosixPath(record.get(FILE, path.as_posix()))
    if _STATE in record:  # a user_state.json holds all samples of a rater
        rater = record.get("user_id") or file.parent.name
        for sample, schemas in record[_STATE].items():
            yield sample, rater, _schemas(schemas), {}
    elif "label_annotations" in record:
        further = {"displayed_text": record.get("displayed_text")}
        yield record["id"], file.parent.name or None, _schemas(record["label_annotations"]), further
    else:
        further = {"annotator_origin": record.get("annotator_origin")}
        yield record["instance_id"], record["user_id"], _schemas(record["labels"]), further


def _schemas(found):
    """Return {schema: {name: value}}, also of a list of [{"schema": ..., "name": ...}, value]."""
    if not isinstance(found, list):
        return {
            schema: values if isinstance(values, dict) else {"": values} for schema, values in found.items()
        }
    schemas = {}
    for which, value in found:
        schemas.setdefault(which["schema"], {})[which["name"]] = value
    return schemas


def _read_table(source, question, left_out):
    """Return the table of CSV or TSV, which has a column for each label of a schema."""
    table, columns = source.table, {*source.table.columns}
    rater, mark = ("user", ":::") if "user" in columns else ("user_id", ".")
    if not {"instance_id", rater} <= columns:
        raise source.refuse(f"its columns are {shorten(source.example)}", EXPECTED_TABLE)
    if "annotator_origin" in columns:
        human = table["annotator_origin"].fillna("").isin(["", "human"])
        table = leave_out(table, human, "annotations of machines", left_out)
    split = {name: name.partition(mark) for name in table.columns if mark in name}
    if not split:  # as Parquet: a column for each schema
        schemas = [name for name in table.columns if name not in _OWN]
        label = table[choose_column(schemas, question, source)]
        return table_of(table.drop(columns=label.name), table["instance_id"], table[rater], label)
    split = {name: (schema, label) for name, (schema, _, label) in split.items() if not label.startswith("_")}
    cells = table[list(split)].fillna("").apply(lambda column: column.astype(str).str.strip())
    chosen = ~cells.isin(_NOT_CHOSEN)
    table = leave_out(table, chosen.any(axis=1), "annotations without a label", left_out)
    schemas = {}
    for name, (schema, _) in split.items():
        if chosen[name].any():
            schemas.setdefault(schema, []).append(name)
    names = schemas[choose_column(schemas, question, source)]
    labels = [split[name][1] for name in names]
    label = map_rows(
        cells.loc[table.index, names],
        lambda row: one_or_several(_labels(dict(zip(labels, row, strict=True)))),
    )
    return table_of(table.drop(columns=list(split)), table["instance_id"], table[rater], label)
