"""Out-of-fold predictions of samples with ratings."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    ShuffleSplit,
    StratifiedGroupKFold,
    StratifiedKFold,
    cross_val_predict,
)
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from made import CLASSES, CountedFits, as_cube, as_sequences, make_rated, small_stack
from sklearn_raters import DeepEnsembleClassifier, MultiRaterStackingClassifier, SoftTargetClassifier
from sklearn_raters._align import align
from sklearn_raters.consensus import hard_labels, labelled_samples
from sklearn_raters.metrics import rater_uar, uar_scorer
from sklearn_raters.model_selection import cross_val_predict_raters
from sklearn_raters.ratings import Task, sort_labels

DATA = make_rated(90)
X, Y, GROUPS = DATA.X, DATA.Y, DATA.groups
SORTED = sorted(CLASSES)


class RatersClassifier(ClassifierMixin, BaseEstimator):
    """A small estimator that takes ratings: one Gaussian naive Bayes for each rater, and their mean."""

    _takes_ratings = True
    __metadata_request__fit = {"groups": True}

    def __init__(self, classes=None, needs_groups=False):
        self.classes = classes
        self.needs_groups = needs_groups

    def fit(self, X, Y, groups=None):
        if self.needs_groups:
            assert len(groups) == len(X)
        task = Task(Y, self.classes)
        X = np.asarray(X)
        self.models_ = {}
        for rater in task.raters:
            rows, labels = labelled_samples(hard_labels(task.of_rater(rater)))
            if len(rows):
                self.models_[rater] = GaussianNB().fit(X[rows], labels)
        self.raters_ = self.views_ = list(self.models_)
        learnt = {label for model in self.models_.values() for label in model.classes_.tolist()}
        self.classes_ = np.array(sort_labels(learnt))
        return self

    def predict_proba_raters(self, X):
        X = np.asarray(X)
        by_rater = [
            align(model.predict_proba(X), model.classes_, self.classes_) for model in self.models_.values()
        ]
        return np.stack(by_rater, axis=1)

    predict_proba_views = predict_proba_raters

    def predict_proba(self, X):
        return self.predict_proba_raters(X).mean(axis=1)

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


class MeanFrames(TransformerMixin, BaseEstimator):
    """Turn sequences of frames into their means."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return np.array([np.mean(frames, axis=0) for frames in X])


def test_ratings_reach_fit_unchanged_unlike_in_cross_val_predict_of_scikit_learn():
    truth = np.where(X[:, 0] > 0, "b", "a")
    # The third rater uses other classes than the others; encoding each column separately would hide that.
    ratings = np.column_stack([truth, truth, np.where(truth == "b", "d", "c")])
    seen = []

    class Watching(MultiOutputClassifier):
        def fit(self, X, Y):
            seen.append(np.unique(np.asarray(Y).astype(str)))
            return super().fit(X, Y)

    class WatchingRatings(RatersClassifier):
        def fit(self, X, Y, groups=None):
            seen.append(np.unique(np.asarray(Y).astype(str)))
            return super().fit(X, Y)

    cross_val_predict(Watching(GaussianNB()), X, ratings, cv=KFold(3), method="predict_proba")
    assert [labels.tolist() for labels in seen] == [["0", "1"]] * 3
    seen.clear()
    predictions, names = cross_val_predict_raters(WatchingRatings(), X, ratings, cv=3, return_names=True)
    assert [labels.tolist() for labels in seen] == [["a", "b", "c", "d"]] * 3
    assert names == {"classes": ["a", "b", "c", "d"]}
    assert predictions.shape == (90, 4)


@pytest.mark.parametrize("method", ["predict", "predict_proba"])
def test_ordinary_labels_give_the_predictions_of_scikit_learn(method):
    model = LogisticRegression()
    ours = cross_val_predict_raters(model, X, DATA.truth, cv=KFold(4), method=method)
    np.testing.assert_array_equal(ours, cross_val_predict(model, X, DATA.truth, cv=KFold(4), method=method))


@pytest.mark.parametrize("method", ["predict", "predict_proba", "predict_proba_raters"])
@pytest.mark.parametrize("n_jobs", [None, 2])
def test_predictions_are_those_of_a_loop_over_folds(method, n_jobs):
    ours = cross_val_predict_raters(
        RatersClassifier(), X, Y, groups=GROUPS, cv=3, method=method, n_jobs=n_jobs
    )
    for train, test in GroupKFold(3).split(X, groups=GROUPS):
        fitted = RatersClassifier().fit(X[train], Y.iloc[train])
        np.testing.assert_array_equal(ours[test], getattr(fitted, method)(X[test]))


