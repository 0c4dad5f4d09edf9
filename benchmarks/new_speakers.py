"""What a model is worth for speakers who were not in its training, by how many recordings each is known.

    python benchmarks/new_speakers.py [--corpora made speechocean762] [--models table networks] [--seeds 1]
    python benchmarks/new_speakers.py --quick

Folds by speaker. Models learn frames that are scaled by speaker, training speakers by all their recordings.
The test speakers are shown with all recordings at once, or with 1, 2, 5 or 20 (the one that is predicted
among them), and scaled

    by SpeakerScaler   from what is usual, towards the speaker's own statistics as recordings grow
    by own frames      by the statistics of the recordings shown, as the package did before
    by what is usual   by the mean statistics of the training speakers

"unscaled" is the same model on frames that are not scaled by speaker. "table" is a logistic regression on
mean and logarithmic deviation of the frames; "networks" is the crowd-hard view, BLSTMClassifier. Corpora:
synthetic speech of 18 speakers (810 utterances, four classes), and the score of prosody in speechocean762
(1,010 utterances, 101 speakers, four classes).

Writes results/new_speakers.csv: unweighted average recall over all folds.
"""

import argparse
import tempfile
import warnings

import numpy as np
import pandas as pd
from _crowds import DATA
from _report import RESULTS, machine
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sklearn_raters import BLSTMClassifier, FramePooler, OpenSmileFrames, SpeakerScaler
from sklearn_raters.consensus import hard_labels, labelled_samples
from sklearn_raters.datasets import load_iemocap, load_speechocean762, make_rated_speech
from sklearn_raters.features._speaker_scaler import mean_and_scale
from sklearn_raters.metrics import unweighted_average_recall
from sklearn_raters.ratings import Task

SHOWN = (1, 2, 5, 20, None)  # None: all


def load(corpus, folder):
    """Return frames, speakers and majority labels of the recordings that have one."""
    if corpus == "made":
        root = make_rated_speech(f"{folder}/made", n_sessions=9, n_utterances=810, random_state=1)
        bunch = load_iemocap(root)
    else:
        bunch = load_speechocean762(DATA / "speechocean762", task="prosodic")
    rows, y = labelled_samples(hard_labels(Task(bunch.Y, bunch.classes, bunch.label_map)))
    frames = OpenSmileFrames(n_jobs=-1).fit_transform([bunch.X[row] for row in rows])
    return frames, np.asarray(bunch.speakers)[rows], np.asarray(y, dtype=object)


def statistics(samples):
    return np.stack([np.r_[x.mean(axis=0), np.log(x.std(axis=0) + 1e-2)] for x in samples])


def make_model(kind, seed):
    if kind == "table":
        classifier = LogisticRegression(C=0.1, max_iter=500, class_weight="balanced")
        return make_pipeline(FunctionTransformer(statistics), StandardScaler(), classifier)
    network = BLSTMClassifier(class_weight="balanced", random_state=seed)
    return make_pipeline(FramePooler(5), network)


def drawn(row, speakers, test, n_shown, random):
    """Return the recordings that a speaker is shown with, the predicted one first."""
    others = [other for other in test if speakers[other] == speakers[row] and other != row]
    n_others = len(others) if n_shown is None else min(n_shown - 1, len(others))
    return [row, *random.choice(others, n_others, replace=False)]


def scale(frames, statistics):
    return np.float32((frames - statistics[0]) / statistics[1])


def test_samples(frames, speakers, test, scaler, how, n_shown):
    """Return the test recordings, each scaled by what its speaker is known by."""
    random = np.random.default_rng(0)
    usual = scaler.prior_.usual_[: frames[0].shape[1]], np.sqrt(scaler.prior_.usual_var_)
    scaled = []
    for row in test:
        shown = [frames[one] for one in drawn(row, speakers, test, n_shown, random)]
        if how == "by SpeakerScaler":
            scaled.append(scaler.transform(shown, speakers=["new"] * len(shown))[0])
        else:
            known = mean_and_scale(np.concatenate(shown)) if how == "by own frames" else usual
            scaled.append(scale(frames[row], known))
    return scaled


def evaluate(kind, frames, speakers, y, seed):
    """Yield how the test speakers are scaled, with how many recordings they are shown, and the UAR."""
    ways = [("by SpeakerScaler", n) for n in SHOWN] + [("by own frames", n) for n in SHOWN]
    ways += [("by what is usual", 1), ("unscaled", 1)]
    predicted = {way: np.empty(len(y), dtype=object) for way in ways}
    for train, test in GroupKFold(5).split(frames, groups=speakers):
        of_train = [frames[row] for row in train]
        scaler = SpeakerScaler().fit(of_train, speakers=speakers[train])
        model = make_model(kind, seed).fit(scaler.transform(of_train, speakers=speakers[train]), y[train])
        overall = mean_and_scale(np.concatenate(of_train))
        unscaled = make_model(kind, seed).fit([scale(x, overall) for x in of_train], y[train])
        for how, n_shown in ways:
            if how == "unscaled":
                labels = unscaled.predict([scale(frames[row], overall) for row in test])
            else:
                labels = model.predict(test_samples(frames, speakers, test, scaler, how, n_shown))
            predicted[how, n_shown][test] = labels
    for (how, n_shown), labels in predicted.items():
        yield how, n_shown or "all", unweighted_average_recall(y, labels, labels=sorted(set(y)))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpora", nargs="+", default=["made", "speechocean762"])
    parser.add_argument("--models", nargs="+", default=["table", "networks"])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="synthetic speech and the table alone")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.corpora, arguments.models = ["made"], ["table"]
    warnings.simplefilter("ignore")
    rows = []
    for corpus in arguments.corpora:
        with tempfile.TemporaryDirectory() as folder:
            data = load(corpus, folder)
        for kind in arguments.models:
            for seed in range(arguments.seeds if kind == "networks" else 1):
                for how, n_shown, uar in evaluate(kind, *data, seed):
                    row = {"corpus": corpus, "model": kind, "scaled": how, "shown": n_shown, "seed": seed}
                    rows.append({**row, "uar": round(uar, 4), **machine()})
                    print(
                        f"{corpus}, {kind}, seed {seed}: {how}, {n_shown} shown, UAR {100 * uar:.1f}",
                        flush=True,
                    )
                pd.DataFrame(rows).to_csv(
                    RESULTS / f"new_speakers{'_quick' if arguments.quick else ''}.csv", index=False
                )


if __name__ == "__main__":
    main()
