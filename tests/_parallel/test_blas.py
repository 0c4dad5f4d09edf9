"""Threads of scipy's linear algebra while jobs run."""

import threading
from pathlib import Path
from time import sleep

import numpy as np
import pytest
import scipy.linalg
from joblib import delayed, parallel_config
from threadpoolctl import threadpool_info, threadpool_limits

from sklearn_raters._parallel import run_jobs, scipy_on_one_thread, small_products


def in_a_thread(function):
    """Call a function in a thread that ends; a limit set in one that lives is the only one that counts."""
    results = []
    thread = threading.Thread(target=lambda: results.append(function()), daemon=True)
    thread.start()
    thread.join(20)
    return results[0]


@pytest.fixture(autouse=True)
def two_threads():
    if set(threads()) != {"numpy", "scipy"}:
        pytest.skip("numpy and scipy share one library here")
    limits = in_a_thread(lambda: threadpool_limits(2, user_api="blas"))
    yield
    in_a_thread(limits.restore_original_limits)


def threads():
    """Return the number of threads of each package's own library."""
    found = {}
    for library in threadpool_info():
        for package in (np, scipy):
            folder = Path(package.__file__).resolve().parent
            places = (folder, folder.with_name(f"{folder.name}.libs"))
            if any(Path(library["filepath"]).is_relative_to(place) for place in places):
                found[package.__name__] = library["num_threads"]
    return found


def test_scipy_has_one_thread_within_and_all_afterwards():
    with scipy_on_one_thread():
        assert threads() == {"numpy": 2, "scipy": 1}
    assert threads() == {"numpy": 2, "scipy": 2}


def test_all_threads_are_back_after_an_error():
    with pytest.raises(KeyError), scipy_on_one_thread():
        raise KeyError
    assert threads() == {"numpy": 2, "scipy": 2}


def overlapping(first_in, second_in, first_out):
    """Run two blocks in threads, of which the first one ends first."""
    with scipy_on_one_thread():
        first_in.set()
        second_in.wait(10)
    first_out.set()


def test_blocks_that_overlap_in_threads_leave_all_threads_behind():
    events = first_in, second_in, first_out = [threading.Event() for _ in range(3)]

    def second():
        first_in.wait(10)
        with scipy_on_one_thread():
            second_in.set()
            first_out.wait(10)

    workers = [threading.Thread(target=overlapping, args=events, daemon=True)]
    workers.append(threading.Thread(target=second, daemon=True))
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert all(event.is_set() for event in events)
    assert threads() == {"numpy": 2, "scipy": 2}


def test_small_products_use_one_thread_of_both():
    with scipy_on_one_thread(), small_products():
        assert threads() == {"numpy": 1, "scipy": 1}
    assert threads() == {"numpy": 2, "scipy": 2}


@pytest.mark.parametrize("n_jobs", [2, 8])
def test_jobs_in_threads_leave_all_threads_behind(n_jobs):
    jobs = [delayed(sleep)(0.01 * (number % 3)) for number in range(12)]
    with parallel_config("threading"):
        run_jobs(jobs, [str(number) for number in range(12)], n_jobs=n_jobs)
    assert threads() == {"numpy": 2, "scipy": 2}


def test_jobs_of_one_process_run_with_one_thread_of_scipy():
    assert run_jobs([delayed(threads)()], ["look"], n_jobs=None) == [{"numpy": 2, "scipy": 1}]
    assert threads()["scipy"] == 2
