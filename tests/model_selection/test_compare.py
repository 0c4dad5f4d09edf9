"""The comparison table: its numbers, the number of trainings, and errors raised before any training."""

import warnings

import numpy as np
import pandas as pd
import pytest
from joblib import Memory
from sklearn.base import clone
from sklearn.cluster import FeatureAgglomeration
from sklearn.dummy import DummyClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, KFold, LeaveOneGroupOut
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from made import CLASSES, CountedFits, as_sequences, make_rated, small_blstm, small_stack
from sklearn_raters import DeepEnsembleClassifier
from sklearn_raters._align import align
from sklearn_raters._parallel import watched
from sklearn_raters._parallel._watch import read_journal
from sklearn_raters.consensus import hard_labels, soft_labels
from sklearn_raters.metrics import (
    brier_score,
    expected_calibration_error,
    jensen_shannon_divergence,
    manhattan_distance,
    soft_cross_entropy,
    soft_f1_score,
    unweighted_average_recall,
    wasserstein_distance,
)
from sklearn_raters.model_selection import (
    compare,
    cross_val_predict_raters,
    paired_bootstrap,
    paper_models,
    planned_trainings,
)
from sklearn_raters.model_selection._runs import batches_of
from sklearn_raters.ratings import Task

SORTED = sorted(CLASSES)
DATA = make_rated()
SCORES = ["uar", "fold_mean", "fold_sd", *(f"recall_{name}" for name in SORTED)]
SOFT = ["soft_cross_entropy", "jensen_shannon", "manhattan", "soft_f1", "brier", "calibration_error"]
RATERS = ["rater_error_rate"]
INTERVAL = ["difference", "low", "high"]


def mean_of_raters(**params):
    return small_stack(views=["raters"], fusion="mean", **params)


def plain_models():
    return {"chance": DummyClassifier(), "logistic": LogisticRegression(), "raters": mean_of_raters()}


def compare_made(models, data=DATA, Y=None, **params):
    """Compare models on synthetic data in three folds of groups."""
    given = {"groups": data.groups, "cv": 3, "baseline": "chance", "random_state": 0, "n_bootstrap": 50}
    return compare(models, data.X, data.Y if Y is None else Y, **{**given, **params})


def test_the_columns_and_rows_of_the_table():
    table = compare_made(plain_models())
    assert list(table.index) == ["chance", "logistic", "raters"]
    seconds = ["fit_seconds", "predict_seconds"]
    assert list(table.columns) == [*SCORES, "accuracy", *SOFT, *RATERS, *INTERVAL, *seconds]
    assert (table[seconds] > 0).all(axis=None)
    assert table.drop(columns=RATERS).notna().all(axis=None)
    assert table[RATERS].notna().all(axis=1).tolist() == [False, False, True]


def test_the_table_is_computed_from_its_own_predictions():
    found = compare_made(plain_models(), n_bootstrap=2000, return_comparison=True)
    table, predictions = found.table, found.predictions
    scored = predictions[predictions["consensus"].notna()]
    for name in table.index:
        uar = unweighted_average_recall(scored["consensus"], scored[name], labels=SORTED)
        assert table.loc[name, "uar"] == pytest.approx(uar)
        assert table.loc[name, "accuracy"] == (scored["consensus"] == scored[name]).mean()
        fold_uars = [
            unweighted_average_recall(fold["consensus"], fold[name]) for _, fold in scored.groupby("fold")
        ]
        assert table.loc[name, "fold_mean"] == pytest.approx(np.mean(fold_uars))
        assert table.loc[name, "fold_sd"] == pytest.approx(np.std(fold_uars, ddof=1))
    difference = paired_bootstrap(
        scored["consensus"], scored["raters"], scored["chance"], DATA.groups[scored.index], random_state=0
    )
    assert tuple(table.loc["raters", INTERVAL]) == pytest.approx(difference)
    assert tuple(table.loc["chance", INTERVAL]) == (0, 0, 0)


def test_the_predictions_are_those_of_each_model_alone():
    predictions = compare_made(plain_models(), return_comparison=True).predictions
    for name, model in plain_models().items():
        alone = cross_val_predict_raters(model, DATA.X, DATA.Y, groups=DATA.groups, cv=3, method="predict")
        assert predictions[name].tolist() == alone.tolist()


