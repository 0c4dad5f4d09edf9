"""Named stacks: ordinary stacks with other settings, better where one answer is right."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

from made import X, Y
from sklearn_raters import MultiRaterStackingClassifier
from sklearn_raters.datasets import make_rated_samples
from sklearn_raters.stacking._truth_stack import TRUTH_VIEWS, truth_stack


def test_it_is_an_ordinary_stack_and_what_the_user_sets_wins():
    model = truth_stack(LogisticRegression(), fusion="mean", views=["crowd_mace", "raters"], random_state=0)
    assert type(model) is MultiRaterStackingClassifier
    fitted = clone(model).fit(X, Y)
    assert fitted.views_ == ["crowd_mace", "E1", "E2", "E3"]
    assert (model.consensus, model.fusion, model.random_state) == ("dawid_skene", "mean", 0)


def test_the_recipes_list_stays_as_it_is():
    truth_stack(LogisticRegression()).views.append("raters")
    assert truth_stack(LogisticRegression()).views == list(TRUTH_VIEWS)


@pytest.mark.parametrize("seed", [0, 1])
def test_it_finds_the_truth_more_often_where_the_majority_errs(seed):
    raters = {"expert": 3, "average": 3, "camp": 3, "spammer": 3}
    crowd = make_rated_samples(
        1600, n_classes=4, n_features=16, raters=raters, ratings_per_sample=5, class_sep=2, random_state=seed
    )
    learnt, unseen = slice(800), slice(800, None)

    def accuracy(make):
        model = make(LogisticRegression(), random_state=0).fit(crowd.X[learnt], crowd.Y[learnt])
        return np.mean(model.predict(crowd.X[unseen]) == crowd.true_labels[unseen])

    assert accuracy(truth_stack) > accuracy(MultiRaterStackingClassifier) + 0.05
