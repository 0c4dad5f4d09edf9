"""Seeds: one for a whole fit, and one for each estimator inside another."""

import numpy as np
from sklearn.utils import check_random_state

_LARGEST = np.iinfo(np.int32).max


def draw_seed(random_state, size=None):
    """Draw one seed (or `size` seeds) from `random_state`: an int, a RandomState or None."""
    return check_random_state(random_state).randint(_LARGEST, size=size)


def set_seeds(estimator, seed):
    """Set every `random_state` inside an estimator to another number; return the estimator."""
    rng = np.random.RandomState(seed)
    names = sorted(key for key in estimator.get_params(deep=True) if key.split("__")[-1] == "random_state")
    return estimator.set_params(**{key: rng.randint(_LARGEST) for key in names})
