"""Memory that is no longer used goes back to the system."""

import ctypes
import sys


def give_back_memory():
    """Hand freed memory back, where the C library is glibc.

    Sequences differ in length, so a training's arrays leave gaps that later ones do not fit into: of 450 MB
    that glibc held after one training, 90 were in use, and views trained one after the other add up.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
