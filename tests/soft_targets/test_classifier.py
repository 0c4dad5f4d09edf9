"""Ordinary classifiers on soft labels, also inside pipelines and searches."""

import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy.special import expit
from scipy.stats import loguniform
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    BaggingClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression, RidgeClassifier, SGDClassifier
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    HalvingGridSearchCV,
    KFold,
    PredefinedSplit,
    RandomizedSearchCV,
    StratifiedKFold,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC, LinearSVR
from sklearn.tree import DecisionTreeClassifier

from sklearn_raters import DeepEnsembleClassifier, MultiRaterStackingClassifier, SoftTargetClassifier
from sklearn_raters.exceptions import InputError
from sklearn_raters.soft_targets._classifier import weighted_repeats, wrap_innermost

rng = np.random.default_rng(0)
X = rng.normal(size=(90, 3))
SOFT = np.exp(2 * X) / np.exp(2 * X).sum(axis=1, keepdims=True)
y = np.array(["a", "b", "c"])[SOFT.argmax(axis=1)]
GROUPS = np.arange(90) // 10
# Each sample once for each class.
ROWS, CODES = np.repeat(np.arange(90), 3), np.tile([0, 1, 2], 90)

CLASSIFIERS = [
    LogisticRegression(tol=1e-10),
    GaussianNB(),
    DecisionTreeClassifier(max_depth=3, random_state=0),
    RandomForestClassifier(10, max_depth=4, random_state=0),
    HistGradientBoostingClassifier(max_iter=10, random_state=0),
    SVC(),
    LinearSVC(),
    SGDClassifier(random_state=0),
]


def name(estimator):
    return type(estimator).__name__


@pytest.mark.parametrize("classifier", CLASSIFIERS, ids=name)
def test_soft_labels_are_weighted_repeats(classifier):
    soft = SoftTargetClassifier(classifier).fit(X, SOFT)
    repeats = clone(classifier).fit(X[ROWS], CODES, sample_weight=SOFT[ROWS, CODES])
    method = "predict_proba" if hasattr(repeats, "predict_proba") else "decision_function"
    np.testing.assert_allclose(getattr(soft, method)(X), getattr(repeats, method)(X), rtol=1e-6)
    assert (soft.predict(X) == repeats.predict(X)).all()


def test_the_logistic_layer_reaches_the_lowest_soft_cross_entropy():
    # The gradient of the cross-entropy against the soft labels vanishes without a penalty.
    clf = SoftTargetClassifier(LogisticRegression(C=1e9, tol=1e-10, max_iter=10_000)).fit(X, SOFT)
    np.testing.assert_allclose(X.T @ (clf.predict_proba(X) - SOFT), 0, atol=1e-3)
    np.testing.assert_allclose(clf.predict_proba(X), SOFT, atol=1e-3)


@pytest.mark.parametrize("classifier", CLASSIFIERS, ids=name)
def test_hard_labels_go_to_the_classifier_unchanged(classifier):
    weights = rng.random(90)
    got = SoftTargetClassifier(classifier).fit(X, y, sample_weight=weights)
    expected = clone(classifier).fit(X, y, sample_weight=weights)
    assert (got.predict(X) == expected.predict(X)).all()


def test_one_hot_soft_labels_are_hard_labels():
    one_hot = (y[:, None] == ["a", "b", "c"]).astype(float)
    exact = LogisticRegression(tol=1e-10)
    soft = SoftTargetClassifier(exact, classes=["a", "b", "c"]).fit(X, one_hot)
    np.testing.assert_allclose(soft.predict_proba(X), exact.fit(X, y).predict_proba(X), atol=1e-6)
    assert (soft.classes_ == ["a", "b", "c"]).all()


