"""Every fusion: what it learns from, its class weights, in-sample and out-of-fold."""

from pathlib import Path

import numpy as np
import pytest
import sklearn
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, GroupShuffleSplit, KFold, StratifiedGroupKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from made import CLASSES, GROUPS, X, Y, accuracy, small_blstm, small_stack
from sklearn_raters.consensus import hard_labels, soft_labels
from sklearn_raters.ratings import Task
from sklearn_raters.stacking._logistic_layer import STRENGTHS

FUSIONS = ["logistic", "softmax", "mean", "mixture", LogisticRegression(C=0.01)]


@pytest.fixture(scope="module")
def fitted():
    return small_stack().fit(X, Y)


class Counting(LogisticRegression):
    """Counts how often it is asked, by a file each process can append to."""

    def __init__(self, path=None, C=1.0):
        super().__init__(C=C)
        self.path = path

    def predict_proba(self, X):
        with Path(self.path).open("a") as file:
            file.write(f"{len(X)}\n")
        return super().predict_proba(X)


def test_representations_are_computed_once(tmp_path):
    path = tmp_path / "asked"
    model = small_stack(Counting(path), fusion="softmax", views=["crowd_hard", "crowd_soft"]).fit(X, Y)
    n_consensus = len(model.view_rows_[0])
    assert path.read_text().split() == [str(n_consensus)] * 2


def test_the_fusion_sees_the_representations_side_by_side():
    model = small_stack(small_blstm(), fusion=LogisticRegression()).fit(X, Y)
    assert model.fusion_.n_features_in_ == 5 * 16
    rows = model.view_rows_[0]
    Z = np.hstack([view.transform(X[rows]) for view in model.estimators_])
    expected = LogisticRegression().fit(Z, hard_labels(Y)[rows].tolist())
    np.testing.assert_allclose(model.fusion_.coef_, expected.coef_, atol=1e-5)


def test_where_there_is_no_transform_the_posterior_represents(fitted):
    assert fitted.fusion_.n_features_in_ == 5 * 3


def test_the_logistic_layers_strength_is_chosen_on_held_out_groups():
    # A view that knows its training samples by heart: in-sample any strength looks good.
    model = small_stack(RandomForestClassifier(20, random_state=0)).fit(X, Y, groups=GROUPS)
    assert STRENGTHS[-1] > model.fusion_[-1].C
    assert accuracy(model) > 0.8


# A mixture changes the views' weights alone, which need not change a recall: see test_mixture.
@pytest.mark.parametrize("fusion", [fusion for fusion in FUSIONS if fusion != "mixture"])
def test_class_weights_reach_every_fusion(fusion):
    consensus = hard_labels(Y)
    kept = np.flatnonzero((consensus != "sad") | (np.arange(150) % 6 == 0))
    noisy = X[kept] + np.random.default_rng(0).normal(size=(len(kept), 4)) * 2
    ratings = Y.iloc[kept]
    model = small_stack(fusion=fusion, classes=CLASSES)
    recall = []
    for class_weight in (None, "balanced", {"sad": 8.0, "angry": 1.0, "neutral": 1.0}):
        model.set_params(class_weight=class_weight).fit(noisy, ratings)
        recall.append((model.predict(noisy) == "sad")[consensus[kept] == "sad"].mean())
    assert recall[1] > recall[0]
    assert recall[2] > recall[0]


def test_class_weights_that_reach_nothing_are_an_error():
    with pytest.raises(ValueError, match="class_weight='balanced' cannot reach the fusion GaussianNB"):
        small_stack(fusion=GaussianNB(), class_weight="balanced").fit(X, Y)


def test_the_mean_of_one_view_is_that_view():
    model = small_stack(fusion="mean", views=["E1"]).fit(X, Y)
    np.testing.assert_allclose(model.predict_proba(X), model.predict_proba_raters(X)[:, 0])
    assert model.fusion_ is None


def test_the_mean_is_the_mean_and_balanced_divides_by_the_views_priors():
    plain = small_stack(fusion="mean").fit(X, Y)
    np.testing.assert_allclose(plain.predict_proba(X), plain.predict_proba_views(X).mean(axis=1))
    model = small_stack(fusion="mean", class_weight="balanced").fit(X, Y)
    corrected = []
    names = model.classes_.tolist()
    for place, name in enumerate(model.views_):
        if name == "crowd_hard":
            prior = [(hard_labels(Y) == label).sum() for label in names]
        else:
            soft = soft_labels(Task(Y if name == "crowd_soft" else Y[[name]], names))
            prior = np.nansum(soft, axis=0)
        ratio = plain.predict_proba_views(X)[:, place] / np.array(prior, dtype=float)
        corrected.append(ratio / ratio.sum(axis=1, keepdims=True))
    np.testing.assert_allclose(model.predict_proba(X), np.mean(corrected, axis=0))


