"""Out-of-fold predictions, the paired bootstrap and the comparison table."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from hypothesis import given
from hypothesis import strategies as st
from joblib import Memory
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    LeaveOneGroupOut,
    ShuffleSplit,
    StratifiedGroupKFold,
    StratifiedKFold,
    cross_val_predict,
)
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from sklearn_raters import MultiRaterStackingClassifier
from sklearn_raters.consensus import hard_labels
from sklearn_raters.metrics import rater_uar, uar_scorer, unweighted_average_recall
from sklearn_raters.model_selection import (
    compare,
    cross_val_predict_raters,
    paired_bootstrap,
    paper_models,
)

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


def rated_data(n_samples=90, seed=0, noise=0.75):
    """Make two features and three raters whose labels follow the first feature's thirds."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, 2))
    truth = np.digitize(X[:, 0], [-0.4, 0.4])
    guess = rng.integers(3, size=(n_samples, 3))
    ratings = np.where(rng.random((n_samples, 3)) < noise, truth[:, None], guess)
    Y = np.array(CLASSES, dtype=object)[ratings]
    Y[rng.random(Y.shape) < 0.2] = None
    return X, pd.DataFrame(Y, columns=["E1", "E2", "E3"]), np.arange(n_samples) % 6


class TestCrossValPredictRaters:
    def test_scikit_learns_own_encodes_every_rater_apart_without_a_word(self):
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
    def test_ordinary_problems_get_scikit_learns_answer(self, method):
        X, _, _ = rated_data()
        y = np.where(X[:, 0] > 0, "a", "b")
        ours = cross_val_predict_raters(LogisticRegression(), X, y, cv=KFold(4), method=method)
        np.testing.assert_array_equal(
            ours, cross_val_predict(LogisticRegression(), X, y, cv=KFold(4), method=method)
        )

    @pytest.mark.parametrize("method", ["predict", "predict_proba", "predict_proba_raters"])
    def test_a_loop_written_out_gives_the_same(self, method):
        X, Y, groups = rated_data()
        ours = cross_val_predict_raters(RatersClassifier(), X, Y, groups=groups, cv=3, method=method)
        for train, test in GroupKFold(3).split(X, groups=groups):
            fitted = RatersClassifier().fit(X[train], Y.iloc[train])
            np.testing.assert_array_equal(ours[test], getattr(fitted, method)(X[test]))

    def test_groups_stay_whole_and_reach_fit(self):
        X, Y, groups = rated_data()
        model = RatersClassifier(needs_groups=True)
        cross_val_predict_raters(model, X, Y, groups=groups)
        cross_val_predict_raters(make_pipeline(StandardScaler(), model), X, Y, groups=groups)
        with sklearn.config_context(enable_metadata_routing=True):
            cross_val_predict_raters(make_pipeline(StandardScaler(), model), X, Y, groups=groups)

    def test_sequences_lists_and_frames(self):
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

    def test_raters_and_views_of_a_pipeline(self):
        X, Y, _ = rated_data()
        model = make_pipeline(StandardScaler(), RatersClassifier(classes=np.array(CLASSES)))
        for method in ("predict_proba_raters", "predict_proba_views"):
            answer, names = cross_val_predict_raters(model, X, Y, method=method, return_names=True)
            assert answer.shape == (90, 3, 3)
            assert names[method.rpartition("_")[2]] == ["E1", "E2", "E3"]
        assert min(rater_uar(Y, answer, classes=CLASSES).values()) > 0.5

    def test_a_rater_or_class_that_a_fold_lacks(self):
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

    def test_estimators_without_ratings_learn_the_consensus(self):
        X, Y, _ = rated_data()
        ours = cross_val_predict_raters(LogisticRegression(), X, Y, cv=KFold(3))
        y = hard_labels(Y)
        for train, test in KFold(3).split(X):
            rated = [row for row in train if y[row] is not None]
            model = LogisticRegression().fit(X[rated], y[rated].tolist())
            np.testing.assert_array_equal(ours[test], model.predict_proba(X[test]))

    def test_params_are_cut_to_the_fold(self):
        X, Y, _ = rated_data()
        heavy = np.where(X[:, 0] > 0, 1.0, 1e-9)
        params = {"sample_weight": heavy}
        weighted = cross_val_predict_raters(LogisticRegression(), X, Y, params=params, method="predict")
        assert unweighted_average_recall(weighted[X[:, 0] > 0.5], ["top"] * (X[:, 0] > 0.5).sum()) > 0.9
        assert "low" not in weighted

    @pytest.mark.parametrize("cv", [StratifiedKFold(3), StratifiedGroupKFold(3)])
    def test_stratified_splitters_stratify_by_consensus(self, cv):
        X, Y, groups = rated_data()
        answer = cross_val_predict_raters(RatersClassifier(), X, Y, groups=groups, cv=cv)
        assert answer.shape == (90, 3)

    def test_a_search_inside(self):
        X, Y, groups = rated_data()
        search = GridSearchCV(
            RatersClassifier(), {"needs_groups": [False]}, cv=GroupKFold(2), scoring=uar_scorer
        )
        raters = cross_val_predict_raters(search, X, Y, groups=groups, cv=3, method="predict_proba_raters")
        bare = cross_val_predict_raters(
            RatersClassifier(), X, Y, groups=groups, cv=3, method="predict_proba_raters"
        )
        np.testing.assert_array_equal(raters, bare)

    def test_bad_input(self):
        X, Y, groups = rated_data()
        model = RatersClassifier()
        with pytest.raises(ValueError, match=r"GroupKFold.*groups is None.*sessions"):
            cross_val_predict_raters(model, X, Y, cv=GroupKFold(3))
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


