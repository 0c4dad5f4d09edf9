"""Scorers that take ratings: values computed by hand, and scikit-learn's tools that call scorers."""

import functools
import pickle

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    HalvingGridSearchCV,
    KFold,
    cross_val_score,
    cross_validate,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from made import CLASSES, as_cube, make_rated, small_stack
from sklearn_raters import DeepEnsembleClassifier, SoftTargetClassifier
from sklearn_raters.consensus import hard_labels, labelled_samples, soft_labels
from sklearn_raters.exceptions import InputError
from sklearn_raters.metrics import (
    brier_score,
    expected_calibration_error,
    jensen_shannon_divergence,
    make_ratings_scorer,
    manhattan_distance,
    neg_brier_score_scorer,
    neg_expected_calibration_error_scorer,
    neg_jensen_shannon_divergence_scorer,
    neg_manhattan_distance_scorer,
    neg_soft_cross_entropy_scorer,
    neg_wasserstein_distance_scorer,
    soft_cross_entropy,
    soft_f1_score,
    soft_f1_scorer,
    uar_scorer,
    unweighted_average_recall,
    wasserstein_distance,
)
from sklearn_raters.ratings import Task

X, Y, GROUPS, TRUTH = make_rated(90)
SORTED = sorted(CLASSES)
TRUTH_CODES = [SORTED.index(name) for name in TRUTH]
SCORERS = [uar_scorer, neg_soft_cross_entropy_scorer]
SOFT_SCORERS = {
    soft_f1_scorer: soft_f1_score,
    neg_soft_cross_entropy_scorer: soft_cross_entropy,
    neg_jensen_shannon_divergence_scorer: jensen_shannon_divergence,
    neg_manhattan_distance_scorer: manhattan_distance,
    neg_wasserstein_distance_scorer: wasserstein_distance,
    neg_brier_score_scorer: brier_score,
    neg_expected_calibration_error_scorer: expected_calibration_error,
}


class ConsensusClassifier(ClassifierMixin, BaseEstimator):
    """A small estimator that takes ratings: logistic regression on their majority."""

    _takes_ratings = True

    def __init__(self, C=1.0, classes=None, label_map=None):
        self.C = C
        self.classes = classes
        self.label_map = label_map

    def fit(self, X, Y):
        rows, y = labelled_samples(hard_labels(Task(Y, self.classes, self.label_map)))
        self.model_ = LogisticRegression(C=self.C).fit(np.asarray(X)[rows], y)
        self.classes_ = self.model_.classes_
        return self

    def predict(self, X):
        return self.model_.predict(X)

    def predict_proba(self, X):
        return self.model_.predict_proba(X)


def as_floats(table):
    """Return one label a cell as floats, NaN where not rated or several labels."""
    codes = {label: float(code) for code, label in enumerate(SORTED)}
    return table.map(lambda label: codes.get(label, np.nan)).to_numpy(dtype=float)


FORMS = {
    "frame": lambda table: table,
    "objects": lambda table: table.to_numpy(dtype=object),
    "lists": lambda table: table.to_numpy(dtype=object).tolist(),
}


def test_scores_equal_values_computed_by_hand():
    ratings = [["a", "a"], ["a", "b"], ["b", None], ["b", "b"], [None, None]]
    constant = DummyClassifier(strategy="constant", constant="b").fit(np.zeros((2, 1)), ["a", "b"])
    assert uar_scorer(constant, np.zeros((5, 1)), ratings) == 0.5
    uniform = DummyClassifier(strategy="uniform").fit(np.zeros((2, 1)), ["a", "b"])
    assert neg_soft_cross_entropy_scorer(uniform, np.zeros((5, 1)), ratings) == pytest.approx(-np.log(2))


def scores_of_a_loop(scorer, ratings):
    return [
        scorer(ConsensusClassifier().fit(X[train], ratings[train]), X[test], ratings[test])
        for train, test in GroupKFold(5).split(X, groups=GROUPS)
    ]


def scores_of_cross_validate(scorer, ratings, routing=False):
    split = {"params": {"groups": GROUPS}} if routing else {"groups": GROUPS}
    given = {"cv": GroupKFold(5), "scoring": scorer, "error_score": "raise"}
    with sklearn.config_context(enable_metadata_routing=routing):
        return cross_validate(ConsensusClassifier(), X, ratings, **given, **split)["test_score"]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("scorer", SCORERS)
