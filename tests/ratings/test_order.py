"""The order of classes: what has one, and what does not."""

import copy

import pytest
from sklearn.dummy import DummyClassifier

from sklearn_raters.metrics import neg_wasserstein_distance_scorer, rater_distance
from sklearn_raters.model_selection import compare
from sklearn_raters.ratings import Task, check_order

TEXTS = ["high", "low", "middle"]
ORDER = ["low", "middle", "high"]


@pytest.mark.parametrize(
    "task",
    [
        Task(TEXTS, classes=ORDER),
        Task(Task(TEXTS), classes=ORDER),
        Task(Task(TEXTS, classes=ORDER)),
        Task(TEXTS, classes=ORDER).take([0, 1]),
        copy.deepcopy(Task(TEXTS, classes=ORDER)),
        Task([1, 2, 3]),
        Task([0.5, 1.5]),
    ],
)
def test_given_classes_and_numbers_have_an_order(task):
    check_order(task)


@pytest.mark.parametrize(
    "task",
    [
        Task(TEXTS),
        Task(TEXTS).take([0, 1, 2]),
        Task(Task(TEXTS)),
        Task(TEXTS, label_map={"mid": "middle"}),
        Task(Task(TEXTS, classes=ORDER), label_map={"high": "middle"}),  # the classes are sorted anew
    ],
)
def test_texts_that_are_only_sorted_have_none(task):
    assert not task.classes_given
    with pytest.raises(ValueError, match="are only sorted as text: give them in their order"):
        check_order(task)


def test_metrics_of_ordered_classes_refuse_a_task_without_given_classes():
    X, Y = [[0.0]] * 6, Task(TEXTS * 2)
    model = DummyClassifier().fit(X, TEXTS * 2)
    for act in (
        lambda task: rater_distance(task, [["low"]] * 6),
        lambda task: neg_wasserstein_distance_scorer(model, X, task),
        lambda task: compare({"m": model}, X, task, cv=2, ordered=True, baseline=None, n_bootstrap=10),
    ):
        with pytest.raises(ValueError, match="are only sorted as text"):
            act(Y)
        act(Task(TEXTS * 2, classes=ORDER))
