"""Classifiers that split their training data, on the weighted repeats of soft labels."""

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris
from sklearn.ensemble import BaggingClassifier, HistGradientBoostingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import (
    LogisticRegression,
    LogisticRegressionCV,
    Perceptron,
    RidgeClassifierCV,
    SGDClassifier,
)
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    RandomizedSearchCV,
    StratifiedKFold,
)
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, NuSVC
from sklearn.utils.validation import has_fit_parameter

from sklearn_raters import MultiRaterStackingClassifier, SoftTargetClassifier
from sklearn_raters.exceptions import InputError
from sklearn_raters.soft_targets._whole_samples import WholeSampleFolds

X, TRUTH = load_iris(return_X_y=True)
SOFT = 0.15 + 0.55 * np.eye(3)[TRUTH]
RATERS = np.where(
    np.random.default_rng(0).random((150, 3)) < 0.8, TRUTH[:, None], (TRUTH[:, None] + [1, 2, 1]) % 3
)
PLATT = SVC(probability=True)
# The grids of these searches hold what the estimator itself does not have.
SEARCHES = {
    "a value of a grid": GridSearchCV(make_pipeline(StandardScaler(), SVC()), {"svc__probability": [True]}),
    "a value of a random grid": RandomizedSearchCV(SVC(), {"probability": [False, True]}, n_iter=1),
    "a classifier of a grid": GridSearchCV(
        make_pipeline(StandardScaler(), LogisticRegression()), [{"logisticregression": [PLATT]}]
    ),
}
PLACES = {
    "alone": PLATT,
    "in a pipeline": make_pipeline(StandardScaler(), PLATT),
    "in a search": GridSearchCV(PLATT, {"C": [1, 10]}),
    "in a search in a pipeline": make_pipeline(StandardScaler(), GridSearchCV(PLATT, {"C": [1, 10]})),
    "in an ensemble": BaggingClassifier(PLATT),
    **SEARCHES,
}
OTHERS = {
    "NuSVC": (NuSVC(probability=True), r"NuSVC\(probability=True\).*Give NuSVC\(\)"),
    "SGD": (SGDClassifier(early_stopping=True), r"SGDClassifier\(early_stopping=True\).*=False"),
    "perceptron": (Perceptron(early_stopping=True), r"Perceptron\(early_stopping=True\).*=False"),
    "ridge": (RidgeClassifierCV(), "RidgeClassifierCV.*without its weight.*GridSearchCV"),
    "cv inside cv": (CalibratedClassifierCV(LogisticRegressionCV()), "without cv inside"),
    "inner search": (BaggingClassifier(GridSearchCV(SVC(), {"C": [1]})), "GridSearchCV.*without its weight"),
    "calibrated pipeline": (
        CalibratedClassifierCV(make_pipeline(StandardScaler(), SVC())),
        "cannot pass their weights to Pipeline. Put the steps before it",
    ),
}
if has_fit_parameter(MLPClassifier(), "sample_weight"):  # since scikit-learn 1.7
    stopping = MLPClassifier(early_stopping=True)
    OTHERS["network"] = (stopping, r"MLPClassifier\(early_stopping=True\).*=False")


@pytest.mark.parametrize("classifier", PLACES.values(), ids=PLACES)
def test_probabilities_that_soft_labels_would_reverse_are_refused(classifier):
    with pytest.raises(InputError, match=r"^y holds soft labels, .*SVC\(probability=True\).*Give SVC\(\)"):
        SoftTargetClassifier(classifier).fit(X, SOFT)


