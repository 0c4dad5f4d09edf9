"""Labels that look as if something else was meant are warned of once a fit, by every classifier."""

import re
import warnings

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from sklearn_raters import (
    BLSTMClassifier,
    CalibratedRatersClassifier,
    DeepEnsembleClassifier,
    LayerWeighting,
    MultiRaterStackingClassifier,
    RaterNetClassifier,
    SoftmaxLayerClassifier,
    SoftTargetClassifier,
)
from sklearn_raters.exceptions import InputWarning
from sklearn_raters.model_selection import cross_val_predict_raters

X = np.random.default_rng(0).normal(size=(24, 4))
NET = SoftmaxLayerClassifier(max_epochs=1)
SINGLE = {
    "blstm": BLSTMClassifier(lstm_units=2, dense_units=2, max_epochs=1),
    "softmax": NET,
    "soft targets": SoftTargetClassifier(LogisticRegression()),
    "ensemble": DeepEnsembleClassifier(NET, 2),
    "behind a weighting of layers": make_pipeline(LayerWeighting(2, max_iter=1), NET),
}
OF_RATINGS = {
    "rater net": RaterNetClassifier(trunk="dense", max_epochs=1),
    "ensemble of rater nets": DeepEnsembleClassifier(RaterNetClassifier(trunk="dense", max_epochs=1), 2),
    "stack of nets": MultiRaterStackingClassifier(NET, views=["crowd_hard", "raters"], fusion="softmax"),
    "calibrated stack": CalibratedRatersClassifier(
        MultiRaterStackingClassifier(NET, fusion="mean"), cv=2, random_state=0
    ),
}
ODD = {
    "joined": ["calm", "sad", "calm|sad"],
    "joined words": ["calm/sad", "sad/angry", "angry/calm"],
    "alike": ["calm", " sad", "sad"],
    "case": ["calm", "Sad", "sad"],
    "code": [0, 1, -1],
    "code as text": ["0", "1", "-1"],
    "another code": [1, 2, 99],
}
SAID = "looks like several labels|read alike|where all others are"


def warnings_of(call):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    return [str(one.message) for one in caught if one.category is InputWarning]


@pytest.mark.parametrize("labels", ODD.values(), ids=ODD)
@pytest.mark.parametrize("estimator", SINGLE.values(), ids=SINGLE)
def test_one_warning_a_fit_tells_of_odd_labels_in_y(estimator, labels):
    y = np.array(labels)[np.arange(24) % 3]
    said = warnings_of(lambda: estimator.fit(X, y))
    assert len(said) == 1
    assert re.search(SAID, said[0])


def test_a_list_written_as_a_text_is_warned_of():
    with pytest.warns(InputWarning, match=r"'\[\"a\", \"b\"\]' looks like several labels .* soft labels"):
        NET.fit(X, ['["a", "b"]', "a", "b"] * 8)


@pytest.mark.parametrize("labels", [[-1, 1], [0, 1, 2], ["a", "b", "and/or"], ["1/2", "2/1", "1/1"]], ids=str)
def test_ordinary_labels_in_y_are_not_warned_of(labels):
    y = np.array(labels)[np.arange(24) % len(labels)]
    assert warnings_of(lambda: NET.fit(X, y)) == []


def test_labels_that_are_named_in_classes_are_meant():
    net = SoftmaxLayerClassifier(max_epochs=1, classes=["Sad", "sad", "calm|sad"])
    assert warnings_of(lambda: net.fit(X, ["Sad", "sad", "calm|sad"] * 8)) == []


@pytest.mark.parametrize("labels", [["calm", "Sad", "sad"], [0, 1, -1]], ids=["case", "code"])
@pytest.mark.parametrize("estimator", OF_RATINGS.values(), ids=OF_RATINGS)
def test_the_parts_of_an_estimator_do_not_repeat_the_warning_of_the_ratings(estimator, labels):
    Y = np.array(labels, dtype=object)[(np.arange(24)[:, None] + [0, 0, 1]) % 3]
    said = warnings_of(lambda: estimator.fit(X, Y))
    assert len(said) == 1
    assert "ratings" in said[0] or "read alike" in said[0]


@pytest.mark.parametrize("estimator", [NET, OF_RATINGS["stack of nets"]], ids=["net", "stack"])
def test_folds_do_not_repeat_the_warning_of_the_ratings(estimator):
    Y = np.array([0, 1, -1])[(np.arange(24)[:, None] + [0, 0, 1]) % 3]
    said = warnings_of(lambda: cross_val_predict_raters(estimator, X, Y, cv=2))
    assert len(said) == 1
