"""Checks of what raters, samples, classes, groups and weights stand for."""

from unittest import SkipTest

import numpy as np

from sklearn_raters._nested import groups_for_fit, weights_for_fit
from sklearn_raters.estimator_checks._subject import (
    CLOSE,
    assert_same,
    learn,
    make_rated,
    parameter,
    reference,
)


def check_rater_without_ratings(name, estimator):
    """Check that a rater who rated nothing changes nothing."""
    data = make_rated()
    empty = np.full((len(data.Y), 1), None, dtype=object)
    found = learn(estimator, data._replace(Y=np.hstack([data.Y, empty])))
    assert_same(reference(estimator, data), found, "with one more rater, who rated nothing")


def check_samples_without_ratings(name, estimator):
    """Check that samples that nobody rated change nothing.

    They are copies of the rated ones, so that means and scales stay the same, and lie in the same groups.
    """
    data = make_rated()
    Y = np.vstack([data.Y, np.full(data.Y.shape, None, dtype=object)])
    more = data._replace(X=np.vstack([data.X, data.X]), Y=Y, groups=np.tile(data.groups, 2))
    found = learn(estimator, more)
    assert_same(
        reference(estimator, data), found, "with a copy of each sample that nobody rated", tolerance=CLOSE
    )


def _with_classes(estimator, classes):
    key = parameter(estimator, "classes")
    if key is None:
        raise SkipTest("The estimator has no parameter classes.")
    return learn(estimator, make_rated(), **{key: classes})


def check_absent_class(name, estimator):
    """Check that a class without votes keeps its column, or is refused by its name."""
    classes = ["angry", "bored", "calm", "sad"]
    try:
        found = _with_classes(estimator, classes)
    except ValueError as error:
        if "'bored'" in str(error):
            return
        raise AssertionError("fit refuses a class without votes, but does not name it.") from error
    assert found.classes == classes, f"classes_ is {found.classes}, not the classes given, {classes}."
    for method, values in found.values.items():
        if method != "predict":
            assert values.shape[-1] == 4, f"{method} has {values.shape[-1]} columns for 4 classes."
            worst = values[..., 1].max(initial=0)
            assert worst < 0.5, f"{method} gives {worst:.2f} to 'bored', which nobody ever chose."


def check_order_of_classes(name, estimator):
    """Check that the classes keep the order given, and the columns of the answers this order."""
    classes = ["calm", "sad", "angry"]
    found = _with_classes(estimator, classes)
    assert found.classes == classes, f"classes_ is {found.classes}, not in the order given, {classes}."
    truth = make_rated().new_truth
    for method, values in found.values.items():
        if method in ("predict_proba", "predict_soft_labels"):
            named = np.array(classes, dtype=object)[values.argmax(axis=1)]
            share = (named == truth).mean()
            assert share > 0.5, f"The columns of {method} name {share:.0%} of easy samples; chance is 33 %."


def check_groups(name, estimator):
    """Check that groups may be an array, a list or a Series, of numbers or text, and must fit the samples."""
    import pandas as pd

    data = make_rated()
    if not groups_for_fit(estimator, data.groups):
        raise SkipTest("The estimator takes no groups.")
    texts = np.array([f"g{group:02}" for group in data.groups])
    forms = {"a list": data.groups.tolist(), "a Series": pd.Series(data.groups), "text": texts}
    expected = reference(estimator, data)
    for form, groups in forms.items():
        assert_same(expected, learn(estimator, data._replace(groups=groups)), f"with groups as {form}")
    wrong = {"one too few": data.groups[:-1], "one missing": [None, *data.groups[1:].tolist()]}
    for fault, groups in wrong.items():
        try:
            learn(estimator, data._replace(groups=groups))
        except ValueError:
            continue
        raise AssertionError(f"fit accepts groups of which there is {fault}.")


def _assert_weights(estimator, weight, what):
    """Raise AssertionError unless weights count as repeats do; each group gets the same weight in total."""
    data = make_rated()
    if not weights_for_fit(estimator, weight):
        raise SkipTest("The estimator takes no sample_weight.")
    rows = np.repeat(np.arange(len(data.X)), weight)
    repeated = data._replace(X=data.X[rows], Y=data.Y[rows], groups=data.groups[rows])
    found = learn(estimator, data, weight=weight.astype(float))
    assert_same(reference(estimator, repeated), found, what, tolerance=CLOSE)


def check_weights_as_repeats(name, estimator):
    """Check that a weight of 2 is the same sample twice."""
    _assert_weights(estimator, np.tile([2, 1, 1, 2], 12), "with a weight of 2 instead of the sample twice")


def check_weight_zero(name, estimator):
    """Check that a weight of 0 is no sample."""
    _assert_weights(estimator, np.tile([0, 1, 1, 1], 12), "with a weight of 0 instead of no sample")


def check_wrong_weights(name, estimator):
    """Check that weights that are negative, missing or too few are refused."""
    data = make_rated()
    weight = np.ones(len(data.X))
    if not weights_for_fit(estimator, weight):
        raise SkipTest("The estimator takes no sample_weight.")
    for fault, wrong in {"negative": -1.0, "missing": np.nan}.items():
        try:
            learn(estimator, data, weight=np.r_[wrong, weight[1:]])
        except ValueError:
            continue
        raise AssertionError(f"fit accepts a weight that is {fault}.")
    try:
        learn(estimator, data, weight=weight[1:])
    except ValueError:
        return
    raise AssertionError("fit accepts one weight too few.")
