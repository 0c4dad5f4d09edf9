"""What the default settings give on tables: recorded speech by functionals, and simulated crowds.

    python benchmarks/defaults.py [--part speech crowds] [--seeds 5] [--quick]

Speech: openSMILE's functionals of speechocean762, standardised over the training part, five folds by speaker.
Each of four scores is cut into four classes. The stack and the rater networks, all at their default settings,
stand beside a linear logistic regression on the majority labels, with C = 3 / n_features; intervals are drawn
over speakers. Shares of the raters are judged by `predict_soft_labels`, or by `predict_proba`.

Crowds: `RaterNetClassifier` by default (the number of epochs is chosen) and with 40 epochs at a learning rate
of 1e-3; accuracy on the true labels. "majority" is the same network, with the same choice of the number of
epochs, on the majority labels.

Writes results/defaults_speech.csv and results/defaults_crowds.csv.
"""

import argparse
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
from _crowds import SIMULATED, simulated
from _evidence_tasks import SCORES, TASKS
from _report import report
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.parallel import Parallel, delayed

from sklearn_raters import MultiRaterStackingClassifier, RaterNetClassifier
from sklearn_raters.consensus import hard_labels
from sklearn_raters.model_selection import compare

FIRST_SEED = 10
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


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--part", nargs="+", default=["speech", "crowds"], choices=["speech", "crowds"])
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


if __name__ == "__main__":
    main()
