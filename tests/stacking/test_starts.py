"""Networks that start from that of another view: which do, from what, and with which training."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from made import CLASSES, make_rated, small_blstm, small_stack
from sklearn_raters import BLSTMClassifier
from sklearn_raters.consensus import soft_labels
from sklearn_raters.ratings import Task

FEW = make_rated(60)
PIPELINE = make_pipeline(StandardScaler(), small_blstm())


def starts(stack):
    plan = stack.plan(FEW.X, FEW.Y, groups=FEW.groups)
    return {one.view.name: one.start for one in plan.trainings if one.part == 0}


def test_a_rater_starts_from_the_soft_labels_for_a_third_of_the_epochs():
    network = small_blstm(max_epochs=9)
    model = small_stack(network, fusion="mean").fit(FEW.X, FEW.Y, groups=FEW.groups)
    assert [view.n_iter_ for view in model.estimators_] == [3, 9, 3, 3, 3]
    task = Task(FEW.Y[["E2"]], model.classes_.tolist())
    soft = soft_labels(task, outside_majority="keep")
    rows = np.flatnonzero(~np.isnan(soft[:, 0]))
    of_view = model.estimators_[model.views_.index("E2")]
    crowd = soft_labels(Task(FEW.Y, model.classes_.tolist()))
    known = np.flatnonzero(~np.isnan(crowd[:, 0]))
    seeds = {"random_state": model.estimators_[1].random_state, "classes": model.classes_}
    expected = clone(network).set_params(**seeds).fit(FEW.X[known], crowd[known])
    expected.set_params(warm_start=True, max_epochs=3, learning_rate=0.01, random_state=of_view.random_state)
    expected.fit(FEW.X[rows], soft[rows])
    np.testing.assert_array_equal(expected.predict_proba(FEW.X), of_view.predict_proba(FEW.X))


def test_every_part_has_its_own_start():
    """A copy that has not seen a held-out sample must not start from a network that has."""
    model = small_stack(small_blstm(), views=["crowd_soft", "E1"])
    plan = model.plan(FEW.X, FEW.Y, groups=FEW.groups)
    assert [(one.part, one.view.name, one.start) for one in plan.trainings] == [
        (part, name, start)
        for part in range(3)
        for name, start in (("crowd_soft", None), ("E1", "crowd_soft"))
    ]
    assert str(plan).endswith("the networks of the other views start from that of crowd_soft")


def test_the_start_does_not_change_with_the_number_of_jobs(tmp_path):
    one, two, kept = (
        small_stack(small_blstm(), **params).fit(FEW.X, FEW.Y, groups=FEW.groups).predict_proba(FEW.X)
        for params in ({}, {"n_jobs": 2}, {"memory": str(tmp_path)})
    )
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(one, kept)


def test_the_cache_tells_starts_apart(tmp_path):
    def fitted(start, memory):
        stack = small_stack(small_blstm(), views=["crowd_hard", "crowd_soft", "E1"], fusion="mean")
        return stack.set_params(start_from=start, memory=memory).fit(FEW.X, FEW.Y, groups=FEW.groups)

    for start in ("crowd_soft", "crowd_hard", None):
        kept, fresh = (fitted(start, memory).predict_proba_views(FEW.X) for memory in (str(tmp_path), None))
        np.testing.assert_array_equal(kept, fresh)


def test_a_network_in_a_pipeline_starts_from_another_one():
    assert set(starts(small_stack(PIPELINE)).values()) == {None, "crowd_soft"}
    model = small_stack(PIPELINE, fusion="mean").fit(FEW.X, FEW.Y, groups=FEW.groups)
    assert [view[-1].n_iter_ for view in model.estimators_] == [1, 4, 1, 1, 1]


def test_early_stopping_keeps_its_number_of_epochs():
    network = small_blstm(max_epochs=7, early_stopping=True)
    model = small_stack(network, fusion="mean").fit(FEW.X, FEW.Y, groups=FEW.groups)
    assert {view.max_epochs for view in model.estimators_} == {7}


@pytest.mark.parametrize(
    ("estimator", "params", "which"),
    [
        (small_blstm(), {"start_from": None}, set()),
        (small_blstm(), {"views": ["crowd_hard", "E1"]}, set()),
        (small_blstm(), {"view_params": {"crowd_soft": {"max_epochs": 2}}}, set()),
        (small_blstm(), {"view_params": {"E1": {"lstm_units": 5}}}, {"crowd_hard", "E2", "E3"}),
        (small_blstm(), {"view_params": {"E1": LogisticRegression()}}, {"crowd_hard", "E2", "E3"}),
        (small_blstm(), {"start_from": "crowd_hard"}, {"crowd_soft", "E1", "E2", "E3"}),
        (LogisticRegression(), {}, set()),
        (GridSearchCV(small_blstm(), {"max_epochs": [2]}, cv=GroupKFold(2)), {}, set()),
    ],
)
def test_only_networks_of_the_same_settings_start_from_another_one(estimator, params, which):
    stack = small_stack(estimator, fusion="mean", **params)
    assert {name for name, start in starts(stack).items() if start is not None} == which
    stack.fit(FEW.X, FEW.Y, groups=FEW.groups)


def test_a_start_from_an_unknown_view_is_an_error():
    with pytest.raises(ValueError, match="'start_from' parameter"):
        small_stack(small_blstm(), start_from="E1").fit(FEW.X, FEW.Y)


# The same of a network alone


def test_a_warm_start_goes_on_from_the_weights_of_the_last_fit():
    X, y = FEW.X, FEW.truth
    tiny = {"learning_rate": 1e-12, "max_epochs": 1}
    warm, cold = (small_blstm(max_epochs=12, warm_start=warm).fit(X, y) for warm in (True, False))
    before = warm.predict_proba(X)
    np.testing.assert_array_equal(before, cold.predict_proba(X))
    np.testing.assert_allclose(warm.set_params(**tiny).fit(X, y).predict_proba(X), before, atol=1e-6)
    assert np.abs(cold.set_params(**tiny).fit(X, y).predict_proba(X) - before).max() > 0.1


@pytest.mark.parametrize(
    ("X", "y"), [(FEW.X[:, :2], FEW.truth), (FEW.X, np.where(FEW.truth == "sad", "angry", FEW.truth))]
)
def test_a_warm_start_with_other_features_or_classes_is_an_error(X, y):
    clf = small_blstm(warm_start=True).fit(FEW.X, FEW.truth)
    before = clf.predict_proba(FEW.X)
    with pytest.raises(ValueError, match="warm_start=True needs the classes and features of the earlier fit"):
        clf.fit(X, y)
    np.testing.assert_array_equal(clf.predict_proba(FEW.X), before)


def test_a_warm_start_with_other_layers_is_an_error():
    clf = BLSTMClassifier(lstm_units=3, max_epochs=1, warm_start=True).fit(FEW.X, FEW.truth)
    with pytest.raises(ValueError, match="warm_start=True needs the layers of the earlier fit"):
        clf.set_params(lstm_units=4).fit(FEW.X, FEW.truth)


def test_a_network_that_starts_from_majority_labels_keeps_the_order_of_the_classes():
    """The others had the classes in the order of the task, the start sorted ones."""
    found = {}
    for classes in (sorted(CLASSES), sorted(CLASSES, reverse=True)):
        model = small_stack(
            small_blstm(max_epochs=9), fusion="mean", classes=classes, start_from="crowd_hard"
        )
        model.fit(FEW.X, FEW.Y, groups=FEW.groups)
        assert all(view.classes_.tolist() == classes for view in model.estimators_)
        found[tuple(classes)] = (model.predict(FEW.X) == FEW.truth).mean()
    assert min(found.values()) > 0.8