@pytest.mark.parametrize("routing", [False, True])
def test_cross_validate_takes_every_form_of_labels(form, scorer, routing):
    expected = scores_of_a_loop(scorer, Y.to_numpy(dtype=object))
    np.testing.assert_allclose(scores_of_cross_validate(scorer, form(Y), routing), expected)


@pytest.mark.parametrize("scorer", SCORERS)
def test_cross_validate_takes_floats(scorer):
    ratings = as_floats(Y)
    np.testing.assert_allclose(scores_of_cross_validate(scorer, ratings), scores_of_a_loop(scorer, ratings))


@pytest.mark.parametrize("scorer", SCORERS)
@pytest.mark.parametrize("form", [as_cube, lambda table: Task(table, SORTED)], ids=["cube", "task"])
def test_a_cube_and_a_task_give_the_same_score(scorer, form):
    model = ConsensusClassifier(classes=SORTED).fit(X[:60], Y[:60])
    assert scorer(model, X[60:], form(Y)[60:] if form is as_cube else form(Y[60:])) == scorer(
        model, X[60:], Y[60:]
    )


@pytest.mark.parametrize("routing", [False, True])
def test_a_grid_search_through_a_pipeline(routing):
    model = make_pipeline(StandardScaler(), ConsensusClassifier())
    grid = {"consensusclassifier__C": [1e-6, 0.1]}
    scorer = neg_soft_cross_entropy_scorer
    with sklearn.config_context(enable_metadata_routing=routing):
        search = GridSearchCV(model, grid, scoring=scorer, cv=GroupKFold(3), error_score="raise")
        search.fit(X, Y, groups=GROUPS)
    assert search.best_params_ == {"consensusclassifier__C": 0.1}
    assert search.score(X, Y) == scorer(search.best_estimator_, X, Y)


def test_several_scorers_in_one_search():
    scoring = dict(zip(("uar", "soft"), SCORERS, strict=True))
    grid = {"C": [0.1, 1.0]}
    several = GridSearchCV(ConsensusClassifier(), grid, scoring=scoring, refit="uar", cv=KFold(3)).fit(X, Y)
    for name, scorer in scoring.items():
        single = GridSearchCV(ConsensusClassifier(), grid, scoring=scorer, cv=KFold(3)).fit(X, Y)
        expected = single.cv_results_["mean_test_score"]
        np.testing.assert_allclose(several.cv_results_[f"mean_test_{name}"], expected)


def test_a_halving_search():
    data = make_rated(120)
    search = HalvingGridSearchCV(
        ConsensusClassifier(),
        {"C": [0.01, 0.1, 10.0]},
        scoring=uar_scorer,
        cv=GroupKFold(3),
        min_resources=60,
        random_state=0,
        error_score="raise",
    )
    search.fit(data.X, data.Y, groups=data.groups)
    # Chance is a third.
    assert search.best_score_ > 0.7


@pytest.mark.parametrize("routing", [False, True])
def test_ordinary_labels_and_an_ordinary_classifier(routing):
    with sklearn.config_context(enable_metadata_routing=routing):
        ours = cross_val_score(LogisticRegression(), X, TRUTH, scoring=uar_scorer)
        theirs = cross_val_score(LogisticRegression(), X, TRUTH, scoring="balanced_accuracy")
    np.testing.assert_allclose(ours, theirs)


@pytest.mark.parametrize("scorer", SCORERS)
def test_a_scorer_can_be_pickled(scorer):
    model = ConsensusClassifier().fit(X, Y)
    assert pickle.loads(pickle.dumps(scorer))(model, X, Y) == scorer(model, X, Y)


FEELINGS_X = np.array([[0.0], [0.1], [1.0], [1.1], [2.0]])
FEELINGS = [["joy", "joy"], ["thrill", "thrill"], ["rage", "rage"], ["rage", "rage"], ["fear", "fear"]]
SETTINGS = {"classes": ["joy", "rage"], "label_map": {"thrill": "joy"}}


@pytest.mark.parametrize("settings_of", ["estimator", "scorer", "task"])
def test_labels_outside_the_classes_are_left_out_after_the_majority(settings_of):
    y = ["joy", "joy", "rage", "rage"]
    model, scorer, ratings = LogisticRegression(C=100.0), uar_scorer, FEELINGS
    if settings_of == "estimator":
        model, y = ConsensusClassifier(C=100.0, **SETTINGS), FEELINGS[:4]
    elif settings_of == "scorer":
        scorer = make_ratings_scorer(unweighted_average_recall, **SETTINGS)
    else:
        ratings = Task(FEELINGS, **SETTINGS)
    assert scorer(model.fit(FEELINGS_X[:4], y), FEELINGS_X, ratings) == 1


