"""What an estimator takes, seen through pipelines and searches, with routing on and off."""

import numpy as np
import pytest
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import BaggingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    LeaveOneGroupOut,
    StratifiedGroupKFold,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_raters._nested import (
    groups_for_fit,
    is_search,
    splitter_takes_groups,
    takes_ratings,
    takes_soft_targets,
    unwrap,
)


class GroupedClassifier(ClassifierMixin, BaseEstimator):
    """Takes ratings, soft targets and groups, and remembers the groups it was given."""

    _takes_ratings = True
    _takes_soft_targets = True
    __metadata_request__fit = {"groups": True}

    def fit(self, X, y, groups=None):
        self.classes_ = np.unique(y)
        self.groups_ = groups
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


X = np.arange(24.0).reshape(12, 2)
y = np.tile(["a", "b"], 6)
groups = np.repeat([0, 1, 2], 4)
wrappings = {
    "bare": lambda inner: inner,
    "pipeline": lambda inner: make_pipeline(StandardScaler(), inner),
    "pipeline in pipeline": lambda inner: make_pipeline(
        StandardScaler(), make_pipeline(StandardScaler(), inner)
    ),
}


def test_unwrap_stops_at_meta_estimators_that_guard_their_own_y():
    inner = GroupedClassifier()
    bag = BaggingClassifier(inner)
    assert unwrap(inner) is inner
    assert unwrap(bag) is bag
    assert not takes_ratings(bag)


def test_unwrap_finds_the_fitted_estimator_of_a_search():
    search = GridSearchCV(make_pipeline(StandardScaler(), LogisticRegression()), {}, cv=3)
    assert is_search(search)
    assert unwrap(search) is search.estimator.steps[-1][1]
    search.fit(X, y)
    assert unwrap(search) is search.best_estimator_.steps[-1][1]


def test_unwrap_takes_the_given_estimator_of_a_search_that_did_not_refit():
    search = GridSearchCV(LogisticRegression(), {}, cv=3, refit=False).fit(X, y)
    assert unwrap(search) is search.estimator


@pytest.mark.parametrize("wrap", wrappings.values(), ids=wrappings)
def test_kinds_are_seen_through_wrappings(wrap):
    assert takes_ratings(wrap(GroupedClassifier()))
    assert takes_soft_targets(wrap(GroupedClassifier()))
    assert not takes_ratings(wrap(LogisticRegression()))
    assert not takes_soft_targets(wrap(LogisticRegression()))
    assert groups_for_fit(wrap(LogisticRegression()), groups) == {}


@pytest.mark.parametrize("wrap", wrappings.values(), ids=wrappings)
@pytest.mark.parametrize("routing", [False, True])
def test_groups_arrive_at_the_estimator(wrap, routing):
    with sklearn.config_context(enable_metadata_routing=routing):
        model = wrap(GroupedClassifier())
        model.fit(X, y, **groups_for_fit(model, groups))
    np.testing.assert_array_equal(unwrap(model).groups_, groups)


@pytest.mark.parametrize("wrap", wrappings.values(), ids=wrappings)
@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize("cv", [3, GroupKFold(3)], ids=["int", "GroupKFold"])
def test_a_search_gets_groups_where_its_splitter_uses_them(wrap, routing, cv):
    with sklearn.config_context(enable_metadata_routing=routing):
        model = wrap(GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=cv))
        # GroupKFold raises without groups, an int warns with them: both would fail here.
        asked = groups_for_fit(model, groups)
        model.fit(X, y, **asked)
        assert bool(asked) == (cv != 3)


def test_no_groups_no_argument():
    assert groups_for_fit(GroupedClassifier(), None) == {}
    assert groups_for_fit(Pipeline([("only", "passthrough")]), groups) == {}


class EvenOdd:
    """A splitter written by a user, without scikit-learn's routing."""

    def split(self, X, y=None, groups=None):
        yield np.arange(0, len(X), 2), np.arange(1, len(X), 2)


@pytest.mark.parametrize(
    ("cv", "expected"),
    [
        (None, False),
        (5, False),
        (KFold(3), False),
        ([([0], [1])], False),
        (GroupKFold(3), True),
        (LeaveOneGroupOut(), True),
        (StratifiedGroupKFold(3), True),
        (EvenOdd(), True),
    ],
)
def test_splitter_takes_groups(cv, expected):
    assert splitter_takes_groups(cv) is expected
