"""Read tables from files of text, Parquet and Excel."""

import gzip
import re

import numpy as np

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._labels import LINE, row_name, shorten
from sklearn_raters.ratings.exports._records import open_text

# Empty cells at the end of a row that are read and left out.
_MOST_EXTRA = 8
_EXCEL = (".xlsx", ".xlsm")
# A line that tells Excel what separates the cells.
_STATED = re.compile(r"sep=([,;\t])[,;\t]*", re.IGNORECASE)


def read_binary_table(file, suffix):
    """Return the table of a Parquet or an Excel file, the latter as text."""
    import pandas as pd

    try:
        if suffix not in _EXCEL:
            return _with_lists(_with_index(pd.read_parquet(file)))
        # Without a header, by which pandas would rename the second of two columns with one name.
        sheets = pd.read_excel(
            file, sheet_name=None, header=None, dtype=str, keep_default_na=False, engine="openpyxl"
        )
    except Exception as error:  # both libraries raise errors of many types of damaged files
        raise InputError(f"{file} cannot be read as {suffix[1:]}: {error}.") from error
    sheets = {name: _without_blank_rows(sheet) for name, sheet in sheets.items() if len(sheet)}
    filled = {name: sheet for name, sheet in sheets.items() if len(sheet) > 1}
    if len(filled) > 1:
        raise InputError(
            f"{file} has several sheets with rows: {shorten(filled)}. Save the one of the ratings as a file "
            "of its own."
        )
    if not filled:
        raise InputError(f"The ratings table {file} has no rows: there are no ratings to load.")
    sheet = next(iter(filled.values()))
    sheet = sheet.loc[:, (sheet != "").any()]  # a column may hold nothing but a format
    sheet.index = (sheet.index + 1).rename(LINE)  # as Excel numbers its rows
    return sheet.iloc[1:].set_axis([name.strip() for name in sheet.iloc[0]], axis=1)


def _with_index(table):
    """Return a table with the named levels of its index as columns."""
    names = [name for name in table.index.names if name is not None and name not in table.columns]
    return table.reset_index(level=names) if names else table


def _with_lists(table):
    """Return a table with lists in place of the arrays that Parquet gives for lists."""
    for number, dtype in enumerate(table.dtypes):
        column = table.iloc[:, number]
        if dtype == "object" and isinstance(next(iter(column.dropna()), None), np.ndarray):
            lists = column.map(lambda value: value.tolist() if isinstance(value, np.ndarray) else value)
            table = table.assign(**{table.columns[number]: lists})
    return table


def read_text_table(file, tabs):
    """
    Read a table from a text file, every cell as text.

    Parameters
    ----------
    file : Path
        The file.
    tabs : bool
        Whether tabs separate the cells; otherwise commas, or what separates the names in the first line.

    Returns
    -------
    DataFrame
        The rows, with the names of the first line, but for those whose cells are all blank. Its index, called
        `LINE`, holds the lines of the file in which the rows begin; if they are not certain, it is a default
        one. Missing cells at the end of a row are NaN.

    Raises
    ------
    InputError
        If the file is no such table, or a row has more cells than there are names.
    """
    import pandas as pd

    separator, n_before = ("\t", 0) if tabs else _separator(file)
    # As text, because pandas would take the types of long files in parts, 010270117 for a number, and a rater
    # called NA for missing.
    as_text = {"sep": separator, "skiprows": n_before, "encoding": "utf-8-sig"}
    as_text |= {"dtype": str, "keep_default_na": False}
    try:
        n_names = pd.read_csv(file, header=None, nrows=1, **as_text).shape[1]
        # With columns for further cells, because a comma at the end of each row would shift the columns.
        width = range(n_names + _MOST_EXTRA)
        as_text["skip_blank_lines"] = False  # they count
        table = pd.read_csv(file, header=None, names=width, index_col=False, **as_text)
        table.index = _lines(table, n_before, file)
    except UnicodeDecodeError as error:
        raise InputError(
            f'The ratings table {file} is not in UTF-8 ({error}): save it as "CSV UTF-8", or read it by '
            "pandas.read_csv(file, encoding=...) and give the DataFrame."
        ) from error
    except (ValueError, EOFError, OSError, ImportError) as error:  # also those of damaged compressed files
        raise InputError(
            f"The ratings table {file} cannot be read as text separated by {separator!r}: "
            f"{error}. Read it by pandas and give the DataFrame."
        ) from error
    rows = _without_blank_rows(table)
    names = (rows if len(rows) else table).iloc[0, :n_names].str.strip()
    table = rows.iloc[1:]
    if table.index.name is None:
        table = table.reset_index(drop=True)
    if separator == "\t":
        _refuse_swallowed_rows(table, file)
    beyond = table.iloc[:, n_names:].dropna(how="all")
    beyond = beyond[beyond.apply(lambda cells: cells.str.strip().fillna("") != "").any(axis=1)]
    if len(beyond):
        raise InputError(
            f"{row_name(beyond.index, 0)} of the ratings table {file} has more cells than the {n_names} "
            "columns: put a cell that holds a separator into quotes."
        )
    return table.iloc[:, :n_names].set_axis(names.tolist(), axis=1)


def _without_blank_rows(table):
    """Return a table of texts without the rows of which every cell is blank, as Excel writes them."""
    blank = _is_blank(table.iloc[:, 0]).to_numpy(bool, copy=True)  # pandas 3 gives it read-only
    blank[blank] = table[blank].apply(_is_blank).all(axis=1).to_numpy(bool)
    return table[~blank]


def _is_blank(cells):
    return cells.fillna("").str.strip() == ""


def _lines(table, n_before, file):
    """Return the line in which each row of a text file begins; a default index if that is not certain."""
    import pandas as pd

    with (gzip.open if file.suffix.lower() == ".gz" else open)(file, "rb") as opened:
        ends, last = 0, b"\n"
        while part := opened.read(2**20):
            ends, last = ends + part.count(b"\n"), part
    n_lines = ends + (not last.endswith(b"\n"))
    first, inside = n_before + 1 + np.arange(len(table)), np.zeros(len(table), dtype=np.intp)
    if first[-1] < n_lines:  # cells hold line ends
        inside = sum(table[name].fillna("").str.count("\n").to_numpy(np.intp) for name in table)
    if first[-1] + inside.sum() != n_lines:
        return table.index
    return pd.Index(first + np.cumsum(inside) - inside, name=LINE)


def _refuse_swallowed_rows(table, file):
    """Raise InputError if a cell holds rows: a cell that begins with a quote ends at the next quote only."""
    for name in table:
        cells = table[name].astype(str)
        swallowing = cells.str.contains("\t", regex=False) & cells.str.contains("\n", regex=False)
        if swallowing.any():
            row = int(swallowing.to_numpy().argmax())
            raise InputError(
                f"{row_name(table.index, row)} of the ratings table {file} has a cell that begins with a "
                "quote, which takes in all up to the next quote. Put such cells into quotes and double the "
                "quotes inside, or read the file by pandas.read_csv(file, sep='\\t', quoting=3) and give the "
                "DataFrame."
            )


def _separator(file):
    """Return what separates the names in the first line, and the number of lines before it.

    It is the most frequent of comma, semicolon and tab, unless a line before says so: Excel reads "sep=;".
    """
    with open_text(file) as opened:
        try:
            for number, line in enumerate(opened):
                if stated := _STATED.fullmatch(line.rstrip("\n")):
                    return stated[1], number + 1
                if line.strip():
                    return max(",;\t", key=line.count), number
        except UnicodeDecodeError:
            pass
    return ",", 0
