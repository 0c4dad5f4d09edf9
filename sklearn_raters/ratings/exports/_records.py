"""Read records one by one: JSON lines, whole JSON files, and folders or zip files of them or of CSV."""

import csv
import gzip
import io
import json
import zipfile
from itertools import chain
from pathlib import PurePosixPath

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._labels import shorten

# Fields that records get: their name, where they are the values of a dict, and their file in a folder.
KEY, FILE = "__key__", "__file__"
# Files of a folder that hold its ratings, the first pattern that fits; others, such as settings, do not.
_MEMBERS = ("*/user_state.json", "*/annotated_instances.jsonl", "*.jsonl", "*.json", "*.csv")


def json_records(file, *, as_lines):
    """
    Return the records of a JSON file.

    Parameters
    ----------
    file : pathlib.Path
        The file.
    as_lines : bool
        Whether each line is a record; otherwise the file is a list of records, or a dict of them.

    Returns
    -------
    unit : str
        What numbers count: "line", "entry" or "row".
    records : iterator of (int or str, dict)
        The records and their numbers.

    Raises
    ------
    InputError
        If the file is no JSON or holds anything but records.
    """
    return _records(lambda: open_text(file), str(file), as_lines=as_lines)


def folder_records(path):
    """
    Return the records of the files in a folder or a zip file, such as one file of each rater.

    Parameters
    ----------
    path : pathlib.Path
        The folder or zip file.

    Returns
    -------
    unit : str
        What numbers count.
    records : iterator of (str, dict)
        The records and their places; the field `FILE` holds the path of the file below `path`.

    Raises
    ------
    InputError
        If there are no such files, or they cannot be read.
    """
    members = _members(path)
    for pattern in _MEMBERS:
        if found := sorted(name for name in members if PurePosixPath(name).match(pattern)):
            break
    else:
        raise InputError(
            f"{path} holds no file of records such as alice.jsonl, alice.csv or alice/user_state.json; it "
            f"holds {shorten(members) or 'none that ends in .json, .jsonl or .csv'}. Give a table of votes."
        )
    return "record", chain.from_iterable(_member_records(path, name, members[name]) for name in found)


def _members(path):
    """Return {path below a folder or zip file: function that opens it}, without hidden files and folders."""
    if path.is_dir():
        found = (file for pattern in ("*.json*", "*.csv") for file in path.rglob(pattern) if file.is_file())
        files = {file.relative_to(path).as_posix(): file for file in found}
        openers = {name: lambda file=file: open_text(file) for name, file in files.items()}
    else:
        try:
            archive = zipfile.ZipFile(path)
        except zipfile.BadZipFile as error:
            raise InputError(f"{path} is no zip file: {error}.") from error
        openers = {
            name: lambda name=name: io.TextIOWrapper(archive.open(name), encoding="utf-8-sig")
            for name in archive.namelist()
        }
    return {name: opener for name, opener in openers.items() if "/." not in f"/{name}"}


def _member_records(path, name, opener):
    if name.endswith(".csv"):
        unit, records = "row", _rows(opener, f"{path}: {name}")
    else:
        unit, records = _records(opener, f"{path}: {name}", as_lines=name.endswith(".jsonl"))
    for number, record in records:
        yield f"{name}, {unit} {number}", {**record, FILE: name}


def open_text(file):
    """Open a text file, also a packed one (.gz)."""
    return (gzip.open if file.suffix.lower() == ".gz" else open)(file, "rt", encoding="utf-8-sig")


def is_json(file):
    """Return whether a file begins as JSON does."""
    with open_text(file) as opened:
        try:
            return opened.read(100).lstrip()[:1] in ("{", "[")
        except (UnicodeDecodeError, OSError, EOFError):
            return False


def _records(opener, name, *, as_lines):
    if as_lines:
        return "line", _lines(opener, name)
    with opener() as opened:
        try:
            found = json.load(opened)
        except json.JSONDecodeError as error:
            if error.msg == "Extra data":
                return "line", _lines(opener, name)
            raise InputError(f"{name} is no JSON: {error}.") from error
        except (RecursionError, UnicodeDecodeError, EOFError, OSError) as error:
            raise InputError(f"{name} cannot be read as JSON: {error}.") from error
    if isinstance(found, dict) and found and all(isinstance(value, dict) for value in found.values()):
        if all(
            key.isdecimal() for value in found.values() for key in value
        ):  # columns, as pandas writes them
            rows = dict.fromkeys(key for value in found.values() for key in value)
            return "row", enumerate({field: found[field].get(key) for field in found} for key in rows)
        return "entry", ((key, {**value, KEY: key}) for key, value in found.items())
    if isinstance(found, dict):
        found = found["results"] if isinstance(found.get("results"), list) else [found]
    if not isinstance(found, list):
        raise InputError(f"{name} holds {type(found).__name__}, expected a list of records in JSON.")
    return "entry", ((number, _checked(one, name, "entry", number)) for number, one in enumerate(found))


def _lines(opener, name):
    """Yield (line number, record) of JSON lines."""
    number = 0
    with opener() as opened:
        try:
            for number, line in enumerate(opened, 1):
                if line.strip():
                    yield number, _checked(json.loads(line), name, "line", number)
        except (json.JSONDecodeError, RecursionError) as error:
            raise InputError(f"{name}, line {number} is no JSON: {error}.") from error
        except (UnicodeDecodeError, EOFError, OSError) as error:
            raise InputError(f"{name} cannot be read as text after line {number}: {error}.") from error


def _rows(opener, name):
    """Yield (row number, record) of CSV, whose first line names the fields."""
    with opener() as opened:
        reader = csv.DictReader(opened)
        try:
            for number, row in enumerate(reader):
                if None in row or None in row.values():
                    raise InputError(
                        f"{name}, row {number} has another number of cells than the {len(reader.fieldnames)} "
                        "names in the first line: put a cell that holds a comma into quotes."
                    )
                yield number, row
        except (csv.Error, UnicodeDecodeError) as error:
            raise InputError(f"{name} cannot be read as CSV: {error}.") from error


def _checked(value, name, unit, number):
    if not isinstance(value, dict):
        raise InputError(f"{name}, {unit} {number} holds {shorten([value])}, expected a record in braces.")
    return value
