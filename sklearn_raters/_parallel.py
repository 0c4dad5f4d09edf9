"""Many jobs at once, and how far they are."""

from sklearn.utils.parallel import Parallel


def run_jobs(jobs, total, *, n_jobs, description, verbose):
    """Run jobs through joblib.

    Parameters
    ----------
    jobs : iterable
        What `sklearn.utils.parallel.delayed` returned.
    total : int
        How many there are.
    n_jobs : int or None
        How many at once.
    description : str
        What they do.
    verbose : int
        Above 0 shows a bar on standard error.

    Returns
    -------
    list
        The results, in the order of the jobs.
    """
    if not verbose:
        return Parallel(n_jobs=n_jobs)(jobs)
    from rich.console import Console
    from rich.progress import track

    # A generator is what progress needs, but not every joblib backend has it.
    results = Parallel(n_jobs=n_jobs, return_as="generator")(jobs)
    return list(track(results, total=total, description=description, console=Console(stderr=True)))
