"""What a run passes to all its processes: where finished trainings are noted, and when to stop."""

import json
import time
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import NamedTuple
from uuid import uuid4


class Watch(NamedTuple):
    """Passed to every job.

    Parameters
    ----------
    journal : str or None, default=None
        File that gets a line for each finished training; None if nobody reads it.
    deadline : float or None, default=None
        Seconds since the epoch, after which no training begins.
    silent : bool, default=False
        Whether no progress is shown, whatever `verbose` says.
    """

    journal: str | None = None
    deadline: float | None = None
    silent: bool = False


class TimeLimitReached(Exception):
    """The run's time is over, and it has stopped between two trainings."""


_UNWATCHED = Watch()
_watch = ContextVar("watch", default=_UNWATCHED)


def current_watch():
    """Return the `Watch` of this run."""
    return _watch.get()


@contextmanager
def watched(**changes):
    """Change the watch of all jobs inside the block.

    Parameters
    ----------
    **changes : dict
        Fields of `Watch`.
    """
    token = _watch.set(_watch.get()._replace(**changes))
    try:
        yield
    finally:
        _watch.reset(token)


def silenced(silent=True):
    """Show no progress of what runs inside the block.

    Parameters
    ----------
    silent : bool, default=True
        False changes nothing.

    Returns
    -------
    context manager
        For the block.
    """
    return watched(silent=silent or _watch.get().silent)


def is_quiet():
    """Return whether a block of `silenced` is around."""
    return _watch.get().silent


def time_limit(minutes):
    """Let no training begin after some minutes; `TimeLimitReached` is raised where one would.

    Parameters
    ----------
    minutes : float or None
        Length of the run from now; None is no limit.

    Returns
    -------
    context manager
        For the block that trains.

    Examples
    --------
    >>> from sklearn_raters._parallel import check_time, time_limit
    >>> with time_limit(0):
    ...     check_time()
    Traceback (most recent call last):
    sklearn_raters._parallel._watch.TimeLimitReached
    """
    return watched(deadline=None if minutes is None else time.time() + 60 * minutes)


def check_time():
    """Raise `TimeLimitReached` if the time of the run is over."""
    deadline = _watch.get().deadline
    if deadline is not None and time.time() >= deadline:
        raise TimeLimitReached


def tell_finished(key, kind, n_samples, seconds, *, cached=False):
    """Note that a training is finished.

    Parameters
    ----------
    key : str or None
        Equal for equal trainings, which count once; None counts by itself.
    kind : str
        What was trained; trainings of one kind take similar time for a sample.
    n_samples : int
        Number of samples.
    seconds : float
        Duration.
    cached : bool, default=False
        Whether the training was done before, and only read now.
    """
    journal = _watch.get().journal
    if journal is None:
        return
    line = json.dumps([key or uuid4().hex, kind, n_samples, seconds, cached])
    with suppress(OSError), open(journal, "a", encoding="utf-8") as file:  # it is not there on other machines
        file.write(line + "\n")


def read_journal(path):
    """Return the notes of `tell_finished` in a file, the first of each training.

    Parameters
    ----------
    path : str
        The journal.

    Returns
    -------
    list of list
        Kind, number of samples, seconds, and whether it was cached.
    """
    notes = {}
    with suppress(OSError), open(path, encoding="utf-8") as file:
        for line in file:
            if line.endswith("\n"):  # the last one may be half written
                key, *note = json.loads(line)
                notes.setdefault(key, note)
    return list(notes.values())
