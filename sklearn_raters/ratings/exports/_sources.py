"""Open an export: a table, or records of JSON that are read one by one."""

from itertools import chain
from typing import NamedTuple

from sklearn_raters._files import existing_file, full_path
from sklearn_raters._optional import import_optional
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings.exports._records import folder_records, is_json, json_records
from sklearn_raters.ratings.exports._tables import read_binary_table, read_text_table

_REMEDY = "give a table (CSV, TSV, JSON lines, Parquet, Excel) or the export of an annotation tool"
# Package that reads the files of a suffix.
_PACKAGES = {".parquet": "pyarrow", ".pq": "pyarrow", ".xlsx": "openpyxl", ".xlsm": "openpyxl"}


class UnexpectedShapeError(InputError):
    """An export does not have the shape that its tool writes."""


class Source(NamedTuple):
    """An opened export.

    Parameters
    ----------
    file : pathlib.Path
        The file, or a folder of files.
    unit : str
        What the numbers of records count, such as "line".
    table : DataFrame or None
        The table, if the file holds one.
    records : iterator of (int or str, dict), or None
        The records and their numbers, if the file holds JSON.
    example : dict
        The first record, or the first row of the table.
    """

    file: object
    unit: str
    table: object
    records: object
    example: dict

    @property
    def is_table(self):
        """Whether the export is a table."""
        return self.table is not None

    def refuse(self, problem, expected, number=None):
        """Return the error of an export, or of one of its records, that is not as expected."""
        place = self.file if number is None else f"{self.file}, {self.unit} {number}"
        return UnexpectedShapeError(f"{place}: {problem}; expected {expected}.")


def open_source(path):
    """
    Open an export.

    Parameters
    ----------
    path : str or path-like
        The file; ``.gz`` at the end of its name is unpacked. A folder or a zip file may hold one file of
        records for each rater.

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
    if full_path(path).is_dir():
        return _from_records(full_path(path), *folder_records(full_path(path)))
    file = existing_file(path, "The ratings table", _REMEDY)
    suffixes = [suffix.lower() for suffix in file.suffixes]
    last = next((suffix for suffix in reversed(suffixes) if suffix != ".gz"), "")
    if last == ".zip":
        return _from_records(file, *folder_records(file))
    if package := _PACKAGES.get(last):
        import_optional(package, f"{file.name} needs {package}", "tables")
        return _from_table(file, read_binary_table(file, last))
    if last in (".json", ".jsonl", ".ndjson") or (last not in (".csv", ".tsv", ".tab") and is_json(file)):
        return _from_records(file, *json_records(file, as_lines=last in (".jsonl", ".ndjson")))
    return _from_table(file, read_text_table(file, {".tsv", ".tab"} & set(suffixes)))


def _from_table(file, table):
    if not len(table):
        raise InputError(f"The ratings table {file} has no rows: there are no ratings to load.")
    first = table.iloc[0].to_dict() if table.columns.is_unique else dict.fromkeys(table.columns)
    return Source(file, "row", table, None, first)


def _from_records(file, unit, records):
    first = next(records, None)
    if first is None:
        raise InputError(f"{file} holds no record: there are no ratings to load.")
    return Source(file, unit, None, chain([first], records), first[1])
