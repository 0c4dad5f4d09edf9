"""Measure how time and memory grow with the number of samples, raters and votes.

    python benchmarks/growth.py [--rounds 3] [--samples 2500] [--epochs 1] [--threads 2] [--quick]

`MultiRaterStackingClassifier.fit` runs in a process of its own at 1, 2 and 4 times the samples with 5 raters,
and with 5, 50 and 500 raters. Prints the medians over the rounds of seconds and peak memory.
"share_of_allowed" is the size of the frames plus the memory that `fit` needs in addition, divided by 2.5
times the frames plus 500 MB. Then `parse_ratings` reads tables of growing size, `max_raters` is compared on a
simulated crowd of 50 raters, and every rater network is trained by its defaults on a table of 6,600 samples,
each rated by five of 670 raters.
"""

import argparse
from time import perf_counter, process_time

import numpy as np
import pandas as pd
import torch
from _process import in_own_process, peak_megabytes, resident_megabytes
from _report import report
from _sequences import N_CLASSES, make_ratings, make_sequences
from sklearn.linear_model import LogisticRegression

from sklearn_raters import BLSTMClassifier, MultiRaterStackingClassifier, RaterNetClassifier
from sklearn_raters.datasets import make_rated_samples
from sklearn_raters.metrics import unweighted_average_recall
from sklearn_raters.networks import RATER_MODELS
from sklearn_raters.ratings import parse_ratings

MAX_RATERS = 10


def fit_once(n_samples, n_raters, epochs, threads, params):
    """Fit one stack and return its seconds and memory, a row of the table."""
    torch.set_num_threads(threads)
    network = BLSTMClassifier(max_epochs=epochs, device="cpu")
    stack = MultiRaterStackingClassifier(network, fusion="logistic", random_state=0, **params)
    X, y = make_sequences(64)
    stack.fit(X, make_ratings(y, 5))  # warm up
    X, y = make_sequences(n_samples)
    Y = make_ratings(y, n_raters)
    start_mb, start = resident_megabytes(), perf_counter()
    stack.fit(X, Y)
    seconds, peak_mb = perf_counter() - start, peak_megabytes()
    frames_mb = sum(sample.nbytes for sample in X) / 1e6
    return {
        "samples": n_samples,
        "views": len(stack.views_),
        "seconds": seconds,
        "fusion_seconds": stack.fusion_fit_time_,
        "views_microseconds_a_frame": 1e6 * sum(stack.view_fit_time_.values()) / sum(map(len, X)),
        "frames_mb": frames_mb,
        "start_mb": start_mb,
        "peak_mb": peak_mb,
        "share_of_allowed": (frames_mb + peak_mb - start_mb) / (2.5 * frames_mb + 500),
    }


def measure_fits(jobs, rounds):
    """Return the medians of the rounds, a row a job; `jobs` maps names to the arguments of `fit_once`."""
    rows = [
        pd.DataFrame({name: in_own_process(fit_once, *arguments) for name, arguments in jobs.items()}).T
        for _ in range(rounds)
    ]
    return pd.concat(rows).groupby(level=list(range(rows[0].index.nlevels)), sort=False).median()


def rater_jobs(n_samples, settings, counts):
    """Return the arguments of `fit_once` by (raters, max_raters)."""
    # A view for each of 500 raters would take hours: 500 raters are measured with `max_raters` only.
    jobs = {(n, "none"): (n_samples, n, *settings, {}) for n in counts if n <= 50}
    limited = {"max_raters": MAX_RATERS}
    return jobs | {(n, str(MAX_RATERS)): (n_samples, n, *settings, limited) for n in counts}


def measure_parsing(n_samples, rounds):
    """Return the seconds to parse tables of ratings, a row a table."""
    rng = np.random.default_rng(0)
    sizes = [(times * n_samples, 5) for times in (1, 2, 4, 8)] + [(n_samples, n) for n in (50, 500)]
    tables = [make_ratings(rng.integers(N_CLASSES, size=n), raters) for n, raters in sizes]
    seconds = np.empty((rounds, len(tables)))
    parse_ratings(tables[0])
    for number in range(rounds):
        for column, Y in enumerate(tables):
            start = perf_counter()
            votes = parse_ratings(Y)
            seconds[number, column] = perf_counter() - start
            if len(votes.label) != 3 * len(Y):
                raise RuntimeError(f"Expected {3 * len(Y)} votes, but {len(votes.label)} were read.")
    table = pd.DataFrame(sizes, columns=["samples", "raters"])
    table.insert(2, "votes", 3 * table["samples"])
    table["milliseconds"] = 1000 * np.median(seconds, axis=0)
    table["microseconds_a_vote"] = 1000 * table["milliseconds"] / table["votes"]
    return table.set_index(["samples", "raters"])


