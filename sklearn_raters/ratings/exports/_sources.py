"""Open the file of an export: a table, or records of JSON that are read one by one."""

import gzip
import json
from importlib.util import find_spec
from itertools import chain
from typing import NamedTuple

from sklearn_raters._files import existing_file
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._labels import shorten

# Empty cells at the end of a row that are read and left out.
_MOST_EXTRA = 8
_REMEDY = "give a table (CSV, TSV, JSON lines, Parquet, Excel) or the export of an annotation tool"
# Package that reads the files of a suffix.
_PACKAGES = {".parquet": "pyarrow", ".pq": "pyarrow", ".xlsx": "openpyxl", ".xlsm": "openpyxl"}
_EXCEL = (".xlsx", ".xlsm")


class Source(NamedTuple):
    """An opened export.

    Parameters
    ----------
    file : pathlib.Path
        The file.
    unit : str
        What the numbers of records count: "line" or "entry".
    table : DataFrame or None
        The table, if the file holds one.
    records : iterable of (int, dict) or None
        The records and their numbers, if the file holds JSON.
    example : dict
        The first record, or the first row of the table.
    """

    file: object
    unit: str
    table: object
    records: object
    example: dict

    def refuse(self, number, problem, expected):
        """Return the error of a record that is not as expected."""
        return InputError(f"{self.file}, {self.unit} {number}: {problem}; expected {expected}.")


def open_source(path):
    """
    Open the file of an export.

    Parameters
    ----------
    path : str or path-like
        The file; ``.gz`` at the end of its name is unpacked.

    Returns
    -------
    Source
        The table, or the records.

    Raises
    ------
    ImportError
        If a package is missing that reads the file.
    InputError
        If the file is neither a table nor JSON, or holds nothing.
    """
    file = existing_file(path, "The ratings table", _REMEDY)
    suffixes = [suffix.lower() for suffix in file.suffixes]
    last = next((suffix for suffix in reversed(suffixes) if suffix != ".gz"), "")
    if package := _PACKAGES.get(last):
        if find_spec(package) is None:
            raise ImportError(f"{file.name} needs {package}: pip install 'sklearn-raters[tables]'.")
        return _from_table(file, _read_binary(file, last))
    if last in (".json", ".jsonl", ".ndjson") or (last not in (".csv", ".tsv", ".tab") and _is_json(file)):
        return _from_json(file, as_lines=last in (".jsonl", ".ndjson"))
    return _from_table(file, _read_text_table(file, {".tsv", ".tab"} & set(suffixes)))


def _from_table(file, table):
    example = table.iloc[0].to_dict() if len(table) and table.columns.is_unique else {}
    return Source(file, "row", table, None, dict.fromkeys(table.columns) | example)


def _from_json(file, *, as_lines):
    """Return the records of a list in JSON, of JSON lines, or of the values of a dict in JSON."""
    unit, records = ("line", _json_lines(file)) if as_lines else _json_entries(file)
    records = iter(records)
    first = next(records, None)
    if first is None:
        raise InputError(f"{file} holds no record: there are no ratings to load.")
    return Source(file, unit, None, chain([first], records), first[1])


def _open_text(file):
    return (gzip.open if file.suffix.lower() == ".gz" else open)(file, "rt", encoding="utf-8-sig")


def _is_json(file):
    with _open_text(file) as opened:
        try:
            return opened.read(100).lstrip()[:1] in ("{", "[")
        except UnicodeDecodeError:
            return False


def _json_lines(file):
    """Yield (line number, record) of JSON lines."""
    number = 0
    with _open_text(file) as opened:
        try:
            for number, line in enumerate(opened, 1):
                if line.strip():
                    yield number, _record(json.loads(line), file, "line", number)
        except (json.JSONDecodeError, RecursionError) as error:
            raise InputError(f"{file}, line {number} is no JSON: {error}.") from error
        except (UnicodeDecodeError, EOFError, OSError) as error:
            raise InputError(f"{file} cannot be read as text after line {number}: {error}.") from error


