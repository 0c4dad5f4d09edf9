"""Parameters of single views, which grids reach as `<view>__<parameter>`."""

import copy

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import ParameterGrid
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from made import TRUTH, X, Y
from sklearn_raters import MultiRaterStackingClassifier
from sklearn_raters.exceptions import InputError
from sklearn_raters.stacking._view_params import view_estimator

VIEWS = ["crowd_hard", "crowd_soft", "E1", "E2", 0, 1]


def stack(**params):
    return MultiRaterStackingClassifier(LogisticRegression(), **params)


def of_view(model, name):
    """Return the unfitted estimator of one of the views."""
    return view_estimator(name, model._entries_of_views(VIEWS).get(name, {}), model.estimator)


def test_parameters_of_views_are_read_by_the_views_names():
    model = stack(view_params={"crowd_soft": {"C": 5.0}, "E1": SVC(C=2.0), 7: {"tol": 0.1}})
    params = model.get_params()
    assert params["crowd_soft__C"] == 5.0
    assert params["E1"].C == params["E1__C"] == 2.0
    assert params["7__tol"] == 0.1
    assert params["estimator__C"] == 1.0
    assert "crowd_soft__C" not in model.get_params(deep=False)


def test_parameters_of_views_are_set_by_the_views_names():
    model = stack().set_params(crowd_soft__C=5.0, estimator__C=3.0, alpha=0.5)
    assert model.view_params == {"crowd_soft": {"C": 5.0}}
    assert (model.estimator.C, model.alpha) == (3.0, 0.5)
    assert of_view(model, "crowd_soft").C == 5.0
    assert of_view(model, "crowd_hard").C == 3.0
    model.set_params(crowd_soft__tol=0.5, E1__C=2.0)
    assert model.view_params == {"crowd_soft": {"C": 5.0, "tol": 0.5}, "E1": {"C": 2.0}}


def test_set_params_accepts_what_get_params_returns():
    model = stack(view_params={"crowd_soft": {"C": 5.0}, "E1": SVC(C=2.0)})
    other = stack().set_params(**model.get_params())
    assert other.view_params["crowd_soft"] == {"C": 5.0}
    assert other.view_params["E1"].C == 2.0
    assert repr(model)


def test_a_view_may_have_another_estimator_than_the_rest():
    model = stack().set_params(crowd_hard=SVC(), crowd_hard__C=9.0)
    assert isinstance(of_view(model, "crowd_hard"), SVC)
    assert of_view(model, "crowd_hard").C == 9.0
    model.set_params(crowd_hard=GaussianNB())
    assert isinstance(of_view(model, "crowd_hard"), GaussianNB)
    assert isinstance(of_view(model, "E1"), LogisticRegression)


def test_parameters_inside_a_pipeline_are_reached():
    model = MultiRaterStackingClassifier(make_pipeline(StandardScaler(), LogisticRegression()))
    model.set_params(E1__logisticregression__C=7.0)
    assert of_view(model, "E1")[-1].C == 7.0
    assert model.estimator[-1].C == 1.0


def test_the_parameters_of_a_rater_called_by_a_number_are_one_entry():
    model = stack(view_params={0: {"C": 5.0}}).set_params(**{"0__tol": 0.5, "1__C": 2.0})
    assert model.view_params == {0: {"C": 5.0, "tol": 0.5}, "1": {"C": 2.0}}
    assert of_view(model, 0).get_params()["tol"] == 0.5
    assert of_view(model, 1).C == 2.0


@pytest.mark.parametrize("name", ["1", 1, "01", " 1 ", 1.0])
def test_a_view_is_found_by_any_spelling_of_its_name(name):
    X, Y = [[0.0], [1.0]] * 10, pd.DataFrame({1: ["a", "b"] * 10, 2: ["a", "b"] * 10})
    model = stack(fusion="mean", views=["crowd_hard", name], view_params={name: {"C": 5.0}}).fit(X, Y)
    assert model.views_ == ["crowd_hard", 1]
    assert model.estimators_[1].estimator_.C == 5.0


def test_a_name_is_exact_before_it_is_another_spelling():
    model = stack(view_params={"E1": {"C": 5.0}, "e1": {"C": 2.0}})
    assert model._entries_of_views(["e1", "E1"]) == {"E1": {"C": 5.0}, "e1": {"C": 2.0}}
    assert stack(view_params={"E1": {"C": 5.0}})._entries_of_views(["e1", "E1"]) == {"E1": {"C": 5.0}}


def test_two_entries_for_one_view_are_an_error():
    with pytest.raises(InputError, match="two entries for the view 1"):
        stack(view_params={1: {"C": 5.0}, "1": {"C": 2.0}})._entries_of_views([1, 2])


