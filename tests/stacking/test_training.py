"""The training of views: which classifiers may be views, searches as views, processes, freed memory."""

import ctypes
import subprocess
import sys

import numpy as np
import pytest
import sklearn
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer
from sklearn.model_selection import GridSearchCV, GroupKFold, HalvingGridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from made import FEW, GROUPS, TRUTH, CountedFits, X, Y, accuracy, small_blstm, small_stack
from sklearn_raters import FramePooler, SoftmaxLayerClassifier
from sklearn_raters.metrics import neg_soft_cross_entropy_scorer, uar_scorer


# Of each kind one: trees, probabilities only, decisions only, pipelines, searches, networks.
@pytest.mark.parametrize(
    "estimator",
    [
        RandomForestClassifier(10),
        GaussianNB(),
        LinearSVC(),
        make_pipeline(StandardScaler(), LogisticRegression()),
        GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=GroupKFold(3)),
        make_pipeline(StandardScaler(), SoftmaxLayerClassifier(max_epochs=5)),
        GridSearchCV(SoftmaxLayerClassifier(max_epochs=3), {"learning_rate": [1e-3, 1e-1]}, cv=GroupKFold(2)),
    ],
    ids=lambda estimator: str(estimator)[:40],
)
@pytest.mark.parametrize("routing", [False, True])
def test_any_classifier_may_be_a_view(estimator, routing):
    with sklearn.config_context(enable_metadata_routing=routing):
        model = small_stack(estimator, views=["crowd_hard", "E1"], fusion=LogisticRegression())
        model.fit(X, Y, groups=GROUPS)
    assert accuracy(model) > 0.75


def test_a_search_as_view_chooses_parameters_for_each_view():
    search = GridSearchCV(LogisticRegression(), {"C": [1e-6, 1.0]}, cv=GroupKFold(3))
    model = small_stack(search, views=["crowd_hard", "E1"]).fit(X, Y, groups=GROUPS)
    hard, rater = model.estimators_
    assert hard.best_params_ == {"C": 1.0}
    assert rater.estimator_.best_params_ == {"estimator__C": 1.0}


def test_a_search_over_networks_may_be_a_view():
    networks = GridSearchCV(small_blstm(max_epochs=30), {"learning_rate": [1e-7, 0.02]}, cv=GroupKFold(2))
    model = small_stack(networks, views=["crowd_hard", "E1"], fusion="mean")
    model.fit(FEW.X, FEW.Y, groups=FEW.groups)
    assert [view.best_params_["learning_rate"] for view in model.estimators_] == [0.02, 0.02]


@pytest.mark.parametrize("estimator", [KNeighborsClassifier(), LinearDiscriminantAnalysis()], ids=str)
def test_classifiers_without_weights_learn_hard_labels_only(estimator):
    assert accuracy(small_stack(view_params={"crowd_hard": estimator}).fit(X, Y)) > 0.85
    CountedFits.n_fits = 0
    name = type(estimator).__name__
    message = rf"view 'E3' has soft labels, which cannot reach {name}.*view_params"
    with pytest.raises(TypeError, match=message):
        small_stack(CountedFits(), view_params={"E3": estimator}).fit(X, Y)
    assert CountedFits.n_fits == 0


@pytest.mark.parametrize("fusion", ["pool", "logistic"])
def test_a_view_without_probabilities_is_fused_but_has_no_posterior(fusion):
    model = small_stack(fusion=fusion, view_params={"crowd_hard": SVC()}).fit(X, Y)
    assert accuracy(model) > 0.85
    assert model.predict_proba_raters(X).shape == (150, 3, 3)
    with pytest.raises(AttributeError, match="view 'crowd_hard' has no predict_proba"):
        model.predict_proba_views(X)


def test_a_view_that_fails_is_named():
    class Failing(LogisticRegression):
        def fit(self, X, y, sample_weight=None):
            raise ValueError("the matter")

    with pytest.raises(ValueError, match="View 'E2': the matter"):
        small_stack(view_params={"E2": Failing()}, views=["crowd_hard", "E2"]).fit(X, Y)


def test_progress_is_shown_on_standard_error(capsys):
    small_stack(verbose=1).fit(X, Y)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Training views" in shown.err


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_a_view_that_fails_while_progress_is_shown_is_named(n_jobs):
    spoilt = X.copy()
    spoilt[7] = np.nan
    with pytest.raises(ValueError, match=r"View 'crowd_(hard|soft)': Input X contains NaN"):
        small_stack(n_jobs=n_jobs, verbose=1).fit(spoilt, Y)


class Mapped(LogisticRegression):
    """Learns the mean frame, and remembers whether its samples are mapped from a file."""

    def fit(self, X, y, sample_weight=None):
        self.mapped_ = isinstance(X[0], np.memmap)
        return super().fit(np.array([np.mean(frames, axis=0) for frames in X]), y, sample_weight)

    def predict_proba(self, X):
        return super().predict_proba(np.array([np.mean(frames, axis=0) for frames in X]))


