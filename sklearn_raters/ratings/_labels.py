"""What a label is: missing or not, of which type, in which order; and how names are told."""

from collections.abc import Mapping
from numbers import Number

import numpy as np

_NO_LABEL = (list, tuple, set, frozenset, dict, np.ndarray)


def is_missing(value):
    """Tell whether one label is None, NaN or pandas.NA (which equals nothing, not even itself)."""
    return value is None or type(value).__name__ in ("NAType", "NaTType") or value != value


def plain(label):
    """Return a NumPy scalar as the Python object that it stands for."""
    return label.item() if isinstance(label, np.generic) else label


def label_kind(label):
    """Return what a label is compared by: "numbers", "strings", or the name of its type."""
    if isinstance(label, Number | np.bool_):
        return "numbers"
    return "strings" if isinstance(label, str) else type(label).__name__


def sort_labels(labels, where=""):
    """Sort distinct labels, or say why they cannot be sorted; `where` says whose labels they are."""
    kinds = {label_kind(label): label for label in labels}
    if len(kinds) > 1:
        given = " beside ".join(f"{kind} (such as {label!r})" for kind, label in kinds.items())
        raise ValueError(f"{where or 'The labels'} mix {given}: make all labels of one type.")
    try:
        return sorted(labels)
    except TypeError:
        raise ValueError(
            f"{where or 'The labels'} of type {next(iter(kinds))} cannot be put in order: "
            "use strings or numbers as labels."
        ) from None


def check_class_names(classes):
    """Return `classes` as a list of distinct Python labels."""
    if isinstance(classes, str) or not np.iterable(classes):
        raise TypeError(f"classes must be a list of labels, not {classes!r}.")
    names = [plain(name) for name in classes]
    if not names:
        raise ValueError("classes is empty: name at least one label.")
    for position, name in enumerate(names):
        if isinstance(name, _NO_LABEL) or is_missing(name):
            raise ValueError(f"classes must hold labels, but its entry {position} is {name!r}.")
        if name in names[:position]:
            raise ValueError(f"classes names {name!r} twice.")
    return names


def check_label_map(label_map, classes):
    """Return `label_map` as a dict that leads into `classes` (or anywhere, if they are None)."""
    if label_map is None:
        return {}
    if not isinstance(label_map, Mapping):
        raise TypeError(f"label_map must be a dict of label to label, not {label_map!r}.")
    for label, target in label_map.items():
        if isinstance(target, _NO_LABEL) or is_missing(target):
            raise ValueError(
                f"label_map maps {label!r} to {target!r}, which is no label. To leave a label "
                "out, leave it out of classes."
            )
        if classes is not None and target not in classes:
            raise ValueError(
                f"label_map maps {label!r} to {target!r}, which is not one of the classes "
                f"{classes}. A label outside the classes needs no mapping."
            )
        if classes is not None and label in classes and target != label:
            raise ValueError(
                f"{label!r} is in classes, but label_map turns it into {target!r}: leave it out "
                "of one of them. For a votes cube with more labels than classes, name the cube's "
                "labels by parse_ratings(Y, classes=...) first and hand on the result."
            )
    return {label: plain(target) for label, target in label_map.items()}


def shorten(names, n=10):
    """Write out at most `n` of the names."""
    more = f" and {len(names) - n} more" if len(names) > n else ""
    return ", ".join(map(repr, names[:n])) + more
