"""Without groups, samples that change places, with their ratings, change no answer."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from sklearn_raters import CalibratedRatersClassifier, MultiRaterStackingClassifier
from sklearn_raters.datasets import make_rated_samples

CROWD = make_rated_samples(90, n_classes=3, n_features=8, class_sep=2, random_state=0)
X, Y = CROWD.X, CROWD.Y.to_numpy()
WEIGHT = np.where(np.arange(90) % 7, 1.0, 0.5)
PLACES = np.random.default_rng(0).permutation(90)


def stack(estimator=None, **params):
    return MultiRaterStackingClassifier(estimator, max_raters=2, random_state=0, **params)


MODELS = {
    "default": stack(),
    "no seed": MultiRaterStackingClassifier(LogisticRegression(), views=["crowd_hard", "crowd_soft"]),
    "trees": stack(RandomForestClassifier(3)),
    "logistic": stack(LogisticRegression(), fusion="logistic"),
    "mixture": stack(LogisticRegression(), fusion="mixture"),
    "folds": stack(LogisticRegression(), fusion="logistic", cv=3),
    "calibrated": CalibratedRatersClassifier(stack(LogisticRegression()), cv=3, random_state=0),
}


def answers(model):
    return np.hstack(
        [
            model.predict_proba(X),
            model.predict_soft_labels(X),
            *np.moveaxis(model.predict_proba_raters(X), 1, 0),
        ]
    )


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["", "weights"])
@pytest.mark.parametrize("name", MODELS)
def test_samples_in_another_order_give_the_same_answers(name, weight):
    part = None if weight is None else weight[PLACES]
    expected = answers(MODELS[name].fit(X, Y, sample_weight=weight))
    found = answers(MODELS[name].fit(X[PLACES], Y[PLACES], sample_weight=part))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_a_splitter_of_the_users_splits_by_place():
    plan = stack(LogisticRegression(), cv=KFold(2)).plan(X, Y)
    assert plan.splits[0].test.tolist() == list(range(45))


def test_a_plan_names_the_samples_by_their_places():
    model = stack(LogisticRegression())
    plan, moved = model.plan(X, Y), model.plan(X[PLACES], Y[PLACES])
    assert plan.task.class_names(plan.task.majority())[plan.samples].tolist() == plan.labels.tolist()
    for (train, test), others in zip(plan.splits, moved.splits, strict=True):
        assert sorted(train) == sorted(PLACES[others.train])
        assert sorted(test) == sorted(PLACES[others.test])
    for one, other in zip(plan.trainings, moved.trainings, strict=True):
        assert one.view.samples.tolist() == PLACES[other.view.samples].tolist()
    counts = plan.task.votes.counts()
    np.testing.assert_array_equal(counts, moved.task.votes.counts()[np.argsort(PLACES)])


def test_a_cache_knows_the_samples_in_another_order(tmp_path, monkeypatch):
    model = stack(LogisticRegression(), memory=str(tmp_path))
    expected = answers(model.fit(X, Y))

    def fit(self, X, y, sample_weight=None):
        raise AssertionError("trained again")

    monkeypatch.setattr(LogisticRegression, "fit", fit)
    np.testing.assert_array_equal(answers(model.fit(X[PLACES], Y[PLACES])), expected)
