"""Calibration of classifiers that take ratings."""

import numpy as np
import pytest
import sklearn
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from made import GROUPS, CountedFits, X, Y, make_rated, small_stack
from sklearn_raters import (
    CalibratedRatersClassifier,
    DeepEnsembleClassifier,
    MultiRaterStackingClassifier,
    RaterNetClassifier,
)
from sklearn_raters._nested import call_inside
from sklearn_raters.calibration import fit_temperature
from sklearn_raters.consensus import hard_labels, labelled_samples, soft_labels
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.metrics import soft_cross_entropy
from sklearn_raters.model_selection import compare, cross_val_predict_raters
from sklearn_raters.ratings import Task

NEW = make_rated(300, seed=1)


def cross_entropy(model, method, shares):
    """Return the mean cross-entropy of a model's answer for the new samples whose shares are known."""
    known = np.nansum(shares, axis=1) > 0
    return soft_cross_entropy(shares[known].astype(float), getattr(model, method)(NEW.X[known]))


class GivenLabels(ClassifierMixin, BaseEstimator):
    """A classifier of ratings that predicts the consensus only."""

    _takes_ratings = True

    def fit(self, X, y, groups=None):
        kept, labels = labelled_samples(hard_labels(Task(y)))
        self.tree_ = DecisionTreeClassifier(max_depth=3).fit(np.asarray(X)[kept], labels.tolist())
        self.classes_ = self.tree_.classes_
        return self

    def predict_proba(self, X):
        return self.tree_.predict_proba(X)


def test_the_temperature_of_tempered_probabilities_is_found_again():
    rng = np.random.default_rng(0)
    proba = rng.dirichlet([1, 1, 1], size=20_000)
    codes = (proba.cumsum(axis=1) > rng.random((len(proba), 1))).argmax(axis=1)
    labels = np.eye(3)[codes]
    assert fit_temperature(proba, labels) == pytest.approx(1, abs=0.05)
    too_sure = proba**3 / (proba**3).sum(axis=1, keepdims=True)
    assert fit_temperature(too_sure, labels) == pytest.approx(3, abs=0.15)


def test_an_overconfident_stack_becomes_calibrated_and_keeps_its_labels():
    stack = small_stack(DecisionTreeClassifier(random_state=0), fusion="mean", alpha=0)
    plain = stack.fit(X, Y)
    clf = CalibratedRatersClassifier(stack, random_state=0).fit(X, Y, groups=GROUPS)
    assert clf.temperature_ > 1
    before, after = (
        log_loss(NEW.truth, model.predict_proba(NEW.X), labels=model.classes_) for model in (plain, clf)
    )
    assert after < before - 0.1
    np.testing.assert_array_equal(clf.predict(NEW.X), plain.predict(NEW.X))
    most_likely, before = (model.predict_proba_raters(NEW.X).argmax(axis=2) for model in (clf, plain))
    np.testing.assert_array_equal(most_likely, before)
    assert clf.raters_ == plain.raters_


@pytest.mark.parametrize(
    "estimator",
    [
        RaterNetClassifier("multitask", max_epochs=40, random_state=0),
        DeepEnsembleClassifier(RaterNetClassifier("crowd_layer", max_epochs=40), 2, random_state=0),
    ],
    ids=["network", "ensemble"],
)
def test_each_answer_of_a_network_has_the_temperature_that_suits_held_out_labels(estimator):
    splits = list(GroupKFold(3).split(X, groups=GROUPS))
    clf = CalibratedRatersClassifier(estimator, cv=splits).fit(X, Y, groups=GROUPS)
    task = Task(Y, clf.classes_.tolist())
    of_raters = [soft_labels(task.of_rater(name), alpha=0, outside_majority="keep") for name in clf.raters_]
    majority = np.array(hard_labels(task), dtype=object)[:, None] == clf.classes_
    answers = {
        "predict_proba": (majority.astype(float), clf.temperature_),
        "predict_soft_labels": (soft_labels(task, alpha=0), clf.soft_temperature_),
        "predict_proba_raters": (np.stack(of_raters, axis=1), clf.rater_temperature_),
    }
    for method, (labels, temperature) in answers.items():
        held_out = cross_val_predict_raters(estimator, X, Y, groups=GROUPS, cv=splits, method=method)
        known = np.nansum(labels, axis=-1) > 0
        losses = [
            soft_cross_entropy(
                labels[known], softmax(np.log(held_out[known]) / (temperature * factor), axis=1)
            )
            for factor in (0.9, 1, 1.1)
        ]
        assert losses[1] < min(losses[0], losses[2])
        before, after = (getattr(model, method)(NEW.X) for model in (clf.estimator_, clf))
        np.testing.assert_allclose(after, softmax(np.log(before) / temperature, axis=-1), atol=1e-12)