def test_models_that_see_the_class_are_far_better_than_chance():
    # DummyClassifier names one class only: its UAR is a third.
    table = compare_made(plain_models())
    assert table.loc["chance", "uar"] == pytest.approx(1 / 3)
    assert (table.loc[["logistic", "raters"], "uar"] > 0.75).all()
    assert (table.loc[["logistic", "raters"], "low"] > 0.3).all()


def test_the_same_seed_gives_the_same_table_in_parallel_too():
    models = {"tree": DecisionTreeClassifier(max_features=1), "chance": DummyClassifier(strategy="uniform")}
    once, again, parallel = (
        compare_made(models, random_state=3, n_jobs=n_jobs)[SCORES + INTERVAL] for n_jobs in (None, 1, 2)
    )
    pd.testing.assert_frame_equal(once, again)
    pd.testing.assert_frame_equal(once, parallel)
    other = compare_made(models, random_state=4)
    assert (other["uar"] != once["uar"]).all()


def test_models_that_share_a_view_are_one_job_and_the_longest_job_comes_first():
    def batches(estimator):
        models = paper_models(small_stack(estimator), DATA.Y)
        plans = {name: [stack.plan(DATA.X, DATA.Y, groups=DATA.groups)] for name, stack in models.items()}
        pairs = batches_of({name: (stack, DATA.X) for name, stack in models.items()}, plans)
        return [list(batch) for batch in pairs]

    fused = ["crowd-soft", "crowd pair", "all views", "mean of posteriors"]
    # The views of a fusion start from crowd-soft, those on their own do not.
    assert batches(small_blstm()) == [fused, ["crowd-hard"], ["E1"], ["E2"], ["E3"]]
    (together,) = batches(LogisticRegression())
    assert together == ["crowd-hard", "crowd-soft", "E1", "E2", "E3", *fused[1:]]


def test_parallel_jobs_train_each_view_once_and_give_the_same_answers(tmp_path):
    found, n_results = [], []
    for n_jobs in (1, 2):
        memory = tmp_path / str(n_jobs)
        found.append(
            compare_made(small_stack(), n_jobs=n_jobs, memory=memory, baseline="crowd-hard")[
                SCORES + INTERVAL
            ]
        )
        n_results.append(len(list(memory.rglob("output.pkl"))))
    pd.testing.assert_frame_equal(*found)
    assert n_results[0] == n_results[1] > 0


def test_a_model_may_have_features_of_its_own():
    blind = LogisticRegression(), np.zeros((150, 5))
    table = compare_made({"chance": DummyClassifier(), "logistic": LogisticRegression(), "blind": blind})
    assert table.loc["blind", "uar"] == pytest.approx(1 / 3)
    assert table.loc["logistic", "uar"] > 0.75
    models = {
        "chance": (DummyClassifier(), DATA.X),
        "logistic": (LogisticRegression(), DATA.X),
        "blind": blind,
    }
    again = compare(models, None, DATA.Y, groups=DATA.groups, cv=3, baseline="chance", random_state=0)
    assert again["uar"].equals(table["uar"])


def test_labels_are_mapped_after_the_majority():
    Y = DATA.Y.map(lambda label: "gloomy" if label == "sad" else label)
    task = Task(Y, ["sad", "angry"], {"gloomy": "sad"})
    found = compare_made(plain_models(), Y=task, baseline=None, return_comparison=True)
    table, predictions = found.table, found.predictions
    assert list(table.columns[3:5]) == ["recall_sad", "recall_angry"]
    assert not set(INTERVAL) & set(table)
    assert set(predictions["logistic"]) == {"sad", "angry"}
    expected = [label if label in ("sad", "angry") else "" for label in hard_labels(DATA.Y)]
    assert predictions["consensus"].fillna("").tolist() == expected


