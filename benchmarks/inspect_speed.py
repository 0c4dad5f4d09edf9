"""Measure seconds and memory of `sklearn-raters inspect` by the number of votes.

    python benchmarks/inspect_speed.py [--quick]

Writes tables of votes, five votes a sample in five classes by raters of whom some label at random, and runs
the command on each in a process of its own. "read_seconds" is the reading of the file, "inspect_seconds" all
tables of `inspect_ratings`, "command_seconds" the whole command with the printing and the CSV files,
without the start of Python; the memory is the peak of the process, whose imports take `start_mb`.
"""

import argparse
import contextlib
import io
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import pandas as pd
from _process import in_own_process, peak_megabytes, resident_megabytes
from _report import report

from sklearn_raters import cli
from sklearn_raters.ratings import inspect_ratings, read_ratings, votes_from_long

CLASSES = ["anger", "happiness", "neutral", "sadness", "surprise"]
VOTES_A_SAMPLE = 5


def write_votes(path, n_votes, n_raters):
    """Write a table of votes, right in 70 % or, of every tenth rater, at random."""
    rng = np.random.default_rng(0)
    n_samples = n_votes // VOTES_A_SAMPLE
    truth = rng.integers(len(CLASSES), size=n_samples)
    sample = np.repeat(np.arange(n_samples), VOTES_A_SAMPLE)
    step = rng.integers(n_raters, size=n_samples)
    rater = (step[sample] + np.tile(np.arange(VOTES_A_SAMPLE), n_samples)) % n_raters
    right = rng.random(n_votes) < np.where(rater % 10 == 0, 0.2, 0.7)
    label = np.where(right, truth[sample], rng.integers(len(CLASSES), size=n_votes))
    columns = {"sample": sample, "rater": rater, "label": np.array(CLASSES)[label]}
    table = pd.DataFrame(columns)
    table["sample"], table["rater"] = "s" + table["sample"].astype(str), "w" + table["rater"].astype(str)
    table.to_csv(path, index=False)


def measure(path, folder):
    """Return seconds and memory of one table, a row of the result."""
    start_mb, start = resident_megabytes(), perf_counter()
    votes, samples = votes_from_long(read_ratings(path), numbers=True)
    read = perf_counter()
    inspect_ratings(votes, samples=samples, random_state=0)
    inspected = perf_counter()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        if cli.main(["inspect", str(path), "--output", str(folder)]) != 0:
            raise RuntimeError("The command failed.")
    return {
        "read_seconds": read - start,
        "inspect_seconds": inspected - read,
        "command_seconds": perf_counter() - inspected,
        "start_mb": start_mb,
        "peak_mb": peak_megabytes(),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="under a minute")
    arguments = parser.parse_args()
    sizes = [(1000, 20), (5000, 1000)] if arguments.quick else []
    sizes = sizes or [(10_000, 50), (100_000, 50), (1_000_000, 50), (1_000_000, 5000)]
    rows = {}
    with TemporaryDirectory(prefix="sklearn_raters_") as temporary:
        for n_votes, n_raters in sizes:
            path = Path(temporary) / f"votes_{n_votes}_{n_raters}.csv"
            write_votes(path, n_votes, n_raters)
            rows[n_votes, n_raters] = in_own_process(measure, path, Path(temporary) / "tables")
    report(pd.DataFrame(rows).T.rename_axis(["votes", "raters"]), "inspect_speed", quick=arguments.quick)


if __name__ == "__main__":
    main()
