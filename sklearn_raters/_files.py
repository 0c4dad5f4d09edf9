"""Write files completely or not at all."""

import os
import uuid
from contextlib import contextmanager
from pathlib import Path


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
    >>> from sklearn_raters._files import replacing
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
