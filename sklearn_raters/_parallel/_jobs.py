"""Run jobs in parallel."""

from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from joblib import effective_n_jobs, parallel_config
from joblib.parallel import get_active_backend
from sklearn.utils.parallel import Parallel, delayed

from sklearn_raters._parallel._blas import scipy_on_one_thread
from sklearn_raters._parallel._progress import Display
from sklearn_raters._parallel._watch import TimeLimitReached, current_watch, watched


@contextmanager
def moved_once(values):
    """Let a Dask cluster move an argument of jobs to each worker once, for all `run_jobs` of the block.

    By itself joblib moves it once for each `run_jobs`. Other backends are left as they are, and so is a
    worker that runs jobs of its own.

    Parameters
    ----------
    values : object
        The argument.
    """
    backend, _ = get_active_backend()
    if type(backend).__name__ != "DaskDistributedBackend" or _is_inside_a_worker():
        yield
        return
    settings = {"wait_for_workers_timeout": backend.wait_for_workers_timeout, **backend.submit_kwargs}
    with parallel_config("dask", client=backend.client, scatter=[values], **settings):
        yield


def _is_inside_a_worker():
    from distributed import get_worker

    try:
        get_worker()
    except ValueError:
        return False
    return True


def run_jobs(jobs, names, *, n_jobs, description=None, verbose=0, done=0):
    """Run jobs in parallel by joblib.

    Parameters
    ----------
    jobs : iterable
        Calls made by `joblib.delayed`.
    names : list of str
        What each job does, for the error of a worker that is killed.
    n_jobs : int or None
        Number of jobs run in parallel, as in joblib.
    description : str, default=None
        Text beside the progress.
    verbose : int, default=0
        Whether to show progress on standard error: above 0.
    done : int, default=0
        Number of jobs that were done before, for the progress.

    Returns
    -------
    list
        Results in the order of the jobs.

    Raises
    ------
    BrokenProcessPool
        If a worker is killed; its kind is that of joblib's error.
    TimeLimitReached
        If the time of the run is over, after every job has come to the end of its training.
    """
    watch = current_watch()
    show = (description, done) if verbose and not watch.silent else None
    if effective_n_jobs(n_jobs) == 1:
        own = (
            delayed(_under)(watch, None, function, *arguments, **keywords)
            for function, arguments, keywords in jobs
        )
        return _run(own, len(names), n_jobs, show)
    with TemporaryDirectory(prefix="sklearn_raters_running_", ignore_cleanup_errors=True) as folder:
        marks = [Path(folder, str(number)) for number in range(len(names))]
        marked = (
            delayed(_under)(watch, mark, function, *arguments, **keywords)
            for mark, (function, arguments, keywords) in zip(marks, jobs, strict=True)
        )
        try:
            return _run(marked, len(names), n_jobs, show)
        except BrokenProcessPool as error:
            running = [name for name, mark in zip(names, marks, strict=True) if mark.exists()]
            raise type(error)(
                f"A worker was killed during one of these: {'; '.join(running)}. The system may have run out "
                f"of memory: lower n_jobs={n_jobs}. {error}"
            ) from error


class Stopped:
    """Result of a job that the time limit has stopped."""


def _under(watch, mark, function, /, *arguments, **keywords):
    """Do a job under a watch; a file shows that it runs, also after its process has been killed."""
    if mark is not None:
        with suppress(OSError):  # the folder is not there on another machine, or its disk is full
            mark.touch()
    try:
        with watched(**watch._asdict()), scipy_on_one_thread():
            return function(*arguments, **keywords)
    except TimeLimitReached:
        # An error would let joblib kill the other jobs in the middle of a training.
        return Stopped()
    finally:
        if mark is not None:
            with suppress(OSError):
                mark.unlink()


def _run(jobs, total, n_jobs, show):
    if show is None:
        results = Parallel(n_jobs=n_jobs)(jobs)
    else:
        description, done = show
        # Progress needs a generator, which not every joblib backend supports; so none is used without.
        with Display(description, done + total, "done", done) as display:
            results = []
            for result in Parallel(n_jobs=n_jobs, return_as="generator")(jobs):
                results.append(result)
                display.show(done + len(results), display.time_left(done + len(results)))
    if any(isinstance(result, Stopped) for result in results):
        raise TimeLimitReached
    return results
