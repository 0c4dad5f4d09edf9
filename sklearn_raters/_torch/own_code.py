"""A user's modules, which may draw from global random generators while they are trained."""

import random
import threading
from contextlib import contextmanager

import numpy as np
import torch

# The global generators are the same for all threads: only one network at a time may have them.
_generators = threading.RLock()


def is_users(value):
    """Return whether a setting is an object or class with code of neither torch, skorch nor this package.

    Parameters
    ----------
    value : object
        The setting. Numbers, strings and collections have no code.

    Returns
    -------
    bool
        Whether the code may draw random numbers from anywhere.
    """
    if isinstance(value, list | tuple):
        return any(map(is_users, value))
    if isinstance(value, torch.nn.Module):  # torch's own dropout draws from its global generator
        return True
    home = getattr(value, "__module__", None) or type(value).__module__
    return home.partition(".")[0] not in ("builtins", "torch", "skorch", "numpy", "sklearn_raters")


@contextmanager
def seeded_globally(seed):
    """Seed the global generators of torch, NumPy and Python, and restore their states afterwards.

    Other threads with users' modules wait meanwhile, so that results are repeatable with joblib's threads.

    Parameters
    ----------
    seed : int
        The seed.
    """
    with _generators, torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        states = np.random.get_state(), random.getstate()  # noqa: NPY002
        try:
            torch.manual_seed(seed)
            np.random.seed(seed % 2**32)  # noqa: NPY002
            random.seed(seed)
            yield
        finally:
            np.random.set_state(states[0])  # noqa: NPY002
            random.setstate(states[1])
