"""Keep the threads of scipy's linear algebra from those of numpy's."""

from contextlib import contextmanager
from functools import cache
from pathlib import Path

import scipy.linalg  # noqa: F401 (loads its library)
from threadpoolctl import ThreadpoolController


@cache
def _scipy_libraries():
    """Return the libraries of linear algebra that scipy brought along, beside those of numpy."""
    paths = [one.filepath for one in ThreadpoolController().select(user_api="blas").lib_controllers]
    return ThreadpoolController().select(
        filepath=[path for path in paths if {"scipy.libs", "scipy"} & set(Path(path).parts)]
    )


@contextmanager
def scipy_on_one_thread():
    """Let scipy's linear algebra use one thread while the block runs.

    The packages numpy and scipy each bring a library with threads of its own, which after each product wait
    actively for the next one. An optimizer of scipy that multiplies by numpy keeps both kinds waiting, and
    each takes the processor from the other: on two cores, views of tables took three times as long.
    """
    with _scipy_libraries().limit(limits=1):
        yield
