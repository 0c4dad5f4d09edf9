"""Recalls, distances and scorers: values worked by hand, laws, and scikit-learn's own tools."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
import sklearn
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, f1_score, log_loss, recall_score
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

from sklearn_raters.consensus import hard_labels
from sklearn_raters.metrics import (
    class_recalls,
    jensen_shannon_divergence,
    make_ratings_scorer,
    neg_soft_cross_entropy_scorer,
    rater_uar,
    soft_cross_entropy,
    uar_scorer,
    unweighted_average_recall,
)
from sklearn_raters.ratings import Task


class ConsensusClassifier(ClassifierMixin, BaseEstimator):
    """A real estimator that takes ratings: logistic regression on their majority."""

    _takes_ratings = True

    def __init__(self, C=1.0, classes=None, label_map=None):
        self.C = C
        self.classes = classes
        self.label_map = label_map

    def fit(self, X, Y):
        y = hard_labels(Task(Y, self.classes, self.label_map))
        rated = [label is not None for label in y]
        self.model_ = LogisticRegression(C=self.C).fit(np.asarray(X)[rated], y[rated].tolist())
        self.classes_ = self.model_.classes_
        return self

    def predict(self, X):
        return self.model_.predict(X)

    def predict_proba(self, X):
        return self.model_.predict_proba(X)


def rated_data(n_samples=60, seed=0):
    """Make two features and three raters whose labels follow the first feature's thirds."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, 2))
    truth = np.digitize(X[:, 0], [-0.4, 0.4])
    ratings = np.where(rng.random((n_samples, 3)) < 0.8, truth[:, None], rng.integers(3, size=(n_samples, 3)))
    Y = np.array(["low", "mid", "top"], dtype=object)[ratings]
    Y[rng.random(Y.shape) < 0.2] = None
    Y[0] = None
    return X, Y, np.arange(n_samples) % 5


labels = st.lists(st.sampled_from("abc"), min_size=1, max_size=30)


class TestRecalls:
    def test_by_hand(self):
        y_true = ["a", "a", "a", "a", "b", "b", "c"]
        y_pred = ["a", "a", "a", "b", "b", "c", "b"]
        np.testing.assert_allclose(class_recalls(y_true, y_pred), [3 / 4, 1 / 2, 0])
        assert unweighted_average_recall(y_true, y_pred) == pytest.approx((3 / 4 + 1 / 2 + 0) / 3)

    def test_order_of_labels_is_kept(self):
        np.testing.assert_array_equal(class_recalls(["a", "b"], ["a", "a"], labels=["b", "a"]), [0, 1])

    @given(st.data())
    def test_agrees_with_scikit_learn_where_every_class_is_there(self, data):
        y_true = [*"abc", *data.draw(labels)]
        y_pred = data.draw(st.lists(st.sampled_from("abc"), min_size=len(y_true), max_size=len(y_true)))
        ours = unweighted_average_recall(y_true, y_pred)
        assert ours == pytest.approx(recall_score(y_true, y_pred, average="macro", zero_division=0))
        assert ours == pytest.approx(balanced_accuracy_score(y_true, y_pred))

    def test_absent_classes_where_scikit_learns_two_answers_disagree(self):
        y_true, y_pred = ["a", "a", "b"], ["a", "c", "b"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # The first counts the absent class c as 0 because it was predicted, the second does not.
            assert recall_score(y_true, y_pred, average="macro", zero_division=0) == pytest.approx(0.5)
            assert balanced_accuracy_score(y_true, y_pred) == pytest.approx(0.75)
        assert unweighted_average_recall(y_true, y_pred) == pytest.approx(0.75)
        with pytest.warns(UndefinedMetricWarning, match="class 'c'"):
            fixed = unweighted_average_recall(y_true, y_pred, labels=["a", "b", "c"])
        assert fixed == pytest.approx(0.75)

    def test_labels_of_any_type(self):
        assert unweighted_average_recall([2.5, 1.5, 1.5], [2.5, 1.5, 2.5]) == 0.75
        truth = np.array([1, 2, 2], dtype=object)
        assert unweighted_average_recall(truth, pd.Series([1, 2, 1]), labels=np.array([1, 2])) == 0.75

    def test_samples_outside_the_labels_are_left_out(self):
        assert unweighted_average_recall(["a", "b", "x"], ["a", "b", "a"], labels=["a", "b"]) == 1

    @pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
    def test_a_missing_label_is_named(self, missing):
        with pytest.raises(ValueError, match=r"Sample 1 has no label in y_true.*consensus"):
            unweighted_average_recall(["a", missing], ["a", "b"])

    def test_bad_input(self):
        with pytest.raises(ValueError, match="3 samples and y_pred 2"):
            unweighted_average_recall(["a", "b", "b"], ["a", "b"])
        with pytest.raises(ValueError, match="no sample"):
            unweighted_average_recall([], [])
        with pytest.raises(TypeError, match="mix strings and numbers"):
            unweighted_average_recall(["1", "2"], [1, 2])
        with pytest.raises(ValueError, match="None of the 1 samples"):
            unweighted_average_recall(["a"], ["a"], labels=["b"])
        with pytest.raises(ValueError, match=r"shape \(2, 2\)"):
            unweighted_average_recall([["a", "b"], ["a", "b"]], ["a", "b"])


def draw_distributions(seed, n_samples=20, n_classes=4):
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.ones(n_classes), size=(2, n_samples))