def test_the_shares_of_a_stack_are_calibrated_too():
    stack = small_stack(DecisionTreeClassifier(random_state=0), fusion="mean", alpha=0)
    shares = soft_labels(Task(NEW.Y, stack.fit(X, Y).classes_.tolist()), alpha=0)
    clf = CalibratedRatersClassifier(stack, random_state=0).fit(X, Y, groups=GROUPS)
    before, after = (cross_entropy(one, "predict_soft_labels", shares) for one in (stack, clf))
    assert after < before - 0.05
    np.testing.assert_allclose(clf.predict_soft_labels(NEW.X).sum(axis=1), 1)


def test_single_raters_are_calibrated_by_name_and_unknown_ones_as_the_consensus():
    stack = make_pipeline(StandardScaler(), small_stack(fusion="mean"))
    clf = CalibratedRatersClassifier(stack, cv=2, random_state=0).fit(X, Y, groups=GROUPS)
    with pytest.warns(InputWarning, match="no votes of the raters 'unknown'"):
        by_rater = clf.predict_proba_raters(NEW.X, raters=["e3", "unknown"])
    np.testing.assert_array_equal(by_rater[:, 0], clf.predict_proba_raters(NEW.X)[:, 2])
    np.testing.assert_array_equal(by_rater[:, 1], clf.predict_proba(NEW.X))


def test_a_classifier_without_shares_has_none_when_calibrated():
    clf = CalibratedRatersClassifier(GivenLabels())
    assert not hasattr(clf, "predict_soft_labels")
    clf.fit(X, Y, groups=GROUPS)
    assert clf.predict_proba(NEW.X).shape == (300, 3)
    assert not hasattr(clf, "soft_temperature_")


def test_a_sample_of_weight_zero_changes_neither_the_estimator_nor_the_temperature():
    pipeline = make_pipeline(StandardScaler(), small_stack(fusion="mean"))
    splits = list(GroupKFold(3).split(X, groups=GROUPS))
    weight = (GROUPS % 2).astype(float)
    kept = np.flatnonzero(weight)
    kept_splits = [tuple(np.flatnonzero(np.isin(kept, part)) for part in split) for split in splits]
    weighted = CalibratedRatersClassifier(pipeline, cv=splits).fit(X, Y, sample_weight=weight, groups=GROUPS)
    alone = CalibratedRatersClassifier(pipeline, cv=kept_splits).fit(X[kept], Y.iloc[kept])
    assert weighted.temperature_ == pytest.approx(alone.temperature_, rel=1e-3)
    np.testing.assert_allclose(weighted.predict_proba(NEW.X), alone.predict_proba(NEW.X), atol=1e-3)


@pytest.mark.parametrize("groups", [None, GROUPS])
def test_samples_of_weight_zero_fill_no_folds(groups):
    weight = (np.arange(len(X)) < 20).astype(float)  # folds of all samples would train on none of some raters
    kept = np.flatnonzero(weight)
    clf = CalibratedRatersClassifier(small_stack(fusion="mean"), cv=4, random_state=0)
    weighted = clone(clf).fit(X, Y, sample_weight=weight, groups=groups)
    alone = clone(clf).fit(X[kept], Y.iloc[kept], groups=None if groups is None else groups[kept])
    for name in ["temperature_", "soft_temperature_", "rater_temperature_"]:
        assert getattr(weighted, name) == pytest.approx(getattr(alone, name), rel=1e-3)
    np.testing.assert_allclose(weighted.predict_proba(NEW.X), alone.predict_proba(NEW.X), atol=1e-3)


