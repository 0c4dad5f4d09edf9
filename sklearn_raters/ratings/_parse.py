"""Convert ratings of any form to votes; no other file depends on the form of Y."""

from dataclasses import replace
from itertools import chain

import numpy as np

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._cells import labels_of_cells
from sklearn_raters.ratings._doubts import (
    check_labels,
    warn_of_empty,
    warn_of_lookalikes,
    warn_of_missing_text,
)
from sklearn_raters.ratings._labels import check_class_names, label_kind, plain, row_name, shorten, sort_codes
from sklearn_raters.ratings._reading import make_reading, read_names
from sklearn_raters.ratings._to_pandas import to_pandas
from sklearn_raters.ratings._votes import Votes

_SEVERAL = (list, tuple, set, frozenset, np.ndarray)


def parse_ratings(Y, classes=None, *, missing_label=None, label_separator=None, bins=None):
    """
    Read ratings of any form into votes.

    Parameters
    ----------
    Y : array-like, DataFrame, Series or Votes
        The ratings, in one of these forms:

        - ``(n_samples, n_raters)`` labels; missing labels are None, NaN or pandas.NA, or a text that
          `is_missing_label` takes as missing, such as "nan" or "". Blanks around a text do not count. A cell
          may hold a tuple, list or set of labels where the rater chose several, also written as text in JSON
          or Python; the same label twice in a cell counts once. The columns of a DataFrame name the raters;
          the raters of an array are called 0, 1, 2, ...
        - ``(n_samples, n_raters, n_classes)`` votes in a NumPy array, 0/1 or weights, all zero
          where the rater did not rate the sample; needs `classes`.
        - ``(n_samples,)`` labels of a single rater.
        - `Votes`, which are returned as they are if nothing below changes their labels.

        For a long table, call `ratings_from_long` first.
    classes : sequence or None, default=None
        Labels of the last axis of a votes cube. In the other forms, which hold their labels, a text such as
        "None" is a label and not missing if it is named here.
    missing_label : label or list of labels, default=None
        Labels that mean "not rated", beside the missing ones: -1, or [-1, "unsure"].
    label_separator : str, default=None
        What separates several labels in one text: "|" in "calm|sad".
    bins : dict, default=None
        Cuts numbers of a scale into classes: ``{"edges": [0, 33, 66, 100], "names": ["low", "middle",
        "high"]}``. As in `pandas.cut`, an inner edge belongs to the class below it, or with
        ``"right": False`` to the class above it. Both ends of the scale belong to it. Texts of numbers are
        cut too.

    Returns
    -------
    Votes
        One entry a vote.

    Raises
    ------
    InputError
        If there are no ratings, the labels are of several types, a label is infinite or a collection in a
        collection, labels are continuous numbers, a number lies beyond `bins`, or a votes cube is given
        without `classes`.
    TypeError
        If Y is in none of these forms.

    Warns
    -----
    InputWarning
        If labels look as if something else was meant: a single negative number that may mean "not rated",
        texts that read alike, also one in `classes` that no rating is, several labels in one text, many
        numbers.

    Examples
    --------
    >>> from sklearn_raters.ratings import parse_ratings
    >>> votes = parse_ratings([["anger", None], [("anger", "sadness"), "neutral"]])
    >>> votes
    Votes(4 votes, 2 samples, 2 raters, labels=['anger', 'neutral', 'sadness'])
    >>> votes.sample, votes.rater, votes.label
    (array([0, 1, 1, 1]), array([0, 0, 0, 1]), array([0, 0, 2, 1]))
    >>> halves = {"edges": [0, 50, 100], "names": ["low", "high"]}
    >>> parse_ratings([[10, -1], [90, 55]], missing_label=-1, bins=halves)
    Votes(3 votes, 2 samples, 2 raters, labels=['high', 'low'])
    """
    settings = {"missing_label": missing_label, "label_separator": label_separator, "bins": bins}
    classes = None if classes is None else check_class_names(classes)
    return votes_of(Y, classes, make_reading(named=classes or (), **settings))


