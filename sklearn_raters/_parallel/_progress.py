"""How far a run is: a bar with the time left on a terminal, plain lines in a log."""

import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sklearn_raters._parallel._watch import current_watch, read_journal, watched

# Seconds between two looks; between two lines of a log if something was finished, and if nothing was.
_LOOK, _NEWS, _SILENCE = 0.5, 20, 60


def in_words(seconds):
    """Return a duration in words.

    Parameters
    ----------
    seconds : float
        The duration.

    Returns
    -------
    str
        Such as "8 s", "12 min" or "3.5 h".

    Examples
    --------
    >>> from sklearn_raters._parallel._progress import in_words
    >>> in_words(8.2), in_words(700), in_words(12600)
    ('8 s', '12 min', '3.5 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


class Display:
    """Show a number that grows to a total, on standard error.

    Parameters
    ----------
    what : str
        What is done.
    total : int
        The number at the end.
    unit : str
        What is counted.
    done : int, default=0
        The number at the start.
    """

    def __init__(self, what, total, unit, done=0):
        self.what, self.total, self.unit, self.done = what, total, unit, done
        self._first, self._bar, self._start = done, None, time.monotonic()
        if sys.stderr.isatty():
            self._bar = _new_bar()
            fields = {"count": f"{done} of {total}", "left": ""}
            self._task = self._bar.add_task(what, total=max(total, 1), completed=done or not total, **fields)
        else:
            self._print()

    def __enter__(self):
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *error):
        if self._bar is not None:
            self._bar.stop()

    def seconds_left(self, done):
        """Return the time that is left if each takes as long as so far; None before the first."""
        n_new = done - self._first
        return (time.monotonic() - self._start) * (self.total - done) / n_new if n_new else None

    def show(self, done, seconds_left):
        """Show how many are done; a log gets a line where there is news, and each minute.

        Parameters
        ----------
        done : int
            The number.
        seconds_left : float or None
            The time that is left; None if nothing tells it yet.
        """
        if self._bar is not None:
            left = "" if seconds_left is None else f"about {in_words(seconds_left)} left"
            self._bar.update(self._task, completed=done, left=left, count=f"{done} of {self.total}")
        else:
            silent, is_new = time.monotonic() - self._last, done > self.done
            at_edge = self.done == self._first or done == self.total
            if silent >= (_NEWS if is_new else _SILENCE) or (is_new and at_edge):
                self.done = done
                self._print(seconds_left)

    def _print(self, seconds_left=None):
        self._last = time.monotonic()
        text = f"{self.what}: {self.done} of {self.total} {self.unit}"
        if self._last - self._start >= 0.5:
            text += f" after {in_words(self._last - self._start)}"
        if seconds_left is not None and self.done < self.total:
            text += f", about {in_words(seconds_left)} left"
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def _new_bar():
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[count]}")
    clock = TimeElapsedColumn(), TextColumn("{task.fields[left]}")
    return Progress(*columns, *clock, console=Console(stderr=True))


@contextmanager
def showing_trainings(what, planned, verbose):
    """Show how many trainings the processes inside the block have finished.

    Parameters
    ----------
    what : str
        What is done.
    planned : list of (kind, n_samples)
        Each training that is to be done, as `tell_finished` will tell it.
    verbose : int
        Whether to show anything: above 0.
    """
    watch = current_watch()
    if not verbose or not planned or watch.silent or watch.journal is not None:  # the caller shows them
        yield
        return
    with TemporaryDirectory(prefix="sklearn_raters_running_", ignore_cleanup_errors=True) as folder:
        journal, ended = str(Path(folder, "journal")), threading.Event()
        with Display(what, len(planned), "trainings") as display:
            watcher = threading.Thread(target=_watch, args=(display, journal, planned, ended), daemon=True)
            watcher.start()
            try:
                with watched(journal=journal):
                    yield
            finally:
                ended.set()
                watcher.join()


def _watch(display, journal, planned, ended):
    """Show the notes of a journal until the event is set, and once more after it."""
    start, going_on = time.monotonic(), True
    while going_on:
        going_on = not ended.wait(_LOOK)
        notes = read_journal(journal)
        display.show(len(notes), seconds_left(planned, notes, time.monotonic() - start))


def seconds_left(planned, notes, elapsed):
    """Estimate the time that is left from the trainings that are finished.

    Each kind of training takes as long for a sample as so far; a kind of which none is finished, as the
    slowest. Trainings run at once as many as so far.

    Parameters
    ----------
    planned : list of (kind, n_samples)
        All trainings.
    notes : list of (kind, n_samples, seconds, cached)
        The finished ones.
    elapsed : float
        Seconds since the start.

    Returns
    -------
    float or None
        Seconds; None as long as no training was measured in this run.

    Examples
    --------
    >>> from sklearn_raters._parallel._progress import seconds_left
    >>> planned = [("net", 100), ("net", 100), ("net", 50)]
    >>> seconds_left(planned, [("net", 100, 4.0, False)], elapsed=4.0)
    6.0
    """
    size, seconds, left = Counter(), Counter(), Counter()
    for kind, n_samples in planned:
        left[kind] += n_samples
    for kind, n_samples, took, cached in notes:
        left[kind] -= n_samples
        if not cached:
            size[kind] += n_samples
            seconds[kind] += took
    rates = {kind: seconds[kind] / size[kind] for kind in size if size[kind]}
    if not rates or not sum(seconds.values()):
        return None
    work = sum(max(n, 0) * rates.get(kind, max(rates.values())) for kind, n in left.items())
    return work * elapsed / sum(seconds.values())
