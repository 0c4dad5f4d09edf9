"""How far a run is: a bar with the time left on a terminal, plain lines in a log."""

import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from joblib import effective_n_jobs

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

    def time_left(self, done):
        """Return the time that is left if each takes as long as those after the first; "" before."""
        n_new = done - self._first
        if n_new == 1:  # what the first took is mostly the start of the processes
            self._rated = time.monotonic()
        if n_new < 2:
            return ""
        return about((time.monotonic() - self._rated) * (self.total - done) / (n_new - 1))

    def show(self, done, left):
        """Show how many are done; a log gets a line where there is news, and each minute.

        Parameters
        ----------
        done : int
            The number.
        left : str
            Words about the time that is left; "" if nothing tells it yet.
        """
        if self._bar is not None:
            self._bar.update(self._task, completed=done, left=left, count=f"{done} of {self.total}")
        else:
            silent, is_new = time.monotonic() - self._last, done > self.done
            at_edge = self.done == self._first or done == self.total
            if silent >= (_NEWS if is_new else _SILENCE) or (is_new and at_edge):
                self.done = done
                self._print(left)

    def _print(self, left=""):
        self._last = time.monotonic()
        text = f"{self.what}: {self.done} of {self.total} {self.unit}"
        if self._last - self._start >= 0.5:
            text += f" after {in_words(self._last - self._start)}"
        if left and self.done < self.total:
            text += f", {left}"
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def _new_bar():
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[count]}")
    clock = TimeElapsedColumn(), TextColumn("{task.fields[left]}")
    return Progress(*columns, *clock, console=Console(stderr=True))


@contextmanager
def showing_trainings(what, planned, n_jobs, verbose):
    """Show how many trainings the processes inside the block have finished.

    Parameters
    ----------
    what : str
        What is done.
    planned : list of (kind, n_samples)
        Each training that is to be done, as `tell_finished` will tell it.
    n_jobs : int or None
        Number of trainings at once, as in joblib.
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
            at_once = min(effective_n_jobs(n_jobs), len(planned))
            arguments = display, journal, planned, at_once, ended
            watcher = threading.Thread(target=_watch, args=arguments, daemon=True)
            watcher.start()
            try:
                with watched(journal=journal):
                    yield
            finally:
                ended.set()
                watcher.join()


def _watch(display, journal, planned, at_once, ended):
    """Show the notes of a journal until the event is set, and once more after it."""
    going_on = True
    while going_on:
        going_on = not ended.wait(_LOOK)
        notes = read_journal(journal)
        display.show(len(notes), time_left(planned, notes, at_once))


def time_left(planned, notes, at_once):
    """Return the time that is left, from the trainings that are finished.

    Each kind of training takes as long for a sample as so far.

    Parameters
    ----------
    planned : list of (kind, n_samples)
        All trainings.
    notes : list of (kind, n_samples, seconds, cached)
        The finished ones.
    at_once : int
        Number of trainings at once.

    Returns
    -------
    str
        "" as long as no training was measured in this run.

    Examples
    --------
    >>> from sklearn_raters._parallel._progress import time_left
    >>> planned = [("net", 100), ("net", 100), ("net", 50), ("tree", 100)]
    >>> time_left(planned, [("net", 100, 4.0, False)], at_once=1)
    'about 6 s left, and 1 of tree'
    """
    size, seconds, left, count = Counter(), Counter(), Counter(), Counter()
    for kind, n_samples in planned:
        left[kind] += n_samples
        count[kind] += 1
    for kind, n_samples, took, cached in notes:
        left[kind] -= n_samples
        count[kind] -= 1
        if not cached:
            size[kind] += n_samples
            seconds[kind] += took
    if not sum(seconds.values()):
        return ""
    work = sum(max(left[kind], 0) * seconds[kind] / size[kind] for kind in size if size[kind])
    unmeasured = [f"{n} of {kind}" for kind, n in count.items() if n > 0 and not size[kind]]
    return ", and ".join([about(work / at_once), *unmeasured])


def about(seconds):
    """Return the words for an estimate of the time that is left."""
    return f"about {in_words(seconds)} left"
