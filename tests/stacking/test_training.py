"""The training of views: any classifier, one that fails, and what the cache keeps."""

import os
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pytest
import sklearn
from sklearn.calibration import CalibratedClassifierCV
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer
from sklearn.model_selection import GridSearchCV, GroupKFold, HalvingGridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from made import GROUPS, X, Y, accuracy, small_blstm, small_stack
from sklearn_raters import FramePooler, SoftmaxLayerClassifier
from sklearn_raters.metrics import neg_soft_cross_entropy_scorer, uar_scorer


@pytest.mark.parametrize(
    "estimator",
    [
        RandomForestClassifier(10),
        HistGradientBoostingClassifier(max_iter=5),
        GaussianNB(),
        LinearSVC(),
        make_pipeline(StandardScaler(), LogisticRegression()),
        GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=3),
        GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=GroupKFold(3)),
        SoftmaxLayerClassifier(max_epochs=5),
        make_pipeline(StandardScaler(), SoftmaxLayerClassifier(max_epochs=5)),
        GridSearchCV(SoftmaxLayerClassifier(max_epochs=3), {"learning_rate": [1e-3, 1e-1]}, cv=GroupKFold(2)),
    ],
    ids=lambda estimator: str(estimator)[:40],
)
@pytest.mark.parametrize("routing", [False, True])
def test_any_classifier_may_be_a_view(estimator, routing):
    with sklearn.config_context(enable_metadata_routing=routing):
        model = small_stack(estimator, views=["crowd_hard", "crowd_soft", "E1"], fusion=LogisticRegression())
        model.fit(X, Y, groups=GROUPS)
    assert accuracy(model) > 0.85


def test_a_view_may_be_a_search_of_its_own():
    search = GridSearchCV(LogisticRegression(), {"C": [1e-6, 1.0]}, cv=GroupKFold(3))
    model = small_stack(search, views=["crowd_hard", "E1"]).fit(X, Y, groups=GROUPS)
    hard, rater = model.estimators_
    assert hard.best_params_ == {"C": 1.0}
    assert rater.estimator_.best_params_ == {"estimator__C": 1.0}
    networks = GridSearchCV(small_blstm(), {"learning_rate": [1e-7, 0.02]}, cv=GroupKFold(2))
    model = small_stack(networks, views=["crowd_hard", "E1"], fusion="mean").fit(X, Y, groups=GROUPS)
    assert [view.best_params_["learning_rate"] for view in model.estimators_] == [0.02, 0.02]


def test_a_hard_view_is_represented_by_its_transform():
    model = small_stack(LinearDiscriminantAnalysis(), views=["crowd_hard"], fusion=LogisticRegression()).fit(
        X, Y
    )
    assert model.fusion_.n_features_in_ == 2  # discriminants of three classes
    assert accuracy(model) > 0.85


@pytest.mark.parametrize("estimator", [KNeighborsClassifier(), LinearDiscriminantAnalysis()], ids=str)
def test_classifiers_without_weights_learn_hard_labels_only(estimator, tmp_path):
    name = type(estimator).__name__
    assert accuracy(small_stack(estimator, views=["crowd_hard"]).fit(X, Y)) > 0.85
    assert accuracy(small_stack(view_params={"crowd_hard": estimator}).fit(X, Y)) > 0.85
    path = tmp_path / "trained"
    model = small_stack(Trained(path), view_params={"E3": estimator})
    with pytest.raises(
        TypeError, match=rf"view 'E3' has soft labels, which cannot reach {name}.*view_params"
    ):
        model.fit(X, Y)
    assert not path.exists()


def test_a_view_without_probabilities_is_fused_but_has_no_posterior():
    model = small_stack(view_params={"crowd_hard": SVC()}).fit(X, Y)
    assert accuracy(model) > 0.85
    assert model.predict_proba_raters(X).shape == (150, 3, 3)
    with pytest.raises(
        AttributeError, match=r"view 'crowd_hard' has no predict_proba.*CalibratedClassifierCV"
    ):
        model.predict_proba_views(X)
    model = small_stack(view_params={"crowd_hard": CalibratedClassifierCV(SVC())}).fit(X, Y)
    assert model.predict_proba_views(X).shape == (150, 5, 3)


