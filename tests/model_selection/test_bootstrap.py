"""The paired bootstrap: its laws, its arithmetic and how often its interval holds the truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import recall_score

from sklearn_raters.metrics import unweighted_average_recall
from sklearn_raters.model_selection import paired_bootstrap

labels = st.lists(st.sampled_from("abc"), min_size=30, max_size=30)


class TestPairedBootstrap:
    @given(labels, labels)
    def test_equal_predictions_do_not_differ(self, y_true, predicted):
        assert paired_bootstrap(y_true, predicted, predicted, n_bootstrap=20) == (0, 0, 0)

    @given(labels, labels, labels)
    def test_turning_the_pair_turns_the_sign(self, y_true, a, b):
        groups = np.arange(30) % 7
        there = paired_bootstrap(y_true, a, b, groups, n_bootstrap=50, random_state=0)
        back = paired_bootstrap(y_true, b, a, groups, n_bootstrap=50, random_state=0)
        np.testing.assert_allclose(there, [-back.difference, -back.high, -back.low], atol=1e-12)

    @given(labels, labels, labels)
    def test_the_difference_is_that_of_the_recalls(self, y_true, a, b):
        present = sorted(set(y_true))
        uar = [recall_score(y_true, p, labels=present, average="macro", zero_division=0) for p in (a, b)]
        assert paired_bootstrap(y_true, a, b, n_bootstrap=5).difference == pytest.approx(uar[0] - uar[1])

    def test_one_draw_is_that_of_a_loop_written_out(self):
        rng = np.random.default_rng(0)
        y_true, a, b = rng.choice(list("abc"), size=(3, 40))
        groups = np.arange(40) // 4
        drawn = np.random.RandomState(3).multinomial(10, np.full(10, 0.1))
        rows = np.repeat(np.arange(40), drawn[groups])
        expected = unweighted_average_recall(y_true[rows], a[rows]) - unweighted_average_recall(
            y_true[rows], b[rows]
        )
        once = paired_bootstrap(y_true, a, b, groups, n_bootstrap=1, random_state=3)
        np.testing.assert_allclose(once[1:], expected)

    def test_a_clear_winner(self):
        rng = np.random.default_rng(0)
        y_true = rng.choice(list("abc"), size=400)
        a = np.where(rng.random(400) < 0.8, y_true, rng.choice(list("abc"), size=400))
        b = np.where(rng.random(400) < 0.4, y_true, rng.choice(list("abc"), size=400))
        result = paired_bootstrap(y_true, a, b, np.arange(400) % 20, random_state=0)
        assert 0.1 < result.low < result.difference < result.high < 0.5

    def test_groups_that_agree_inside_widen_the_interval(self):
        rng = np.random.default_rng(0)
        y_true = rng.choice(list("ab"), size=400)
        groups = np.arange(400) // 40
        good = rng.random(10) < 0.5
        a = np.where(good[groups], y_true, "a")
        by_group = paired_bootstrap(y_true, a, ["a"] * 400, groups, random_state=0)
        by_sample = paired_bootstrap(y_true, a, ["a"] * 400, random_state=0)
        assert by_group.high - by_group.low > 2 * (by_sample.high - by_sample.low)

    def test_the_interval_holds_the_truth_as_often_as_it_says(self):
        rng = np.random.default_rng(0)
        held = 0
        for _ in range(200):
            y_true = np.repeat(["a", "b"], 100)
            a = np.where(rng.random(200) < 0.7, y_true, "x")
            b = np.where(rng.random(200) < 0.6, y_true, "x")
            result = paired_bootstrap(
                y_true, a, b, n_bootstrap=300, labels=["a", "b"], confidence=0.9, random_state=0
            )
            held += result.low <= 0.1 <= result.high
        assert 0.83 < held / 200 < 0.96

    def test_one_seed_one_answer_whatever_the_size_of_blocks(self, monkeypatch):
        rng = np.random.default_rng(0)
        y_true, a, b = rng.choice(list("abc"), size=(3, 40))
        once = paired_bootstrap(y_true, a, b, random_state=1)
        assert paired_bootstrap(y_true, a, b, random_state=1) == once
        assert paired_bootstrap(y_true, a, b, random_state=2) != once
        monkeypatch.setattr("sklearn_raters.model_selection._bootstrap._BLOCK", 100)
        assert paired_bootstrap(y_true, a, b, random_state=1) == once

    def test_bad_input(self):
        with pytest.raises(ValueError, match="at least two groups"):
            paired_bootstrap(["a", "b"], ["a", "b"], ["a", "b"], [1, 1])
        with pytest.raises(ValueError, match="one group a sample"):
            paired_bootstrap(["a", "b"], ["a", "b"], ["a", "b"], [1])
        with pytest.raises(ValueError, match="confidence between 0 and 1"):
            paired_bootstrap(["a", "b"], ["a", "b"], ["a", "b"], confidence=95)
        with pytest.raises(ValueError, match="Sample 1 has no label"):
            paired_bootstrap(["a", None], ["a", "b"], ["a", "b"])