@pytest.mark.parametrize(("classifier", "message"), OTHERS.values(), ids=OTHERS)
def test_classifiers_that_split_or_score_the_repeats_of_a_sample_are_refused(classifier, message):
    with pytest.raises(InputError, match=message) as refused:
        SoftTargetClassifier(make_pipeline(StandardScaler(), classifier)).fit(X, SOFT)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("classifier", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("alpha", [0, 0.75])
def test_a_plan_refuses_probabilities_that_soft_views_would_reverse(classifier, alpha):
    stack = MultiRaterStackingClassifier(classifier, alpha=alpha, random_state=0)
    with pytest.raises(InputError, match=r"^The view 'crowd_soft' has soft labels, .*Give SVC\(\)"):
        stack.plan(X, RATERS)


@pytest.mark.filterwarnings("ignore:The `probability` parameter was deprecated:FutureWarning")
@pytest.mark.parametrize("settings", [{"views": ["crowd_hard"]}, {"views": ["raters"], "alpha": 0}], ids=str)
def test_views_of_certain_labels_take_an_svc_with_probabilities(settings):
    stack = MultiRaterStackingClassifier(PLATT, **settings, random_state=0).fit(X[::2], RATERS[::2])
    assert (stack.predict(X[1::2]) == TRUTH[1::2]).mean() > 0.9


@pytest.mark.filterwarnings("ignore:The `probability` parameter was deprecated:FutureWarning")
def test_certain_soft_labels_take_an_svc_with_probabilities_and_early_stopping():
    for classifier in (PLATT, SGDClassifier(loss="log_loss", early_stopping=True, random_state=0)):
        clf = SoftTargetClassifier(make_pipeline(StandardScaler(), classifier)).fit(X, np.eye(3)[TRUTH])
        assert (clf.predict_proba(X).argmax(axis=1) == clf.predict(X)).mean() > 0.9


@pytest.mark.parametrize("alpha", [0, 0.75])
@pytest.mark.parametrize("classifier", [SVC(), CalibratedClassifierCV(SVC(), ensemble=False)], ids=str)
def test_the_remedies_of_an_svc_with_probabilities_are_accurate(classifier, alpha):
    stack = MultiRaterStackingClassifier(classifier, alpha=alpha, random_state=0).fit(X[::2], RATERS[::2])
    proba = stack.predict_proba(X[1::2])
    assert (proba.argmax(axis=1) == TRUTH[1::2]).mean() > 0.9
    assert -np.log(proba[np.arange(75), TRUTH[1::2]]).mean() < 0.35


CALIBRATED = {
    f"{cv}, ensemble={ensemble}": CalibratedClassifierCV(SVC(), cv=cv, ensemble=ensemble)
    for cv in (None, 3, KFold(5, shuffle=True, random_state=0), StratifiedKFold(5, shuffle=True))
    for ensemble in (True, False)
}


@pytest.mark.parametrize("classifier", CALIBRATED.values(), ids=CALIBRATED)
def test_probabilities_calibrated_on_whole_samples_agree_with_decisions(classifier):
    clf = SoftTargetClassifier(make_pipeline(StandardScaler(), classifier)).fit(X, SOFT)
    decided = SoftTargetClassifier(make_pipeline(StandardScaler(), SVC())).fit(X, SOFT).predict(X)
    assert (clf.predict_proba(X).argmax(axis=1) == decided).mean() > 0.95


class Asked(GroupKFold):
    """Keeps what `split` is asked to split, and what it answers."""

    asked = None

    def split(self, X, y=None, groups=None):
        type(self).asked = len(X), np.array(y), groups
        yield from super().split(X, y, groups)


@pytest.mark.parametrize("shares", [SOFT, np.where(SOFT < 0.2, [[0, 0.3, 0.3]], SOFT)], ids=["all", "some"])
def test_cv_of_a_classifier_splits_samples_by_their_largest_shares(shares):
    shares = shares / shares.sum(axis=1, keepdims=True)
    weight = np.r_[0, np.ones(149)]  # the first sample has no repeat
    cv = Asked(3)
    clf = SoftTargetClassifier(CalibratedClassifierCV(SVC(), cv=cv, ensemble=False))
    clf.fit(X, shares, sample_weight=weight, groups=np.arange(150) // 10)
    n_samples, labels, groups = Asked.asked
    assert n_samples == 149
    np.testing.assert_array_equal(labels, shares[1:].argmax(axis=1))
    np.testing.assert_array_equal(groups, np.arange(1, 150) // 10)
    assert isinstance(clf.estimator_.cv, Asked)  # as given


def test_cv_by_groups_gets_the_groups_of_samples():
    calibrated = CalibratedClassifierCV(SVC(), cv=GroupKFold(5), ensemble=False)
    clf = SoftTargetClassifier(calibrated).fit(X, SOFT, groups=np.arange(150) % 10)
    assert (clf.predict_proba(X).argmax(axis=1) == TRUTH).mean() > 0.9


def test_pairs_of_indices_as_cv_are_those_of_samples():
    pairs = [(np.arange(0, 150, 2), np.arange(1, 150, 2)), (np.arange(1, 150, 2), np.arange(0, 150, 2))]
    given = SoftTargetClassifier(CalibratedClassifierCV(SVC(), cv=pairs)).fit(X, SOFT)
    svcs = [pair.estimator for pair in given.estimator_.calibrated_classifiers_]
    for svc, (train, _) in zip(svcs, pairs, strict=True):
        alone = SoftTargetClassifier(SVC()).fit(X[train], SOFT[train])
        np.testing.assert_allclose(svc.decision_function(X), alone.decision_function(X))


def test_a_cv_on_some_of_the_repeats_is_refused():
    folds = WholeSampleFolds(3, np.repeat(np.arange(150), 3), TRUTH, None)
    assert len(list(folds.split(np.zeros(450)))) == folds.get_n_splits() == 3
    with pytest.raises(InputError, match="without cv inside"):
        next(folds.split(np.zeros(449)))


def test_calibrated_classifiers_in_an_ensemble_split_samples():
    calibrated = CalibratedClassifierCV(SVC(), cv=KFold(5, shuffle=True, random_state=0))
    clf = SoftTargetClassifier(BaggingClassifier(calibrated, 3, random_state=0))
    clf.fit(X, SOFT, groups=np.arange(150) // 10)  # KFold, which uses no groups, would warn of them
    assert (clf.predict_proba(X).argmax(axis=1) == TRUTH).mean() > 0.9
    assert isinstance(clf.estimator_.estimator.cv, KFold)


@pytest.mark.filterwarnings("ignore:Since FrozenEstimator does not appear:UserWarning")
def test_a_frozen_classifier_is_calibrated_on_soft_labels():
    frozen = FrozenEstimator(SVC().fit(X, TRUTH))
    clf = SoftTargetClassifier(CalibratedClassifierCV(frozen)).fit(X, SOFT)
    assert (clf.predict_proba(X).argmax(axis=1) == TRUTH).mean() > 0.9


def test_boosted_trees_may_stop_early_on_soft_labels():
    clf = SoftTargetClassifier(HistGradientBoostingClassifier(early_stopping=True, random_state=0))
    assert (clf.fit(X, SOFT).predict_proba(X).argmax(axis=1) == TRUTH).mean() > 0.9
