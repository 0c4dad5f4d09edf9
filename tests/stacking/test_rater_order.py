"""Neither the names of raters nor their order change what a stack answers."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from made import as_sequences, make_rated, small_blstm, small_stack
from sklearn_raters.consensus import consensus_proba
from sklearn_raters.stacking import paper_stack

X, Y, GROUPS, _ = make_rated(60, n_raters=4)
ORDER = [2, 0, 3, 1]
NAMES = ["zoe", "Bob", "3", "anna"]
FUSIONS = ["pool", "logistic", "softmax", "mean", "mixture", "fine_tune", RandomForestClassifier(5)]


def same(one, other, names=None, samples=X):
    """Assert that two stacks give the same answers; `names` are the first one's raters in the second."""
    names = one.raters_ if names is None else names
    places = [other.raters_.index(name) for name in names]
    np.testing.assert_allclose(one.predict_proba(samples), other.predict_proba(samples), atol=1e-9)
    np.testing.assert_allclose(
        one.predict_proba_raters(samples), other.predict_proba_raters(samples)[:, places], atol=1e-9
    )
    np.testing.assert_allclose(
        one.predict_soft_labels(samples), other.predict_soft_labels(samples), atol=1e-9
    )
    np.testing.assert_allclose(one.transform(samples), other.transform(samples), atol=1e-9)


CASES = [*((fusion, "crowd_soft") for fusion in FUSIONS), ("softmax", None)]


@pytest.mark.parametrize(("fusion", "start_from"), CASES, ids=str)
def test_a_stack_of_networks_knows_neither_names_nor_order(fusion, start_from):
    def fit(form):
        stack = small_stack(small_blstm(max_epochs=1), fusion=fusion, start_from=start_from)
        return stack.fit(X, form, groups=GROUPS)

    one = fit(Y)
    same(one, fit(Y.set_axis(NAMES, axis=1)), NAMES)
    same(one, fit(Y.to_numpy()), [0, 1, 2, 3])
    same(one, fit(Y.iloc[:, ORDER]))


def test_a_stack_of_trees_and_the_papers_stack_know_neither():
    frames = as_sequences(X)
    stacks = {
        "trees": (small_stack(DecisionTreeClassifier(max_features=1)), X),
        "paper": (paper_stack(small_blstm(max_epochs=1)).set_params(random_state=0), frames),
    }
    for stack, samples in stacks.values():
        one, renamed, moved = (
            stack.fit(samples, form).predict_proba(samples)
            for form in (Y, Y.set_axis(NAMES, axis=1), Y.iloc[:, ORDER])
        )
        np.testing.assert_allclose(renamed, one, atol=1e-9)
        np.testing.assert_allclose(moved, one, atol=1e-9)


def test_crowd_views_in_another_order_change_no_answer():
    views = ["E2", "crowd_soft", "E1", "crowd_hard"]
    one, other = (
        small_stack(small_blstm(max_epochs=1), fusion="softmax", views=form).fit(X, Y)
        for form in (views, views[::-1])
    )
    assert other.views_ == views[::-1]
    same(one, other)


def test_raters_with_the_same_votes_get_the_same_answers():
    twins = pd.concat([Y, Y[["E2"]].set_axis(["twin"], axis=1)], axis=1)
    one, other = (
        small_stack(small_blstm(max_epochs=1), fusion="softmax").fit(X, form)
        for form in (twins, twins[["twin", "E3", "E2", "E4", "E1"]])
    )
    same(one, other)
    answers = one.predict_proba_raters(X)
    np.testing.assert_array_equal(answers[:, 1], answers[:, 4])


def test_what_raters_said_decides_who_gets_a_view_among_those_who_rated_as_much():
    full = Y.fillna("sad")
    one, other = (small_stack(max_raters=2).fit(X, form) for form in (full, full.iloc[:, ORDER]))
    assert set(one.raters_) == set(other.raters_)
    assert len(one.raters_) == 2


@pytest.mark.parametrize("method", ["mace", "dawid_skene", "glad"])
def test_the_consensus_of_renamed_raters_is_the_same(method):
    one, other = (consensus_proba(form, method) for form in (Y[:15], Y[:15].set_axis(NAMES, axis=1)))
    np.testing.assert_array_equal(one, other)
    if method == "mace":  # it takes ten seconds a consensus
        return
    views = ["crowd_hard", f"crowd_{method}"]
    one, other = (
        small_stack(views=views, consensus=method).fit(X, form).predict_proba(X)
        for form in (Y, Y.set_axis(NAMES, axis=1).iloc[:, ORDER])
    )
    np.testing.assert_allclose(one, other, atol=1e-9)


def test_the_seed_of_a_rater_does_not_depend_on_the_other_views():
    stack = small_stack(small_blstm(max_epochs=1), fusion="mean", start_from=None)
    all_of_them = stack.fit(X, Y)
    alone = small_stack(small_blstm(max_epochs=1), fusion="mean", views=["E3"]).fit(X, Y)
    place = all_of_them.views_.index("E3")
    np.testing.assert_array_equal(
        all_of_them.predict_proba_views(X)[:, place], alone.predict_proba_views(X)[:, 0]
    )


def test_fusions_name_their_views():
    model = small_stack(LogisticRegression(), fusion="mixture").fit(X, Y)
    assert model.fusion_views_[:2] == ["crowd_hard", "crowd_soft"]
    assert sorted(model.fusion_views_[2:]) == model.raters_
    names = model.get_feature_names_out().tolist()
    assert names[::3] == [f"{name}_angry" for name in model.fusion_views_]