def test_several_processes_map_the_samples_into_memory_and_learn_the_same():
    # joblib maps arrays of more than a megabyte.
    long = [np.tile(row, (400, 1)) for row in X]
    raters = {"fusion": "mean", "views": ["E1", "E2"]}
    models = [small_stack(Mapped(), **raters, n_jobs=n_jobs).fit(long, Y) for n_jobs in (1, 2)]
    mapped = [[view.estimator_.mapped_ for view in model.estimators_] for model in models]
    assert mapped == [[False, False], [True, True]]
    np.testing.assert_allclose(*(model.predict_proba(long) for model in models))


@pytest.mark.parametrize("kind", ["network", "stack"])
def test_a_halving_search_may_spend_its_budget_as_epochs(kind):
    if kind == "network":
        model, targets, prefix = small_blstm(), TRUTH, ""
    else:
        model, targets = small_stack(small_blstm(), fusion="mean", views=["crowd_hard"]), Y
        prefix = "estimator__"
    search = HalvingGridSearchCV(
        model,
        {f"{prefix}learning_rate": [1e-7, 0.02]},
        resource=f"{prefix}max_epochs",
        factor=2,
        min_resources=2,
        max_resources=4,
        cv=GroupKFold(2),
    )
    search.fit(X, targets, groups=GROUPS)
    assert search.n_resources_ == [2, 4]
    assert search.best_params_ == {f"{prefix}learning_rate": 0.02, f"{prefix}max_epochs": 4}


@pytest.mark.parametrize("scoring", [uar_scorer, neg_soft_cross_entropy_scorer])
@pytest.mark.parametrize(
    ("estimator", "name", "values"),
    [
        (LogisticRegression(), "C", [1e-6, 1.0]),
        (make_pipeline(StandardScaler(), LogisticRegression()), "logisticregression__C", [1e-6, 1.0]),
        (small_blstm(), "learning_rate", [1e-9, 0.02]),
    ],
    ids=["classifier", "pipeline", "network"],
)
def test_a_search_as_view_scores_soft_labels_by_scorers_that_take_ratings(scoring, estimator, name, values):
    search = GridSearchCV(estimator, {name: values}, cv=GroupKFold(2), scoring=scoring)
    model = small_stack(search, views=["crowd_soft"], fusion="mean").fit(X, Y, groups=GROUPS)
    fitted = model.estimators_[0]
    found = getattr(fitted, "estimator_", fitted)
    assert list(found.best_params_.values()) == [values[1]]
    assert np.isfinite(found.cv_results_["mean_test_score"]).all()


@pytest.mark.parametrize(
    "scoring", ["balanced_accuracy", get_scorer("neg_log_loss"), {"a": "accuracy"}, ["accuracy"]]
)
@pytest.mark.parametrize("estimator", [LogisticRegression(), small_blstm()], ids=["classifier", "network"])
def test_a_search_as_view_cannot_score_soft_labels_by_scorers_of_labels(scoring, estimator):
    search = make_pipeline(GridSearchCV(estimator, {}, cv=GroupKFold(3), scoring=scoring, refit=False))
    CountedFits.n_fits = 0
    stack = small_stack(CountedFits(), views=["E1", "crowd_soft"], view_params={"crowd_soft": search})
    with pytest.raises(TypeError, match=r"'crowd_soft' has soft labels, which scoring=.* cannot judge"):
        stack.fit(X, Y, groups=GROUPS)
    assert CountedFits.n_fits == 0


def test_a_search_as_view_scores_hard_labels_by_scorers_of_labels():
    search = GridSearchCV(LogisticRegression(), {"C": [1e-6, 1.0]}, scoring="accuracy")
    model = small_stack(search, views=["crowd_hard"]).fit(X, Y)
    assert model.estimators_[0].best_params_ == {"C": 1.0}


@pytest.mark.parametrize("wrapped", ["pipeline", "search"])
def test_the_class_weights_of_a_wrapped_network_belong_to_the_classes_of_the_stack(wrapped):
    numbers = FEW.Y.map(lambda cell: {"sad": -1, "angry": -2, "neutral": 0}.get(cell), na_action="ignore")
    numbers.iloc[0, 0] = numbers.iloc[1, 1] = None  # cells of several labels
    network = small_blstm(class_weight={0: 1000.0}, max_epochs=20)
    estimator = {
        "pipeline": make_pipeline(FramePooler(1), network),
        "search": GridSearchCV(network, {}, cv=GroupKFold(2)),
    }[wrapped]
    model = small_stack(estimator, views=["crowd_hard", "crowd_soft"], fusion="mean")
    model.fit(FEW.X, numbers, groups=FEW.groups)
    for view in model.estimators_:
        assert set(view.predict(FEW.X)) == {0}


# Freed memory


FREE_MEMORY = """
from pathlib import Path
import numpy as np
from sklearn_raters.stacking._training import give_back_memory

def resident():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1000

kept = [np.ones(12_500) for _ in range(2000)]  # 0.1 MB each
kept = kept[::100]  # the arrays that stay lie between those that are freed
before = resident()
give_back_memory()
print(before - resident())
"""


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"),
    reason="the C library is not glibc, whose memory this is",
)
def test_freed_memory_between_arrays_in_use_goes_back_to_the_system():
    done = subprocess.run([sys.executable, "-c", FREE_MEMORY], capture_output=True, text=True, check=True)
    assert float(done.stdout) > 150
