"""Compare the spectral features with openSMILE's: seconds of extraction, and what models find from them.

    python benchmarks/front_ends.py [--corpora 3] [--networks] [--quick]

Corpora are the synthetic speech of `sklearn-raters evaluate` (360 utterances of five sessions, each corpus of
another seed) and the score of prosody in speechocean762 (1,010 recordings of 101 speakers). Folds are five, by
session or speaker, and features are scaled by speaker. Tables are learnt by the default view of a stack, a
regularised logistic regression on the majority labels with balanced classes, and with --networks frames by
BLSTMClassifier. Each extraction runs alone in a new process, which its seconds include but for imports.

Writes results/front_ends.csv: mean seconds, and the mean unweighted average recall over the corpora.
"""

import argparse
import tempfile
import warnings
from time import perf_counter

import numpy as np
import pandas as pd
from _crowds import DATA
from _process import in_own_process
from _report import report
from sklearn.model_selection import GroupKFold

import sklearn_raters as sr
from sklearn_raters.consensus import hard_labels, labelled_samples
from sklearn_raters.datasets import load_iemocap, load_speechocean762, make_rated_speech
from sklearn_raters.metrics import unweighted_average_recall
from sklearn_raters.ratings import Task

TABLES = {
    "openSMILE emobase, 988": ("OpenSmileFunctionals", {}),
    "openSMILE eGeMAPS, 88": ("OpenSmileFunctionals", {"feature_set": "eGeMAPSv02"}),
    "spectral, 90": ("SpectralFunctionals", {}),
}
FRAMES = {"openSMILE frames": ("OpenSmileFrames", {}), "spectral frames": ("SpectralFrames", {})}


def extract(name, settings, paths):
    """Return the features, and the seconds that they took."""
    start = perf_counter()
    return getattr(sr, name)(**settings).fit_transform(paths), perf_counter() - start


def uar(make, X, y, speakers, groups):
    """Return the unweighted average recall over five folds."""
    X = sr.SpeakerScaler().fit_transform(X, speakers=speakers)
    if isinstance(X, list):
        X = sr.FramePooler(5).fit_transform(X)
    predicted = np.empty(len(y), dtype=object)
    for train, test in GroupKFold(5).split(y, groups=groups):
        parts = [X[rows] if isinstance(X, np.ndarray) else [X[row] for row in rows] for rows in (train, test)]
        predicted[test] = make().fit(parts[0], y[train]).predict(parts[1])
    return unweighted_average_recall(y, predicted, labels=sorted(set(y)))


def table_model():
    settings = {"views": ["crowd_hard"], "fusion": "mean", "class_weight": "balanced"}
    return sr.MultiRaterStackingClassifier(**settings, random_state=0)


def network():
    return sr.BLSTMClassifier(class_weight="balanced", random_state=0)


def measure(bunch, networks):
    """Yield a row for each front end: its name, the seconds and the recall."""
    rows, y = labelled_samples(hard_labels(Task(bunch.Y, bunch.classes, bunch.label_map)))
    paths, y = [bunch.X[row] for row in rows], np.asarray(y, dtype=object)
    speakers, groups = np.asarray(bunch.speakers)[rows], np.asarray(bunch.sessions)[rows]
    for name, (transformer, settings) in {**TABLES, **FRAMES}.items():
        X, seconds = in_own_process(extract, transformer, settings, paths)
        found = np.nan
        if name in TABLES or networks:
            found = 100 * uar(table_model if name in TABLES else network, X, y, speakers, groups)
        yield {"features": name, "seconds": seconds, "uar": found}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpora", type=int, default=3, help="number of synthetic corpora")
    parser.add_argument("--networks", action="store_true")
    parser.add_argument("--recorded", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--quick", action="store_true", help="under a minute")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.corpora, arguments.recorded = 1, False
    warnings.simplefilter("ignore")
    rows = []
    for seed in range(arguments.corpora):
        with tempfile.TemporaryDirectory() as folder:
            bunch = load_iemocap(make_rated_speech(f"{folder}/made", random_state=seed))
            rows += [{"corpus": "synthetic", **row} for row in measure(bunch, arguments.networks)]
    if arguments.recorded:
        bunch = load_speechocean762(DATA / "speechocean762", task="prosodic")
        rows += [{"corpus": "prosody", **row} for row in measure(bunch, arguments.networks)]
    table = pd.DataFrame(rows).groupby(["corpus", "features"], sort=False).mean()
    report(table, "front_ends", quick=arguments.quick)


if __name__ == "__main__":
    main()
