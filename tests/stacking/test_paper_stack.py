"""The stack of the paper by name, and its search for settings."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import ParameterGrid

from made import X, Y
from sklearn_raters import BLSTMClassifier, MultiRaterStackingClassifier
from sklearn_raters.datasets import make_rated_sequences
from sklearn_raters.stacking import PAPER_GRID, paper_search, paper_stack


def test_the_papers_stack_has_the_settings_that_the_paper_states():
    stack = paper_stack()
    assert type(stack) is MultiRaterStackingClassifier
    assert (stack.views, stack.fusion, stack.alpha, stack.cv, stack.min_ratings) == (
        "all",
        "softmax",
        0.75,
        None,
        30,
    )
    network = stack.estimator
    assert (network.dense_units, network.lstm_units, network.representation_units) == (256, 128, 256)
    assert (network.dropout, network.early_stopping, network.max_epochs) == (0.5, True, 200)
    assert network.batch_size in PAPER_GRID["batch_size"]
    assert network.learning_rate in PAPER_GRID["learning_rate"]


def test_the_users_settings_and_classifier_come_first():
    stack = paper_stack(LogisticRegression(), alpha=0, views=["crowd_soft", "raters"], random_state=0)
    assert clone(stack).fit(X, Y).views_ == ["crowd_soft", "E1", "E2", "E3"]
    assert stack.alpha == 0


def test_the_layer_learns_representations_of_the_samples_that_the_views_have_learnt():
    stack = paper_stack(LogisticRegression(), random_state=0)
    plan = stack.plan(X, Y)
    assert (plan.splits, len(plan.trainings)) == ([], len(plan.views))


@pytest.mark.slow
def test_every_view_searches_by_cross_entropy_on_whole_groups():
    data = make_rated_sequences(60, n_classes=3, n_features=4, random_state=0)
    groups = np.arange(60) % 5
    network = BLSTMClassifier(dense_units=8, lstm_units=8, representation_units=8, max_epochs=10)
    search = paper_search(network, param_grid={"learning_rate": [1e-6, 1e-2]}, random_state=0)
    stack = paper_stack(search, views=["crowd_hard", "crowd_soft"], random_state=0)
    stack.fit(data.X, data.Y, groups=groups)
    for view in stack.estimators_:
        assert view.n_splits_ == 1
        slow, fast = view.cv_results_["mean_test_score"]
        # A network that has hardly moved has the cross-entropy of equal shares.
        assert slow == pytest.approx(-np.log(3), abs=0.1)
        assert view.best_params_["learning_rate"] == (1e-2 if fast > slow else 1e-6)


def test_a_search_without_groups_is_refused_before_training():
    data = make_rated_sequences(30, n_classes=3, n_features=4, random_state=0)
    with pytest.raises(ValueError, match="splits by groups"):
        paper_stack(paper_search()).plan(data.X, data.Y)


def test_a_search_takes_several_grids_as_scikit_learn_does():
    grids = [{"batch_size": [8]}, {"max_epochs": [1, 2], "learning_rate": np.array([1e-3])}]
    search = paper_search(param_grid=grids)
    assert search.param_grid == grids
    assert len(ParameterGrid(search.param_grid)) == 3


def test_the_grid_of_one_search_is_not_shared_with_the_next():
    paper_search().param_grid["batch_size"].append(7)
    assert paper_search().param_grid == PAPER_GRID
