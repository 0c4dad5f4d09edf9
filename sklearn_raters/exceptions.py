"""The error of inputs that cannot be used, and the warning of inputs that look wrong."""

import warnings
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["InputError", "InputWarning"]


class InputError(ValueError):
    """What was given cannot be used; the message says what was expected, where it is, and what to do.

    Every refusal of this package's own is one, so that programs can tell it from a fault. It is a
    ValueError, as scikit-learn's conventions want. Files that do not exist raise FileNotFoundError, and what
    scikit-learn itself checks raises its errors.
    """


class NoPosteriorError(AttributeError):
    """A view of a stack has no class probabilities, which are needed for what was asked."""


class InputWarning(UserWarning):
    """What was given can be used, but looks as if something else was meant."""


_collected = ContextVar("collected", default=None)


def remark(message):
    """Warn, or add the message to the list of the `collecting_remarks` around.

    Parameters
    ----------
    message : str
        What looks as if something else was meant.
    """
    if _collected.get() is None:
        warnings.warn(message, InputWarning, stacklevel=2)
    else:
        _collected.get().append(message)


@contextmanager
def collecting_remarks():
    """Collect what would be warned of, so that a worker can hand it to the process that asked.

    Yields
    ------
    list of str
        The messages so far.
    """
    token = _collected.set([])
    try:
        yield _collected.get()
    finally:
        _collected.reset(token)
