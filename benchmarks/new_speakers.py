"""What a model is worth for speakers who were not in its training, by how many recordings each is known.

    python benchmarks/new_speakers.py [--corpora made speechocean762] [--models table networks] [--seeds 1]
    python benchmarks/new_speakers.py --quick
    python benchmarks/new_speakers.py --ceiling [--models table networks] [--seeds 3]

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

--ceiling asks whether more training speakers would help. Corpora are synthetic speech of 100 speakers (4,500
utterances, another corpus for each seed), in five folds by session. Models learn from 14, 20, 40 or 80 of the
speakers who are not in the test part, once on features that are scaled by all recordings of each speaker, and
once on features that are not scaled by speaker, for which each recording might as well be its speaker's only
one. "statistics" are mean and logarithmic deviation of the frames; "functionals" are openSMILE's; "cues" are
the nine cues of which the synthetic voice is made, as if measured without error, of 1,000 speakers without
sound: as they are, and shifted by the difference of the speaker's voice from the usual one.

Writes results/new_speakers_ceiling.csv: both recalls, and the loss with the 95 % interval of a bootstrap that
draws sessions.
"""

import argparse
import tempfile
import warnings

import numpy as np
import pandas as pd
from _crowds import DATA
from _cues import draw_cues
from _report import RESULTS, machine
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, PolynomialFeatures, StandardScaler
from sklearn.svm import SVC

from sklearn_raters import (
    BLSTMClassifier,
    FramePooler,
    MultiRaterStackingClassifier,
    OpenSmileFrames,
    OpenSmileFunctionals,
    SpeakerScaler,
)
from sklearn_raters.consensus import hard_labels, labelled_samples
from sklearn_raters.datasets import load_iemocap, load_speechocean762, make_rated_speech
from sklearn_raters.features._speaker_scaler import mean_and_scale
from sklearn_raters.metrics import unweighted_average_recall
from sklearn_raters.model_selection import paired_bootstrap
from sklearn_raters.ratings import Task

SHOWN = (1, 2, 5, 20, None)  # None: all
SIZES = (14, 20, 40, 80)  # training speakers; about 14 are in a fold of the 18 speakers


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


def load_many(seed, folder):
    """Return frames, functionals, majority labels, ratings, speakers and sessions of 100 speakers."""
    root = make_rated_speech(f"{folder}/{seed}", n_sessions=50, n_utterances=4500, random_state=seed)
    bunch = load_iemocap(root)
    task = Task(bunch.Y, bunch.classes, bunch.label_map)
    rows, y = labelled_samples(hard_labels(task))
    paths = [bunch.X[row] for row in rows]
    frames = OpenSmileFrames(n_jobs=-1).fit_transform(paths)
    functionals = OpenSmileFunctionals(n_jobs=-1).fit_transform(paths)
    speakers, sessions = np.asarray(bunch.speakers)[rows], np.asarray(bunch.sessions)[rows]
    return frames, functionals, np.asarray(y, dtype=object), task.take(rows), speakers, sessions


def ceiling_models(kinds, seed):
    """Return models by what they learn from and their name."""
    models = {}
    if "table" in kinds:
        linear = LogisticRegression(C=0.02, max_iter=500, class_weight="balanced")
        both = {"logistic regression": linear, "SVC": SVC(class_weight="balanced")}
        both = {name: make_pipeline(StandardScaler(), model) for name, model in both.items()}
        boosting = HistGradientBoostingClassifier(
            learning_rate=0.2, max_iter=30, class_weight="balanced", random_state=seed
        )
        stack = MultiRaterStackingClassifier(class_weight="balanced", random_state=seed)
        models["statistics"] = {**both, "stack": stack, "gradient boosting": boosting}
        models["functionals"] = both
    if "networks" in kinds:
        models["frames"] = {"networks": make_model("networks", seed)}
    return models


def take(X, rows):
    return [X[row] for row in rows] if isinstance(X, list) else X[rows]


