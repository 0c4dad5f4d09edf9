"""Logistic regression on soft labels as they are is the one on weighted repeats, from fewer reads."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array, csr_matrix
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sklearn_raters.soft_targets._classifier as classifier_module
import sklearn_raters.soft_targets._coordinates as coordinates
import sklearn_raters.soft_targets._logistic as logistic
from sklearn_raters import SoftTargetClassifier
from sklearn_raters._nested import weights_for_fit


class OnRepeats(LogisticRegression):
    """Not the class itself, so that it gets repeats."""


def soft_data(n_classes, n_samples=120, n_features=6, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, n_features))
    soft = rng.dirichlet(np.full(n_classes, 0.5), n_samples)
    soft[::5] = np.eye(n_classes)[0]
    return X, soft, rng.random(n_samples) * (rng.random(n_samples) < 0.9)


def both(X, soft, weight=None, classes=None, **params):
    """Return the classifier on the soft labels and on repeats, to a tolerance that tells them apart."""
    params = {"tol": 1e-9, "max_iter": 1000, **params}
    assert logistic.fits_soft_labels(LogisticRegression(**params))
    assert not logistic.fits_soft_labels(OnRepeats(**params))
    fits = [SoftTargetClassifier(kind(**params), classes=classes) for kind in (LogisticRegression, OnRepeats)]
    return [fit.fit(X, soft, sample_weight=weight) for fit in fits]


def assert_same(one, other, X, atol=1e-6):
    assert one.estimator_.coef_.shape == other.estimator_.coef_.shape
    np.testing.assert_array_equal(one.estimator_.classes_, other.estimator_.classes_)
    assert one.estimator_.coef_.dtype == other.estimator_.coef_.dtype
    assert one.estimator_.intercept_.dtype == other.estimator_.intercept_.dtype
    assert one.estimator_.n_iter_.dtype == other.estimator_.n_iter_.dtype
    assert one.estimator_.class_weight == pytest.approx(other.estimator_.class_weight)
    np.testing.assert_allclose(one.estimator_.coef_, other.estimator_.coef_, atol=atol)
    np.testing.assert_allclose(one.estimator_.intercept_, other.estimator_.intercept_, atol=atol)
    np.testing.assert_allclose(one.predict_proba(X), other.predict_proba(X), atol=atol)


def loss_of(fitted, X, soft):
    """Return what both minimise, from scikit-learn's documentation of the parameter C."""
    inner, n_samples = fitted.estimator_, X.shape[0]
    loss = -(soft * np.log(fitted.predict_proba(X))).sum()
    return (inner.C * loss + (inner.coef_**2).sum() / 2) / (inner.C * n_samples)


@pytest.mark.parametrize("n_classes", [2, 3, 5])
@pytest.mark.parametrize(
    "params",
    [{}, {"C": 0.01}, {"fit_intercept": False}, {"class_weight": "balanced"}, {"class_weight": {0: 3.0}}],
    ids=str,
)
def test_coefficients_are_those_of_weighted_repeats(n_classes, params):
    X, soft, weight = soft_data(n_classes)
    assert_same(*both(X, soft, weight, **params), X)


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@pytest.mark.parametrize("form", [csr_matrix, csr_array, np.asarray], ids=["matrix", "sparse", "very many"])
def test_sparse_and_very_many_features_of_many_scales_need_fewer_steps(form, monkeypatch):
    monkeypatch.setattr(coordinates, "_MOST_FEATURES", 5)
    X, soft, _ = soft_data(3)
    X = form(X * np.logspace(-2, 2, X.shape[1]))
    one, other = both(X, soft, C=3, tol=1e-4)
    assert one.estimator_.n_iter_.max() < other.estimator_.n_iter_.max() / 5
    assert loss_of(one, X, soft) < loss_of(other, X, soft) + 1e-7


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@pytest.mark.parametrize("max_iter", [0, 3])
def test_no_more_steps_are_taken_than_allowed(max_iter):
    X, soft, _ = soft_data(3)
    one, other = both(X, soft, max_iter=max_iter)
    assert one.estimator_.n_iter_ == other.estimator_.n_iter_ == max_iter
    assert loss_of(one, X, soft) <= loss_of(other, X, soft)


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@pytest.mark.parametrize("n_classes", [2, 5])
@pytest.mark.parametrize("C", [0.1, 3, 1e3])
def test_a_tenth_of_the_steps_reaches_a_lower_loss_on_features_of_many_scales(n_classes, C):
    X, soft, _ = soft_data(n_classes, n_samples=200)
    X = X * np.logspace(-2, 2, X.shape[1])
    one, other = both(X, soft, C=C, tol=1e-4)
    assert one.estimator_.n_iter_.max() < other.estimator_.n_iter_.max() / 10
    assert loss_of(one, X, soft) < loss_of(other, X, soft) + 1e-7


