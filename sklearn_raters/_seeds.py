"""Seeds: one drawn for a whole fit, and one for each estimator inside another."""

import numpy as np
from sklearn.utils import check_random_state


def draw_seed(random_state):
    """Draw one seed for all views and the fusion; None where the estimators' own are to stay."""
    if random_state is None:
        return None
    return check_random_state(random_state).randint(np.iinfo(np.int32).max)


def set_seeds(estimator, seed):
    """Set every `random_state` inside an estimator to a number of its own."""
    rng = np.random.RandomState(seed)
    names = sorted(key for key in estimator.get_params(deep=True) if key.split("__")[-1] == "random_state")
    return estimator.set_params(**{key: rng.randint(np.iinfo(np.int32).max) for key in names})
