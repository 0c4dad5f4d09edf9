"""Frozen views: they stay as they were trained, and represent samples for the fusion."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression, Perceptron
from sklearn.svm import SVC

from made import FEW, TRUTH, X, small_blstm, small_stack
from sklearn_raters import MultiRaterStackingClassifier
from sklearn_raters.stacking import _frozen
from sklearn_raters.stacking._frozen import FrozenViews, side_by_side
from sklearn_raters.stacking._views import View

CLASSES = ["angry", "neutral", "sad"]
HARD = View("crowd_hard", np.arange(150), TRUTH)


def frozen(estimator, by_posterior=False, y=TRUTH):
    return FrozenViews([HARD], [estimator.fit(X, y)], CLASSES, by_posterior=by_posterior)


def test_the_fusion_changes_no_weight_of_a_network(monkeypatch):
    before = []
    fuse = MultiRaterStackingClassifier._fuse

    def copy_first(self, plan, trained, data):
        before.extend(pickle.loads(pickle.dumps([view.estimator for view in trained[0]])))
        return fuse(self, plan, trained, data)

    monkeypatch.setattr(MultiRaterStackingClassifier, "_fuse", copy_first)
    model = small_stack(small_blstm(), fusion="softmax", views=["crowd_hard", "E1"]).fit(FEW.X, FEW.Y)
    model.predict(FEW.X)
    assert len(before) == 2
    for copied, view in zip(before, model.estimators_, strict=True):
        weights = view.net_.module_.state_dict()
        for name, value in copied.net_.module_.state_dict().items():
            assert value.equal(weights[name])


@pytest.mark.parametrize(
    ("estimator", "by_posterior", "method", "names"),
    [
        (LinearDiscriminantAnalysis(), False, "transform", ["crowd_hard_0", "crowd_hard_1"]),
        (LinearDiscriminantAnalysis(), True, "predict_proba", [f"crowd_hard_{name}" for name in CLASSES]),
        (LogisticRegression(), False, "predict_proba", [f"crowd_hard_{name}" for name in CLASSES]),
        (Perceptron(), False, "decision_function", [f"crowd_hard_{unit}" for unit in range(3)]),
    ],
)
def test_a_view_is_represented_by_the_first_method_that_it_has(estimator, by_posterior, method, names):
    views = frozen(estimator, by_posterior)
    expected = getattr(estimator, method)(X)
    np.testing.assert_allclose(views.represent(X), expected)
    assert views.unit_names([expected]) == names


def test_decision_values_of_two_classes_are_one_unit():
    views = frozen(Perceptron(), y=np.where(TRUTH == "sad", "sad", "angry"))
    assert views.represent(X).shape == (150, 1)


def test_a_class_that_a_view_has_not_learnt_has_probability_zero():
    estimator = LogisticRegression()
    proba = frozen(estimator, y=np.where(TRUTH == "sad", "sad", "angry")).posteriors(X)[:, 0]
    np.testing.assert_array_equal(proba[:, [0, 2]], estimator.predict_proba(X))
    assert (proba[:, 1] == 0).all()


def test_a_view_without_probabilities_has_no_posterior():
    with pytest.raises(
        AttributeError, match=r"view 'crowd_hard' has no predict_proba.*CalibratedClassifierCV"
    ):
        frozen(SVC()).posteriors(X)


def test_representations_side_by_side_are_float64():
    parts = [
        np.array([[1], [2], [3]], dtype=np.float32),
        np.array([[4, 5], [6, 7], [8, 9]], dtype=np.float32),
    ]
    joined = side_by_side(parts, np.array([True, False, True]))
    assert joined.tolist() == [[1, 4, 5], [3, 8, 9]]
    assert joined.dtype == np.float64


class Recorder(LogisticRegression):
    """Remembers how many samples each call gets."""

    sizes = []

    def predict_proba(self, X):
        self.sizes.append(len(X))
        return super().predict_proba(X)


@pytest.mark.parametrize("wrap", [np.asarray, pd.DataFrame])
def test_a_long_table_is_predicted_in_parts(wrap, monkeypatch):
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(50, 3)), rng.choice(["calm", "sad"], (50, 2))
    stack = MultiRaterStackingClassifier(Recorder(), views=["crowd_hard"], fusion="mean").fit(wrap(X), Y)
    whole = stack.predict_proba(wrap(X))
    monkeypatch.setattr(_frozen, "_ROWS_AT_ONCE", 20)
    monkeypatch.setattr(Recorder, "sizes", [])
    np.testing.assert_allclose(stack.predict_proba(wrap(X)), whole, rtol=1e-12)
    assert Recorder.sizes == [20, 20, 10]
    assert stack.predict_proba(wrap(X)[:20]).shape == (20, 2)
    assert Recorder.sizes == [20, 20, 10, 20]