@pytest.mark.parametrize("form", ["stack", "dict", "ensemble"])
def test_a_task_is_the_same_as_models_that_name_its_classes_and_map(form):
    def models(**params):
        stack = small_stack(views=["crowd_hard", "crowd_soft"], **params)
        if form == "stack":
            return stack
        inner = DeepEnsembleClassifier(stack, n_estimators=2) if form == "ensemble" else stack
        return {"chance": DummyClassifier(), "own": inner}

    settings = {"classes": ["sad", "angry"], "label_map": {"neutral": "angry"}}
    compare_by = {"baseline": None, "return_comparison": True}
    by_task = compare_made(models(), Y=Task(DATA.Y, **settings), **compare_by)
    by_models = compare_made(models(**settings), **compare_by)
    for name in ("table", "predictions"):
        task_table, models_table = getattr(by_task, name), getattr(by_models, name)
        shared = [name for name in task_table if not str(name).endswith("seconds")]
        pd.testing.assert_frame_equal(task_table[shared], models_table[shared])
    assert list(by_task.table.columns[3:5]) == ["recall_sad", "recall_angry"]


def test_a_task_replaces_the_classes_and_the_map_of_the_models():
    models = {
        "one": mean_of_raters(classes=["neutral", "angry"], label_map={"sad": "angry"}),
        "two": mean_of_raters(),
    }
    task = Task(DATA.Y, ["sad", "angry"])
    found = compare_made(models, Y=task, baseline=None, return_comparison=True)
    table, predictions = found.table, found.predictions
    assert table.loc["one", "uar"] == table.loc["two", "uar"]
    assert set(predictions["one"]) == {"sad", "angry"}


def test_a_label_map_without_classes_is_that_of_the_models():
    models = {"own": mean_of_raters(label_map={"sad": "unhappy", "angry": "unhappy"})}
    found = compare_made(models, baseline=None, return_comparison=True)
    table, predictions = found.table, found.predictions
    assert list(table.columns[3:5]) == ["recall_neutral", "recall_unhappy"]
    assert set(predictions["own"]) == {"neutral", "unhappy"}


def test_the_index_of_the_ratings_names_the_samples_of_the_predictions():
    names = [f"clip{number}" for number in range(150)]
    for Y in (DATA.Y.set_axis(names), Task(DATA.Y.set_axis(names), CLASSES)):
        predictions = compare_made({"chance": DummyClassifier()}, Y=Y, return_comparison=True).predictions
        assert predictions.index.tolist() == names


def test_models_are_scored_by_the_known_truth_and_trained_on_the_ratings():
    truth = np.where(np.arange(150) % 3 == 0, None, DATA.truth)
    by_majority = compare_made(plain_models(), return_comparison=True).predictions
    found = compare_made(plain_models(), truth=truth, return_comparison=True)
    table, by_truth = found.table, found.predictions
    assert by_truth["truth"].fillna("").tolist() == [label or "" for label in truth]
    pd.testing.assert_frame_equal(by_truth.drop(columns="truth"), by_majority)
    known = by_truth[by_truth["truth"].notna()]
    for name in table.index:
        uar = unweighted_average_recall(known["truth"], known[name], labels=SORTED)
        assert table.loc[name, "uar"] == pytest.approx(uar)
    difference = paired_bootstrap(
        known["truth"],
        known["raters"],
        known["chance"],
        DATA.groups[known.index],
        n_bootstrap=50,
        random_state=0,
    )
    assert tuple(table.loc["raters", INTERVAL]) == pytest.approx(difference)


class NoProba(LogisticRegression):
    """A classifier without probabilities."""

    predict_proba = property()