def test_classes_keep_their_order_and_may_have_no_share():
    shares = np.c_[SOFT[:, 1], np.zeros(90), SOFT[:, 0] + SOFT[:, 2]]
    clf = SoftTargetClassifier(LogisticRegression(), classes=["z", "m", "a"]).fit(X, shares)
    proba = clf.predict_proba(X)
    assert clf.classes_.tolist() == ["z", "m", "a"]
    assert (proba[:, 1] == 0).all()
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    assert np.corrcoef(proba[:, 0], SOFT[:, 1])[0, 1] > 0.9


def test_weights_multiply_the_shares():
    copies = rng.integers(0, 4, size=90)
    rows = np.repeat(np.arange(90), copies)
    weighted = SoftTargetClassifier(LogisticRegression()).fit(X, SOFT, sample_weight=copies)
    repeated = SoftTargetClassifier(LogisticRegression()).fit(X[rows], SOFT[rows])
    np.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), atol=1e-4)


def test_the_transformers_of_a_pipeline_see_each_sample_once():
    clf = SoftTargetClassifier(make_pipeline(StandardScaler(), LogisticRegression())).fit(X, SOFT)
    scaler = clf.estimator_[0]
    assert scaler.n_samples_seen_ == 90
    expected = SoftTargetClassifier(LogisticRegression()).fit(scaler.transform(X), SOFT)
    np.testing.assert_allclose(clf.predict_proba(X), expected.predict_proba(scaler.transform(X)))


def test_the_weights_of_samples_reach_the_transformers_of_a_pipeline():
    weighted = SoftTargetClassifier(make_pipeline(StandardScaler(), LogisticRegression()))
    weighted.fit(X, SOFT, sample_weight=np.r_[np.zeros(45), np.ones(45)])
    alone = SoftTargetClassifier(make_pipeline(StandardScaler(), LogisticRegression())).fit(X[45:], SOFT[45:])
    np.testing.assert_allclose(weighted.predict_proba(X), alone.predict_proba(X), atol=1e-6)


def searched_by_hand(depths, cv, groups=None):
    """Cross-validate by the expected accuracy, each sample on one side only."""
    scores = []
    for depth in depths:
        folds = []
        for train, test in cv.split(X, groups=groups):
            tree = DecisionTreeClassifier(max_depth=depth, random_state=0)
            clf = SoftTargetClassifier(tree).fit(X[train], SOFT[train])
            folds.append(np.mean(SOFT[test, clf.predict(X[test])]))
        scores.append(np.mean(folds))
    return scores


DEPTHS = [1, 3, None]


@pytest.mark.parametrize("groups", [None, GROUPS])
def test_a_search_splits_samples_and_judges_by_expected_accuracy(groups):
    cv = KFold(3) if groups is None else GroupKFold(3)
    search = GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": DEPTHS}, cv=cv)
    clf = SoftTargetClassifier(search).fit(X, SOFT, groups=groups)
    scores = clf.estimator_.cv_results_["mean_test_score"]
    np.testing.assert_allclose(scores, searched_by_hand(DEPTHS, cv, groups))
    assert clf.estimator_.best_params_ == {"estimator__max_depth": DEPTHS[np.argmax(scores)]}
    assert search.param_grid == {"max_depth": DEPTHS}


TREE = DecisionTreeClassifier(random_state=0)
PIPE = make_pipeline(StandardScaler(), TREE)
SEARCHES = {
    "pipeline in search": (
        GridSearchCV(PIPE, {"decisiontreeclassifier__max_depth": DEPTHS}, cv=3),
        {"decisiontreeclassifier__estimator__max_depth"},
    ),
    "other step": (
        GridSearchCV(PIPE, {"standardscaler__with_mean": [True, False]}, cv=3),
        {"standardscaler__with_mean"},
    ),
    "whole classifiers": (
        GridSearchCV(PIPE, {"decisiontreeclassifier": [TREE, LogisticRegression()]}, cv=3),
        {"decisiontreeclassifier__estimator"},
    ),
    "several grids": (
        GridSearchCV(TREE, [{"max_depth": [1]}, {"min_samples_leaf": [2, 3]}], cv=3),
        {"estimator__max_depth", "estimator__min_samples_leaf"},
    ),
    "random": (
        RandomizedSearchCV(LogisticRegression(), {"C": loguniform(1e-3, 1)}, n_iter=3, cv=3, random_state=0),
        {"estimator__C"},
    ),
    "halving": (
        HalvingGridSearchCV(TREE, {"max_depth": DEPTHS}, cv=3, min_resources=30, random_state=0),
        {"estimator__max_depth"},
    ),
}


