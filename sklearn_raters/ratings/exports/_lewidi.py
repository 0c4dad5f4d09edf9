"""Data of the shared tasks LeWiDi (Learning with Disagreements), second and third edition: JSON.

https://le-wi-di.github.io
"""

from functools import partial

from sklearn_raters.ratings.exports._records import KEY
from sklearn_raters.ratings.exports._rows import choose_answers, each_record, make_row

EXPECTED = "as many 'annotations' as 'annotators', separated by commas, or a dict {annotator: label}"
_OWN = {"annotations", "annotators", "soft_label", "hard_label", "other_info", KEY}


def recognises(source):
    """Return whether the export has the form of LeWiDi."""
    return {"annotations", "annotators", "number of annotations"} <= source.example.keys()


def read(source, question, left_out):
    """Yield rows; samples whose ratings are held back, as in a test set, are left out."""
    return choose_answers(each_record(source, partial(_votes, left_out=left_out), EXPECTED), question, source)


def _votes(sample, left_out):
    """Yield the row and the answer of each rater of a sample."""
    annotations, annotators = sample["annotations"], sample["annotators"]
    if isinstance(annotations, dict):
        votes = [(rater, _several(label)) for rater, label in annotations.items()]
    else:
        raters, labels = _parts(annotators), _parts(annotations)
        if labels and len(labels) != len(raters):
            raise ValueError(f"'annotations' is {annotations!r}, but 'annotators' is {annotators!r}")
        votes = zip(raters, labels, strict=False)
    if not annotations:
        left_out["samples without annotations"] += 1
    fields = {name: value for name, value in sample.items() if name not in _OWN}
    text = fields.get("text")
    fields |= {f"text.{name}": part for name, part in text.items()} if isinstance(text, dict) else {}
    for rater, label in votes:
        yield make_row(sample[KEY], rater, fields), {"annotations": label}


def _several(label):
    return _parts(label) if isinstance(label, str) else label


def _parts(text):
    return [part.strip() for part in text.split(",") if part.strip()]
