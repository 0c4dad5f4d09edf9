"""The deep ensemble: the mean of one classifier from several seeds, on labels and on ratings."""

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from sklearn import config_context
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from made import CLASSES, as_cube, as_sequences, make_rated, small_blstm, small_stack
from sklearn_raters import DeepEnsembleClassifier, RaterNetClassifier
from sklearn_raters.consensus import hard_labels, soft_labels
from sklearn_raters.exceptions import InputWarning
from sklearn_raters.metrics import uar_scorer
from sklearn_raters.model_selection import compare, cross_val_predict_raters
from sklearn_raters.ratings import Task

X, Y, GROUPS, TRUTH = make_rated()
UNSEEN = make_rated(300, seed=1)
NET = RaterNetClassifier("crowd_layer", max_epochs=10, learning_rate=0.01, classes=CLASSES)


def test_probabilities_are_the_mean_of_different_networks():
    model = DeepEnsembleClassifier(NET, 3, random_state=0).fit(X, Y)
    by_copy = [copy.predict_proba(X) for copy in model.estimators_]
    assert np.abs(by_copy[0] - by_copy[1]).max() > 1e-3
    np.testing.assert_allclose(model.predict_proba(X), np.mean(by_copy, axis=0))
    by_rater = np.mean([copy.predict_proba_raters(X) for copy in model.estimators_], axis=0)
    np.testing.assert_allclose(model.predict_proba_raters(X), by_rater)
    assert model.classes_.tolist() == CLASSES
    labels = hard_labels(Y)
    kept = np.flatnonzero([label is not None for label in labels])
    assert model.score(X, Y) == np.mean(model.predict(X[kept]) == labels[kept])


def test_single_raters_are_predicted_by_name():
    model = DeepEnsembleClassifier(NET, 2, random_state=0).fit(X, Y)
    with pytest.warns(InputWarning, match="no votes of the raters 'unknown'"):
        by_rater = model.predict_proba_raters(X, raters=["unknown", "e2"])
    np.testing.assert_allclose(by_rater[:, 0], model.predict_proba(X))
    np.testing.assert_allclose(by_rater[:, 1], model.predict_proba_raters(X)[:, 1])


def test_copies_with_different_raters_are_averaged_rater_by_rater():
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
    with pytest.warns(InputWarning, match="no votes of the raters"):
        by_copy = [copy.predict_proba_raters(features, raters=model.raters_) for copy in model.estimators_]
    expected = np.mean(by_copy, axis=0)
    np.testing.assert_allclose(model.predict_proba_raters(features), expected)


@pytest.mark.parametrize(
    "inner", [NET, make_pipeline(StandardScaler(), NET), small_stack()], ids=["net", "pipe", "stack"]
)
def test_raters_are_predicted_inside_pipelines_and_by_stacks(inner):
    model = DeepEnsembleClassifier(inner, 2, random_state=0)
    settings = {"cv": GroupKFold(2), "groups": GROUPS, "method": "predict_proba_raters", "return_names": True}
    proba, names = cross_val_predict_raters(model, X, Y, **settings)
    assert proba.shape == (len(X), len(names["raters"]), 3)
    with pytest.warns(InputWarning, match="no votes of the raters 'unknown'"):
        by_rater = model.fit(X, Y).predict_proba_raters(X, raters=["unknown", "E2"])
    np.testing.assert_allclose(by_rater[:, 0], model.predict_proba(X))
    with pytest.raises(ValueError, match="give \\['E2'\\]"):
        model.predict_proba_raters(X, raters="E2")


@pytest.mark.parametrize("scaled", [False, True])
def test_compare_sets_and_reads_the_classes_of_the_network_inside(scaled):
    bare = clone(NET).set_params(classes=None)
    net = make_pipeline(StandardScaler(), bare) if scaled else bare
    model = DeepEnsembleClassifier(net, 2)
    task = {"classes": ["sad", "angry"], "label_map": {"neutral": "sad"}}
    settings = {"cv": 2, "baseline": None, "random_state": 0, "return_comparison": True}
    predicted = compare({"several": model}, X, Task(Y, **task), **settings).predictions
    assert set(predicted["several"]) <= {"sad", "angry"}
    bare.set_params(**task)
    same = compare({"several": DeepEnsembleClassifier(net, 2)}, X, Y, **settings).predictions
    pd.testing.assert_frame_equal(same, predicted)


def test_votes_are_scored_by_the_networks_classes():
    votes = as_cube(Y)
    model = DeepEnsembleClassifier(NET, 2, random_state=0)
    assert compare({"several": model}, X, votes, cv=2, baseline=None).loc["several", "uar"] > 0.6
    assert model.fit(X, votes).score(UNSEEN.X, as_cube(UNSEEN.Y)) > 0.6


def test_the_same_seed_gives_the_same_ensemble_with_any_number_of_jobs():
    model = DeepEnsembleClassifier(NET, 2, random_state=0)
    proba = model.fit(X, Y).predict_proba(X)
    with parallel_config("threading"):
        parallel = clone(model).set_params(n_jobs=2).fit(X, Y).predict_proba(X)
    np.testing.assert_allclose(parallel, proba, rtol=1e-5)
    assert np.abs(clone(model).set_params(random_state=1).fit(X, Y).predict_proba(X) - proba).max() > 1e-3


def test_ensembles_take_soft_labels_and_sequences_if_the_estimator_does():
    soft = soft_labels(Task(Y, CLASSES))
    kept = ~np.isnan(soft[:, 0])
    samples = [sample for sample, keep in zip(as_sequences(X), kept, strict=True) if keep]
    model = DeepEnsembleClassifier(small_blstm(classes=CLASSES), 2, random_state=0)
    model.fit(samples, soft[kept])
    unseen = as_sequences(UNSEEN.X)
    assert (model.predict(unseen) == UNSEEN.truth).mean() > 0.5
    share = soft[kept][model.predict(samples)[:, None] == CLASSES]
    assert model.score(samples, soft[kept]) == pytest.approx(share.mean())