labels = st.lists(st.sampled_from("abc"), min_size=30, max_size=30)


class TestPairedBootstrap:
    @given(labels, labels)
    def test_equal_predictions_do_not_differ(self, y_true, predicted):
        assert paired_bootstrap(y_true, predicted, predicted, n_bootstrap=20) == (0, 0, 0)

    @given(labels, labels, labels)
    def test_turning_the_pair_turns_the_sign(self, y_true, a, b):
        groups = np.arange(30) % 7
        there = paired_bootstrap(y_true, a, b, groups, n_bootstrap=50, random_state=0)
        back = paired_bootstrap(y_true, b, a, groups, n_bootstrap=50, random_state=0)
        np.testing.assert_allclose(there, [-back.difference, -back.high, -back.low], atol=1e-12)

    @given(labels, labels, labels)
    def test_the_difference_is_that_of_the_recalls(self, y_true, a, b):
        present = sorted(set(y_true))
        uar = [recall_score(y_true, p, labels=present, average="macro", zero_division=0) for p in (a, b)]
        assert paired_bootstrap(y_true, a, b, n_bootstrap=5).difference == pytest.approx(uar[0] - uar[1])

    def test_one_draw_is_that_of_a_loop_written_out(self):
        rng = np.random.default_rng(0)
        y_true, a, b = rng.choice(list("abc"), size=(3, 40))
        groups = np.arange(40) // 4
        drawn = np.random.RandomState(3).multinomial(10, np.full(10, 0.1))
        rows = np.repeat(np.arange(40), drawn[groups])
        expected = unweighted_average_recall(y_true[rows], a[rows]) - unweighted_average_recall(
            y_true[rows], b[rows]
        )
        once = paired_bootstrap(y_true, a, b, groups, n_bootstrap=1, random_state=3)
        np.testing.assert_allclose(once[1:], expected)

    def test_a_clear_winner(self):
        rng = np.random.default_rng(0)
        y_true = rng.choice(list("abc"), size=400)
        a = np.where(rng.random(400) < 0.8, y_true, rng.choice(list("abc"), size=400))
        b = np.where(rng.random(400) < 0.4, y_true, rng.choice(list("abc"), size=400))
        result = paired_bootstrap(y_true, a, b, np.arange(400) % 20, random_state=0)
        assert 0.1 < result.low < result.difference < result.high < 0.5

    def test_groups_that_agree_inside_widen_the_interval(self):
        rng = np.random.default_rng(0)
        y_true = rng.choice(list("ab"), size=400)
        groups = np.arange(400) // 40
        good = rng.random(10) < 0.5
        a = np.where(good[groups], y_true, "a")
        by_group = paired_bootstrap(y_true, a, ["a"] * 400, groups, random_state=0)
        by_sample = paired_bootstrap(y_true, a, ["a"] * 400, random_state=0)
        assert by_group.high - by_group.low > 2 * (by_sample.high - by_sample.low)

    def test_the_interval_holds_the_truth_as_often_as_it_says(self):
        rng = np.random.default_rng(0)
        held = 0
        for _ in range(200):
            y_true = np.repeat(["a", "b"], 100)
            a = np.where(rng.random(200) < 0.7, y_true, "x")
            b = np.where(rng.random(200) < 0.6, y_true, "x")
            result = paired_bootstrap(
                y_true, a, b, n_bootstrap=300, labels=["a", "b"], confidence=0.9, random_state=0
            )
            held += result.low <= 0.1 <= result.high
        assert 0.83 < held / 200 < 0.96

    def test_one_seed_one_answer_whatever_the_size_of_blocks(self, monkeypatch):
        rng = np.random.default_rng(0)
        y_true, a, b = rng.choice(list("abc"), size=(3, 40))
        once = paired_bootstrap(y_true, a, b, random_state=1)
        assert paired_bootstrap(y_true, a, b, random_state=1) == once
        assert paired_bootstrap(y_true, a, b, random_state=2) != once
        monkeypatch.setattr("sklearn_raters.bootstrap._BLOCK", 100)
        assert paired_bootstrap(y_true, a, b, random_state=1) == once

    def test_bad_input(self):
        with pytest.raises(ValueError, match="at least two groups"):
            paired_bootstrap(["a", "b"], ["a", "b"], ["a", "b"], [1, 1])
        with pytest.raises(ValueError, match="one group a sample"):
            paired_bootstrap(["a", "b"], ["a", "b"], ["a", "b"], [1])
        with pytest.raises(ValueError, match="confidence between 0 and 1"):
            paired_bootstrap(["a", "b"], ["a", "b"], ["a", "b"], confidence=95)
        with pytest.raises(ValueError, match="Sample 1 has no label"):
            paired_bootstrap(["a", None], ["a", "b"], ["a", "b"])


