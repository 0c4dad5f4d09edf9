"""Split cells into labels: collections, lists written as text, and texts with a separator."""

import ast
import json
import warnings
from numbers import Number

import numpy as np

from sklearn_raters.ratings._labels import plain

_LISTS = {"[": "]", "(": ")", "{": "}"}


def labels_of_cells(cells, separator=None):
    """Return the labels of all cells; a cell may hold several labels.

    Parameters
    ----------
    cells : ndarray of object, shape (n_cells,)
        Labels, collections of labels, and missing values. A text that is a list in JSON or in Python holds
        the labels in the list.
    separator : str or None, default=None
        What separates several labels in one text.

    Returns
    -------
    cell : ndarray of int, shape (n_labels,)
        Index of the cell of each label.
    labels : ndarray of object, shape (n_labels,)
        The labels, without missing values and without blanks around texts.
    """
    import pandas as pd

    if len(cells) and pd.api.types.infer_dtype(cells, skipna=False) == "string":
        code, texts = pd.factorize(cells)  # most texts occur many times
        found = (_labels_of_text(text, separator) for text in texts)
        lists = np.fromiter(found, dtype=object, count=len(texts))[code]
    else:
        lists = [
            (_labels_of_text if isinstance(cell, str) else _labels_of_object)(cell, separator)
            for cell in cells
        ]
    cell = np.repeat(np.arange(len(cells)), np.fromiter(map(len, lists), dtype=np.intp))
    labels = np.fromiter((label for labels in lists for label in labels), dtype=object, count=len(cell))
    kept = ~pd.isna(labels)
    return cell[kept], labels[kept]


def read_id(name):
    """Return the entry "id" of a dict, also of one written as text; anything else unchanged.

    Label Studio exports a rater as ``{"id": 3, "email": ...}``.
    """
    if isinstance(name, str) and "{" not in name:
        return name
    found = read_literal(name.strip()) if isinstance(name, str) else name
    return found["id"] if isinstance(found, dict) and "id" in found else name


def read_literal(text):
    """Return the list, tuple, set or dict that a text spells out in JSON or Python; None for other texts."""
    if len(text) < 2 or _LISTS.get(text[0]) != text[-1]:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # a label may hold a backslash
            try:
                found = ast.literal_eval(text)
            except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
                return None
    return found if isinstance(found, list | tuple | set | dict) else None


def _labels_of_object(cell, separator):
    """Return the labels of a cell that is no text."""
    cell = _choices(cell)
    if np.ma.isMaskedArray(cell):  # also the constant that stands for a masked entry
        cell = cell.compressed()
    if isinstance(cell, np.ndarray):
        cell = list(cell) if cell.ndim else [cell.item()]
    if not isinstance(cell, list | tuple | set | frozenset):
        return (cell,)
    cell = [part for part in cell if part is not np.ma.masked]
    parts = (_labels_of_text(part, separator) if isinstance(part, str) else (part,) for part in cell)
    return tuple(label for labels in parts for label in labels)


def _labels_of_text(text, separator):
    """Return the labels in a text."""
    text = text.strip()
    found = _choices(read_literal(text))
    if isinstance(found, str):
        return (found.strip(),)
    if isinstance(found, list | tuple | set):
        # Beside texts, a number in a list is the text of this number.
        return tuple(str(label) if isinstance(label, Number) else plain(label) for label in found)
    if found is not None:
        return (found,)
    return (text,) if separator is None else tuple(part.strip() for part in text.split(separator))


def _choices(cell):
    """Return the list in ``{"choices": [...]}``, as Label Studio exports several labels."""
    return cell["choices"] if isinstance(cell, dict) and set(cell) == {"choices"} else cell
