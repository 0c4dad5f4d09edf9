"""Scorers of the labels that are predicted for single raters: by hand, and in scikit-learn's tools."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, cross_validate
from sklearn.pipeline import make_pipeline

from made import CLASSES, make_rated, small_stack
from sklearn_raters.exceptions import InputError
from sklearn_raters.metrics import (
    make_ratings_scorer,
    neg_rater_distance_scorer,
    neg_rater_error_rate_scorer,
    rater_distance,
    rater_error_rate,
    rater_uar,
    uar_scorer,
)
from sklearn_raters.model_selection import cross_val_predict_raters
from sklearn_raters.ratings import Task

DATA = make_rated(60)
SCORERS = {neg_rater_error_rate_scorer: rater_error_rate, neg_rater_distance_scorer: rater_distance}


class FixedRaters(ClassifierMixin, BaseEstimator):
    """Predicts for E1 the class that X names and for E2 always the last one; classes are not in order."""

    def __init__(self, raters=("E1", "E2")):
        self.raters = raters

    def fit(self, X, Y):
        self.classes_, self.raters_ = np.array(["mid", "high", "low"]), list(self.raters)
        return self

    def predict_proba_raters(self, X):
        fixed = np.full(len(X), 2)
        return np.eye(3)[np.stack([np.asarray(X)[:, 0], fixed], axis=1)]


def rated(**raters):
    return Task(pd.DataFrame(raters, dtype=object), ["low", "mid", "high"])


X = np.array([[0], [1], [2], [0]])  # mid, high, low, mid
Y = rated(E2=["low", None, "mid", "high"], E1=["mid", "low", None, "low"])


def test_values_computed_by_hand():
    model = FixedRaters().fit(X, Y)
    # E1 misses 2 of 3, by 2 steps and 1 of at most 2; E2 ("low") misses 2 of 3, by 1 step and 2.
    assert neg_rater_error_rate_scorer(model, X, Y) == pytest.approx(-2 / 3)
    assert neg_rater_distance_scorer(model, X, Y) == pytest.approx(-(0.5 + 0.5) / 2)


def test_each_rater_counts_equally_and_one_without_votes_does_not():
    model = FixedRaters(["E1", "E2"]).fit(X, Y)
    unequal = rated(E1=["mid", "high", "low", "mid"], E2=["mid", None, None, None])
    assert neg_rater_error_rate_scorer(model, X, unequal) == -0.5
    assert neg_rater_error_rate_scorer(model, X, rated(E1=["mid"] * 4, E2=[None] * 4)) == -0.5


def test_raters_whom_only_the_estimator_or_only_the_ratings_have_are_left_out():
    model = FixedRaters(["E9", "E2"]).fit(X, Y)
    assert neg_rater_error_rate_scorer(model, X, Y) == pytest.approx(-2 / 3)
    assert neg_rater_error_rate_scorer(model, X, rated(E2=["low"] * 4, E1=["high"] * 4)) == 0


def test_raters_are_found_in_any_spelling():
    ratings = rated(E1=["mid", "high", "low", "mid"], E2=["mid"] * 4)
    assert neg_rater_error_rate_scorer(FixedRaters([" e1", "e2 "]).fit(X, Y), X, ratings) == -0.5


def test_a_class_that_the_estimator_has_not_learnt_is_missed():
    ratings = pd.DataFrame({"E2": ["low", "worst", "low", "worst"]}, dtype=object)
    assert neg_rater_error_rate_scorer(FixedRaters().fit(X, Y), X, ratings) == -0.5


def test_a_rater_without_a_prediction_is_left_out_of_wider_classes_too():
    class Unknown(FixedRaters):
        def predict_proba_raters(self, X):
            proba = super().predict_proba_raters(X)
            proba[:, 0] = np.nan
            return proba

    task = Task(Y, ["worst", "low", "mid", "high"])
    assert neg_rater_error_rate_scorer(Unknown().fit(X, Y), X, task) == pytest.approx(-2 / 3)


def test_any_score_of_raters_and_its_further_arguments():
    def share(task, proba_raters, *, raters, factor):
        assert proba_raters.shape == (task.n_samples, len(raters), len(task.classes))
        return {rater: factor * place for place, rater in enumerate(raters)}

    model = FixedRaters().fit(X, Y)
    assert make_ratings_scorer(share, target="raters", factor=3)(model, X, Y) == 1.5
    assert make_ratings_scorer(rater_uar, target="raters")(model, X, Y) == pytest.approx((0.5 + 1 / 3) / 2)


@pytest.mark.parametrize(("scorer", "score"), SCORERS.items(), ids=["error rate", "distance"])
def test_cross_validate_scores_every_fold(scorer, score):
    task, cv = Task(DATA.Y, CLASSES), GroupKFold(3)
    model = small_stack(views=["raters"], fusion="mean", classes=CLASSES)
    given = {"cv": cv, "scoring": scorer, "error_score": "raise", "groups": DATA.groups}
    found = cross_validate(model, DATA.X, DATA.Y, **given)["test_score"]
    proba, names = cross_val_predict_raters(
        model, DATA.X, DATA.Y, groups=DATA.groups, cv=cv, method="predict_proba_raters", return_names=True
    )
    assert names["classes"] == CLASSES
    for value, (_, test) in zip(found, cv.split(DATA.X, groups=DATA.groups), strict=True):
        by_rater = score(task.take(test), proba[test], raters=names["raters"])
        assert value == pytest.approx(-np.mean([*by_rater.values()]))
        assert -0.6 < value < 0


def test_a_search_over_a_pipeline():
    model = make_pipeline("passthrough", small_stack(views=["raters"], fusion="mean"))
    grid = {"multiraterstackingclassifier__estimator__C": [1e-6, 1.0]}
    scorer = neg_rater_error_rate_scorer
    search = GridSearchCV(model, grid, scoring=scorer, cv=GroupKFold(2), error_score="raise")
    search.fit(DATA.X, DATA.Y, groups=DATA.groups)
    assert search.best_params_ == {"multiraterstackingclassifier__estimator__C": 1.0}
    stack = search.best_estimator_[-1]
    by_rater = rater_error_rate(
        Task(DATA.Y, stack.classes_.tolist()), stack.predict_proba_raters(DATA.X), raters=stack.raters_
    )
    assert scorer(search, DATA.X, DATA.Y) == search.score(DATA.X, DATA.Y)
    assert scorer(search, DATA.X, DATA.Y) == pytest.approx(-np.mean([*by_rater.values()]))


def test_an_estimator_that_predicts_no_raters_is_named():
    model = LogisticRegression().fit(DATA.X, DATA.truth)
    with pytest.raises(InputError, match=r"LogisticRegression has no predict_proba_raters.*Use an estimator"):
        neg_rater_error_rate_scorer(model, DATA.X, DATA.Y)


def test_ratings_of_other_raters_are_refused():
    model = FixedRaters().fit(X, Y)
    with pytest.raises(InputError, match=r"learnt the raters 'E1', 'E2'.*rated by 'F': no rater"):
        neg_rater_error_rate_scorer(model, X, rated(F=["low"] * 4))


@pytest.mark.parametrize("cell", [None, ("low", "mid")])
def test_known_raters_without_a_vote_to_score_are_refused(cell):
    ratings = pd.DataFrame({"E1": [None] * 4, "F": ["low"] * 4}, dtype=object)
    ratings.at[0, "E1"] = cell
    with pytest.raises(InputError, match=r"None of the raters 'E1'.*single class among the samples"):
        neg_rater_error_rate_scorer(FixedRaters().fit(X, Y), X, Task(ratings, ["low", "mid", "high"]))


def test_the_distance_needs_the_order_of_the_classes():
    with pytest.raises(InputError, match="only sorted as text"):
        neg_rater_distance_scorer(FixedRaters().fit(X, Y), X, Y.ratings)


@pytest.mark.parametrize("scorer", SCORERS, ids=["error rate", "distance"])
def test_no_weights_a_repr_and_pickle(scorer):
    model = FixedRaters().fit(X, Y)
    with pytest.raises(TypeError, match="takes no sample_weight"):
        scorer(model, X, Y, sample_weight=[1, 1, 1, 2])
    assert pickle.loads(pickle.dumps(scorer))(model, X, Y) == scorer(model, X, Y)
    assert repr(scorer).startswith(f"make_ratings_scorer({SCORERS[scorer].__name__}, target='raters'")


def test_several_scorers_in_one_run():
    scoring = {"uar": uar_scorer, "raters": neg_rater_error_rate_scorer}
    model = small_stack(views=["raters"], fusion="mean")
    scores = cross_validate(model, DATA.X, DATA.Y, cv=KFold(2), scoring=scoring, error_score="raise")
    assert (scores["test_uar"] > 0.5).all()
    assert (scores["test_raters"] < 0).all()
