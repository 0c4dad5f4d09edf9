"""The models of the paper's table: their names and settings, and errors."""

import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from made import make_rated, small_stack
from sklearn_raters.model_selection import compare, paper_models
from sklearn_raters.ratings import Task

DATA = make_rated()
Y = DATA.Y


def test_the_settings_of_the_models():
    stack = small_stack(view_params={"E1": {"C": 2.0}})
    models = paper_models(stack, Y)
    assert {name: model.views for name, model in models.items()} == {
        "crowd-hard": ["crowd_hard"],
        "crowd-soft": ["crowd_soft"],
        "E1": ["E1"],
        "E2": ["E2"],
        "E3": ["E3"],
        "crowd pair": ["crowd_hard", "crowd_soft"],
        "all views": ["crowd_hard", "crowd_soft", "E1", "E2", "E3"],
        "mean of posteriors": ["crowd_hard", "crowd_soft", "E1", "E2", "E3"],
    }
    learned = {name for name, model in models.items() if model.fusion == "pool"}
    assert learned == {"crowd pair", "all views"}
    assert {model.fusion for name, model in models.items() if name not in learned} == {"mean"}
    with_params = {name for name, model in models.items() if model.view_params == {"E1": {"C": 2.0}}}
    assert with_params == {"E1", "all views", "mean of posteriors"}
    assert {model.view_params is None for name, model in models.items() if name not in with_params} == {True}
    assert stack.views == "all"


@pytest.mark.parametrize("in_pipeline", [False, True])
def test_the_models_follow_the_views_of_the_stack(in_pipeline):
    stack = small_stack(views=["crowd_hard", "raters"])
    given = make_pipeline(StandardScaler(), stack) if in_pipeline else stack
    models = paper_models(given, Y.assign(E3=None))
    assert list(models) == ["crowd-hard", "E1", "E2", "all views", "mean of posteriors"]
    of_e1 = models["E1"].steps[-1][1] if in_pipeline else models["E1"]
    assert of_e1.views == ["E1"]


def test_a_single_view_is_a_single_model():
    assert list(paper_models(small_stack(views=["crowd_hard"]), Y)) == ["crowd-hard"]


def test_raters_need_enough_ratings_in_every_training_part():
    folds = list(KFold(2).split(Y))
    sparse = Y.copy()
    sparse.loc[folds[0][0], "E2"] = None
    assert "E2" in paper_models(small_stack(), sparse)
    assert "E2" not in paper_models(small_stack(), sparse, folds=folds)


def test_ratings_in_the_classes_of_a_task_count():
    only_sad = Y["E1"].where(Y["E1"] == "sad", None)
    task = Task(Y.assign(E1=only_sad), ["angry", "neutral"])
    assert "E1" not in paper_models(small_stack(), task)


def test_no_rater_has_enough_ratings():
    scarce = small_stack(views=["raters"], min_ratings=5000)
    message = r"no rater has min_ratings=5000 ratings.*Lower min_ratings or add"
    with pytest.raises(ValueError, match=message):
        paper_models(scarce, Y)
    with pytest.raises(ValueError, match=message):
        compare(scarce, DATA.X, Y, groups=DATA.groups, cv=3)


def test_no_rater_has_enough_ratings_in_the_training_parts():
    stack = small_stack(views=["raters"], min_ratings=int(Y.notna().sum().max()))
    assert paper_models(stack, Y)
    with pytest.raises(ValueError, match="in every part that is trained on"):
        compare(stack, DATA.X, Y, groups=DATA.groups, cv=3, baseline=None)


def test_a_view_that_is_no_rater():
    with pytest.raises(ValueError, match="There is no view 'E99'"):
        paper_models(small_stack(views=["crowd_hard", "E99"]), Y)


@pytest.mark.parametrize("name", ["crowd-hard", "crowd pair", "all views", "mean of posteriors"])
def test_a_rater_with_the_name_of_another_model(name):
    with pytest.raises(ValueError, match=f"A rater is called '{name}'.*rename this rater"):
        paper_models(small_stack(), Y.rename(columns={"E2": name}))


def test_an_estimator_without_views():
    with pytest.raises(TypeError, match="LogisticRegression has no views to expand"):
        paper_models(LogisticRegression(), Y)


def test_raters_that_are_numbers_may_be_given_as_text():
    assert paper_models(small_stack(views=["1"]), [["a", "a"], ["b", "a"], ["b", "b"]])[1].views == [1]


def test_max_raters_keeps_the_raters_with_the_most_ratings():
    counts = Y.notna().sum()
    models = paper_models(small_stack(max_raters=2), Y)
    kept = [name for name in models if name in Y]
    assert sorted(kept) == sorted(counts.nlargest(2).index)
