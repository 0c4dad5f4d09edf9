"""One view's work: made ready, trained, asked for posteriors and representations."""

from time import perf_counter
from zlib import crc32

import numpy as np

from sklearn_raters._align import align
from sklearn_raters._estimator_kinds import groups_for_fit, takes_soft_targets
from sklearn_raters.soft_targets import SoftTargetClassifier


def fit_view(name, estimator, X, targets, groups):
    """Train one view; return it with the seconds that took. `memory` caches this function."""
    start = perf_counter()
    try:
        estimator.fit(X, targets, **groups_for_fit(estimator, groups))
    except ValueError as error:
        raise ValueError(f"View {name!r}: {error}") from error
    return estimator, perf_counter() - start


def set_seeds(estimator, seed):
    """Set every `random_state` inside an estimator to a number of its own."""
    rng = np.random.RandomState(seed)
    names = sorted(key for key in estimator.get_params(deep=True) if key.split("__")[-1] == "random_state")
    return estimator.set_params(**{key: rng.randint(np.iinfo(np.int32).max) for key in names})


def prepare(view, estimator, classes, seed):
    """Make a fresh estimator ready for a view: its own seed, and able to take soft targets if these are."""
    if seed is not None:
        # By name, so that a view is the same whichever others are trained beside it.
        set_seeds(estimator, crc32(str(view.name).encode()) ^ seed)
    if not view.soft:
        return estimator
    if not takes_soft_targets(estimator):
        estimator = SoftTargetClassifier(estimator)
    if estimator.get_params(deep=False).get("classes", 0) is None:
        estimator.set_params(classes=classes)
    return estimator


def posterior(view, estimator, X, classes):
    """Return one view's probabilities, (n_samples, n_classes), in the order of `classes`."""
    if not hasattr(estimator, "predict_proba"):
        raise AttributeError(
            f"The view {view.name!r} has no predict_proba; give it an estimator that has, for example "
            "sklearn.calibration.CalibratedClassifierCV around this one."
        )
    proba = estimator.predict_proba(X)
    return proba if view.soft else align(proba, list(estimator.classes_), classes)


def representation(view, estimator, X, classes, *, proba):
    """Return what one view hands to the fusion: its values before the softmax, else its posterior."""
    if not proba and hasattr(estimator, "transform"):
        return np.asarray(estimator.transform(X))
    if hasattr(estimator, "predict_proba"):
        return posterior(view, estimator, X, classes)
    values = estimator.decision_function(X)
    return values.reshape(len(values), -1)