class TestDistributions:
    def test_cross_entropy_by_hand(self):
        value = soft_cross_entropy([[0.25, 0.75]], [[0.5, 0.5]])
        assert value == pytest.approx(np.log(2))
        value = soft_cross_entropy([[0.25, 0.75], [1, 0]], [[0.1, 0.9], [0.2, 0.8]])
        assert value == pytest.approx(-(0.25 * np.log(0.1) + 0.75 * np.log(0.9) + np.log(0.2)) / 2)

    def test_cross_entropy_of_hard_labels_is_the_log_loss(self):
        proba = draw_distributions(0)[0]
        y = np.arange(20) % 4
        assert soft_cross_entropy(np.eye(4)[y], proba) == pytest.approx(log_loss(y, proba))

    def test_cross_entropy_stays_finite_at_zero(self):
        assert soft_cross_entropy([[1, 0]], [[0, 1]]) == pytest.approx(
            -np.log(np.finfo(np.float32).eps), rel=2
        )

    @given(st.integers(0, 10_000))
    def test_cross_entropy_is_least_at_the_truth(self, seed):
        truth, proba = draw_distributions(seed)
        assert soft_cross_entropy(truth, truth) <= soft_cross_entropy(truth, proba)

    def test_divergence_by_hand(self):
        # m = (3/4, 1/4): (1 * log2(4/3) + 1/2 log2(2/3) + 1/2 log2(2)) / 2
        expected = (np.log2(4 / 3) + 0.5 * np.log2(2 / 3) + 0.5) / 2
        assert jensen_shannon_divergence([[1, 0]], [[0.5, 0.5]]) == pytest.approx(expected)

    @given(st.integers(0, 10_000))
    def test_divergence_laws(self, seed):
        truth, proba = draw_distributions(seed)
        value = jensen_shannon_divergence(truth, proba)
        assert 0 <= value <= 1
        assert value == pytest.approx(jensen_shannon_divergence(proba, truth))
        assert value == pytest.approx((jensenshannon(truth, proba, base=2, axis=1) ** 2).mean())

    def test_divergence_of_nearly_equal_rows_where_scipy_answers_nan(self):
        truth = draw_distributions(1, n_samples=1000)[0]
        proba = truth * (1 + 1e-15 * np.random.default_rng(0).normal(size=truth.shape))
        with np.errstate(invalid="ignore"):
            assert np.isnan(jensenshannon(truth, proba, base=2, axis=1)).any()
        assert jensen_shannon_divergence(truth, proba) == pytest.approx(0, abs=1e-12)

    @pytest.mark.parametrize("measure", [soft_cross_entropy, jensen_shannon_divergence])
    def test_bad_input(self, measure):
        good = [[0.5, 0.5], [1, 0]]
        with pytest.raises(ValueError, match="Sample 1 of soft_true is no distribution"):
            measure([[0.5, 0.5], [np.nan, np.nan]], good)
        with pytest.raises(ValueError, match="Sample 0 of proba"):
            measure(good, [[0.5, 0.6], [1, 0]])
        with pytest.raises(ValueError, match=r"\(2, 2\) and proba \(1, 2\)"):
            measure(good, good[:1])
        with pytest.raises(ValueError, match="one distribution a sample"):
            measure([0.5, 0.5], good)