@pytest.mark.parametrize("C", [1, 1e6])
def test_features_that_depend_on_each_other_give_the_probabilities_of_weighted_repeats(C):
    X, soft, _ = soft_data(3)
    X = np.hstack([X, X[:, :2], X.sum(axis=1, keepdims=True), np.zeros((len(X), 1)), np.ones((len(X), 1))])
    one, other = both(X, soft, C=C, max_iter=20_000)
    np.testing.assert_allclose(one.predict_proba(X), other.predict_proba(X), atol=1e-5)


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@pytest.mark.parametrize("scale", [1e-160, 1e30, 1e154, 1e160])
def test_features_whose_squares_no_number_can_hold_are_fitted(scale):
    X, soft, _ = soft_data(3)
    with np.errstate(over="ignore", invalid="ignore"):
        one, other = both(scale * X, soft, max_iter=20)
    assert np.isfinite(one.estimator_.coef_).all()
    if scale < 1e100:  # of others, the loss overflows
        assert loss_of(one, scale * X, soft) <= loss_of(other, scale * X, soft) + 1e-9


def test_without_penalty_features_may_depend_on_each_other():
    X, soft, _ = soft_data(3)
    exact = SoftTargetClassifier(LogisticRegression(C=np.inf, tol=1e-9))
    alone, doubled = X, np.hstack([X, X, X[:, :1] - X[:, 1:2]])
    expected = clone(exact).fit(alone, soft).predict_proba(alone)
    np.testing.assert_allclose(exact.fit(doubled, soft).predict_proba(doubled), expected, atol=1e-6)


@pytest.mark.parametrize("form", [np.asarray, csr_array], ids=["dense", "sparse"])
@pytest.mark.parametrize("mean", [10, 1e4, 1e6])
def test_features_far_from_zero_are_learnt_like_centred_ones(mean, form):
    X, soft, _ = soft_data(3, n_samples=200)
    near = SoftTargetClassifier(LogisticRegression(tol=1e-9)).fit(X, soft)
    far = SoftTargetClassifier(LogisticRegression(tol=1e-6)).fit(form(X + mean), soft)
    np.testing.assert_allclose(far.predict_proba(form(X + mean)), near.predict_proba(X), atol=1e-4)


@pytest.mark.parametrize("C", [1e-10, 1e-6, 1e-3])
def test_a_strong_penalty_leaves_the_intercept_the_shares_of_the_classes(C):
    X, soft, weight = soft_data(3)
    fitted = SoftTargetClassifier(LogisticRegression(C=C)).fit(X, soft, sample_weight=weight)
    assert np.average(fitted.predict_proba(X), axis=0, weights=weight) == pytest.approx(
        np.average(soft, axis=0, weights=weight), abs=1e-4
    )


