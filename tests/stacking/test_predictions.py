"""Predictions of a fitted stack: classes, views, raters, and the features that the fusion learns from."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Perceptron

import made
from made import FEW, X, Y, small_blstm, small_stack
from sklearn_raters.consensus import hard_labels, soft_labels
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.metrics import soft_cross_entropy
from sklearn_raters.ratings import Task

VIEWS = ["crowd_hard", "E1"]


@pytest.fixture(scope="module")
def fitted():
    return small_stack().fit(X, Y)


@pytest.fixture(scope="module")
def networks():
    return small_stack(small_blstm(), views=VIEWS, fusion=LogisticRegression()).fit(FEW.X, FEW.Y)


def test_predict_proba_raters_holds_the_views_of_the_raters_in_their_order():
    model = small_stack(views=["E3", "crowd_soft", "E1"], fusion="mean").fit(X, Y)
    assert model.raters_ == ["E3", "E1"]
    expected = model.predict_proba_views(X)[:, [0, 2]].argmax(axis=2)
    np.testing.assert_array_equal(model.predict_proba_raters(X).argmax(axis=2), expected)


def test_a_rater_without_smoothing_is_predicted_by_the_view_itself():
    model = small_stack(views=["E3", "E1"], fusion="mean", alpha=0).fit(X, Y)
    np.testing.assert_array_equal(model.predict_proba_raters(X), model.predict_proba_views(X))


@pytest.mark.parametrize("fusion", ["pool", "mean"])
def test_single_raters_are_predicted_by_name_and_those_without_a_view_as_the_consensus(fusion):
    model = small_stack(views=["crowd_hard", "E3", "E1"], fusion=fusion).fit(X, Y)
    answers = model.predict_proba_raters(X)
    with pytest.warns(InputWarning, match="'E2', or gave them no view.*of their own are 'E3', 'E1'"):
        by_rater = model.predict_proba_raters(X, raters=["E1", "E2", " e3"])
    np.testing.assert_array_equal(by_rater[:, [2, 0]], answers)
    np.testing.assert_array_equal(by_rater[:, 1], model.predict_proba(X))
    assert model.predict_proba_raters(X, raters=[]).shape == (150, 0, 3)
    with pytest.raises(InputError, match=r"give \['E1'\]"):
        model.predict_proba_raters(X, raters="E1")


@pytest.mark.parametrize("fusion", ["pool", "mean"])
def test_without_views_of_raters_a_rater_is_predicted_as_the_consensus(fusion):
    model = small_stack(views=["crowd_hard", "crowd_soft"], fusion=fusion).fit(X, Y)
    assert model.predict_proba_raters(X).shape == (150, 0, 3)
    with pytest.warns(InputWarning, match="of their own are none"):
        by_rater = model.predict_proba_raters(X, raters=["E1"])
    np.testing.assert_array_equal(by_rater[:, 0], model.predict_proba(X))


@pytest.mark.parametrize("alpha", [0, 0.75, 5])
def test_the_shares_of_a_raters_labels_are_predicted_whatever_the_smoothing(alpha):
    # Without any feature a view can only learn the shares, of which the smoothing must not remain.
    nothing = np.zeros((150, 1))
    one_label = Y.map(lambda cell: cell if isinstance(cell, str) else None)
    model = small_stack(LogisticRegression(C=1e6, tol=1e-8), alpha=alpha, fusion="mean").fit(
        nothing, one_label
    )
    proba = model.predict_proba_raters(nothing[:1])[0]
    for rater, predicted in zip(model.raters_, proba, strict=True):
        labels = one_label[rater].dropna()
        np.testing.assert_allclose(
            predicted, [np.mean(labels == label) for label in model.classes_], atol=1e-3
        )


def test_soft_labels_are_the_shares_of_the_raters_whatever_the_smoothing():
    nothing, labels = np.zeros((150, 1)), Y.map(lambda cell: cell if isinstance(cell, str) else "sad")
    shares = [np.mean(labels.to_numpy() == label) for label in ("angry", "neutral", "sad")]
    for alpha in (0, 0.75, 5):
        model = small_stack(LogisticRegression(C=1e6, tol=1e-8), alpha=alpha).fit(nothing, labels)
        np.testing.assert_allclose(model.predict_soft_labels(nothing[:1])[0], shares, atol=0.02)


def test_soft_labels_come_nearer_to_the_votes_than_the_classes_shares(fitted):
    new = made.make_rated(300, n_raters=3, seed=1)
    voted = soft_labels(Task(new.Y, fitted.classes_.tolist()), alpha=0)
    rated = np.isfinite(voted[:, 0])
    shares = np.tile(voted[rated].mean(axis=0), (rated.sum(), 1))
    predicted = fitted.predict_soft_labels(new.X[rated])
    assert soft_cross_entropy(voted[rated], predicted) < 0.8 * soft_cross_entropy(voted[rated], shares)


@pytest.mark.parametrize("views", [["crowd_hard"], ["crowd_hard", "crowd_dawid_skene"]])
def test_soft_labels_are_the_consensus_without_a_view_that_learns_shares(views):
    model = small_stack(views=views, fusion="mean").fit(X, Y)
    np.testing.assert_array_equal(model.predict_soft_labels(X), model.predict_proba(X))


def test_raters_count_in_soft_labels_by_the_samples_that_they_rated():
    few = Y.assign(E1=Y["E1"].where(Y.index < 30, None), E3=None)
    model = small_stack(views=["E1", "E2"], fusion="mean").fit(X, few)
    n_rated = [len(rows) for rows in model.view_rows_]
    expected = np.average(model.predict_proba_raters(X), axis=1, weights=n_rated)
    np.testing.assert_allclose(model.predict_soft_labels(X), expected)


PROBABILITIES = ["predict_proba", "predict_proba_views", "predict_proba_raters", "predict_soft_labels"]


@pytest.mark.parametrize("method", PROBABILITIES)
def test_probabilities_sum_to_one(fitted, method):
    proba = getattr(fitted, method)(X)
    assert proba.shape[-1] == 3
    np.testing.assert_allclose(proba.sum(axis=-1), 1)


def test_predict_is_the_class_of_the_highest_probability(fitted):
    expected = fitted.classes_[fitted.predict_proba(X).argmax(axis=1)]
    np.testing.assert_array_equal(fitted.predict(X), expected)


def test_the_probabilities_of_a_fusion_are_sorted_by_the_classes_of_the_stack():
    model = small_stack(fusion=LogisticRegression(), classes=["sad", "angry", "neutral"]).fit(X, Y)
    assert model.fusion_.classes_.tolist() == ["angry", "neutral", "sad"]
    proba = model.fusion_.predict_proba(model.transform(X))
    np.testing.assert_allclose(model.predict_proba(X), proba[:, [2, 0, 1]])


def test_transform_gives_the_representations_that_the_fusion_learns_from(networks):
    Z = networks.transform(FEW.X)
    assert Z.shape == (60, 2 * 16)
    expected = np.hstack([view.transform(FEW.X) for view in networks.estimators_])
    np.testing.assert_allclose(Z, expected, rtol=1e-6)
    np.testing.assert_allclose(networks.fusion_.predict_proba(Z), networks.predict_proba(FEW.X))


def test_the_units_of_representations_are_named_by_number(networks):
    names = networks.get_feature_names_out().tolist()
    assert names == [f"{view}_{unit}" for view in VIEWS for unit in range(16)]


def test_transform_gives_a_table_where_pandas_output_is_set(fitted):
    model = small_stack(views=VIEWS).set_output(transform="pandas").fit(X, Y)
    table = model.transform(X)
    assert table.columns.tolist() == model.get_feature_names_out().tolist()


@pytest.mark.parametrize("params", [{"fusion": "mean"}, {"fusion": "mixture"}, {"cv": 3}], ids=str)
def test_transform_gives_the_posteriors_of_networks_where_the_fusion_learns_from_these(params):
    model = small_stack(small_blstm(max_epochs=1), views=VIEWS, **params).fit(FEW.X, FEW.Y)
    np.testing.assert_allclose(model.transform(FEW.X), model.predict_proba_views(FEW.X).reshape(60, -1))
    expected = [f"{view}_{label}" for view in model.views_ for label in model.classes_]
    assert model.get_feature_names_out().tolist() == expected


def test_decision_values_are_named_by_number():
    model = small_stack(fusion="logistic", view_params={"crowd_hard": Perceptron()}, views=VIEWS).fit(X, Y)
    names = model.get_feature_names_out().tolist()
    assert names == ["crowd_hard_0", "crowd_hard_1", "crowd_hard_2", "E1_angry", "E1_neutral", "E1_sad"]


def test_the_score_is_the_accuracy_on_samples_with_a_majority(fitted):
    consensus = hard_labels(Y)
    rows = np.flatnonzero([label is not None for label in consensus])
    right = fitted.predict(X[rows]) == consensus[rows]
    assert fitted.score(X, Y) == pytest.approx(right.mean())
    weights = np.arange(150.0)
    assert fitted.score(X, Y, weights.tolist()) == pytest.approx(np.average(right, weights=weights[rows]))


def test_without_a_majority_there_is_no_score(fitted):
    with pytest.raises(ValueError, match="nothing to score"):
        fitted.score(X[:1], [["sad", "angry", "neutral"]])


def test_samples_are_checked_where_no_rater_has_a_view():
    stack = small_stack(views=["crowd_hard"], fusion="mean").fit(X, Y)
    assert stack.predict_proba_raters(X).shape == (len(X), 0, len(stack.classes_))
    with pytest.raises(ValueError, match="expecting"):
        stack.predict_proba_raters(X[:, :-1])
    with pytest.raises(ValueError, match="Expected 2D array"):
        stack.predict_proba_raters(X[0])
