"""Check and sort labels, and list labels or names in messages."""

from collections.abc import Mapping
from numbers import Number

import numpy as np

from sklearn_raters.exceptions import InputError

# Name of the index of a table whose rows have the numbers of the lines of its file.
LINE = "line"
NO_LABEL = (list, tuple, set, frozenset, dict, np.ndarray)

# The texts that pandas.read_csv reads as missing, and NaT.
_AS_NUMBERS = ("-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "NaN", "NaT", "nan")
_AS_WORDS = ("", "#N/A", "#N/A N/A", "#NA", "<NA>", "N/A", "NA", "NULL", "None", "n/a", "null")
MISSING_TEXTS = frozenset((*_AS_NUMBERS, *_AS_WORDS))


def is_missing(value):
    """Return whether a label is missing.

    Parameters
    ----------
    value : object
        A label.

    Returns
    -------
    bool
        True for None, NaN, pandas.NA and pandas.NaT.
    """
    if isinstance(value, NO_LABEL):
        return False
    return value is None or type(value).__name__ in ("NAType", "NaTType") or value != value


def is_missing_label(value):
    """Return whether a label is missing, or a text that stands for a missing one.

    Parameters
    ----------
    value : object
        A label.

    Returns
    -------
    bool
        True for None, NaN, pandas.NA and pandas.NaT, for blanks, and for the texts that `pandas.read_csv`
        takes as missing: "nan", "NA", "<NA>", "None", "null" and others.

    Examples
    --------
    >>> from sklearn_raters.ratings import is_missing_label
    >>> is_missing_label("NA"), is_missing_label(" "), is_missing_label("none")
    (True, True, False)
    """
    return value.strip() in MISSING_TEXTS if isinstance(value, str) else is_missing(value)


def plain(label):
    """Return a label as a Python object, a text without blanks around it."""
    label = label.item() if isinstance(label, np.generic) else label
    return label.strip() if isinstance(label, str) else label


def row_name(index, place):
    """Return how messages call a row of a table: by its line, if the index holds the lines of a file."""
    return f"{'Line' if index.name == LINE else 'Row'} {plain(index[place])!r}"


def label_kind(label):
    """Return "numbers", "strings" or the name of another type; labels are comparable within one kind only."""
    if isinstance(label, Number | np.bool_):
        return "numbers"
    return "strings" if isinstance(label, str) else type(label).__name__


def sort_labels(labels, where=""):
    """Sort distinct labels.

    Parameters
    ----------
    labels : iterable
        Labels, none missing.
    where : str, default=""
        Name of the labels in error messages.

    Returns
    -------
    list
        The labels in order.

    Raises
    ------
    InputError
        If the labels are of several types, or of a type without an order.
    """
    kinds = {label_kind(label): label for label in labels}
    if len(kinds) > 1:
        given = " and ".join(f"{kind} (such as {plain(label)!r})" for kind, label in kinds.items())
        raise InputError(f"{where or 'The labels'} mix {given}: make all labels of one type.")
    try:
        return sorted(labels)
    except TypeError:
        raise InputError(
            f"{where or 'The labels'} of type {next(iter(kinds))} cannot be put in order: "
            "use strings or numbers as labels."
        ) from None


def sort_codes(code, names, where):
    """Sort the distinct names that codes stand for; return the codes of the sorted names, and these."""
    ordered = sort_labels(names, where)
    place = {name: index for index, name in enumerate(ordered)}
    return np.array([place[name] for name in names], dtype=np.intp)[code], ordered


def check_class_names(classes):
    """Return `classes` as a list of distinct Python labels."""
    if isinstance(classes, str | bytes) or not np.iterable(classes):
        raise TypeError(f"classes must be a list of labels, not {classes!r}.")
    if isinstance(classes, set | frozenset):
        raise InputError(
            f"classes is a set, which has no order: give a list, such as {sorted(classes, key=repr)}."
        )
    names = [plain(name) for name in classes]
    if not names:
        raise InputError("classes is empty: name at least one label.")
    for position, name in enumerate(names):
        if isinstance(name, NO_LABEL) or is_missing(name) or name == "":
            raise InputError(f"classes must hold labels, but its entry {position} is {name!r}.")
        if name in names[:position]:
            raise InputError(f"classes names {name!r} twice: name each class once.")
    return names


def check_map(label_map, classes):
    """Return `label_map` as a dict, with None for "not rated"; raise if a target is not one of `classes`."""
    if label_map is None:
        return {}
    if not isinstance(label_map, Mapping):
        raise TypeError(f"label_map must be a dict of label to label, not {label_map!r}.")
    checked = {}
    for label, target in label_map.items():
        if isinstance(target, NO_LABEL):
            raise InputError(f"label_map maps {label!r} to {target!r}, which cannot be a class.")
        label, target = plain(label), plain(target)
        if is_missing_label(target) and target not in (classes or ()):
            target = None
        if classes is not None and target is not None and target not in classes:
            raise InputError(
                f"label_map maps {label!r} to {target!r}, which is not one of the classes "
                f"{classes}. A label outside the classes needs no mapping."
            )
        if classes is not None and label in classes and target != label:
            raise InputError(
                f"{label!r} is in classes, but label_map turns it into {target!r}: leave it out "
                "of one of them. For a votes cube with more labels than classes, name the cube's "
                "labels by parse_ratings(Y, classes=...) first and use the result."
            )
        checked[label] = target
    return checked


def shorten(names, n=10):
    """List names in a message, the first few only.

    Parameters
    ----------
    names : iterable
        Names or labels.
    n : int, default=10
        Number of names to list.

    Returns
    -------
    str
        The names, separated by commas, and how many are not listed.

    Examples
    --------
    >>> from sklearn_raters.ratings import shorten
    >>> shorten(["ann", "bob", "cho"], 2)
    "'ann', 'bob' and 1 more"
    """
    names = list(names)
    more = f" and {len(names) - n} more" if len(names) > n else ""
    return ", ".join(map(repr, names[:n])) + more
