"""The convex mixture of posteriors: its weights are those that make the labels most likely."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from made import GROUPS, X, Y, accuracy, small_stack
from sklearn_raters.stacking._mixture import ConvexMixture

CLASSES = np.array(["b", "a", "c"])  # not sorted


def posteriors(n_samples, n_views, seed):
    return np.random.default_rng(seed).dirichlet(np.full(3, 0.5), size=(n_samples, n_views))


def draw(proba, seed):
    places = (proba.cumsum(axis=1) > np.random.default_rng(seed).random((len(proba), 1))).argmax(axis=1)
    return CLASSES[places]


def log_likelihood(proba_views, y, weights):
    proba = np.einsum("nvk,v->nk", proba_views, weights)
    return np.log(proba[y[:, None] == CLASSES]).mean()


def test_the_weights_that_labels_were_drawn_by_are_found_again():
    proba_views, weights = posteriors(20_000, 4, 0), np.array([0.5, 0.0, 0.2, 0.3])
    y = draw(np.einsum("nvk,v->nk", proba_views, weights), 1)
    mixture = ConvexMixture(CLASSES).fit(proba_views.reshape(len(proba_views), -1), y)
    np.testing.assert_allclose(mixture.weights_, weights, atol=0.03)
    expected = np.einsum("nvk,v->nk", proba_views, mixture.weights_)
    np.testing.assert_allclose(mixture.predict_proba(proba_views.reshape(len(proba_views), -1)), expected)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5))
def test_no_other_weights_make_the_labels_more_likely(seed, n_views):
    proba_views = posteriors(60, n_views, seed)
    y = np.random.default_rng(seed).choice(CLASSES, size=60)
    found = ConvexMixture(CLASSES).fit(proba_views.reshape(60, -1), y).weights_
    assert found.min() >= 0
    assert found.sum() == pytest.approx(1)
    best = log_likelihood(proba_views, y, found)
    others = np.random.default_rng(seed).dirichlet(np.ones(n_views), size=50)
    for other in [*np.eye(n_views), *others]:
        nearby = 0.99 * found + 0.01 * other
        assert log_likelihood(proba_views, y, nearby) <= best + 1e-5


def test_a_weight_of_three_counts_like_three_samples():
    proba_views, y = posteriors(60, 3, 0), np.random.default_rng(0).choice(CLASSES, size=60)
    flat = proba_views.reshape(60, -1)
    weighted = ConvexMixture(CLASSES).fit(flat, y, np.where(y == "a", 3, 1))
    rows = np.repeat(np.arange(60), np.where(y == "a", 3, 1))
    np.testing.assert_allclose(weighted.weights_, ConvexMixture(CLASSES).fit(flat[rows], y[rows]).weights_)


def test_views_that_are_sure_and_wrong_get_the_share_of_labels_that_they_have_right():
    proba_views = np.zeros((10, 2, 3))
    proba_views[:, 0, 1], proba_views[:, 1, 0] = 1, 1
    mixture = ConvexMixture(CLASSES).fit(proba_views.reshape(10, -1), CLASSES[[0] * 7 + [1] * 3])
    np.testing.assert_allclose(mixture.weights_, [0.3, 0.7], atol=1e-6)


@pytest.mark.parametrize("cv", [None, 3])
def test_a_stack_mixes_its_views_by_the_learnt_weights(cv):
    model = small_stack(fusion="mixture", cv=cv).fit(X, Y, groups=GROUPS)
    assert model.fusion_.weights_.shape == (5,)
    order = [model.views_.index(name) for name in model.fusion_views_]
    expected = np.einsum("nvk,v->nk", model.predict_proba_views(X)[:, order], model.fusion_.weights_)
    np.testing.assert_allclose(model.predict_proba(X), expected)
    assert accuracy(model) > 0.85
