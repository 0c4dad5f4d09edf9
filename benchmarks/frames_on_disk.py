"""Compare a fit on frames in files with the same fit on frames in memory: time, memory, predictions.

    python benchmarks/frames_on_disk.py [--samples 12000] [--rounds 3] [--quick]

A quarter of the paper's network, so that reading counts for more, learns sequences with IEMOCAP's durations
for one epoch, each fit in a process of its own; the forms take turns. "cpu_seconds" depend less on what else
runs. "megabytes" is the memory that the process allocated at its peak beyond what it had before the frames
were made or opened. Pages of the files are not counted: the system takes them back when it needs memory.
"""

import argparse
import tempfile
import threading
from pathlib import Path
from time import perf_counter, process_time, sleep

import numpy as np
import pandas as pd
from _process import in_own_process, status_megabytes
from _report import report
from _sequences import make_sequences

from sklearn_raters import BLSTMClassifier
from sklearn_raters.features import load_frames, save_frames

FORMS = ("memory", "float32", "float16")


def network():
    widths = {"dense_units": 64, "lstm_units": 32, "representation_units": 64}
    return BLSTMClassifier(max_epochs=1, random_state=0, **widths)


class Peak:
    """Watch how much memory of its own this process has."""

    def __enter__(self):
        self.start = self.peak = status_megabytes("RssAnon")
        self.watching = True
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def watch(self):
        while self.watching:
            self.peak = max(self.peak, status_megabytes("RssAnon"))
            sleep(0.01)

    def __exit__(self, *error):
        self.watching = False
        self.thread.join()
        self.megabytes = self.peak - self.start


def fit(form, n_samples, folder):
    """Fit one network; return what it took, and the first predictions."""
    network().fit(*make_sequences(500))  # loads the libraries, and sees sequences of all lengths
    y = labels(n_samples)
    on_disk = Path(folder) / ("float16" if form == "float16" else "float32")
    with Peak() as peak:
        X = load_frames(on_disk)
        if form == "memory":
            X = [np.array(sample) for sample in X]
        start, cpu_start = perf_counter(), process_time()
        model = network().fit(X, y)
        seconds, cpu_seconds = perf_counter() - start, process_time() - cpu_start
        proba = model.predict_proba(X[:100])
    return {"seconds": seconds, "cpu_seconds": cpu_seconds, "megabytes": peak.megabytes}, proba


def labels(n_samples):
    return np.arange(n_samples) % 4


def sequences(n_samples):
    """Make sequences a hundred at a time."""
    for start in range(0, n_samples, 100):
        yield from make_sequences(min(100, n_samples - start), seed=start)[0]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--samples", type=int, default=12_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    n_samples, n_rounds = (300, 1) if options.quick else (options.samples, options.rounds)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for dtype in ("float32", "float16"):
            saved = save_frames(sequences(n_samples), Path(folder) / dtype, dtype=dtype)
        megabytes = 2 * sum(sample.nbytes for sample in saved) / 1e6
        expected = None
        for _ in range(n_rounds):
            for form in FORMS:
                row, proba = in_own_process(fit, form, n_samples, folder)
                expected = proba if expected is None else expected
                rows.append({"form": form, **row, "change": np.abs(proba - expected).max()})
    table = pd.DataFrame(rows).groupby("form", sort=False).median()
    for name in ("seconds", "cpu_seconds"):
        table[f"times_{name}"] = table[name] / table.loc["memory", name]
    table["frames_megabytes"] = megabytes
    report(table, "frames_on_disk", quick=options.quick)


if __name__ == "__main__":
    main()
