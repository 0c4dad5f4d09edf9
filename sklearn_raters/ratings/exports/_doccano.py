"""Exports of doccano: JSON lines, a file of each annotator, or with a user in each annotation.

https://doccano.github.io/doccano/tutorial; in projects without shared annotations, the zip file of an export
holds one file for each user.
"""

from pathlib import PurePosixPath

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings.exports._records import FILE
from sklearn_raters.ratings.exports._rows import choose_answers, make_row

_OWN = {"id", "label", "labels", "annotations", "meta", FILE}


def recognises(source):
    """Return whether doccano has written the export."""
    fields = source.example
    if source.is_table or not {"id", "text"} <= fields.keys():
        return "id" in fields and "filename" in fields and isinstance(fields.get("label"), list)
    users = [one for one in fields.get("annotations") or () if isinstance(one, dict) and "user" in one]
    return bool(users) or (
        "rater" not in fields and any(isinstance(fields.get(name), list) for name in ("label", "labels"))
    )


def read(source, question, left_out):
    """Yield rows; documents without a label are left out."""
    return choose_answers(_documents(source, left_out), question, source)


def _documents(source, left_out):
    """Yield the row and the answer of each document and rater."""
    for number, document in source.records:
        fields = {name: value for name, value in document.items() if name not in _OWN}
        meta = document.get("meta")
        fields |= meta if isinstance(meta, dict) else {}
        if "annotations" in document:
            answers = _by_user(document["annotations"], number, source)
        else:
            answers = {_file_rater(document, source): document.get("label", document.get("labels"))}
        for rater, labels in answers.items():
            if not isinstance(labels, list) or any(isinstance(label, list | dict) for label in labels):
                raise source.refuse(
                    number,
                    f"the labels are {labels!r}",
                    "a list of the document's labels (spans are no classes)",
                )
            if labels:
                yield make_row(document.get("id"), rater, fields), {"label": labels}
        if not any(answers.values()):
            left_out["documents without a label"] += 1


def _by_user(annotations, number, source):
    """Return the labels by rater of a document of version 1."""
    answers = {}
    for one in annotations:
        if not isinstance(one, dict) or not {"label", "user"} <= one.keys():
            raise source.refuse(number, f"an annotation is {one!r}", "a dict with 'label' and 'user'")
        answers.setdefault(one["user"], []).append(one["label"])
    return answers


def _file_rater(document, source):
    """Return the rater of a document: the name of its file."""
    name = PurePosixPath(document.get(FILE, source.file.name)).name.split(".")[0]
    if name == "all":
        raise InputError(
            f"{source.file} is the export of a doccano project with shared annotations, which does not tell "
            "who gave a label. Export a project without shared annotations: its zip file holds a file for "
            "each user."
        )
    return name
