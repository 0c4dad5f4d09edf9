"""Ratings as people have them, in the stack and in networks: codes, odd classes, scores, many raters."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.model_selection import KFold, cross_val_score

from made import make_rated, small_blstm, small_stack
from sklearn_raters import (
    DeepEnsembleClassifier,
    MultiRaterStackingClassifier,
    RaterNetClassifier,
    SoftmaxLayerClassifier,
)
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.metrics import uar_scorer
from sklearn_raters.model_selection import compare
from sklearn_raters.ratings import Task, ratings_from_long

X, Y, GROUPS, TRUTH = make_rated(90)
PLACES = {"sad": 0, "angry": 1, "neutral": 2}
CODES = Y.map(lambda cell: PLACES.get(cell, np.nan) if isinstance(cell, str) else np.nan)
MODELS = {
    "stack": small_stack(),
    "networks": small_stack(SoftmaxLayerClassifier(max_epochs=2), fusion="softmax"),
    "rater net": RaterNetClassifier(max_epochs=2, random_state=0),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("code", [-1, 9])
def test_a_label_that_an_estimator_maps_to_none_is_not_rated(name, code):
    coded = CODES.fillna(code).astype(int)
    expected = clone(MODELS[name]).fit(X, CODES)
    model = clone(MODELS[name]).set_params(label_map={code: None}).fit(X, coded)
    assert model.classes_.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(model.predict_proba(X), expected.predict_proba(X))
    np.testing.assert_array_equal(model.predict_proba_raters(X), expected.predict_proba_raters(X))
    assert model.score(X, coded) == expected.score(X, CODES)
    assert uar_scorer(model, X, coded) == uar_scorer(expected, X, CODES)


def test_a_label_that_is_mapped_to_none_is_not_rated_in_cross_validation():
    settings = {"scoring": uar_scorer, "cv": KFold(3)}
    coded = cross_val_score(small_stack(label_map={-1: None}), X, CODES.fillna(-1), **settings)
    np.testing.assert_array_equal(coded, cross_val_score(small_stack(), X, CODES, **settings))


def test_a_code_that_is_learnt_is_warned_of_in_fit():
    with pytest.warns(InputWarning, match=r"are -1, where all others are 0, 1, 2.*label_map=\{-1: None\}"):
        small_stack().fit(X, CODES.fillna(-1))


def rename(label):
    return "None" if label == "neutral" else label


@pytest.mark.parametrize("name", MODELS)
def test_a_class_called_like_a_missing_label_is_learnt_if_it_is_named(name):
    odd = Y.map(lambda cell: tuple(map(rename, cell)) if isinstance(cell, tuple) else rename(cell))
    model = clone(MODELS[name]).set_params(classes=["None", "angry", "sad"]).fit(X, odd)
    expected = clone(MODELS[name]).set_params(classes=["neutral", "angry", "sad"]).fit(X, Y)
    assert model.classes_.tolist() == ["None", "angry", "sad"]
    if name != "networks":  # these start from other weights where the classes have another order
        np.testing.assert_allclose(model.predict_proba(X), expected.predict_proba(X), atol=1e-6)
    assert model.score(X, odd) == pytest.approx(expected.score(X, Y), abs=0.05)


@pytest.mark.parametrize("name", MODELS)
def test_continuous_ratings_are_refused(name):
    scores = np.random.default_rng(0).random((90, 3))
    for ratings in (scores, scores.tolist(), pd.DataFrame(scores), scores[:, 0], list(scores[:, 0])):
        with pytest.raises(InputError, match=r"continuous.*bins="):
            clone(MODELS[name]).fit(X, ratings)


def test_fractions_are_refused_as_scikit_learn_does_unless_they_are_named():
    halves = CODES.replace({1: 0.5})
    for ratings in (halves, halves.to_numpy(), halves[["E1"]], halves["E1"], halves["E1"].tolist()):
        for model in MODELS.values():
            with pytest.raises(InputError, match=r"continuous. The .* such as 0\.5.*give them as texts\.$"):
                clone(model).fit(X, ratings)
    named = clone(MODELS["rater net"]).set_params(classes=[0, 0.5, 2]).fit(X, halves)
    np.testing.assert_array_equal(
        named.predict_proba(X), clone(MODELS["rater net"]).fit(X, CODES).predict_proba(X)
    )


def test_scores_are_learnt_as_the_classes_of_bins():
    place = np.array([["sad", "angry", "neutral"].index(label) for label in TRUTH])
    scores = 30 * place[:, None] + np.random.default_rng(0).uniform(1, 29, size=(90, 3))
    bins = {"edges": [0, 30, 60, 90], "names": ["low", "middle", "high"]}
    model = small_stack().fit(X, Task(scores, bins=bins))
    assert model.classes_.tolist() == ["low", "middle", "high"]
    names = np.array(["low", "middle", "high"])
    np.testing.assert_array_equal(model.predict(X), small_stack().fit(X, names[place]).predict(X))


def test_a_matrix_of_ratings_is_taken_as_an_array():
    codes = CODES.fillna(0).to_numpy(dtype=int)
    with pytest.warns(PendingDeprecationWarning):
        matrix, column = np.matrix(codes), np.matrix(codes[:, :1])
    expected = small_stack().fit(X, codes)
    np.testing.assert_array_equal(small_stack().fit(X, matrix).predict(X), expected.predict(X))
    with pytest.warns(UserWarning, match="column-vector"):
        single = small_stack().fit(X, column)
    assert single.raters_ == [0]


@pytest.mark.parametrize(
    "model", [small_blstm(), SoftmaxLayerClassifier(max_epochs=2, random_state=0)], ids=repr
)
def test_a_network_takes_the_columns_of_a_table_of_soft_labels_by_their_names(model):
    soft = np.eye(3)[[["angry", "neutral", "sad"].index(label) for label in TRUTH]] * 0.7 + 0.1
    table = pd.DataFrame(soft, columns=["angry", "neutral", "sad"])[["sad", "angry", "neutral"]]
    by_name = clone(model).fit(X, table)
    by_place = clone(model).set_params(classes=["angry", "neutral", "sad"]).fit(X, soft)
    assert by_name.classes_.tolist() == ["angry", "neutral", "sad"]
    np.testing.assert_array_equal(by_name.predict_proba(X), by_place.predict_proba(X))
    assert by_name.score(X, table) == by_place.score(X, soft)


def few_votes(n_votes, n_raters):
    """Return samples, and ratings of which a rater gave two or so."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {"sample": rng.integers(90, size=n_votes), "rater": rng.integers(n_raters, size=n_votes)}
    )
    table["label"] = np.where(rng.random(n_votes) < 0.8, TRUTH[table["sample"]], "sad")
    return ratings_from_long(table.sample(frac=1, random_state=0), samples=range(90))