@pytest.mark.parametrize(("search", "names"), SEARCHES.values(), ids=SEARCHES)
def test_grids_name_the_parameters_of_the_classifier_at_its_new_place(search, names):
    clf = SoftTargetClassifier(search).fit(X, SOFT)
    tried = clf.estimator_.cv_results_["params"]
    assert {key for params in tried for key in params} == names
    assert np.isfinite(clf.estimator_.cv_results_["mean_test_score"]).all()
    assert clf.predict_proba(X).shape == (90, 3)


def test_a_search_within_a_pipeline_chooses_the_better_penalty():
    search = GridSearchCV(LogisticRegression(), {"C": [1e-4, 1.0]}, cv=GroupKFold(3))
    clf = SoftTargetClassifier(make_pipeline(StandardScaler(), search)).fit(X, SOFT, groups=GROUPS)
    assert clf.estimator_[-1].best_params_ == {"estimator__C": 1.0}


@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(),
        make_pipeline(StandardScaler(), LogisticRegression()),
        GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=GroupKFold(3)),
        make_pipeline(
            StandardScaler(), GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=GroupKFold(3))
        ),
    ],
    ids=["bare", "pipeline", "search", "search in pipeline"],
)
def test_weights_and_groups_arrive_with_routing_on_and_off(estimator, routing):
    weights = rng.random(90)
    with sklearn.config_context(enable_metadata_routing=routing):
        for target in (SOFT, y):
            got = SoftTargetClassifier(estimator).fit(X, target, sample_weight=weights, groups=GROUPS)
            plain = SoftTargetClassifier(estimator).fit(X, target, groups=GROUPS)
            assert np.abs(got.predict_proba(X) - plain.predict_proba(X)).max() > 1e-3


class Grouped(ClassifierMixin, BaseEstimator):
    """Takes groups and weights, and has a representation."""

    def fit(self, X, y, sample_weight=None, groups=None):
        self.classes_ = np.unique(y)
        self.seen_ = np.asarray(X), np.asarray(y), np.asarray(groups)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])

    def transform(self, X):
        return np.asarray(X) * 2


def test_groups_are_repeated_like_the_samples():
    clf = SoftTargetClassifier(Grouped()).fit(X, SOFT, groups=GROUPS)
    frames, codes, groups = clf.estimator_.seen_
    np.testing.assert_array_equal(frames, X[ROWS])
    np.testing.assert_array_equal(codes, CODES)
    np.testing.assert_array_equal(groups, GROUPS[ROWS])


def test_only_the_methods_that_the_classifier_has_are_there():
    clf = SoftTargetClassifier(Grouped()).fit(X, SOFT)
    np.testing.assert_array_equal(clf.transform(X), 2 * X)
    assert not hasattr(clf, "predict_proba")
    assert not hasattr(clf, "decision_function")
    assert not hasattr(SoftTargetClassifier(LogisticRegression()), "transform")


def test_lists_and_tables_with_names_are_learnt_like_arrays():
    index = np.arange(90)[::-1]
    table = pd.DataFrame(X, columns=["f0", "loudness", "zcr"], index=index)
    clf = SoftTargetClassifier(LogisticRegression()).fit(table, pd.DataFrame(SOFT, index))
    assert clf.feature_names_in_.tolist() == ["f0", "loudness", "zcr"]
    np.testing.assert_allclose(
        clf.predict_proba(table), SoftTargetClassifier(LogisticRegression()).fit(X, SOFT).predict_proba(X)
    )
    as_lists = SoftTargetClassifier(LogisticRegression()).fit(X.tolist(), SOFT.tolist())
    np.testing.assert_allclose(as_lists.predict_proba(X), clf.predict_proba(table))


