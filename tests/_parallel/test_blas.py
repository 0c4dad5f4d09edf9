"""Threads of scipy's linear algebra while jobs run."""

import threading
from pathlib import Path

import pytest
import scipy.linalg  # noqa: F401 (loads the library)
from joblib import delayed
from threadpoolctl import threadpool_info, threadpool_limits

from sklearn_raters._parallel import run_jobs, scipy_on_one_thread


@pytest.fixture(autouse=True)
def two_threads():
    with threadpool_limits(2, user_api="blas"):
        if "scipy" not in threads() or "numpy" not in threads():
            pytest.skip("numpy and scipy share one library here")
        yield


def threads():
    """Return the number of threads of each package's own library."""
    found = {}
    for library in threadpool_info():
        if library["user_api"] == "blas":
            folders = {part.removesuffix(".libs") for part in Path(library["filepath"]).parts}
            found |= {name: library["num_threads"] for name in ("numpy", "scipy") if name in folders}
    return found


def test_scipy_has_one_thread_within_and_all_afterwards():
    with scipy_on_one_thread():
        assert threads() == {"numpy": 2, "scipy": 1}
    assert threads() == {"numpy": 2, "scipy": 2}


def test_all_threads_are_back_after_an_error():
    with pytest.raises(KeyError), scipy_on_one_thread():
        raise KeyError
    assert threads() == {"numpy": 2, "scipy": 2}


def test_blocks_in_several_threads_leave_all_threads_behind():
    inside, leave = threading.Event(), threading.Event()

    def other():
        with scipy_on_one_thread():
            inside.set()
            leave.wait()

    thread = threading.Thread(target=other)
    with scipy_on_one_thread():
        thread.start()
        inside.wait()
        assert threads()["scipy"] == 1
    leave.set()
    thread.join()
    assert threads()["scipy"] == 2


def test_jobs_of_one_process_run_with_one_thread_of_scipy():
    assert run_jobs([delayed(threads)()], ["look"], n_jobs=None) == [{"numpy": 2, "scipy": 1}]
    assert threads()["scipy"] == 2
