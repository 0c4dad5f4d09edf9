"""Made sequences with IEMOCAP's durations, which several benchmarks train on."""

import numpy as np

MEAN_SECONDS, SD_SECONDS, SHORTEST, LONGEST = 4.5, 3.1, 0.6, 34
STEPS_A_SECOND = 20  # 100 frames a second, pooled by 5
N_FEATURES, N_CLASSES = 45, 4


def lengths(n_samples, rng):
    """Return log-normal durations in steps, about 90 on average and at most 680."""
    spread = np.log1p((SD_SECONDS / MEAN_SECONDS) ** 2)
    seconds = rng.lognormal(np.log(MEAN_SECONDS) - spread / 2, np.sqrt(spread), n_samples)
    return np.round(STEPS_A_SECOND * seconds.clip(SHORTEST, LONGEST)).astype(int)


def make_sequences(n_samples, seed=0):
    """Return float32 sequences of shape (n_steps_i, 45) and labels that shift their means."""
    rng = np.random.default_rng(seed)
    y = rng.integers(N_CLASSES, size=n_samples)
    means = rng.normal(scale=0.3, size=(N_CLASSES, N_FEATURES))
    pairs = zip(lengths(n_samples, rng), y, strict=True)
    return [(rng.normal(size=(n, N_FEATURES)) + means[k]).astype(np.float32) for n, k in pairs], y
