"""Compare a fit on frames in files with the same fit on frames in memory: time, memory, predictions.

    python benchmarks/frames_on_disk.py [--samples 12000] [--rounds 3] [--quick]

A quarter of the paper's network, so that reading counts for more, learns sequences with IEMOCAP's durations
for one epoch, each fit in a process of its own; the forms take turns. "cpu_seconds" depend less on what else
runs. "megabytes" is the memory that the process allocated at its peak beyond what it had before the frames
were made or opened. Pages of the files are not counted: the system takes them back when it needs memory.

The forms "wide" are 400 values a frame and a network of four units, for which reading counts most. The one in
files is fitted under a limit of the system, which leaves a tenth of the frames' size (RLIMIT_DATA).
"""

import argparse
import resource
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
# Of wide frames; the last one under the limit.
WIDE, LIMITED = "wide, memory", "wide, float32, limited"
N_STEPS, N_WIDE = 60, 400
SIZES = ("dense_units", "lstm_units", "representation_units")


def network(widths=(64, 32, 64)):
    return BLSTMClassifier(max_epochs=1, random_state=0, **dict(zip(SIZES, widths, strict=True)))


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
    net = network((4, 4, 4)) if form in (WIDE, LIMITED) else network()
    # Loads the libraries, and sees sequences of all lengths.
    net.fit(*([*wide_sequences(500)], labels(500)) if form in (WIDE, LIMITED) else make_sequences(500))
    y = labels(n_samples)
    names = {"float16": "float16", WIDE: "wide", LIMITED: "wide"}
    with Peak() as peak:
        X = load_frames(Path(folder) / names.get(form, "float32"))
        if form == LIMITED:
            limit(sum(sample.nbytes for sample in X) // 10)
        if form in ("memory", WIDE):
            X = [np.array(sample) for sample in X]
        start, cpu_start = perf_counter(), process_time()
        model = net.fit(X, y)
        seconds, cpu_seconds = perf_counter() - start, process_time() - cpu_start
        proba = model.predict_proba(X[:100])
    return {"seconds": seconds, "cpu_seconds": cpu_seconds, "megabytes": peak.megabytes}, proba


def limit(n_bytes):
    """Let the process allocate this much more, and show that it cannot have more."""
    most = int(status_megabytes("VmData") * 1e6) + n_bytes
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    try:
        np.ones(2 * n_bytes, np.uint8)
    except MemoryError:
        return
    raise RuntimeError("The system does not hold to the limit.")


def labels(n_samples):
    return np.arange(n_samples) % 4


def sequences(n_samples):
    """Make sequences a hundred at a time."""
    for start in range(0, n_samples, 100):
        yield from make_sequences(min(100, n_samples - start), seed=start)[0]


def wide_sequences(n_samples):
    """Make sequences of wide frames one by one."""
    rng = np.random.default_rng(0)
    for label in labels(n_samples):
        yield rng.normal(label, size=(N_STEPS, N_WIDE)).astype(np.float32)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--samples", type=int, default=12_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    n_samples, n_rounds = (300, 1) if options.quick else (options.samples, options.rounds)
    n_wide = 2000 if options.quick else n_samples // 2
    rows, expected = [], {}
    with tempfile.TemporaryDirectory() as folder:
        for dtype in ("float32", "float16"):
            saved = save_frames(sequences(n_samples), Path(folder) / dtype, dtype=dtype)
        wide = save_frames(wide_sequences(n_wide), Path(folder) / "wide")
        megabytes = {form: 2 * sum(sample.nbytes for sample in saved) / 1e6 for form in FORMS}
        megabytes |= dict.fromkeys((WIDE, LIMITED), sum(sample.nbytes for sample in wide) / 1e6)
        for _ in range(n_rounds):
            for form in (*FORMS, WIDE, LIMITED):
                n_fitted = n_samples if form in FORMS else n_wide
                row, proba = in_own_process(fit, form, n_fitted, folder)
                change = np.abs(proba - expected.setdefault(form in FORMS, proba)).max()
                rows.append({"form": form, **row, "change": change})
    table = pd.DataFrame(rows).groupby("form", sort=False).median()
    in_memory = table.loc[["memory" if form in FORMS else WIDE for form in table.index]]
    for name in ("seconds", "cpu_seconds"):
        table[f"times_{name}"] = table[name] / in_memory[name].to_numpy()
    table["frames_megabytes"] = pd.Series(megabytes)
    report(table, "frames_on_disk", quick=options.quick)


if __name__ == "__main__":
    main()