class TestSoftScores:
    """The columns that judge predicted distributions by the shares of the votes."""

    measures = dict(
        zip(
            [*SOFT, "wasserstein"],
            [
                soft_cross_entropy,
                jensen_shannon_divergence,
                manhattan_distance,
                soft_f1_score,
                brier_score,
                expected_calibration_error,
                wasserstein_distance,
            ],
            strict=True,
        )
    )

    def test_they_pool_the_predictions_of_all_folds_on_every_sample_with_votes(self):
        task = Task(DATA.Y, CLASSES)
        models = {"logistic": LogisticRegression(), "raters": mean_of_raters()}
        table = compare_made(models, Y=task, baseline=None, ordered=True)
        shares = soft_labels(task, alpha=0, outside_majority="keep")
        rated = ~np.isnan(shares[:, 0])
        assert rated.sum() > sum(label is not None for label in hard_labels(task))
        for name, model in models.items():
            method = "predict_proba" if name == "logistic" else "predict_soft_labels"
            model = model if name == "logistic" else model.set_params(classes=CLASSES)
            proba, names = cross_val_predict_raters(
                model, DATA.X, DATA.Y, groups=DATA.groups, cv=3, method=method, return_names=True
            )
            proba = align(proba, names["classes"], CLASSES)
            for column, measure in self.measures.items():
                assert table.loc[name, column] == pytest.approx(measure(shares[rated], proba[rated])), column

    def test_votes_outside_the_classes_do_not_count(self):
        task = Task(DATA.Y, ["sad", "angry"], {"neutral": "angry"})
        table = compare_made({"chance": DummyClassifier(strategy="uniform")}, Y=task, baseline=None)
        assert table.loc["chance", "soft_cross_entropy"] == pytest.approx(np.log(2))

    def test_the_order_of_the_classes_may_be_given_by_the_models_or_be_that_of_numbers(self):
        by_models = compare_made({"own": mean_of_raters(classes=CLASSES)}, baseline=None, ordered=True)
        numbers = DATA.Y.map(lambda label: CLASSES.index(label) if label in CLASSES else None)
        by_numbers = compare_made({"own": mean_of_raters()}, Y=numbers, baseline=None, ordered=True)
        assert by_models.loc["own", "wasserstein"] > 0
        assert by_numbers.loc["own", "wasserstein"] > 0

    def test_they_are_nan_without_probabilities(self):
        table = compare_made({"chance": DummyClassifier(), "labels": NoProba()})
        assert table.loc["labels", SOFT].isna().all()
        assert table.loc["labels", "accuracy"] > 0.75
        assert table.loc["chance", SOFT].notna().all()

    def test_untested_samples_do_not_count(self):
        folds = list(GroupKFold(3).split(DATA.X, groups=DATA.groups))[:1]
        table = compare_made({"uniform": DummyClassifier(strategy="uniform")}, cv=folds, baseline=None)
        assert table.loc["uniform", "soft_cross_entropy"] == pytest.approx(np.log(3))

    def test_a_class_that_the_ratings_do_not_have_is_named_and_the_rest_is_scored(self):
        other = FrozenEstimator(
            LogisticRegression().fit(DATA.X, np.where(DATA.truth == "sad", "joy", DATA.truth))
        )
        with pytest.warns(UserWarning, match=r"'frozen' has no scores of its probabilities.*joy was learnt"):
            table = compare_made({"chance": DummyClassifier(), "frozen": other})
        assert table.loc["frozen", SOFT].isna().all()
        assert table.loc["frozen", "recall_angry"] > 0.75

    def test_each_model_is_fitted_once_a_fold(self, counted):
        model, n_fits = counted
        compare_made({"first": model}, baseline=None)
        assert n_fits() == 3

    def test_a_pipeline_is_scored_by_the_shares_of_its_last_step(self):
        models = {"plain": mean_of_raters(), "pipeline": make_pipeline("passthrough", mean_of_raters())}
        table = compare_made(models, baseline=None)
        assert table.loc["plain", SOFT].tolist() == table.loc["pipeline", SOFT].tolist()


def test_samples_may_be_left_untested():
    folds = list(GroupKFold(3).split(DATA.X, groups=DATA.groups))[:2]
    predictions = compare_made(plain_models(), cv=folds, return_comparison=True).predictions
    assert predictions.index.tolist() == sorted(np.concatenate([test for _, test in folds]))
    for number, (_, test) in enumerate(folds):
        assert (predictions.loc[test, "fold"] == number).all()


def test_progress_goes_to_standard_error(capsys):
    compare_made(plain_models(), verbose=1)
    shown = capsys.readouterr()
    assert "Comparing models: 0 of 15 trainings" in shown.err
    assert "Comparing models: 15 of 15 trainings" in shown.err
    assert shown.out == ""


@pytest.fixture
def counted(monkeypatch):
    """Return a classifier that counts its fits, and the function that returns their number."""
    monkeypatch.setattr(CountedFits, "n_fits", 0)
    return CountedFits(), lambda: CountedFits.n_fits


