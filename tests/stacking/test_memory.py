"""Freed memory goes back to the system."""

import ctypes
import subprocess
import sys

import pytest

CODE = """
from pathlib import Path
import numpy as np
from sklearn_raters.stacking._training import give_back_memory

def resident():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1000

kept = [np.ones(12_500) for _ in range(2000)]  # 0.1 MB each
kept = kept[::100]  # what stays lies between all that is freed
before = resident()
give_back_memory()
print(before - resident())
"""


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"),
    reason="the C library is not glibc, whose memory this is",
)
def test_memory_between_what_is_still_used_goes_back():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert float(done.stdout) > 150