def _json_entries(file):
    """Return what numbers count, and the numbered records of a whole JSON file."""
    with _open_text(file) as opened:
        try:
            found = json.load(opened)
        except json.JSONDecodeError as error:
            if error.msg == "Extra data":
                return "line", _json_lines(file)
            raise InputError(f"{file} is no JSON: {error}.") from error
        except (RecursionError, UnicodeDecodeError, EOFError, OSError) as error:
            raise InputError(f"{file} cannot be read as JSON: {error}.") from error
    if isinstance(found, dict) and found and all(isinstance(value, dict) for value in found.values()):
        if all(
            key.isdecimal() for value in found.values() for key in value
        ):  # columns, as pandas writes them
            rows = list(dict.fromkeys(key for value in found.values() for key in value))
            found = [{name: value.get(key) for name, value in found.items()} for key in rows]
            return "row", enumerate(found)
        return "entry", ((name, {**value, KEY: name}) for name, value in found.items())
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list):
        raise InputError(f"{file} holds {type(found).__name__}, expected a list of records in JSON.")
    return "entry", ((number, _record(one, file, "entry", number)) for number, one in enumerate(found))


# Field of a record that holds its name, where records are the values of a dict.
KEY = "__key__"


def _record(value, file, unit, number):
    if not isinstance(value, dict):
        raise InputError(f"{file}, {unit} {number} holds {shorten([value])}, expected a record in braces.")
    return value


def _read_binary(file, suffix):
    """Return the table of a Parquet or an Excel file, the latter as text."""
    import pandas as pd

    try:
        if suffix not in _EXCEL:
            return pd.read_parquet(file)
        sheets = pd.read_excel(file, sheet_name=None, dtype=str, keep_default_na=False, engine="openpyxl")
    except Exception as error:  # both libraries raise errors of many types of damaged files
        raise InputError(f"{file} cannot be read as {suffix[1:]}: {error}.") from error
    filled = {name: sheet for name, sheet in sheets.items() if len(sheet)}
    if len(filled) > 1:
        raise InputError(
            f"{file} has several sheets with rows: {shorten(filled)}. Save the one of the ratings as a file "
            "of its own."
        )
    if not filled:
        raise InputError(f"The ratings table {file} has no rows: there are no ratings to load.")
    table = next(iter(filled.values()))
    return table.set_axis([str(name).strip() for name in table.columns], axis=1)


def _read_text_table(file, tabs):
    """Return the table of a text file, every cell as text."""
    import pandas as pd

    separator = "\t" if tabs else _separator(file)
    # As text, because pandas would take the types of long files in parts, 010270117 for a number, and a rater
    # called NA for missing.
    as_text = {"sep": separator, "encoding": "utf-8-sig", "dtype": str, "keep_default_na": False}
    try:
        header = pd.read_csv(file, header=None, nrows=1, **as_text).iloc[0]
        # With columns for further cells, because a comma at the end of each row would shift the columns.
        width = range(len(header) + _MOST_EXTRA)
        table = pd.read_csv(file, header=None, names=width, index_col=False, **as_text)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError, EOFError) as error:
        raise InputError(
            f"The ratings table {file} cannot be read as text separated by {separator!r}: "
            f"{error}. Read it by pandas and give the DataFrame."
        ) from error
    table = table.iloc[1:].reset_index(drop=True)
    beyond = table.iloc[:, len(header) :].dropna(how="all")
    beyond = beyond[beyond.apply(lambda cells: cells.str.strip().fillna("") != "").any(axis=1)]
    if len(beyond):
        raise InputError(
            f"Row {beyond.index[0]} of the ratings table {file} has more cells than the {len(header)} "
            "columns: put a cell that holds a separator into quotes."
        )
    if not len(table):
        raise InputError(f"The ratings table {file} has no rows: there are no ratings to load.")
    return table.iloc[:, : len(header)].set_axis(header.str.strip().tolist(), axis=1)


def _separator(file):
    """Return what separates the names in the first line: a comma, or else a semicolon or a tab."""
    with _open_text(file) as opened:
        try:
            line = opened.readline()
        except UnicodeDecodeError:
            return ","
    return next((sign for sign in ",;\t" if line.count(sign) > 1), ",")