def test_score_is_the_expected_accuracy_on_soft_labels():
    clf = SoftTargetClassifier(LogisticRegression(), classes=["a", "b", "c"]).fit(X, SOFT)
    share = SOFT[np.arange(90), np.searchsorted(["a", "b", "c"], clf.predict(X))]
    assert clf.score(X, SOFT) == pytest.approx(share.mean())
    assert clf.score(X, y) == pytest.approx((clf.predict(X) == y).mean())


def test_pickles_predict_the_same_and_clones_keep_the_grid():
    clf = SoftTargetClassifier(GridSearchCV(TREE, {"max_depth": DEPTHS}, cv=3)).fit(X, SOFT)
    twin = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(twin.predict_proba(X), clf.predict_proba(X))
    assert clone(clf).estimator.param_grid == {"max_depth": DEPTHS}


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (KNeighborsClassifier(), "KNeighborsClassifier.fit takes no sample_weight"),
        (make_pipeline(StandardScaler(), KNeighborsClassifier()), "takes no sample_weight"),
        (GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [1]}), "takes no sample_weight"),
        (LinearSVR(), "needs a classifier"),
    ],
)
def test_estimators_that_soft_labels_cannot_reach_are_named(estimator, message):
    with pytest.raises(TypeError, match=message):
        SoftTargetClassifier(estimator).fit(X, SOFT)


def test_soft_labels_that_are_not_finite_name_the_sample():
    wrong = SOFT.copy()
    wrong[4] = np.nan
    with pytest.raises(ValueError, match="soft labels of sample 4"):
        SoftTargetClassifier(LogisticRegression()).fit(X, wrong)


def test_more_soft_labels_than_samples_are_an_error():
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        SoftTargetClassifier(LogisticRegression()).fit(X[:-1], SOFT)


def test_wrapping_reaches_the_classifier_of_a_search_in_a_pipeline_in_a_search():
    inner = GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=3)
    outer = GridSearchCV(
        make_pipeline(StandardScaler(), inner),
        {"gridsearchcv__estimator__tol": [1e-3], "standardscaler__with_mean": [True]},
        cv=3,
    )
    wrapped = wrap_innermost(outer, np.array(["a", "b", "c"]))
    classifier = wrapped.estimator[-1].estimator
    assert isinstance(classifier, SoftTargetClassifier)
    assert isinstance(classifier.estimator, LogisticRegression)
    assert classifier.classes.tolist() == ["a", "b", "c"]
    assert wrapped.estimator[-1].param_grid == {"estimator__C": [0.1, 1.0]}
    assert set(wrapped.param_grid) == {
        "gridsearchcv__estimator__estimator__tol",
        "standardscaler__with_mean",
    }
    wrapped.fit(X, SOFT)
    assert wrapped.best_estimator_[-1].best_estimator_.estimator.tol == 1e-3


def test_wrapping_leaves_the_given_search_unchanged():
    search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=3)
    wrap_innermost(search, np.array(["a", "b"]))
    assert isinstance(search.estimator, LogisticRegression)
    assert search.param_grid == {"C": [0.1, 1.0]}


def test_repeats_leave_out_shares_of_zero():
    soft = np.array([[1.0, 0, 0], [0.25, 0, 0.75]])
    repeated, rows, codes, weight, groups = weighted_repeats(
        X[:2], soft, np.array([2.0, 4.0]), np.array([7, 8])
    )
    np.testing.assert_array_equal(repeated, X[[0, 1, 1]])
    assert rows.tolist() == [0, 1, 1]
    assert codes.tolist() == [0, 0, 2]
    assert weight.tolist() == [2, 1, 3]
    assert groups.tolist() == [7, 8, 8]


