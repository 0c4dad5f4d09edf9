"""Exports of Label Studio: JSON, JSON-MIN, CSV and TSV.

https://labelstud.io/guide/export and https://labelstud.io/guide/task_format
"""

import json
from functools import partial

from sklearn_raters.ratings._cells import read_literal
from sklearn_raters.ratings._labels import shorten
from sklearn_raters.ratings._names import as_number
from sklearn_raters.ratings.exports._rows import (
    choose_answers,
    choose_column,
    each_record,
    leave_out,
    make_row,
    map_texts,
    one_or_several,
    table_of,
)

EXPECTED = (
    "a task of Label Studio's JSON, with a dict 'data' and a list of 'annotations', whose 'result' has "
    "'from_name', 'type' and 'value'"
)
_EXPECTED_FLAT = (
    "columns 'id', 'annotator', 'annotation_id' and 'lead_time' of Label Studio's JSON-MIN or CSV"
)
# Types of results that are labels of a whole sample, and the field of their value.
_LABELS = {
    "choices": "choices",
    "rating": "rating",
    "number": "number",
    "pairwise": "selected",
    "taxonomy": "taxonomy",
}
# Columns of JSON-MIN, CSV and TSV that are neither data nor answers.
_ALWAYS = ("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "was_cancelled")
_KEPT = {"id": "annotation_id"} | {
    name: name for name in ("lead_time", "created_at", "updated_at", "ground_truth")
}
_REGION = {"start", "end", "x", "y", "startOffset", "endOffset"}


def recognises(source):
    """Return whether Label Studio has written the export."""
    if {"annotator", "annotation_id", "lead_time"} <= source.example.keys():
        return True
    return "data" in source.example and bool({"annotations", "completions"} & source.example.keys())


def read(source, question, left_out):
    """Return a table, or yield rows; cancelled annotations, drafts and predictions are left out."""
    if source.is_table or "annotator" in source.example:
        return _read_flat(source, question, left_out)
    return choose_answers(
        each_record(source, partial(_annotations, left_out=left_out), EXPECTED), question, source
    )


def _annotations(task, left_out):
    """Yield the row and the answers of each annotation of a task."""
    annotations = task.get("annotations", task.get("completions"))
    data = task.get("data", {})
    if not isinstance(annotations, list) or not isinstance(data, dict):
        raise ValueError(f"'annotations' is {_kind(annotations)} and 'data' is {_kind(data)}")
    for what in ("predictions", "drafts"):
        if found := task.get(what):
            left_out[what] += len(found)
    if not annotations:
        left_out["tasks without annotations"] += 1
    for annotation in annotations:
        if not isinstance(annotation, dict) or not isinstance(annotation.get("result"), list):
            raise ValueError(f"an annotation is {_kind(annotation)} without a list 'result'")
        if annotation.get("was_cancelled") or annotation.get("skipped"):
            left_out["cancelled annotations"] += 1
            continue
        kept = {name: annotation[key] for key, name in _KEPT.items() if key in annotation}
        row = make_row(task.get("id"), annotation.get("completed_by"), data | kept)
        yield row, _answers(annotation["result"], left_out)


def _answers(results, left_out):
    """Return the labels by question of the results of an annotation."""
    answers = {}
    for result in results:
        field = _LABELS.get(result.get("type"))
        if _REGION & result.get("value", {}).keys():
            left_out["labels of regions, which are parts of a task"] += 1
            continue
        if field is None:
            left_out["results that are no labels of a task"] += 1  # relations, texts
            continue
        answers.setdefault(result["from_name"], []).extend(_labels(result["value"][field], field))
    return answers


def _labels(value, field):
    """Return the labels in the value of a result as a list."""
    values = value if isinstance(value, list) else [value]
    if field == "taxonomy":
        return ["/".join(map(str, path)) if isinstance(path, list) else path for path in values]
    return values


def _read_flat(source, question, left_out):
    """Return the table of an export as JSON-MIN, CSV or TSV."""
    import pandas as pd

    table = source.table
    if table is None:
        table = pd.DataFrame([record for _, record in source.records], dtype=object)
    if not {"id", "annotator"} <= {*table.columns}:
        raise source.refuse(f"its columns are {shorten(table.columns)}", _EXPECTED_FLAT)
    if "was_cancelled" in table:
        cancelled = table["was_cancelled"].astype(str).str.lower().isin(["true", "1"])
        table = leave_out(table, ~cancelled, "cancelled annotations", left_out)
    others = [name for name in table.columns if name not in (*_ALWAYS, "agreement")]
    named = {question} & {*others}
    questions = named or {name: None for name in others if not _is_data(table, name)}
    label = table[choose_column(questions, question, source)]
    label = map_texts(label, _flat_label) if source.is_table else label.map(_flat_label)
    return table_of(table.drop(columns=label.name), table["id"], table["annotator"], label)


def _is_data(table, name):
    """Return whether a column is surely data of the task: one text a task, which no other task has."""
    import pandas as pd

    if table[name].map(lambda value: as_number(str(value)) is not None).all():
        return False  # the scores of tasks may all differ
    values = table[name].map(
        lambda value: value if isinstance(value, str) else json.dumps(value, default=str)
    )
    pairs = pd.DataFrame({"task": table["id"].map(str), "value": values}).drop_duplicates()
    own = not pairs["task"].duplicated().any() and not pairs["value"].duplicated().any()
    # The answers to a few tasks may all differ, but they are no paths and no long texts.
    return own and (len(pairs) >= 20 or values.map(lambda text: "/" in text or len(text) > 40).all())


def _flat_label(value):
    """Return the label, or the tuple of labels, that a cell of JSON-MIN or CSV holds."""
    if isinstance(value, str):
        found = read_literal(value.strip())
        value = value.strip() or None if found is None else found
    labels = []
    for one in value if isinstance(value, list) else [value]:
        field = next((name for name in _LABELS.values() if isinstance(one, dict) and name in one), None)
        if isinstance(one, dict) and (field is None or _REGION & one.keys()):
            continue
        labels.extend(_labels(one[field] if field else one, field))
    return one_or_several([label for label in labels if label is not None])


def _kind(value):
    return "missing" if value is None else f"a {type(value).__name__}"
