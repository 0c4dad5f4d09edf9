"""Calibration of classifiers that take ratings."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from made import GROUPS, X, Y, make_rated, small_stack
from sklearn_raters import CalibratedRatersClassifier
from sklearn_raters.calibration import fit_temperature
from sklearn_raters.model_selection import compare

NEW = make_rated(300, seed=1)


def test_the_temperature_of_tempered_probabilities_is_found_again():
    rng = np.random.default_rng(0)
    proba = rng.dirichlet([1, 1, 1], size=20_000)
    codes = (proba.cumsum(axis=1) > rng.random((len(proba), 1))).argmax(axis=1)
    assert fit_temperature(proba, codes) == pytest.approx(1, abs=0.05)
    too_sure = proba**3 / (proba**3).sum(axis=1, keepdims=True)
    assert fit_temperature(too_sure, codes) == pytest.approx(3, abs=0.15)


def test_an_overconfident_stack_becomes_calibrated_and_keeps_its_labels():
    stack = small_stack(DecisionTreeClassifier(random_state=0), fusion="mean", alpha=0)
    plain = stack.fit(X, Y)
    clf = CalibratedRatersClassifier(stack, random_state=0).fit(X, Y, groups=GROUPS)
    assert clf.temperature_ > 1
    before, after = (
        log_loss(NEW.truth, model.predict_proba(NEW.X), labels=model.classes_) for model in (plain, clf)
    )
    assert after < before - 0.1
    np.testing.assert_array_equal(clf.predict(NEW.X), plain.predict(NEW.X))
    np.testing.assert_array_equal(clf.predict_proba_raters(NEW.X), plain.predict_proba_raters(NEW.X))
    assert clf.raters_ == plain.raters_


def test_it_works_around_a_pipeline_with_weights_and_in_a_comparison():
    pipeline = make_pipeline(StandardScaler(), small_stack(fusion="mean"))
    clf = CalibratedRatersClassifier(pipeline, cv=GroupKFold(3))
    weight = (GROUPS % 2).astype(float)
    weighted = CalibratedRatersClassifier(pipeline, cv=GroupKFold(3)).fit(X, Y, weight, GROUPS)
    assert weighted.temperature_ != clf.fit(X, Y, groups=GROUPS).temperature_
    table = compare({"stack": pipeline, "calibrated": clf}, X, Y, groups=GROUPS, cv=3, baseline=None)
    assert table.loc["stack", "uar"] == pytest.approx(table.loc["calibrated", "uar"])


def test_a_classifier_of_labels_is_refused():
    with pytest.raises(TypeError, match=r"takes ratings.*CalibratedClassifierCV"):
        CalibratedRatersClassifier(LogisticRegression()).fit(X, Y)
