"""Convert long tables, one row a vote, to ratings and back."""

from dataclasses import replace
from numbers import Integral

import numpy as np

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._cells import read_id
from sklearn_raters.ratings._doubts import warn_of_lookalikes
from sklearn_raters.ratings._labels import check_class_names, plain, shorten, sort_codes
from sklearn_raters.ratings._parse import cells_to_votes
from sklearn_raters.ratings._reading import make_reading
from sklearn_raters.ratings._task import as_task
from sklearn_raters.ratings._to_pandas import to_pandas


def ratings_from_long(
    table,
    *,
    sample="sample",
    rater="rater",
    label="label",
    samples=None,
    classes=None,
    missing_label=None,
    label_separator=None,
    bins=None,
    numbers=False,
):
    """
    Turn a long table, one row a vote, into a table with one row a sample and one column a rater.

    Parameters
    ----------
    table : DataFrame, or dict of columns
        The votes. If a rater has several rows for one sample, the rater chose several labels; equal
        labels count once.
    sample : str, default="sample"
        Name of the column of samples.
    rater : str, default="rater"
        Name of the column of raters. A dict, also one written as text, names the rater by its entry "id".
    label : str, default="label"
        Name of the column of labels. A missing label is no vote; a cell may hold several labels, as in
        `parse_ratings`.
    samples : sequence or None, default=None
        The rows of the result, in this order; must name all samples of the table, and may name samples
        without ratings. None takes the samples of the table in order of first appearance.
    classes : sequence or None, default=None
        Labels that are labels, and not missing, although they read "None" or the like.
    missing_label, label_separator, bins : default=None
        Labels that mean "not rated", what separates several labels in one text, and the classes of a scale,
        as in `parse_ratings`.
    numbers : bool, default=False
        Whether labels that are texts become numbers if all of them are numbers, such as in a table that was
        read as text.

    Returns
    -------
    DataFrame of object, shape (n_samples, n_raters)
        The index holds the samples, the columns the raters, sorted. A cell holds NaN, a label, or a
        sorted tuple of labels. Each cell takes 8 bytes, also a missing one.

    Raises
    ------
    InputError
        If a column is missing or there twice, a row does not name its sample or rater, a sample is not among
        `samples`, there is no rating, or labels cannot be read, as in `parse_ratings`.

    See Also
    --------
    read_ratings : Read a file of votes, or the export of an annotation tool, as a long table.

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

    columns = {"sample": sample, "rater": rater, "label": label}
    reading = {"missing_label": missing_label, "label_separator": label_separator, "bins": bins}
    votes, index = votes_from_long(
        table, **columns, samples=samples, classes=classes, **reading, numbers=numbers
    )
    return pd.DataFrame(_cells(votes), index=index, columns=votes.raters, dtype=object, copy=False)


def votes_from_long(
    table,
    *,
    sample="sample",
    rater="rater",
    label="label",
    samples=None,
    classes=None,
    missing_label=None,
    label_separator=None,
    bins=None,
    numbers=False,
):
    """
    Turn a long table, one row a vote, into votes, without a cell for each sample and rater.

    Memory grows with the number of votes, so that thousands of raters of many samples fit.

    Parameters
    ----------
    table, sample, rater, label, samples, classes : as in `ratings_from_long`
        The votes and the names of the columns.
    missing_label, label_separator, bins, numbers : as in `ratings_from_long`
        How labels are read.

    Returns
    -------
    votes : Votes
        The votes, which `Task` and every function of ratings take.
    samples : Index of length n_samples
        Names of the samples.

    Raises
    ------
    InputError
        As in `ratings_from_long`.

    Examples
    --------
    >>> from sklearn_raters.ratings import votes_from_long
    >>> table = {"sample": ["s1", "s1", "s2"], "rater": ["E2", "E1", "E1"], "label": ["b", "a", "a"]}
    >>> votes, samples = votes_from_long(table)
    >>> votes, samples.tolist()
    (Votes(3 votes, 2 samples, 2 raters, labels=['a', 'b']), ['s1', 's2'])
    """
    import pandas as pd

    try:
        table = pd.DataFrame(to_pandas(table))
    except (TypeError, ValueError) as error:
        raise InputError(f"The ratings are no table or dict of columns of one length: {error}.") from error
    check_columns(table, sample, rater, label)
    table = table.copy(deep=False)  # `assign` takes no columns that are called by numbers
    table[sample], table[rater] = _read_names(table[sample]), _read_names(table[rater], plain)
    for what, column in (("sample", sample), ("rater", rater)):
        if table[column].isna().any():
            line = table.index[table[column].isna()].tolist()[0]
            raise InputError(f"Row {line!r} of the ratings table names no {what}.")
    if table[label].isna().all():
        raise InputError(
            f"There are no ratings: column {label!r} of the table holds no label. If a comma at the end of "
            "each row has shifted the columns, read the file by pandas.read_csv(..., index_col=False)."
        )
    settings = {"missing_label": missing_label, "label_separator": label_separator, "bins": bins}
    named = () if classes is None else check_class_names(classes)
    reading = make_reading(named=named, **settings, numbers=numbers)
    row, index = _sample_rows(table[sample], samples)
    code, found = pd.factorize(table[rater])
    code, raters = sort_codes(code, found.tolist(), "The raters' names")
    warn_of_lookalikes([name for name in raters if isinstance(name, str)], what="raters")
    values = table[label].to_numpy(dtype=object)
    votes = cells_to_votes(row, code, values, raters, index, reading, table.index)
    return replace(votes, index=index), index


def check_column_name(name):
    """Raise InputError if something cannot be the name of a column."""
    if not isinstance(name, str | Integral):
        raise InputError(f"{name!r} is no name of a column: give a text, as sample=, rater=, label=.")


def check_columns(table, sample, rater, label):
    """Raise InputError if a column is missing, there twice, or named for two purposes."""
    columns = table.columns.tolist()
    for column in (sample, rater, label):
        check_column_name(column)
        if column not in columns:
            raise InputError(
                f"The ratings table has no column {column!r}; it has "
                f"{shorten(columns)}. Name its columns by sample=, rater=, label=."
            )
        if columns.count(column) > 1:
            raise InputError(
                f"{columns.count(column)} columns of the ratings table are named {column!r}: rename all but "
                "the right one."
            )
    if len({sample, rater, label}) < 3:
        raise InputError(
            f"sample={sample!r}, rater={rater!r} and label={label!r} must be three different columns."
        )


def _read_names(column, clean=lambda name: name):
    """Return a column of names, those of dicts by their "id", None for an empty text."""
    import pandas as pd

    def read(value):
        name = clean(read_id(value))
        if getattr(name, "__hash__", None) is None:
            raise InputError(
                f"The ratings table holds {value!r} as a name: give a text, a number, or a dict with 'id'."
            )
        return None if isinstance(name, str) and not name else name

    if column.dtype.kind in "iuf":
        return column
    try:
        code, found = pd.factorize(column)
    except TypeError:  # a dict has no hash
        return column.map(read, na_action="ignore")
    # Each name is read once, for a long table repeats few names.
    names = np.full(len(found) + 1, None, dtype=object)
    for place, name in enumerate(found):
        names[place] = read(name)
    return pd.Series(names[code], index=column.index, dtype=object)


def ratings_to_long(Y, *, sample="sample", rater="rater", label="label"):
    """
    Turn ratings into a long table, one row a vote.

    `ratings_from_long(..., samples=Y.index)` is the inverse, except that raters without ratings are lost.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    sample : str, default="sample"
        Name of the column of samples: their names, if the ratings were a table with an index, or their row
        numbers.
    rater : str, default="rater"
        Name of the column of raters.
    label : str, default="label"
        Name of the column of labels.

    Returns
    -------
    DataFrame of shape (n_votes, 3)
        Sorted by sample, rater and label in the order of Y.

    Raises
    ------
    InputError
        If two samples have the same name, or a vote has a weight other than 1, which the table cannot hold.

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

    for name in (sample, rater, label):
        check_column_name(name)
    votes = as_task(Y).votes
    index = pd.RangeIndex(votes.n_samples) if votes.index is None else votes.index
    weighted = np.flatnonzero(votes.weight != 1)
    if len(weighted):
        at = weighted[0]
        raise InputError(
            f"Sample {votes.sample[at]}, rater {votes.raters[votes.rater[at]]!r} has a vote of "
            f"weight {votes.weight[at]}: a long table can only hold votes of weight 1."
        )
    if not index.is_unique:
        twice = index[index.duplicated()].tolist()[0]
        raise InputError(f"Two samples are named {twice!r}: a long table would mix their votes.")
    columns = {
        sample: index.take(votes.sample),
        rater: pd.Index(votes.raters).take(votes.rater),
        label: pd.Index(votes.labels).take(votes.label),
    }
    return pd.DataFrame(columns)