@pytest.mark.slow
def test_many_raters_with_few_votes_are_learnt():
    ratings = few_votes(900, 500)
    model = MultiRaterStackingClassifier(random_state=0).fit(X, ratings)
    assert len(model.raters_) > 400
    new = make_rated(300, seed=1)
    assert (model.predict(new.X) == new.truth).mean() > 0.8


def test_a_rater_of_one_class_that_is_not_smoothed_is_an_error_that_names_the_remedies():
    with pytest.raises(InputError, match=r"holds only one class .* raise min_ratings, or lower max_raters"):
        small_stack(alpha=0).fit(X, few_votes(200, 100))
    assert (
        len(
            small_stack(alpha=0, views=["crowd_hard", "raters"], max_raters=3)
            .fit(X, few_votes(200, 5))
            .raters_
        )
        == 3
    )


def test_an_ensemble_reads_ratings_as_its_copies_do():
    coded = CODES.fillna(-1).astype(int)
    net = RaterNetClassifier(max_epochs=2)
    expected = DeepEnsembleClassifier(net, 2, random_state=0).fit(X, CODES)
    model = DeepEnsembleClassifier(clone(net).set_params(label_map={-1: None}), 2, random_state=0).fit(
        X, coded
    )
    assert model.raters_ == expected.raters_ == ["E1", "E2", "E3"]
    np.testing.assert_array_equal(model.predict_proba_raters(X), expected.predict_proba_raters(X))


def test_models_are_compared_on_ratings_that_a_task_has_read():
    models = {"all": small_stack(), "mean": small_stack(fusion="mean")}
    settings = {"groups": GROUPS, "baseline": None, "random_state": 0}
    expected = compare(models, X, CODES, **settings)
    found = compare(models, X, Task(CODES.fillna(-1), missing_label=-1), **settings)
    pd.testing.assert_series_equal(found["uar"], expected["uar"])
