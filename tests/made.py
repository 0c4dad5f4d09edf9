"""What the tests share: one maker of rated data, its other forms, and small estimators for it."""

import json
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from sklearn_raters import BLSTMClassifier, MultiRaterStackingClassifier, RaterNetClassifier
from sklearn_raters.ratings import Task, parse_ratings

CLASSES = ["sad", "angry", "neutral"]  # not sorted


def check_corpus(corpus):
    """Check the fields that every loader of a corpus returns."""
    n_samples = len(corpus.X)
    assert isinstance(corpus.X, list)
    assert all(isinstance(path, str) for path in corpus.X)
    assert len(corpus.Y) == len(corpus.consensus) == n_samples > 0
    for name in ("speakers", "sessions"):
        assert corpus[name] is None or corpus[name].shape == (n_samples,)
    assert isinstance(corpus.classes, list)
    assert corpus.label_map is None or {*corpus.label_map.values()} <= {*corpus.classes, None}
    task = Task(corpus.Y, corpus.classes, corpus.label_map)
    assert {label for label in corpus.consensus if label is not None} <= {*task.votes.labels}
    assert isinstance(corpus.DESCR, str)


def write(path, content):
    """Write a text, or anything else as JSON, to a file; return its path."""
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


class Made(NamedTuple):
    """Samples and their ratings."""

    X: np.ndarray  # (n_samples, 4): feature k is 2.5 higher for class k
    Y: pd.DataFrame  # (n_samples, n_raters): columns E1, E2, ...; None where not rated
    groups: np.ndarray  # (n_samples,): five samples a group
    truth: np.ndarray  # (n_samples,): the class that each sample was made from


def make_rated(n_samples=150, *, n_raters=3, seed=0, wrong=0.15, unrated=0.2):
    """Make samples of three classes; each rater guesses in a share `wrong` and leaves out a share `unrated`.

    The first two samples hold cells of several labels.
    """
    rng = np.random.default_rng(seed)
    truth = rng.integers(3, size=n_samples)
    X = rng.normal(size=(n_samples, 4))
    X[np.arange(n_samples), truth] += 2.5
    Y = np.full((n_samples, n_raters), None, dtype=object)
    for rater in range(n_raters):
        chosen = np.where(rng.random(n_samples) < wrong, rng.integers(3, size=n_samples), truth)
        Y[:, rater] = np.array(CLASSES)[chosen]
    Y[rng.random(Y.shape) < unrated] = None
    Y[0, 0], Y[1, 1] = ("sad", "angry"), ("neutral", "sad", "angry")
    raters = [f"E{rater + 1}" for rater in range(n_raters)]
    groups = np.arange(n_samples) // 5
    return Made(X, pd.DataFrame(Y, columns=raters), groups, np.array(CLASSES)[truth])


def as_cube(table):
    """Return ratings as votes of shape (n_samples, n_raters, n_classes), classes sorted."""
    votes = parse_ratings(table)
    cube = np.zeros((votes.n_samples, len(votes.raters), len(votes.labels)))
    cube[votes.sample, votes.rater, votes.label] = 1
    return cube


def as_sequences(X):
    """Return rows as sequences of one to four equal frames."""
    return [np.tile(row, (1 + index % 4, 1)).astype(np.float32) for index, row in enumerate(X)]


def in_object_array(items):
    """Return items as a 1-D array of objects; NumPy would make more dimensions of equal lengths."""
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


def small_blstm(**params):
    """Return a BLSTM that learns made data in a second."""
    sizes = {"dense_units": 16, "lstm_units": 8, "representation_units": 16}
    training = {"max_epochs": 4, "learning_rate": 0.02, "learning_rate_schedule": "constant"}
    return BLSTMClassifier(**{**sizes, **training, "random_state": 0, **params})


def quick_rater_net(raters="crowd_layer", **params):
    """Return a network of raters that trains for a few epochs only."""
    settings = {"max_epochs": 15, "learning_rate": 1e-2, "device": "cpu", "random_state": 0, "dropout": 0.1}
    return RaterNetClassifier(raters, **{**settings, **params})


def small_stack(estimator=None, **params):
    """Return a stack of logistic regressions, or of the estimator given."""
    estimator = LogisticRegression() if estimator is None else estimator
    return MultiRaterStackingClassifier(estimator, **{"random_state": 0, **params})


def accuracy(model, of=None):
    """Return a fitted model's accuracy on new samples, of which it has seen neither ratings nor features.

    `of` brings the samples into the form that the model was fitted on. Guessing has about 0.33; a logistic
    regression on the true labels 0.93.
    """
    new = make_rated(300, seed=1)
    samples = new.X if of is None else of(new.X)
    return (model.predict(samples) == new.truth).mean()


class CountedFits(LogisticRegression):
    """Counts how often it was fitted in this process, all copies together."""

    n_fits = 0

    def fit(self, X, y, sample_weight=None):
        """Fit, and count."""
        CountedFits.n_fits += 1
        return super().fit(X, y, sample_weight=sample_weight)


X, Y, GROUPS, TRUTH = make_rated()
VIEWS = ["crowd_hard", "crowd_soft", "E1", "E2", "E3"]
FEW = make_rated(60)  # for networks, where the number of samples is not the point
