"""The rows of the paper's table: what no row can be made of is told."""

import pytest
from sklearn.linear_model import LogisticRegression

from sklearn_raters import MultiRaterStackingClassifier
from sklearn_raters.model_selection import compare, paper_models


def stack(**params):
    return MultiRaterStackingClassifier(LogisticRegression(), **params)


def test_no_rater_with_enough_ratings_is_told_before_any_other_thing(rated_data):
    X, Y, groups = rated_data()
    scarce = stack(views=["raters"], min_ratings=5000)
    with pytest.raises(ValueError, match=r"no rater has min_ratings=5000 ratings.*Lower min_ratings or add"):
        paper_models(scarce, Y)
    with pytest.raises(ValueError, match="no rater has min_ratings=5000 ratings"):
        compare(scarce, X, Y, groups=groups, cv=3)
    # Enough in all of Y, but not in the two thirds that are trained on.
    n_ratings = Y.notna().sum().max()
    compare_by = {"groups": groups, "cv": 3, "baseline": None}
    assert len(paper_models(stack(views=["raters"], min_ratings=n_ratings), Y)) >= 1
    with pytest.raises(ValueError, match="in every part that is trained on"):
        compare(stack(views=["raters"], min_ratings=n_ratings), X, Y, **compare_by)


def test_a_view_of_nobody_is_told(rated_data):
    _, Y, _ = rated_data()
    with pytest.raises(ValueError, match="There is no view 'E99'"):
        paper_models(stack(views=["crowd_hard", "E99"]), Y)


def test_raters_called_by_numbers_are_found_by_their_text():
    Y = [["a", "a"], ["b", "a"], ["b", "b"]]
    assert paper_models(stack(views=["1"]), Y)[1].views == [1]


def test_the_models_keep_to_the_most_raters_that_have_a_view(rated_data):
    _, Y, _ = rated_data()
    models = paper_models(stack(max_raters=2), Y)
    assert len(models["all views"].views) == 4
    assert len(models) == 2 + 2 + 3
