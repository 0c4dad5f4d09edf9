"""Make a path absolute, with the home folders that it names."""

from pathlib import Path

from sklearn_raters.exceptions import InputError


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
        If there is no such user.

    Examples
    --------
    >>> from sklearn_raters._paths import full_path
    >>> full_path("/data/../a.wav").as_posix()
    '/data/../a.wav'
    """
    try:
        return Path(path).expanduser().absolute()
    except RuntimeError as error:
        user = Path(path).parts[0]
        raise InputError(
            f"{str(path)!r}: there is no home folder {user}, for there is no such user. Give the whole path."
        ) from error
