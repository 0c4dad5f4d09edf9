"""Fusions: what each learns from, its class weights, in-sample and out-of-fold."""

import numpy as np
import pytest
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.ensemble import RandomForestClassifier, StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from made import CLASSES, FEW, GROUPS, X, Y, accuracy, make_rated, small_blstm, small_stack
from sklearn_raters._rated import RatedSamples
from sklearn_raters.consensus import hard_labels, soft_labels
from sklearn_raters.model_selection import ConsensusStratifiedGroupKFold
from sklearn_raters.ratings import Task
from sklearn_raters.stacking._fusion import Split, fusion_splits, represented_samples
from sklearn_raters.stacking._logistic_layer import STRENGTHS

FUSIONS = ["pool", "logistic", "softmax", "mean", "mixture", LogisticRegression(C=0.01)]


class CountedPredictions(LogisticRegression):
    """Remembers how many samples each call of `predict_proba` was for."""

    n_samples = []

    def predict_proba(self, X):
        CountedPredictions.n_samples.append(len(X))
        return super().predict_proba(X)


def test_each_view_represents_the_samples_with_a_consensus_once():
    CountedPredictions.n_samples.clear()
    model = small_stack(CountedPredictions(), fusion="softmax", views=["crowd_hard", "crowd_soft"]).fit(X, Y)
    assert CountedPredictions.n_samples == [len(model.view_rows_[0])] * 2


def test_the_fusion_learns_from_the_representations_side_by_side():
    model = small_stack(small_blstm(), fusion=LogisticRegression(), views=["crowd_hard", "E1"])
    model.fit(FEW.X, FEW.Y)
    assert model.fusion_.n_features_in_ == 2 * 16
    rows = model.view_rows_[0]
    Z = np.hstack([view.transform(FEW.X[rows]) for view in model.estimators_])
    expected = LogisticRegression().fit(Z, hard_labels(FEW.Y)[rows].tolist())
    np.testing.assert_allclose(model.fusion_.coef_, expected.coef_, atol=1e-5)


def test_the_fusion_learns_from_posteriors_of_views_without_transform():
    model = small_stack(fusion=LogisticRegression(), views=["crowd_hard", "E1"]).fit(X, Y)
    rows = model.view_rows_[0]
    Z = model.predict_proba_views(X[rows]).reshape(len(rows), -1)
    expected = LogisticRegression().fit(Z, hard_labels(Y)[rows].tolist())
    np.testing.assert_allclose(model.fusion_.coef_, expected.coef_, atol=1e-5)


def test_the_penalty_of_the_logistic_layer_is_chosen_on_held_out_groups():
    # Forests know their training samples by heart: on these the weakest penalty looks best.
    model = small_stack(RandomForestClassifier(10, random_state=0), fusion="logistic").fit(
        X, Y, groups=GROUPS
    )
    assert STRENGTHS[-1] > model.fusion_[-1].C
    assert accuracy(model) > 0.8


# A mixture changes the views' weights alone, which need not change a recall: see test_mixture.
@pytest.mark.parametrize("class_weight", ["balanced", {"sad": 8.0, "angry": 1.0, "neutral": 1.0}], ids=str)
@pytest.mark.parametrize("fusion", [fusion for fusion in FUSIONS if fusion != "mixture"])
def test_class_weights_raise_the_recall_of_a_rare_class(fusion, class_weight):
    def rare(made):
        kept = np.flatnonzero((made.truth != "sad") | (np.arange(len(made.X)) % 6 == 0))
        noise = np.random.default_rng(0).normal(size=(len(kept), 4)) * 2
        return made.X[kept] + noise, made.Y.iloc[kept], made.truth[kept]

    noisy, ratings, _ = rare(make_rated())
    new, _, truth = rare(make_rated(900, seed=1))

    def recall(class_weight):
        model = small_stack(fusion=fusion, classes=CLASSES, class_weight=class_weight).fit(noisy, ratings)
        return (model.predict(new) == "sad")[truth == "sad"].mean()

    assert recall(class_weight) > recall(None) + 0.1


def test_the_mean_of_one_view_equals_that_view():
    model = small_stack(fusion="mean", views=["E1"]).fit(X, Y)
    np.testing.assert_allclose(model.predict_proba(X), model.predict_proba_views(X)[:, 0])
    assert model.fusion_ is None


def test_the_mean_averages_the_posteriors_of_the_views():
    model = small_stack(fusion="mean").fit(X, Y)
    np.testing.assert_allclose(model.predict_proba(X), model.predict_proba_views(X).mean(axis=1))


