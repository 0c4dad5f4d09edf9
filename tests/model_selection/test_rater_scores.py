"""Columns of the comparison that judge the labels predicted for single raters."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline

from made import CLASSES, make_rated, small_stack
from sklearn_raters.exceptions import InputWarning
from sklearn_raters.metrics import rater_distance, rater_error_rate
from sklearn_raters.model_selection import compare, cross_val_predict_raters
from sklearn_raters.model_selection._answers import ask
from sklearn_raters.model_selection._folds import Fold
from sklearn_raters.model_selection._rater_scores import score_raters
from sklearn_raters.ratings import Task

DATA = make_rated(60)
TASK = Task(DATA.Y, CLASSES)
COLUMNS = {"rater_error_rate": rater_error_rate, "rater_distance": rater_distance}
RATED = Task(pd.DataFrame({"E1": ["a", "b", "b", None], "E2": ["b", None, "a", "c"]}), ["a", "b", "c"])
FOLDS = [Fold(np.array([2, 3]), np.array([0, 1])), Fold(np.array([0, 1]), np.array([3, 2]))]


def by_raters():
    return small_stack(views=["raters"], fusion="mean", classes=CLASSES)


def compare_made(models, Y=TASK, **params):
    given = {"groups": DATA.groups, "cv": 3, "baseline": None, "random_state": 0, **params}
    return compare(models, DATA.X, Y, **given)


def scores_of(*parts, **params):
    return score_raters({"model": parts}, FOLDS, RATED, **{"ordered": False, **params})["model"]


@pytest.fixture(scope="module")
def table():
    models = {
        "chance": DummyClassifier(),
        "raters": by_raters(),
        "pipeline": make_pipeline("passthrough", by_raters()),
        "crowd": small_stack(views=["crowd_hard", "crowd_soft"], fusion="mean"),
    }
    return compare_made(models, ordered=True)


@pytest.mark.parametrize("column", COLUMNS)
def test_the_columns_are_the_scores_of_all_predictions_out_of_fold(table, column):
    proba, names = cross_val_predict_raters(
        by_raters(),
        DATA.X,
        DATA.Y,
        groups=DATA.groups,
        cv=3,
        method="predict_proba_raters",
        return_names=True,
    )
    by_rater = COLUMNS[column](TASK, proba, raters=names["raters"])
    assert table.loc["raters", column] == pytest.approx(np.mean([*by_rater.values()]))
    assert table.loc["pipeline", column] == table.loc["raters", column]


def test_models_that_predict_no_raters_have_none(table):
    assert table.loc[["chance", "crowd"], [*COLUMNS]].isna().all(axis=None)


def test_only_ordered_classes_have_a_distance():
    found = compare_made({"raters": by_raters()}, Y=DATA.Y, return_comparison=True)
    assert "rater_distance" not in found.table.columns
    assert found.table["rater_error_rate"].notna().all()


def test_a_rater_without_ratings_in_a_training_part_is_left_out_there():
    Y = DATA.Y.copy()
    first = next(GroupKFold(3).split(DATA.X, groups=DATA.groups))[1]
    Y.loc[np.setdiff1d(np.arange(60), first), "E3"] = None
    task = Task(Y, CLASSES)
    found = compare_made({"raters": by_raters()}, Y=task).loc["raters", "rater_error_rate"]
    proba, names = cross_val_predict_raters(
        by_raters(), DATA.X, Y, groups=DATA.groups, cv=3, method="predict_proba_raters", return_names=True
    )
    by_rater = rater_error_rate(task, proba, raters=names["raters"])
    assert found == pytest.approx(np.nanmean([*by_rater.values()]))
    # E3 rated samples of the first fold only, in which the model does not know E3.
    assert np.isnan(by_rater["E3"])


def test_values_computed_by_hand():
    scores = scores_of(
        {"E1": ["a", "c"], "E2": ["b", "b"]}, {"E1": ["b", "b"], "E9": ["a", "a"]}, ordered=True
    )
    # E1 misses 1 of 3, by 1 step of at most 2; E2 is known in the first fold only and misses none.
    assert scores == {"rater_error_rate": pytest.approx(1 / 6), "rater_distance": pytest.approx(1 / 12)}


@pytest.mark.parametrize(
    "parts", [({}, {}), (None, None), ({"E9": ["a", "a"]}, {}), ({}, {"E1": [None, None]})]
)
def test_nothing_to_score_is_nan(parts):
    assert np.isnan([*scores_of(*parts, ordered=True).values()]).all()


def test_a_class_that_the_ratings_do_not_have_is_named():
    with pytest.warns(UserWarning, match=r"'model' has no scores of its raters \(NaN\): joy was predicted"):
        scores = scores_of({"E1": ["a", "joy"]}, {"E1": ["a", "b"]})
    assert np.isnan(scores["rater_error_rate"])


class OwnRaters(ClassifierMixin, BaseEstimator):
    """Answers by the probabilities that it is given."""

    def __init__(self, proba):
        self.proba = proba

    def fit(self, X, Y):
        self.classes_, self.raters_ = np.array(["a", "b"]), np.array(["E1", "E2"])
        return self

    def predict_proba_raters(self, X):
        return np.array(self.proba)


def test_the_most_probable_class_counts_and_nan_is_no_answer():
    model = OwnRaters([[[0.3, 0.7], [np.nan, np.nan]], [[0.6, 0.4], [0, 1]]]).fit(None, None)
    assert ask(model, [[0], [1]]).raters == {"E1": ["b", "a"], "E2": [None, "b"]}


@pytest.mark.parametrize("row", [[0.5, 0.6], [1.5, -0.5], [np.nan, 1]])
def test_probabilities_of_a_rater_that_are_no_distribution_are_named(row):
    model = OwnRaters([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], row]]).fit(None, None)
    with pytest.warns(InputWarning, match=r"no scores of its raters.*test sample 1 and rater .*E2"):
        assert ask(model, [[0], [1]]).raters is None


def test_probabilities_of_raters_in_a_wrong_shape_are_named():
    model = OwnRaters([[1.0, 0.0], [0.0, 1.0]]).fit(None, None)
    with pytest.warns(InputWarning, match=r"the shape \(2, 2\) for 2 raters and 2 classes"):
        assert ask(model, [[0], [1]]).raters is None


class OneAnswer(OwnRaters):
    """Gives every sample and rater the same probabilities."""

    def predict(self, X):
        return np.full(len(X), "a", dtype=object)

    def predict_proba_raters(self, X):
        return np.tile(self.proba, (len(X), 2, 1))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_the_warning_names_the_model_also_from_other_processes(n_jobs):
    models = {"sound": OneAnswer([0.5, 0.5]), "wrong": OneAnswer([0.5, 0.6])}
    Y = [["a", "b"], ["b", "b"], ["a", "a"], ["b", "a"]] * 2
    with pytest.warns(InputWarning) as heard:
        compare(models, np.zeros((8, 1)), Y, cv=2, baseline=None, n_jobs=n_jobs)
    (told,) = [str(one.message) for one in heard if "A worker stopped" not in str(one.message)]
    assert told.startswith(
        "Model 'wrong': no scores of its raters (NaN), because predict_proba_raters gives "
    )