# Three classes of very different sizes, and a border where a weight of the classes shows.
RARE = np.random.default_rng(1).choice(3, size=120, p=[0.75, 0.17, 0.08])
RARE_X = np.random.default_rng(2).normal(size=(120, 3)) + np.eye(3)[RARE]
NAMES = np.array(["a", "b", "c"])
SMOOTHED = (np.eye(3)[RARE] + 0.1) / 1.3


def weighing(class_weight):
    """Return one classifier of each kind that has a class_weight."""
    shallow = {"max_depth": 3, "random_state": 0, "class_weight": class_weight}
    return [
        DecisionTreeClassifier(**shallow),
        # Each tree sees all samples: bootstraps of samples and of their repeats are not the same.
        RandomForestClassifier(5, bootstrap=False, **shallow),
        ExtraTreesClassifier(5, **shallow),
        HistGradientBoostingClassifier(max_iter=10, random_state=0, class_weight=class_weight),
        LogisticRegression(class_weight=class_weight, tol=1e-10),
        RidgeClassifier(class_weight=class_weight),
        SVC(class_weight=class_weight),
        LinearSVC(class_weight=class_weight, tol=1e-8, max_iter=100_000, random_state=0),
        SGDClassifier(class_weight=class_weight, random_state=0),
    ]


def answers(fitted):
    method = "predict_proba" if hasattr(fitted, "predict_proba") else "decision_function"
    return getattr(fitted, method)(RARE_X)


def nested(classifier):
    """Return the classifier, and in what it may stand."""
    key = f"{type(classifier).__name__.lower()}__class_weight"
    steps = make_pipeline(StandardScaler(), classifier)
    return {
        "bare": classifier,
        "pipeline": steps,
        "search": GridSearchCV(steps, {key: [classifier.class_weight]}, cv=3),
    }


def named(classifier):
    """Return class names: gradient boosting takes a dict for the numbers 0, 1, ... only."""
    by_number = isinstance(classifier, HistGradientBoostingClassifier)
    return np.arange(3) if by_number and isinstance(classifier.class_weight, dict) else NAMES


def dict_for(number):
    return {0: 1, 1: 4, 2: 0.5} if number == 3 else {"a": 1, "b": 4, "c": 0.5}


@pytest.mark.parametrize("place", ["bare", "pipeline", "search"])
@pytest.mark.parametrize("balanced", [True, False], ids=["balanced", "dict"])
@pytest.mark.parametrize("number", range(9))
def test_class_weights_on_one_hot_soft_labels_are_those_on_labels(number, balanced, place):
    classifier = weighing("balanced" if balanced else dict_for(number))[number]
    estimator, names = nested(classifier)[place], named(classifier)
    soft = SoftTargetClassifier(estimator, classes=names).fit(RARE_X, np.eye(3)[RARE])
    np.testing.assert_allclose(answers(soft), answers(clone(estimator).fit(RARE_X, names[RARE])), atol=1e-6)


@pytest.mark.parametrize("balanced", [True, False], ids=["balanced", "dict"])
@pytest.mark.parametrize("number", [0, 4, 5, 6, 7])  # the others draw random numbers, or count samples
def test_class_weights_on_nearly_certain_soft_labels_are_those_on_labels(number, balanced):
    classifier = weighing("balanced" if balanced else dict_for(number))[number]
    nearly = (np.eye(3)[RARE] + 1e-12) / (1 + 3e-12)
    soft = SoftTargetClassifier(classifier, classes=NAMES).fit(RARE_X, nearly)
    plain = clone(classifier).fit(RARE_X, NAMES[RARE])
    np.testing.assert_allclose(answers(soft), answers(plain), atol=1e-3)


