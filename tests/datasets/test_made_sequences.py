"""make_rated_sequences: shapes, labels as frequent as in the confusion matrices, shares of ratings."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklearn_raters.consensus import hard_labels
from sklearn_raters.datasets import make_rated_sequences


def test_sequences_have_the_given_shapes():
    data = make_rated_sequences(50, 3, 2, 6, mean_length=12, n_groups=4, coverage=1.0, random_state=0)
    assert {x.shape[1] for x in data.X} == {6}
    assert {x.dtype for x in data.X} == {np.dtype("float32")}
    assert 10 < np.mean([len(x) for x in data.X]) < 14
    assert len({len(x) for x in data.X}) > 3
    assert data.Y.shape == (50, 3)
    assert data.Y.notna().all(axis=None)
    assert set(data.sessions) == {1, 2, 3, 4}
    assert all(f"S{n}" == s[:-1] for n, s in zip(data.sessions, data.speakers, strict=True))
    assert data.consensus.tolist() == hard_labels(data.Y).tolist()


def test_sequences_repeat_with_their_seed():
    one, two = (make_rated_sequences(30, random_state=1) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(one.X, two.X, strict=True))
    assert one.Y.equals(two.Y)
    assert not one.Y.equals(make_rated_sequences(30, random_state=2).Y)


def test_labels_are_as_frequent_as_in_the_confusion_matrices():
    data = make_rated_sequences(20_000, 2, 3, 1, mean_length=1, multiple=0, random_state=0)
    np.testing.assert_allclose(data.rater_confusions.sum(axis=2), 1)
    np.testing.assert_allclose(np.diagonal(data.rater_confusions, axis1=1, axis2=2)[0], 0.85)
    for r, rater in enumerate(data.Y):
        rated = data.Y[rater].notna().to_numpy()
        for k, true in enumerate(data.classes):
            labels = data.Y[rater][rated & (data.true_labels == true)]
            shares = [np.mean(labels == label) for label in data.classes]
            np.testing.assert_allclose(shares, data.rater_confusions[r, k], atol=0.025)


def test_coverage_and_multiple_are_the_shares_of_ratings():
    data = make_rated_sequences(4000, 5, coverage=0.3, multiple=0.2, random_state=0)
    rated = data.Y.notna()
    assert rated.any(axis=1).all()
    # 1 - (1 - 0.3) (1 - 1/5): rated at random, or because the rater is the one drawn for each sample.
    assert rated.mean(axis=None) == pytest.approx(1 - 0.7 * 0.8, abs=0.01)
    cells = [cell for rater in data.Y for cell in data.Y[rater].dropna()]
    pairs = [cell for cell in cells if isinstance(cell, tuple)]
    assert len(pairs) / len(cells) == pytest.approx(0.2, abs=0.01)
    assert all(first != second for first, second in pairs)


@given(
    n_samples=st.integers(1, 30),
    n_raters=st.integers(1, 4),
    n_classes=st.integers(2, 12),
    n_groups=st.integers(1, 5),
    seed=st.integers(0, 9),
)
def test_any_small_shape_is_made(n_samples, n_raters, n_classes, n_groups, seed):
    data = make_rated_sequences(n_samples, n_raters, n_classes, 2, n_groups=n_groups, random_state=seed)
    assert len(data.X) == len(data.Y) == len(data.consensus) == n_samples
    assert data.classes == sorted(data.classes)
    assert len(data.classes) == n_classes
    assert min(map(len, data.X)) >= 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_samples": 0}, "n_samples must be an integer of at least 1, got 0"),
        ({"n_classes": 1}, "n_classes must be an integer of at least 2, got 1"),
        ({"mean_length": 2.5}, "mean_length must be an integer"),
        ({"coverage": 0}, r"coverage must be in \(0, 1\], got 0"),
        ({"multiple": 1.5}, r"multiple must be in \[0, 1\]"),
        ({"difficulty": -1}, "difficulty must be finite and at least 0"),
    ],
)
def test_bad_sequence_settings_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        make_rated_sequences(**settings)
