"""What the tests of the stack share: a made problem, small networks, stacks of them."""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from sklearn_raters import BLSTMClassifier, MultiRaterStackingClassifier
from sklearn_raters.ratings import parse_ratings

CLASSES = ["sad", "angry", "neutral"]  # not sorted


def made(seed=0):
    """Make a table, ratings by three raters with gaps, and groups of five samples."""
    n_samples = 150
    rng = np.random.default_rng(seed)
    truth = rng.integers(3, size=n_samples)
    X = rng.normal(size=(n_samples, 4))
    X[np.arange(n_samples), truth] += 2.5
    Y = np.full((n_samples, 3), None, dtype=object)
    for rater in range(3):
        said = np.where(rng.random(n_samples) < 0.15, rng.integers(3, size=n_samples), truth)
        Y[:, rater] = np.array(CLASSES)[said]
    Y[rng.random(Y.shape) < 0.2] = None
    Y[0, 0], Y[1, 1] = ("sad", "angry"), ("neutral", "sad", "angry")
    return X, pd.DataFrame(Y, columns=["E1", "E2", "E3"]), np.arange(n_samples) // 5


X, Y, GROUPS = made()
ALL = ["crowd_hard", "crowd_soft", "E1", "E2", "E3"]
FUSIONS = ["logistic", "softmax", "mean", LogisticRegression(C=0.01)]


def stack(estimator=None, **params):
    estimator = LogisticRegression() if estimator is None else estimator
    return MultiRaterStackingClassifier(estimator, **{"random_state": 0, **params})


def small(**params):
    settings = {"dense_units": 16, "lstm_units": 8, "representation_units": 16, "max_epochs": 3}
    return BLSTMClassifier(**settings, learning_rate=0.02, **params)


def as_cube(table):
    votes = parse_ratings(table)
    cube = np.zeros((votes.n_samples, len(votes.raters), 3))
    cube[votes.sample, votes.rater, votes.label] = 1
    return cube


def sequences(table):
    return [np.tile(row, (1 + index % 4, 1)) for index, row in enumerate(table)]
