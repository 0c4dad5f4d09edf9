"""scikit-learn's own judgement of every estimator, with no failure expected."""

import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_raters import (
    BLSTMClassifier,
    DeepEnsembleClassifier,
    MultiRaterStackingClassifier,
    RaterNetClassifier,
    SoftmaxLayerClassifier,
    SoftTargetClassifier,
)
from sklearn_raters.networks import RATER_MODELS

ESTIMATORS = [
    BLSTMClassifier(),
    SoftmaxLayerClassifier(),
    SoftTargetClassifier(LogisticRegression()),
    DeepEnsembleClassifier(LogisticRegression(), 2),
    DeepEnsembleClassifier(RaterNetClassifier("multitask"), 2),
    *(RaterNetClassifier(raters) for raters in RATER_MODELS),
    MultiRaterStackingClassifier(LogisticRegression()),
    MultiRaterStackingClassifier(LogisticRegression(), fusion="mean"),
    MultiRaterStackingClassifier(LogisticRegression(), fusion=LogisticRegression(), cv=3),
    MultiRaterStackingClassifier(BLSTMClassifier(dense_units=32, lstm_units=16), fusion="softmax"),
]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks(ESTIMATORS)
def test_scikit_learns_checks(estimator, check):
    check(estimator)
