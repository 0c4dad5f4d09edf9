"""What all checks share: one set of rated samples, fitting on it, and comparing what models answer."""

from typing import NamedTuple

import joblib
import numpy as np
from sklearn.base import clone

from sklearn_raters._nested import call_inside, groups_for_fit, unwrap, weights_for_fit

# Sums in another order differ by rounding, and a solver or a training in float32 that starts from these
# differences ends this far from the other at most.
CLOSE = 1e-5
CLASSES = ["angry", "calm", "sad"]
# The latest answers that were compared with, by a hash of the unfitted estimator and the data.
_LATEST = {}
_METHODS = ["predict_proba", "predict_soft_labels", "predict_proba_raters"]


class Rated(NamedTuple):
    """Rated samples, four in each group, and new samples.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Samples; feature k is higher where the true class is k.
    Y : ndarray of object, shape (n_samples, n_raters)
        Labels, None where the rater did not rate the sample. Each sample has a rating.
    groups : ndarray of int, shape (n_samples,)
        Groups that inner splits must not split.
    new_X : ndarray of shape (n_new_samples, n_features)
        Samples to predict.
    new_truth : ndarray of object, shape (n_new_samples,)
        Their true classes.
    """

    X: np.ndarray
    Y: np.ndarray
    groups: np.ndarray
    new_X: np.ndarray
    new_truth: np.ndarray


class Answers(NamedTuple):
    """Answers of a fitted model for new samples.

    Parameters
    ----------
    classes : list
        Its classes.
    raters : list
        Its raters; None if it has no `raters_`.
    values : dict of ndarray
        The results of its methods, by their names.
    """

    classes: list
    raters: list
    values: dict


def make_rated(n_raters=3, seed=0):
    """Return the rated samples of all checks; each rater is wrong on a sixth and leaves out a fifth."""
    rng = np.random.RandomState(seed)
    truth = np.tile([0, 1, 2], 24)
    X = rng.normal(size=(72, 4))
    X[np.arange(72), truth] += 3
    codes = np.where(
        rng.uniform(size=(48, n_raters)) < 1 / 6, rng.randint(3, size=(48, n_raters)), truth[:48, None]
    )
    Y = np.array(CLASSES, dtype=object)[codes]
    unrated = rng.uniform(size=Y.shape) < 0.2
    unrated[np.arange(48), np.arange(48) % n_raters] = False
    Y[unrated] = None
    return Rated(X[:48], Y, np.arange(48) // 4, X[48:], np.array(CLASSES, dtype=object)[truth[48:]])


def seeded(estimator, **params):
    """Return an unfitted copy in which every `random_state` is 0, with other parameters set."""
    names = estimator.get_params()
    seeds = {name: 0 for name in names if name.rpartition("__")[2] == "random_state"}
    return clone(estimator).set_params(**seeds, **params)


def parameter(estimator, name):
    """Return the outermost parameter of this name, such as "estimator__classes"; None if there is none."""
    found = [key for key in estimator.get_params() if key.rpartition("__")[2] == name]
    return min(found, key=lambda key: key.count("__"), default=None)


def fit(model, data, weight=None):
    """Fit a model on rated samples, with the groups and weights that it takes."""
    keywords = {**groups_for_fit(model, data.groups), **weights_for_fit(model, weight)}
    return model.fit(data.X, data.Y, **keywords)


def answers(model, X):
    """Return all answers of a fitted model on samples."""
    inner = unwrap(model)
    values = {"predict": np.array(np.asarray(model.predict(X)).tolist(), dtype=object)}
    for method in _METHODS:
        if hasattr(inner, method):
            values[method] = np.asarray(call_inside(model, method, X, {}))
    return Answers(np.asarray(model.classes_).tolist(), getattr(inner, "raters_", None), values)


def learn(estimator, data, weight=None, **params):
    """Fit a copy of an estimator with fixed seeds on rated samples; return its answers on the new ones."""
    return answers(fit(seeded(estimator, **params), data, weight), data.new_X)


def reference(estimator, data, **params):
    """Do what `learn` does; the latest answers are kept, as most checks compare with the same ones."""
    try:
        key = joblib.hash((seeded(estimator, **params), data))
    except Exception:  # pickle raises nearly any error for what it cannot read
        return learn(estimator, data, **params)
    if key not in _LATEST:
        found = learn(estimator, data, **params)
        _LATEST.clear()
        _LATEST[key] = found
    return _LATEST[key]


def assert_same(expected, found, change, *, tolerance=0.0):
    """Raise AssertionError unless two models give the same answers.

    Parameters
    ----------
    expected, found : Answers
        The answers before and after a change that must not matter.
    change : str
        The change, for the message: "after ...", "with ...".
    tolerance : float, default=0.0
        Largest difference of probabilities. 0 stands for equality to the last bit.
    """
    assert found.classes == expected.classes, f"classes_ is {found.classes} {change}, not {expected.classes}."
    lost = set(expected.raters or ()) - set(found.raters or ())
    assert not lost, f"raters_ is {found.raters} {change}, not {expected.raters}."
    for method, before in expected.values.items():
        after = found.values[method]
        if method == "predict_proba_raters" and expected.raters is not None:
            after = after[:, [list(found.raters).index(name) for name in expected.raters]]
        assert after.shape == before.shape, (
            f"{method} has the shape {after.shape} {change}, not {before.shape}."
        )
        if method == "predict":
            wrong = (after != before) & _is_clear(expected, tolerance)
            first = wrong.argmax()
            size = f"says {after.tolist()[first]!r}, not {before.tolist()[first]!r}"
        else:
            difference = np.abs(after - before)
            wrong = ~(difference <= tolerance) & ~(np.isnan(after) & np.isnan(before))
            size = f"differs by {difference.max(initial=0):.2g}"
        place = f"sample {np.argwhere(wrong)[0][0]}" if wrong.any() else ""
        assert not wrong.any(), f"{method} {size} {change}, first for {place}; allowed is {tolerance:g}."


def _is_clear(expected, tolerance):
    """Return for each sample whether its best class is better than the next by more than the tolerance."""
    if not tolerance or "predict_proba" not in expected.values:
        return np.True_
    ordered = np.sort(expected.values["predict_proba"], axis=1)
    return ordered[:, -1] - ordered[:, -2] > 2 * tolerance
