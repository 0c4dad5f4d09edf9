"""A view is made ready and trained."""

from dataclasses import dataclass
from time import perf_counter
from zlib import crc32

import numpy as np
from sklearn.base import is_classifier

from sklearn_raters._estimator_kinds import groups_for_fit, takes_soft_targets
from sklearn_raters.soft_targets import SoftTargetClassifier, weight_name


@dataclass(frozen=True, eq=False, repr=False)  # the cache notes down the repr, not a copy of all samples
class Training:
    """What one view is trained with."""

    name: object
    estimator: object
    X: object
    targets: np.ndarray
    groups: np.ndarray | None


def fit_view(training):
    """Train one view; return it with the seconds that took. `memory` caches this function."""
    start = perf_counter()
    estimator = training.estimator
    try:
        estimator.fit(training.X, training.targets, **groups_for_fit(estimator, training.groups))
    except ValueError as error:
        raise ValueError(f"View {training.name!r}: {error}") from error
    return estimator, perf_counter() - start


def set_seeds(estimator, seed):
    """Set every `random_state` inside an estimator to a number of its own."""
    rng = np.random.RandomState(seed)
    names = sorted(key for key in estimator.get_params(deep=True) if key.split("__")[-1] == "random_state")
    return estimator.set_params(**{key: rng.randint(np.iinfo(np.int32).max) for key in names})


def prepare(view, estimator, classes, seed):
    """Make a fresh estimator ready for a view: its own seed, and able to take soft targets if these are."""
    if not is_classifier(estimator):
        raise TypeError(f"The view {view.name!r} must be learnt by a classifier; got {estimator!r}.")
    if seed is not None:
        # By name, so that a view is the same whichever others are trained beside it.
        set_seeds(estimator, crc32(str(view.name).encode()) ^ seed)
    if not view.soft:
        return estimator
    if not takes_soft_targets(estimator):
        if weight_name(estimator) is None:
            raise TypeError(
                f"The view {view.name!r} has soft labels, which cannot reach {estimator!r}: its fit takes no "
                "sample_weight. Give this view, by view_params, a classifier that does, or leave it out of "
                "views; 'crowd_hard' takes any classifier."
            )
        estimator = SoftTargetClassifier(estimator)
    if "classes" in estimator.get_params(deep=False):
        estimator.set_params(classes=classes)
    return estimator
