"""What the default settings give on tables: recorded speech by functionals, and simulated crowds.

    python benchmarks/defaults.py [--part speech crowds views] [--seeds 5] [--quick]

Speech: openSMILE's functionals of speechocean762, standardised over the training part, five folds by speaker.
Each of four scores is cut into four classes. The stack and the rater networks, all at their default settings,
stand beside a linear logistic regression on the majority labels, with C = 3 / n_features; intervals are drawn
over speakers. Shares of the raters are judged by `predict_soft_labels`, or by `predict_proba`.

Crowds: `RaterNetClassifier` by default (the number of epochs is chosen) and with 40 epochs at a learning rate
of 1e-3; accuracy on the true labels. "majority" is the same network, with the same choice of the number of
epochs, on the majority labels.

Views: the stack with its default classifier of tables, beside linear logistic regressions, fewer landmarks of
the kernel, and forests, on simulated crowds and on scikit-learn's data with eight simulated raters, three of
whom rate each sample. Accuracy on the true labels, of one of five parts of scikit-learn's data for each seed.

Writes results/defaults_speech.csv, defaults_crowds.csv and defaults_views.csv.
"""

import argparse
import tempfile
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
from _crowds import SIMULATED, Part, simulated
from _evidence_tasks import SCORES, TASKS
from _report import report
from sklearn.datasets import (
    load_breast_cancer,
    load_digits,
    load_wine,
    make_circles,
    make_classification,
    make_moons,
)
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.parallel import Parallel, delayed

from sklearn_raters import KernelFeatures, MultiRaterStackingClassifier, RaterNetClassifier
from sklearn_raters.consensus import hard_labels
from sklearn_raters.model_selection import compare

FIRST_SEED = 10
TABLES = {
    "moons": partial(make_moons, 800, noise=0.25),
    "circles": partial(make_circles, 800, noise=0.15, factor=0.5),
    "clusters": partial(make_classification, 1000, 30, n_informative=8, n_classes=4),
    "digits": partial(load_digits, return_X_y=True),
    "wine": partial(load_wine, return_X_y=True),
    "breast cancer": partial(load_breast_cancer, return_X_y=True),
}
LOADED = ("digits", "wine", "breast cancer")  # no chance in them
VIEWS = {
    "linear": {"n_landmarks": 1, "weight": 0},
    "300 landmarks": {"n_landmarks": 300},
    "default": {},
    "forests": None,
}
BUDGETS = {"default": {}, "40 epochs": {"max_epochs": 40, "learning_rate": 1e-3}}


def speech(score, cache, quick):
    """Compare models on one score of speechocean762; return the table."""
    task = TASKS[f"speechocean762 {score}"](0, cache, quick)
    regression = LogisticRegression(C=3 / task.table.shape[1], max_iter=1000)
    models = {
        "majority labels": make_pipeline(StandardScaler(), regression),
        "stack": MultiRaterStackingClassifier(),
        "stack, balanced": MultiRaterStackingClassifier(class_weight="balanced"),
        "stack, mean": MultiRaterStackingClassifier(fusion="mean"),
        "stack, logistic": MultiRaterStackingClassifier(fusion="logistic"),
        "annot_mix": make_pipeline(StandardScaler(), RaterNetClassifier("annot_mix")),
        "doctor_net": make_pipeline(StandardScaler(), RaterNetClassifier("doctor_net")),
    }
    settings = {"groups": task.groups, "cv": task.folds, "baseline": "majority labels", "random_state": 0}
    table = compare(models, task.table, task.ratings, **settings)
    table.insert(0, "score", score)
    return table.reset_index().set_index(["score", "model"])