@pytest.mark.parametrize("scaled", [False, True])
def test_a_finished_model_is_calibrated_by_other_raters_without_being_trained(scaled):
    CountedFits.n_fits = 0
    model = small_stack(CountedFits(), fusion="mean")
    model = (make_pipeline(StandardScaler(), model) if scaled else model).fit(X, Y)
    n_fits = CountedFits.n_fits
    others = NEW.Y.set_axis(["E3", "F1", "F2"], axis=1)
    clf = CalibratedRatersClassifier(FrozenEstimator(model)).fit(NEW.X, others)
    assert CountedFits.n_fits == n_fits
    assert clf.estimator_ is model
    assert clf.raters_ == ["E1", "E2", "E3"]
    # Only the votes of E3, the one rater of both, decide the raters' temperature.
    labels = others["E3"]
    one = [isinstance(label, str) for label in labels]
    mass = (labels.to_numpy()[one][:, None] == clf.classes_).astype(float)
    proba = call_inside(model, "predict_proba_raters", NEW.X[one], {})[:, 2]
    assert clf.rater_temperature_ == pytest.approx(fit_temperature(proba, mass), rel=0.05)
    # No rater is among those of the model: the consensus is calibrated all the same.
    strangers = CalibratedRatersClassifier(FrozenEstimator(model)).fit(NEW.X, NEW.Y.to_numpy())
    assert strangers.rater_temperature_ == 1
    assert strangers.temperature_ == pytest.approx(clf.temperature_)


def test_a_finished_model_is_calibrated_by_samples_that_lack_a_class_or_have_a_new_one():
    model = small_stack(fusion="mean").fit(X, Y)
    some = NEW.truth != "angry"
    ratings = np.where(NEW.Y == "angry", None, NEW.Y)[some]
    ratings[:5] = "bored"
    clf = CalibratedRatersClassifier(FrozenEstimator(model)).fit(NEW.X[some], ratings)
    assert clf.classes_.tolist() == model.classes_.tolist()
    assert 0.1 < clf.temperature_ < 3
    assert clf.predict_proba(NEW.X).shape == (300, 3)


def test_a_finished_model_reads_the_ratings_by_its_map():
    task_map = {"sad": "low", "neutral": "low", "angry": "high"}
    model = make_pipeline(StandardScaler(), small_stack(fusion="mean", label_map=task_map)).fit(X, Y)
    clf = CalibratedRatersClassifier(FrozenEstimator(model)).fit(NEW.X, NEW.Y)
    assert clf.classes_.tolist() == ["high", "low"]
    assert clf.score(NEW.X, NEW.Y) > 0.8


def test_a_model_to_calibrate_that_is_not_fitted_is_an_error():
    with pytest.raises(NotFittedError):
        CalibratedRatersClassifier(FrozenEstimator(small_stack())).fit(X, Y)


def test_a_class_in_place_of_an_instance_is_an_error_that_says_so():
    with pytest.raises(TypeError, match="estimator instance"):
        CalibratedRatersClassifier(MultiRaterStackingClassifier).fit(X, Y)