class TestRaterUar:
    Y = pd.DataFrame(
        {"E1": ["a", "a", "b", None], "E2": ["b", ("a", "b"), "b", "a"], "E3": ["x", None, None, None]}
    )

    def test_by_hand(self):
        predicted = [["a", "b", "a"], ["b", "b", "a"], ["b", "b", "a"], ["a", "b", "a"]]
        uar = rater_uar(Task(self.Y, ["a", "b"]), predicted)
        # E1: a 1/2, b 1/1; E2, without the double choice: a 0/1, b 2/2; E3 never chose a class.
        assert uar["E1"] == 0.75
        assert uar["E2"] == 0.5
        assert np.isnan(uar["E3"])
        assert list(uar) == ["E1", "E2", "E3"]

    def test_probabilities_of_some_raters(self):
        proba = np.full((4, 1, 2), 0.5)
        proba[:, 0] = [[0.9, 0.1], [0.2, 0.8], [np.nan, np.nan], [0.4, 0.6]]
        uar = rater_uar(Task(self.Y, ["a", "b"]), proba, raters=["E1"])
        # Sample 2 has no probabilities; E1 did not rate sample 3; so b is not there to be recalled.
        assert uar == {"E1": 0.5}

    def test_bad_input(self):
        with pytest.raises(ValueError, match=r"\(4, 3\) \(labels\) or \(4, 3, 2\)"):
            rater_uar(Task(self.Y, ["a", "b"]), np.zeros((4, 2, 2)))
        with pytest.raises(ValueError, match="E9"):
            rater_uar(Task(self.Y, ["a", "b"]), np.full((4, 1), "a"), raters=["E9"])


forms = {
    "objects": lambda Y: Y,
    "frame": lambda Y: pd.DataFrame(Y, columns=["E1", "E2", "E3"]),
    "floats": lambda Y: pd.DataFrame(Y).map({"low": 0, "mid": 1, "top": 2}.get).astype(float).to_numpy(),
    "lists": lambda Y: Y.tolist(),
}