@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize("wrap", [lambda model: model, lambda model: make_pipeline(StandardScaler(), model)])
def test_groups_reach_fit(wrap, routing):
    with sklearn.config_context(enable_metadata_routing=routing):
        cross_val_predict_raters(wrap(RatersClassifier(needs_groups=True)), X, Y, groups=GROUPS)


@pytest.mark.parametrize("form", [as_sequences, lambda rows: np.array(as_sequences(rows), dtype=object)])
def test_sequences_in_lists_and_in_object_arrays(form):
    expected = cross_val_predict_raters(RatersClassifier(), X.astype(np.float32), Y)
    model = make_pipeline(MeanFrames(), RatersClassifier())
    np.testing.assert_allclose(cross_val_predict_raters(model, form(X), Y), expected, rtol=1e-4)


def test_tables_as_data_frames():
    expected = cross_val_predict_raters(RatersClassifier(), X, Y)
    np.testing.assert_array_equal(cross_val_predict_raters(RatersClassifier(), pd.DataFrame(X), Y), expected)


@pytest.mark.parametrize("form", [lambda table: Task(table, SORTED), as_cube], ids=["task", "cube"])
def test_every_form_of_ratings_gives_the_same(form):
    stack = small_stack(classes=SORTED, views=["crowd_hard"], fusion="mean")
    expected = cross_val_predict_raters(stack, X, Y, groups=GROUPS, cv=3)
    predictions = cross_val_predict_raters(stack, X, form(Y), groups=GROUPS, cv=3)
    np.testing.assert_allclose(predictions, expected)


def test_a_task_names_the_classes_of_a_stack_and_of_other_models():
    task = Task(Y, ["sad", "angry"], {"neutral": "angry"})
    for model in (small_stack(fusion="mean"), LogisticRegression()):
        _, names = cross_val_predict_raters(model, X, task, cv=3, return_names=True)
        assert names["classes"] == ["sad", "angry"]


@pytest.mark.parametrize("model", [LogisticRegression(), SoftTargetClassifier(LogisticRegression())])
def test_probabilities_of_any_classifier_have_the_order_of_the_classes_of_a_task(model):
    task = Task(Y, CLASSES)
    assert sorted(CLASSES) != CLASSES
    proba, labels = cross_val_predict_raters(model, X, task, cv=3, method=["predict_proba", "predict"])
    np.testing.assert_array_equal(np.array(CLASSES)[proba.argmax(axis=1)], labels)


@pytest.mark.parametrize("method", ["predict_proba_raters", "predict_proba_views"])
def test_raters_and_views_of_a_pipeline(method):
    model = make_pipeline(StandardScaler(), RatersClassifier(classes=SORTED))
    predictions, names = cross_val_predict_raters(model, X, Y, method=method, return_names=True)
    assert names[method.rpartition("_")[2]] == ["E1", "E2", "E3"]
    # Chance is a third; each rater guesses in 15 % of the samples.
    assert min(rater_uar(Task(Y, SORTED), predictions).values()) > 0.6


def test_raters_of_a_search():
    search = GridSearchCV(RatersClassifier(), {"needs_groups": [False]}, cv=GroupKFold(2), scoring=uar_scorer)
    by_search, alone = (
        cross_val_predict_raters(model, X, Y, groups=GROUPS, cv=3, method="predict_proba_raters")
        for model in (search, RatersClassifier())
    )
    np.testing.assert_array_equal(by_search, alone)


def test_a_rater_without_ratings_in_a_fold_is_nan_there():
    folds = KFold(2)
    first, second = (test for _, test in folds.split(X))
    ratings = Y.copy()
    ratings.loc[first, "E2"] = None
    predictions, names = cross_val_predict_raters(
        RatersClassifier(), X, ratings, cv=folds, method="predict_proba_raters", return_names=True
    )
    assert names["raters"] == ["E1", "E2", "E3"]
    assert np.isnan(predictions[second][:, 1]).all()
    assert not np.isnan(predictions[second][:, [0, 2]]).any()
    assert not np.isnan(predictions[first]).any()