def test_the_callers_dict_and_estimators_stay_as_they_are():
    own = SVC(C=2.0)
    given = {"crowd_soft": {"C": 5.0}, "E1": own}
    before = copy.deepcopy(given["crowd_soft"])
    model = stack(view_params=given)
    model.set_params(crowd_soft__C=1.0, E1__C=9.0, E2__C=4.0)
    assert given == {"crowd_soft": before, "E1": own}
    assert own.C == 2.0
    assert of_view(model, "E1") is not model.view_params["E1"]


def test_changing_a_clone_does_not_change_the_original():
    model = stack(view_params={"crowd_soft": {"C": 5.0}, "E1": SVC(C=2.0)})
    twin = clone(model)
    twin.set_params(crowd_soft__C=1.0, E1__C=1.0)
    assert model.view_params["crowd_soft"] == {"C": 5.0}
    assert model.view_params["E1"].C == 2.0
    assert clone(model).view_params["E1"].C == 2.0


def test_view_params_are_set_before_parameters_of_single_views():
    model = stack(view_params={"E1": {"C": 1.0}}).set_params(view_params={"E2": {"C": 2.0}}, E2__tol=0.1)
    assert model.view_params == {"E2": {"C": 2.0, "tol": 0.1}}
    assert model.set_params(view_params=None, E2__tol=0.1).view_params == {"E2": {"tol": 0.1}}


def test_every_point_of_a_grid_keeps_the_parameters_given_before():
    model = stack(view_params={"crowd_soft": {"tol": 0.5}})
    for params in ParameterGrid([{"crowd_soft__C": [1.0, 2.0]}, {"crowd_hard": [SVC(), GaussianNB()]}]):
        point = clone(model).set_params(**clone(params, safe=False))
        assert point.view_params["crowd_soft"]["tol"] == 0.5
        assert ("crowd_hard" in point.view_params) == ("crowd_hard" in params)
    assert model.view_params == {"crowd_soft": {"tol": 0.5}}


def test_an_unknown_parameter_without_a_view_is_an_error():
    with pytest.raises(ValueError, match="Invalid parameter 'alhpa'"):
        stack().set_params(alhpa=0.5)


def test_an_unknown_parameter_of_a_view_is_an_error_when_used():
    with pytest.raises(ValueError, match="View 'crowd_soft': Invalid parameter 'D'"):
        of_view(stack().set_params(crowd_soft__D=0.5), "crowd_soft")


def test_a_view_whose_name_holds_the_delimiter_is_set_by_view_params_alone():
    X, Y = [[0.0], [1.0]] * 10, pd.DataFrame({"x__y": ["a", "b"] * 10})
    model = stack(fusion="mean", view_params={"x__y": {"C": 5.0}}).fit(X, Y)
    assert model.estimators_[2].estimator_.C == 5.0
    with pytest.raises(ValueError, match=r"no view 'x' .* name like 'x__y'"):
        stack().set_params(x__y__C=5.0).fit(X, Y)


@pytest.mark.parametrize("wrong", [3, "crowd_soft", [1]])
def test_view_params_of_a_wrong_kind_are_no_error_before_fit(wrong):
    # scikit-learn checks no parameter before fit.
    assert stack(view_params=wrong).get_params()["view_params"] == wrong
    assert stack(view_params={"E1": wrong}).get_params()["view_params"] == {"E1": wrong}


def test_parameters_of_no_estimator_are_an_error_that_asks_for_one():
    with pytest.raises(ValueError, match="estimator__C cannot be set, because estimator is None"):
        MultiRaterStackingClassifier().set_params(estimator__C=2.0)
    stack = MultiRaterStackingClassifier().set_params(estimator=LogisticRegression(), estimator__C=2.0)
    assert stack.estimator.C == 2.0


@pytest.mark.parametrize("name", ["cv", "alpha", "memory"])
def test_a_view_called_like_a_parameter_is_set_by_view_params_alone(name):
    X, Y = [[0.0], [1.0]] * 10, pd.DataFrame({name: ["a", "b"] * 10})
    with pytest.raises(
        InputError, match=rf"{name}__C cannot be set.*view_params=\{{'{name}': \{{'C': 5.0\}}"
    ):
        stack().set_params(**{f"{name}__C": 5.0})
    model = stack(fusion="mean").set_params(view_params={name: {"C": 5.0}})
    assert stack().set_params(**model.get_params()).view_params == {name: {"C": 5.0}}
    assert model.fit(X, Y).estimators_[2].estimator_.C == 5.0


def test_a_frozen_estimator_learns_no_view_and_answers_as_it_is():
    frozen = FrozenEstimator(LogisticRegression().fit(X, TRUTH))
    model = MultiRaterStackingClassifier(frozen, views=["crowd_hard"], fusion="mean").fit(X, Y)
    np.testing.assert_allclose(model.predict_proba(X), frozen.predict_proba(X))
