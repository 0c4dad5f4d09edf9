"""scikit-learn's checks of every estimator, with no failure expected."""

import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_raters import (
    BLSTMClassifier,
    CalibratedRatersClassifier,
    DeepEnsembleClassifier,
    MultiRaterStackingClassifier,
    RaterNetClassifier,
    SoftmaxLayerClassifier,
    SoftTargetClassifier,
)
from sklearn_raters.networks import RATER_MODELS

# The checks train thousands of networks. Few epochs at a larger step size, and narrow layers, pass the checks
# of accuracy as the defaults do, in a tenth of the time.
QUICK = {"max_epochs": 8, "learning_rate": 1e-2}
NARROW = {"dense_units": 16, "lstm_units": 8, "representation_units": 16}

ESTIMATORS = [
    BLSTMClassifier(max_epochs=4, learning_rate=2e-2, **NARROW),
    SoftmaxLayerClassifier(max_epochs=20, learning_rate=5e-2),
    SoftTargetClassifier(LogisticRegression()),
    DeepEnsembleClassifier(LogisticRegression(), 2),
    DeepEnsembleClassifier(RaterNetClassifier("multitask", **QUICK), 2),
    *(RaterNetClassifier(raters, **QUICK) for raters in RATER_MODELS),
    MultiRaterStackingClassifier(),
    MultiRaterStackingClassifier(LogisticRegression()),
    MultiRaterStackingClassifier(LogisticRegression(), fusion="mean"),
    MultiRaterStackingClassifier(LogisticRegression(), fusion=LogisticRegression(), cv=3),
    MultiRaterStackingClassifier(
        make_pipeline(StandardScaler(), LogisticRegression()), fusion="mean", shared_steps=1
    ),
    CalibratedRatersClassifier(MultiRaterStackingClassifier(LogisticRegression(), fusion="mean"), cv=2),
    MultiRaterStackingClassifier(BLSTMClassifier(max_epochs=2, learning_rate=5e-2, **NARROW), fusion="mean"),
]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
# Three checks draw columns of mean 100 and standard deviation 1, which are to be warned of.
@pytest.mark.filterwarnings("ignore:.*X is not scaled. column . has a mean of about 100 ")
@parametrize_with_checks(ESTIMATORS)
def test_scikit_learns_checks(estimator, check):
    check(estimator)
