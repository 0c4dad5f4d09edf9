"""About how long the trainings of a run take: from a short training of each kind, which is measured."""

from heapq import heapreplace
from time import perf_counter

import numpy as np
from joblib import delayed, effective_n_jobs
from sklearn.base import clone

from sklearn_raters._nested import innermost, is_search
from sklearn_raters._parallel import in_words, is_quiet, run_jobs
from sklearn_raters.cli._corpus import print_status
from sklearn_raters.cli._front_end import take
from sklearn_raters.cli._protocol import passes_of_search
from sklearn_raters.stacking import MultiRaterStackingClassifier

# Samples and epochs of a measured training of a network; samples of another classifier.
_SAMPLES, _EPOCHS, _ROWS = 64, 2, 300
# Runs with less work than so many of these trainings are over before it pays to measure.
_FEW = 20


def tell_duration(options, models, jobs, seeds=1):
    """
    Print about how long the trainings of a run take, unless they are few.

    Parameters
    ----------
    options : argparse.Namespace
        The options of ``evaluate`` or ``train``.
    models : iterable of (estimator, X)
        The unfitted models, and what they learn from.
    jobs : list of list of (str, int)
        Result of `planned_trainings`.
    seeds : int, default=1
        Number of times that all is done.
    """
    if is_quiet():
        return
    probes = make_probes(options, models)
    work = [sum(probes[kind].work(n) for kind, n in job if kind in probes) for job in jobs]
    if sum(work) * seeds < _FEW * _SAMPLES * _EPOCHS:
        return
    seconds = {kind: probe.measure(options.n_jobs) for kind, probe in probes.items()}
    work = [sum(seconds[kind] * probes[kind].work(n) for kind, n in job if kind in probes) for job in jobs]
    n = effective_n_jobs(options.n_jobs)
    processes = "one process" if n == 1 else f"{n} processes"
    held = "" if options.cache is None else ", less what --cache holds"
    print_status(
        f"The trainings take about {in_words(seeds * longest(work, n))} in {processes}{held}: estimated from "
        "a short one."
    )


def longest(work, n_jobs):
    """Return when the last of several processes ends, each of which takes the next job when it is free.

    Parameters
    ----------
    work : list of float
        Seconds of the jobs, in their order.
    n_jobs : int
        Number of processes.

    Returns
    -------
    float
        The seconds.
    """
    ends = [0.0] * min(n_jobs, len(work))
    for seconds in work:
        heapreplace(ends, ends[0] + seconds)
    return max(ends)


class Probe:
    """A short training, from which the duration of others of its kind is estimated.

    Parameters
    ----------
    estimator : estimator
        Unfitted.
    X : sequence of n_samples
        A few samples.
    classes : list
        The classes of the estimator.
    passes : callable or None
        From number of samples to the number of epochs of a training; None for no network.
    """

    def __init__(self, estimator, X, classes, passes):
        self.estimator, self.X, self.passes = estimator, X, passes
        # The labels do not change how long a training takes.
        self.y = np.array(classes, dtype=object)[np.arange(len(X)) % len(classes)]

    def work(self, n_samples):
        """Return the number of samples that a training goes through, in all its epochs."""
        return n_samples * (1 if self.passes is None else self.passes(n_samples))

    def measure(self, n_jobs):
        """Return the seconds of a sample in an epoch, in as many processes at once as train later."""
        n = effective_n_jobs(n_jobs)
        jobs = [delayed(_second_fit)(self.estimator, self.X, self.y)] * n
        seconds = run_jobs(jobs, ["a short training"] * n, n_jobs=n_jobs)
        return float(np.mean(seconds)) / len(self.X) / (1 if self.passes is None else _EPOCHS)


def _second_fit(estimator, X, y):
    """Return the seconds of a fit in a process that has loaded all libraries by a fit before."""
    for _ in range(2):
        start = perf_counter()
        clone(estimator).fit(X, y)
    return perf_counter() - start


def make_probes(options, models):
    """Return a `Probe` for each kind of classifier that models train, by the name of its class.

    Parameters
    ----------
    options : argparse.Namespace
        The options of ``evaluate`` or ``train``.
    models : iterable of (estimator, X)
        The unfitted models, and what they learn from.

    Returns
    -------
    dict
        From name to Probe.
    """
    probes, draw = {}, np.random.default_rng(0)
    for model, X in models:
        is_stack = isinstance(model, MultiRaterStackingClassifier)
        trained = model.estimator if is_stack else model
        kind = "LogisticRegression" if trained is None else type(innermost(trained)).__name__
        if kind in probes:
            continue
        rows = draw.permutation(len(X))[: _ROWS if trained is None else _SAMPLES]
        some = take(X, rows)
        if trained is None:
            alone = clone(model).set_params(views=["crowd_hard"], fusion="mean", memory=None, label_map=None)
            probes[kind] = Probe(alone.set_params(min_ratings=1), some, model.classes, None)
            continue
        network = clone(innermost(trained))
        passes = passes_of_search(options) if is_search(trained) else network.count_epochs
        given = network.get_params()
        settings = {"max_epochs": _EPOCHS, "classes": model.classes, "label_map": None, "random_state": 0}
        settings = {name: value for name, value in settings.items() if name in given}
        probes[kind] = Probe(clone(network).set_params(**settings), some, model.classes, passes)
    return probes
