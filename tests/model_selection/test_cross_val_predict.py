"""Out-of-fold predictions of samples with ratings."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.dummy import DummyClassifier
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

from sklearn_raters.consensus import hard_labels
from sklearn_raters.metrics import rater_uar, uar_scorer, unweighted_average_recall
from sklearn_raters.model_selection import cross_val_predict_raters
from sklearn_raters.ratings import Task

CLASSES = ["low", "mid", "top"]


class RatersClassifier(ClassifierMixin, BaseEstimator):
    """A real estimator that takes ratings: one Gaussian naive Bayes a rater, their mean."""

    _takes_ratings = True
    __metadata_request__fit = {"groups": True}

    def __init__(self, classes=None, needs_groups=False):
        self.classes = classes
        self.needs_groups = needs_groups

    def fit(self, X, Y, groups=None):
        if self.needs_groups:
            assert groups is not None
            assert len(groups) == len(X)
        Y = pd.DataFrame(Y)
        X = np.asarray(X)
        self.raters_ = [name for name in Y if Y[name].nunique() > 1]
        self.views_ = self.raters_
        self.models_ = [GaussianNB().fit(X[Y[name].notna()], Y[name].dropna()) for name in self.raters_]
        self.classes_ = np.unique(Y.to_numpy(dtype=object)[Y.notna().to_numpy()].astype(str))
        return self

    def predict_proba_raters(self, X):
        answer = np.zeros((len(X), len(self.raters_), len(self.classes_)))
        for place, model in enumerate(self.models_):
            columns = np.searchsorted(self.classes_, model.classes_)
            answer[:, place, columns] = model.predict_proba(np.asarray(X))
        return answer

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


class TestCrossValPredictRaters:
    def test_scikit_learns_own_encodes_every_rater_apart_without_a_word(self, rated_data):
        X, _, _ = rated_data(30)
        truth = np.where(X[:, 0] > 0, "b", "a")
        # The third rater calls "a" what others call "b": never both, so encoding hides it.
        Y = np.column_stack([truth, truth, np.where(truth == "b", "c", "b")])
        seen = []

        class Watching(MultiOutputClassifier):
            def fit(self, X, Y):
                seen.append(np.unique(np.asarray(Y).astype(str)))
                return super().fit(X, Y)

        class WatchingRatings(RatersClassifier):
            def fit(self, X, Y, groups=None):
                seen.append(np.unique(np.asarray(Y).astype(str)))
                return super().fit(X, Y)

        theirs = cross_val_predict(Watching(GaussianNB()), X, Y, cv=KFold(3), method="predict_proba")
        assert len(theirs) == 3
        assert all(labels.tolist() == ["0", "1"] for labels in seen)
        seen.clear()
        ours, names = cross_val_predict_raters(WatchingRatings(), X, Y, cv=3, return_names=True)
        assert all(labels.tolist() == ["a", "b", "c"] for labels in seen)
        assert names == {"classes": ["a", "b", "c"]}
        assert ours.shape == (30, 3)

    @pytest.mark.parametrize("method", ["predict", "predict_proba"])
    def test_ordinary_problems_get_scikit_learns_answer(self, rated_data, method):
        X, _, _ = rated_data()
        y = np.where(X[:, 0] > 0, "a", "b")
        ours = cross_val_predict_raters(LogisticRegression(), X, y, cv=KFold(4), method=method)
        np.testing.assert_array_equal(
            ours, cross_val_predict(LogisticRegression(), X, y, cv=KFold(4), method=method)
        )

    @pytest.mark.parametrize("method", ["predict", "predict_proba", "predict_proba_raters"])
    def test_a_loop_written_out_gives_the_same(self, rated_data, method):
        X, Y, groups = rated_data()
        ours = cross_val_predict_raters(RatersClassifier(), X, Y, groups=groups, cv=3, method=method)
        for train, test in GroupKFold(3).split(X, groups=groups):
            fitted = RatersClassifier().fit(X[train], Y.iloc[train])
            np.testing.assert_array_equal(ours[test], getattr(fitted, method)(X[test]))

    def test_groups_stay_whole_and_reach_fit(self, rated_data):
        X, Y, groups = rated_data()
        model = RatersClassifier(needs_groups=True)
        cross_val_predict_raters(model, X, Y, groups=groups)
        cross_val_predict_raters(make_pipeline(StandardScaler(), model), X, Y, groups=groups)
        with sklearn.config_context(enable_metadata_routing=True):
            cross_val_predict_raters(make_pipeline(StandardScaler(), model), X, Y, groups=groups)

    def test_sequences_lists_and_frames(self, rated_data):
        X, Y, _ = rated_data()
        expected = cross_val_predict_raters(RatersClassifier(), X, Y)
        sequences = [np.tile(row, (length, 1)) for row, length in zip(X, np.arange(90) % 7 + 1, strict=True)]
        objects = np.empty(90, dtype=object)
        objects[:] = sequences
        model = make_pipeline(MeanFrames(), RatersClassifier())
        for form in (sequences, objects):
            np.testing.assert_allclose(cross_val_predict_raters(model, form, Y), expected)
        np.testing.assert_array_equal(
            cross_val_predict_raters(RatersClassifier(), pd.DataFrame(X), Y), expected
        )

    def test_raters_and_views_of_a_pipeline(self, rated_data):
        X, Y, _ = rated_data()
        model = make_pipeline(StandardScaler(), RatersClassifier(classes=np.array(CLASSES)))
        for method in ("predict_proba_raters", "predict_proba_views"):
            answer, names = cross_val_predict_raters(model, X, Y, method=method, return_names=True)
            assert answer.shape == (90, 3, 3)
            assert names[method.rpartition("_")[2]] == ["E1", "E2", "E3"]
        assert min(rater_uar(Task(Y, CLASSES), answer).values()) > 0.5

    def test_a_rater_or_class_that_a_fold_lacks(self, rated_data):
        X, Y, _ = rated_data()
        folds = KFold(2)
        first, second = (test for _, test in folds.split(X))
        Y.loc[first, "E2"] = None
        Y.loc[second] = Y.loc[second].replace("top", None)
        answer, names = cross_val_predict_raters(
            RatersClassifier(), X, Y, cv=folds, method="predict_proba_raters", return_names=True
        )
        assert names == {"raters": ["E1", "E2", "E3"], "classes": CLASSES}
        # The second part is predicted by what the first trained, where E2 rated nothing.
        assert np.isnan(answer[second][:, 1]).all()
        assert not np.isnan(answer[second][:, [0, 2]]).any()
        assert (answer[first][:, :, 2] == 0).all()
        np.testing.assert_allclose(np.nansum(answer[first], axis=2), 1)

    def test_estimators_without_ratings_learn_the_consensus(self, rated_data):
        X, Y, _ = rated_data()
        ours = cross_val_predict_raters(LogisticRegression(), X, Y, cv=KFold(3))
        y = hard_labels(Y)
        for train, test in KFold(3).split(X):
            rated = [row for row in train if y[row] is not None]
            model = LogisticRegression().fit(X[rated], y[rated].tolist())
            np.testing.assert_array_equal(ours[test], model.predict_proba(X[test]))

    def test_params_are_cut_to_the_fold(self, rated_data):
        X, Y, _ = rated_data()
        heavy = np.where(X[:, 0] > 0, 1.0, 1e-9)
        params = {"sample_weight": heavy}
        weighted = cross_val_predict_raters(LogisticRegression(), X, Y, params=params, method="predict")
        assert unweighted_average_recall(weighted[X[:, 0] > 0.5], ["top"] * (X[:, 0] > 0.5).sum()) > 0.9
        assert "low" not in weighted

    @pytest.mark.parametrize("cv", [StratifiedKFold(3), StratifiedGroupKFold(3)])
    def test_stratified_splitters_stratify_by_consensus(self, rated_data, cv):
        X, Y, groups = rated_data()
        answer = cross_val_predict_raters(RatersClassifier(), X, Y, groups=groups, cv=cv)
        assert answer.shape == (90, 3)

    def test_a_search_inside(self, rated_data):
        X, Y, groups = rated_data()
        search = GridSearchCV(
            RatersClassifier(), {"needs_groups": [False]}, cv=GroupKFold(2), scoring=uar_scorer
        )
        raters = cross_val_predict_raters(search, X, Y, groups=groups, cv=3, method="predict_proba_raters")
        bare = cross_val_predict_raters(
            RatersClassifier(), X, Y, groups=groups, cv=3, method="predict_proba_raters"
        )
        np.testing.assert_array_equal(raters, bare)

    def test_bad_input(self, rated_data):
        X, Y, groups = rated_data()
        model = RatersClassifier()
        with pytest.raises(ValueError, match=r"GroupKFold.*groups is None.*sessions"):
            cross_val_predict_raters(model, X, Y, cv=GroupKFold(3))
        for cv, several, what in [(7, groups, "groups, here 6"), (5, groups * 0, "groups, here 1")]:
            with pytest.raises(ValueError, match=f"cv={cv} must .* {what}. Give another cv, or finer groups"):
                cross_val_predict_raters(model, X, Y, groups=several, cv=cv)
        with pytest.raises(ValueError, match=r"cv=91 must .* samples, here 90"):
            cross_val_predict_raters(model, X, Y, cv=91)
        with pytest.raises(ValueError, match="X has 90 samples, but Y has 89"):
            cross_val_predict_raters(model, X, Y[:-1])
        with pytest.raises(ValueError, match="groups has 3"):
            cross_val_predict_raters(model, X, Y, groups=groups[:3])
        with pytest.raises(ValueError, match="method must be one of"):
            cross_val_predict_raters(model, X, Y, method="decision_function")
        with pytest.raises(ValueError, match="more than once"):
            cross_val_predict_raters(model, X, Y, cv=ShuffleSplit(5, random_state=0))
        with pytest.raises(ValueError, match="test 30 of 90"):
            cross_val_predict_raters(model, X, Y, cv=list(KFold(3).split(X))[:1])
        with pytest.raises(AttributeError, match="DummyClassifier has no method predict_proba_raters"):
            cross_val_predict_raters(DummyClassifier(), X, Y, method="predict_proba_raters")
        with pytest.raises(ValueError, match=r"training samples of a fold has a consensus.*Dummy"):
            cross_val_predict_raters(DummyClassifier(), [[0], [1]], [["a", "b"], ["a", "a"]], cv=2)
