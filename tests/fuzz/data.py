"""The sound inputs of the fuzz, of values that float16 holds, so that each number format holds them."""

import functools

import numpy as np
import pandas as pd

CLASSES = ["angry", "neutral", "sad"]
N_SAMPLES = 24

_rng = np.random.default_rng(0)
TRUTH = np.arange(N_SAMPLES) % 3
X = np.round(8 * (_rng.normal(size=(N_SAMPLES, 4)) + 2 * np.eye(4)[TRUTH])) / 8
SEQUENCES = [np.tile(row, (1 + index % 3, 1)).astype(np.float32) for index, row in enumerate(X)]
_chosen = np.where(_rng.random((N_SAMPLES, 3)) < 0.2, _rng.integers(3, size=(N_SAMPLES, 3)), TRUTH[:, None])
_Y = np.array(CLASSES, dtype=object)[_chosen]
_Y[_rng.random(_Y.shape) < 0.2] = None
Y = pd.DataFrame(_Y, columns=["E1", "E2", "E3"]).astype(object)
LABELS = np.array(CLASSES)[TRUTH]
SHARES = np.full((N_SAMPLES, 3), 0.25) + 0.25 * np.eye(3)[TRUTH]
PROBA = np.array([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125], [0.25, 0.25, 0.5]])[
    _rng.permutation(N_SAMPLES) % 3
]
GROUPS = np.arange(N_SAMPLES) // 4
WEIGHTS = (1 + _rng.integers(3, size=N_SAMPLES)).astype(float)


@functools.cache
def long_table():
    """Return the ratings as a long table."""
    from sklearn_raters.ratings import ratings_to_long

    return ratings_to_long(Y)
