"""Fits are all or nothing: a refit leaves nothing of an earlier fit, and a fit that fails changes nothing."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from skorch.callbacks import Callback

from made import as_sequences, make_rated, small_blstm
from sklearn_raters import DeepEnsembleClassifier, RaterNetClassifier, SoftmaxLayerClassifier

DATA = make_rated(60)
TABLE = pd.DataFrame(DATA.X, columns=["f0", "loudness", "zcr", "hnr"])


class Failing(Callback):
    """Raise an error in the second epoch, as a callback of a user may."""

    def on_epoch_begin(self, net, **kwargs):
        if len(net.history) == 2:
            raise RuntimeError("the callback fails")


FAILURE = {"callbacks": [Failing()]}
ESTIMATORS = {
    "blstm": (small_blstm(max_epochs=2), {"net_params": FAILURE}),
    "softmax": (SoftmaxLayerClassifier(max_epochs=2), {"net_params": FAILURE}),
    "raters": (RaterNetClassifier(max_epochs=2), {"net_params": FAILURE}),
    "ensemble": (DeepEnsembleClassifier(small_blstm(max_epochs=2), 2), {"estimator__net_params": FAILURE}),
}
every_estimator = pytest.mark.parametrize(("estimator", "failure"), ESTIMATORS.values(), ids=ESTIMATORS)


def learnt(estimator):
    return {name: value for name, value in vars(estimator).items() if name.endswith("_")}


@every_estimator
def test_a_first_fit_that_fails_leaves_the_estimator_unfitted(estimator, failure):
    estimator = clone(estimator).set_params(**failure)
    before = dict(vars(estimator))
    with pytest.raises(RuntimeError, match="the callback fails"):
        estimator.fit(TABLE, DATA.truth)
    assert vars(estimator) == before


@every_estimator
def test_a_refit_that_fails_leaves_the_earlier_fit(estimator, failure):
    estimator = clone(estimator).fit(TABLE, DATA.truth)
    before, proba = learnt(estimator), estimator.predict_proba(TABLE)
    estimator.set_params(**failure)
    with pytest.raises(RuntimeError, match="the callback fails"):
        estimator.fit(DATA.X[:, :2], DATA.truth)
    assert learnt(estimator) == before
    np.testing.assert_array_equal(estimator.predict_proba(TABLE), proba)


@every_estimator
def test_a_refit_leaves_nothing_of_an_earlier_fit(estimator, failure):
    estimator = clone(estimator).fit(TABLE, DATA.truth)
    estimator.leftover_ = "of an earlier fit"
    estimator.fit(as_sequences(DATA.X), DATA.truth)
    assert not {"feature_names_in_", "leftover_"} & set(vars(estimator))


def test_a_refit_without_confusions_has_none():
    clf = RaterNetClassifier(max_epochs=1).fit(DATA.X, DATA.Y)
    assert hasattr(clf, "rater_confusion_")
    assert not hasattr(clf.set_params(raters="multitask").fit(DATA.X, DATA.Y), "rater_confusion_")


def test_an_ensemble_of_another_estimator_has_no_raters():
    clf = DeepEnsembleClassifier(RaterNetClassifier(max_epochs=1), 2).fit(DATA.X, DATA.Y)
    assert clf.raters_ == ["E1", "E2", "E3"]
    assert not hasattr(clf.set_params(estimator=LogisticRegression()).fit(DATA.X, DATA.truth), "raters_")
