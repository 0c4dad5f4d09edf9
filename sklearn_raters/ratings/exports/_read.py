"""Read the ratings that an annotation tool, a platform or a spreadsheet has exported into one long table."""

import os
import warnings
import zlib
from collections import Counter
from contextlib import contextmanager
from gzip import BadGzipFile
from itertools import chain, islice

import numpy as np

from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.ratings._cells import read_id
from sklearn_raters.ratings._labels import MISSING_TEXTS, is_missing, shorten
from sklearn_raters.ratings._names import as_number
from sklearn_raters.ratings.exports._columns import find_columns, has_usual
from sklearn_raters.ratings.exports._rows import ROLES, one_or_several
from sklearn_raters.ratings.exports._sources import UnexpectedShapeError, open_source
from sklearn_raters.ratings.exports._tools import TOOLS, check_tool, known_tools, recognise
from sklearn_raters.ratings.exports._wide import votes_of_wide

# Rows that become a table at once.
_ROWS = 50_000


def read_ratings(path, tool=None, *, question=None, sample=None, rater=None, label=None):
    r"""
    Read the export of an annotation tool, or any table of votes, into a long table.

    Parameters
    ----------
    path : str or path-like
        The file: CSV, TSV, JSON, JSON lines, Parquet or Excel (the latter two need the extra ``tables``).
        ``.csv.gz`` and ``.jsonl.gz`` are unpacked. A folder or a zip file may hold a file of each rater, as
        doccano and Potato write them.
    tool : str or None, default=None
        The tool that wrote the file; None recognises it by the names of the fields, and takes any other file
        as a plain table:

        - "table": a plain table with a row a vote; or with a row a sample and a column a rater, all of which
          hold the same labels, read with a warning;
        - "label-studio": JSON, JSON-MIN, CSV and TSV of Label Studio;
        - "argilla": records of Argilla, nested or flat, as JSON or JSON lines;
        - "prodigy": JSON lines of ``prodigy db-out``;
        - "doccano": JSON, JSON lines or CSV, named for their rater, or with a user in each annotation; a
          single CSV file needs the name of the tool;
        - "potato": Potato's folder of raters, its JSON lines, CSV and TSV;
        - "mturk": batch results of Mechanical Turk;
        - "prolific": responses of a batch of Prolific's AI Task Builder as JSON;
        - "toloka": results of a pool of Toloka;
        - "crowd-kit": a table with columns task, worker and label;
        - "lewidi": JSON of the shared tasks Learning with Disagreements.
    question : str or None, default=None
        The question whose answers are the labels, where raters answered several. Scores become classes by
        ``bins`` of `ratings_from_long`.
    sample : str or None, default=None
        Column, or field of the tool's task, that names the samples. None takes the task's own name, in a
        plain table the column with a usual name, such as "sample", "item" or "task".
    rater : str or None, default=None
        Column of raters. None takes what the tool writes, in a plain table the column with a usual name, such
        as "rater", "annotator" or "worker".
    label : str or None, default=None
        Column of labels of a plain table. None takes the one with a usual name, such as "label", "rating" or
        "answer". If a label is named, any file is a plain table.

    Returns
    -------
    DataFrame
        A row a vote, in the order of the file; repeated votes of a rater are kept, and rows of which every
        cell is blank are left out. First the columns

        - ``sample`` and ``rater``: texts, None where there is none;
        - ``label``: texts, or numbers if all labels are numbers; tuples where a rater chose several labels;

        then the other columns or fields of the file. Its ``attrs`` hold ``tool``, ``columns`` (name in the
        file: name in the table, where they differ) and ``left_out`` (what was left out and how often, such as
        skipped tasks).

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ImportError
        If the package that reads Parquet or Excel files is missing.
    InputError
        If the file is not what the tool writes, a column is missing or not certain, or there are several
        questions.

    Warns
    -----
    InputWarning
        If something is left out, such as skipped tasks and predictions of models.

    See Also
    --------
    ratings_from_long : Turn the long table into one row a sample and one column a rater.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from sklearn_raters.ratings import ratings_from_long, read_ratings
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "votes.csv"
    >>> _ = file.write_text("task,worker,label,seconds\na,w1,3,2.5\na,w2,4,1.0\nb,w1,3,0.7\n")
    >>> table = read_ratings(file)
    >>> table
      sample rater  label seconds
    0      a    w1      3     2.5
    1      a    w2      4     1.0
    2      b    w1      3     0.7
    >>> ratings_from_long(table)
      w1   w2
    a  3    4
    b  3  NaN
    """
    with _naming(path):
        table = _read(path, tool, question, {"sample": sample, "rater": rater, "label": label})
    table.index = range(len(table))
    return table