class Trained(LogisticRegression):
    """Writes a line a training; is interrupted in the one whose number the file "stop" beside holds."""

    def __init__(self, path=None, C=1.0):
        super().__init__(C=C)
        self.path = path

    def fit(self, X, y, sample_weight=None):
        with Path(self.path).open("a") as file:
            file.write(f"{len(y)}\n")
        stop = Path(self.path).with_name("stop")
        if stop.exists() and trainings(self.path) == int(stop.read_text()):
            raise KeyboardInterrupt
        return super().fit(X, y, sample_weight=sample_weight)


def trainings(path):
    return len(Path(path).read_text().split())


@pytest.mark.parametrize("as_path", [True, False])
def test_a_killed_fit_resumes_at_the_first_unfinished_view(tmp_path, as_path):
    cache = tmp_path / "cache"
    memory = str(cache) if as_path else joblib.Memory(cache, verbose=0)
    path = tmp_path / "trained"
    (tmp_path / "stop").write_text("4")
    model = small_stack(Trained(path), memory=memory, fusion="mean")
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y)
    assert trainings(path) == 4
    (tmp_path / "stop").unlink()
    model.fit(X, Y)
    assert trainings(path) == 6  # the fourth again, and the fifth
    plain = small_stack(Trained(tmp_path / "other"), fusion="mean").fit(X, Y)
    np.testing.assert_array_equal(model.predict_proba(X), plain.predict_proba(X))


def test_stacks_that_differ_in_their_fusion_train_each_view_once(tmp_path):
    path, memory = tmp_path / "trained", str(tmp_path / "cache")
    first = small_stack(Trained(path), memory=memory, fusion="mean").fit(X, Y)
    for fusion in ("softmax", LogisticRegression()):
        model = small_stack(Trained(path), memory=memory, fusion=fusion).fit(X, Y)
        np.testing.assert_array_equal(model.predict_proba_views(X), first.predict_proba_views(X))
    assert trainings(path) == 5
    small_stack(Trained(path), memory=memory, fusion="mean", views=["E1", "crowd_soft"]).fit(X, Y)
    assert trainings(path) == 5
    # The logistic layer trains the views once more, to choose its penalty; class weights need no more.
    small_stack(Trained(path), memory=memory).fit(X, Y)
    small_stack(Trained(path), memory=memory, class_weight="balanced").fit(X, Y)
    assert trainings(path) == 10
    # The same view on other ratings, or with other parameters, is another.
    small_stack(Trained(path), memory=memory, fusion="mean", alpha=0.5).fit(X, Y)
    assert trainings(path) == 14  # all but crowd_hard
    small_stack(Trained(path), memory=memory, fusion="mean", view_params={"E1": {"C": 2.0}}).fit(X, Y)
    assert trainings(path) == 15
    assert model.view_fit_time_ == {**model.view_fit_time_, **first.view_fit_time_}


def test_networks_come_back_from_the_cache_unchanged(tmp_path):
    models = [small_stack(small_blstm(), memory=str(tmp_path), fusion="softmax").fit(X, Y) for _ in range(2)]
    plain = small_stack(small_blstm(), fusion="softmax").fit(X, Y)
    for model in models:
        np.testing.assert_array_equal(model.predict_proba(X), plain.predict_proba(X))
    assert models[0].view_fit_time_ == models[1].view_fit_time_


