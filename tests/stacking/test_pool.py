"""The log-linear pool: its limits without and with many samples, its weights and its penalty."""

import numpy as np
import pytest
from scipy.special import softmax

from sklearn_raters.stacking._pool import PENALTY, LogLinearPool, choose_penalty, fit_pool, plain_pool

PRIOR = np.array([0.5, 0.3, 0.2])


def draw(n_samples, pool, seed=0):
    """Draw ratios of two classifiers, and labels from the pool as distributions."""
    rng = np.random.default_rng(seed)
    ratios = rng.normal(size=(n_samples, 2, 3))
    proba = pool.predict_proba(ratios)
    labels = (rng.random(n_samples)[:, None] > np.cumsum(proba, axis=1)).sum(axis=1)
    return ratios, np.eye(3)[labels]


def test_the_plain_pool_of_one_classifier_is_that_classifier():
    posterior = np.random.default_rng(0).dirichlet(np.ones(3), size=5)
    ratios = np.log(posterior / PRIOR)[:, None]
    np.testing.assert_allclose(plain_pool(1, PRIOR).predict_proba(ratios), posterior)


def test_the_plain_pool_is_the_geometric_mean_with_corrected_priors():
    ratios = np.random.default_rng(0).normal(size=(5, 4, 3))
    expected = PRIOR * np.exp(ratios.mean(axis=1))
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(plain_pool(4, PRIOR).predict_proba(ratios), expected)


def test_without_samples_the_pool_is_the_plain_one():
    fitted = fit_pool(np.empty((0, 2, 3)), np.empty((0, 3)), np.empty(0), PRIOR)
    for found, expected in zip(fitted, plain_pool(2, PRIOR), strict=True):
        np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize(("n_samples", "tolerance"), [(500, 0.35), (20_000, 0.08)])
def test_with_many_samples_the_pool_finds_the_weights_that_made_the_labels(n_samples, tolerance):
    rng = np.random.default_rng(1)
    made = LogLinearPool(plain_pool(2, PRIOR).weights + rng.normal(scale=0.3, size=(2, 3, 3)), np.log(PRIOR))
    fitted = fit_pool(*draw(n_samples, made), np.ones(n_samples), PRIOR)
    # Weights to all classes may differ by the same number: compare their differences.
    difference = fitted.weights - made.weights
    assert np.abs(difference - difference.mean(axis=2, keepdims=True)).max() < tolerance


def test_a_class_without_targets_keeps_the_weights_of_the_plain_pool():
    ratios, labels = draw(200, plain_pool(2, PRIOR))
    known = labels[:, 2] == 0
    fitted = fit_pool(ratios[known], labels[known], np.ones(known.sum()), PRIOR)
    plain = plain_pool(2, PRIOR)
    np.testing.assert_allclose(fitted.weights[:, :, 2], plain.weights[:, :, 2])
    assert fitted.offsets[2] == plain.offsets[2]
    assert np.abs(fitted.weights - plain.weights).max() > 0.01


def test_few_samples_move_the_weights_less_than_many():
    made = LogLinearPool(3 * plain_pool(2, PRIOR).weights, np.log(PRIOR))
    moved = [
        np.abs(fit_pool(*draw(n, made), np.ones(n), PRIOR).weights - plain_pool(2, PRIOR).weights).max()
        for n in (10, 100, 1000)
    ]
    assert moved[0] < moved[1] / 2 < moved[2] / 4


def test_a_weight_of_two_is_the_same_sample_twice():
    ratios, labels = draw(60, plain_pool(2, PRIOR))
    weight = np.repeat([1.0, 2.0], 30)
    twice = np.repeat(np.arange(60), weight.astype(int))
    weighted = fit_pool(ratios, labels, weight, PRIOR)
    repeated = fit_pool(ratios[twice], labels[twice], np.ones(90), PRIOR)
    np.testing.assert_allclose(weighted.weights, repeated.weights, atol=1e-4)


def test_no_small_step_lowers_the_penalised_loss():
    ratios, labels = draw(80, LogLinearPool(2 * plain_pool(2, PRIOR).weights, np.zeros(3)))
    fitted, plain = fit_pool(ratios, labels, np.ones(80), PRIOR), plain_pool(2, PRIOR)

    def loss(weights, offsets):
        logits = np.einsum("npk,pkc->nc", ratios, weights) + offsets
        fit = -np.log(softmax(logits, axis=1)[labels == 1]).sum()
        return fit + 30 * ((weights - plain.weights) ** 2).sum() + ((offsets - plain.offsets) ** 2).sum()

    rng, least = np.random.default_rng(0), loss(*fitted)
    for _ in range(50):
        step = rng.normal(scale=0.01, size=(2, 3, 3)), rng.normal(scale=0.01, size=3)
        assert loss(fitted.weights + step[0], fitted.offsets + step[1]) > least


def test_the_penalty_is_strong_where_the_plain_pool_is_right_and_weak_where_weights_differ():
    plain = plain_pool(2, PRIOR)
    one_alone = LogLinearPool(np.stack([2 * plain.weights[0] * 2, 0 * plain.weights[1]]), plain.offsets)
    folds = np.arange(400) % 2
    for made, expected in ((plain, (100,)), (one_alone, (1, 3))):
        pools = [(*draw(400, made, seed), np.ones(400), PRIOR) for seed in range(3)]
        assert choose_penalty(pools, [folds] * 3) in expected


def test_without_several_folds_the_penalty_is_that_of_the_consensus():
    pool = (*draw(20, plain_pool(2, PRIOR)), np.ones(20), PRIOR)
    assert choose_penalty([pool], [np.zeros(20)]) == PENALTY


def test_weights_choose_the_penalty_of_repeated_samples():
    made = LogLinearPool(3 * plain_pool(2, PRIOR).weights, np.log(PRIOR))
    ratios, labels = draw(90, made)
    weight, folds = np.repeat([1.0, 2.0], 45), np.arange(90) % 2
    twice = np.repeat(np.arange(90), weight.astype(int))
    weighted = choose_penalty([(ratios, labels, weight, PRIOR)], [folds])
    repeated = choose_penalty([(ratios[twice], labels[twice], np.ones(135), PRIOR)], [folds[twice]])
    assert weighted == repeated