class PairwiseStack(MultiRaterStackingClassifier):
    """A classifier of ratings that says that X is a matrix of kernels."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = True
        return tags


def test_a_matrix_of_kernels_is_refused_before_the_first_training():
    with pytest.raises(InputError, match=r"PairwiseStack takes a precomputed matrix.*the features"):
        CalibratedRatersClassifier(PairwiseStack()).fit(X @ X.T, Y)


def test_calibration_in_a_comparison_keeps_the_unweighted_average_recall():
    stack = small_stack(fusion="mean", views=["crowd_hard"])
    models = {"stack": stack, "calibrated": CalibratedRatersClassifier(stack, cv=GroupKFold(3))}
    table = compare(models, X, Y, groups=GROUPS, cv=3, baseline=None)
    assert table.loc["stack", "uar"] == pytest.approx(table.loc["calibrated", "uar"])
    assert table.loc["stack", "uar"] > 0.8


def test_a_classifier_of_labels_is_an_error_before_the_first_training():
    CountedFits.n_fits = 0
    with pytest.raises(TypeError, match=r"takes ratings.*CalibratedClassifierCV"):
        CalibratedRatersClassifier(CountedFits()).fit(X, Y)
    assert CountedFits.n_fits == 0


def test_a_class_that_a_fold_has_not_learnt_does_not_count_for_the_temperature():
    ratings = Y.copy()
    ratings.iloc[145:] = "rare"  # the samples of one group
    stack = small_stack(views=["crowd_hard"], fusion="mean")
    model = CalibratedRatersClassifier(stack, cv=GroupKFold(3)).fit(X, ratings, groups=GROUPS)
    assert 0.3 < model.temperature_ < 3  # the limit is 148


def test_a_calibration_without_any_majority_is_an_error_before_the_first_training():
    CountedFits.n_fits = 0
    ratings = np.array([["sad", "angry"]] * 150)
    with pytest.raises(ValueError, match="No sample has a majority label"):
        CalibratedRatersClassifier(small_stack(CountedFits())).fit(X, ratings)
    assert CountedFits.n_fits == 0


def test_a_calibration_with_groups_keeps_them_whole_if_cv_is_none():
    stack = small_stack(views=["crowd_hard"], fusion="mean")
    five, none = (
        CalibratedRatersClassifier(stack, cv=cv).fit(X, Y, groups=GROUPS).temperature_ for cv in (5, None)
    )
    assert five == none


def test_fewer_groups_than_folds_are_an_error_that_says_what_to_do():
    CountedFits.n_fits = 0
    stack = small_stack(CountedFits())
    with pytest.raises(ValueError, match="cv=5 folds need as many groups: there are 1"):
        CalibratedRatersClassifier(stack).fit(X, Y, groups=np.zeros(150))
    with pytest.raises(ValueError, match="cv=999 folds need as many samples: n_samples = 150"):
        CalibratedRatersClassifier(stack, cv=999).fit(X, Y)
    assert CountedFits.n_fits == 0


def test_one_probability_of_zero_does_not_make_all_answers_uniform():
    """A forest of few trees says 0 where it is not certain."""
    rng = np.random.default_rng(0)
    proba = rng.dirichlet([2, 2, 2], size=200)
    mass = np.eye(3)[[rng.choice(3, p=row) for row in proba]]
    plain = fit_temperature(proba, mass)
    proba[0], mass[0] = [0, 0.5, 0.5], [1, 0, 0]
    assert 0.7 < plain < 1.3
    assert fit_temperature(proba, mass) < 2.5  # it was 148, the limit


def test_with_metadata_routing_weights_reach_the_fits_alone():
    """scikit-learn's requests do not know the methods for raters and shares."""
    weight = np.linspace(0.5, 2, len(X))
    expected = CalibratedRatersClassifier(small_stack(fusion="mean"), cv=2, random_state=0)
    expected = expected.fit(X, Y, sample_weight=weight)
    with sklearn.config_context(enable_metadata_routing=True):
        stack = small_stack(fusion="mean").set_fit_request(sample_weight=True)
        clf = CalibratedRatersClassifier(stack, cv=2, random_state=0).fit(X, Y, sample_weight=weight)
        np.testing.assert_allclose(clf.predict_proba_raters(X), expected.predict_proba_raters(X))
        np.testing.assert_allclose(clf.predict_soft_labels(X), expected.predict_soft_labels(X))


def test_a_later_fit_leaves_no_temperatures_of_an_earlier_one():
    clf = CalibratedRatersClassifier(small_stack(fusion="mean"), cv=2, random_state=0).fit(X, Y)
    assert clf.rater_temperature_ > 0
    clf.set_params(estimator=GivenLabels()).fit(X, Y)
    assert not hasattr(clf, "rater_temperature_")
    assert not hasattr(clf, "soft_temperature_")