def _sample_rows(names, samples):
    """Return the index of each row's sample, and the samples as a pandas Index."""
    import pandas as pd

    try:
        index = pd.Index(names.unique().tolist() if samples is None else samples)
        unique = len({*index}) == len(index)  # a TypeError where an entry is a list
    except (TypeError, ValueError) as error:
        raise InputError(f"samples must be a list of the samples' names: {error}.") from error
    if not unique:
        raise InputError(f"samples names {index[index.duplicated()].tolist()[0]!r} twice.")
    number = index.get_indexer(names)
    if (number < 0).any():
        unknown = names[number < 0].unique().tolist()
        raise InputError(
            f"The ratings table rates {shorten(unknown)}, which samples does not name: add them "
            "to samples, or drop their rows from the table."
        )
    return number, index


def _cells(votes):
    """Return an object array (n_samples, n_raters) of NaN, labels and tuples of labels."""
    cells = np.full((votes.n_samples, len(votes.raters)), np.nan, dtype=object)
    labels = np.array(votes.labels, dtype=object)[votes.label]
    cells[votes.sample, votes.rater] = labels
    cell = votes.sample * len(votes.raters) + votes.rater
    _, start, size = np.unique(cell, return_index=True, return_counts=True)
    for first, n in zip(start[size > 1], size[size > 1], strict=True):
        cells[votes.sample[first], votes.rater[first]] = tuple(labels[first : first + n])
    return cells