@pytest.mark.parametrize("form", ["triangle", "diagonal", "sparse"])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("n_classes", [2, 4])
def test_in_the_coordinates_the_hessian_at_zero_is_the_identity(n_classes, fit_intercept, form, monkeypatch):
    if form == "diagonal":
        monkeypatch.setattr(coordinates, "_MOST_FEATURES", 2)
    X, soft, weight = soft_data(n_classes, n_features=3)
    X = csr_array(X * [1, 3, 0.2] + 2) if form == "sparse" else X * [1, 3, 0.2] + 2
    mass, ridge = soft * weight[:, None] / weight.sum(), 0.1
    moved = coordinates.HessianCoordinates(X, mass.sum(axis=1), n_classes, ridge, fit_intercept)
    n_outputs = 1 if n_classes == 2 else n_classes
    shape = 3 + fit_intercept, n_outputs
    loss = logistic._moved(logistic._loss(X, mass, ridge, fit_intercept), moved, shape)
    # The scores of more than two classes matter only by their differences.
    of_classes = np.ones(1) if n_outputs == 1 else np.array([1, -1, 0, 0]) / 2**0.5
    hessian = np.empty((shape[0], shape[0]))
    for row in range(shape[0]):
        step = 1e-5 * np.outer(np.eye(shape[0])[row], of_classes).ravel()
        change = (loss(step)[1] - loss(-step)[1]) / 2e-5
        hessian[row] = change.reshape(shape) @ of_classes
    np.testing.assert_allclose(np.diag(hessian), 1, atol=1e-6)
    if form == "triangle":
        np.testing.assert_allclose(hessian, np.eye(shape[0]), atol=1e-6)


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_scores_that_no_exponential_can_hold_stay_finite():
    X, soft, _ = soft_data(3)
    soft = 0.999 * np.eye(3)[X[:, :3].argmax(axis=1)] + 0.001 / 3
    one, other = both(2_000 * X, soft, C=1e12, max_iter=50, tol=1e-12)
    assert np.isfinite(one.estimator_.coef_).all()
    assert loss_of(one, 2_000 * X, soft) < loss_of(other, 2_000 * X, soft)


@pytest.mark.parametrize("place", ["alone", "pipeline"])
def test_labels_are_fitted_as_by_scikit_learn(place, monkeypatch):
    X, soft, weight = soft_data(3)
    names = np.array(["b", "c", "a"])
    labels = names[soft.argmax(axis=1)]
    classifier = LogisticRegression(tol=1e-9, max_iter=1000, class_weight={"a": 2, "b": 1, "c": 0.5})
    if place == "pipeline":  # whose selection reads labels
        classifier = make_pipeline(StandardScaler(), SelectKBest(f_classif, k=4), classifier)
    expected = clone(classifier).fit(X, labels, **weights_for_fit(classifier, weight))
    calls = []
    fit = classifier_module.fit_logistic
    monkeypatch.setattr(classifier_module, "fit_logistic", lambda *args: calls.append(1) or fit(*args))
    got = SoftTargetClassifier(classifier).fit(X, labels, sample_weight=weight)
    assert calls == [1]
    np.testing.assert_array_equal(got.classes_, ["a", "b", "c"])
    np.testing.assert_allclose(got.predict_proba(X), expected.predict_proba(X), atol=1e-6)


def test_labels_through_a_pipeline_keep_the_order_of_its_classes():
    X, soft, _ = soft_data(2)
    labels = np.array(["b", "a"])[soft.argmax(axis=1)]
    got = SoftTargetClassifier(make_pipeline(StandardScaler(), LogisticRegression()), classes=["b", "a"])
    got.fit(X, labels)
    assert got.estimator_.classes_.tolist() == ["a", "b"]
    assert (got.classes_[(got.decision_function(X) > 0).astype(int)] == got.predict(X)).all()


def test_a_label_whose_samples_have_no_weight_is_learnt_as_by_scikit_learn():
    X, soft, _ = soft_data(3)
    labels = soft.argmax(axis=1)
    weight = (labels != 2).astype(float)
    got = SoftTargetClassifier(LogisticRegression()).fit(X, labels, sample_weight=weight)
    expected = LogisticRegression().fit(X, labels, sample_weight=weight)
    np.testing.assert_array_equal(got.predict_proba(X), expected.predict_proba(X))
    assert got.decision_function(X).shape == (120, 3)


def test_many_classes_are_learnt_without_a_warning():
    X, _, _ = soft_data(3, n_samples=600)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(SoftTargetClassifier(LogisticRegression()).fit(X, np.arange(600) % 25).classes_) == 25


def test_a_search_gets_labels_as_they_are():
    search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=3)
    assert not logistic.fits_soft_labels(search)
    X, soft, _ = soft_data(3)
    fitted = SoftTargetClassifier(search).fit(X, soft.argmax(axis=1))
    assert type(fitted.estimator_.best_estimator_) is LogisticRegression


@pytest.mark.parametrize("classes", [["b", "a", "c"], [2, 0, 1]], ids=str)
def test_the_estimator_has_sorted_classes_whatever_the_order_of_columns(classes):
    X, soft, weight = soft_data(3)
    one, other = both(X, soft, weight, classes=classes)
    assert_same(one, other, X)
    assert list(one.classes_) == classes
    assert list(one.estimator_.classes_) == sorted(classes)
    np.testing.assert_allclose(one.decision_function(X), other.decision_function(X), atol=1e-6)