def votes_of(Y, classes, reading):
    """Read ratings of any form into votes, as a `Reading` says; see `parse_ratings`."""
    votes = _votes_of(Y, classes, reading)
    warn_of_empty(classes or (), votes.labels, reading.named)
    return votes


def _votes_of(Y, classes, reading):
    """Read ratings of any form into votes, whatever the classes are but for those of a cube."""
    if isinstance(Y, Votes):
        return _read_votes(Y, reading)
    Y = to_pandas(Y)
    if hasattr(Y, "iloc"):
        if {"sample", "rater", "label"} <= {*getattr(Y, "columns", ())}:
            raise InputError(
                "The ratings are a long table, with the columns 'sample', 'rater' and 'label', where one "
                "column a rater is needed: give ratings_from_long(table)."
            )
        return _parse_table(Y, reading)
    Y = _as_array(Y)
    if Y.dtype == object:
        _refuse_nested_cube(Y, classes)
    if Y.ndim == 3:
        return _read_votes(_parse_cube(Y, classes), reading)
    if Y.ndim not in (1, 2):
        raise InputError(f"Ratings must have 1, 2 or 3 dimensions, not the shape {Y.shape}.")
    matrix = Y[:, np.newaxis] if Y.ndim == 1 else Y
    raters, index = list(range(matrix.shape[1])), range(len(matrix))
    return cells_to_votes(*_rated_cells(matrix), raters, index, reading)


def _encode_labels(labels, where, reading):
    """Encode labels as integers.

    Parameters
    ----------
    labels : ndarray, shape (n_labels,)
        Labels, none of them None or NaN.
    where : callable
        Function from an index into `labels` to the text that names its sample and rater in a message.
    reading : Reading
        How the labels are read.

    Returns
    -------
    code : ndarray of int, shape (n_labels,)
        Indices into `names`; -1 for a label that means "not rated".
    names : list
        The distinct labels, sorted.

    Raises
    ------
    InputError
        If a label is infinite or of a type that labels cannot have, or labels are of several types.
    """
    import pandas as pd

    if labels.dtype == object:
        _check_label_types(labels, where)
    code, found = pd.factorize(labels)
    found = [plain(name) for name in found]

    def place(index):
        return where(np.argmax(code == index))

    names = read_names(found, reading, place)
    unnamed = any(given == "None" and name is None for given, name in zip(found, names, strict=True))
    if unnamed and "none" not in reading.missing:
        warn_of_missing_text()
    first = {label_kind(name): index for index, name in reversed([*enumerate(names)]) if name is not None}
    if len(first) > 1:
        in_order = sorted(first.items(), key=lambda item: item[1])
        places = [f"{place(index)} has {names[index]!r}" for _, index in in_order]
        raise InputError(
            f"The ratings mix labels of several types ({' and '.join(dict(in_order))}): {'; '.join(places)}. "
            "Make all labels of one type."
        )
    if not first:
        return np.full(len(code), -1), []
    code, names = _number_labels(code, names)
    if reading.bins is None:
        counts = np.bincount(code[code >= 0], minlength=len(names))
        check_labels(names, counts, reading.named)
    return code, names


def _number_labels(code, names):
    """Encode what labels stand for: return the codes, -1 for None, and the sorted distinct names."""
    distinct = list(dict.fromkeys(name for name in names if name is not None))
    order, ordered = sort_codes(np.arange(len(distinct)), distinct, "The labels")
    place = {name: order[index] for index, name in enumerate(distinct)}
    return np.array([-1 if name is None else place[name] for name in names], dtype=np.intp)[code], ordered


