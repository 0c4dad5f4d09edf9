"""Make paths absolute, and write files completely or not at all."""

import errno
import json
import os
import uuid
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sklearn_raters._optional import import_optional
from sklearn_raters.exceptions import InputError

# What Git LFS writes first in place of a file that was not fetched.
LFS_POINTER = b"version https://git-lfs"


def full_path(path):
    """Return a path with ``~`` and ``~user`` expanded, as an absolute one.

    Parameters
    ----------
    path : str or path-like
        The path.

    Returns
    -------
    pathlib.Path
        The absolute path, which need not exist.

    Raises
    ------
    InputError
        If the path is none, such as an empty one, or there is no such user.

    Examples
    --------
    >>> from sklearn_raters._files import full_path
    >>> full_path("/data/../a.wav").as_posix()
    '/data/../a.wav'
    """
    if not str(path).strip():
        raise InputError(f"{str(path)!r} is no path: name a file or folder.")
    try:
        found = Path(path).expanduser().absolute()
        os.stat(found)
    except (OSError, ValueError) as error:  # a null byte or half a letter is a ValueError
        if not isinstance(error, OSError) or error.errno in (errno.ENAMETOOLONG, errno.ELOOP):
            reason = getattr(error, "strerror", None) or error
            raise InputError(f"{str(path)!r:.80} is no path ({reason}): name a file or folder.") from error
    except RuntimeError as error:
        user = Path(path).parts[0]
        raise InputError(
            f"{str(path)!r}: there is no home folder {user}, for there is no such user. Give the whole path."
        ) from error
    return found


def check_folder(path):
    """Return the path of a folder, which need not exist.

    Parameters
    ----------
    path : str or path-like
        The folder; ``~`` is expanded.

    Returns
    -------
    pathlib.Path
        The absolute path.

    Raises
    ------
    NotADirectoryError
        If the path, or one above it, is a file.

    Examples
    --------
    >>> from sklearn_raters._files import check_folder
    >>> check_folder("/no_such_folder").name
    'no_such_folder'
    """
    path = full_path(path)
    above = next(place for place in (path, *path.parents) if place.exists())
    if not above.is_dir():
        raise NotADirectoryError(f"{above} is a file, where a folder is needed: name another folder.")
    return path


def existing_file(path, what, remedy):
    """
    Return the path of a file that can be read.

    Parameters
    ----------
    path : str or path-like
        The file; ``~`` is expanded.
    what : str
        What the file holds, for messages.
    remedy : str
        What the user can do, without a full stop.

    Returns
    -------
    pathlib.Path
        The absolute path.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    InputError
        If the file is empty or a Git LFS pointer.
    """
    file = full_path(path)
    if not file.is_file():
        raise FileNotFoundError(f"{what}: there is no file {file}; {remedy}.")
    if file.stat().st_size == 0:
        raise InputError(f"{what}: {file} is empty (0 bytes); {remedy}.")
    if is_pointer(file):
        raise InputError(f"{what}: {file} is a Git LFS pointer, not the file itself; run `git lfs pull`.")
    return file


def is_pointer(file):
    """Return whether a file is only the text by which Git LFS stands for a file that was not fetched."""
    with open(file, "rb") as opened:
        return opened.read(len(LFS_POINTER)) == LFS_POINTER


