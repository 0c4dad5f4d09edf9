"""Exports of doccano: JSON, JSON lines or CSV, a file of each annotator, or a user in each annotation.

https://doccano.github.io/doccano/tutorial; in projects without shared annotations, the zip file of an export
holds one file for each user. Its CSV joins several labels by "#".
"""

import re
from functools import partial
from pathlib import PurePosixPath

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings.exports._columns import has_usual
from sklearn_raters.ratings.exports._records import FILE
from sklearn_raters.ratings.exports._rows import choose_answers, each_record, make_row

EXPECTED = (
    "a document of doccano: 'id', 'text' and a list 'label' of its labels (spans are no classes), or in CSV "
    "the labels joined by '#', or a list 'annotations' with 'label' and 'user'"
)
_OWN = {"id", "label", "labels", "annotations", "meta", FILE}
_ENDING = re.compile(r"(\.(ndjson|jsonl?|csv|tsv))?(\.gz)?$", re.IGNORECASE)


def recognises(source):
    """Return whether doccano has written the export."""
    fields = source.example
    if source.is_table or has_usual(fields, "rater"):
        return False  # a plain table of JSON lines, if it names raters
    if "id" not in fields or not {"text", "filename"} & fields.keys():
        return False
    annotations = fields.get("annotations")
    if isinstance(annotations, list):
        return any(isinstance(one, dict) and "user" in one for one in annotations)
    # A CSV file alone may be any table, one of several files is that of a rater.
    by_rater = FILE in fields and _is_csv(fields[FILE]) and "label" in fields
    return by_rater or any(isinstance(fields.get(name), list) for name in ("label", "labels"))


def read(source, question, left_out):
    """Yield rows; documents without a label are left out."""
    if source.is_table:
        source = source._replace(records=enumerate(source.table.to_dict("records")))
    votes = partial(_votes, file=source.file, left_out=left_out)
    return choose_answers(each_record(source, votes, EXPECTED), question, source)


def _votes(document, file, left_out):
    """Yield the row and the answer of each rater of a document."""
    fields = {name: value for name, value in document.items() if name not in _OWN}
    fields |= document.get("meta") or {}
    answers = {}
    if "annotations" in document:
        for one in document["annotations"]:
            answers.setdefault(one["user"], []).append(one["label"])
    else:
        answers[_file_rater(document, file)] = (
            document["label"] if "label" in document else document["labels"]
        )
    for rater, labels in answers.items():
        if isinstance(labels, str) and _is_csv(document.get(FILE, file.name)):
            labels = [label for label in labels.split("#") if label]
        if not isinstance(labels, list) or any(isinstance(label, list | dict) for label in labels):
            raise ValueError(f"the labels are {labels!r}")
        if labels:
            yield make_row(document.get("id"), rater, fields), {"label": labels}
    if not any(answers.values()):
        left_out["documents without a label"] += 1


def _is_csv(name):
    return ".csv" in PurePosixPath(name).suffixes


def _file_rater(document, file):
    """Return the rater of a document: the name of its file, in which dots may be the user's."""
    name = _ENDING.sub("", PurePosixPath(document.get(FILE, file.name)).name)
    if name == "all":
        raise InputError(
            f"{file} is the export of a doccano project with shared annotations, which does not tell who "
            "gave a label. Export a project without shared annotations: its zip file holds a file for each "
            "user."
        )
    return name