def _read_votes(votes, reading):
    """Return votes whose labels are read once more, as after `parse_ratings` with other settings."""
    if reading.separator is not None:
        raise InputError(
            "label_separator splits cells of texts, but Y holds votes: give it where the texts are read."
        )
    names = read_names(votes.labels, reading._replace(named=frozenset(votes.labels)), lambda _: "Y")
    if names == votes.labels:
        return votes
    code, labels = _number_labels(votes.label, names)
    if not (code >= 0).any():
        raise InputError(f"There are no ratings: all votes are for {shorten(votes.labels)}, 'not rated'.")
    return votes.relabelled(code, labels)


def _check_label_types(labels, where):
    """Raise InputError for values that cannot be labels, such as a dict or a list in a list."""
    for kind in set(map(type, labels)):
        if kind.__hash__ is None or issubclass(kind, _SEVERAL):
            bad = next(i for i, label in enumerate(labels) if type(label) is kind)
            raise InputError(
                f"{where(bad)} holds {labels[bad]!r}, a {kind.__name__}, as a label: labels are "
                "strings or numbers, several of them in one flat tuple."
            )


def _as_array(Y):
    """Return ratings as an array; a cell with several labels stays one cell, unlike in `numpy.array`."""
    if np.ma.isMaskedArray(Y):
        return Y.filled(0) if Y.ndim == 3 else np.where(np.ma.getmaskarray(Y), None, Y.data)
    if isinstance(Y, np.ndarray):
        return np.asarray(Y)  # the rows of np.matrix have two dimensions
    if isinstance(Y, str | bytes | dict | set) or hasattr(Y, "tocoo") or not np.iterable(Y):
        raise TypeError(
            f"Ratings cannot be read from {type(Y).__name__}: give an array, a list, a DataFrame, "
            "or a long table through ratings_from_long."
        )
    if hasattr(Y, "__array__"):
        return np.asarray(Y)
    rows = list(Y)
    if not rows or not all(isinstance(row, list | tuple | np.ndarray) for row in rows):
        return np.fromiter(rows, dtype=object, count=len(rows))
    width = len(rows[0])
    for index, row in enumerate(rows):
        if len(row) != width:
            raise InputError(
                f"Row {index} of the ratings has {len(row)} cells, row 0 has {width}: give one "
                "cell a rater, None where the rater did not rate."
            )
    cells = np.fromiter(chain.from_iterable(rows), dtype=object, count=len(rows) * width)
    return cells.reshape(len(rows), width)


def _rated_cells(matrix):
    """Return sample, rater and value of the cells of a 2-D array that are not missing."""
    import pandas as pd

    kind = matrix.dtype.kind
    if kind == "c":
        raise InputError(f"Complex data not supported: ratings of dtype {matrix.dtype} cannot be labels.")
    if kind not in "fiubOUT":
        raise TypeError(f"Ratings of dtype {matrix.dtype} cannot be labels: use strings or numbers.")
    if kind in "UT":
        matrix = matrix.astype(object)
    sample, rater = np.nonzero(~pd.isna(matrix))
    return sample, rater, matrix[sample, rater]


def _parse_table(Y, reading):
    """Return the votes of a DataFrame or a Series."""
    if not hasattr(Y, "columns"):
        Y = Y.to_frame(0 if Y.name is None else Y.name)
    if not Y.columns.is_unique:
        twice = Y.columns[Y.columns.duplicated()][0]
        raise InputError(f"Two columns of the ratings are named {twice!r}: one column a rater.")
    warn_of_lookalikes([name for name in Y.columns if isinstance(name, str)], what="raters")
    if len(set(Y.dtypes)) == 1 and isinstance(Y.dtypes.iloc[0], np.dtype):
        sample, rater, values = _rated_cells(Y.to_numpy())
    else:  # by columns: where one column holds 1 and another 1.0, the label is that of the first
        rater, sample, values = _rated_cells(Y.to_numpy(dtype=object).T)
    votes = cells_to_votes(sample, rater, values, Y.columns.tolist(), Y.index, reading)
    return replace(votes, index=Y.index)


