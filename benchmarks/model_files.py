"""Measure the size of saved models and the time to write and read them, beside pickle and the earlier form.

    python benchmarks/model_files.py [--rounds 5] [--quick]

"save" is `sklearn_raters.persistence.save`, "joblib" a compressed pickle. Prints
kilobytes and the median milliseconds over the rounds; the first call of each, which imports its libraries, is
left out. "equal" says whether all models that were read predict bit for bit what the written one does.
"""

import argparse
import pickle
import tempfile
from pathlib import Path
from time import perf_counter

import joblib
import numpy as np
import pandas as pd
from _report import report
from _sequences import make_ratings, make_sequences
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from sklearn_raters import BLSTMClassifier, MultiRaterStackingClassifier, RaterNetClassifier
from sklearn_raters.persistence import load, save

N_RATERS = 5


def make_models(quick):
    """Return {name: (fitted model, samples to predict)}."""
    sequences, y = make_sequences(64)
    Y = make_ratings(y, N_RATERS)
    rows = np.stack([frames.mean(axis=0) for frames in sequences])
    wide = np.random.default_rng(0).normal(size=(len(rows), 988)) + y[:, None]
    texts = [
        f"{label} " + " ".join(f"word{(place * 31 + i) % 2000}" for i in range(60))
        for place, label in enumerate(y)
    ]
    words = make_pipeline(TfidfVectorizer(), LogisticRegression())
    forest = RandomForestClassifier(10 if quick else 100, random_state=0)
    network = BLSTMClassifier(max_epochs=1, device="cpu")
    models = {
        "default stack, 988 features": (MultiRaterStackingClassifier(random_state=0), wide),
        "stack of networks, 45 features": (MultiRaterStackingClassifier(network, fusion="mean"), sequences),
        "stack of forests, 45 features": (MultiRaterStackingClassifier(forest, fusion="mean"), rows),
        "stack of texts, shared words": (MultiRaterStackingClassifier(words, shared_steps=1), texts),
        "rater network, 45 features": (RaterNetClassifier(max_epochs=1, device="cpu"), sequences),
    }
    return {name: (model.fit(X, Y), X) for name, (model, X) in models.items()}


def write_pickle(model, path):
    path.write_bytes(pickle.dumps(model))


def read_pickle(path):
    return pickle.loads(path.read_bytes())


def write_joblib(model, path):
    joblib.dump(model, path, compress=3)


FORMS = {"save": (save, load), "pickle": (write_pickle, read_pickle), "joblib": (write_joblib, joblib.load)}


def measure(model, X, form, path, rounds):
    """Return the size of a model's file, the times to write and read it, and whether it predicts the same."""
    write, read = FORMS[form]
    seconds = []
    for _ in range(rounds + 1):
        start = perf_counter()
        write(model, path)
        middle = perf_counter()
        again = read(path)
        seconds.append([middle - start, perf_counter() - middle])
    writing, reading = 1000 * np.median(seconds[1:], axis=0)
    equal = np.array_equal(again.predict_proba(X), model.predict_proba(X))
    return {"kilobytes": path.stat().st_size / 1000, "write_ms": writing, "read_ms": reading, "equal": equal}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="under a minute")
    arguments = parser.parse_args()
    rounds = 1 if arguments.quick else arguments.rounds
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, (model, X) in make_models(arguments.quick).items():
            for form in FORMS:
                rows[name, form] = measure(model, X, form, Path(folder) / form, rounds)
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index.names = ["model", "form"]
    report(table, "model_files", quick=arguments.quick)


if __name__ == "__main__":
    main()
