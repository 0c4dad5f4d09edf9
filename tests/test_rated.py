"""What estimators that take ratings share: the check of their input, rows of ratings, columns of raters."""

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import DataConversionWarning, NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from made import CLASSES, GROUPS, CountedFits, X, Y, as_cube, as_sequences, small_stack
from sklearn_raters import CalibratedRatersClassifier, RaterNetClassifier
from sklearn_raters._rated import check_rated_samples, columns_of, named_raters, rows_of
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.ratings import Task, parse_ratings


@pytest.mark.parametrize(
    ("samples", "ratings", "groups", "message"),
    [
        (X, Y[:-1], None, r"X has 150, y has 149.*Each sample of X needs its row of y"),
        (X, parse_ratings(Y[:-1]), None, "X has 150, y has 149"),
        (X, Task(Y[:-1]), None, "X has 150, y has 149"),
        (X[:-1], Y, None, "X has 149, y has 150"),
        (X, Y, GROUPS[:-1], "X has 150, groups has 149"),
        (X, None, None, "requires y to be passed"),
        ([*as_sequences(X)[:9], np.full((2, 4), np.nan), *as_sequences(X)[10:]], Y, None, "NaN: sample 9"),
        (X, np.where(np.arange(150) == 3, np.inf, 1.0), None, "Input y contains infinity"),
        (X, np.linspace(0, 1, 150), None, "Unknown label type: continuous"),
    ],
    ids=["table", "votes", "task", "samples", "groups", "no ratings", "frames", "infinite", "continuous"],
)
def test_input_that_does_not_fit_together_is_an_error_before_the_first_training(
    samples, ratings, groups, message
):
    CountedFits.n_fits = 0
    with pytest.raises(ValueError, match=message):
        small_stack(CountedFits()).fit(samples, ratings, groups=groups)
    assert CountedFits.n_fits == 0


@pytest.mark.parametrize(
    ("weight", "message"),
    [(-np.ones(150), "[Nn]egative"), (np.ones(149), "X has 150, sample_weight has 149")],
)
def test_sample_weights_that_are_negative_or_too_few_are_an_error(weight, message):
    with pytest.raises(ValueError, match=message):
        check_rated_samples(small_stack(), X, Y, weight, None)


def test_checked_samples_come_with_a_task_of_the_classes_of_the_estimator():
    stack = small_stack(classes=CLASSES, label_map={"grim": "angry"})
    checked = check_rated_samples(stack, X.tolist(), Y, np.ones(150).tolist(), GROUPS.tolist())
    assert checked.task.classes == CLASSES
    assert checked.task.n_samples == 150
    np.testing.assert_array_equal(checked.groups, GROUPS)
    np.testing.assert_array_equal(checked.sample_weight, np.ones(150))


def test_a_task_as_ratings_is_taken_as_it_is():
    task = Task(Y, classes=["sad", "angry"])
    assert check_rated_samples(small_stack(), X, task, None, None).task.classes == ["sad", "angry"]


FORMS = {
    "table": Y,
    "array": Y.to_numpy(),
    "lists": Y.to_numpy().tolist(),
    "cube": as_cube(Y),
    "votes": parse_ratings(Y),
    "task": Task(Y),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_rows_of_ratings_of_any_form_are_the_ratings_of_these_samples(form):
    rows = np.array([7, 3, 0])
    taken = rows_of(form, rows)
    found = taken if isinstance(taken, Task) else Task(taken, sorted(CLASSES))
    expected = as_cube(Y)[rows]
    cube = np.zeros_like(expected)
    cube[found.votes.sample, found.votes.rater, found.votes.label] = 1
    np.testing.assert_array_equal(cube, expected)


@pytest.mark.parametrize("raters", ["E1", 3, {"E1", "E2"}])
def test_a_single_name_instead_of_a_list_of_raters_is_an_error(raters):
    with pytest.raises(ValueError, match="raters must be a list of raters"):
        named_raters(raters, ["E1"])


@pytest.mark.parametrize("raters", [None, ["E1"], np.array(["E1"]), pd.Index(["E1"])], ids=str)
def test_lists_of_raters_of_any_form_are_accepted(raters):
    assert named_raters(raters, ["E1"]) == ["E1"]


@pytest.mark.parametrize("raters", [["1", 2], ["01", "2.0"], [1.0, " 2 "], np.array([1, 2])], ids=str)
def test_any_spelling_of_a_known_rater_finds_it(raters):
    assert named_raters(raters, [1, 2, 3]) == [1, 2]


def test_an_unknown_rater_keeps_its_name_and_causes_a_warning():
    with pytest.warns(InputWarning, match=r"no votes of the raters '4'.*of their own are 1, 2"):
        assert named_raters(["4", "1"], [1, 2]) == ["4", 1]


def test_a_name_that_several_raters_may_have_is_an_error():
    assert named_raters(["E1"], ["E1", "e1"]) == ["E1"]
    with pytest.raises(InputError, match="' e1 ' may be any of 'E1', 'e1': name one of them exactly"):
        named_raters([" e1 "], ["E1", "e1"])


PROBA = np.arange(8.0).reshape(2, 2, 2)
CONSENSUS = np.array([[0.5, 0.5], [0.25, 0.75]])


def test_columns_of_raters_come_in_the_wanted_order():
    np.testing.assert_array_equal(columns_of(["b", "a"], ["a", "b"], PROBA, None), PROBA[:, ::-1])


def test_a_rater_who_is_not_known_gets_the_consensus():
    found = columns_of(["x", "b"], ["a", "b"], PROBA, CONSENSUS)
    np.testing.assert_array_equal(found[:, 0], CONSENSUS)
    np.testing.assert_array_equal(found[:, 1], PROBA[:, 1])


def test_no_wanted_raters_give_no_columns():
    assert columns_of([], ["a", "b"], PROBA, CONSENSUS).shape == (2, 0, 2)


def test_a_meta_estimator_has_the_classes_and_the_label_map_of_the_estimator_inside():
    stack = small_stack(LogisticRegression(), classes=CLASSES, label_map={"grim": "sad"})
    model = CalibratedRatersClassifier(make_pipeline(StandardScaler(), stack))
    assert model.classes == CLASSES
    assert model.label_map == {"grim": "sad"}


def test_masked_ratings_in_one_column_are_not_rated():
    masked = np.ma.masked_array(Y["E1"].to_numpy(), mask=np.arange(150) % 3 == 0)
    expected = small_stack().plan(X, masked).task.counts
    with pytest.warns(DataConversionWarning, match="column-vector"):
        found = small_stack().plan(X, masked[:, None]).task.counts
    np.testing.assert_array_equal(found, expected)


def test_the_accuracy_takes_a_map_to_a_class_that_was_not_learnt():
    model = small_stack(label_map={"joy": "happy"}).fit(X, Y)
    assert model.score(X, Y) == small_stack().fit(X, Y).score(X, Y) > 0.8


def test_weights_on_samples_without_a_majority_alone_leave_nothing_to_score():
    model = small_stack(fusion="mean").fit(X, Y)
    with pytest.raises(InputError, match="No sample with a weight has a majority label"):
        model.score(X[:2], [["sad", "angry"], ["sad", "sad"]], sample_weight=[1, 0])


@pytest.mark.parametrize(
    "model", [small_stack(), CalibratedRatersClassifier(small_stack()), RaterNetClassifier()]
)
def test_the_score_of_an_unfitted_estimator_is_the_error_of_scikit_learn(model):
    with pytest.raises(NotFittedError):
        model.score(X, Y)