@pytest.mark.parametrize("number", range(9))
def test_balanced_classes_have_the_same_total_share_in_soft_labels(number):
    mass = SMOOTHED.sum(axis=0)
    by_class = dict(enumerate(mass.sum() / (3 * mass)))
    balanced, expected, none = (
        SoftTargetClassifier(weighing(weights)[number]).fit(RARE_X, SMOOTHED)
        for weights in ("balanced", by_class, None)
    )
    np.testing.assert_allclose(answers(balanced), answers(expected), atol=1e-9)
    assert np.abs(answers(balanced) - answers(none)).max() > 0.05
    assert balanced.estimator.class_weight == "balanced"


def test_balanced_classes_count_the_weights_of_samples():
    copies = np.random.default_rng(3).integers(0, 3, size=120)
    rows = np.repeat(np.arange(120), copies)
    tree = DecisionTreeClassifier(class_weight="balanced", max_depth=3, random_state=0)
    weighted = SoftTargetClassifier(tree).fit(RARE_X, SMOOTHED, sample_weight=copies)
    repeated = SoftTargetClassifier(tree).fit(RARE_X[rows], SMOOTHED[rows])
    np.testing.assert_allclose(answers(weighted), answers(repeated), atol=1e-9)


TREE_OF_CLASSES = DecisionTreeClassifier(class_weight="balanced", max_depth=3, random_state=0)
META = {
    "bagging": BaggingClassifier(TREE_OF_CLASSES, 10, random_state=0),
    "calibrated": CalibratedClassifierCV(SVC(class_weight="balanced"), cv=3),
    "ensemble": DeepEnsembleClassifier(make_pipeline(StandardScaler(), TREE_OF_CLASSES), 2, random_state=0),
    "search": GridSearchCV(TREE_OF_CLASSES, {"class_weight": ["balanced"]}, cv=3),
    "search in pipeline": make_pipeline(
        StandardScaler(), GridSearchCV(TREE_OF_CLASSES, {"max_depth": [3]}, cv=3)
    ),
    "subsamples": RandomForestClassifier(
        20, max_depth=3, class_weight="balanced_subsample", random_state=0, bootstrap=True
    ),
}


@pytest.mark.parametrize("estimator", META.values(), ids=META)
def test_balanced_classes_reach_classifiers_inside_others(estimator):
    balanced = SoftTargetClassifier(estimator).fit(RARE_X, SMOOTHED)
    keys = [key for key in estimator.get_params() if key.rpartition("__")[2] == "class_weight"]
    plain = clone(estimator).set_params(**dict.fromkeys(keys))
    if hasattr(plain, "param_grid") and "class_weight" in plain.param_grid:
        plain.set_params(param_grid={"class_weight": [None]})
    plain = SoftTargetClassifier(plain).fit(RARE_X, SMOOTHED)
    assert np.abs(balanced.predict_proba(RARE_X) - plain.predict_proba(RARE_X)).max() > 0.1
    assert all(estimator.get_params()[key] in ("balanced", "balanced_subsample") for key in keys)


def test_balanced_classes_reach_soft_and_rater_views():
    Y = NAMES[np.c_[RARE, np.where(rng.random(120) < 0.2, 0, RARE)]]
    settings = {"views": ["crowd_soft", "raters"], "fusion": "mean"}
    trees = [DecisionTreeClassifier(max_depth=3, class_weight=weight) for weight in ("balanced", None)]
    balanced, plain = (MultiRaterStackingClassifier(tree, **settings).fit(RARE_X, Y) for tree in trees)
    shares = (balanced.predict_proba_views(RARE_X) - plain.predict_proba_views(RARE_X)).mean(axis=0)
    assert (shares[:, 0] < -0.1).all()
    assert (shares[:, 2] > 0.05).all()


@pytest.mark.parametrize("classes", [["a", "b", "c"], ["c", "a", "b"], ["b", "c", "a"]])
@pytest.mark.parametrize("estimator", [SVC(), LogisticRegression(), make_pipeline(LogisticRegression())])
def test_decision_values_have_the_order_of_the_classes(estimator, classes):
    clf = SoftTargetClassifier(estimator, classes=classes).fit(X, SOFT)
    values = clf.decision_function(X)
    np.testing.assert_array_equal(clf.classes_[values.argmax(axis=1)], clf.predict(X))


