"""Data for the comparison of methods: simulated crowds of raters with known truth, and rated speech."""

import os
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold

from sklearn_raters import OpenSmileFunctionals, SpeakerScaler
from sklearn_raters.datasets import load_iemocap, load_speechocean762, make_rated_samples, make_rated_speech

DATA = Path(os.environ.get("SKLEARN_RATERS_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
SIMULATED = {
    # One true class a sample; experts, biased raters and spammers.
    "five_votes": {"ratings_per_sample": 5},
    "one_vote": {"ratings_per_sample": 1},
    # Two groups of raters who name half of the classes differently.
    "two_conventions": {"ratings_per_sample": 5, "raters": {"expert": 6, "camp": 6}},
}
SPEECH = ("synthetic_speech", "speechocean762")
N_FOLDS = 5


@dataclass
class Part:
    """A training or test part: features, ratings, and the true labels, None where they are not known."""

    X: np.ndarray
    Y: pd.DataFrame
    truth: np.ndarray | None
    classes: list

    def codes(self):
        """Return the ratings as class codes, shape (n_samples, n_raters), NaN where a rater gave none."""
        code = {label: index for index, label in enumerate(self.classes)}
        return self.Y.apply(lambda column: column.map(code)).to_numpy(dtype=float)


def simulated(crowd, seed, n_samples):
    """Draw a crowd and return its first half for training and its second half for testing."""
    data = make_rated_samples(2 * n_samples, random_state=seed, **SIMULATED[crowd])
    halves = slice(n_samples), slice(n_samples, None)
    return [Part(data.X[half], data.Y[half], data.true_labels[half], data.classes) for half in halves]


@cache
def speech(corpus):
    """Return functionals, ratings (one label a rater and sample), classes and sessions of a corpus."""
    with tempfile.TemporaryDirectory() as folder:
        if corpus == "synthetic_speech":
            bunch = load_iemocap(make_rated_speech(Path(folder) / "made", random_state=0))
        else:
            bunch = load_speechocean762(DATA / "speechocean762", task="prosodic")
        X = OpenSmileFunctionals().fit_transform(bunch.X)
    X = SpeakerScaler().fit_transform(X, speakers=bunch.speakers)
    merged = bunch.label_map or {}

    def one_class(cell):
        # The other packages take one label a rater: keep the first of several labels, and drop labels outside
        # the classes.
        label = cell[0] if isinstance(cell, tuple | list) else cell
        label = merged.get(label, label)
        return label if label in bunch.classes else None

    # Leave out raters with ratings in a single session only: in the fold that tests this session, they have
    # no training labels.
    Y = bunch.Y.map(one_class)
    rated = Y.notna().groupby(np.asarray(bunch.sessions)).any()
    return np.float32(X), Y.loc[:, rated.sum() > 1], bunch.classes, np.asarray(bunch.sessions)


def fold_of_speech(corpus, seed):
    """Yield the training part and the test part of one fold; the seed chooses the fold."""
    X, Y, classes, sessions = speech(corpus)
    for part in list(GroupKFold(N_FOLDS).split(X, groups=sessions))[seed % N_FOLDS]:
        yield Part(X[part], Y.iloc[part].reset_index(drop=True), None, list(classes))


def crowd(name, seed, n_samples):
    """Return the training part and the test part of a crowd."""
    return tuple(fold_of_speech(name, seed) if name in SPEECH else simulated(name, seed, n_samples))
