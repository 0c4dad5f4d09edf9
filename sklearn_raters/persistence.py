"""Write files whole or not at all, and keep a fitted model in one."""

import os
import uuid
from contextlib import contextmanager
from pathlib import Path

import joblib

# Says in the file what it is; the number is raised when what stands in a file changes.
_KIND = "sklearn_raters model"
_FORMAT = 1


@contextmanager
def replacing(path):
    """
    Give a file beside `path` to write to, and put it in place of `path` at the end.

    Parameters
    ----------
    path : str or path-like
        What to write; whatever stands there remains until the new file is complete, and for good
        if anything is raised before.

    Yields
    ------
    pathlib.Path
        The file to write.

    Raises
    ------
    OSError
        If the folder does not exist or may not be written to, or `path` is a folder.

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
    Check before hours of work that its result can be written.

    Parameters
    ----------
    path : str or path-like
        The file to be written; ``~`` is expanded.

    Returns
    -------
    pathlib.Path
        The same.

    Raises
    ------
    OSError
        If the folder does not exist or may not be written to, or `path` is a folder.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder: name a file to write.")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {path.parent} to write {path.name} to: make it first.")
    if not os.access(path.parent, os.W_OK):
        raise PermissionError(f"The folder {path.parent} may not be written to: name another one.")
    return path


def save_model(model, path):
    """
    Write a fitted model to a file, whole or not at all.

    Parameters
    ----------
    model : object
        The estimator, or several in a dict.
    path : str or path-like
        The file; one that is there is replaced.

    Raises
    ------
    OSError
        If the file cannot be written.

    See Also
    --------
    load_model : Read it again.

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
    with replacing(path) as partial:
        joblib.dump({"kind": _KIND, "format": _FORMAT, "model": model}, partial, compress=3)


def load_model(path):
    """
    Read a model that `save_model` wrote.

    The file is a pickle: reading one runs whatever code its author put into it, so read only files that
    you wrote or whose author you trust.

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
    ValueError
        If the file is no model, is damaged, or was written by another version.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder: name the model file.")
    if not path.is_file():
        raise FileNotFoundError(f"There is no model file {path}: train one first.")
    try:
        content = joblib.load(path)
    except Exception as error:
        # A pickle that is cut short or is none raises nearly anything.
        raise ValueError(
            f"{path} is no whole model file, or one of other versions of the libraries "
            f"({type(error).__name__}: {error}): train it again."
        ) from error
    if not isinstance(content, dict) or content.get("kind") != _KIND:
        raise ValueError(f"{path} is no model of sklearn_raters: name a file that `train` wrote.")
    if content["format"] != _FORMAT:
        raise ValueError(f"{path} has format {content['format']}, not {_FORMAT}: train the model again.")
    return content["model"]