@pytest.mark.parametrize("classes", [["a", "z"], ["z", "a"]])
def test_decision_values_of_two_classes_are_those_of_the_second(classes):
    soft = SOFT[:, :2] + SOFT[:, 2:] / 2
    by_pairs = SoftTargetClassifier(SVC(decision_function_shape="ovo"), classes=classes).fit(X, soft)
    chosen = by_pairs.classes_[(by_pairs.decision_function(X) > 0).astype(int)]
    np.testing.assert_array_equal(chosen, by_pairs.predict(X))
    clf = SoftTargetClassifier(LogisticRegression(), classes=classes).fit(X, soft)
    np.testing.assert_array_equal(clf.classes_[(clf.decision_function(X) > 0).astype(int)], clf.predict(X))
    np.testing.assert_allclose(expit(clf.decision_function(X)), clf.predict_proba(X)[:, 1])


def test_a_class_without_a_share_has_the_lowest_decision_values():
    soft = np.column_stack([SOFT[:, 0], np.zeros(90), 1 - SOFT[:, 0]])
    clf = SoftTargetClassifier(LogisticRegression(), classes=["c", "b", "a"]).fit(X, soft)
    values = clf.decision_function(X)
    assert (values[:, 1] == -np.inf).all()
    np.testing.assert_array_equal(clf.classes_[values.argmax(axis=1)], clf.predict(X))


def test_decision_values_of_pairs_stay_in_the_order_of_the_classifier():
    clf = SoftTargetClassifier(SVC(decision_function_shape="ovo"), classes=["c", "a", "b"]).fit(X, SOFT)
    np.testing.assert_array_equal(clf.decision_function(X), clf.estimator_.decision_function(X))


def test_a_search_may_have_a_parameter_as_its_resource():
    search = HalvingGridSearchCV(
        RandomForestClassifier(random_state=0),
        {"max_depth": [2, 3]},
        resource="n_estimators",
        max_resources=8,
        cv=KFold(2),
        random_state=0,
    )
    clf = SoftTargetClassifier(search).fit(X, SOFT)
    assert clf.estimator_.best_params_["estimator__n_estimators"] <= 8


def test_boosted_trees_that_hold_out_repeats_are_refused():
    with pytest.raises(InputError, match=r"n_iter_no_change=5\) holds out"):
        SoftTargetClassifier(GradientBoostingClassifier(n_iter_no_change=5)).fit(X, SOFT)


@pytest.mark.parametrize("cv", ["pairs", "predefined"])
def test_folds_that_name_samples_count_those_of_weight_0(cv):
    trained = []

    class Recorded(LogisticRegression):
        def fit(self, X, y, sample_weight=None):
            trained.append(sorted(set(X[:, 0])))
            return super().fit(X, y, sample_weight)

    number = np.arange(8.0)[:, None]
    soft = np.column_stack([np.tile([0.3, 0.7], 4), np.tile([0.7, 0.3], 4)])
    first, last = np.arange(4), np.arange(4, 8)
    folds = [(last, first), (first, last)] if cv == "pairs" else PredefinedSplit([0] * 4 + [1] * 4)
    clf = SoftTargetClassifier(CalibratedClassifierCV(Recorded(), cv=folds))
    clf.fit(number, soft, sample_weight=[0, 0, 1, 1, 1, 1, 1, 1])
    assert trained == [[4, 5, 6, 7], [2, 3]]


@pytest.mark.parametrize("step", [SelectKBest(k=2), LinearDiscriminantAnalysis()])
def test_a_step_that_learns_from_labels_is_named(step):
    with pytest.raises(
        InputError, match=f"the step '.*{type(step).__name__}, learns from one label a sample"
    ):
        SoftTargetClassifier(make_pipeline(step, LogisticRegression())).fit(X, SOFT)


