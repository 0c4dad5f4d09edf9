"""Keep the threads of scipy's linear algebra from those of numpy's."""

from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock

import scipy.linalg
from threadpoolctl import ThreadpoolController

# One lock for each kind of library: who comes second finds it limited, and leaves it as it is. A second limit
# would store one thread as what to go back to.
_held = {True: Lock(), False: Lock()}


@cache
def _libraries(of_scipy):
    """Return the libraries of linear algebra that scipy brought along, or all others."""
    folder = Path(scipy.__file__).resolve().parent
    own = (folder, folder.with_name("scipy.libs"))
    paths = [one.filepath for one in ThreadpoolController().select(user_api="blas").lib_controllers]
    chosen = [path for path in paths if of_scipy == any(Path(path).is_relative_to(place) for place in own)]
    return ThreadpoolController().select(filepath=chosen)


@contextmanager
def _one_thread(of_scipy):
    if not _held[of_scipy].acquire(blocking=False):
        yield
        return
    try:
        with _libraries(of_scipy).limit(limits=1):
            yield
    finally:
        _held[of_scipy].release()


def scipy_on_one_thread():
    """Let scipy's linear algebra use one thread while a block runs.

    The packages numpy and scipy each bring a library with threads of its own, which after each product wait
    actively for the next one. An optimizer of scipy that multiplies by numpy keeps both kinds waiting, and
    each takes the processor from the other: on two cores, views of tables took three times as long.

    Returns
    -------
    context manager
        It can decorate a function, too. Of blocks that overlap in several threads, the first one counts.
    """
    return _one_thread(True)


@contextmanager
def small_products():
    """Let all linear algebra use one thread: threads wait longer for each other than small products take."""
    with _one_thread(True), _one_thread(False):
        yield
