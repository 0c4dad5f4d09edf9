"""The paper's Table 3 on recorded and on synthetic speech, with ordinary classifiers beside it.

    python benchmarks/paper_table.py [--corpus speechocean762 made] [--seeds 3] [--quick]

Writes results/paper_table_<corpus>.csv, one row a model, and two files with the results of each seed. In
"balanced" rows all classes weigh the same: single views and means of probabilities are divided by the
classes' shares of the training samples, fusions and ordinary classifiers weigh their loss. Each model is
compared with crowd-hard and with the crowd pair; the 95 % intervals are computed by a bootstrap over speakers
or sessions, with the predictions of all seeds pooled.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from _process import peak_megabytes
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sklearn_raters import (
    BLSTMClassifier,
    FramePooler,
    MultiRaterStackingClassifier,
    OpenSmileFrames,
    OpenSmileFunctionals,
    SpeakerScaler,
)
from sklearn_raters.consensus import hard_labels
from sklearn_raters.datasets import load_iemocap, load_speechocean762, make_rated_speech
from sklearn_raters.model_selection import compare, paired_bootstrap, paper_models
from sklearn_raters.ratings import Task

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("SKLEARN_RATERS_DATA", HERE.parents[1] / "shared" / "data"))


def load(corpus, cache):
    """Return the corpus, its frames and its functionals; both features are normalised for each speaker."""
    if corpus == "made":
        bunch = load_iemocap(make_rated_speech(cache / "made", random_state=0))
    else:
        bunch = load_speechocean762(DATA / "speechocean762", task="prosodic")
    frames = OpenSmileFrames(n_jobs=-1, memory=cache / "frames", verbose=1).fit_transform(bunch.X)
    frames = FramePooler(5).fit_transform(SpeakerScaler().fit_transform(frames, speakers=bunch.speakers))
    functionals = OpenSmileFunctionals(n_jobs=-1, memory=cache / "frames", verbose=1).fit_transform(bunch.X)
    functionals = SpeakerScaler().fit_transform(functionals, speakers=bunch.speakers)
    return bunch, frames, functionals


def folds(bunch):
    """Return the five folds, as (train, test) indices."""
    return list(GroupKFold(5).split(bunch.X, groups=bunch.sessions))


def models(bunch, frames, functionals, class_weight, epochs, memory):
    """Return {name: (model, its X)}."""
    stack = MultiRaterStackingClassifier(
        BLSTMClassifier(max_epochs=epochs),
        fusion="logistic",
        class_weight=class_weight,
        classes=bunch.classes,
        label_map=bunch.label_map,
        min_ratings=10,
        memory=memory,
    )
    # `folds` leaves out raters who have too few ratings in the training part of some fold.
    stacks = paper_models(stack, bunch.Y, folds=folds(bunch))
    rows = {name: (model, frames) for name, model in stacks.items()}
    rows["crowd-hard, fused"] = (clone(stack).set_params(views=["crowd_hard"]), frames)
    rows["all views, softmax layer"] = (clone(stacks["all views"]).set_params(fusion="softmax"), frames)
    if class_weight is not None:
        weighted = {"views": ["crowd_hard"], "fusion": "mean", "class_weight": None}
        trained = clone(stack).set_params(**weighted, estimator__class_weight="balanced")
        rows["crowd-hard, loss weighted"] = (trained, frames)
    tabular = {
        "LogisticRegression": LogisticRegression(C=0.01, max_iter=1000, class_weight=class_weight),
        "SVC": SVC(class_weight=class_weight),
        "RandomForest": RandomForestClassifier(500, class_weight=class_weight),
        "HistGradientBoosting": HistGradientBoostingClassifier(class_weight=class_weight),
    }
    for name, classifier in tabular.items():
        rows[name] = (make_pipeline(StandardScaler(), classifier), functionals)
    return rows


def measure_peaks(arguments, names):
    """Fit each model for one epoch in a process of its own; return the peak memory of each process."""
    peaks = {}
    for name in names:
        command = [sys.executable, __file__, "--corpus", arguments.corpus[0], "--cache", arguments.cache]
        done = subprocess.run([*command, "--peak", str(name)], capture_output=True, text=True, check=True)
        peaks[name] = float(done.stdout.split()[-1])
    return peaks


def print_peak(arguments, corpus):
    """Fit one model for one epoch and print the peak memory of the process in megabytes."""
    bunch, frames, functionals = load(corpus, Path(arguments.cache))
    rows = models(bunch, frames, functionals, None, 1, None)
    model, X = {str(name): row for name, row in rows.items()}[arguments.peak]
    if isinstance(model, MultiRaterStackingClassifier):
        model.fit(X, bunch.Y, groups=bunch.sessions)
    else:
        labels = hard_labels(Task(bunch.Y, bunch.classes, bunch.label_map))
        kept = np.flatnonzero([label is not None for label in labels])
        model.fit(X[kept], labels[kept].tolist())
    print(peak_megabytes())


def differences(runs, baseline, classes):
    """Return the difference of UAR to the baseline and its interval, a row a model, over all seeds."""
    seeds = pd.concat([predictions for _, predictions in runs])
    judged = seeds[seeds["consensus"].notna()]
    truth, base = judged["consensus"], judged[baseline]
    rows = {}
    for name in runs[0][0].index:
        result = paired_bootstrap(
            truth, judged[name], base, judged["group"], labels=classes, n_bootstrap=10_000, random_state=0
        )
        rows[name] = result.difference, result.low, result.high
    return pd.DataFrame(rows, index=["difference", "low", "high"]).T


def run(corpus, arguments):
    """Compare all models on one corpus; print and write the tables."""
    cache = Path(arguments.cache)
    bunch, frames, functionals = load(corpus, cache)
    shape = f"{len(frames)} utterances, {sum(map(len, frames))} frames"
    print(f"{corpus}: {shape}, {len(np.unique(bunch.sessions))} groups", flush=True)
    kinds = {"plain": None, "balanced": "balanced"}
    runs = {kind: [] for kind in kinds}
    for seed in range(arguments.seeds):
        for kind, class_weight in kinds.items():
            found = compare(
                models(bunch, frames, functionals, class_weight, arguments.epochs, str(cache / "views")),
                None,
                Task(bunch.Y, bunch.classes, bunch.label_map),
                groups=bunch.sessions,
                cv=folds(bunch),
                n_jobs=arguments.jobs,
                random_state=seed,
                verbose=1,
                return_comparison=True,
            )
            table, predictions = found.table, found.predictions[["consensus", *found.table.index]].copy()
            predictions["group"] = bunch.sessions
            runs[kind].append((table, predictions))
            percent = (100 * table.filter(regex="uar|recall|diff|low|high")).round(1)
            print(f"seed {seed}, {kind}\n{percent}", flush=True)
    suffix = "_quick" if arguments.quick else ""
    peaks = measure_peaks(arguments, runs["plain"][0][0].index)
    parts = []
    for kind, results in runs.items():
        tables = pd.concat([table for table, _ in results], keys=range(len(results)), names=["seed"])
        by_model = tables.groupby("model", sort=False)
        summary = by_model.mean().drop(columns=["difference", "low", "high", "fold_mean", "fold_sd"])
        summary.insert(1, "uar_seed_sd", by_model["uar"].std())
        for baseline in ("crowd-hard", "crowd pair"):
            columns = differences(results, baseline, bunch.classes)
            summary = summary.join(columns.add_suffix(" to " + baseline))
        summary["peak_megabytes"] = summary.index.map(peaks)
        summary.insert(0, "classes", kind)
        parts.append(summary)
        path = HERE / "results" / f"paper_table_{corpus}{suffix}_{kind}_seeds.csv"
        tables.to_csv(path, float_format="%.4f")
    whole = pd.concat(parts)
    whole.to_csv(HERE / "results" / f"paper_table_{corpus}{suffix}.csv", float_format="%.4f")
    with pd.option_context("display.width", 250, "display.max_columns", None):
        print(whole.round(3))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", nargs="+", default=["speechocean762", "made"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="one seed, one epoch: a few minutes")
    parser.add_argument("--cache", default=str(Path(tempfile.gettempdir()) / "sklearn_raters_paper_table"))
    parser.add_argument("--peak", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.seeds, arguments.epochs = 1, 1
    for corpus in arguments.corpus:
        if arguments.peak:
            print_peak(arguments, corpus)
        else:
            run(corpus, argparse.Namespace(**{**vars(arguments), "corpus": [corpus]}))


if __name__ == "__main__":
    main()
