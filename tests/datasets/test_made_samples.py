"""make_rated_samples: labels of each kind of rater, and number of ratings."""

import numpy as np
import pytest

from sklearn_raters.datasets import make_rated_samples
from sklearn_raters.exceptions import InputError

KINDS = {"expert": 2, "average": 1, "biased": 2, "camp": 2, "spammer": 1, "constant": 1}


def observed(data, rater):
    """Return the shares of a rater's labels (columns) for each true class (rows)."""
    labels = data.Y[rater].to_numpy()
    rows = [(data.true_labels == name) & (labels == labels) for name in data.classes]
    return np.array([[(labels[row] == name).mean() for name in data.classes] for row in rows])


def test_labels_are_as_frequent_as_in_the_confusion_matrices():
    data = make_rated_samples(6000, 4, 16, raters=KINDS, ratings_per_sample=5, random_state=0)
    names = [
        "expert1",
        "expert2",
        "average1",
        "biased1",
        "biased2",
        "camp1",
        "camp2",
        "spammer1",
        "constant1",
    ]
    assert data.Y.columns.tolist() == names
    for name, expected in zip(names, data.rater_confusions, strict=True):
        np.testing.assert_allclose(observed(data, name), expected, atol=0.08)
        np.testing.assert_allclose(expected.sum(axis=1), 1)
    by_name = dict(zip(names, data.rater_confusions, strict=True))
    np.testing.assert_allclose(np.diag(by_name["expert1"]), 0.9)
    np.testing.assert_allclose(np.diag(by_name["average1"]), 0.6)
    assert np.diag(by_name["biased1"]).sum() == 2
    np.testing.assert_array_equal(by_name["camp1"], by_name["camp2"])
    assert sorted(np.diag(by_name["camp1"]).round(2)) == [0.03, 0.03, 0.9, 0.9]
    assert (by_name["constant1"] == by_name["constant1"][0]).all()


def test_each_sample_has_the_given_number_of_ratings():
    data = make_rated_samples(300, ratings_per_sample=7, random_state=0)
    assert (data.Y.notna().sum(axis=1) == 7).all()
    assert data.Y.shape == (300, 20)
    rated = data.Y.notna().sum(axis=0)
    assert rated.min() > 60


def test_the_same_seed_gives_the_same_crowd():
    first, again, other = (make_rated_samples(50, random_state=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.X, again.X)
    assert first.Y.equals(again.Y)
    assert not first.Y.equals(other.Y)
    assert first.X.dtype == np.float32


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"raters": {"liar": 2}}, r"raters names 'liar'; the kinds are 'expert'"),
        ({"raters": {None: 1, 3: 1}}, "raters names None, 3; the kinds are 'expert'"),
        ({"raters": {"expert": "two"}}, r"raters\['expert'\] must be an integer of at least 0, got 'two'"),
        ({"ratings_per_sample": 21}, "ratings_per_sample must be an integer of at least 1 and at most 20"),
        ({"n_classes": 1}, "n_classes must be an integer of at least 2"),
        ({"n_features": 4}, "n_features must be an integer of at least 8"),
    ],
)
def test_wrong_parameters_are_named(params, message):
    with pytest.raises(ValueError, match=message):
        make_rated_samples(**params)


def test_too_few_features_for_the_classes_are_named():
    with pytest.raises(InputError, match="n_features=8 is too few for 10 classes"):
        make_rated_samples(n_classes=10, n_features=8)