class TestErrorsBeforeTheFirstTraining:
    """Errors that `compare` raises before any training; the first model counts its fits."""

    @pytest.fixture
    def refuse(self, counted):
        model, n_fits = counted

        def check(error, message, models=None, X=DATA.X, Y=DATA.Y, **params):
            given = {"groups": DATA.groups, "cv": 3, "baseline": None}
            with pytest.raises(error, match=message):
                compare({"first": model, **(models or {})}, X, Y, **{**given, **params})
            assert n_fits() == 0

        return check

    @pytest.mark.parametrize("name", ["fold", "consensus", "truth"])
    def test_a_model_with_the_name_of_a_column_of_the_predictions_is_refused(self, refuse, name):
        message = f"A model is called '{name}'.*another name. Reserved are 'fold', 'consensus', 'truth'"
        refuse(ValueError, message, {name: LogisticRegression()})

    def test_a_rater_with_the_name_of_a_column_of_the_predictions_is_refused(self, counted):
        model, n_fits = counted
        Y = DATA.Y.rename(columns={"E2": "truth"})
        with pytest.raises(ValueError, match="A model is called 'truth'"):
            compare(small_stack(model), DATA.X, Y, groups=DATA.groups, cv=3)
        assert n_fits() == 0

    def test_an_unknown_baseline_is_refused(self, refuse):
        refuse(ValueError, r"'crowd-hard' is not one of the models \['first'\]", baseline="crowd-hard")

    def test_groups_that_the_splitter_needs_are_not_left_out(self, refuse):
        refuse(ValueError, "groups is None", groups=None, cv=LeaveOneGroupOut())

    def test_a_class_that_no_tested_sample_has_is_refused(self, refuse):
        refuse(ValueError, "No tested sample has the consensus 'fear'", Y=Task(DATA.Y, ["fear", *CLASSES]))

    def test_features_of_other_samples_are_refused(self, refuse):
        other = {"other": (LogisticRegression(), DATA.X[:4])}
        refuse(ValueError, "Y has 150, X of model 'other' has 4", other)

    def test_a_model_without_features_is_refused(self, refuse):
        refuse(ValueError, "Model 'first' has no features", X=None)

    @pytest.mark.parametrize("estimator", ["svc", FeatureAgglomeration()])
    def test_a_model_that_cannot_predict_is_refused(self, refuse, estimator):
        refuse(TypeError, "'other' is not an estimator.*give one with fit and predict", {"other": estimator})

    def test_models_of_different_classes_are_refused(self, refuse):
        models = {"a": mean_of_raters(classes=["sad", "angry"]), "b": mean_of_raters(classes=CLASSES)}
        refuse(ValueError, "The models have different classes", models)

    def test_ratings_of_other_samples_are_refused(self, refuse):
        refuse(ValueError, "Y has 80, X has 150", Y=DATA.Y[:80])

    def test_the_truth_of_other_samples_is_refused(self, refuse):
        refuse(ValueError, "Y has 150, truth has 2", truth=["sad", "angry"])

    def test_a_class_without_known_truth_is_refused(self, refuse):
        task = Task(DATA.Y, CLASSES)
        refuse(ValueError, "No tested sample has the truth 'neutral'", Y=task, truth=["sad", "angry"] * 75)

    def test_ordered_classes_without_an_order_are_refused(self, refuse):
        message = "'angry', 'neutral', 'sad' are only sorted as text: give them in their order"
        refuse(ValueError, message, ordered=True)

    def test_several_truths_for_a_sample_are_refused(self, refuse):
        refuse(ValueError, "truth must be one label for each sample", truth=DATA.Y)

    def test_a_truth_that_is_nowhere_known_is_refused(self, refuse):
        refuse(ValueError, "truth: There are no ratings: of the 150", truth=[None] * 150)

    def test_frames_that_are_no_numbers_are_refused_and_counted_in_all_of_x(self, refuse):
        frames = as_sequences(DATA.X)
        frames[71] = np.full((1, 4), np.nan, dtype=np.float32)
        other = {"other": (small_blstm(), frames)}
        refuse(ValueError, r"NaN: sample 71, frame 0.*Model 'other' does not accept", other)

    def test_a_training_part_without_consensus_is_refused(self, refuse):
        Y = DATA.Y.copy()
        train, _ = list(KFold(3).split(Y))[2]
        Y.iloc[train] = ["sad", "angry", None]
        refuse(ValueError, "None of the 100 training samples of a fold has a consensus", Y=Y, groups=None)

    def test_a_stack_whose_plan_fails_is_refused(self, refuse):
        refuse(
            TypeError,
            "fusion='fine_tune' trains networks further",
            {"other": small_stack(fusion="fine_tune")},
        )

    def test_a_rater_without_ratings_in_a_training_part_is_refused(self, refuse):
        sparse = DATA.Y.copy()
        sparse.loc[:99, "E3"] = None
        other = {"other": small_stack(views=["E3"], fusion="mean")}
        refuse(ValueError, "E3", other, Y=sparse, groups=None)

    def test_a_bootstrap_over_one_group_is_refused(self, refuse):
        one = {"groups": np.zeros(150), "cv": KFold(3), "baseline": "first"}
        refuse(ValueError, "needs at least two groups", **one)

    def test_a_bootstrap_without_draws_is_refused(self, refuse):
        refuse(ValueError, "n_bootstrap must be from 1 to", baseline="first", n_bootstrap=0)

    def test_folds_that_test_what_they_train_on_are_refused(self, refuse):
        folds = [(np.arange(100), np.arange(99, 150))]
        refuse(ValueError, r"Fold 1 of cv trains and tests on the same sample \(99\)", cv=folds)

    def test_folds_with_nothing_to_test_are_refused(self, refuse):
        folds = [(np.arange(100), np.arange(100, 150)), (np.arange(100), np.arange(0))]
        refuse(ValueError, "Fold 2 of cv has 100 samples to train on and 0 to test", cv=folds)

    def test_no_folds_are_refused(self, refuse):
        refuse(ValueError, "cv has no folds", cv=[])


