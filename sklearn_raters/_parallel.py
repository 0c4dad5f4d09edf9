"""Run jobs in parallel and show their progress."""

from sklearn.utils.parallel import Parallel


def run_jobs(jobs, total, *, n_jobs, description, verbose):
    """Run jobs in parallel by joblib.

    Parameters
    ----------
    jobs : iterable
        Calls made by `sklearn.utils.parallel.delayed`.
    total : int
        Number of jobs.
    n_jobs : int or None
        Number of jobs run in parallel, as in joblib.
    description : str
        Text beside the progress bar.
    verbose : int
        Whether to show a progress bar on standard error: above 0.

    Returns
    -------
    list
        Results in the order of the jobs.
    """
    if not verbose:
        return Parallel(n_jobs=n_jobs)(jobs)
    from rich.console import Console
    from rich.progress import track

    # Progress needs a generator, which not every joblib backend supports; so none is used without progress.
    results = Parallel(n_jobs=n_jobs, return_as="generator")(jobs)
    return list(track(results, total=total, description=description, console=Console(stderr=True)))
