"""The plan of a fit: what it says, and that it finds what cannot work before anything is trained."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Perceptron
from sklearn.model_selection import GroupKFold, GroupShuffleSplit, KFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVR

from made import GROUPS, TRUTH, VIEWS, CountedFits, X, Y, as_sequences, make_rated, small_blstm, small_stack
from sklearn_raters import CalibratedRatersClassifier, MultiRaterStackingClassifier, SoftmaxLayerClassifier
from sklearn_raters.consensus import hard_labels
from sklearn_raters.ratings import Task


def test_a_plan_lists_views_samples_and_trainings():
    plan = small_stack().plan(X, Y, groups=GROUPS)
    fitted = small_stack().fit(X, Y, groups=GROUPS)
    assert plan.table["view"].tolist() == VIEWS
    assert plan.table["samples"].tolist() == [len(rows) for rows in fitted.view_rows_]
    assert plan.table["trainings"].tolist() == [2] * 5
    assert plan.table["estimator"].tolist() == ["LogisticRegression"] * 5
    assert "5 views, 10 trainings" in str(plan)
    train, test = plan.splits[0]
    assert not set(GROUPS[train]) & set(GROUPS[test])
    assert f"{len(test)} of 150 samples are held out to choose its penalty" in str(plan)


@pytest.mark.parametrize(
    ("params", "n_trainings", "said"),
    [
        ({"fusion": "mean"}, 5, "nothing is held out"),
        ({"fusion": "softmax"}, 5, "nothing is held out"),
        ({"fusion": "mixture"}, 10, "held out to choose the views' weights"),
        ({"cv": GroupKFold(3)}, 20, "each of 3 folds is held out once"),
        ({"views": ["E1"], "cv": 4}, 5, "each of 4 folds is held out once"),
    ],
)
def test_a_plan_counts_the_trainings_that_fit_does(params, n_trainings, said):
    stack = small_stack(CountedFits(), **params)
    plan = stack.plan(X, Y, groups=GROUPS)
    assert len(plan.trainings) == n_trainings
    assert said in str(plan)
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
    "out of fold without probabilities": (
        {"view_params": {"E3": SVC()}, "cv": 3},
        "'E3' has no predict_proba",
    ),
    "nothing to represent": ({"view_params": {"E3": Silent()}}, "neither transform nor predict_proba"),
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
    "too few groups to hold one out": ({"validation_fraction": 0.999}, "leaves none to train on"),
}


@pytest.mark.parametrize("method", ["plan", "fit"])
@pytest.mark.parametrize(("params", "message"), WRONG.values(), ids=WRONG)
def test_what_cannot_work_is_found_before_the_first_training(params, message, method):
    CountedFits.n_fits = 0
    stack = small_stack(**{"estimator": CountedFits(), **params})
    with pytest.raises((TypeError, ValueError), match=message):
        getattr(stack, method)(X, Y, groups=GROUPS)
    assert CountedFits.n_fits == 0


def test_weights_that_cannot_reach_a_view_or_the_fusion_are_found_before_the_first_training():
    for params in (
        {"fusion": KNeighborsClassifier()},
        {"view_params": {"crowd_hard": KNeighborsClassifier()}},
    ):
        CountedFits.n_fits = 0
        with pytest.raises(TypeError, match="cannot reach"):
            small_stack(CountedFits(), **params).fit(X, Y, sample_weight=np.ones(150))
        assert CountedFits.n_fits == 0
        small_stack(CountedFits(), **params).fit(X, Y)
        assert CountedFits.n_fits > 0


# What a fit leaves behind


class FailingFusion(LogisticRegression):
    def fit(self, X, y, sample_weight=None):
        raise RuntimeError("the fusion fails")


def state(model):
    return {name: id(value) for name, value in vars(model).items()}


def test_a_fit_that_fails_in_the_fusion_stays_unfitted():
    model = small_stack(fusion=FailingFusion())
    with pytest.raises(RuntimeError, match="the fusion fails"):
        model.fit(X, Y)
    with pytest.raises(NotFittedError):
        model.predict(X)
    assert set(vars(model)) == set(model.get_params(deep=False))


def test_a_refit_that_fails_leaves_the_earlier_fit():
    model = small_stack().fit(X, Y)
    expected = model.predict_proba(X)
    model.set_params(fusion=FailingFusion())
    before = state(model)
    with pytest.raises(RuntimeError, match="the fusion fails"):
        model.fit(X[:, :2], Y)
    assert state(model) == before
    np.testing.assert_array_equal(model.predict_proba(X), expected)


def test_a_refit_leaves_nothing_of_the_earlier_fit():
    model = small_stack(small_blstm(), fusion="fine_tune", views=["crowd_hard", "E1"]).fit(
        X, Y, groups=GROUPS
    )
    assert hasattr(model, "n_iter_")
    model.set_params(fusion="mean").fit(X, Y)
    assert not hasattr(model, "n_iter_")
    fresh = clone(model).fit(X, Y)
    assert set(vars(model)) == set(vars(fresh))


# The estimator where none is given


@pytest.mark.parametrize("form", [np.asarray, as_sequences], ids=["table", "sequences"])
def test_without_an_estimator_the_samples_choose_it(form):
    plan = MultiRaterStackingClassifier().plan(form(X), Y)
    expected = {np.asarray: "LogisticRegression", as_sequences: "BLSTMClassifier"}[form]
    assert set(plan.table["estimator"]) == {expected}


def test_tables_and_sparse_rows_are_learnt_without_an_estimator():
    from scipy.sparse import csr_array

    new = make_rated(300, seed=1)
    for form in (np.asarray, csr_array):
        model = MultiRaterStackingClassifier(random_state=0).fit(form(X), Y)
        assert (model.predict(form(new.X)) == new.truth).mean() > 0.85
    # The units in which a feature of a table is given do not matter.
    scaled = X * [1, 1000, 0.001, 1]
    model = MultiRaterStackingClassifier(random_state=0, fusion="mean").fit(X, Y)
    other = MultiRaterStackingClassifier(random_state=0, fusion="mean").fit(scaled, Y)
    np.testing.assert_allclose(other.predict_proba(scaled), model.predict_proba(X), atol=1e-4)


# Weights and features


@pytest.mark.parametrize("fusion", ["logistic", "mean", "mixture", LogisticRegression()])
def test_a_weight_of_two_counts_like_the_sample_twice(fusion):
    weight = np.random.default_rng(0).integers(0, 3, size=150)
    twice = np.repeat(np.arange(150), weight)
    splits = list(GroupKFold(3).split(X, groups=GROUPS))
    place = np.repeat(np.arange(150), weight)
    repeated_splits = [tuple(np.flatnonzero(np.isin(place, part)) for part in split) for split in splits]
    settings = {"fusion": fusion, "class_weight": "balanced"}
    weighted = small_stack(cv=splits, **settings).fit(X, Y, sample_weight=weight)
    repeated = small_stack(cv=repeated_splits, **settings).fit(X[twice], Y.iloc[twice])
    np.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), atol=1e-4)
    plain = small_stack(cv=splits, **settings).fit(X, Y)
    assert np.abs(weighted.predict_proba(X) - plain.predict_proba(X)).max() > 1e-2


@pytest.mark.parametrize("fusion", ["logistic", "softmax", "mean"])
def test_a_weight_of_zero_is_like_no_sample(fusion):
    kept = np.flatnonzero(GROUPS % 3)
    weight = np.zeros(150)
    weight[kept] = 1
    weighted = small_stack(fusion=fusion).fit(X, Y, sample_weight=weight, groups=GROUPS)
    alone = small_stack(fusion=fusion).fit(X[kept], Y.iloc[kept], groups=GROUPS[kept])
    np.testing.assert_allclose(weighted.predict_proba(X), alone.predict_proba(X), atol=1e-4)


def test_transform_gives_what_the_fusion_learns_from_under_names():
    model = small_stack(small_blstm(), views=["crowd_hard", "E1"], fusion=LogisticRegression()).fit(X, Y)
    Z = model.transform(X)
    assert Z.shape == (150, 2 * 16)
    proba = model.fusion_.predict_proba(Z)
    places = [model.fusion_.classes_.tolist().index(label) for label in model.classes_]
    np.testing.assert_allclose(proba[:, places], model.predict_proba(X))
    names = model.get_feature_names_out().tolist()
    assert names[:2] + names[-1:] == ["crowd_hard_0", "crowd_hard_1", "E1_15"]
    table = model.set_output(transform="pandas").transform(X)
    assert table.columns.tolist() == names


@pytest.mark.parametrize("params", [{"fusion": "mean"}, {"fusion": "mixture"}, {"cv": 3}], ids=str)
def test_transform_gives_posteriors_where_the_fusion_learns_from_them(params):
    model = small_stack(small_blstm(), views=["crowd_hard", "E1"], **params).fit(X, Y)
    np.testing.assert_allclose(model.transform(X), model.predict_proba_views(X).reshape(150, -1))
    expected = [f"{view}_{label}" for view in model.views_ for label in model.classes_]
    assert model.get_feature_names_out().tolist() == expected


def test_transform_names_decision_values_by_number():
    model = small_stack(view_params={"crowd_hard": Perceptron()}, views=["crowd_hard", "E1"]).fit(X, Y)
    names = model.get_feature_names_out().tolist()
    assert names == ["crowd_hard_0", "crowd_hard_1", "crowd_hard_2", "E1_angry", "E1_neutral", "E1_sad"]


def test_a_task_names_the_classes_of_the_stack():
    task = Task(Y, classes=["sad", "angry"])
    by_task = small_stack().fit(X, task)
    by_name = small_stack(classes=["sad", "angry"]).fit(X, Y)
    assert by_task.classes_.tolist() == ["sad", "angry"]
    np.testing.assert_array_equal(by_task.predict_proba(X), by_name.predict_proba(X))


def test_the_softmax_layer_is_planned_with_the_stacks_seed_and_weights():
    layer = small_stack(fusion="softmax", class_weight="balanced").plan(X, Y).layer
    assert isinstance(layer, SoftmaxLayerClassifier)
    assert layer.class_weight == "balanced"
    assert layer.random_state is not None
    assert len(hard_labels(Y)) == 150


# Splits, weights and folds that cannot work

EVERY = np.arange(150)
BY_CLASS = [
    (np.flatnonzero((TRUTH == "sad") ^ flip), np.flatnonzero((TRUTH == "sad") ^ (not flip)))
    for flip in (False, True)
]


@pytest.mark.parametrize("fusion", ["logistic", "mean", "softmax"])
def test_a_class_weight_for_an_unknown_class_is_found_before_the_first_training(fusion):
    CountedFits.n_fits = 0
    with pytest.raises(ValueError, match="not in class_weight"):
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
    stack = small_stack(CountedFits(), cv=splits, views=["E2", "E3"], alpha=0)
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
