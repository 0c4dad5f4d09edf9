"""Write files completely or not at all; save and load fitted models."""

import os
import re
import uuid
import zlib
from contextlib import contextmanager
from pathlib import Path

import joblib

from sklearn_raters.exceptions import InputError

# A model file is one line of text, then the model as a compressed pickle. The line is read first, since a
# pickle of another version may fail to load. Raise the number when an older file can no longer be used.
FORMAT = 2
_KIND = b"sklearn_raters model"
_FIRST_LINE = re.compile(_KIND + rb", format (\d+)\n")


@contextmanager
def replacing(path):
    """
    Yield a temporary file beside `path`, and move it to `path` at the end.

    Parameters
    ----------
    path : str or path-like
        The file to write; ``~`` is expanded. A file that exists is replaced only when the new one is
        complete, and is not changed if an error is raised.

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
    >>> from sklearn_raters.persistence import replacing
    >>> result = pathlib.Path(tempfile.mkdtemp()) / "result.csv"
    >>> with replacing(result) as partial:
    ...     _ = partial.write_text("model,uar")
    >>> result.read_text()
    'model,uar'
    """
    path = check_writable(path)
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.partial")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


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
        If the folder does not exist or is not writable, or `path` is a folder.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder: name a file to write.")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {path.parent} to write {path.name} to: make it first.")
    if not os.access(path.parent, os.W_OK):
        raise PermissionError(f"The folder {path.parent} is not writable: name another one.")
    return path


def save_model(model, path):
    """
    Write a fitted model to a file, completely or not at all.

    Parameters
    ----------
    model : object
        The estimator, or several estimators in a dict.
    path : str or path-like
        The file; ``~`` is expanded. A file that exists is replaced.

    Raises
    ------
    OSError
        If the file cannot be written.

    See Also
    --------
    load_model : Read the model again.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn_raters.persistence import load_model, save_model
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "dummy.model"
    >>> save_model(DummyClassifier().fit([[0], [1]], ["calm", "calm"]), path)
    >>> load_model(path).predict([[2]]).tolist()
    ['calm']
    """
    with replacing(path) as partial, open(partial, "xb") as file:
        file.write(_KIND + f", format {FORMAT}\n".encode())
        joblib.dump(model, file, compress=3)


def load_model(path):
    """
    Read a model that `save_model` wrote.

    The file holds a pickle, and reading a pickle runs any code that its author put into it. Read only files
    that you wrote or whose author you trust.

    Parameters
    ----------
    path : str or path-like
        The file; ``~`` is expanded.

    Returns
    -------
    object
        The model.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    IsADirectoryError
        If `path` is a folder.
    InputError
        If the file is not a model, is damaged, or is of another format than this version reads.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder: name the model file.")
    if not path.is_file():
        raise FileNotFoundError(f"There is no model file {path}: train one first.")
    with open(path, "rb") as file:
        number = _read_format(file)
        if number is None:
            raise InputError(
                f"{path} is not a model of sklearn_raters: name a file that save_model or `train` wrote."
            )
        if number != FORMAT:
            remedy = "install the newer version of sklearn-raters that wrote it"
            if number < FORMAT:
                remedy = "train the model again, or load it with the older sklearn-raters that wrote it"
            raise InputError(f"{path} has format {number}, but this version reads format {FORMAT}: {remedy}.")
        try:
            return joblib.load(file)
        except Exception as error:
            # A pickle that is cut short or damaged raises nearly any error.
            raise InputError(
                f"{path} is not a complete model file, or was written with other versions of the libraries "
                f"({type(error).__name__}: {error}): copy the file again, or train the model again."
            ) from error


def _read_format(file):
    """Read the format number and leave the file at the model; None if the file is not a model."""
    start = file.read(200)
    if first := _FIRST_LINE.match(start):
        file.seek(first.end())
        return int(first[1])
    # Format 1 was one compressed pickle of a dict, whose first items are the kind and the number 1.
    try:
        start = zlib.decompressobj().decompress(start)
    except zlib.error:
        return None
    return 1 if _KIND in start else None