def cells_to_votes(sample, rater, values, raters, index, reading, lines=None):
    """Return the votes in cells, each of which holds one label or several.

    Parameters
    ----------
    sample, rater : ndarray of int, shape (n_cells,)
        Indices of each cell in `index` and `raters`.
    values : ndarray, shape (n_cells,)
        Labels, and in an array of objects also collections of labels and missing values.
    raters : list
        Names of the raters.
    index : sequence of length n_samples
        Names of the samples.
    reading : Reading
        How the labels are read.
    lines : Index of length n_cells, default=None
        Index of a long table, for messages.

    Returns
    -------
    Votes
        The votes.

    Raises
    ------
    InputError
        If there is no label, or as `_encode_labels`.
    """
    cell = np.arange(len(values))
    if values.dtype == object:
        cell, values = labels_of_cells(values, reading.separator)
    sample, rater = sample[cell], rater[cell]

    def where(position):
        start = "Sample" if lines is None else f"{row_name(lines, cell[position])}, sample"
        return f"{start} {plain(index[sample[position]])!r}, rater {raters[rater[position]]!r}"

    code, labels = _encode_labels(values, where, reading)
    if not labels:
        raise InputError(
            f"There are no ratings: of the {len(index)} samples x {len(raters)} raters all cells are "
            "missing. Give at least one label."
        )
    return Votes(sample, rater, code, np.ones(len(code)), len(index), raters, labels).relabelled(code, labels)


def _refuse_nested_cube(Y, classes):
    """Raise InputError for votes of 0 and 1 in lists, whose numbers would be read as labels."""
    cells = [cell for cell in Y.ravel().tolist() if cell is not None]
    sizes = {len(cell) if isinstance(cell, list | tuple) else None for cell in cells}
    # Without repeats, 0 and 1 may be the two labels of a cell.
    if classes is None or sizes != {len(classes)} or all(len({*map(str, one)}) == len(one) for one in cells):
        return
    numbers = chain.from_iterable(cells)
    if all(isinstance(number, int | float | np.number | np.bool_) and number in (0, 1) for number in numbers):
        raise InputError(
            f"Each cell of the ratings is a list of {len(classes)} numbers, all 0 or 1, as many as there are "
            "classes, so that they look like votes: give np.asarray(Y), with a list of 0 where a rater did "
            "not rate. If they are labels, give each of them once in a cell."
        )


def _parse_cube(Y, classes):
    """Return the votes of a (n_samples, n_raters, n_classes) array."""
    if Y.dtype.kind not in "fiub":
        raise InputError(
            f"A 3-D array is a votes cube and must hold numbers, not {Y.dtype}. Where a rater chose "
            "several labels, put a tuple into a cell of a 2-D array of dtype=object."
        )
    if classes is None:
        raise InputError(f"Votes of shape {Y.shape} need names: give classes=, the labels of the last axis.")
    names = check_class_names(classes)
    if len(names) != Y.shape[2]:
        raise InputError(
            f"classes names {len(names)} labels ({shorten(names)}), but the votes of shape "
            f"{Y.shape} have {Y.shape[2]} in their last axis. If the task has fewer classes, parse the "
            "votes first: parse_ratings(Y, classes=all labels)."
        )
    sample, rater, label = np.nonzero(Y)
    weight = Y[sample, rater, label].astype(np.float64)
    wrong = np.flatnonzero(~((weight > 0) & (weight < np.inf)))
    if len(wrong):
        at = wrong[0]
        raise InputError(
            f"Sample {sample[at]}, rater {rater[at]} has {weight[at]} votes for "
            f"{names[label[at]]!r}: votes are finite and not negative, all 0 where not rated."
        )
    if not len(weight):
        raise InputError(f"There are no ratings: all votes of shape {Y.shape} are 0.")
    code, ordered = sort_codes(label, names, "The classes")
    return Votes(sample, rater, code, weight, len(Y), list(range(Y.shape[1])), ordered).merged()
