"""Time the whole stack: views trained in parallel, and a grid over the fusion after the first fit.

    python benchmarks/stack_speed.py [--rounds 5] [--samples 512] [--quick]

Seven views (five simulated raters) of the paper's network on sequences with IEMOCAP's durations. "two jobs"
trains two views at once with one thread each; "one job" trains one view after the other with all threads.
"A fifth of 40 epochs, each view anew" was the default before, "a fifth of 15, views started" is today's,
with the fusion "pool" and thus copies of all views for two folds. "--recipe" measures only these.
"""

import argparse
import tempfile
from time import perf_counter

import numpy as np
import pandas as pd
import torch
from _report import report
from _sequences import make_ratings, make_sequences
from joblib import Parallel, delayed
from sklearn.base import clone

from sklearn_raters import BLSTMClassifier, MultiRaterStackingClassifier

GRID = [{"fusion": "logistic", "class_weight": weight} for weight in (None, "balanced")]
GRID += [{"fusion": "softmax", "class_weight": weight} for weight in (None, "balanced")]
GRID += [{"fusion": "mean", "class_weight": weight} for weight in (None, "balanced")]
GRID += [{"fusion": "mean", "class_weight": {"class0": weight}} for weight in (1, 2, 4, 8)]


def fit_seconds(stack, X, Y, groups):
    """Fit the stack and return the seconds."""
    start = perf_counter()
    stack.fit(X, Y, groups=groups)
    return perf_counter() - start


def recipe_seconds(stack, X, Y, groups, rounds):
    """Return the seconds of whole fits by the settings of before and of today, a column each."""
    fused = clone(stack).set_params(fusion="pool", n_jobs=2)
    settings = {
        "a fifth of 40 epochs, each view anew": {"start_from": None, "estimator__max_epochs": 8},
        "a fifth of 15 epochs, views started": {"start_from": "crowd_soft", "estimator__max_epochs": 3},
    }
    rows = []
    for _ in range(rounds):
        stacks = {name: clone(fused).set_params(**given) for name, given in settings.items()}
        rows.append({name: fit_seconds(one, X, Y, groups) for name, one in stacks.items()})
    return pd.DataFrame(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--samples", type=int, default=512)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--grid-epochs", type=int, default=40, help="epochs of the first fit before the grid")
    parser.add_argument("--recipe", action="store_true", help="only whole fits, as before and as today")
    parser.add_argument("--quick", action="store_true", help="under a minute")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.samples, arguments.epochs, arguments.grid_epochs = 1, 96, 1, 2
    X, y = make_sequences(arguments.samples)
    Y, groups = make_ratings(y, 5), np.arange(len(y)) // 16
    stack = MultiRaterStackingClassifier(
        BLSTMClassifier(max_epochs=arguments.epochs, device="cpu"),
        start_from=None,
        fusion="mean",
        random_state=0,
    )
    if arguments.recipe:
        both = recipe_seconds(stack, X, Y, groups, arguments.rounds)
        table = pd.DataFrame({"seconds": both.median(), "lowest": both.min(), "highest": both.max()})
        table["share_of_before"] = both.div(both.iloc[:, 0], axis=0).median()
        table.index.name = "what"
        report(table, "stack_recipe", quick=arguments.quick)
        return
    Parallel(n_jobs=2)(delayed(torch.get_num_threads)() for _ in range(2))  # starts the worker processes
    rounds = {"one job": [], "two jobs": []}
    for _ in range(arguments.rounds):
        for n_jobs, name in enumerate(rounds, start=1):
            rounds[name].append(fit_seconds(clone(stack).set_params(n_jobs=n_jobs), X, Y, groups))
    both = pd.DataFrame(rounds)
    table = pd.DataFrame({"seconds": both.median(), "lowest": both.min(), "highest": both.max()})
    table["share_of_one_job"] = both.div(both["one job"], axis=0).median()

    with tempfile.TemporaryDirectory() as memory:
        kept = clone(stack).set_params(memory=memory, n_jobs=2, estimator__max_epochs=arguments.grid_epochs)
        first = fit_seconds(clone(kept).set_params(fusion="logistic"), X, Y, groups)
        points = [fit_seconds(clone(kept).set_params(**point), X, Y, groups) for point in GRID]
    table.loc["first fit of a grid over the fusion"] = [first, first, first, 1.0]
    table.loc["ten grid points after the first fit"] = [
        sum(points),
        min(points),
        max(points),
        sum(points) / first,
    ]
    table.index.name = "what"
    report(table, "stack_speed", quick=arguments.quick)


if __name__ == "__main__":
    main()
