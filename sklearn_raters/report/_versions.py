"""Versions of the libraries that numbers depend on."""

import platform
from importlib.metadata import PackageNotFoundError, version

_LIBRARIES = ("sklearn-raters", "scikit-learn", "numpy", "scipy", "pandas", "torch", "skorch", "opensmile")


def installed_versions():
    """
    Return the versions of Python and of the libraries that numbers depend on.

    Returns
    -------
    dict of str to str
        From name to version; libraries that are not installed are left out.

    Examples
    --------
    >>> from sklearn_raters.report import installed_versions
    >>> list(installed_versions())[:1]
    ['Python']
    """
    versions = {"Python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions
