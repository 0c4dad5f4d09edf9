"""The plan of a fit: what it lists, and that it finds whatever cannot work before anything is trained."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import BaggingClassifier, HistGradientBoostingClassifier, StackingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold, GroupShuffleSplit, KFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC, LinearSVC, LinearSVR
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import get_tags

from made import (
    CLASSES,
    FEW,
    GROUPS,
    TRUTH,
    VIEWS,
    CountedFits,
    X,
    Y,
    accuracy,
    as_cube,
    small_blstm,
    small_stack,
)
from sklearn_raters import (
    DeepEnsembleClassifier,
    MultiRaterStackingClassifier,
    SoftmaxLayerClassifier,
    SoftTargetClassifier,
)
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import _task


def test_a_plan_lists_views_samples_and_trainings():
    plan = small_stack().plan(X, Y, groups=GROUPS)
    fitted = small_stack().fit(X, Y, groups=GROUPS)
    assert plan.table["view"].tolist() == VIEWS
    assert plan.table["samples"].tolist() == [len(rows) for rows in fitted.view_rows_]
    assert plan.table["trainings"].tolist() == [3] * 5
    assert plan.table["estimator"].tolist() == ["LogisticRegression"] * 5
    assert "5 views, 15 trainings" in str(plan)


def test_a_notebook_shows_a_plan_as_it_is_printed():
    plan = small_stack(views=["crowd_soft", "<E1>"]).plan(X, Y.rename(columns={"E1": "<E1>"}), groups=GROUPS)
    html = plan._repr_html_()
    assert "<E1>" not in html
    assert "<td>&lt;E1&gt;</td>" in html
    told = [line for line in str(plan).splitlines() if line]
    assert f"<p>{told[0]}<br>{told[1]}<br>" in html
    assert html.endswith(f"<br>{told[-1]}</p>")


def test_a_plan_holds_out_whole_groups():
    plan = small_stack(fusion="logistic").plan(X, Y, groups=GROUPS)
    train, test = plan.splits[0]
    assert not set(GROUPS[train]) & set(GROUPS[test])
    assert sorted([*train, *test]) == list(range(150))
    assert f"{len(test)} of 150 samples are held out to choose its penalty" in str(plan)


@pytest.mark.parametrize(
    ("params", "n_trainings", "purpose"),
    [
        ({"fusion": "mean"}, 5, "nothing is held out"),
        ({"fusion": "softmax"}, 5, "nothing is held out"),
        ({"fusion": "logistic"}, 10, "held out to choose its penalty"),
        ({"fusion": "mixture"}, 10, "held out to choose the views' weights"),
        ({"cv": GroupKFold(3)}, 20, "each of 3 folds is held out once"),
        ({"views": ["E1"], "cv": 4}, 5, "each of 4 folds is held out once"),
    ],
)
def test_a_plan_counts_the_trainings_that_fit_does(params, n_trainings, purpose):
    stack = small_stack(CountedFits(), **params)
    plan = stack.plan(X, Y, groups=GROUPS)
    assert len(plan.trainings) == n_trainings
    assert purpose in str(plan)
    CountedFits.n_fits = 0
    stack.fit(X, Y, groups=GROUPS)
    assert CountedFits.n_fits == n_trainings


def test_planning_trains_nothing_and_learns_nothing():
    CountedFits.n_fits = 0
    stack = small_stack(CountedFits())
    stack.plan(X, Y)
    assert CountedFits.n_fits == 0
    with pytest.raises(NotFittedError):
        stack.predict(X)


def test_paths_are_planned_before_their_audio_is_read():
    paths = [f"{number}.wav" for number in range(150)]
    assert len(small_stack(small_blstm()).plan(paths, Y, groups=GROUPS).views) == 5


@pytest.mark.parametrize(
    ("form", "params", "groups", "told"),
    [
        ("paths", {}, None, True),
        ("paths", {"fusion": LogisticRegression(), "cv": 3}, None, True),
        ("paths", {}, GROUPS, False),
        ("paths", {"fusion": "mean"}, None, False),
        ("paths", {"fusion": LogisticRegression(), "cv": KFold(3)}, None, False),
        ("texts", {}, None, False),
        ("table", {}, None, False),
    ],
)
def test_a_plan_of_paths_without_groups_tells_that_fit_has_other_folds(form, params, groups, told):
    samples = X if form == "table" else [f"{number}.wav" for number in range(150)]
    words = make_pipeline(TfidfVectorizer(), LogisticRegression())
    estimator = words if form == "texts" else LogisticRegression()
    plan = small_stack(estimator, **params).plan(samples, Y, groups=groups)
    assert ("fit on what is computed of them draws others" in str(plan)) == told


def test_with_groups_a_plan_of_paths_has_the_folds_of_fit():
    paths = [f"{number}.wav" for number in range(150)]
    of_paths, of_table = (small_stack().plan(samples, Y, groups=GROUPS) for samples in (paths, X))
    for one, other in zip(of_paths.splits, of_table.splits, strict=True):
        np.testing.assert_array_equal(one.test, other.test)


def test_the_softmax_layer_is_planned_with_the_class_weights_and_a_seed_of_the_stack():
    layer = small_stack(fusion="softmax", class_weight="balanced").plan(X, Y).layer
    assert isinstance(layer, SoftmaxLayerClassifier)
    assert layer.class_weight == "balanced"
    assert layer.random_state is not None


# What cannot work


class Silent(CountedFits):
    """A classifier that can only predict labels."""

    predict_proba = decision_function = property()


BLSTM_TWICE = {"estimator": small_blstm(), "view_params": {"E3": CountedFits()}}
WRONG = {
    "class weights that the fusion lacks": (
        {"fusion": GaussianNB(), "class_weight": "balanced"},
        "cannot reach the fusion",
    ),
    "a fusion that is no classifier": ({"fusion": make_pipeline(StandardScaler(), LinearSVR())}, "fusion"),
    "a fusion without probabilities": ({"fusion": LinearSVC()}, "a classifier with predict_proba"),
    "a fusion that ends without probabilities": (
        {"fusion": StackingClassifier([("svc", SVC())], final_estimator=LinearSVC())},
        "a classifier with predict_proba",
    ),
    "a cv that tests samples twice": (
        {"cv": GroupShuffleSplit(2, random_state=0)},
        "must hold each sample once",
    ),
    "fine-tuning what is no network": ({"fusion": "fine_tune"}, "trains networks further"),
    "fine-tuning one view that is no network": (
        {**BLSTM_TWICE, "fusion": "fine_tune"},
        "View 'E3': fusion='fine_tune' trains networks further",
    ),
    "fine-tuning out of fold": (
        {"estimator": small_blstm(), "fusion": "fine_tune", "cv": 3},
        "needs cv=None",
    ),
    "a mean without probabilities": (
        {"view_params": {"E3": SVC()}, "fusion": "mean"},
        "'E3' has no predict_proba",
    ),
    "nothing to represent": ({"view_params": {"E3": Silent()}}, "neither predict_proba nor"),
    "soft labels that cannot be learnt": (
        {"view_params": {"E3": KNeighborsClassifier()}},
        "'E3' has soft labels",
    ),
    "a view that is no classifier": (
        {"view_params": {"E3": LinearSVR()}},
        "'E3' must be learnt by a classifier",
    ),
    "a network with a wrong parameter": (
        {"view_params": {"E3": small_blstm(dropout=2)}},
        "View 'E3': .*dropout",
    ),
    "a network on no device": (
        {"view_params": {"E3": small_blstm(device="cuda:99")}},
        "View 'E3': device='cuda:99'",
    ),
    "a network with a wrong setting of skorch": (
        {"view_params": {"E3": small_blstm(net_params={"module__x": 1})}},
        "View 'E3': net_params has 'module__x'",
    ),
    "too few groups to hold one out": (
        {"fusion": "logistic", "validation_fraction": 0.999},
        "leaves none to train on",
    ),
}


WRONG |= {
    "a fusion with a wrong parameter": ({"fusion": LogisticRegression(C=-1)}, "'C' parameter"),
    "a view with a wrong parameter": ({"view_params": {"E3": {"C": -1}}}, "View 'E3': The 'C' parameter"),
    "negative class weights": ({"fusion": "mean", "class_weight": {"sad": -5}}, "not negative"),
}


@pytest.mark.parametrize("method", ["plan", "fit"])
@pytest.mark.parametrize(("params", "message"), WRONG.values(), ids=WRONG)
def test_settings_that_cannot_work_are_found_before_the_first_training(params, message, method):
    CountedFits.n_fits = 0
    stack = small_stack(**{"estimator": CountedFits(), **params})
    with pytest.raises((TypeError, ValueError), match=message):
        getattr(stack, method)(X, Y, groups=GROUPS)
    assert CountedFits.n_fits == 0


@pytest.mark.parametrize(
    "params",
    [{"fusion": KNeighborsClassifier()}, {"view_params": {"crowd_hard": KNeighborsClassifier()}}],
    ids=["fusion", "view"],
)
def test_sample_weights_that_cannot_reach_an_estimator_are_found_before_the_first_training(params):
    CountedFits.n_fits = 0
    with pytest.raises(TypeError, match="cannot reach"):
        small_stack(CountedFits(), **params).fit(X, Y, sample_weight=np.ones(150))
    assert CountedFits.n_fits == 0
    small_stack(CountedFits(), **params).fit(X, Y)
    assert CountedFits.n_fits > 0


ONE_CLASS = Y.map(lambda cell: "sad", na_action="ignore")
BAD = {
    "no ratings": ({}, Y.map(lambda cell: None), "There are no ratings"),
    "cube without votes": ({"classes": CLASSES}, np.zeros((150, 2, 3)), "There are no ratings"),
    "cube without classes": ({}, as_cube(Y), "give classes="),
    "unknown view": ({"views": ["crowd_hard", "E9"]}, Y, "no view 'E9'.*the raters 'E1', 'E2', 'E3'"),
    "views of numbers": ({"views": np.array([0.5])}, Y, "There is no view 0.5: the views are"),
    "views in text": ({"views": "crowd_hard"}, Y, "'views' parameter"),
    "too few ratings": ({"views": ["raters"], "min_ratings": 999}, Y, "min_ratings=999.*Lower min_ratings"),
    "rater without ratings": ({"views": ["E4"]}, Y.assign(E4=None), "view 'E4' has no samples"),
    "rater outside the classes": (
        {"views": ["crowd_hard", "E4"], "classes": CLASSES},
        Y.assign(E4=["bored"] * 20 + [None] * 130),
        "view 'E4' has no samples.*Leave it out of views",
    ),
    "one class": ({}, ONE_CLASS, "only one class|at least two classes"),
    "one class of a rater": ({"alpha": 0}, Y.assign(E1=ONE_CLASS["E1"]), "view 'E1' holds only one class"),
    "class without consensus": (
        {"classes": [*CLASSES, "bored"]},
        Y,
        r"No sample's consensus is the class 'bored'.*Leave it out by classes=\[.*\], or map",
    ),
    "label without consensus": (
        {},
        Y.assign(E3=Y["E3"].where(Y.index > 0, "bored")),
        "No sample's consensus is the class 'bored'",
    ),
    "other type": ({"classes": [1, 2, 3]}, Y, "classes are numbers"),
    "dates": (
        {"classes": [date(2020, 1, len(label)) for label in CLASSES]},
        Y.map(lambda label: date(2020, 1, len(label)), na_action="ignore"),
        r"do not take the classes datetime.date\(2020, 1, .*of type date.*Give them as texts",
    ),
    "fractions that are named": (
        {"classes": [3.5, 5.5]},
        Y.map(lambda label: len(label) + 0.5, na_action="ignore"),
        r"do not take the classes 3.5, 5.5, of type float.*Give them as texts",
    ),
    "map outside the classes": (
        {"classes": CLASSES, "label_map": {"x": "y"}},
        Y,
        "label_map maps 'x' to 'y'",
    ),
    "groups wanted": ({"cv": GroupKFold(3)}, Y, r"splits by groups: call fit\(X, Y, groups=...\)"),
    "parameters of no view": ({"view_params": {"E9": {"C": 1}}}, Y, "no view 'E9' to set parameters of"),
    "unknown parameter": ({"view_params": {"E1": {"D": 1}}}, Y, "Invalid parameter 'D'"),
    "unknown fusion": ({"fusion": "vote"}, Y, "'fusion' parameter"),
    "negative alpha": ({"alpha": -1}, Y, "'alpha' parameter"),
}


@pytest.mark.parametrize(("params", "ratings", "message"), BAD.values(), ids=BAD)
def test_ratings_that_do_not_fit_the_settings_are_found_before_the_first_training(params, ratings, message):
    CountedFits.n_fits = 0
    with pytest.raises(ValueError, match=message):
        small_stack(CountedFits(), **params).fit(X, ratings)
    assert CountedFits.n_fits == 0


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"estimator": LinearSVR()}, "estimator must be a classifier"),
        ({"view_params": {"E1": LinearSVR()}}, "view 'E1' must be learnt by a classifier"),
        ({"view_params": {"E1": 3}}, r"view_params\['E1'\] must be a dict of parameters or an estimator"),
    ],
)
def test_an_estimator_that_is_no_classifier_is_found_before_the_first_training(params, message):
    CountedFits.n_fits = 0
    with pytest.raises(TypeError, match=message):
        small_stack(**{"estimator": CountedFits(), **params}).fit(X, Y)
    assert CountedFits.n_fits == 0


def test_an_unknown_view_in_a_grid_is_an_error():
    search = GridSearchCV(small_stack(), {"E9__C": [1.0]}, cv=KFold(2), error_score="raise")
    with pytest.raises(ValueError, match="no view 'E9' to set parameters of; the views are"):
        search.fit(X, Y)


def with_nan(table):
    table = np.array(table)
    table[7, 2] = np.nan
    return table


FRAMES = [np.ones((3 + number % 4, 4)) for number in range(150)]
SCALED = make_pipeline(StandardScaler(), LogisticRegression())
UNFIT = {
    "NaN in a table": (LogisticRegression(), with_nan(X), "X contains NaN"),
    "NaN behind a scaler": (SCALED, with_nan(X), "X contains NaN"),
    "NaN in a table without an estimator": (None, with_nan(X), "X contains NaN"),
    "NaN in a search": (GridSearchCV(SVC(), {"C": [1.0]}), with_nan(X), "X contains NaN"),
    "NaN in a table of a network": (small_blstm(), with_nan(X), "X contains NaN"),
    "infinity": (LogisticRegression(), X * np.where(X[3, 1] == X, np.inf, 1), "X contains infinity"),
    "four dimensions": (LogisticRegression(), np.ones((150, 2, 2, 2)), "X has 4 dimensions"),
    "four dimensions of a network": (small_blstm(), np.ones((150, 2, 2, 2)), "X has 4 dimensions"),
    "one dimension": (LogisticRegression(), np.ones(150), "Expected 2D array, got 1D array"),
    "sequences for a table's classifier": (LogisticRegression(), FRAMES, "takes a table with a row"),
    "sequences for a scaler": (SCALED, FRAMES, "takes a table with a row"),
    "words in a table": (
        LogisticRegression(),
        np.full((150, 2), "word"),
        "not compatible with arrays of bytes/strings",
    ),
}


@pytest.mark.parametrize("method", ["plan", "fit"])
@pytest.mark.parametrize(("estimator", "samples", "message"), UNFIT.values(), ids=UNFIT)
def test_samples_that_a_view_cannot_take_are_found_before_the_first_training(
    estimator, samples, message, method
):
    counted = {view: CountedFits() for view in VIEWS[:-1]}  # trained first if nothing else is checked
    stack = MultiRaterStackingClassifier(estimator, view_params=counted, random_state=0)
    CountedFits.n_fits = 0
    with pytest.raises(ValueError, match=message):
        getattr(stack, method)(samples, Y, groups=GROUPS)
    assert CountedFits.n_fits == 0


@pytest.mark.parametrize(
    "estimator",
    [
        DecisionTreeClassifier(),
        make_pipeline(SimpleImputer(), LogisticRegression()),
        make_pipeline(StandardScaler(), HistGradientBoostingClassifier(max_iter=2)),
        make_pipeline(FunctionTransformer(np.nan_to_num), LogisticRegression()),
        make_pipeline(ColumnTransformer([("all", SimpleImputer(), [0, 1])]), LogisticRegression()),
        BaggingClassifier(DecisionTreeClassifier(), n_estimators=2),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_a_table_with_gaps_is_taken_by_estimators_that_take_gaps(estimator):
    stack = small_stack(estimator, views=["crowd_hard", "E3"], fusion="mean").fit(with_nan(X), Y)
    assert accuracy(stack, with_nan) > 0.75


@pytest.mark.parametrize("other", ["bool", "Int64", "boolean"])
def test_a_table_with_categories_beside_other_types_is_taken_by_estimators_of_categories(other):
    table = pd.DataFrame({"sad": X[:, 0], "angry": X[:, 1], "neutral": X[:, 2]}) > 1.2
    table = table.astype({"sad": other}).assign(
        angry=pd.Categorical(np.where(table["angry"], "yes", "no")), neutral=X[:, 2]
    )
    trees = HistGradientBoostingClassifier(max_iter=10, categorical_features="from_dtype")
    stack = small_stack(trees, views=["crowd_hard"], fusion="mean")
    assert len(stack.plan(table, Y).trainings) == 1
    assert (stack.fit(table, Y).predict(table) == TRUTH).mean() > 0.8


class Flattened(CountedFits):
    """A classifier that takes images, and does not declare it."""

    def fit(self, X, y, sample_weight=None):
        return super().fit(X.reshape(len(X), -1), y, sample_weight)

    def predict_proba(self, X):
        return super().predict_proba(X.reshape(len(X), -1))


def test_classifiers_of_other_packages_may_take_more_than_they_declare():
    images = np.stack([X, X], axis=1)[:, :, None]
    assert images.ndim == 4
    assert len(small_stack(Flattened(), fusion="mean").fit(images, Y).predict(images)) == 150


def ratings_with_a_rater_of_one_group():
    ratings = Y.assign(E4=Y["E1"].where(GROUPS < 1, None))
    ratings.loc[0, "E4"] = "sad"
    return ratings


def test_folds_that_hold_out_all_samples_of_a_rater_are_an_error():
    CountedFits.n_fits = 0
    with pytest.raises(ValueError, match=r"holds out all samples of the view 'E4'.*Leave it out of views"):
        small_stack(CountedFits(), fusion="logistic", cv=GroupKFold(3)).fit(
            X, ratings_with_a_rater_of_one_group(), groups=GROUPS
        )
    assert CountedFits.n_fits == 0


@pytest.mark.parametrize("seed", range(8))
def test_the_hold_out_leaves_every_rater_some_samples(seed):
    plan = small_stack(fusion="logistic", random_state=seed).plan(
        X, ratings_with_a_rater_of_one_group(), groups=GROUPS
    )
    assert 0 in GROUPS[plan.splits[0].train]


@pytest.mark.parametrize("estimator", [LogisticRegression(), None], ids=["given", "default"])
def test_the_pool_needs_two_samples_of_one_consensus(estimator):
    stack = MultiRaterStackingClassifier(estimator)
    with pytest.raises(InputError, match=r"No two of the 2 samples.*fusion='mean'"):
        stack.plan(X[:2], ["a", "b"])
    assert stack.set_params(fusion="mean").fit(X[:2], ["a", "b"]).predict(X[:2]).tolist() == ["a", "b"]


def test_one_group_cannot_be_held_out():
    CountedFits.n_fits = 0
    with pytest.raises(ValueError, match=r"At least two groups.*fusion='softmax'"):
        small_stack(CountedFits(), fusion="logistic").fit(X, Y, groups=np.zeros(150))
    assert CountedFits.n_fits == 0


def test_one_group_is_enough_for_a_fusion_that_holds_nothing_out():
    assert accuracy(small_stack(fusion="softmax").fit(X, Y, groups=np.zeros(150))) > 0.85


# Splits, weights and folds that cannot work

EVERY = np.arange(150)
BY_CLASS = [
    (np.flatnonzero((TRUTH == "sad") ^ flip), np.flatnonzero((TRUTH == "sad") ^ (not flip)))
    for flip in (False, True)
]


@pytest.mark.parametrize("fusion", ["logistic", "mean", "softmax"])
def test_a_class_weight_for_an_unknown_class_is_found_before_the_first_training(fusion):
    CountedFits.n_fits = 0
    with pytest.raises(ValueError, match="class_weight names 'typo', not in the classes"):
        small_stack(CountedFits(), fusion=fusion, class_weight={"typo": 2.0}).fit(X, Y)
    assert CountedFits.n_fits == 0


def test_a_generator_that_a_plan_has_read_is_an_error_before_the_first_training():
    CountedFits.n_fits = 0
    stack = small_stack(CountedFits(), cv=KFold(3).split(X))
    stack.plan(X, Y)
    with pytest.raises(ValueError, match=r"cv has no folds.*list instead of a generator"):
        stack.fit(X, Y)
    assert CountedFits.n_fits == 0


def test_folds_that_test_what_they_train_on_are_found_before_the_first_training():
    CountedFits.n_fits = 0
    cv = [(EVERY, EVERY[:75]), (EVERY, EVERY[75:])]
    with pytest.raises(ValueError, match="trains and tests on the same sample"):
        small_stack(CountedFits(), cv=cv).fit(X, Y)
    assert CountedFits.n_fits == 0


def test_folds_that_leave_one_class_are_found_before_the_first_training():
    CountedFits.n_fits = 0
    one_rater = np.where(TRUTH == "sad", "sad", "angry")
    with pytest.raises(ValueError, match="leaves fewer than two classes"):
        small_stack(CountedFits(), cv=BY_CLASS).fit(X, one_rater)
    assert CountedFits.n_fits == 0


def test_a_view_of_one_class_in_a_fold_is_found_before_the_first_training():
    # E2 calls the samples "sad" that are trained on in the first fold, with alpha=0 and no other class.
    CountedFits.n_fits = 0
    first = EVERY < 75
    ratings = Y.iloc[2:].assign(E2=np.where(first, "sad", TRUTH)[2:], E3=TRUTH[2:], E1=TRUTH[2:])
    splits = [(np.flatnonzero(~first[2:]), np.flatnonzero(first[2:]))]
    splits.append(splits[0][::-1])
    stack = small_stack(CountedFits(), fusion="logistic", cv=splits, views=["E2", "E3"], alpha=0)
    with pytest.raises(ValueError, match=r"holds out all samples but those of one class of the view 'E2'"):
        stack.fit(X[2:], ratings)
    assert CountedFits.n_fits == 0


def test_weights_reach_a_fusion_pipeline_with_metadata_routing_on():
    weight = np.random.default_rng(0).integers(0, 3, size=150).astype(float)
    stack = small_stack(fusion=make_pipeline(StandardScaler(), LogisticRegression()))
    expected = clone(stack).fit(X, Y, sample_weight=weight).predict_proba(X)
    with config_context(enable_metadata_routing=True):
        found = clone(stack).fit(X, Y, sample_weight=weight).predict_proba(X)
    np.testing.assert_array_equal(found, expected)
    assert np.abs(clone(stack).fit(X, Y).predict_proba(X) - expected).max() > 1e-2


# The calibration of a stack


@pytest.mark.parametrize("place", ["fusion", "view"])
def test_a_search_that_splits_by_groups_needs_groups_before_the_first_training(place):
    search = GridSearchCV(LogisticRegression(), {"C": [1.0]}, cv=GroupKFold(3))
    params = {"fusion": search} if place == "fusion" else {"view_params": {"E3": search}}
    CountedFits.n_fits = 0
    with pytest.raises(ValueError, match="splits by groups: call fit"):
        small_stack(CountedFits(), **params).fit(X, Y)
    assert CountedFits.n_fits == 0


def test_a_plan_names_the_raters_without_a_view():
    plan = small_stack(max_raters=1).plan(X, Y)
    views = plan.table["view"].tolist()
    without = [rater for rater in Y.columns if rater not in views]
    assert len(without) == 2
    assert f"raters without a view: {', '.join(map(repr, without))}" in str(plan)


def test_a_fit_reads_the_ratings_once(monkeypatch):
    read = []
    parse = _task.votes_of
    monkeypatch.setattr(_task, "votes_of", lambda *arguments: read.append(arguments) or parse(*arguments))
    small_stack(consensus="majority", classes=CLASSES).fit(X, Y, groups=GROUPS)
    assert len(read) == 1


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([None, *GROUPS[1:]], "Sample 0 has no group"),
        (np.where(GROUPS == 2, np.nan, GROUPS), r"Sample 10 has no group \(5 have none\)"),
        (np.column_stack([GROUPS, GROUPS]), "one group for each sample"),
    ],
    ids=["None", "NaN", "two columns"],
)
def test_groups_that_are_missing_or_no_column_are_an_error(groups, message):
    CountedFits.n_fits = 0
    with pytest.raises(ValueError, match=message):
        small_stack(CountedFits()).fit(X, Y, groups=groups)
    assert CountedFits.n_fits == 0


SEARCH = GridSearchCV(LogisticRegression(), {"C": [1.0]}, refit=False)


@pytest.mark.parametrize(
    "fit",
    [
        lambda: small_stack(SEARCH).fit(X, Y),
        lambda: small_stack(make_pipeline(StandardScaler(), SEARCH)).fit(X, Y),
        lambda: small_stack(view_params={"E1": SEARCH}).fit(X, Y),
        lambda: small_stack(fusion=SEARCH).fit(X, Y),
        lambda: SoftTargetClassifier(SEARCH).fit(X, TRUTH),
        lambda: DeepEnsembleClassifier(SEARCH).fit(X, TRUTH),
    ],
    ids=["estimator", "pipeline", "view", "fusion", "soft labels", "ensemble"],
)
def test_a_search_that_keeps_no_estimator_is_an_error_in_one_line(fit):
    with pytest.raises(InputError, match=r"GridSearchCV has refit=False.*Set refit=True") as error:
        fit()
    assert "\n" not in str(error.value)


WRONG_NET_PARAMS = [
    *({"optimizer": 3}, {"callbacks": 5}, {"callbacks": [3]}, {"batch_size": "x"}, {"lr": "x"}, {"foo": 1}),
    *({"iterator_train": None}, {"max_epochs": -1}, {"device": "gpu9"}, {1: 2}, {"module": 3}),
    *({"criterion": 4}, {"optimizer__weight_decay": "x"}, {"iterator_train__foo": 1}, {"train_split": 0.5}),
]


@pytest.mark.parametrize("net_params", WRONG_NET_PARAMS, ids=str)
def test_wrong_net_params_are_one_line_before_any_training_and_leave_no_state(net_params):
    net = small_blstm(net_params=net_params)
    with pytest.raises(InputError, match=r"net_params(=| has )"):
        net.fit(FEW.X, FEW.truth)
    assert not [name for name in vars(net) if name.endswith("_")]
    stack = small_stack(net)
    with pytest.raises(InputError, match="View 'crowd_hard': net_params"):
        stack.plan(X, Y)


@pytest.mark.parametrize("cv", [0.5, 5.0, "5", 1, float("nan")])
def test_a_cv_that_is_none_is_an_error_in_one_line(cv):
    with pytest.raises(ValueError, match="The 'cv' parameter of MultiRaterStackingClassifier must be an int"):
        small_stack(cv=cv).fit(X, Y)


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"estimator": SVC(kernel="precomputed")}, "View 'crowd_hard': SVC"),
        (
            {"estimator": make_pipeline(KNeighborsClassifier(metric="precomputed"))},
            "View 'crowd_hard': Pipeline",
        ),
        ({"view_params": {"E1": SVC(kernel="precomputed")}}, "View 'E1': SVC"),
        ({"fusion": KNeighborsClassifier(metric="precomputed")}, "KNeighborsClassifier"),
    ],
)
def test_a_precomputed_matrix_is_refused_since_only_its_rows_could_be_taken(settings, name):
    views = ["E1"] if "view_params" in settings else ["crowd_hard"]
    model = MultiRaterStackingClassifier(**{"estimator": LogisticRegression(), "views": views, **settings})
    assert not get_tags(model).input_tags.pairwise
    with pytest.raises(InputError, match=f"{name} takes a precomputed matrix.*Give it the features"):
        model.plan(X @ X.T, Y)