def test_no_models_are_refused():
    with pytest.raises(ValueError, match="models is empty"):
        compare_made({}, baseline=None)


def test_a_single_model_that_is_no_stack_is_refused():
    with pytest.raises(TypeError, match="DummyClassifier has no views"):
        compare_made(DummyClassifier())


class TestStack:
    """A single stack is compared as the models of the paper's table."""

    rows = ("crowd-hard", "crowd-soft", "E1", "E2", "E3", "crowd pair", "all views", "mean of posteriors")

    def test_the_papers_table(self):
        found = compare_made(small_stack(), baseline="crowd-hard", return_comparison=True)
        table, predictions = found.table, found.predictions
        assert tuple(table.index) == self.rows
        # Chance is a third.
        assert (table["uar"] > 0.7).all()
        alone = cross_val_predict_raters(
            small_stack(), DATA.X, DATA.Y, groups=DATA.groups, cv=3, method="predict_proba_views"
        )
        for place, name in enumerate(self.rows[:5]):
            of_view = np.array(SORTED)[alone[:, place].argmax(axis=1)]
            assert predictions[name].tolist() == of_view.tolist()

    def test_its_models_may_be_compared_with_others(self):
        table = compare_made(small_stack(), baseline="crowd-hard")
        models = {**paper_models(small_stack(), DATA.Y), "logistic": LogisticRegression()}
        beside = compare_made(models, baseline="crowd-hard")
        pd.testing.assert_series_equal(beside["uar"][:-1], table["uar"])
        # The view "crowd_hard" is logistic regression on the consensus.
        assert beside.loc["logistic", "uar"] == beside.loc["crowd-hard", "uar"]

    def test_each_view_is_trained_once_a_fold(self, counted):
        model, n_fits = counted
        stack = small_stack(model, fusion=LogisticRegression())
        table = compare_made(stack, baseline="crowd-hard")
        n_views, n_folds = 5, 3
        assert n_fits() == n_views * n_folds
        # Nevertheless each row includes the seconds of all its views.
        singles = table["fit_seconds"][list(self.rows[:5])]
        assert table.loc["mean of posteriors", "fit_seconds"] == pytest.approx(singles.sum(), rel=0.2)

    def test_memory_continues_an_earlier_comparison(self, counted, tmp_path):
        model, n_fits = counted
        stack = small_stack(model, views=["crowd_hard", "crowd_soft"])
        first = compare_made(stack, baseline=None, memory=tmp_path / "cache")
        n_trained = n_fits()
        again = compare_made(stack, baseline=None, memory=Memory(str(tmp_path / "cache"), verbose=0))
        assert n_fits() == n_trained > 0
        pd.testing.assert_series_equal(first["uar"], again["uar"])