def test_classes_that_are_numbers_between_integers_are_refused():
    X, soft, _ = soft_data(3)
    with pytest.raises(ValueError, match="continuous"):
        SoftTargetClassifier(LogisticRegression(), classes=[0.5, 1.5, 2.5]).fit(X, soft)


def test_sparse_samples_give_the_coefficients_of_weighted_repeats():
    X, soft, weight = soft_data(3)
    X[np.abs(X) < 1] = 0
    assert_same(*both(csr_matrix(X), soft, weight), csr_matrix(X))


def test_single_precision_stays_single_precision():
    X, soft, weight = soft_data(3)
    one, other = both(np.float32(X), soft, weight)
    assert one.estimator_.coef_.dtype == np.float32
    np.testing.assert_allclose(one.predict_proba(X), other.predict_proba(X), atol=1e-4)


def test_a_class_without_any_share_has_probability_zero():
    X, soft, weight = soft_data(3)
    soft = np.insert(soft, 1, 0, axis=1)
    one, other = both(X, soft, weight)
    assert_same(one, other, X)
    assert (one.predict_proba(X)[:, 1] == 0).all()


def test_columns_names_and_samples_of_weight_zero_are_treated_as_with_repeats():
    X, soft, weight = soft_data(3)
    weight[3] = 0
    X = pd.DataFrame(X, columns=list("abcdef"))
    X.iloc[3] = np.nan  # of weight 0
    one, other = both(X, soft, weight)
    assert_same(one, other, X.fillna(0))
    assert list(one.estimator_.feature_names_in_) == list("abcdef")


@pytest.mark.parametrize(
    "params",
    [{"solver": "newton-cg"}, {"solver": "newton-cholesky"}, {"warm_start": True}, {"intercept_scaling": 2}],
)
def test_other_solvers_and_penalties_get_repeats(params, monkeypatch):
    def refuse(*args):
        raise AssertionError("not for this solver")

    monkeypatch.setattr(classifier_module, "fit_logistic", refuse)
    estimator = LogisticRegression(**params)
    assert not logistic.fits_soft_labels(estimator)
    X, soft, weight = soft_data(3)
    assert SoftTargetClassifier(estimator).fit(X, soft, sample_weight=weight).predict_proba(X).shape == (
        120,
        3,
    )


def test_each_step_reads_every_sample_once(monkeypatch):
    rows = []
    loss = logistic._loss
    monkeypatch.setattr(logistic, "_loss", lambda X, *args: rows.append(X.shape[0]) or loss(X, *args))
    X, soft, _ = soft_data(5)
    SoftTargetClassifier(LogisticRegression()).fit(X, soft)
    assert rows == [len(X)]


def test_too_few_steps_are_reported():
    X, soft, _ = soft_data(3)
    with pytest.warns(ConvergenceWarning, match="lbfgs failed to converge in 2 steps.*or raise max_iter"):
        SoftTargetClassifier(LogisticRegression(max_iter=2, C=100)).fit(X, soft)


def test_an_estimator_with_callbacks_is_left_to_scikit_learn():
    estimator = LogisticRegression()
    estimator._skl_callbacks = []  # as `set_callbacks` of scikit-learn 1.9 leaves it
    assert not logistic.fits_soft_labels(estimator)


def test_weights_of_zero_for_all_classes_are_refused():
    X, soft, _ = soft_data(3)
    with pytest.raises(ValueError, match="gives every class the weight 0"):
        SoftTargetClassifier(LogisticRegression(class_weight={0: 0, 1: 0, 2: 0})).fit(X, soft)


def test_a_wrong_parameter_is_named():
    X, soft, _ = soft_data(3)
    with pytest.raises(ValueError, match="'C' parameter of LogisticRegression"):
        SoftTargetClassifier(LogisticRegression(C=-1)).fit(X, soft)


def test_weights_that_leave_one_class_are_refused():
    X, soft, _ = soft_data(2)
    weight = (soft[:, 0] == 1).astype(float)
    with pytest.raises(ValueError, match="at least 2 classes"):
        SoftTargetClassifier(LogisticRegression()).fit(X, soft, sample_weight=weight)