def test_balanced_class_weights_divide_the_posterior_of_each_view_by_its_class_shares():
    model = small_stack(fusion="mean", class_weight="balanced").fit(X, Y)
    names = model.classes_.tolist()
    corrected = []
    for place, name in enumerate(model.views_):
        if name == "crowd_hard":
            mass = [(hard_labels(Y) == label).sum() for label in names]
        else:
            soft = soft_labels(Task(Y if name == "crowd_soft" else Y[[name]], names))
            mass = np.nansum(soft, axis=0)
        ratio = model.predict_proba_views(X)[:, place] / np.array(mass, dtype=float)
        corrected.append(ratio / ratio.sum(axis=1, keepdims=True))
    np.testing.assert_allclose(model.predict_proba(X), np.mean(corrected, axis=0))


@pytest.mark.parametrize("fusion", FUSIONS)
def test_every_fusion_finds_the_truth_out_of_fold(fusion):
    model = small_stack(fusion=fusion, cv=GroupKFold(3), views=["crowd_hard", "crowd_soft"])
    assert accuracy(model.fit(X, Y, groups=GROUPS)) > 0.85


@pytest.mark.parametrize("cv", [KFold(3), GroupKFold(3), StratifiedGroupKFold(3)], ids=str)
def test_out_of_fold_the_fusion_learns_from_views_that_have_not_seen_the_sample(cv):
    exact = LogisticRegression(tol=1e-9)
    strata = [str(label) for label in hard_labels(Y)]
    groups = None if isinstance(cv, KFold) else GROUPS
    model = small_stack(exact, fusion=exact, cv=cv, views=["crowd_hard"]).fit(X, Y, groups=groups)
    rows = model.view_rows_[0]
    labels = np.array(hard_labels(Y)[rows].tolist())
    Z = np.empty((len(rows), 3))
    for train, test in cv.split(X, strata, groups):
        inside, outside = np.isin(rows, train), np.isin(rows, test)
        Z[outside] = exact.fit(X[rows][inside], labels[inside]).predict_proba(X[rows][outside])
    np.testing.assert_allclose(model.fusion_.coef_, exact.fit(Z, labels).coef_, atol=1e-6)
    # The views that predict have seen all samples.
    expected = exact.fit(X[rows], labels).predict_proba(X)
    np.testing.assert_allclose(model.predict_proba_views(X)[:, 0], expected, atol=1e-6)


def test_networks_are_fused_out_of_fold_by_their_posteriors():
    model = small_stack(small_blstm(), cv=3, views=["crowd_hard"], fusion=LogisticRegression())
    assert model.fit(FEW.X, FEW.Y).fusion_.n_features_in_ == 3


class Grouped(LogisticRegression):
    """Remembers the groups that it was given."""

    __metadata_request__fit = {"groups": True}

    def fit(self, X, y, sample_weight=None, groups=None):
        self.groups_ = None if groups is None else np.asarray(groups)
        return super().fit(X, y, sample_weight=sample_weight)


class GroupedFusion(Grouped):
    """Takes groups, but no weights."""

    def fit(self, X, y, groups=None):
        return super().fit(X, y, groups=groups)


@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize("in_pipeline", [False, True])
def test_views_and_fusion_get_the_groups_of_their_samples(routing, in_pipeline):
    estimator = make_pipeline(StandardScaler(), Grouped()) if in_pipeline else Grouped()
    with sklearn.config_context(enable_metadata_routing=routing):
        model = small_stack(estimator, views=["crowd_hard", "E1"], fusion=GroupedFusion())
        model.fit(X, Y, groups=GROUPS)
    hard, rater = model.estimators_
    hard = hard[-1] if in_pipeline else hard
    np.testing.assert_array_equal(hard.groups_, GROUPS[model.view_rows_[0]])
    np.testing.assert_array_equal(model.fusion_.groups_, GROUPS[model.view_rows_[0]])
    rater = rater.estimator_[-1].estimator_ if in_pipeline else rater.estimator_
    soft = soft_labels(Y[["E1"]])[model.view_rows_[1]]
    np.testing.assert_array_equal(rater.groups_, np.repeat(GROUPS[model.view_rows_[1]], soft.shape[1]))


def test_the_hold_out_keeps_groups_whole():
    # Each group's samples are copies of one: torn apart, views could know the held-out ones by heart.
    truth = np.random.default_rng(0).integers(3, size=30)
    copies = np.repeat(np.random.default_rng(1).normal(size=(30, 4)), 5, axis=0)
    labels = np.array(CLASSES)[np.repeat(truth, 5)]
    stack = small_stack(RandomForestClassifier(10, random_state=0), fusion="logistic", views=["crowd_hard"])
    whole = clone(stack).fit(copies, labels, groups=np.repeat(np.arange(30), 5))
    torn = clone(stack).fit(copies, labels)
    assert whole.fusion_[-1].C < torn.fusion_[-1].C


def test_the_seed_of_the_stack_seeds_a_classifier_given_as_fusion():
    def proba(seed):
        stack = small_stack(fusion=RandomForestClassifier(5), views=["crowd_hard"], random_state=seed)
        return stack.fit(X, Y).predict_proba(X)

    np.testing.assert_array_equal(proba(0), proba(0))
    assert not np.array_equal(proba(0), proba(1))