def test_memory_continues_with_the_fits_of_models_that_are_no_stacks(counted, tmp_path):
    model, n_fits = counted
    settings = {"baseline": None, "memory": tmp_path / "cache"}
    first = compare_made({"counted": model}, **settings)
    assert n_fits() == 3
    again = compare_made({"counted": model, "other": DummyClassifier()}, **settings)
    assert n_fits() == 3
    pd.testing.assert_frame_equal(
        again[:1].drop(columns="predict_seconds"), first.drop(columns="predict_seconds")
    )
    # Other settings or ratings are other fits.
    compare_made({"counted": clone(model).set_params(C=0.5)}, **settings)
    assert n_fits() == 6
    compare_made({"counted": model}, Y=np.roll(DATA.Y, 1, axis=0), **settings)
    assert n_fits() == 9


def test_the_planned_trainings_are_those_that_a_comparison_does(tmp_path):
    stack = small_stack(views=["crowd_hard", "crowd_soft"])
    models = paper_models(stack, DATA.Y) | {"logistic": LogisticRegression()}
    models = {name: (model, DATA.X, {}) for name, model in models.items()}
    jobs = planned_trainings(models, DATA.Y, groups=DATA.groups, cv=3)
    n_parts = 1 + len(stack.plan(DATA.X, DATA.Y, groups=DATA.groups).splits)
    assert len(jobs) == 3 * (n_parts + 1)  # the other one is that of the model that is no stack
    with watched(journal=str(tmp_path / "journal")):
        compare_made(models, baseline=None)
    done = [(kind, n_samples) for kind, n_samples, *_ in read_journal(tmp_path / "journal")]
    assert sorted(size for job in jobs for size in job) == sorted(done)


def test_models_are_tested_on_their_samples_in_other_conditions_as_well():
    X = np.tile([[0.0], [1.0]], (10, 1))
    Y = [["a", "a"], ["b", "b"]] * 10
    models = {
        "plain": DummyClassifier(),
        "own": (KNeighborsClassifier(1), X, {"turned": 1 - X, "same": X}),
    }
    table = compare(models, X, Y, cv=2, baseline=None)
    assert table.loc["own", ["uar", "uar_turned", "uar_same"]].tolist() == [1, 0, 1]
    assert table.loc["plain", ["uar_turned", "uar_same"]].isna().all()
    models["own"] = (KNeighborsClassifier(1), X, {"short": X[:-1]})
    with pytest.raises(ValueError, match=r"X of model 'own', short has 19"):
        compare(models, X, Y, cv=2, baseline=None)
    for wrong, told in (
        ((KNeighborsClassifier(1),), "tuple of 1"),
        ((KNeighborsClassifier(1), X, None), "of 3"),
    ):
        with pytest.raises(ValueError, match=rf"Model 'own' is a .*{told}: give \(estimator, X\)"):
            compare({"own": wrong}, X, Y, cv=2, baseline=None)


def test_truth_of_another_type_is_refused_before_the_first_training():
    X, Y = [[0.0], [1.0]] * 10, [["a", "a"], ["b", "b"]] * 10
    before = CountedFits.n_fits
    with pytest.raises(TypeError, match="mix strings and numbers"):
        compare({"one": CountedFits()}, X, Y, truth=[0, 1] * 10, cv=2)
    assert CountedFits.n_fits == before


def test_a_task_without_given_classes_compares_as_its_ratings():
    X, Y = [[0.0], [1.0]] * 10, [["a", "a"], ["b", "b"]] * 10
    truth = ["a", "b"] * 9 + ["d", "b"]
    models = {"one": DummyClassifier()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tables = [compare(models, X, Y, truth=truth, cv=2, baseline=None) for Y in (Y, Task(Y))]
    pd.testing.assert_frame_equal(*(table[["uar", "accuracy"]] for table in tables))


def test_no_map_and_an_empty_one_are_the_same():
    rated = make_rated(60)
    models = {
        str(given): small_stack(fusion="mean", classes=CLASSES, label_map=given) for given in (None, {})
    }
    table = compare(models, rated.X, rated.Y, cv=2, baseline=None, random_state=0)
    assert table.loc["None", "uar"] == table.loc["{}", "uar"]