def test_a_class_that_a_fold_has_not_learnt_has_probability_zero_there():
    folds = KFold(2)
    first, second = (test for _, test in folds.split(X))
    ratings = Y.copy()
    ratings.loc[second] = ratings.loc[second].map(lambda label: None if label == "sad" else label)
    predictions, names = cross_val_predict_raters(RatersClassifier(), X, ratings, cv=folds, return_names=True)
    assert names == {"classes": SORTED}
    assert (predictions[first][:, 2] == 0).all()
    np.testing.assert_allclose(predictions.sum(axis=1), 1)


def test_crowd_views_come_before_raters_that_are_numbers():
    ratings = Y.set_axis([0, 1, 2], axis="columns")
    ratings.loc[:44, 1] = None
    _, names = cross_val_predict_raters(
        small_stack(fusion="mean"), X, ratings, cv=KFold(2), method="predict_proba_views", return_names=True
    )
    assert names["views"] == ["crowd_hard", "crowd_soft", 0, 1, 2]


def test_estimators_without_ratings_learn_the_consensus():
    ours = cross_val_predict_raters(LogisticRegression(), X, Y, cv=KFold(3))
    y = hard_labels(Y)
    for train, test in KFold(3).split(X):
        rated = [row for row in train if y[row] is not None]
        model = LogisticRegression().fit(X[rated], y[rated].tolist())
        np.testing.assert_array_equal(ours[test], model.predict_proba(X[test]))


@pytest.mark.parametrize("wrap", [lambda stack: stack, DeepEnsembleClassifier])
def test_stratified_folds_use_the_classes_of_the_estimator(wrap):
    seen = []

    class Watching(StratifiedKFold):
        def split(self, X, y, groups=None):
            seen.append(y)
            return super().split(X, y, groups)

    stack = small_stack(classes=["sad", "angry"], label_map={"neutral": "angry"}, fusion="mean")
    cross_val_predict_raters(wrap(stack), X, Y, cv=Watching(3))
    strata = [str(label) for label in hard_labels(Task(Y, ["sad", "angry"], {"neutral": "angry"}))]
    np.testing.assert_array_equal(seen[0], np.unique(strata, return_inverse=True)[1])


def test_params_are_cut_to_the_fold():
    weight = np.where(hard_labels(Y) == "sad", 1e-9, 1.0)
    predicted = cross_val_predict_raters(
        LogisticRegression(), X, Y, params={"sample_weight": weight}, method="predict"
    )
    assert "sad" not in predicted
    others = DATA.truth != "sad"
    assert np.mean(predicted[others] == DATA.truth[others]) > 0.9


@pytest.mark.parametrize("cv", [StratifiedKFold(3), StratifiedGroupKFold(3)])
def test_splitters_that_stratify(cv):
    predictions = cross_val_predict_raters(RatersClassifier(), X, Y, groups=GROUPS, cv=cv)
    strata = [str(label) for label in hard_labels(Y)]
    groups = {"groups": GROUPS} if isinstance(cv, StratifiedGroupKFold) else {}
    for train, test in cv.split(X, np.unique(strata, return_inverse=True)[1], **groups):
        expected = RatersClassifier().fit(X[train], Y.iloc[train]).predict_proba(X[test])
        np.testing.assert_array_equal(predictions[test], expected)


def never_fitted(*_):
    raise AssertionError("fitted before the error")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"cv": GroupKFold(3)}, "GroupKFold.*groups is None.*sessions"),
        ({"cv": 19, "groups": GROUPS}, "cv=19 must .* groups, here 18. Give another cv, or finer groups"),
        ({"cv": 5, "groups": GROUPS * 0}, "cv=5 must .* groups, here 1."),
        ({"cv": 91}, "cv=91 must .* samples, here 90"),
        ({"cv": 1}, "cv=1 must be at least 2 folds"),
        ({"Y": Y[:-1]}, "X has 90, Y has 89"),
        ({"groups": GROUPS[:3]}, "X has 90, groups has 3"),
        ({"method": "decision_function"}, "method must be one of"),
        ({"cv": ShuffleSplit(5, random_state=0)}, "more than once"),
        ({"cv": list(KFold(3).split(X))[:1]}, "The folds of cv test 30 of 90 samples"),
        (
            {"Y": [["sad", "angry"]] * 89 + [["sad", "sad"]]},
            "None of the 72 training samples of a fold has a consensus, .* Dummy",
        ),
    ],
)
def test_wrong_input_is_refused_before_any_fit(params, message, monkeypatch):
    monkeypatch.setattr(DummyClassifier, "fit", never_fitted)
    with pytest.raises(ValueError, match=message):
        cross_val_predict_raters(DummyClassifier(), X, **{"Y": Y, **params})


