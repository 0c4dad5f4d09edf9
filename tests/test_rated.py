"""What the stack refuses, and how it names the fault."""

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold
from sklearn.svm import LinearSVR

from made import CLASSES, GROUPS, CountedFits, X, Y, accuracy, as_cube, as_sequences, small_blstm, small_stack
from sklearn_raters.consensus import hard_labels
from sklearn_raters.ratings import parse_ratings


def test_the_stack_asks_for_ratings_of_every_sample():
    with pytest.raises(ValueError, match=r"X has 150, y has 149.*Each sample of X needs its row of y"):
        small_stack().fit(X, Y[:-1])
    with pytest.raises(ValueError, match="X has 150, y has 149"):
        small_stack().fit(X, parse_ratings(Y[:-1]))
    with pytest.raises(ValueError, match="X has 149, y has 150"):
        small_stack().fit(X[:-1], Y)
    with pytest.raises(ValueError, match="groups has 149"):
        small_stack().fit(X, Y, groups=GROUPS[:-1])
    with pytest.raises(ValueError, match="requires y to be passed"):
        small_stack().fit(X, None)


ONE_CLASS = Y.map(lambda cell: "sad", na_action="ignore")
BAD = {
    "no ratings": ({}, Y.map(lambda cell: None), "There are no ratings"),
    "cube without votes": ({"classes": CLASSES}, np.zeros((150, 2, 3)), "There are no ratings"),
    "cube without classes": ({}, as_cube(Y), "give classes="),
    "unknown view": ({"views": ["crowd_hard", "E9"]}, Y, "no view 'E9'.*the raters 'E1', 'E2', 'E3'"),
    "views in text": ({"views": "crowd_hard"}, Y, "views"),
    "no views": ({"views": []}, Y, "No view is left"),
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
        "No sample's consensus is the class 'bored'.*Give classes= without it",
    ),
    "label without consensus": (
        {},
        Y.assign(E3=Y["E3"].where(Y.index > 0, "bored")),
        "No sample's consensus is the class 'bored'",
    ),
    "other type": ({"classes": [1, 2, 3]}, Y, "classes are numbers"),
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
def test_bad_ratings_and_settings_are_named(params, ratings, message):
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
def test_what_is_no_classifier_is_named(params, message):
    with pytest.raises(TypeError, match=message):
        small_stack(**params).fit(X, Y)


def test_an_unknown_view_in_a_grid_is_named():
    search = GridSearchCV(small_stack(), {"E9__C": [1.0]}, cv=KFold(2), error_score="raise")
    with pytest.raises(ValueError, match="no view 'E9' to set parameters of; the views are"):
        search.fit(X, Y)


def test_a_rater_of_one_group_needs_settings_that_leave_it_samples():
    ratings = Y.assign(E4=Y["E1"].where(GROUPS < 1, None))
    ratings.loc[0, "E4"] = "sad"
    with pytest.raises(ValueError, match=r"holds out all samples of the view 'E4'.*Leave it out of views"):
        small_stack(cv=GroupKFold(3)).fit(X, ratings, groups=GROUPS)
    for seed in range(8):
        # The hold-out looks for groups without it.
        assert "E4" in small_stack(random_state=seed).fit(X, ratings, groups=GROUPS).views_


def test_one_group_cannot_be_held_out():
    with pytest.raises(ValueError, match=r"At least two groups.*fusion='softmax'"):
        small_stack().fit(X, Y, groups=np.zeros(150))
    assert accuracy(small_stack(fusion="softmax").fit(X, Y, groups=np.zeros(150))) > 0.85


@pytest.mark.parametrize("fusion", ["logistic", "mean"])
def test_bad_frames_name_the_sample_in_the_whole_x(fusion):
    frames = as_sequences(X)
    row = int(np.flatnonzero([label is not None for label in hard_labels(Y)])[3])
    frames[row] = np.full((2, 4), np.nan)
    model = small_stack(small_blstm(), fusion=fusion, views=["crowd_hard"])
    with pytest.raises(ValueError, match=f"Input X contains NaN: sample {row}, frame 0"):
        model.fit(frames, Y)
    fitted = small_stack(small_blstm(), fusion=fusion, views=["crowd_hard"]).fit(as_sequences(X), Y)
    with pytest.raises(ValueError, match="NaN: sample 1, frame 0"):
        fitted.predict([frames[0], np.full((2, 4), np.nan)])
    with pytest.raises(ValueError, match=r"5 features in sample 0.*expecting 4"):
        fitted.predict([np.zeros((2, 5))])
    with pytest.raises(ValueError, match="Sample 1 of X has no frames"):
        fitted.predict([frames[0], np.empty((0, 4))])