def measure_recall(n_samples, seeds):
    """Return the UAR of a stack on 50 simulated raters, in percent, a row a value of `max_raters`."""
    crowd = {"raters": {"expert": 10, "average": 20, "biased": 10, "spammer": 10}, "n_classes": 4}
    rows = []
    for seed in range(seeds):
        data = make_rated_samples(2 * n_samples, ratings_per_sample=5, random_state=seed, **crowd)
        train, test = slice(n_samples), slice(n_samples, None)
        for limit in (5, 10, 25, None):
            settings = {"fusion": "logistic", "max_raters": limit, "random_state": seed}
            stack = MultiRaterStackingClassifier(LogisticRegression(), **settings)
            predicted = stack.fit(data.X[train], data.Y[train]).predict(data.X[test])
            labels = data.consensus[test]
            kept = np.flatnonzero([label is not None for label in labels])
            recall = unweighted_average_recall(labels[kept].tolist(), predicted[kept], labels=data.classes)
            truth = np.mean(predicted == data.true_labels[test])
            row = {"max_raters": str(limit), "uar_of_majority": 100 * recall, "accuracy": 100 * truth}
            rows.append({**row, "seconds": sum(stack.view_fit_time_.values()) + stack.fusion_fit_time_})
    by_limit = pd.DataFrame(rows).groupby("max_raters", sort=False)
    return by_limit.mean().join(by_limit[["uar_of_majority", "accuracy"]].std().add_suffix("_sd"))


def measure_rater_nets(n_samples, n_raters):
    """Return the seconds that each rater network trains by its defaults, a row a rater model.

    The processor's seconds tell more than those of the clock beside other work.
    """
    raters = {"expert": n_raters // 4, "average": n_raters // 2, "biased": n_raters - 3 * (n_raters // 4)}
    crowd = {"raters": raters, "n_classes": 4, "n_features": 100, "ratings_per_sample": 5}
    data = make_rated_samples(n_samples, random_state=0, **crowd)
    rows = {}
    for name in RATER_MODELS:
        start, busy = perf_counter(), process_time()
        net = RaterNetClassifier(name, device="cpu", random_state=0).fit(data.X, data.Y)
        seconds = {"seconds": perf_counter() - start, "processor_seconds": process_time() - busy}
        rows[name] = {"samples": n_samples, "raters": len(net.raters_), **seconds, "epochs": net.n_iter_}
    return pd.DataFrame(rows).T.rename_axis("rater_model")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--samples", type=int, default=2500)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--quick", action="store_true", help="under a minute")
    arguments = parser.parse_args()
    n_rated, counts, table = 25_000, (5, 50, 500), (6600, 670)
    if arguments.quick:
        arguments.rounds, arguments.samples, n_rated, counts = 1, 50, 2500, (5, 500)
        table = 100, 40
    parsing = measure_parsing(n_rated, max(5, arguments.rounds))
    report(parsing, "growth_parsing", quick=arguments.quick)
    report(measure_recall(n_rated // 10, arguments.rounds + 4), "growth_recall", quick=arguments.quick)
    settings = arguments.epochs, arguments.threads
    jobs = {times: (times * arguments.samples, 5, *settings, {}) for times in (1, 2, 4)}
    by_samples = measure_fits(jobs, arguments.rounds).rename_axis("times")
    report(by_samples, "growth_samples", quick=arguments.quick)
    jobs = rater_jobs(arguments.samples, settings, counts)
    by_raters = measure_fits(jobs, arguments.rounds).rename_axis(["raters", "max_raters"])
    report(by_raters, "growth_raters", quick=arguments.quick)
    report(measure_rater_nets(*table), "growth_rater_nets", quick=arguments.quick)


if __name__ == "__main__":
    main()