def plain_models():
    return {
        "chance": DummyClassifier(),
        "logistic": LogisticRegression(),
        "raters": RatersClassifier(),
    }


class TestCompare:
    def test_the_table(self):
        X, Y, groups = rated_data()
        table, predictions = compare(
            plain_models(),
            X,
            Y,
            groups=groups,
            cv=3,
            baseline="chance",
            random_state=0,
            return_predictions=True,
        )
        assert list(table.index) == ["chance", "logistic", "raters"]
        assert list(table.columns) == [
            *("uar", "fold_mean", "fold_sd", "recall_low", "recall_mid", "recall_top"),
            *("difference", "low", "high", "fit_seconds", "predict_seconds"),
        ]
        assert table.loc["chance", "uar"] == pytest.approx(1 / 3, abs=0.1)
        assert tuple(table.loc["chance", ["difference", "low", "high"]]) == (0, 0, 0)
        assert table.loc["logistic", "low"] > 0
        assert (table[["fit_seconds", "predict_seconds"]] > 0).all(axis=None)
        # The table is what its own predictions say.
        scored = predictions[predictions["consensus"].notna()]
        for name in table.index:
            uar = unweighted_average_recall(scored["consensus"], scored[name], labels=CLASSES)
            assert table.loc[name, "uar"] == pytest.approx(uar)
            by_fold = [
                unweighted_average_recall(fold["consensus"], fold[name]) for _, fold in scored.groupby("fold")
            ]
            assert table.loc[name, "fold_mean"] == pytest.approx(np.mean(by_fold))
            assert table.loc[name, "fold_sd"] == pytest.approx(np.std(by_fold, ddof=1))
        gain = paired_bootstrap(
            scored["consensus"], scored["raters"], scored["chance"], groups[scored.index], random_state=0
        )
        np.testing.assert_allclose(table.loc["raters", ["difference", "low", "high"]].tolist(), gain)
        # And they are those of the models by themselves.
        alone = cross_val_predict_raters(RatersClassifier(), X, Y, groups=groups, cv=3, method="predict")
        assert predictions["raters"].tolist() == alone.tolist()

    def test_same_seed_same_table_in_parallel_too(self):
        X, Y, groups = rated_data()
        models = {
            "tree": DecisionTreeClassifier(max_features=1),
            "chance": DummyClassifier(strategy="uniform"),
        }
        columns = ["uar", "fold_sd", "difference", "low", "high"]
        once, again, parallel = (
            compare(models, X, Y, groups=groups, cv=3, baseline="chance", random_state=3, n_jobs=n_jobs)[
                columns
            ]
            for n_jobs in (None, 1, 2)
        )
        pd.testing.assert_frame_equal(once, again)
        pd.testing.assert_frame_equal(once, parallel)
        other = compare(models, X, Y, groups=groups, cv=3, baseline="chance", random_state=4)
        assert not once["uar"].equals(other["uar"])

    def test_a_model_may_bring_its_own_features(self):
        X, Y, groups = rated_data()
        useless = np.zeros((90, 5))
        models = {"seeing": LogisticRegression(), "blind": (LogisticRegression(), useless)}
        table = compare(models, X, Y, groups=groups, cv=3, baseline="blind")
        assert table.loc["blind", "uar"] < 0.4 < table.loc["seeing", "uar"]
        models["seeing"] = (LogisticRegression(), X)
        again = compare(models, None, Y, groups=groups, cv=3, baseline="blind")
        assert again["uar"].equals(table["uar"])

    def test_classes_after_the_majority(self):
        X, Y, groups = rated_data()
        Y = Y.replace({"top": "peak"}).replace({"mid": "middling"})
        label_map = {"peak": "top"}
        table, predictions = compare(
            {"logistic": LogisticRegression()},
            X,
            Y,
            groups=groups,
            cv=3,
            classes=["top", "low"],
            label_map=label_map,
            baseline=None,
            return_predictions=True,
        )
        assert [name for name in table if name.startswith("recall")] == ["recall_top", "recall_low"]
        assert set(predictions["logistic"]) == {"top", "low"}
        assert "difference" not in table
        counted = hard_labels(Y, classes=["top", "low"], label_map=label_map)
        assert predictions["consensus"].notna().sum() == sum(label is not None for label in counted)

    def test_some_folds_only(self):
        X, Y, groups = rated_data()
        folds = list(GroupKFold(3).split(X, groups=groups))[:2]
        _, predictions = compare(
            plain_models(), X, Y, groups=groups, cv=folds, baseline="chance", return_predictions=True
        )
        assert len(predictions) == 60
        assert sorted(predictions.index) == sorted(np.concatenate([test for _, test in folds]))
        assert predictions["fold"].value_counts().to_dict() == {0: 30, 1: 30}

    def test_progress_goes_to_standard_error(self, capsys):
        X, Y, groups = rated_data()
        compare(plain_models(), X, Y, groups=groups, cv=3, baseline="chance", verbose=1)
        shown = capsys.readouterr()
        assert "100%" in shown.err
        assert shown.out == ""

    def test_bad_input(self):
        X, Y, groups = rated_data()
        models = plain_models()
        given = {"groups": groups, "cv": 3, "baseline": "chance"}
        with pytest.raises(ValueError, match=r"'crowd-hard' is not one of the models \['chance'"):
            compare(models, X, Y, groups=groups, cv=3)
        with pytest.raises(ValueError, match="groups is None"):
            compare(models, X, Y, cv=LeaveOneGroupOut(), baseline="chance")
        with pytest.raises(ValueError, match="consensus 'fear'"):
            compare(models, X, Y, classes=["fear", "low", "top"], **given)
        with pytest.raises(ValueError, match="'logistic' have 4 samples, but there are 90"):
            compare({**models, "logistic": (LogisticRegression(), X[:4])}, X, Y, **given)
        with pytest.raises(ValueError, match="'logistic' has no features"):
            compare({"logistic": LogisticRegression(), "chance": (DummyClassifier(), X)}, None, Y, **given)
        with pytest.raises(TypeError, match="DummyClassifier has no views"):
            compare(DummyClassifier(), X, Y, **given)
        with pytest.raises(TypeError, match="no estimator but 'svc'"):
            compare({"chance": "svc"}, X, Y, **given)
        with pytest.raises(ValueError, match="different tasks"):
            compare(
                {"a": RatersClassifier(classes=["low", "top"]), "b": RatersClassifier(classes=CLASSES)},
                X,
                Y,
                groups=groups,
            )
        with pytest.raises(ValueError, match="X has 90 samples, but Y has 80"):
            compare(models, X, Y[:80], **given)


