"""Time the default stack on tables, with its kernel and with linear views, and without what makes it fast.

    python benchmarks/table_speed.py [--rounds 3] [--quick]

Simulated crowds of 15 raters and ten classes. "on repeats" learns soft labels from weighted repeats of each
sample, as any other classifier does, with the weight of the kernel that the default has chosen; "plain steps"
does not move L-BFGS into the Hessian's coordinates; "two kinds of threads" leaves scipy's linear algebra its
threads beside numpy's, but for the fusion. These three give the default's model within the tolerance of the
optimizer; "mean_difference" is that of the probabilities. Give the processor to this script alone.
"""

import argparse
import tempfile
from contextlib import contextmanager, nullcontext
from pathlib import Path
from time import perf_counter
from unittest.mock import patch

import pandas as pd
from _report import report
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_raters import KernelFeatures, MultiRaterStackingClassifier
from sklearn_raters._parallel import _jobs
from sklearn_raters.datasets import make_rated_samples
from sklearn_raters.persistence import save
from sklearn_raters.soft_targets import _logistic

SIZES = ((1_000, 30), (4_000, 100))  # samples, features
QUICK = ((200, 30),)


class OnRepeats(LogisticRegression):
    """scikit-learn's own logistic regression, which takes no soft labels."""


@contextmanager
def two_kinds_of_threads():
    """Leave scipy's linear algebra all its threads while views train."""
    with (
        patch.object(_jobs, "scipy_on_one_thread", nullcontext),
        patch.object(_logistic, "scipy_on_one_thread", nullcontext),
    ):
        yield


class NoCoordinates:
    """Leaves the steps of L-BFGS as they are."""

    def __init__(self, *settings):
        pass

    def coefficients(self, point):
        return point

    gradient = coefficients


def measure(X, Y, estimator):
    """Return the measures of a fit, the probabilities that it predicts, and the weight of its kernel."""
    start = perf_counter()
    stack = MultiRaterStackingClassifier(estimator, random_state=0).fit(X, Y)
    fitted = perf_counter()
    proba = stack.predict_proba(X)
    predicted = perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stack.skops"
        save(stack, path)
        size = path.stat().st_size
    seconds = {"fit_seconds": fitted - start, "predict_seconds": predicted - fitted}
    return {**seconds, "megabytes": size / 1e6}, proba, stack.kernel_weight_


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="seconds")
    arguments = parser.parse_args()
    found = []
    for n_samples, n_features in QUICK if arguments.quick else SIZES:
        data = make_rated_samples(n_samples, n_features=n_features, ratings_per_sample=3, random_state=0)
        linear = make_pipeline(StandardScaler(), LogisticRegression(C=3 / n_features, max_iter=1000))
        for number in range(1 if arguments.quick else arguments.rounds + 1):
            rows = {"default": measure(data.X, data.Y, None), "linear views": measure(data.X, data.Y, linear)}
            kernel = KernelFeatures(weight=rows["default"][2])
            repeats = make_pipeline(StandardScaler(), kernel, OnRepeats(C=3, tol=1e-5, max_iter=1000))
            rows["on repeats"] = measure(data.X, data.Y, repeats)
            with patch.object(_logistic, "HessianCoordinates", NoCoordinates):
                rows["plain steps"] = measure(data.X, data.Y, None)
            with two_kinds_of_threads():
                rows["two kinds of threads"] = measure(data.X, data.Y, None)
            if number or arguments.quick:  # the first round warms up
                table = pd.DataFrame({name: row for name, (row, *_) in rows.items()}).T
                table["times_default"] = table["fit_seconds"] / table.loc["default", "fit_seconds"]
                expected = rows["default"][1]
                table["mean_difference"] = [abs(proba - expected).mean() for _, proba, _ in rows.values()]
                found.append(table.assign(samples=n_samples, features=n_features).rename_axis("row"))
    table = pd.concat(found).reset_index().groupby(["samples", "features", "row"], sort=False).median()
    report(table, "table_speed", quick=arguments.quick)


if __name__ == "__main__":
    main()