def read_by_line(path, tool=None, *, question=None, **columns):
    r"""
    Read a file as `read_ratings` does, with an index for messages.

    Parameters
    ----------
    path, tool, question : as in `read_ratings`
        The file and what to read of it.
    **columns : str or None
        `sample`, `rater` and `label`, as in `read_ratings`.

    Returns
    -------
    DataFrame
        The table of `read_ratings`. Its index is called "line" and holds the lines of a text file, or rows of
        an Excel sheet, where they are certain.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from sklearn_raters.ratings import read_by_line
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "votes.csv"
    >>> _ = file.write_text("task,worker,label\n\na,w1,3\n,,\na,w2,4\n")
    >>> read_by_line(file).index.tolist()
    [3, 5]
    """
    with _naming(path):
        return _read(path, tool, question, {role: columns.get(role) for role in ROLES})


@contextmanager
def _naming(path):
    """Name the file whose compressed content cannot be read."""
    try:
        yield
    except (EOFError, BadGzipFile, zlib.error) as error:
        raise InputError(
            f"The ratings {path} are damaged, or not compressed: {error}. Copy them again."
        ) from error


def _read(path, tool, question, given):
    """Read the file; see `read_ratings`."""
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path must be the name of a file, not {type(path).__name__}.")
    tool = check_tool(tool)
    source = open_source(path)
    # A named column of labels means a plain table, whichever tool wrote the file.
    label, left_out = given["label"], Counter()
    tool = tool or (recognise(source) if label is None else "table")
    plain = TOOLS[tool] is TOOLS["table"]
    if label is not None and not plain:
        raise InputError(f"label={label!r} is for plain tables; name a question of {tool} by question=.")
    if source.is_table and not plain and not source.table.columns.is_unique:
        twice = source.table.columns[source.table.columns.duplicated()].tolist()
        raise InputError(f"Two columns of {source.file} are named {twice[0]!r}: rename one of them.")
    try:
        rows = TOOLS[tool].read(source, question, left_out)
        table = rows if hasattr(rows, "columns") else _as_table(rows)
    except UnexpectedShapeError as error:
        folder = f" {source.file} is a folder, read as one with a file of each rater: name a file otherwise."
        raise InputError(
            f"{error} It was read as an export of {tool}; the known tools are {known_tools()}. Name the "
            f"right one by tool=.{folder if source.file.is_dir() else ''}"
        ) from error
    what = ", ".join(f"{number} {name}" for name, number in left_out.items())
    if not len(table):
        raise InputError(f"{source.file} of {tool} holds no ratings; left out: {what or 'nothing'}.")
    if plain and source.is_table and given["rater"] is None and label is None:
        table = _unless_wide(table, given["sample"], source)
    # Fields of a tool's tasks that are named like a role.
    hidden = {} if plain else {name: f"{name}_in_file" for name in ROLES if f"{name}_in_file" in table}
    columns = _plain_columns(table, given, source) if plain else _tool_columns(table, given, source, hidden)
    table, renamed = _in_order(table, columns)
    table["sample"], table["rater"] = _names(table["sample"]), _names(table["rater"])
    table["label"] = _labels(table["label"])
    table.attrs = {"tool": tool, "columns": _names_in_file(renamed, hidden), "left_out": dict(left_out)}
    if left_out:
        warnings.warn(f"{source.file} of {tool}: left out {what}.", InputWarning, stacklevel=3)
    return table


def _unless_wide(table, sample, source):
    """Return a plain table, one with a column a rater in the form of a row a vote, with a warning."""
    votes = votes_of_wide(table, sample)
    if votes is None:
        return table
    warnings.warn(
        f"{source.file} is read as a table with a column a rater: {shorten(votes['rater'].unique(), 5)}. If "
        "this is not meant, name the columns of raters and labels.",
        InputWarning,
        stacklevel=4,
    )
    return votes


