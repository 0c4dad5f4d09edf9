"""Made crowds with a known truth, for the tests of the functions that look at raters."""

import numpy as np


def crowd(seed=0, *, n_honest=8, others=(), n_classes=4, n_samples=400, votes=5, prior=None):
    """Return ratings (n_samples, n_raters) of texts "c0", "c1", ..., None where not rated.

    Honest raters are right on 75 % of the samples. `others` are functions (truth, rng) -> labels, the raters
    after the honest ones.
    """
    rng = np.random.default_rng(seed)
    truth = rng.choice(n_classes, n_samples, p=prior)
    columns = [right_on(0.75, n_classes)(truth, rng) for _ in range(n_honest)]
    columns += [rater(truth, rng) for rater in others]
    labels = np.array([f"c{number}" for number in range(n_classes)], dtype=object)[np.array(columns).T]
    rank = rng.random(labels.shape).argsort(axis=1).argsort(axis=1)
    labels[rank >= votes] = None
    return labels


def right_on(share, n_classes, order=None):
    """Return a rater who is right on a share of the samples, and names class k as order[k]."""

    def rate(truth, rng):
        wrong = (truth + rng.integers(1, n_classes, len(truth))) % n_classes
        chosen = np.where(rng.random(len(truth)) < share, truth, wrong)
        return chosen if order is None else np.array(order)[chosen]

    return rate


def at_random(truth, rng):
    """Rate at random."""
    return rng.integers(truth.max() + 1, size=len(truth))


def always_first(truth, rng):
    """Choose the first class always."""
    return np.zeros(len(truth), dtype=int)
