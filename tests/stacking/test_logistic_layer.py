"""The logistic layer of the fusion: weights of samples and classes, choice of the penalty, fit."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_sample_weight

from sklearn_raters.stacking._logistic_layer import (
    STRENGTHS,
    LayerFold,
    choose_strength,
    fit_layer,
    label_weights,
)

RNG = np.random.default_rng(0)
Y = RNG.permutation(["a"] * 15 + ["b"] * 30 + ["c"] * 15)
# Two units that tell the classes apart a little, and eight of noise, on different scales.
SCALES = 10.0 ** np.arange(-5, 5)
Z = RNG.normal(size=(60, 10))
Z[:, 0] += Y == "a"
Z[:, 1] += Y == "b"
Z *= SCALES
WEIGHT = RNG.integers(1, 4, size=60).astype(float)


@pytest.mark.parametrize("class_weight", ["balanced", {"a": 2.0, "b": 0.5, "c": 7.0}], ids=str)
def test_label_weights_equal_those_of_scikit_learn(class_weight):
    np.testing.assert_allclose(label_weights(class_weight, Y), compute_sample_weight(class_weight, Y))


def test_without_class_weights_label_weights_are_the_sample_weights():
    assert label_weights(None, Y) is None
    assert label_weights(None, Y, WEIGHT) is WEIGHT


def test_balanced_label_weights_count_a_sample_of_weight_two_twice():
    repeated = np.repeat(Y, WEIGHT.astype(int))
    expected = compute_sample_weight("balanced", repeated)
    found = label_weights("balanced", Y, WEIGHT) / WEIGHT
    np.testing.assert_allclose(np.repeat(found, WEIGHT.astype(int)), expected)
    by_class = [label_weights("balanced", Y, WEIGHT)[label == Y].sum() for label in "abc"]
    np.testing.assert_allclose(by_class, by_class[0])


def test_class_weights_in_a_dict_multiply_the_sample_weights():
    found = label_weights({"a": 2.0, "b": 0.5, "c": 7.0}, Y, WEIGHT)
    np.testing.assert_allclose(found, WEIGHT * np.array([{"a": 2.0, "b": 0.5, "c": 7.0}[y] for y in Y]))


def layer_by_hand(C):
    return make_pipeline(StandardScaler(), LogisticRegression(C=C, max_iter=1000))


@pytest.mark.parametrize("class_weight", [None, "balanced"])
def test_the_chosen_strength_has_the_lowest_cross_entropy_on_the_validation_parts(class_weight):
    parts = [(np.arange(60) % 3 != fold, np.arange(60) % 3 == fold) for fold in range(3)]
    folds = [LayerFold([Z], train, valid) for train, valid in parts]
    losses = []
    for C in STRENGTHS:
        loss = 0
        for train, valid in parts:
            weights = [
                class_weight and compute_sample_weight(class_weight, Y[part]) for part in (train, valid)
            ]
            layer = layer_by_hand(C).fit(Z[train], Y[train], logisticregression__sample_weight=weights[0])
            loss += log_loss(Y[valid], layer.predict_proba(Z[valid]), sample_weight=weights[1])
        losses.append(loss)
    best = np.argmin(losses)
    assert 0 < best < len(STRENGTHS) - 1
    assert choose_strength(folds, Y, class_weight, None) == STRENGTHS[best]


def test_labels_of_noise_get_a_stronger_penalty_than_labels_that_the_units_tell():
    def chosen(y):
        X = np.random.default_rng(1).normal(size=(60, 4))
        X[:, 0] += 6 * (y == "a")
        even = np.arange(60) % 2 == 0
        return choose_strength([LayerFold([X], even, ~even)], Y, None, None)

    assert chosen(np.random.default_rng(2).permutation(Y)) < chosen(Y)


def test_with_more_units_than_samples_the_same_strength_is_chosen_as_without_the_reduction():
    wide = np.random.default_rng(0).normal(size=(60, 50))
    wide[:, 0] += 3 * (Y == "b")
    train, valid = np.arange(60) < 30, np.arange(60) >= 30
    losses = []
    for C in STRENGTHS:
        layer = layer_by_hand(C).fit(wide[train], Y[train])
        losses.append(log_loss(Y[valid], layer.predict_proba(wide[valid])))
    assert choose_strength([LayerFold([wide], train, valid)], Y, None, None) == STRENGTHS[np.argmin(losses)]


def test_a_class_that_the_training_part_lacks_is_not_judged():
    train = (Y != "c") & (np.arange(60) % 2 == 0)
    valid = np.arange(60) % 2 == 1
    known = valid & (Y != "c")
    with_it, without = (
        choose_strength([LayerFold([Z], train, part)], Y, None, None) for part in (valid, known)
    )
    assert with_it == without


def test_the_scale_of_the_units_does_not_change_the_layer():
    layer, scaled = fit_layer(Z.copy(), Y, 0.1, None, None), fit_layer(Z / SCALES, Y, 0.1, None, None)
    np.testing.assert_allclose(scaled.predict_proba(Z / SCALES), layer.predict_proba(Z.copy()), atol=1e-5)


def test_a_weight_of_three_counts_like_three_samples():
    layer = fit_layer(Z.copy(), Y, 0.1, None, WEIGHT)
    rows = np.repeat(np.arange(60), WEIGHT.astype(int))
    repeated = fit_layer(Z[rows], Y[rows], 0.1, None, None)
    np.testing.assert_allclose(layer.predict_proba(Z.copy()), repeated.predict_proba(Z.copy()), atol=1e-4)


def test_a_class_weight_may_be_of_a_class_that_a_part_lacks():
    part = Y != "c"
    np.testing.assert_array_equal(label_weights({"c": 3.0}, Y[part]), np.ones(part.sum()))
    fold = LayerFold([Z], part, part)
    assert choose_strength([fold], Y, {"c": 3.0}, None) == choose_strength([fold], Y, None, None)


@pytest.mark.parametrize("class_weight", [None, {"b": 0.0}], ids=str)
def test_a_part_without_a_sample_to_judge_is_left_out(class_weight):
    train, only_b = Y != "b", Y == "b"
    judged = LayerFold([Z], train, train)
    empty = LayerFold([Z], train if class_weight is None else np.ones(60, dtype=bool), only_b)
    assert choose_strength([judged, empty], Y, class_weight, None) == choose_strength(
        [judged], Y, class_weight, None
    )


@pytest.mark.parametrize("fitted", ["default", "pandas"])
@pytest.mark.parametrize("used", ["default", "pandas"])
def test_the_layer_does_not_depend_on_the_output_that_transformers_are_set_to(fitted, used):
    with config_context(transform_output=fitted):
        assert choose_strength([LayerFold([Z], Y != "", Y != "")], Y, None, None) in STRENGTHS
        layer = fit_layer(Z.copy(), Y, 0.1, None, None)
    with config_context(transform_output=used):
        found = layer.predict_proba(Z.copy())  # a warning of names of features is an error here
    np.testing.assert_array_equal(found, fit_layer(Z.copy(), Y, 0.1, None, None).predict_proba(Z.copy()))
