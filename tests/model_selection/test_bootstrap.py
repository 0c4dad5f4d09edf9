"""The paired bootstrap: symmetries, values computed by hand, and the coverage of its interval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import recall_score

from sklearn_raters.exceptions import InputError
from sklearn_raters.metrics import unweighted_average_recall
from sklearn_raters.model_selection import paired_bootstrap

labels = st.lists(st.sampled_from("abc"), min_size=30, max_size=30)


def draw_labels(n_samples=40):
    """Return true labels and two models' predictions, all drawn at random."""
    return np.random.default_rng(0).choice(list("abc"), size=(3, n_samples))


@given(labels, labels)
def test_equal_predictions_have_no_difference(y_true, predicted):
    assert paired_bootstrap(y_true, predicted, predicted, n_bootstrap=20) == (0, 0, 0)


@given(labels, labels, labels)
def test_swapping_the_models_changes_the_sign(y_true, a, b):
    groups = np.arange(30) % 7
    result = paired_bootstrap(y_true, a, b, groups, n_bootstrap=50, random_state=0)
    swapped = paired_bootstrap(y_true, b, a, groups, n_bootstrap=50, random_state=0)
    np.testing.assert_allclose(result, [-swapped.difference, -swapped.high, -swapped.low], atol=1e-12)


@given(labels, labels, labels)
def test_the_difference_is_that_of_the_recalls(y_true, a, b):
    present = sorted(set(y_true))
    uar = [recall_score(y_true, p, labels=present, average="macro", zero_division=0) for p in (a, b)]
    assert paired_bootstrap(y_true, a, b, n_bootstrap=5).difference == pytest.approx(uar[0] - uar[1])


def test_one_draw_is_the_difference_on_the_drawn_samples():
    y_true, a, b = draw_labels()
    groups = np.arange(40) // 4
    times_drawn = np.random.RandomState(3).multinomial(10, np.full(10, 0.1))
    rows = np.repeat(np.arange(40), times_drawn[groups])
    uar_a, uar_b = (unweighted_average_recall(y_true[rows], predicted[rows]) for predicted in (a, b))
    result = paired_bootstrap(y_true, a, b, groups, n_bootstrap=1, random_state=3)
    np.testing.assert_allclose(result[1:], uar_a - uar_b)


def test_the_interval_of_a_better_model_lies_above_zero_and_around_its_difference():
    rng = np.random.default_rng(0)
    y_true = rng.choice(list("abc"), size=400)
    a = np.where(rng.random(400) < 0.8, y_true, rng.choice(list("abc"), size=400))
    b = np.where(rng.random(400) < 0.4, y_true, rng.choice(list("abc"), size=400))
    result = paired_bootstrap(y_true, a, b, np.arange(400) % 20, random_state=0)
    # Expected recalls are 0.8 + 0.2 / 3 and 0.4 + 0.6 / 3.
    assert 0.1 < result.low < 0.8 + 0.2 / 3 - 0.6 < result.high < 0.5
    assert result.low < result.difference < result.high


def test_groups_whose_samples_resemble_each_other_widen_the_interval():
    rng = np.random.default_rng(0)
    y_true = rng.choice(list("ab"), size=400)
    groups = np.arange(400) // 40
    good = rng.random(10) < 0.5
    a = np.where(good[groups], y_true, "a")
    by_group = paired_bootstrap(y_true, a, ["a"] * 400, groups, random_state=0)
    by_sample = paired_bootstrap(y_true, a, ["a"] * 400, random_state=0)
    assert by_group.high - by_group.low > 2 * (by_sample.high - by_sample.low)


def test_a_90_percent_interval_holds_the_true_difference_in_90_percent_of_cases():
    rng = np.random.default_rng(0)
    n_held = 0
    for _ in range(200):
        y_true = np.repeat(["a", "b"], 100)
        a = np.where(rng.random(200) < 0.7, y_true, "x")
        b = np.where(rng.random(200) < 0.6, y_true, "x")
        result = paired_bootstrap(
            y_true, a, b, n_bootstrap=300, labels=["a", "b"], confidence=0.9, random_state=0
        )
        n_held += result.low <= 0.1 <= result.high
    # Three standard errors of 200 cases are 0.064.
    assert 0.83 < n_held / 200 < 0.97


def test_the_same_seed_gives_the_same_interval():
    y_true, a, b = draw_labels()
    once = paired_bootstrap(y_true, a, b, random_state=1)
    assert paired_bootstrap(y_true, a, b, random_state=1) == once
    assert paired_bootstrap(y_true, a, b, random_state=2) != once


def test_the_size_of_the_blocks_does_not_change_the_interval(monkeypatch):
    y_true, a, b = draw_labels()
    once = paired_bootstrap(y_true, a, b, random_state=1)
    monkeypatch.setattr("sklearn_raters.model_selection._bootstrap._BLOCK", 100)
    assert paired_bootstrap(y_true, a, b, random_state=1) == once


@pytest.mark.parametrize(
    ("y_true", "params", "message"),
    [
        (["a", "b"], {"groups": [1, 1]}, "at least two groups"),
        (["a", "b"], {"groups": [1]}, "y_true has 2, groups has 1"),
        (["a", "b"], {"confidence": 95}, "confidence between 0 and 1, got 2000 and 95"),
        (["a", "b"], {"n_bootstrap": 0}, "n_bootstrap must be from 1 to 10,000,000"),
        (["a", None], {}, "Sample 1 has no label in y_true"),
        (["a", "b", "b"], {}, "y_true has 3, pred_a has 2"),
    ],
)
def test_wrong_input(y_true, params, message):
    with pytest.raises(ValueError, match=message):
        paired_bootstrap(y_true, ["a", "b"], ["a", "b"], **params)


def test_labels_that_no_sample_has_are_an_error():
    y = ["a", "b"] * 4
    with pytest.raises(InputError, match="None of the 8 samples has one of the classes 'x', 'y'"):
        paired_bootstrap(y, y, y, labels=["x", "y"])