def few_of(sessions, train, n_speakers, random):
    """Return the rows of `train` that are of some sessions, each of two speakers."""
    some = random.permutation(np.unique(sessions[train]))[: n_speakers // 2]
    return train[np.isin(sessions[train], some)]


def known_and_new(kinds, seed, sizes, data):
    """Yield features, model, training speakers, and what is predicted for speakers known and new."""
    frames, functionals, y, task, speakers, sessions = data
    for of, models in ceiling_models(kinds, seed).items():
        X = functionals if of == "functionals" else frames
        summary = statistics if of == "statistics" else np.asarray if of == "functionals" else list
        known = summary(SpeakerScaler().fit_transform(X, speakers=speakers))
        for size in sizes:
            predicted = {name: np.empty((2, len(y)), dtype=object) for name in models}
            for fold, (train, test) in enumerate(GroupKFold(5).split(sessions, groups=sessions)):
                train = few_of(sessions, train, size, np.random.default_rng(fold))
                overall = mean_and_scale(np.vstack(take(X, train)))
                new = summary([scale(x, overall) for x in X])
                for name, model in models.items():
                    of_stack = {"y": task.take(train), "groups": sessions[train]}
                    target = of_stack if name == "stack" else {"y": y[train]}
                    for place, Z in enumerate((known, new)):
                        fitted = clone(model).fit(take(Z, train), **target)
                        predicted[name][place, test] = fitted.predict(take(Z, test))
            for name, labels in predicted.items():
                yield of, name, size, labels


def cues_known_and_new():
    """Return what is predicted from cues, their speakers known and new, the labels and the sessions."""
    known, new, y, sessions = draw_cues(500, 90, random_state=0)
    linear = LogisticRegression(C=0.1, max_iter=500, class_weight="balanced")
    model = make_pipeline(StandardScaler(), PolynomialFeatures(2), StandardScaler(), linear)
    predicted = [cross_val_predict(model, X, y, groups=sessions, cv=GroupKFold(5)) for X in (known, new)]
    return np.array(predicted, dtype=object), y, sessions


def ceiling_row(of, name, size, labels, truth, groups):
    """Return a row of the table, and print it."""
    classes = {"labels": sorted(set(truth))}
    recalls = [unweighted_average_recall(truth, one, **classes) for one in labels]
    loss = paired_bootstrap(truth, *labels, groups, random_state=0, **classes)
    row = {"features": of, "model": name, "training_speakers": size}
    row |= dict(zip(("known", "new", "loss", "low", "high"), [*recalls, *loss], strict=True))
    print(row, flush=True)
    return row | machine()


def measure_ceiling(kinds, n_seeds, sizes=SIZES):
    """Write what is lost where each recording is its speaker's only one, by training speakers."""
    of_cues = ceiling_row("cues", "logistic regression of squares", 800, *cues_known_and_new())
    found, truth, groups = {}, [], []
    for seed in range(11, 11 + n_seeds):
        with tempfile.TemporaryDirectory() as folder:
            data = load_many(seed, folder)
        truth = np.append(truth, data[2])
        groups = np.append(groups, [f"{seed} {session}" for session in data[-1]])
        rows = [of_cues]
        for of, name, size, labels in known_and_new(kinds, seed, sizes, data):
            key = of, name, size
            found[key] = labels if key not in found else np.hstack([found[key], labels])
            rows.append({**ceiling_row(*key, found[key], truth, groups), "corpora": seed - 10})
            pd.DataFrame(rows).to_csv(RESULTS / "new_speakers_ceiling.csv", index=False, float_format="%.4f")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpora", nargs="+", default=["made", "speechocean762"])
    parser.add_argument("--models", nargs="+", default=["table", "networks"])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="synthetic speech and the table alone")
    parser.add_argument("--ceiling", action="store_true", help="more training speakers of synthetic speech")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    if arguments.ceiling:
        measure_ceiling(arguments.models, arguments.seeds)
        return
    if arguments.quick:
        arguments.corpora, arguments.models = ["made"], ["table"]
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