def test_without_classes_every_consensus_counts():
    model = LogisticRegression(C=100.0).fit(FEELINGS_X[:4], ["joy", "joy", "rage", "rage"])
    scorer = make_ratings_scorer(unweighted_average_recall, label_map={"thrill": "joy"})
    # The model never predicts "fear".
    assert scorer(model, FEELINGS_X, FEELINGS) == pytest.approx(2 / 3)


def test_the_classes_of_a_model_inside_an_ensemble_count():
    stack = small_stack(classes=["sad", "angry"], label_map={"neutral": "angry"}, views=["crowd_hard"])
    ensemble = DeepEnsembleClassifier(stack, n_estimators=2, random_state=0).fit(X[:60], Y[:60])
    y = hard_labels(Task(Y[60:], ["sad", "angry"], {"neutral": "angry"}))
    rows, y_true = labelled_samples(y)
    expected = unweighted_average_recall(y_true, ensemble.predict(X[60:][rows]))
    assert uar_scorer(ensemble, X[60:], Y[60:]) == expected


def test_a_class_without_training_samples_has_recall_zero():
    rows, ratings = np.zeros((4, 1)), [["a"], ["a"], ["b"], ["c"]]
    constant = DummyClassifier(strategy="constant", constant="a").fit(rows, ["a", "a", "b", "b"])
    assert uar_scorer(constant, rows, ratings) == pytest.approx(1 / 3)
    uniform = DummyClassifier(strategy="uniform").fit(rows, ["a", "a", "b", "b"])
    assert neg_soft_cross_entropy_scorer(uniform, rows, ratings) < -np.log(3)


def test_a_class_without_samples_in_the_fold_gives_a_warning():
    rows = np.zeros((2, 1))
    model = DummyClassifier(strategy="constant", constant="a").fit(rows, ["a", "b"])
    with pytest.warns(UndefinedMetricWarning, match="No sample has the class 'b'"):
        assert uar_scorer(model, rows, [["a"], ["a"]]) == 1


def test_a_fold_without_consensus():
    rows = np.zeros((2, 1))
    model = DummyClassifier().fit(rows, ["a", "b"])
    with pytest.raises(ValueError, match=r"None of the 2 samples to score has a consensus.*folds"):
        uar_scorer(model, rows, [["a", "b"], ["b", "a"]])


def test_a_score_function_of_scikit_learn():
    model = ConsensusClassifier().fit(X[:60], Y[:60])
    rows, y = labelled_samples(hard_labels(Y[60:]))
    expected = f1_score(y, model.predict(X[60:][rows]), average="macro")
    assert make_ratings_scorer(f1_score, average="macro")(model, X[60:], Y[60:]) == pytest.approx(expected)


def test_a_smaller_value_may_be_better():
    model = ConsensusClassifier().fit(X, Y)
    loss = make_ratings_scorer(soft_cross_entropy, target="soft")
    assert neg_soft_cross_entropy_scorer(model, X, Y) == -loss(model, X, Y) < 0


@pytest.mark.parametrize(("scorer", "measure"), SOFT_SCORERS.items())
def test_ready_scorers_of_soft_labels_take_the_plain_shares(scorer, measure):
    model = ConsensusClassifier(classes=SORTED).fit(X[:60], Y[:60])
    sign = 1 if measure is soft_f1_score else -1
    shares = soft_labels(Task(Y[60:], SORTED), alpha=0)
    rated = ~np.isnan(shares[:, 0])
    expected = sign * measure(shares[rated], model.predict_proba(X[60:])[rated])
    assert scorer(model, X[60:], Y[60:]) == pytest.approx(expected)
    assert pickle.loads(pickle.dumps(scorer))(model, X[60:], Y[60:]) == scorer(model, X[60:], Y[60:])


def test_soft_scores_count_every_sample_that_has_votes_in_the_classes():
    # Of consensus, tied, with a majority outside the classes; then without a vote for a class, and unrated.
    ratings = [["a", "a", None], ["a", "b", None], ["x", "x", "b"], ["x", "x", None], [None, None, None]]
    task, rows = Task(ratings, ["a", "b"]), np.zeros((5, 1))
    model = DummyClassifier(strategy="constant", constant="a").fit(rows[:2], ["a", "b"])
    # Distances 0, 1 and 2.
    assert neg_manhattan_distance_scorer(model, rows, task) == -1
    smoothed = make_ratings_scorer(manhattan_distance, target="soft", alpha=0.5)
    assert smoothed(model, rows, task) == pytest.approx((1 / 3 + 1 + 3 / 2) / 3)


