"""The comparison table and the rows of the paper's."""

import numpy as np
import pandas as pd
import pytest
from joblib import Memory
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, KFold, LeaveOneGroupOut
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from sklearn_raters import MultiRaterStackingClassifier
from sklearn_raters.consensus import hard_labels
from sklearn_raters.metrics import unweighted_average_recall
from sklearn_raters.model_selection import compare, cross_val_predict_raters, paired_bootstrap, paper_models
from sklearn_raters.ratings import Task
from small_stacks import small

CLASSES = ["low", "mid", "top"]


def mean_of_raters(**params):
    return MultiRaterStackingClassifier(LogisticRegression(), views=["raters"], fusion="mean", **params)


def plain_models():
    return {
        "chance": DummyClassifier(),
        "logistic": LogisticRegression(),
        "raters": mean_of_raters(),
    }


class TestCompare:
    def test_the_table(self, rated_data):
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
        alone = cross_val_predict_raters(mean_of_raters(), X, Y, groups=groups, cv=3, method="predict")
        assert predictions["raters"].tolist() == alone.tolist()

    def test_same_seed_same_table_in_parallel_too(self, rated_data):
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

    def test_a_model_may_bring_its_own_features(self, rated_data):
        X, Y, groups = rated_data()
        useless = np.zeros((90, 5))
        models = {"seeing": LogisticRegression(), "blind": (LogisticRegression(), useless)}
        table = compare(models, X, Y, groups=groups, cv=3, baseline="blind")
        assert table.loc["blind", "uar"] < 0.4 < table.loc["seeing", "uar"]
        models["seeing"] = (LogisticRegression(), X)
        again = compare(models, None, Y, groups=groups, cv=3, baseline="blind")
        assert again["uar"].equals(table["uar"])

    def test_classes_after_the_majority(self, rated_data):
        X, Y, groups = rated_data()
        Y = Y.replace({"top": "peak"}).replace({"mid": "middling"})
        label_map = {"peak": "top"}
        table, predictions = compare(
            {"logistic": LogisticRegression()},
            X,
            Task(Y, ["top", "low"], label_map),
            groups=groups,
            cv=3,
            baseline=None,
            return_predictions=True,
        )
        assert [name for name in table if name.startswith("recall")] == ["recall_top", "recall_low"]
        assert set(predictions["logistic"]) == {"top", "low"}
        assert "difference" not in table
        counted = hard_labels(Task(Y, ["top", "low"], label_map))
        assert predictions["consensus"].notna().sum() == sum(label is not None for label in counted)

    def test_the_truth_judges_where_it_is_known_and_trains_nobody(self, rated_data):
        X, Y, groups = rated_data()
        truth = np.array(["low", "top", None] * 30, dtype=object)
        given = {"groups": groups, "cv": 3, "baseline": "chance", "random_state": 0}
        given |= {"return_predictions": True, "classes": CLASSES[::2], "label_map": {"mid": "top"}}
        _, by_majority = compare(plain_models(), X, Y, **given)
        table, by_truth = compare(plain_models(), X, Y, truth=truth, **given)
        assert by_truth["truth"].fillna("none").tolist() == ["low", "top", "none"] * 30
        pd.testing.assert_frame_equal(by_truth.drop(columns="truth"), by_majority)
        known = by_truth[by_truth["truth"].notna()]
        for name in table.index:
            uar = unweighted_average_recall(known["truth"], known[name], labels=CLASSES[::2])
            assert table.loc[name, "uar"] == pytest.approx(uar)
        gain = paired_bootstrap(
            known["truth"], known["raters"], known["chance"], groups[known.index], random_state=0
        )
        np.testing.assert_allclose(table.loc["raters", ["difference", "low", "high"]].tolist(), gain)

    def test_some_folds_only(self, rated_data):
        X, Y, groups = rated_data()
        folds = list(GroupKFold(3).split(X, groups=groups))[:2]
        _, predictions = compare(
            plain_models(), X, Y, groups=groups, cv=folds, baseline="chance", return_predictions=True
        )
        assert len(predictions) == 60
        assert sorted(predictions.index) == sorted(np.concatenate([test for _, test in folds]))
        assert predictions["fold"].value_counts().to_dict() == {0: 30, 1: 30}

    def test_progress_goes_to_standard_error(self, rated_data, capsys):
        X, Y, groups = rated_data()
        compare(plain_models(), X, Y, groups=groups, cv=3, baseline="chance", verbose=1)
        shown = capsys.readouterr()
        assert "100%" in shown.err
        assert shown.out == ""

    def test_bad_frames_are_counted_in_the_whole_x(self, rated_data):
        X, Y, groups = rated_data()
        frames = [row[None] for row in X]
        frames[71] = np.full((1, 2), np.nan)
        with pytest.raises(ValueError, match=r"NaN: sample 71, frame 0.*Model 'all' does not accept"):
            compare({"all": small()}, frames, Y, groups=groups, cv=3, baseline="all")

    def test_bad_input(self, rated_data):
        X, Y, groups = rated_data()
        models = plain_models()
        given = {"groups": groups, "cv": 3, "baseline": "chance"}
        with pytest.raises(ValueError, match=r"'crowd-hard' is not one of the models \['chance'"):
            compare(models, X, Y, groups=groups, cv=3)
        with pytest.raises(ValueError, match="groups is None"):
            compare(models, X, Y, cv=LeaveOneGroupOut(), baseline="chance")
        with pytest.raises(ValueError, match="consensus 'fear'"):
            compare(models, X, Task(Y, ["fear", "low", "top"]), **given)
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
                {"a": mean_of_raters(classes=["low", "top"]), "b": mean_of_raters(classes=CLASSES)},
                X,
                Y,
                groups=groups,
            )
        with pytest.raises(ValueError, match="X has 90 samples, but Y has 80"):
            compare(models, X, Y[:80], **given)
        with pytest.raises(ValueError, match="X has 90 samples, but truth has 2"):
            compare(models, X, Y, truth=["low", "top"], **given)
        with pytest.raises(ValueError, match="No tested sample has the truth 'mid'"):
            compare(models, X, Task(Y, CLASSES), truth=["low", "top"] * 45, **given)
        with pytest.raises(ValueError, match="truth must be one label a sample"):
            compare(models, X, Y, truth=Y, **given)
        with pytest.raises(ValueError, match="truth: There are no ratings: of the 90"):
            compare(models, X, Y, truth=[None] * 90, **given)


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

    def test_rows_of_the_paper(self, rated_data):
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

    def test_rows_follow_the_views_asked_for(self, rated_data):
        _, Y, _ = rated_data()
        Y["E3"] = None
        stack = MultiRaterStackingClassifier(LogisticRegression(), views=["crowd_hard", "raters"])
        names = ["crowd-hard", "E1", "E2", "all views", "mean of posteriors"]
        assert list(paper_models(stack, Y)) == names
        wrapped = make_pipeline(StandardScaler(), stack)
        assert list(paper_models(wrapped, Y)) == names
        assert paper_models(wrapped, Y)["E1"].steps[-1][1].views == ["E1"]
        assert list(paper_models(stack.set_params(views=["crowd_hard"]), Y)) == ["crowd-hard"]

    def test_raters_need_enough_in_every_training_part(self, rated_data):
        _, Y, _ = rated_data()
        folds = list(KFold(2).split(Y))
        Y.loc[folds[0][0], "E2"] = None
        stack = MultiRaterStackingClassifier(LogisticRegression())
        assert "E2" in paper_models(stack, Y)
        assert "E2" not in paper_models(stack, Y, folds=folds)

    def test_the_papers_table(self, rated_data):
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

    def test_each_view_is_trained_once_a_fold(self, rated_data, tmp_path):
        X, Y, groups = rated_data()
        log = tmp_path / "log.txt"
        stack = MultiRaterStackingClassifier(CountedBayes(str(log)), fusion=LogisticRegression())
        table = compare(stack, X, Y, groups=groups, cv=3, random_state=0, n_bootstrap=10)
        n_views, n_folds = 5, 3
        assert log.read_text().count("fit") == n_views * n_folds
        # Still every row tells the seconds of all its views.
        singles = table["fit_seconds"][list(self.rows[:5])]
        assert table.loc["mean of posteriors", "fit_seconds"] == pytest.approx(singles.sum(), rel=0.2)

    def test_memory_takes_up_a_run_again(self, rated_data, tmp_path):
        X, Y, groups = rated_data()
        log = tmp_path / "log.txt"
        stack = MultiRaterStackingClassifier(CountedBayes(str(log)), views=["crowd_hard", "crowd_soft"])
        given = {"groups": groups, "cv": 2, "random_state": 0, "n_bootstrap": 10}
        first = compare(stack, X, Y, memory=tmp_path / "cache", **given)
        trained = log.read_text().count("fit")
        again = compare(stack, X, Y, memory=Memory(str(tmp_path / "cache"), verbose=0), **given)
        assert log.read_text().count("fit") == trained
        pd.testing.assert_series_equal(first["uar"], again["uar"])

    def test_classes_reach_the_stack(self, rated_data):
        X, Y, groups = rated_data(150)
        stack = MultiRaterStackingClassifier(LogisticRegression(), fusion="mean")
        named = stack.set_params(classes=["top", "low"])
        by_stack = compare(named, X, Y, groups=groups, cv=3, random_state=0)
        bare = MultiRaterStackingClassifier(LogisticRegression(), fusion="mean")
        by_name = compare(bare, X, Task(Y, ["top", "low"]), groups=groups, cv=3, random_state=0)
        pd.testing.assert_frame_equal(by_stack.iloc[:, :8], by_name.iloc[:, :8])
        assert list(by_stack.columns[3:5]) == ["recall_top", "recall_low"]