def _plain_columns(table, given, source):
    """Return the columns of a plain table; raise InputError with the known tools if there are none."""
    try:
        return find_columns(table.columns.tolist(), given, f" {source.file}")
    except InputError as error:
        if sum(has_usual(table.columns, role) or given[role] is not None for role in ROLES) > 1:
            raise  # a plain table, but for one column
        raise InputError(
            f"{error} A table with a column a rater is read if it has a column 'sample' and no others. If an "
            "annotation tool wrote the file, the tool was not recognised: the known tools are "
            f"{known_tools()}; name one by tool=."
        ) from None


def _tool_columns(table, given, source, hidden):
    """Return the columns of a tool's table, with those that are named in place of the tool's own."""
    columns = {role: hidden.get(given[role], given[role]) or role for role in ROLES}
    return find_columns(table.columns.tolist(), columns, f" {source.file}")


def _as_table(rows):
    """Return rows, dicts of values, as a DataFrame of objects; few at a time, as dicts are large."""
    import pandas as pd

    parts, rows = [], iter(rows)
    while part := list(islice(rows, _ROWS)):
        parts.append(pd.DataFrame(part, dtype=object))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=ROLES, dtype=object)


def _in_order(table, columns):
    """Return the table with the columns of samples, raters and labels first, and how columns were renamed."""
    names = {column: role for role, column in columns.items()}
    if len(names) < len(ROLES):
        raise InputError(f"The columns of samples, raters and labels must be three, not {shorten(names)}.")
    # A further column that has the name of a role has to make way.
    renamed = {name: f"{name}_in_file" for name in table.columns if name in ROLES and name not in names}
    further = set(table.columns) - names.keys()
    renamed = {name: f"{other}_" if other in further else other for name, other in renamed.items()}
    renamed |= {column: role for column, role in names.items() if column != role}
    others = [name for name in table.columns if name not in names]
    table = table[[*columns.values(), *others]]
    return table.rename(columns=renamed), renamed


def _names_in_file(renamed, hidden):
    """Return {name in the file: column of the table} where they differ."""
    found = {name: column for name, column in renamed.items() if name not in hidden.values()}
    found |= {name: renamed.get(column, column) for name, column in hidden.items()}
    return {name: column for name, column in found.items() if name != column}


def _names(column):
    """Return a column of names as texts, None where there is none."""
    import pandas as pd

    try:
        code, found = pd.factorize(column)
    except TypeError:  # a dict or list
        return column.map(_name).astype(object)
    return pd.Series(
        np.array([*map(_name, found), None], dtype=object)[code], index=column.index, dtype=object
    )


def _name(value):
    """Return the text of a name: a dict's "id" or the like, 7 for 7.0, None for nothing."""
    value = read_id(value)
    if isinstance(value, dict):
        value = next((value[key] for key in ("email", "username", "name") if key in value), value)
    if isinstance(value, list | tuple | set | dict):
        raise InputError(
            f"The ratings table holds {value!r} as a name: give a text, a number, or a dict with 'id'."
        )
    if is_missing(value):
        return None
    if isinstance(value, float | np.floating) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def _labels(column):
    """Return a column of labels, without blanks, as numbers if all of them are; lists become tuples."""
    import pandas as pd

    values = column.astype(object)
    if pd.api.types.infer_dtype(values) != "string" and any(isinstance(value, list) for value in values):
        values = values.map(one_or_several)
    try:
        code, found = pd.factorize(values)
    except TypeError:  # a dict, which the ratings' own reader takes or refuses
        return values
    found = [_stripped(value) for value in found]
    single = chain.from_iterable(value if isinstance(value, tuple) else (value,) for value in found)
    texts = {value for value in single if isinstance(value, str)} - MISSING_TEXTS
    numbers = {text: as_number(text) for text in texts}
    if numbers and not any(value is None or abs(value) >= 2**63 for value in numbers.values()):
        found = [_by_text(value, numbers) for value in found]
    labels = np.fromiter([*found, None], dtype=object, count=len(found) + 1)
    labels = pd.Series(labels[code], index=column.index, dtype=object)
    # With a missing label, integers would become floats.
    numeric = (code >= 0).all() and not any(value is None or isinstance(value, str) for value in found)
    return labels.infer_objects() if numeric else labels


def _by_text(value, numbers):
    """Return a label, or each of several, as the number that its text means."""
    if isinstance(value, tuple):
        return tuple(_by_text(part, numbers) for part in value)
    return numbers.get(value, value) if isinstance(value, str) else value


def _stripped(value):
    if isinstance(value, tuple):
        return tuple(map(_stripped, value))
    return (value.strip() or None) if isinstance(value, str) else value