SPLITS = [Split(np.array([2, 3, 4, 5]), np.array([0, 1])), Split(np.array([0, 1]), np.array([2, 3, 5]))]
FUSED = np.array([0, 2, 3, 5])  # samples 1 and 4 have no consensus


@pytest.mark.parametrize(
    ("fusion", "cv", "splits", "expected"),
    [
        ("mean", None, [], [None]),
        ("softmax", None, [], [FUSED]),
        ("logistic", None, SPLITS[:1], [FUSED, FUSED]),
        ("mixture", None, SPLITS[:1], [None, FUSED]),
        ("logistic", 2, SPLITS, [None, FUSED[:1], FUSED[1:]]),
        ("logistic", 2, [Split(np.array([0]), np.array([1, 4]))], [None, None]),
        ("pool", None, SPLITS, [None, np.array([0, 1]), np.array([2, 3, 5])]),
    ],
)
def test_views_represent_only_the_samples_that_the_fusion_uses(fusion, cv, splits, expected):
    data = RatedSamples(None, None, Task(["a", "b"] * 3), None, None)
    found = represented_samples(small_stack(fusion=fusion, cv=cv), data, FUSED, splits)
    assert [None if part is None else part.tolist() for part in found] == [
        None if part is None else part.tolist() for part in expected
    ]


def test_samples_without_a_consensus_may_be_in_no_fold():
    labels = np.array(["sad", "sad", "angry", "sad", "angry", "angry", "sad"], dtype=object)
    cv = [(np.array([3, 4, 5, 6]), np.array([0, 1, 2])), (np.array([0, 1, 2]), np.array([3, 4, 5]))]
    with pytest.raises(ValueError, match="1 samples are in none or in several"):
        fusion_splits(small_stack(cv=cv), [], labels, None, 0, None)
    labels[6] = None  # in no test part
    splits = fusion_splits(small_stack(cv=cv), [], labels, None, 0, None)
    assert [split.test.tolist() for split in splits] == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize("groups", [None, GROUPS], ids=["samples", "groups"])
@pytest.mark.parametrize("fusion", ["pool", "logistic", "mixture", "softmax"])
def test_a_number_of_folds_divides_the_samples_that_have_a_weight(fusion, groups):
    weight = np.where(np.arange(len(X)) % 7 == 3, 0.0, 1.0)
    rows = np.flatnonzero(weight)
    with_all = small_stack(fusion=fusion, cv=3).fit(X, Y, sample_weight=weight, groups=groups)
    without = small_stack(fusion=fusion, cv=3)
    without.fit(X[rows], Y.iloc[rows], groups=None if groups is None else groups[rows])
    np.testing.assert_allclose(with_all.predict_proba(X), without.predict_proba(X), atol=1e-3)


class HalvesSplitter:
    """A splitter of one's own, which takes groups and does without them."""

    def split(self, X, y=None, groups=None):
        return KFold(2).split(X)

    def get_n_splits(self, X=None, y=None, groups=None):
        return 2


@pytest.mark.parametrize("cv", [HalvesSplitter(), ConsensusStratifiedGroupKFold(2)], ids=["own", "consensus"])
def test_splitters_that_can_do_without_groups_split_samples(cv):
    found = small_stack(fusion="logistic", cv=cv).plan(X, Y).splits
    ratings = hard_labels(Y)
    expected = list(cv.split(X, ratings))
    for split, (_, test) in zip(found, expected, strict=True):
        np.testing.assert_array_equal(split.test, test)


@pytest.mark.parametrize("in_pipeline", [False, True], ids=["alone", "in a pipeline"])
def test_a_stack_of_scikit_learn_may_be_the_fusion(in_pipeline):
    fusion = StackingClassifier([("lr", LogisticRegression())], cv=2)
    fusion = make_pipeline(StandardScaler(), fusion) if in_pipeline else fusion
    assert accuracy(small_stack(fusion=fusion, views=["crowd_hard", "E1"]).fit(X, Y)) > 0.8


class ListedClasses(ClassifierMixin, BaseEstimator):
    """A classifier whose classes are a list."""

    def fit(self, X, y):
        self.inner_ = LogisticRegression().fit(X, y)
        self.classes_ = self.inner_.classes_.tolist()
        return self

    def predict_proba(self, X):
        return self.inner_.predict_proba(X)


def test_the_classes_of_a_fusion_may_be_a_list():
    found, expected = (
        small_stack(fusion=fusion, views=["crowd_hard", "E1"]).fit(X, Y).predict_proba(X)
        for fusion in (ListedClasses(), LogisticRegression())
    )
    np.testing.assert_array_equal(found, expected)
