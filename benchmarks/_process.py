"""Run a function in a new process, and read how much memory a process uses."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from joblib.externals.loky import get_reusable_executor


def in_own_process(function, *arguments):
    """Call a function of the running script in a new process and return its result."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_call, function, arguments).result()


def _call(function, arguments):
    try:
        return function(*arguments)
    finally:
        # Without this the process would wait five minutes for joblib's idle workers.
        get_reusable_executor().shutdown()


def peak_megabytes():
    """Return the peak memory of this process in 10^6 bytes (Linux only).

    `resource.getrusage` is no substitute: a child process starts with the peak of its parent.
    """
    return status_megabytes("VmHWM")


def resident_megabytes():
    """Return the memory that this process uses now, in 10^6 bytes (Linux only)."""
    return status_megabytes("VmRSS")


def status_megabytes(name):
    """Return a line of /proc/self/status in 10^6 bytes (Linux only)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) * 1024 / 1e6
