"""Random sequences with IEMOCAP's durations, and ratings of them, for the benchmarks of speed."""

import numpy as np
import pandas as pd

MEAN_SECONDS, SD_SECONDS, SHORTEST, LONGEST = 4.5, 3.1, 0.6, 34
STEPS_A_SECOND = 20  # 100 frames a second, pooled by 5
N_FEATURES, N_CLASSES = 45, 4


def lengths(n_samples, rng):
    """Draw log-normal durations in steps: about 90 on average and at most 680."""
    spread = np.log1p((SD_SECONDS / MEAN_SECONDS) ** 2)
    seconds = rng.lognormal(np.log(MEAN_SECONDS) - spread / 2, np.sqrt(spread), n_samples)
    return np.round(STEPS_A_SECOND * seconds.clip(SHORTEST, LONGEST)).astype(int)


def make_sequences(n_samples, seed=0, offset=0.0):
    """Return float32 sequences of shape (n_steps_i, 45) and labels; each class has other means.

    Each sequence is moved by normal numbers with a standard deviation of `offset`: with 1, about four of five
    sequences can be recognised.
    """
    rng = np.random.default_rng(seed)
    y = rng.integers(N_CLASSES, size=n_samples)
    means = rng.normal(scale=0.3, size=(N_CLASSES, N_FEATURES))
    pairs = zip(lengths(n_samples, rng), y, strict=True)
    X = [(rng.normal(size=(n, N_FEATURES)) + means[k]).astype(np.float32) for n, k in pairs]
    if offset:
        X = [frames + np.float32(offset * rng.normal(size=N_FEATURES)) for frames in X]
    return X, y


def make_ratings(y, n_raters, seed=0):
    """Return a table of ratings: 3 raters a sample, and a few raters who give most of the ratings.

    A rating is the true label with probability 0.8, else any class at random.
    """
    rng = np.random.default_rng(seed)
    # The smallest of exponential times with rates 1, 1/2, 1/3, ... choose the raters.
    times = rng.exponential(size=(len(y), n_raters)) * np.arange(1, n_raters + 1)
    raters = times.argpartition(3, axis=1)[:, :3]
    guesses = rng.integers(N_CLASSES, size=raters.shape)
    labels = np.where(rng.random(raters.shape) < 0.8, np.asarray(y)[:, None], guesses)
    cells = np.full((len(y), n_raters), None, dtype=object)
    names = np.array([f"class{k}" for k in range(N_CLASSES)], dtype=object)
    np.put_along_axis(cells, raters, names[labels], axis=1)
    return pd.DataFrame(cells, columns=[f"rater{r}" for r in range(n_raters)])