@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize("scaled", [False, True])
def test_weights_reach_estimators_that_take_them(routing, scaled):
    weight = np.arange(len(X)) % 3
    with config_context(enable_metadata_routing=routing):
        scaler, inner = StandardScaler(), LogisticRegression()
        if routing:
            scaler.set_fit_request(sample_weight=False)
            inner.set_fit_request(sample_weight=True)
        inner = make_pipeline(scaler, inner) if scaled else inner
        model = DeepEnsembleClassifier(inner, 2).fit(X, TRUTH, sample_weight=weight)
    expected = LogisticRegression()
    # Without routing, every step that takes weights gets them.
    rows = StandardScaler().fit(X, sample_weight=None if routing else weight).transform(X) if scaled else X
    expected.fit(rows, TRUTH, sample_weight=weight)
    np.testing.assert_allclose(model.predict_proba(X), expected.predict_proba(rows))


class Counting(KNeighborsClassifier):
    """A classifier that counts its fits, takes no weights, and has a random_state."""

    n_fits = 0

    def __init__(self, n_neighbors=5, random_state=None):
        super().__init__(n_neighbors=n_neighbors)
        self.random_state = random_state

    def fit(self, X, y):
        Counting.n_fits += 1
        return super().fit(X, y)


@pytest.mark.parametrize("scaled", [False, True])
def test_weights_are_refused_before_training_by_estimators_that_take_none(scaled):
    inner = make_pipeline(StandardScaler(), Counting()) if scaled else Counting()
    Counting.n_fits = 0
    model = DeepEnsembleClassifier(inner, 2)
    with pytest.raises(TypeError, match=r"fit takes no sample_weight\. Leave sample_weight out"):
        model.fit(X, TRUTH, sample_weight=np.ones(len(X)))
    assert Counting.n_fits == 0
    assert not hasattr(model, "estimators_")
    expected = clone(inner).fit(X, TRUTH).predict_proba(X)
    np.testing.assert_allclose(model.fit(X, TRUTH).predict_proba(X), expected)


@pytest.mark.parametrize(
    ("inner", "error", "message"),
    [
        (GaussianNB(), TypeError, "has no random_state"),
        (Ridge(), ValueError, "'estimator' parameter of DeepEnsembleClassifier must be"),
        (RaterNetClassifier("crowd"), ValueError, "'crowd' is not the name of a rater model"),
        (make_pipeline(StandardScaler(), small_blstm(device="abacus")), ValueError, "device='abacus'"),
    ],
    ids=["no seed", "no probabilities", "wrong name", "wrong device"],
)
@pytest.mark.parametrize("method", ["_check_settings", "fit"])
def test_wrong_estimators_and_settings_are_errors_without_training(inner, error, message, method):
    model = DeepEnsembleClassifier(inner)
    with pytest.raises(error, match=message):
        model.fit(X, TRUTH) if method == "fit" else model._check_settings()
    assert not hasattr(model, "estimators_")


def test_an_ensemble_may_be_a_view_of_the_stack():
    model = small_stack(
        DeepEnsembleClassifier(small_blstm(), 2), views=["crowd_hard", "crowd_agreement", "E1"]
    )
    assert model.fit(X, Y, groups=GROUPS).score(UNSEEN.X, UNSEEN.Y) > 0.6


def test_searches_and_compare_take_an_ensemble():
    model = DeepEnsembleClassifier(NET, 2, random_state=0)
    grid = {"estimator__learning_rate": [1e-6, 1e-2]}
    search = GridSearchCV(model, grid, scoring=uar_scorer, cv=GroupKFold(2)).fit(X, Y, groups=GROUPS)
    assert search.best_params_ == {"estimator__learning_rate": 1e-2}
    models = {"one": NET, "several": model, "pipeline": make_pipeline(StandardScaler(), model)}
    table = compare(models, X, Y, cv=2, baseline="one", random_state=0, n_bootstrap=10)
    assert isinstance(table, pd.DataFrame)
    assert (table["uar"] > 0.6).all()


def test_the_score_applies_the_label_map():
    merged = DeepEnsembleClassifier(
        clone(NET).set_params(classes=["sad", "angry"], label_map={"neutral": "sad"}), 2, random_state=0
    ).fit(X, Y)
    labels = hard_labels(Task(Y, ["sad", "angry"], {"neutral": "sad"}))
    kept = np.flatnonzero([label is not None for label in labels])
    assert merged.score(X, Y) == np.mean(merged.predict(X[kept]) == labels[kept])
    assert len(kept) > len([label for label in hard_labels(Task(Y, ["sad", "angry"])) if label is not None])


def test_an_ensemble_predicts_raters_only_if_its_estimator_does():
    assert hasattr(DeepEnsembleClassifier(NET), "predict_proba_raters")
    assert not hasattr(DeepEnsembleClassifier(LogisticRegression()), "predict_proba_raters")


def test_soft_labels_are_the_mean_of_the_copies():
    made = make_rated(60)
    ensemble = DeepEnsembleClassifier(NET, 2, random_state=0).fit(made.X, made.Y)
    expected = np.mean([copy.predict_soft_labels(made.X) for copy in ensemble.estimators_], axis=0)
    np.testing.assert_array_equal(ensemble.predict_soft_labels(made.X), expected)
    assert not hasattr(DeepEnsembleClassifier(small_blstm()), "predict_soft_labels")
