"""Joint training of several fitted networks and the output layer as one network."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from made import as_sequences, make_rated, small_blstm
from sklearn_raters import SoftmaxLayerClassifier
from sklearn_raters.networks import check_can_train_jointly, train_jointly

DATA = make_rated(90)
X = as_sequences(DATA.X)
WEIGHT = np.ones(len(X))
THREE = DATA.truth
TWO = np.where(THREE == "sad", "sad", "other")
SETTINGS = {"max_epochs": 3, "batch_size": 32, "learning_rate": 1e-3, "patience": 3, "random_state": 0}


def side_by_side(estimators):
    return np.hstack([estimator.transform(X) for estimator in estimators])


def fitted(y):
    """Return two networks, the layer on their representations, and the targets."""
    estimators = [small_blstm(max_epochs=2, dropout=0.0, random_state=seed).fit(X, y) for seed in range(2)]
    layer = make_pipeline(StandardScaler(), LogisticRegression()).fit(side_by_side(estimators), y)
    return estimators, layer, (y[:, None] == layer.classes_).astype(float)


def loss(estimators, layer, y, rows):
    return log_loss(y[rows], layer.predict_proba(side_by_side(estimators)[rows]))


@pytest.mark.parametrize("y", [THREE, TWO], ids=["three classes", "two classes"])
def test_without_training_steps_the_joint_network_predicts_as_its_parts(y):
    estimators, layer, targets = fitted(y)
    valid = np.arange(90) % 3 == 0
    before = loss(estimators, layer, y, valid)
    settings = {**SETTINGS, "learning_rate": 1e-12, "max_epochs": 1}
    (after,) = train_jointly(estimators, layer, X, targets, WEIGHT, train=~valid, valid=valid, **settings)
    assert after == pytest.approx(before, abs=1e-5)
    assert loss(estimators, layer, y, valid) == pytest.approx(before, abs=1e-5)


@pytest.mark.parametrize("y", [THREE, TWO], ids=["three classes", "two classes"])
def test_networks_and_layer_get_the_weights_of_the_best_epoch_in_place(y):
    estimators, layer, targets = fitted(y)
    valid = np.arange(90) % 3 == 0
    units, coef = side_by_side(estimators), layer[-1].coef_.copy()
    losses = train_jointly(estimators, layer, X, targets, WEIGHT, train=~valid, valid=valid, **SETTINGS)
    assert len(losses) == 3
    assert loss(estimators, layer, y, valid) == pytest.approx(min(losses), abs=1e-5)
    assert not np.allclose(side_by_side(estimators), units)
    assert layer[-1].coef_.shape == coef.shape
    assert not np.allclose(layer[-1].coef_, coef)


def test_by_default_all_samples_are_used_and_the_result_depends_on_the_seed():
    results = []
    for seed in (0, 0, 1):
        estimators, layer, targets = fitted(THREE)
        losses = train_jointly(estimators, layer, X, targets, WEIGHT, **{**SETTINGS, "random_state": seed})
        assert losses == []
        results.append(layer.predict_proba(side_by_side(estimators)))
    np.testing.assert_array_equal(results[0], results[1])
    assert np.abs(results[0] - results[2]).max() > 1e-4


def test_only_networks_of_the_package_are_trained_jointly():
    for network in (small_blstm(), SoftmaxLayerClassifier()):
        check_can_train_jointly(network)
    estimators, layer, targets = fitted(THREE)
    before = side_by_side(estimators)
    mixed = [*estimators, LogisticRegression()]
    with pytest.raises(TypeError, match=r"Only networks of this package.* got LogisticRegression\(\)"):
        train_jointly(mixed, layer, X, targets, WEIGHT, **SETTINGS)
    np.testing.assert_array_equal(side_by_side(estimators), before)
