"""The checks of classifiers of ratings, on every estimator here that learns from them."""

import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from made import small_blstm
from sklearn_raters import (
    CalibratedRatersClassifier,
    DeepEnsembleClassifier,
    MultiRaterStackingClassifier,
    RaterNetClassifier,
    SoftmaxLayerClassifier,
    SoftTargetClassifier,
)
from sklearn_raters.estimator_checks import parametrize_with_rater_checks
from sklearn_raters.estimator_checks._content import check_weights_as_repeats
from sklearn_raters.estimator_checks._order import check_samples_in_another_order
from sklearn_raters.networks import RATER_MODELS

FUSIONS = ["pool", "logistic", "softmax", "mean", "mixture"]
NET = {"max_epochs": 4, "learning_rate": 0.02}
BLSTM = small_blstm(max_epochs=2, batch_size=32, dropout=0.1, random_state=None)
REGRESSION = LogisticRegression()


def stack(estimator=REGRESSION, **params):
    return MultiRaterStackingClassifier(estimator, **params)


# `truth_stack` is not among them. Its methods learn how good raters are, so that it refuses the labels of
# one rater, and the methods of crowd-kit take no weights of samples; MACE takes seconds for each set of
# ratings. `benchmarks/conformance.py` has it.
QUICK = [stack(fusion="mean"), RaterNetClassifier(**NET)]
SLOW = [
    *(stack(fusion=fusion) for fusion in FUSIONS if fusion != "mean"),
    stack(fusion=LogisticRegression(), cv=3),
    stack(SoftTargetClassifier(LogisticRegression()), fusion="mean"),
    stack(SoftmaxLayerClassifier(max_epochs=5, learning_rate=0.1), fusion="mean"),
    stack(make_pipeline(StandardScaler(), LogisticRegression()), fusion="mean", shared_steps=1),
    stack(BLSTM, fusion="mean"),
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


@pytest.mark.slow
@pytest.mark.parametrize("check", [check_samples_in_another_order, check_weights_as_repeats])
def test_fine_tuning_depends_on_neither_order_nor_repeats_of_samples(check):
    check("stack", stack(BLSTM, fusion="fine_tune"))
