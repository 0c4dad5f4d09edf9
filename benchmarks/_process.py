"""A call in a process of its own, and the peak of that process' memory."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from joblib.externals.loky import get_reusable_executor


def in_own_process(function, *arguments):
    """Call a function of the running script in a fresh process and return what it returns."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_call, function, arguments).result()


def _call(function, arguments):
    try:
        return function(*arguments)
    finally:
        # Else this process would not end before joblib's idle workers do, after five minutes.
        get_reusable_executor().shutdown()


def peak_megabytes():
    """Return the peak of this process' own memory, in 10^6 bytes, as Linux tells it.

    `resource.getrusage` would not do: its maximum outlives exec, so a child starts with its parent's peak.
    """
    return _status("VmHWM")


def resident_megabytes():
    """Return the memory that this process holds now, in 10^6 bytes."""
    return _status("VmRSS")


def _status(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) * 1024 / 1e6