def test_without_classes_every_vote_counts_for_soft_scores():
    rows, ratings = np.zeros((3, 1)), [["a", "c"], ["b", "b"], ["b", "d"]]
    model = DummyClassifier(strategy="constant", constant="b").fit(rows, ["a", "b", "b"])
    assert neg_manhattan_distance_scorer(model, rows, ratings) == pytest.approx(-(2 + 0 + 1) / 3)


def test_a_fold_without_a_vote_for_a_class():
    rows = np.zeros((2, 1))
    model = DummyClassifier().fit(rows, ["a", "b"])
    with pytest.raises(
        ValueError, match=r"None of the 2 samples to score has a vote within the classes \['a', 'b'\]"
    ):
        neg_brier_score_scorer(model, rows, Task([["x", "x"], ["x", None]], ["a", "b"]))


class SharesClassifier(ConsensusClassifier):
    """A classifier that predicts the shares of the raters apart from the consensus."""

    def predict_soft_labels(self, X):
        return np.tile(np.eye(1, 3), (len(X), 1))


@pytest.mark.parametrize("form", ["plain", "pipeline", "search"])
def test_soft_scores_judge_the_predicted_shares_where_there_are_some(form):
    model = SharesClassifier(classes=SORTED)
    if form == "pipeline":
        model = make_pipeline(StandardScaler(), model)
    elif form == "search":
        model = GridSearchCV(model, {"C": [1.0]}, scoring=uar_scorer, cv=KFold(2))
    first = Task([[SORTED[0]]] * 10, SORTED)
    assert neg_manhattan_distance_scorer(model.fit(X, Y), X[:10], first) == 0


def test_scores_of_ordered_classes_need_their_order():
    model = ConsensusClassifier().fit(X[:60], Y[:60])
    with pytest.raises(
        ValueError, match=r"'angry', 'neutral', 'sad' are only sorted as text.*in their order"
    ):
        neg_wasserstein_distance_scorer(model, X[60:], Y[60:])
    given = make_ratings_scorer(wasserstein_distance, target="soft", ordered=True, classes=CLASSES)
    task = Task(Y[60:], CLASSES)
    assert given(model, X[60:], Y[60:]) == -neg_wasserstein_distance_scorer(model, X[60:], task) > 0
    numbers = Y.map(lambda label: CLASSES.index(label) if isinstance(label, str) else None)
    model = ConsensusClassifier().fit(X[:60], numbers[:60])
    assert neg_wasserstein_distance_scorer(model, X[60:], numbers[60:]) < 0


def test_scores_of_ordered_classes_need_their_order_for_soft_labels_too():
    soft = pd.DataFrame(np.eye(3)[TRUTH_CODES] * 0.7 + 0.1, columns=SORTED)[CLASSES]
    model = SoftTargetClassifier(LogisticRegression()).fit(X, soft)
    with pytest.raises(ValueError, match="only sorted as text"):
        neg_wasserstein_distance_scorer(model, X, soft)
    ordered = make_ratings_scorer(wasserstein_distance, target="soft", ordered=True, classes=CLASSES)
    proba = model.predict_proba(X)[:, [SORTED.index(name) for name in CLASSES]]
    assert ordered(model, X, soft) == pytest.approx(wasserstein_distance(soft.to_numpy(), proba))
    named = SoftTargetClassifier(LogisticRegression(), classes=CLASSES).fit(X, soft)
    assert neg_wasserstein_distance_scorer(named, X, soft) == pytest.approx(-ordered(model, X, soft))


def test_scorers_of_some_classes_or_of_a_map_read_soft_labels_so():
    soft = pd.DataFrame(np.eye(3)[TRUTH_CODES] * 0.7 + 0.1, columns=SORTED)
    model = SoftTargetClassifier(LogisticRegression()).fit(X, soft)
    for settings in ({"classes": SORTED[:2]}, {"label_map": {SORTED[2]: SORTED[0]}}):
        scorer = make_ratings_scorer(accuracy_score, **settings)
        assert scorer(model, X, soft) == scorer(model, X, TRUTH) < 1


def test_an_unknown_target():
    with pytest.raises(ValueError, match="target must be 'consensus', 'soft' or 'raters', got 'hard'"):
        make_ratings_scorer(f1_score, target="hard")


