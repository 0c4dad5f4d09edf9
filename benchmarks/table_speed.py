"""Time the default stack on tables: with its kernel, with linear views, and without what makes it fast.

    python benchmarks/table_speed.py [--rounds 2] [--quick]

Simulated crowds of 15 raters and five classes. "on repeats" learns soft labels from weighted repeats of each
sample, as any other classifier does; "all threads" leaves scipy's linear algebra its threads beside numpy's.
All rows but "linear views" give the same model. Give the processor to this script alone.
"""

import argparse
import tempfile
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from unittest.mock import patch

import pandas as pd
from _report import report
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import ThreadpoolController

from sklearn_raters import KernelFeatures, MultiRaterStackingClassifier
from sklearn_raters._parallel import _blas
from sklearn_raters.datasets import make_rated_samples
from sklearn_raters.persistence import save

SIZES = ((1_000, 30, 3), (4_000, 100, 3))  # samples, features, votes a sample
QUICK = ((200, 30, 3),)


class OnRepeats(LogisticRegression):
    """scikit-learn's own logistic regression, which takes no soft labels."""


@contextmanager
def all_threads():
    """Leave scipy's linear algebra all its threads."""
    nothing = ThreadpoolController().select(filepath=[])
    with patch.object(_blas, "_scipy_libraries", lambda: nothing):
        yield


def measure(X, Y, estimator):
    """Return the seconds of a fit and of predicting its samples, and the megabytes of the model's file."""
    start = perf_counter()
    stack = MultiRaterStackingClassifier(estimator, random_state=0).fit(X, Y)
    fitted = perf_counter()
    stack.predict_proba(X)
    predicted = perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stack.skops"
        save(stack, path)
        return fitted - start, predicted - fitted, path.stat().st_size / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="seconds")
    arguments = parser.parse_args()
    found = []
    for n_samples, n_features, votes in QUICK if arguments.quick else SIZES:
        data = make_rated_samples(
            n_samples, n_features=n_features, n_classes=5, ratings_per_sample=votes, random_state=0
        )
        linear = make_pipeline(StandardScaler(), LogisticRegression(C=3 / n_features, max_iter=1000))
        repeats = make_pipeline(StandardScaler(), KernelFeatures(), OnRepeats(C=3, max_iter=1000))
        for _ in range(1 if arguments.quick else arguments.rounds):
            rows = {"default": measure(data.X, data.Y, None), "linear views": measure(data.X, data.Y, linear)}
            rows["on repeats"] = measure(data.X, data.Y, repeats)
            with all_threads():
                rows["all threads"] = measure(data.X, data.Y, None)
                rows["on repeats, all threads"] = measure(data.X, data.Y, repeats)
            table = pd.DataFrame(rows, index=["fit_seconds", "predict_seconds", "megabytes"]).T
            table["share_of_default"] = table["fit_seconds"] / table.loc["default", "fit_seconds"]
            found.append(table.assign(samples=n_samples, features=n_features, votes=votes).rename_axis("row"))
    keys = ["samples", "features", "votes", "row"]
    table = pd.concat(found).reset_index().groupby(keys, sort=False).median()
    report(table, "table_speed", quick=arguments.quick)


if __name__ == "__main__":
    main()