@pytest.mark.parametrize("fusion", FUSIONS)
@pytest.mark.parametrize("cv", [3, KFold(3), GroupKFold(3), StratifiedGroupKFold(3)], ids=str)
def test_out_of_fold_fusion(fusion, cv):
    groups = None if isinstance(cv, KFold) else GROUPS
    model = small_stack(fusion=fusion, cv=cv, views=["crowd_hard", "crowd_soft"]).fit(X, Y, groups=groups)
    assert accuracy(model) > 0.85


def test_out_of_fold_the_fusion_learns_from_views_that_have_not_seen_the_sample():
    cv = GroupKFold(3)
    model = small_stack(fusion=LogisticRegression(), cv=cv, views=["crowd_hard"]).fit(X, Y, groups=GROUPS)
    rows = model.view_rows_[0]
    labels = np.array(hard_labels(Y)[rows].tolist())
    Z = np.empty((len(rows), 3))
    for train, test in cv.split(X, groups=GROUPS):
        inside, outside = np.isin(rows, train), np.isin(rows, test)
        Z[outside] = LogisticRegression().fit(X[rows][inside], labels[inside]).predict_proba(X[rows][outside])
    np.testing.assert_allclose(model.fusion_.coef_, LogisticRegression().fit(Z, labels).coef_, atol=1e-6)
    # The views that answer have seen all samples.
    expected = LogisticRegression().fit(X[rows], labels).predict_proba(X)
    np.testing.assert_allclose(model.predict_proba_views(X)[:, 0], expected, atol=1e-6)


def test_networks_are_fused_out_of_fold_by_their_posteriors():
    model = small_stack(small_blstm(), cv=3, views=["crowd_hard", "E1"], fusion=LogisticRegression()).fit(
        X, Y
    )
    assert model.fusion_.n_features_in_ == 2 * 3
    assert accuracy(model) > 0.85


def test_out_of_fold_parts_must_hold_each_sample_once():
    with pytest.raises(ValueError, match="must hold each sample once, as those of KFold"):
        small_stack(cv=GroupShuffleSplit(2, random_state=0)).fit(X, Y, groups=GROUPS)


class Grouped(LogisticRegression):
    """Remembers the groups that it was given."""

    __metadata_request__fit = {"groups": True}

    def fit(self, X, y, sample_weight=None, groups=None):
        self.groups_ = None if groups is None else np.asarray(groups)
        return super().fit(X, y, sample_weight=sample_weight)


@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize("wrap", [lambda inner: inner, lambda inner: make_pipeline(StandardScaler(), inner)])
def test_groups_reach_views_and_hold_outs(routing, wrap):
    seen = []

    class Fusion(Grouped):
        def fit(self, X, y, groups=None):
            seen.append(np.asarray(groups))
            return super().fit(X, y, groups=groups)

    with sklearn.config_context(enable_metadata_routing=routing):
        model = small_stack(wrap(Grouped()), views=["crowd_hard", "E1"], fusion=Fusion())
        model.fit(X, Y, groups=GROUPS)
    hard = model.estimators_[0]
    hard = hard[-1] if hasattr(hard, "steps") else hard
    np.testing.assert_array_equal(hard.groups_, GROUPS[model.view_rows_[0]])
    np.testing.assert_array_equal(seen[0], GROUPS[model.view_rows_[0]])
    rater = model.estimators_[1].estimator_
    rater = rater[-1].estimator_ if hasattr(rater, "steps") else rater
    soft = soft_labels(Y[["E1"]])[model.view_rows_[1]]
    np.testing.assert_array_equal(rater.groups_, np.repeat(GROUPS[model.view_rows_[1]], soft.shape[1]))


def test_the_hold_out_keeps_groups_whole():
    # Each group's samples are copies of one: torn apart, views could know the held-out ones by heart.
    truth = np.random.default_rng(0).integers(3, size=30)
    copies = np.repeat(np.random.default_rng(1).normal(size=(30, 4)), 5, axis=0)
    labels = np.array(CLASSES)[np.repeat(truth, 5)]
    forest = RandomForestClassifier(30, random_state=0)
    whole = small_stack(forest, views=["crowd_hard"]).fit(copies, labels, groups=np.repeat(np.arange(30), 5))
    torn = small_stack(forest, views=["crowd_hard"]).fit(copies, labels)
    assert whole.fusion_[-1].C < torn.fusion_[-1].C


def test_the_seed_is_that_of_a_classifier_as_fusion_too():
    first, second = (
        small_stack(fusion=RandomForestClassifier(5)).fit(X, Y).predict_proba(X) for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)
    other = small_stack(fusion=RandomForestClassifier(5), random_state=1).fit(X, Y).predict_proba(X)
    assert not np.array_equal(first, other)
