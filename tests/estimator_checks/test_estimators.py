"""The checks of classifiers of ratings, on every estimator here that learns from them."""

import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_raters import (
    BLSTMClassifier,
    CalibratedRatersClassifier,
    DeepEnsembleClassifier,
    MultiRaterStackingClassifier,
    RaterNetClassifier,
    SoftmaxLayerClassifier,
    SoftTargetClassifier,
)
from sklearn_raters.estimator_checks import parametrize_with_rater_checks
from sklearn_raters.networks import RATER_MODELS
from sklearn_raters.stacking import truth_stack

FUSIONS = ["pool", "logistic", "softmax", "mean", "mixture"]
NET = {"max_epochs": 4, "learning_rate": 0.02}
BLSTM = BLSTMClassifier(max_epochs=3, learning_rate=0.05, dense_units=8, lstm_units=4, representation_units=8)
REGRESSION = LogisticRegression()


def stack(estimator=REGRESSION, **params):
    return MultiRaterStackingClassifier(estimator, **params)


QUICK = [stack(fusion="mean"), RaterNetClassifier(**NET)]
SLOW = [
    *(stack(fusion=fusion) for fusion in FUSIONS if fusion != "mean"),
    stack(fusion=LogisticRegression(), cv=3),
    stack(SoftTargetClassifier(LogisticRegression()), fusion="mean"),
    stack(SoftmaxLayerClassifier(max_epochs=4), fusion="mean"),
    stack(make_pipeline(StandardScaler(), LogisticRegression()), fusion="mean", shared_steps=1),
    *(stack(BLSTM, fusion=fusion) for fusion in [*FUSIONS, "fine_tune"]),
    truth_stack(REGRESSION, views=["crowd_hard", "crowd_soft", "crowd_one_coin"], consensus="one_coin"),
    *(RaterNetClassifier(raters, **NET) for raters in RATER_MODELS if raters != "crowd_layer"),
    DeepEnsembleClassifier(RaterNetClassifier("multitask", **NET), 2),
    DeepEnsembleClassifier(stack(fusion="mean"), 2),
    CalibratedRatersClassifier(stack(fusion="mean"), cv=2),
]


@parametrize_with_rater_checks(QUICK)
def test_a_stack_and_a_network_pass(estimator, check):
    check(estimator)


@pytest.mark.slow
@parametrize_with_rater_checks(SLOW)
def test_every_other_estimator_passes(estimator, check):
    check(estimator)
