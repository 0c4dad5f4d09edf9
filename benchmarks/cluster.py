"""Measure a stack on a real local Dask cluster of 1 and 2 workers, and project the paper's search to 32.

    python benchmarks/cluster.py [--utterances 400] [--quick]

A worker is a process of one thread. Each row is one fit of a stack of 7 views of networks, after a fit that
starts the workers: seconds, seconds of the trainings themselves, and megabytes that leave the process of
client and scheduler. The last rows project 5 folds x 25 settings of such fits, each fit a job of its own, as
GridSearchCV(n_jobs=-1) makes them, from the measured seconds and megabytes. They suppose that all that
moves goes through the client's one line at the measured speed, and that workers are as fast as these.
"""

import argparse
from time import perf_counter

import distributed
import joblib
import numpy as np
import pandas as pd
from _report import report
from distributed.comm.tcp import TCP

from sklearn_raters import BLSTMClassifier, MultiRaterStackingClassifier
from sklearn_raters.datasets import make_rated_sequences

N_FITS, PROJECTED = 5 * 25, (2, 8, 32)
SIZES = {"dense_units": 64, "lstm_units": 32, "representation_units": 64}


class Sent:
    """Counts the megabytes of all messages that leave this process."""

    def __init__(self):
        self.megabytes, write = 0.0, TCP.write

        async def counted(comm, *args, **kwargs):
            n_bytes = await write(comm, *args, **kwargs)
            self.megabytes += n_bytes / 1e6
            return n_bytes

        TCP.write = counted


def measure(stack, X, Y, n_workers, sent):
    """Fit a stack on a cluster; return a row: seconds, megabytes, and megabytes a second of this line."""
    settings = {"n_workers": n_workers, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**settings) as cluster, distributed.Client(cluster) as client:
        with joblib.parallel_config("dask"):
            stack.fit(X, Y)  # the workers load their libraries
            before, start = sent.megabytes, perf_counter()
            stack.fit(X, Y)
            seconds, megabytes = perf_counter() - start, sent.megabytes - before
        packet = np.random.default_rng(0).bytes(20_000_000)
        start = perf_counter()
        client.scatter(packet, broadcast=True, hash=False)
        speed = n_workers * 20 / (perf_counter() - start)
    training = sum(stack.view_fit_time_.values())
    row = {"workers": n_workers, "fits": 1, "seconds": seconds, "training_seconds": training}
    return {**row, "megabytes": megabytes, "megabytes_a_second": speed, "measured": True}


def project(row, n_workers, x_megabytes):
    """Return the row of all fits of the search on `n_workers`, from that of one fit on one worker."""
    moved = n_workers * x_megabytes + N_FITS * max(row["megabytes"] - 2 * x_megabytes, 0)
    rounds = -(-N_FITS // n_workers)
    seconds = rounds * row["seconds"] + moved / row["megabytes_a_second"]
    training = N_FITS * row["training_seconds"]
    found = {"workers": n_workers, "fits": N_FITS, "seconds": seconds, "training_seconds": training}
    return {**row, **found, "megabytes": moved, "measured": False}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--utterances", type=int, default=400)
    parser.add_argument("--quick", action="store_true", help="under a minute")
    arguments = parser.parse_args()
    n_samples = 60 if arguments.quick else arguments.utterances
    size = {"n_features": 45, "mean_length": 60}
    made = make_rated_sequences(n_samples, n_raters=5, random_state=0, **size)
    network = BLSTMClassifier(**SIZES, max_epochs=1 if arguments.quick else 5, random_state=0)
    stack = MultiRaterStackingClassifier(network, fusion="mean", random_state=0)
    x_megabytes, sent = sum(sample.nbytes for sample in made.X) / 1e6, Sent()
    rows = [measure(stack, made.X, made.Y, n_workers, sent) for n_workers in (1, 2)]
    rows += [project(rows[0], n_workers, x_megabytes) for n_workers in PROJECTED]
    table = pd.DataFrame(rows).set_index("workers").assign(x_megabytes=x_megabytes, views=len(stack.views_))
    report(table, "cluster", quick=arguments.quick)


if __name__ == "__main__":
    main()