def crowd(name, raters, budget, seed, n_samples):
    """Train one network on a simulated crowd; return its row."""
    train, test = simulated(name, seed, n_samples)
    is_majority = raters == "majority"
    model = "multitask" if is_majority else raters  # of one rater, it is an ordinary network
    net = RaterNetClassifier(model, classes=train.classes, random_state=seed, **BUDGETS[budget])
    start = perf_counter()
    net.fit(train.X, hard_labels(train.Y, ties="first") if is_majority else train.Y)
    seconds = perf_counter() - start
    accuracy = np.mean(net.predict(test.X) == test.truth)
    row = {"crowd": name, "raters": raters, "budget": budget, "seed": seed}
    return {**row, "accuracy": accuracy, "epochs": net.n_iter_, "seconds": seconds}


def rated_table(name, seed):
    """Return the training part and the test part of a table of scikit-learn, with simulated raters."""
    rng = np.random.default_rng(seed)
    X, truth = TABLES[name](**({} if name in LOADED else {"random_state": seed}))
    rating = rng.random((len(X), 8)).argsort(axis=1) < 3
    right = rng.random(rating.shape) < rng.uniform(0.5, 0.9, 8)
    labels = np.where(right, truth[:, None], rng.integers(truth.max() + 1, size=rating.shape))
    Y = pd.DataFrame(np.where(rating, labels.astype(object), None)).add_prefix("rater")
    parts = train_test_split(X, Y, truth, test_size=0.2, random_state=seed)
    return [Part(*part, None) for part in (parts[::2], parts[1::2])]


def views(name, kind, seed):
    """Train the stack with one kind of classifier as views; return its row."""
    train, test = simulated(name, seed, 1000) if name in SIMULATED else rated_table(name, seed)
    estimator = RandomForestClassifier(100)
    if VIEWS[kind] is not None:
        kernel = KernelFeatures(**VIEWS[kind])
        estimator = make_pipeline(StandardScaler(), kernel, LogisticRegression(C=3, max_iter=1000))
    stack = MultiRaterStackingClassifier(estimator, random_state=seed)
    start = perf_counter()
    stack.fit(train.X, train.Y)
    seconds = perf_counter() - start
    accuracy = 100 * np.mean(stack.predict(test.X) == test.truth)
    return {"table": name, "views": kind, "accuracy": accuracy, "seconds": seconds}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parts = ["speech", "crowds", "views"]
    parser.add_argument("--part", nargs="+", default=parts, choices=parts)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--cache", default=str(Path(tempfile.gettempdir()) / "sklearn_raters_evidence"))
    parser.add_argument("--quick", action="store_true", help="one score, one seed, small crowds")
    arguments = parser.parse_args()
    quick = arguments.quick
    if "speech" in arguments.part:
        scores = SCORES[:1] if quick else SCORES
        tables = [speech(score, Path(arguments.cache), quick) for score in scores]
        report(pd.concat(tables), "defaults_speech", quick=quick)
    if "crowds" in arguments.part:
        seeds = range(FIRST_SEED, FIRST_SEED + (1 if quick else arguments.seeds))
        jobs = [
            delayed(crowd)(name, raters, budget, seed, 300 if quick else 2000)
            for name in SIMULATED
            for raters in ("majority", "annot_mix", "crowd_layer")
            for budget in BUDGETS
            for seed in seeds
        ]
        rows = pd.DataFrame(Parallel(n_jobs=-1, verbose=1)(jobs))
        by_budget = rows.groupby(["crowd", "raters", "budget"], sort=False)
        table = by_budget[["accuracy", "epochs", "seconds"]].mean()
        table.insert(1, "accuracy_sd", by_budget["accuracy"].std())
        report(table, "defaults_crowds", quick=quick)
    if "views" in arguments.part:
        names = ["moons"] if quick else [*SIMULATED, *TABLES]
        jobs = [
            delayed(views)(name, kind, seed)
            for name in names
            for kind in VIEWS
            for seed in range(1 if quick else arguments.seeds)
        ]
        rows = pd.DataFrame(Parallel(n_jobs=-1, verbose=1)(jobs)).groupby(["table", "views"], sort=False)
        table = rows.mean()
        table.insert(1, "accuracy_sd", rows["accuracy"].std())
        report(table, "defaults_views", quick=quick)


if __name__ == "__main__":
    main()