class CountedBayes(GaussianNB):
    """Counts trainings in a file, since joblib's memory may skip them."""

    def __init__(self, log=None):
        super().__init__()
        self.log = log

    def fit(self, X, y, sample_weight=None):
        with open(self.log, "a", encoding="utf-8") as file:
            file.write("fit\n")
        return super().fit(X, y, sample_weight)


class TestStack:
    rows = ("crowd-hard", "crowd-soft", "E1", "E2", "E3", "crowd pair", "all views", "mean of posteriors")

    def test_rows_of_the_paper(self):
        _, Y, _ = rated_data()
        stack = MultiRaterStackingClassifier(LogisticRegression(), view_params={"E1": {"C": 2.0}})
        models = paper_models(stack, Y)
        assert tuple(models) == self.rows
        assert models["E1"].views == ["E1"]
        assert models["E1"].view_params == {"E1": {"C": 2.0}}
        assert models["E2"].view_params is None
        assert models["crowd pair"].views == ["crowd_hard", "crowd_soft"]
        assert models["all views"].fusion == "logistic"
        assert models["mean of posteriors"].fusion == "mean"
        assert stack.views == "all"

    def test_rows_follow_the_views_asked_for(self):
        _, Y, _ = rated_data()
        Y["E3"] = None
        stack = MultiRaterStackingClassifier(LogisticRegression(), views=["crowd_hard", "raters"])
        names = ["crowd-hard", "E1", "E2", "all views", "mean of posteriors"]
        assert list(paper_models(stack, Y)) == names
        wrapped = make_pipeline(StandardScaler(), stack)
        assert list(paper_models(wrapped, Y)) == names
        assert paper_models(wrapped, Y)["E1"].steps[-1][1].views == ["E1"]
        assert list(paper_models(stack.set_params(views=["crowd_hard"]), Y)) == ["crowd-hard"]

    def test_raters_need_enough_in_every_training_part(self):
        _, Y, _ = rated_data()
        folds = list(KFold(2).split(Y))
        Y.loc[folds[0][0], "E2"] = None
        stack = MultiRaterStackingClassifier(LogisticRegression())
        assert "E2" in paper_models(stack, Y)
        assert "E2" not in paper_models(stack, Y, folds=folds)

    def test_the_papers_table(self):
        X, Y, groups = rated_data(150)
        stack = MultiRaterStackingClassifier(LogisticRegression())
        table, predictions = compare(
            stack, X, Y, groups=groups, cv=3, random_state=0, n_bootstrap=200, return_predictions=True
        )
        assert tuple(table.index) == self.rows
        assert (table["uar"] > 0.5).all()
        alone = cross_val_predict_raters(
            MultiRaterStackingClassifier(LogisticRegression(), random_state=0),
            X,
            Y,
            groups=groups,
            cv=3,
            method="predict_proba_views",
        )
        # A rater's row is exactly that rater's view inside the whole stack.
        for place, name in enumerate(self.rows[:5]):
            said = np.array(CLASSES)[alone[:, place].argmax(axis=1)]
            assert predictions[name].tolist() == said.tolist()
        others = {**paper_models(stack, Y), "logistic": LogisticRegression()}
        beside = compare(others, X, Y, groups=groups, cv=3, random_state=0, n_bootstrap=200)
        pd.testing.assert_series_equal(beside["uar"][:-1], table["uar"])
        # The crowd's hard view is logistic regression on the consensus.
        assert beside.loc["logistic", "uar"] == beside.loc["crowd-hard", "uar"]

    def test_each_view_is_trained_once_a_fold(self, tmp_path):
        X, Y, groups = rated_data()
        log = tmp_path / "log.txt"
        stack = MultiRaterStackingClassifier(CountedBayes(str(log)), fusion=LogisticRegression())
        table = compare(stack, X, Y, groups=groups, cv=3, random_state=0, n_bootstrap=10)
        n_views, n_folds = 5, 3
        assert log.read_text().count("fit") == n_views * n_folds
        # Still every row tells the seconds of all its views.
        singles = table["fit_seconds"][list(self.rows[:5])]
        assert table.loc["mean of posteriors", "fit_seconds"] == pytest.approx(singles.sum(), rel=0.2)

    def test_memory_takes_up_a_run_again(self, tmp_path):
        X, Y, groups = rated_data()
        log = tmp_path / "log.txt"
        stack = MultiRaterStackingClassifier(CountedBayes(str(log)), views=["crowd_hard", "crowd_soft"])
        given = {"groups": groups, "cv": 2, "random_state": 0, "n_bootstrap": 10}
        first = compare(stack, X, Y, memory=tmp_path / "cache", **given)
        trained = log.read_text().count("fit")
        again = compare(stack, X, Y, memory=Memory(str(tmp_path / "cache"), verbose=0), **given)
        assert log.read_text().count("fit") == trained
        pd.testing.assert_series_equal(first["uar"], again["uar"])

    def test_classes_reach_the_stack(self):
        X, Y, groups = rated_data(150)
        stack = MultiRaterStackingClassifier(LogisticRegression(), fusion="mean")
        named = stack.set_params(classes=["top", "low"])
        by_stack = compare(named, X, Y, groups=groups, cv=3, random_state=0)
        bare = MultiRaterStackingClassifier(LogisticRegression(), fusion="mean")
        by_name = compare(bare, X, Y, groups=groups, cv=3, random_state=0, classes=["top", "low"])
        pd.testing.assert_frame_equal(by_stack.iloc[:, :8], by_name.iloc[:, :8])
        assert list(by_stack.columns[3:5]) == ["recall_top", "recall_low"]
