"""The long table, one row a vote: to ratings and back."""

import numpy as np

from sklearn_raters.ratings._labels import shorten, sort_labels
from sklearn_raters.ratings._parse import encode_labels, expand_cells
from sklearn_raters.ratings._task import Task
from sklearn_raters.ratings._votes import merge_votes


def ratings_from_long(table, *, sample="sample", rater="rater", label="label", samples=None):
    """
    Spread a long table, one row a vote, into one row a sample and one column a rater.

    Parameters
    ----------
    table : DataFrame, or dict of columns
        The votes. Where a rater has several rows on one sample, the labels are that rater's
        several choices; equal ones count once.
    sample : str, default="sample"
        Name of the column that names the sample.
    rater : str, default="rater"
        Name of the column that names the rater.
    label : str, default="label"
        Name of the column with the label; missing where the rater was asked but gave none.
    samples : sequence or None, default=None
        The samples wanted, in this order, rated or not; all of the table must be among them.
        None takes those of the table, in order of first appearance.

    Returns
    -------
    DataFrame of object, shape (n_samples, n_raters)
        Index: the samples; columns: the raters, sorted. A cell holds NaN, a label, or a sorted
        tuple of labels. It needs 8 bytes a cell, rated or not.

    Raises
    ------
    ValueError
        If a column is missing, a row does not name its sample or rater, a sample is not among
        `samples`, or there is no rating.

    Examples
    --------
    >>> from sklearn_raters.ratings import ratings_from_long
    >>> table = {"sample": ["s1", "s1", "s2"], "rater": ["E2", "E2", "E1"], "label": ["b", "a", "a"]}
    >>> ratings_from_long(table)
         E1      E2
    s1  NaN  (a, b)
    s2    a     NaN
    """
    import pandas as pd

    table = pd.DataFrame(table)
    for column in (sample, rater, label):
        if column not in table.columns:
            raise ValueError(
                f"The ratings table has no column {column!r}; it has "
                f"{shorten(table.columns.tolist())}. Name its columns by sample=, rater=, label=."
            )
    row, index = _sample_rows(table[sample], samples)
    column, raters = _rater_columns(table[rater])
    cell, labels = expand_cells(table[label].to_numpy(dtype=object))
    if not len(cell):
        raise ValueError(f"There are no ratings: column {label!r} of the table holds no label.")

    def where(position):
        at = cell[position]
        line, name = table.index.tolist()[at], index.tolist()[row[at]]
        return f"Row {line!r}, sample {name!r}, rater {raters[column[at]]!r}"

    code, names = encode_labels(labels, where)
    votes = merge_votes(row[cell], column[cell], code, np.ones(len(code)), len(index), raters, names)
    return pd.DataFrame(_cells(votes), index=index, columns=raters, dtype=object, copy=False)


def ratings_to_long(Y, *, sample="sample", rater="rater", label="label"):
    """
    Lay ratings out as a long table, one row a vote.

    `ratings_from_long(..., samples=Y.index)` is the inverse, but for raters without a rating.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    sample : str, default="sample"
        Name of the column for the sample: its name in the index of a DataFrame, else its row.
    rater : str, default="rater"
        Name of the column for the rater.
    label : str, default="label"
        Name of the column for the label.

    Returns
    -------
    DataFrame of shape (n_votes, 3)
        Sorted by sample, rater and label in the order of Y.

    Raises
    ------
    ValueError
        If two samples have one name, or votes have weights, for which the table has no place.

    Examples
    --------
    >>> from sklearn_raters.ratings import ratings_to_long
    >>> ratings_to_long([["a", None], [("a", "b"), "c"]])
       sample  rater label
    0       0      0     a
    1       1      0     a
    2       1      0     b
    3       1      1     c
    """
    import pandas as pd

    votes = Task(Y).votes
    weighted = np.flatnonzero(votes.weight != 1)
    if len(weighted):
        at = weighted[0]
        raise ValueError(
            f"Sample {votes.sample[at]}, rater {votes.raters[votes.rater[at]]!r} has a vote of "
            f"weight {votes.weight[at]}: a long table holds whole votes only."
        )
    index = Y.index if hasattr(Y, "iloc") else pd.RangeIndex(votes.n_samples)
    if not index.is_unique:
        twice = index[index.duplicated()].tolist()[0]
        raise ValueError(f"Two samples are named {twice!r}: a long table would mix their votes.")
    return pd.DataFrame(
        {
            sample: index.take(votes.sample),
            rater: pd.Index(votes.raters).take(votes.rater),
            label: pd.Index(votes.labels).take(votes.label),
        }
    )


def _sample_rows(names, samples):
    """Return each row's number of its sample, and the samples' index."""
    import pandas as pd

    if names.isna().any():
        row = names.index[names.isna()].tolist()[0]
        raise ValueError(f"Row {row!r} of the ratings table names no sample.")
    if samples is None:
        number, found = pd.factorize(names)
        return number, pd.Index(found.tolist())
    index = pd.Index(samples)
    if not index.is_unique:
        raise ValueError(f"samples names {index[index.duplicated()].tolist()[0]!r} twice.")
    number = index.get_indexer(names)
    if (number < 0).any():
        strangers = names[number < 0].unique().tolist()
        raise ValueError(
            f"The ratings table rates {shorten(strangers)}, which samples does not name: add them "
            "to samples, or drop their rows from the table."
        )
    return number, index


def _rater_columns(names):
    """Return each row's number of its rater, and the raters, sorted."""
    import pandas as pd

    if names.isna().any():
        row = names.index[names.isna()].tolist()[0]
        raise ValueError(f"Row {row!r} of the ratings table names no rater.")
    code, found = pd.factorize(names)
    raters = sort_labels(found.tolist(), "The raters' names")
    position = {name: index for index, name in enumerate(raters)}
    return np.array([position[name] for name in found], dtype=np.intp)[code], raters


def _cells(votes):
    """Fill an object array (n_samples, n_raters) with NaN, labels and tuples of labels."""
    cells = np.full((votes.n_samples, len(votes.raters)), np.nan, dtype=object)
    names = np.empty(len(votes.labels), dtype=object)
    names[:] = votes.labels
    labels = names[votes.label]
    cells[votes.sample, votes.rater] = labels
    cell = votes.sample * len(votes.raters) + votes.rater
    _, start, size = np.unique(cell, return_index=True, return_counts=True)
    for first, n in zip(start[size > 1], size[size > 1], strict=True):
        cells[votes.sample[first], votes.rater[first]] = tuple(labels[first : first + n])
    return cells