def test_a_model_that_has_learnt_a_class_outside_those_of_the_scorer():
    rows = np.zeros((3, 1))
    model = DummyClassifier().fit(rows, ["a", "b", "c"])
    narrow = make_ratings_scorer(soft_cross_entropy, target="soft", classes=["a", "b"])
    with pytest.raises(ValueError, match="c was learnt"):
        narrow(model, rows, [["a"], ["b"], ["a"]])


@pytest.mark.parametrize(
    ("scorer", "expected"),
    [
        (uar_scorer, "make_ratings_scorer(unweighted_average_recall, target='consensus')"),
        (
            neg_soft_cross_entropy_scorer,
            "make_ratings_scorer(soft_cross_entropy, target='soft', greater_is_better=False)",
        ),
        (
            neg_wasserstein_distance_scorer,
            "make_ratings_scorer(wasserstein_distance, target='soft', greater_is_better=False, ordered=True)",
        ),
    ],
)
def test_the_repr_names_the_score_function(scorer, expected):
    assert repr(scorer) == expected


@pytest.mark.parametrize("scorer", [uar_scorer, neg_soft_cross_entropy_scorer, soft_f1_scorer])
def test_soft_labels_in_a_table_are_scored_by_the_names_of_their_columns(scorer):
    made = make_rated(60)
    soft = soft_labels(Task(made.Y, CLASSES), alpha=0.5, outside_majority="keep")
    rows = np.flatnonzero(~np.isnan(soft[:, 0]))
    X, soft = made.X[rows], soft[rows]
    table = pd.DataFrame(soft, columns=CLASSES)[sorted(CLASSES, reverse=True)]
    model = SoftTargetClassifier(LogisticRegression()).fit(X, table)
    assert model.classes_.tolist() == sorted(CLASSES)
    by_place = soft[:, np.argsort(CLASSES)]
    assert scorer(model, X, table) == scorer(model, X, by_place)
    assert model.score(X, table) == model.score(X, by_place)


def test_a_scorer_weighs_the_samples_by_a_function_that_takes_weights():
    samples, ratings = np.arange(6.0)[:, None], [["a"], ["b"], ["a"], ["b"], ["a"], [None]]
    model = DummyClassifier(strategy="constant", constant="a").fit(samples[:5], list("ababa"))
    scorer = make_ratings_scorer(accuracy_score)
    weight = np.array([1.0, 3.0, 1.0, 0.0, 1.0, 9.0])
    assert scorer(model, samples, ratings) == pytest.approx(3 / 5)
    assert scorer(model, samples, ratings, sample_weight=weight) == pytest.approx(3 / 6)
    assert scorer(model, samples, ratings, sample_weight=None) == pytest.approx(3 / 5)


@pytest.mark.parametrize("scorer", [uar_scorer, neg_soft_cross_entropy_scorer], ids=str)
def test_a_scorer_says_that_it_cannot_weigh_samples(scorer):
    model = DummyClassifier().fit([[0], [1]], ["a", "b"])
    with pytest.raises(TypeError, match=r"takes no sample_weight.*Leave sample_weight out"):
        scorer(model, [[0], [1]], [["a"], ["b"]], sample_weight=[1, 2])


@pytest.mark.parametrize("scorer", [uar_scorer, neg_soft_cross_entropy_scorer], ids=str)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda soft: np.ma.masked_array(soft, np.arange(18).reshape(6, 3) == 4), "Y has 1 masked"),
        (lambda soft: 0.9 * soft, "Sample 0 of Y is not a distribution"),
        (lambda soft: np.where(np.arange(3) == 1, np.nan, soft), "Sample 0 of Y is not a distribution"),
        (lambda soft: np.where(np.arange(3) == 1, None, soft), "Sample 0 of Y is not a distribution"),
        (lambda soft: np.where(np.arange(6)[:, None] == 4, np.nan, soft > 0.3), "Sample 4 of Y"),
    ],
)
def test_shares_that_are_none_are_not_read_as_labels(change, message, scorer):
    soft = np.full((6, 3), 0.25) + 0.25 * np.eye(3)[np.arange(6) % 3]
    model = SoftTargetClassifier(LogisticRegression()).fit(np.eye(6), soft)
    expected = scorer(model, np.eye(6), soft)
    assert np.isfinite(expected)
    for form in (soft.astype(object), soft.tolist(), list(soft)):
        assert scorer(model, np.eye(6), form) == expected
    with pytest.raises(InputError, match=message):
        scorer(model, np.eye(6), change(soft))