class TestScorers:
    def test_by_hand(self):
        Y = [["a", "a"], ["a", "b"], ["b", None], ["b", "b"], [None, None]]
        model = DummyClassifier(strategy="constant", constant="b").fit(np.zeros((2, 1)), ["a", "b"])
        assert uar_scorer(model, np.zeros((5, 1)), Y) == 0.5
        proba = DummyClassifier(strategy="uniform").fit(np.zeros((2, 1)), ["a", "b"])
        assert neg_soft_cross_entropy_scorer(proba, np.zeros((5, 1)), Y) == pytest.approx(-np.log(2))

    @pytest.mark.parametrize("form", forms.values(), ids=forms)
    @pytest.mark.parametrize("scorer", [uar_scorer, neg_soft_cross_entropy_scorer])
    @pytest.mark.parametrize("routing", [False, True])
    def test_cross_validate_takes_ratings(self, form, scorer, routing):
        X, Y, groups = rated_data()
        split = {"params": {"groups": groups}} if routing else {"groups": groups}
        with sklearn.config_context(enable_metadata_routing=routing):
            done = cross_validate(
                ConsensusClassifier(),
                X,
                form(Y),
                cv=GroupKFold(5),
                scoring=scorer,
                error_score="raise",
                **split,
            )
        assert done["test_score"].shape == (5,)
        # Whatever the form of Y, the scores are those of a loop written out on the first form.
        by_hand = [
            scorer(ConsensusClassifier().fit(X[train], Y[train]), X[test], Y[test])
            for train, test in GroupKFold(5).split(X, groups=groups)
        ]
        np.testing.assert_allclose(done["test_score"], by_hand)

    @pytest.mark.parametrize("routing", [False, True])
    def test_grid_search_through_a_pipeline(self, routing):
        X, Y, groups = rated_data()
        model = make_pipeline(StandardScaler(), ConsensusClassifier())
        grid = {"consensusclassifier__C": [1e-6, 0.1]}
        with sklearn.config_context(enable_metadata_routing=routing):
            search = GridSearchCV(
                model, grid, scoring=neg_soft_cross_entropy_scorer, cv=GroupKFold(3), error_score="raise"
            )
            search.fit(X, Y, groups=groups)
        assert search.best_params_ == {"consensusclassifier__C": 0.1}
        assert search.score(X, Y) == neg_soft_cross_entropy_scorer(search.best_estimator_, X, Y)

    def test_several_scorers_at_once(self):
        X, Y, _ = rated_data()
        scoring = {"uar": uar_scorer, "soft": neg_soft_cross_entropy_scorer}
        search = GridSearchCV(
            ConsensusClassifier(), {"C": [0.1, 1.0]}, scoring=scoring, refit="uar", cv=KFold(3)
        )
        search.fit(X, Y)
        assert {"mean_test_uar", "mean_test_soft"} <= set(search.cv_results_)

    def test_halving_search(self):
        X, Y, groups = rated_data(120)
        search = HalvingGridSearchCV(
            ConsensusClassifier(),
            {"C": [1e-6, 0.1, 10.0]},
            scoring=uar_scorer,
            cv=GroupKFold(3),
            min_resources=60,
            random_state=0,
            error_score="raise",
        )
        assert search.fit(X, Y, groups=groups).best_score_ > 1 / 3

    @pytest.mark.parametrize("routing", [False, True])
    def test_ordinary_labels_and_classifier(self, routing):
        X, _, _ = rated_data()
        y = np.where(X[:, 0] > 0, "a", "b")
        with sklearn.config_context(enable_metadata_routing=routing):
            ours = cross_val_score(LogisticRegression(), X, y, scoring=uar_scorer)
            theirs = cross_val_score(LogisticRegression(), X, y, scoring="balanced_accuracy")
        np.testing.assert_allclose(ours, theirs)

    def test_the_votes_cube(self):
        X, Y, _ = rated_data()
        classes = ["low", "mid", "top"]
        cube = (Y[:, :, None] == np.array(classes, dtype=object)).astype(float)
        model = ConsensusClassifier(classes=classes).fit(X, cube)
        assert uar_scorer(model, X, cube) == uar_scorer(model, X, Y)

    def test_pickle(self):
        X, Y, _ = rated_data()
        model = ConsensusClassifier().fit(X, Y)
        for scorer in (uar_scorer, neg_soft_cross_entropy_scorer):
            assert pickle.loads(pickle.dumps(scorer))(model, X, Y) == scorer(model, X, Y)

    def test_labels_beyond_the_task_are_left_out_after_the_majority(self):
        X = np.array([[0.0], [0.1], [1.0], [1.1], [2.0]])
        Y = [["joy", "joy"], ["thrill", "thrill"], ["rage", "rage"], ["rage", "rage"], ["fear", "fear"]]
        model = ConsensusClassifier(classes=["joy", "rage"], label_map={"thrill": "joy"}, C=100.0).fit(X, Y)
        assert uar_scorer(model, X, Y) == 1
        named = make_ratings_scorer(
            unweighted_average_recall, classes=["joy", "rage"], label_map={"thrill": "joy"}
        )
        plain = LogisticRegression(C=100.0).fit(X[:4], ["joy", "joy", "rage", "rage"])
        assert named(plain, X, Y) == 1
        # Told nothing about the task, every consensus counts, and fear is never predicted.
        assert make_ratings_scorer(unweighted_average_recall, label_map={"thrill": "joy"})(
            plain, X, Y
        ) == pytest.approx(2 / 3)

    def test_a_class_that_training_did_not_hold_counts_as_missed(self):
        X, Y = np.zeros((4, 1)), [["a"], ["a"], ["b"], ["c"]]
        model = DummyClassifier(strategy="constant", constant="a").fit(X, ["a", "a", "b", "b"])
        assert uar_scorer(model, X, Y) == pytest.approx(1 / 3)
        uniform = DummyClassifier(strategy="uniform").fit(X, ["a", "a", "b", "b"])
        assert neg_soft_cross_entropy_scorer(uniform, X, Y) < -np.log(3)

    def test_a_class_that_the_fold_lacks_warns(self):
        X = np.zeros((2, 1))
        model = DummyClassifier(strategy="constant", constant="a").fit(X, ["a", "b"])
        with pytest.warns(UndefinedMetricWarning, match="class 'b'"):
            assert uar_scorer(model, X, [["a"], ["a"]]) == 1

    def test_a_fold_without_consensus(self):
        X = np.zeros((2, 1))
        model = DummyClassifier().fit(X, ["a", "b"])
        with pytest.raises(ValueError, match=r"None of the 2 samples to score has a consensus.*folds"):
            uar_scorer(model, X, [["a", "b"], ["b", "a"]])

    def test_score_functions_of_scikit_learn(self):
        X, Y, _ = rated_data()
        model = ConsensusClassifier().fit(X, Y)
        y = hard_labels(Y)
        rated = [label is not None for label in y]
        expected = f1_score(y[rated].tolist(), model.predict(X[rated]), average="macro")
        assert make_ratings_scorer(f1_score, average="macro")(model, X, Y) == pytest.approx(expected)

    def test_bad_input(self):
        with pytest.raises(ValueError, match="target must be"):
            make_ratings_scorer(f1_score, target="hard")
        X = np.zeros((3, 1))
        model = DummyClassifier().fit(X, ["a", "b", "c"])
        narrow = make_ratings_scorer(soft_cross_entropy, target="soft", classes=["a", "b"])
        with pytest.raises(ValueError, match="c was learnt"):
            narrow(model, X, [["a"], ["b"], ["a"]])

    def test_repr(self):
        assert repr(uar_scorer) == "make_ratings_scorer(unweighted_average_recall, target='consensus')"


def test_one_hot_probabilities_may_be_integers():
    one_hot = [[[1, 0], [0, 1]], [[0, 1], [1, 0]]]
    assert rater_uar([["a", "b"], ["b", "a"]], np.array(one_hot)) == {0: 1.0, 1: 1.0}
