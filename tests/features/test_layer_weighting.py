"""Learnt weights of an encoder's layers: what they choose, and the gradient by which they are learnt."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_raters import BLSTMClassifier, LayerWeighting, MultiRaterStackingClassifier
from sklearn_raters.exceptions import InputError
from sklearn_raters.features import save_frames
from sklearn_raters.features._layer_weighting import _loss


@parametrize_with_checks([LayerWeighting(1)])
def test_scikit_learns_checks(estimator, check):
    check(estimator)


@pytest.fixture
def layered():
    """Return frames of three layers of four units, of which the second knows the class, and the classes."""
    rng = np.random.default_rng(0)
    y = np.arange(120) % 3
    X = [rng.normal(size=(rng.integers(2, 6), 12)).astype(np.float32) for _ in y]
    for frames, label in zip(X, y, strict=True):
        frames[:, 4 + label] += 2
    return X, y


def test_the_gradient_is_that_of_the_loss():
    rng = np.random.default_rng(0)
    layers, targets = rng.normal(size=(7, 3, 2)), rng.dirichlet(np.ones(4), size=7)
    point = rng.normal(size=3 + 4 * 2 + 4)
    arguments = layers, targets, 0.3
    numeric = approx_fprime(point, lambda at: _loss(at, *arguments)[0], 1e-7)
    np.testing.assert_allclose(_loss(point, *arguments)[1], numeric, atol=1e-5)


def test_the_layer_that_knows_the_class_gets_the_weight(layered):
    weights = LayerWeighting(3).fit(*layered).weights_
    assert weights[1] > 0.6
    np.testing.assert_allclose(weights.sum(), 1)


def test_soft_labels_of_one_class_a_row_are_hard_labels(layered):
    X, y = layered
    soft = LayerWeighting(3).fit(X, np.eye(3)[y]).weights_
    np.testing.assert_allclose(soft, LayerWeighting(3).fit(X, y).weights_)


def test_frames_are_weighted_means_of_standardised_layers(layered):
    X, y = layered
    weighting = LayerWeighting(3).fit(X, y)
    every = np.concatenate(X).astype(float)
    scaled = ((every - every.mean(axis=0)) / every.std(axis=0)).reshape(-1, 3, 4)
    expected = np.tensordot(scaled, weighting.weights_, axes=(1, 0))
    np.testing.assert_allclose(np.concatenate(weighting.transform(X)), expected, atol=1e-5)


def test_labels_are_paired_with_frames_by_index(layered):
    X, y = layered
    names = [f"s{row}" for row in range(120)]
    frames, labels = pd.Series(X, names), pd.Series(y, names)
    mixed = labels.iloc[np.random.default_rng(0).permutation(120)]
    found = LayerWeighting(3).fit(frames, mixed).weights_
    np.testing.assert_array_equal(found, LayerWeighting(3).fit(X, y).weights_)
    with pytest.raises(InputError, match="row 0 of X is 's0', which y does not name"):
        LayerWeighting(3).fit(frames, labels.rename(lambda name: f"t{name}"))


def test_after_a_fit_that_fails_the_earlier_one_still_serves(layered):
    X, y = layered
    weighting = LayerWeighting(3).fit(X, y)
    expected = weighting.transform(X[:2])
    for wrong in ([frames[:, :10] for frames in X], np.ones((120, 6))):
        with pytest.raises(InputError):
            weighting.fit(wrong, np.zeros(120))
        assert weighting.n_features_in_ == 12
        np.testing.assert_array_equal(weighting.transform(X[:2])[1], expected[1])


def test_frames_on_disk_give_the_same_weights(layered, tmp_path):
    X, y = layered
    mapped = save_frames(X, tmp_path / "frames")
    weights = LayerWeighting(3).fit(mapped, y).weights_
    np.testing.assert_allclose(weights, LayerWeighting(3).fit(X, y).weights_)


def test_every_view_of_a_stack_has_weights_of_its_own(layered):
    X, y = layered
    # The third rater listens to what the third layer knows.
    others = np.random.default_rng(1).permutation(y)
    for frames, label in zip(X, others, strict=True):
        frames[:, 8 + label] += 2
    net = BLSTMClassifier(dense_units=4, lstm_units=3, max_epochs=1)
    stack = MultiRaterStackingClassifier(make_pipeline(LayerWeighting(3), net), fusion="mean", random_state=0)
    stack.set_params(start_from=None).fit(X, np.column_stack([y, y, others]))
    weights = {view: fitted[0].weights_ for view, fitted in zip(stack.views_, stack.estimators_, strict=True)}
    np.testing.assert_allclose(weights[0], weights[1])
    assert weights[0].argmax() == 1
    assert weights[2].argmax() == 2
    assert stack.predict(X).shape == (120,)


def test_frames_that_do_not_hold_the_layers_are_refused(layered):
    X, y = layered
    with pytest.raises(InputError, match="12 features a frame, which is not a multiple of n_layers=5"):
        LayerWeighting(5).fit(X, y)
    with pytest.raises(InputError, match="X has 120, y has 100"):
        LayerWeighting(3).fit(X, y[:100])
