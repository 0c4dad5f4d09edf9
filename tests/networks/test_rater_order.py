"""Neither the names of raters nor their order change what a network of all raters answers."""

import numpy as np
import pandas as pd
import pytest
import torch

from made import as_sequences, make_rated
from sklearn_raters import DeepEnsembleClassifier, RaterNetClassifier
from sklearn_raters.networks import RATER_MODELS, RaterModel
from sklearn_raters.networks._rater_order import in_places, order_by_content
from sklearn_raters.ratings import Task, ratings_to_long

X, Y, GROUPS, _ = make_rated(60, n_raters=5)
ORDER = [3, 0, 4, 2, 1]


class Biased(RaterModel):
    """A user's rater model with random initial weights."""

    def __init__(self, n_units, n_classes, n_raters):
        super().__init__(n_units, n_classes, n_raters)
        self.bias = torch.nn.Parameter(torch.empty(n_raters, n_classes))

    def init_parameters(self, generator):
        torch.nn.init.normal_(self.bias, generator=generator)

    def rater_log_proba(self, units, sample, rater):
        return (self.output(units)[sample] + self.bias[rater]).log_softmax(dim=1)


def quick(raters, **params):
    settings = {"max_epochs": 3, "learning_rate": 1e-2, "random_state": 0, "device": "cpu"}
    return RaterNetClassifier(raters, **{**settings, **params})


def same(one, other, samples=X, names=None):
    """Assert that two networks give bit-equal answers; `names` are the second one's of the first's raters."""
    names = one.raters_ if names is None else names
    np.testing.assert_array_equal(one.predict_proba(samples), other.predict_proba(samples))
    by_name = other.predict_proba_raters(samples, raters=names)
    np.testing.assert_array_equal(one.predict_proba_raters(samples), by_name)
    np.testing.assert_allclose(
        one.predict_soft_labels(samples), other.predict_soft_labels(samples), atol=1e-12
    )
    if hasattr(one, "rater_confusion_"):
        places = [other.raters_.index(name) for name in names]
        np.testing.assert_array_equal(one.rater_confusion_, other.rater_confusion_[places])
        np.testing.assert_array_equal(one.rater_confusion(samples), other.rater_confusion(samples)[:, places])


MODELS = [*RATER_MODELS, Biased]
SETTINGS = [{}, {"class_weight": "balanced"}, {"early_stopping": True}, {"max_epochs": "auto"}]


@pytest.mark.parametrize("raters", MODELS, ids=str)
def test_columns_in_another_order_change_no_answer(raters):
    one, other = quick(raters).fit(X, Y), quick(raters).fit(X, Y.iloc[:, ORDER])
    assert other.raters_ == Y.columns[ORDER].tolist()
    same(one, other)


@pytest.mark.parametrize("settings", SETTINGS[1:], ids=str)
def test_columns_in_another_order_change_no_answer_with_other_settings(settings):
    one, other = (
        quick("doctor_net", **settings).fit(X, form, groups=GROUPS) for form in (Y, Y.iloc[:, ORDER])
    )
    same(one, other)


def test_columns_in_another_order_change_no_answer_about_sequences():
    frames, sizes = as_sequences(X), {"dense_units": 8, "lstm_units": 4, "representation_units": 8}
    one, other = (quick("multitask", trunk_params=sizes).fit(frames, form) for form in (Y, Y.iloc[:, ORDER]))
    same(one, other, frames)


@pytest.mark.parametrize("raters", MODELS, ids=str)
def test_other_names_and_arrays_change_no_answer(raters):
    names = ["zoe", "Bob", "3", "anna", "E1"]
    one, other = quick(raters).fit(X, Y), quick(raters).fit(X, Y.set_axis(names, axis=1))
    same(one, other, names=names)
    same(one, quick(raters).fit(X, Y.to_numpy()), names=list(range(5)))


def test_a_long_table_in_any_order_changes_no_answer():
    table = ratings_to_long(Task(Y).votes, sample="sample", rater="rater", label="label")
    shuffled = table.sample(frac=1, random_state=0)
    wide = (
        shuffled.groupby(["sample", "rater"], sort=False)["label"]
        .agg(tuple)
        .unstack("rater")
        .reindex(range(60))
    )
    wide = wide.map(lambda cell: cell if isinstance(cell, tuple) else None)
    same(quick("multitask").fit(X, Y), quick("multitask").fit(X, wide))


def test_an_ensemble_does_not_know_the_raters_order_either():
    one, other = (
        DeepEnsembleClassifier(quick("annot_mix"), 2, random_state=0).fit(X, form)
        for form in (Y, Y.iloc[:, ORDER])
    )
    np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(X))
    np.testing.assert_array_equal(
        one.predict_proba_raters(X), other.predict_proba_raters(X, raters=one.raters_)
    )


@pytest.mark.parametrize("raters", MODELS, ids=str)
def test_raters_with_the_same_votes_get_the_same_answers_in_any_order(raters):
    twins = pd.concat([Y, Y[["E2"]].set_axis(["twin"], axis=1)], axis=1)
    one, other = (
        quick(raters).fit(X, twins),
        quick(raters).fit(X, twins[["twin", "E3", "E2", "E5", "E4", "E1"]]),
    )
    same(one, other)
    answers = one.predict_proba_raters(X, raters=["E2", "twin"])
    np.testing.assert_array_equal(answers[:, 0], answers[:, 1])


def test_raters_who_differ_in_their_weights_only_are_not_alike():
    samples = [np.ones((1, 2), dtype=np.float32)] * 2 + [np.zeros((1, 2), dtype=np.float32)]
    task = Task([["a", "a"], ["a", None], ["b", "b"]])
    order, alike = order_by_content(samples, task, np.ones(3))
    assert sorted(order) == [0, 1]
    assert alike.tolist() == [0, 1]
    assert order_by_content(samples, task, np.array([1.0, 0, 1]))[1].tolist() == [0, 0]


def test_values_come_back_in_the_raters_order_and_twins_share_theirs():
    values = np.array([[1.0, 2.0, 6.0]])
    np.testing.assert_array_equal(
        in_places(values, np.array([2, 0, 1]), np.array([1, 0, 0]), 1), [[6, 1.5, 1.5]]
    )