def test_a_class_that_one_fold_cannot_learn_is_told_with_the_fold():
    Y = [["a", "a", "b"], ["b", "b", "a"]] * 30 + [["c", "c", "a"]] * 30
    Y[0] = ["a", "a", "c"]
    groups = np.repeat([0, 1, 2], 30)
    with pytest.raises(
        ValueError, match=r"training part of fold \d \(60 samples\): No sample's .* 'c'.*larger"
    ):
        cross_val_predict_raters(MultiRaterStackingClassifier(), X, Y, cv=3, groups=groups)


def test_soft_labels_out_of_fold_are_those_of_a_loop_over_folds():
    folds = list(KFold(2).split(X))
    ours = cross_val_predict_raters(small_stack(), X, Y, cv=folds, method="predict_soft_labels")
    for train, test in folds:
        expected = small_stack().fit(X[train], Y.iloc[train]).predict_soft_labels(X[test])
        np.testing.assert_array_equal(ours[test], expected)


def test_a_method_that_the_estimator_does_not_have():
    with pytest.raises(AttributeError, match="DummyClassifier has no method predict_proba_raters"):
        cross_val_predict_raters(DummyClassifier(), X, Y, method="predict_proba_raters")


def test_several_methods_are_asked_after_one_training_a_fold():
    CountedFits.n_fits = 0
    stack = small_stack(CountedFits(), views=["raters"], fusion="mean")
    methods = ["predict_proba_raters", "predict_soft_labels", "predict"]
    together, names = cross_val_predict_raters(stack, X, Y, cv=3, method=methods, return_names=True)
    assert CountedFits.n_fits == 3 * 3  # folds and raters
    for method, predictions, axes in zip(methods, together, names, strict=True):
        alone, its_axes = cross_val_predict_raters(stack, X, Y, cv=3, method=method, return_names=True)
        np.testing.assert_array_equal(predictions, alone)
        assert axes == its_axes


@pytest.mark.parametrize("method", [[], ["predict", "transform"], "transform"])
def test_an_unknown_method_is_an_error_before_the_first_training(method):
    CountedFits.n_fits = 0
    with pytest.raises(ValueError, match=r"method must be one of .* or a list of them"):
        cross_val_predict_raters(CountedFits(), X, Y, cv=3, method=method)
    assert CountedFits.n_fits == 0


def test_weights_of_samples_are_paired_by_their_index():
    names = [f"s{row}" for row in range(90)]
    table, ratings = pd.DataFrame(X, names), DATA.Y.set_axis(names)
    weight = pd.Series(np.random.default_rng(0).random(90) * 3, names)
    shuffled = weight.sample(frac=1, random_state=0)
    expected, found = (
        cross_val_predict_raters(LogisticRegression(), table, ratings, cv=3, params={"sample_weight": one})
        for one in (weight, shuffled)
    )
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("samples", "stack"),
    [
        (csr_array(X), MultiRaterStackingClassifier(view_params={"crowd_soft": {"C": 0.1}})),
        (
            as_sequences(X),
            MultiRaterStackingClassifier(
                views=["crowd_soft"], view_params={"crowd_soft": {"max_epochs": 1}}, fusion="mean"
            ),
        ),
    ],
    ids=["sparse", "frames"],
)
def test_settings_of_default_views_are_checked_for_the_form_of_the_samples(samples, stack):
    assert cross_val_predict_raters(stack, samples, Y, groups=GROUPS, cv=2).shape == (90, 3)


def test_settings_of_default_views_behind_steps_that_read_texts_are_left_to_the_fit():
    texts = np.array([" ".join(np.array(["low", "high"])[(row > 1).astype(int)]) for row in X], dtype=object)
    stack = MultiRaterStackingClassifier(views=["crowd_soft"], view_params={"crowd_soft": {"C": 0.1}})
    found = cross_val_predict_raters(make_pipeline(CountVectorizer(), stack), texts, Y, cv=2)
    assert found.shape == (90, 3)


def test_a_method_that_the_estimator_lacks_is_an_error_before_the_first_fold():
    class NeverFitted(DummyClassifier):
        def fit(self, *data):
            raise AssertionError

    with pytest.raises(AttributeError, match="predict_proba_raters"):
        cross_val_predict_raters(NeverFitted(), [[0], [1]], ["a", "b"], cv=2, method="predict_proba_raters")