@pytest.mark.parametrize("kind", [list, np.array, pd.DataFrame])
@pytest.mark.parametrize("dtype", [float, object])
@pytest.mark.parametrize("scorer", SCORERS, ids=str)
def test_soft_labels_with_whole_numbers_among_them_are_not_read_as_ratings(kind, dtype, scorer):
    rows = [[0.5, 0.25, 0.25], [0, 1, 0], [0.25, 0.25, 0.5], [1, 0, 0], [0, 0.75, 0.25], [0, 0, 1]]
    soft = np.array(rows, dtype=float)
    model = SoftTargetClassifier(LogisticRegression()).fit(np.eye(6), soft)
    given = rows if kind is list else kind(rows, dtype=dtype)
    assert scorer(model, np.eye(6), given) == scorer(model, np.eye(6), soft)


@pytest.mark.parametrize("dtype", [int, bool, object, np.float32])
@pytest.mark.parametrize("scorer", SCORERS, ids=str)
def test_certain_soft_labels_of_any_type_are_not_read_as_ratings(dtype, scorer):
    certain = np.eye(3)[TRUTH_CODES]
    model = SoftTargetClassifier(LogisticRegression(), classes=SORTED).fit(X, certain)
    expected = scorer(model, X, TRUTH)
    for given in (certain.astype(dtype), certain.astype(dtype).tolist()):
        assert scorer(model, X, given) == pytest.approx(expected)
    assert scorer(model, X, pd.get_dummies(pd.Series(TRUTH))) == pytest.approx(expected)


@pytest.mark.parametrize("scorer", SCORERS, ids=str)
def test_columns_of_soft_labels_are_found_in_any_spelling(scorer):
    soft = np.eye(3)[TRUTH_CODES] * 0.7 + 0.1
    model = SoftTargetClassifier(LogisticRegression()).fit(X, soft)
    as_read = pd.DataFrame(soft, columns=["0", "1", "2"])[["2", "0", "1"]]
    assert scorer(model, X, as_read) == scorer(model, X, soft)


def test_all_samples_are_predicted_also_those_without_a_consensus():
    class Counting(DummyClassifier):
        def predict(self, X):
            self.n_predicted = len(X)
            return super().predict(X)

    model = Counting(strategy="constant", constant="a").fit([[0], [1]], ["a", "b"])
    assert uar_scorer(model, [[0], [1], [2]], [["a", "a"], ["b", "b"], ["a", "b"]]) == 0.5
    assert model.n_predicted == 3


@pytest.mark.filterwarnings("ignore:The scoring .* does not support sample_weight")
def test_a_search_over_several_scorers_takes_weights():
    rated = make_rated(60)
    weight = np.linspace(0.5, 2, 60)
    scoring = {"uar": uar_scorer, "shares": neg_soft_cross_entropy_scorer}
    grid = {"estimator__C": [0.1, 1.0]}
    search = GridSearchCV(small_stack(fusion="mean"), grid, scoring=scoring, refit="uar", cv=KFold(2))
    search.fit(rated.X, rated.Y, sample_weight=weight)
    assert np.isfinite(search.best_score_)


def test_a_scorer_says_whether_it_takes_weights():
    assert make_ratings_scorer(f1_score, average="macro")._accept_sample_weight()
    assert not uar_scorer._accept_sample_weight()


def test_a_partial_function_can_be_shown():
    scorer = make_ratings_scorer(functools.partial(f1_score, average="macro"))
    assert "f1_score" in repr(scorer)
    assert scorer(DummyClassifier().fit([[0]] * 2, ["a", "a"]), [[0]] * 2, ["a", "a"]) == 1


def test_a_task_without_given_classes_scores_as_its_ratings():
    rated = make_rated(60)
    stack = small_stack(fusion="mean", classes=CLASSES[:2]).fit(rated.X, rated.Y)
    assert uar_scorer(stack, rated.X, Task(rated.Y)) == uar_scorer(stack, rated.X, rated.Y)


def test_the_classes_of_a_task_count_beside_a_map_of_the_scorer():
    Y = ["a", "b", "c", "d"]
    model = DummyClassifier(strategy="constant", constant="a").fit([[0]] * 4, Y)
    scorer = make_ratings_scorer(unweighted_average_recall, label_map={"c": "b"})
    assert scorer(model, [[0]] * 4, Task(Y, classes=["a", "b"])) == 0.5
