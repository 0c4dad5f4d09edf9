"""The deep ensemble: one classifier from several seeds, wherever ratings or labels are learnt."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_raters import DeepEnsembleClassifier, RaterNetClassifier
from sklearn_raters.consensus import hard_labels, soft_labels
from sklearn_raters.metrics import uar_scorer
from sklearn_raters.model_selection import compare, cross_val_predict_raters
from sklearn_raters.ratings import Task
from small_stacks import CLASSES, GROUPS, X, Y, as_cube, sequences, small, stack

NET = RaterNetClassifier("crowd_layer", max_epochs=10, learning_rate=0.01, classes=CLASSES)


def test_it_is_the_mean_of_different_networks_that_learn_from_ratings():
    model = DeepEnsembleClassifier(NET, 3, random_state=0).fit(X, Y)
    said = [copy.predict_proba(X) for copy in model.estimators_]
    assert np.abs(said[0] - said[1]).max() > 1e-3
    np.testing.assert_allclose(model.predict_proba(X), np.mean(said, axis=0))
    own = np.mean([copy.predict_proba_raters(X) for copy in model.estimators_], axis=0)
    np.testing.assert_allclose(model.predict_proba_raters(X), own)
    assert model.classes_.tolist() == CLASSES
    labels = hard_labels(Y)
    kept = np.flatnonzero([label is not None for label in labels])
    assert model.score(X, Y) == np.mean(model.predict(X[kept]) == labels[kept])


def test_raters_are_asked_by_name_where_the_network_takes_that():
    model = DeepEnsembleClassifier(NET, 2, random_state=0).fit(X, Y)
    asked = model.predict_proba_raters(X, raters=["a stranger", "E2"])
    np.testing.assert_allclose(asked[:, 0], model.predict_proba(X))
    np.testing.assert_allclose(asked[:, 1], model.predict_proba_raters(X)[:, 1])


def test_copies_that_know_other_raters_are_averaged_rater_by_rater():
    rng = np.random.default_rng(0)
    session, truth = np.repeat(np.arange(4), 30), rng.integers(2, size=120)
    features, ratings = rng.normal(truth[:, None], size=(120, 3)), np.full((120, 8), np.nan)
    for column in range(8):  # two raters a session
        rows = session == column // 2
        ratings[rows, column] = np.where(rng.random(rows.sum()) < 0.8, truth[rows], 1 - truth[rows])
    net = RaterNetClassifier("crowd_layer", max_epochs=2, early_stopping=True, validation_fraction=0.25)
    model = DeepEnsembleClassifier(net, 4, random_state=0).fit(features, ratings, groups=session)
    known = [copy.raters_ for copy in model.estimators_]
    assert len({tuple(raters) for raters in known}) > 1
    assert model.raters_ == sorted(set().union(*known))
    expected = np.mean(
        [copy.predict_proba_raters(features, raters=model.raters_) for copy in model.estimators_], axis=0
    )
    np.testing.assert_allclose(model.predict_proba_raters(features), expected)


@pytest.mark.parametrize(
    "inner", [NET, make_pipeline(StandardScaler(), NET), stack()], ids=["net", "pipe", "stack"]
)
def test_raters_are_asked_inside_pipelines_and_of_stacks(inner):
    model = DeepEnsembleClassifier(inner, 2, random_state=0)
    settings = {"cv": GroupKFold(2), "groups": GROUPS, "method": "predict_proba_raters", "return_names": True}
    proba, names = cross_val_predict_raters(model, X, Y, **settings)
    assert proba.shape == (len(X), len(names["raters"]), 3)
    asked = model.fit(X, Y).predict_proba_raters(X, raters=["a stranger", "E2"])
    np.testing.assert_allclose(asked[:, 0], model.predict_proba(X))
    with pytest.raises(ValueError, match="give \\['E2'\\]"):
        model.predict_proba_raters(X, raters="E2")


@pytest.mark.parametrize("scaled", [False, True])
def test_comparisons_tell_it_the_task_and_hear_of_it(scaled):
    bare = clone(NET).set_params(classes=None)
    net = make_pipeline(StandardScaler(), bare) if scaled else bare
    model = DeepEnsembleClassifier(net, 2)
    task = {"classes": ["sad", "angry"], "label_map": {"neutral": "sad"}}
    settings = {"cv": 2, "baseline": None, "random_state": 0, "return_predictions": True}
    _, predicted = compare({"several": model}, X, Y, **task, **settings)
    assert set(predicted["several"]) <= {"sad", "angry"}
    bare.set_params(**task)
    _, told = compare({"several": DeepEnsembleClassifier(net, 2)}, X, Y, **settings)
    pd.testing.assert_frame_equal(told, predicted)


def test_votes_are_judged_by_the_networks_classes():
    votes = as_cube(Y)
    model = DeepEnsembleClassifier(NET, 2, random_state=0)
    assert compare({"several": model}, X, votes, cv=2, baseline=None).loc["several", "uar"] > 0.6
    assert model.fit(X, votes).score(X, votes) > 0.6


def test_copies_that_would_be_the_same_are_refused():
    with pytest.raises(TypeError, match="has no random_state"):
        DeepEnsembleClassifier(GaussianNB()).fit([[0.0], [1.0]], [0, 1])


def test_the_seed_makes_it_the_same_with_any_number_of_jobs():
    model = DeepEnsembleClassifier(NET, 2, random_state=0)
    one = model.fit(X, Y).predict_proba(X)
    np.testing.assert_allclose(clone(model).set_params(n_jobs=2).fit(X, Y).predict_proba(X), one, rtol=1e-5)
    assert np.abs(clone(model).set_params(random_state=1).fit(X, Y).predict_proba(X) - one).max() > 1e-3


def test_it_takes_soft_labels_and_sequences_where_the_estimator_does():
    soft = soft_labels(Task(Y, CLASSES))
    kept = ~np.isnan(soft[:, 0])
    samples = [sample for sample, keep in zip(sequences(X), kept, strict=True) if keep]
    model = DeepEnsembleClassifier(small(classes=CLASSES), 2, random_state=0).fit(samples, soft[kept])
    assert model.predict_proba(samples).shape == (kept.sum(), 3)
    assert 0 < model.score(samples, soft[kept]) < 1


def test_weights_reach_estimators_that_take_them():
    labels, weight = Y["E1"].map(str), np.arange(len(X)) % 3
    model = DeepEnsembleClassifier(LogisticRegression(), 2).fit(X, labels, sample_weight=weight)
    expected = LogisticRegression().fit(X, labels, sample_weight=weight)
    np.testing.assert_allclose(model.predict_proba(X), expected.predict_proba(X))


def test_it_is_a_view_of_the_stack():
    model = stack(DeepEnsembleClassifier(small(), 2), views=["crowd_hard", "crowd_soft", "E1"])
    assert model.fit(X, Y, groups=GROUPS).score(X, Y) > 0.6
    with pytest.raises(TypeError, match="'crowd_agreement' has weighted labels, which cannot reach"):
        model.set_params(views=["crowd_agreement"]).fit(X, Y)


def test_searches_and_tables_take_it():
    model = DeepEnsembleClassifier(NET, 2, random_state=0)
    grid = {"estimator__max_epochs": [1, 10], "n_estimators": [1, 2]}
    search = GridSearchCV(model, grid, scoring=uar_scorer, cv=GroupKFold(2)).fit(X, Y, groups=GROUPS)
    assert search.best_score_ > 0.6
    models = {"one": NET, "several": model, "pipeline": make_pipeline(StandardScaler(), model)}
    table = compare(models, X, Y, cv=2, baseline="one", random_state=0, n_bootstrap=10)
    assert isinstance(table, pd.DataFrame)
    assert (table["uar"] > 0.6).all()


def test_the_map_of_labels_reaches_the_score():
    merged = DeepEnsembleClassifier(
        clone(NET).set_params(classes=["sad", "angry"], label_map={"neutral": "sad"}), 2, random_state=0
    ).fit(X, Y)
    labels = hard_labels(Task(Y, ["sad", "angry"], {"neutral": "sad"}))
    kept = np.flatnonzero([label is not None for label in labels])
    assert merged.score(X, Y) == np.mean(merged.predict(X[kept]) == labels[kept])
    assert len(kept) > len([label for label in hard_labels(Task(Y, ["sad", "angry"])) if label is not None])


def test_only_classifiers_with_probabilities():
    with pytest.raises(ValueError, match="'estimator' parameter of DeepEnsembleClassifier must be"):
        DeepEnsembleClassifier(Ridge()).fit(X, Y["E1"])
    assert not hasattr(DeepEnsembleClassifier(LogisticRegression()), "predict_proba_raters")
