"""Data of the shared tasks LeWiDi (Learning with Disagreements), second and third edition: JSON.

https://le-wi-di.github.io
"""

from sklearn_raters.ratings.exports._records import KEY
from sklearn_raters.ratings.exports._rows import choose_answers, make_row

_OWN = {"annotations", "annotators", "soft_label", "hard_label", "other_info", KEY}


def recognises(source):
    """Return whether the export has the form of LeWiDi."""
    return {"annotations", "annotators", "number of annotations"} <= source.example.keys()


def read(source, question, left_out):
    """Yield rows; samples whose ratings are held back, as in a test set, are left out."""
    return choose_answers(_samples(source, left_out), question, source)


def _samples(source, left_out):
    """Yield the row and the answer of each rater of each sample."""
    for number, sample in source.records:
        votes = _votes(sample.get("annotations"), sample.get("annotators"))
        if votes is None:
            raise source.refuse(
                number,
                f"'annotations' is {sample.get('annotations')!r}, 'annotators' is "
                f"{sample.get('annotators')!r}",
                "as many annotations as annotators, separated by commas, or a dict {annotator: label}",
            )
        if not votes:
            left_out["samples without annotations"] += 1
        fields = {name: value for name, value in sample.items() if name not in _OWN}
        text = fields.get("text")
        fields |= {f"text.{name}": part for name, part in text.items()} if isinstance(text, dict) else {}
        for rater, label in votes:
            yield make_row(sample.get(KEY, number), rater, fields), {"annotations": label}


def _votes(annotations, annotators):
    """Return pairs of rater and label; None if they do not fit."""
    if isinstance(annotations, dict):
        return [(rater, _several(label)) for rater, label in annotations.items()]
    if not isinstance(annotations, str) or not isinstance(annotators, str):
        return None
    labels, raters = _parts(annotations), _parts(annotators)
    if not labels:
        return []
    return list(zip(raters, labels, strict=True)) if len(labels) == len(raters) else None


def _several(label):
    return _parts(label) if isinstance(label, str) else label


def _parts(text):
    return [part.strip() for part in text.split(",") if part.strip()]