@contextmanager
def replacing(path):
    """
    Yield a temporary file beside `path`, and move it to `path` at the end.

    Parameters
    ----------
    path : str or path-like
        The file to write; ``~`` is expanded, and a link is followed. A file that exists is replaced only when
        the new one is complete, and is not changed if an error is raised.

    Yields
    ------
    pathlib.Path
        The temporary file.

    Raises
    ------
    OSError
        If the folder does not exist or is not writable, or `path` is a folder.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from sklearn_raters._files import replacing
    >>> result = pathlib.Path(tempfile.mkdtemp()) / "result.csv"
    >>> with replacing(result) as partial:
    ...     _ = partial.write_text("model,uar")
    >>> result.read_text()
    'model,uar'
    """
    path = check_writable(path)
    partial = path.with_name(f".{uuid.uuid4().hex}.partial.{path.name}")  # the ending tells the format
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def replacing_all(paths):
    """
    Yield a temporary file for each of several files, and move all of them at the end.

    Parameters
    ----------
    paths : dict of path-like
        The files, by what they hold. If an error is raised, none of them is changed.

    Yields
    ------
    dict of pathlib.Path
        The temporary files, by the same names.

    Raises
    ------
    OSError
        As `replacing` does.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from sklearn_raters._files import replacing_all
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> with replacing_all({"table": folder / "a.csv", "notes": folder / "a.txt"}) as partial:
    ...     for path in partial.values():
    ...         _ = path.write_text("all or none")
    >>> sorted(path.name for path in folder.iterdir())
    ['a.csv', 'a.txt']
    """
    with ExitStack() as files:
        yield {name: files.enter_context(replacing(path)) for name, path in paths.items()}


def check_writable(path):
    """
    Check that a file can be written, before a long computation of what to write.

    Parameters
    ----------
    path : str or path-like
        The file; ``~`` is expanded.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    OSError
        If the folder does not exist or is not writable, or `path` is a folder, a device or a pipe, which a
        file must not take the place of.
    """
    path = full_path(path)
    if path.is_symlink():
        path = path.resolve()  # the link stays, and what it names is replaced
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder: name a file to write.")
    if path.exists() and not path.is_file():
        raise FileExistsError(f"{path} is no ordinary file, but a device or a pipe: name a file to write.")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {path.parent} to write {path.name} to: make it first.")
    if not os.access(path.parent, os.W_OK):
        raise PermissionError(f"The folder {path.parent} is not writable: name another one.")
    return path


def check_table(path):
    """
    Check that a table can be written to a file, before a long computation of the table.

    Parameters
    ----------
    path : str or path-like
        The file; ``~`` is expanded.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InputError
        If the file ends in something else than .csv, .jsonl or .parquet.
    ImportError
        If it ends in .parquet and pyarrow is not installed.
    OSError
        If the file cannot be written.
    """
    path = full_path(path)
    if path.suffix.lower() not in (".csv", ".jsonl", ".parquet"):
        raise InputError(f"{path} ends in none of .csv, .jsonl and .parquet: name such a file.")
    if path.suffix.lower() == ".parquet":
        import_optional("pyarrow", "Parquet files need pyarrow", "tables")
    return check_writable(path)


def write_table(table, path):
    """
    Write a DataFrame with its index to a file, completely or not at all.

    Parameters
    ----------
    table : DataFrame
        The table.
    path : pathlib.Path
        Result of `check_table`.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import pandas as pd
    >>> from sklearn_raters._files import check_table, write_table
    >>> path = check_table(pathlib.Path(tempfile.mkdtemp()) / "table.csv")
    >>> write_table(pd.DataFrame({"a": [1]}, index=pd.Index(["clip1"], name="sample")), path)
    >>> path.read_text().split()
    ['sample,a', 'clip1,1']
    """
    with replacing(path) as partial:
        if path.suffix.lower() == ".csv":
            table.to_csv(partial)
            return
        if path.suffix.lower() == ".jsonl":
            # pandas would round numbers to 15 digits, and write times as numbers and / as \/.
            rows = table.rename(columns=str).reset_index().astype(object)
            rows = rows.where(rows.notna(), None).to_dict("records")
            lines = [json.dumps(row, ensure_ascii=False, default=str) for row in rows]
            partial.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            return
        # Parquet has text as names of columns, and one type in a column.
        from pandas.api.types import infer_dtype

        table = table.rename(columns=str).reset_index()
        mixed = [name for name in table if infer_dtype(table[name], skipna=True).startswith("mixed")]
        table[mixed] = table[mixed].map(str, na_action="ignore")
        table.to_parquet(partial, index=False)