@pytest.mark.slow
def test_the_cache_serves_another_process(tmp_path):
    script = (
        "import sys, numpy as np; from sklearn.linear_model import LogisticRegression\n"
        "from sklearn_raters import MultiRaterStackingClassifier as Stack\n"
        "rng = np.random.default_rng(0); X = rng.normal(size=(60, 2))\n"
        "Y = np.array(['a', 'b'])[(X[:, :1] + rng.normal(size=(60, 3)) > 0).astype(int)]\n"
        "model = Stack(LogisticRegression(), memory=sys.argv[1], random_state=0, fusion='mean').fit(X, Y)\n"
        "print(model.view_fit_time_)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    answers = [
        subprocess.run(
            command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    ]
    assert answers[0] == answers[1] != ""


def test_a_view_that_fails_is_named():
    class Failing(LogisticRegression):
        def fit(self, X, y, sample_weight=None):
            raise ValueError("the matter")

    with pytest.raises(ValueError, match="View 'E2': the matter"):
        small_stack(view_params={"E2": Failing()}, views=["crowd_hard", "E2"]).fit(X, Y)


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_progress_goes_to_standard_error_and_hides_no_failure(n_jobs, capsys):
    small_stack(n_jobs=n_jobs, verbose=1).fit(X, Y)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Training views" in shown.err
    spoilt = X.copy()
    spoilt[7] = np.nan
    with pytest.raises(ValueError, match=r"View 'crowd_(hard|soft)': Input X contains NaN"):
        small_stack(n_jobs=n_jobs, verbose=1).fit(spoilt, Y)


class Mapped(LogisticRegression):
    """Learns the mean frame, and notes whether its samples are mapped from a file."""

    def fit(self, X, y, sample_weight=None):
        self.mapped_ = isinstance(X[0], np.memmap)
        return super().fit(np.array([np.mean(frames, axis=0) for frames in X]), y, sample_weight)

    def predict_proba(self, X):
        return super().predict_proba(np.array([np.mean(frames, axis=0) for frames in X]))


def test_processes_map_the_samples_into_memory_and_learn_the_same():
    # joblib maps arrays of more than a megabyte.
    long = [np.tile(row, (400, 1)) for row in X]
    raters = {"fusion": "mean", "views": ["E1", "E2"]}
    models = [small_stack(Mapped(), **raters, n_jobs=n_jobs).fit(long, Y) for n_jobs in (1, 2)]
    mapped = [[view.estimator_.mapped_ for view in model.estimators_] for model in models]
    assert mapped == [[False, False], [True, True]]
    np.testing.assert_allclose(*(model.predict_proba(long) for model in models))


@pytest.mark.parametrize("as_sequences", [False, True])
def test_the_cache_serves_whatever_the_number_of_jobs(tmp_path, as_sequences):
    wide = np.tile(X, 300)
    samples = [row.reshape(-1, 4) for row in wide] if as_sequences else wide
    memory, path = str(tmp_path / "cache"), tmp_path / "log"
    estimator = small_blstm() if as_sequences else Trained(path)
    first = small_stack(estimator, memory=memory, fusion="mean", n_jobs=2).fit(samples, Y)
    again = small_stack(estimator, memory=memory, fusion="mean", n_jobs=1).fit(samples, Y)
    assert again.view_fit_time_ == first.view_fit_time_
    other = small_stack(estimator, memory=memory, fusion="mean").fit(samples[::-1], Y)
    assert other.view_fit_time_ != first.view_fit_time_


class Represented(LogisticRegression):
    """Counts how often it represents samples."""

    times = 0

    def transform(self, X):
        Represented.times += 1
        return X


def test_stacks_that_differ_in_their_fusion_represent_the_samples_once(tmp_path):
    settings = {"memory": str(tmp_path / "cache"), "views": ["crowd_hard"]}
    first = small_stack(Represented(), **settings).fit(X, Y)
    assert Represented.times == 2  # once more for choosing the penalty
    for other in ({"class_weight": "balanced"}, {"fusion": "softmax"}, {"fusion": LogisticRegression()}):
        small_stack(Represented(), **settings, **other).fit(X, Y)
    assert Represented.times == 2
    # Out of fold the views show posteriors, and other samples.
    model = small_stack(Represented(), **settings, cv=2).fit(X, Y)
    assert model.fusion_[-1].n_features_in_ == len(first.classes_)


def test_a_halving_search_may_spend_its_budget_as_epochs():
    labels = np.where(X[:, 0] > np.median(X[:, 0]), "high", "low")
    halving = {"factor": 2, "min_resources": 2, "max_resources": 4, "cv": GroupKFold(2)}
    jobs = [
        (small_blstm(), labels, ""),
        (small_stack(small_blstm(), fusion="mean", views=["crowd_hard", "crowd_soft"]), Y, "estimator__"),
    ]
    for model, targets, prefix in jobs:
        grid = {f"{prefix}learning_rate": [1e-7, 0.02]}
        search = HalvingGridSearchCV(model, grid, resource=f"{prefix}max_epochs", **halving)
        search.fit(X, targets, groups=GROUPS)
        assert search.n_resources_ == [2, 4]
        assert search.best_params_ == {f"{prefix}learning_rate": 0.02, f"{prefix}max_epochs": 4}


@pytest.mark.parametrize("scoring", [uar_scorer, neg_soft_cross_entropy_scorer])
@pytest.mark.parametrize(
    ("estimator", "name", "values"),
    [
        (LogisticRegression(), "C", [1e-6, 1.0]),
        (make_pipeline(StandardScaler(), LogisticRegression()), "logisticregression__C", [1e-6, 1.0]),
        (small_blstm().set_params(max_epochs=20), "learning_rate", [1e-9, 0.02]),
    ],
    ids=["classifier", "pipeline", "network"],
)
def test_a_views_search_judges_soft_labels_by_scorers_that_take_ratings(scoring, estimator, name, values):
    search = GridSearchCV(estimator, {name: values}, cv=GroupKFold(3), scoring=scoring)
    model = small_stack(search, views=["crowd_soft", "E1"], fusion="mean").fit(X, Y, groups=GROUPS)
    for fitted in model.estimators_:
        found = getattr(fitted, "estimator_", fitted)
        assert values[1] in found.best_params_.values()
        assert np.isfinite(found.cv_results_["mean_test_score"]).all()


@pytest.mark.parametrize(
    "scoring", ["balanced_accuracy", get_scorer("neg_log_loss"), {"a": "accuracy"}, ["accuracy"]]
)
@pytest.mark.parametrize("estimator", [LogisticRegression(), small_blstm()], ids=["classifier", "network"])
def test_a_views_search_cannot_judge_soft_labels_by_scorers_of_labels(scoring, estimator):
    search = make_pipeline(GridSearchCV(estimator, {}, cv=GroupKFold(3), scoring=scoring, refit=False))
    with pytest.raises(TypeError, match=r"'crowd_soft' has soft labels, which scoring=.* cannot judge"):
        small_stack(search, views=["crowd_soft"], fusion="mean").fit(X, Y, groups=GROUPS)
    small_stack(GridSearchCV(LogisticRegression(), {}, scoring="accuracy"), views=["crowd_hard"]).fit(X, Y)


def test_a_network_in_a_pipeline_knows_what_the_columns_of_soft_labels_are_called():
    numbers = Y.copy()
    numbers.iloc[0, 0] = numbers.iloc[1, 1] = None
    numbers = numbers.apply(lambda column: column.map({"sad": 1, "angry": -1, "neutral": 0}))
    network = small_blstm(class_weight={0: 1000.0}).set_params(max_epochs=20)
    for estimator in (make_pipeline(FramePooler(1), network), GridSearchCV(network, {}, cv=GroupKFold(2))):
        views = {"views": ["crowd_hard", "crowd_soft"], "fusion": "mean"}
        model = small_stack(estimator, **views).fit(X, numbers, groups=GROUPS)
        for view in model.estimators_:
            assert set(view.predict(X)) == {0}
