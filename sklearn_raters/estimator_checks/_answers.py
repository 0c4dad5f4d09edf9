"""Checks of the answers' shapes and sums, and of sequences of different lengths."""

from unittest import SkipTest

import numpy as np
from sklearn.exceptions import NotFittedError
from sklearn.utils import get_tags

from sklearn_raters.estimator_checks._subject import (
    CLASSES,
    CLOSE,
    answers,
    assert_same,
    fit,
    learn,
    make_rated,
    reference,
    seeded,
)


def check_answers(name, estimator):
    """Check classes_, the shapes of all answers, that probabilities sum to one and that predict follows."""
    data = make_rated()
    found = reference(estimator, data)
    n_samples, n_classes = len(data.new_X), len(CLASSES)
    assert found.classes == CLASSES, f"classes_ is {found.classes}, not the sorted labels, {CLASSES}."
    n_raters = data.Y.shape[1] if found.raters is None else len(found.raters)
    shapes = {
        "predict": (n_samples,),
        "predict_proba": (n_samples, n_classes),
        "predict_soft_labels": (n_samples, n_classes),
        "predict_proba_raters": (n_samples, n_raters, n_classes),
    }
    for method, values in found.values.items():
        assert values.shape == shapes[method], f"{method} has the shape {values.shape}, not {shapes[method]}."
        if method == "predict":
            strange = sorted(set(values) - set(CLASSES))
            assert not strange, f"predict says {strange}, which are none of classes_."
            continue
        assert np.isfinite(values).all(), f"{method} holds NaN or infinity."
        assert (values >= 0).all(), f"{method} holds values below 0."
        worst = np.abs(values.sum(axis=-1) - 1).max(initial=0)
        assert worst < CLOSE, f"The rows of {method} sum to one only within {worst:.2g}."
    if "predict_proba" in found.values:
        best = np.array(CLASSES, dtype=object)[found.values["predict_proba"].argmax(axis=1)]
        assert (best == found.values["predict"]).all(), (
            "predict is not the class with the highest probability."
        )


def check_not_fitted(name, estimator):
    """Check that each method raises NotFittedError before fit."""
    data, model = make_rated(), seeded(estimator)
    for method in ("predict", "predict_proba", "predict_soft_labels", "predict_proba_raters"):
        if not hasattr(model, method):
            continue
        try:
            getattr(model, method)(data.new_X)
        except NotFittedError:
            continue
        raise AssertionError(f"{method} raises no NotFittedError before fit.")


def _as_sequences(X):
    """Return rows as sequences of one to three frames, the row and what drifts away from it."""
    return [row + 0.1 * np.arange(1 + index % 3)[:, None] for index, row in enumerate(X)]


def _as_object_array(sequences):
    values = np.empty(len(sequences), dtype=object)
    values[:] = sequences
    return values


def check_sequences(name, estimator):
    """Check sequences of different lengths: as a list or an array of objects, alone or in a batch."""
    if not get_tags(estimator).input_tags.three_d_array:
        raise SkipTest("The estimator takes no sequences: its input tag three_d_array is not set.")
    data = make_rated()
    data = data._replace(X=_as_sequences(data.X), new_X=_as_sequences(data.new_X))
    expected = reference(estimator, data)
    arrays = data._replace(X=_as_object_array(data.X), new_X=_as_object_array(data.new_X))
    assert_same(expected, learn(estimator, arrays), "with sequences in an array of objects")
    model = fit(seeded(estimator), data)
    alone = [answers(model, [sequence]) for sequence in data.new_X]
    joined = {method: np.concatenate([one.values[method] for one in alone]) for method in expected.values}
    # Padding and other batch sizes change the order of sums in float32.
    assert_same(expected, expected._replace(values=joined), "one sequence at a time", tolerance=CLOSE)


def check_sequences_of_one_length(name, estimator):
    """Check that sequences of one length may be one 3-D array."""
    if not get_tags(estimator).input_tags.three_d_array:
        raise SkipTest("The estimator takes no sequences: its input tag three_d_array is not set.")
    data = make_rated()
    data = data._replace(
        X=np.stack([data.X, -data.X], axis=1), new_X=np.stack([data.new_X, -data.new_X], axis=1)
    )
    found = learn(estimator, data._replace(X=list(data.X), new_X=list(data.new_X)))
    assert_same(reference(estimator, data), found, "with a list of sequences instead of a 3-D array")
