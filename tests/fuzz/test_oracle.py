"""The oracle of the fuzz tells a right answer and a clear refusal from everything else."""

import warnings

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.utils import check_array

from fuzz import oracle
from fuzz.oracle import ANY, REFUSE, SAME, LawError, judge
from fuzz.targets import laws_of_classifiers
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.ratings import parse_ratings


def warned():
    warnings.warn("looks odd", InputWarning, stacklevel=1)
    return 1


@pytest.mark.parametrize(
    ("call", "expect", "kind"),
    [
        (lambda: 1, ANY, "answered"),
        (lambda: 1, REFUSE, "wrong"),
        (warned, REFUSE, "answered"),
        (lambda: parse_ratings("text"), ANY, "refused clearly"),
        (lambda: check_array([[np.nan]]), ANY, "refused clearly"),
        (lambda: LogisticRegression(C=-1).fit([[0.0]], [0]), ANY, "refused clearly"),
        (lambda: check_array([["a"]], dtype=float), ANY, "refused clearly"),
        (lambda: np.zeros(3).reshape(2), ANY, "refused unclearly"),
        (lambda: int("a"), ANY, "refused unclearly"),
        (lambda: [][0], ANY, "bare internal"),
        (lambda: {}["a"], ANY, "bare internal"),
        (lambda: None.shape, ANY, "bare internal"),
        (lambda: 1 / 0, ANY, "bare internal"),
    ],
)
def test_answers_and_errors_are_told_apart(call, expect, kind):
    assert judge(call, expect).kind == kind


def test_another_answer_than_to_the_sound_input_is_wrong():
    assert judge(lambda: {"a": np.array([0.5])}, SAME, lambda: {"a": [0.5]}).kind == "answered"
    assert judge(lambda: {"a": np.array([0.6])}, SAME, lambda: {"a": [0.5]}).kind == "wrong"
    assert judge(lambda: ["a", "b"], SAME, lambda: ["b", "a"]).kind == "wrong"


def test_arithmetic_that_warns_is_no_clear_answer():
    assert judge(lambda: np.array([0.0]) / 0, ANY).kind == "refused unclearly"


def test_what_takes_too_long_is_told_as_hung(monkeypatch):
    monkeypatch.setattr(oracle, "CPU_SECONDS", 0.2)

    def forever():
        while True:
            try:
                sum(range(1000))
            except Exception:
                continue

    assert judge(forever, ANY).kind == "hung"


@pytest.mark.parametrize(
    "proba", [[[0.5, 0.6]], [[np.nan, 1.0]], [[-1.0, 2.0]], [[1.0]], [[0.5, 0.5], [0.5, 0.5]], [0.5, 0.5]]
)
def test_probabilities_that_are_none_break_a_law(proba):
    answer = {"n_samples": 1, "classes": np.array(["a", "b"]), "predict_proba": np.array(proba)}
    with pytest.raises(LawError):
        laws_of_classifiers(answer)


def test_refusals_of_this_package_are_clear_wherever_they_are_raised():
    def refuse():
        raise InputError("X is empty: give samples.")

    assert judge(refuse, ANY).kind == "refused clearly"
