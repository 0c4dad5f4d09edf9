"""Compare the spectral features with openSMILE's: seconds of extraction, and what models find from them.

    python benchmarks/front_ends.py [--corpora 3] [--quick]

Corpora are the synthetic speech of `sklearn-raters evaluate` (360 utterances of five sessions, each corpus of
another seed) and the score of prosody in speechocean762 (1,010 recordings of 101 speakers). Folds are five,
by session or speaker, and features are scaled by speaker. The model is the default view of a stack on tables,
a regularised logistic regression, on the majority labels with balanced classes; it learns functionals, or the
means and logarithmic deviations of scaled frames. Each extraction runs alone in a new process; its seconds
include loading the library of the features.

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

FRONT_ENDS = ("OpenSmileFunctionals", "SpectralFunctionals", "OpenSmileFrames", "SpectralFrames")


def extract(name, paths):
    """Return the features, and the seconds that they took."""
    start = perf_counter()
    return getattr(sr, name)().fit_transform(paths), perf_counter() - start


def uar(X, y, speakers, groups):
    """Return the unweighted average recall over five folds."""
    X = sr.SpeakerScaler().fit_transform(X, speakers=speakers)
    if isinstance(X, list):
        X = np.stack([np.r_[frames.mean(axis=0), np.log(frames.std(axis=0) + 1e-2)] for frames in X])
    predicted = np.empty(len(y), dtype=object)
    for train, test in GroupKFold(5).split(y, groups=groups):
        model = sr.MultiRaterStackingClassifier(
            views=["crowd_hard"], fusion="mean", class_weight="balanced", random_state=0
        )
        predicted[test] = model.fit(X[train], y[train]).predict(X[test])
    return unweighted_average_recall(y, predicted, labels=sorted(set(y)))


def measure(bunch):
    """Yield a row for each front end: its name, the seconds and the recall."""
    rows, y = labelled_samples(hard_labels(Task(bunch.Y, bunch.classes, bunch.label_map)))
    paths, y = [bunch.X[row] for row in rows], np.asarray(y, dtype=object)
    speakers, groups = np.asarray(bunch.speakers)[rows], np.asarray(bunch.sessions)[rows]
    for name in FRONT_ENDS:
        X, seconds = in_own_process(extract, name, paths)
        yield {"features": name, "seconds": seconds, "uar": 100 * uar(X, y, speakers, groups)}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpora", type=int, default=3, help="number of synthetic corpora")
    parser.add_argument("--quick", action="store_true", help="under a minute")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    rows = []
    for seed in range(1 if arguments.quick else arguments.corpora):
        with tempfile.TemporaryDirectory() as folder:
            bunch = load_iemocap(make_rated_speech(f"{folder}/made", random_state=seed))
            rows += [{"corpus": "synthetic", **row} for row in measure(bunch)]
    if not arguments.quick:
        bunch = load_speechocean762(DATA / "speechocean762", task="prosodic")
        rows += [{"corpus": "prosody, recorded", **row} for row in measure(bunch)]
    table = pd.DataFrame(rows).groupby(["corpus", "features"], sort=False).mean()
    report(table, "front_ends", quick=arguments.quick)


if __name__ == "__main__":
    main()