def test_a_search_that_splits_by_labels_is_named():
    search = GridSearchCV(LogisticRegression(), {"C": [1.0]}, cv=StratifiedKFold(2))
    with pytest.raises(InputError, match=r"StratifiedKFold.*splits by one label a sample"):
        SoftTargetClassifier(search).fit(X, SOFT)


def test_columns_false_and_true_name_the_classes():
    soft = pd.DataFrame(SOFT[:, :2] / SOFT[:, :2].sum(axis=1, keepdims=True), columns=[False, True])
    assert SoftTargetClassifier(LogisticRegression()).fit(X, soft).classes_.tolist() == [False, True]


def test_a_class_named_twice_is_refused():
    with pytest.raises(InputError, match="classes names 'a' twice"):
        SoftTargetClassifier(LogisticRegression(), classes=["a", "b", "a"]).fit(X, SOFT)


def test_certain_soft_labels_reach_a_pipeline_as_labels():
    certain = np.eye(3)[SOFT.argmax(axis=1)]
    for last in (LogisticRegression(), GaussianNB()):
        pipeline = make_pipeline(SelectKBest(k=2), last)
        found = SoftTargetClassifier(pipeline, classes=["a", "b", "c"]).fit(X, certain).predict_proba(X)
        np.testing.assert_array_equal(SoftTargetClassifier(pipeline).fit(X, y).predict_proba(X), found)
        stack = MultiRaterStackingClassifier(pipeline, views=[0], fusion="mean", alpha=0).fit(X, y)
        np.testing.assert_allclose(stack.predict_proba(X), found, atol=1e-9)


class Recorded(LogisticRegression):
    """Counts the groups of the samples that each copy learns from, in the last feature."""

    seen = []

    def fit(self, X, y, sample_weight=None):
        Recorded.seen.append(np.unique(X[:, -1], return_counts=True)[1])
        return super().fit(X, y, sample_weight)


@pytest.mark.parametrize("routing", [False, True], ids=["off", "on"])
@pytest.mark.parametrize("weights", [None, np.ones(90)], ids=["alike", "weighted"])
@pytest.mark.parametrize("place", ["alone", "pipeline", "soft targets"])
def test_a_classifier_with_a_cv_by_groups_gets_the_groups_of_labels(place, weights, routing):
    folds = GroupKFold(3)
    calibrated = CalibratedClassifierCV(Recorded(), cv=folds)
    model = make_pipeline(StandardScaler(), calibrated) if place == "pipeline" else calibrated
    if place == "soft targets":
        model = SoftTargetClassifier(calibrated)
    else:
        model = MultiRaterStackingClassifier(model, views=["crowd_hard"], fusion="mean")
    Recorded.seen.clear()
    with sklearn.config_context(enable_metadata_routing=routing):
        model.fit(np.column_stack([X, GROUPS]), y, sample_weight=weights, groups=GROUPS)
    assert [counts.tolist() for counts in Recorded.seen] == [[10] * 6] * 3
    fitted = model.estimator_ if place == "soft targets" else model.estimators_[0]
    fitted = fitted[-1] if place == "pipeline" else fitted
    assert isinstance(fitted.cv, GroupKFold)
    assert isinstance(calibrated.cv, GroupKFold)
    assert calibrated.cv is folds


def test_a_matrix_of_kernels_is_refused_for_soft_labels_and_works_for_labels():
    y = np.arange(60) % 3
    X = np.random.default_rng(0).normal(size=(60, 3)) + 6 * np.eye(3)[y]
    clf, kernel = SoftTargetClassifier(SVC(kernel="precomputed")), X @ X.T
    assert (clf.fit(kernel, y).predict(kernel) == y).mean() > 0.95
    with pytest.raises(InputError, match=r"SVC takes a precomputed matrix.*the features"):
        clf.fit(kernel, np.eye(3)[y] * 0.8 + 0.2 / 3)
