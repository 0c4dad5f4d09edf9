"""What the tests of networks share: small ones, and sequences that they learn quickly."""

import numpy as np

from sklearn_raters import BLSTMClassifier


def small(**params):
    settings = {"dense_units": 16, "lstm_units": 8, "representation_units": 16, "max_epochs": 4}
    settings["learning_rate"] = 0.02
    return BLSTMClassifier(**{**settings, "random_state": 0, **params})


def made(n_samples=60, n_classes=3, seed=0, shift=2.0, longest=12):
    """Make sequences of 3 features, of which the class' own one is shifted."""
    rng = np.random.default_rng(seed)
    y = rng.integers(n_classes, size=n_samples)
    X = [rng.normal(size=(rng.integers(1, longest + 1), 3)).astype(np.float32) for _ in y]
    for frames, label in zip(X, y, strict=True):
        frames[:, label] += shift
    return X, np.array(["calm", "lively", "sad"])[y]


X, y = made()
GROUPS = np.arange(len(X)) // 6
