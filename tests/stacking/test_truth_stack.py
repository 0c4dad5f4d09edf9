"""The named stack for ratings of which one is right."""

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

from made import X, Y
from sklearn_raters import MultiRaterStackingClassifier
from sklearn_raters.consensus import _crowd_kit
from sklearn_raters.datasets import make_rated_samples
from sklearn_raters.estimator_checks._order import check_samples_in_another_order
from sklearn_raters.stacking import truth_stack
from sklearn_raters.stacking._truth_stack import TRUTH_VIEWS


def test_a_truth_stack_is_an_ordinary_stack_with_the_users_settings():
    model = truth_stack(
        LogisticRegression(), fusion="mean", views=["crowd_one_coin", "raters"], random_state=0
    )
    assert type(model) is MultiRaterStackingClassifier
    assert (model.consensus, model.fusion, model.random_state) == ("dawid_skene", "mean", 0)
    assert clone(model).fit(X, Y).views_ == ["crowd_one_coin", "E1", "E2", "E3"]


def test_changing_the_views_of_one_truth_stack_does_not_change_the_next():
    truth_stack(LogisticRegression()).views.append("raters")
    assert truth_stack(LogisticRegression()).views == list(TRUTH_VIEWS)


def test_a_truth_stack_does_not_depend_on_the_order_of_samples_with_and_without_groups(monkeypatch):
    monkeypatch.setitem(_crowd_kit._CROWD_KIT, "mace", ("MACE", {"n_restarts": 1, "n_iter": 5}))
    views = ["crowd_dawid_skene", "crowd_mace"]
    check_samples_in_another_order("truth_stack", truth_stack(LogisticRegression(), views=views))


def test_a_truth_stack_finds_the_truth_more_often_than_the_papers_stack_where_the_majority_errs():
    raters = {"expert": 3, "average": 3, "camp": 3, "spammer": 3}
    crowd = make_rated_samples(
        800, n_classes=4, n_features=16, raters=raters, ratings_per_sample=5, class_sep=2, random_state=0
    )
    learnt, unseen = slice(400), slice(400, None)

    def accuracy(make):
        model = make(LogisticRegression(), random_state=0).fit(crowd.X[learnt], crowd.Y[learnt])
        return np.mean(model.predict(crowd.X[unseen]) == crowd.true_labels[unseen])

    assert accuracy(truth_stack) > accuracy(MultiRaterStackingClassifier) + 0.05
