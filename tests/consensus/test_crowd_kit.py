"""consensus_labels and consensus_proba: majority, methods of crowd-kit, callables, use in a stack."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from made import GROUPS, TRUTH, X, Y, small_stack
from sklearn_raters import MultiRaterStackingClassifier
from sklearn_raters.consensus import (
    METHODS,
    PROBA_METHODS,
    _crowd_kit,
    consensus_labels,
    consensus_proba,
    hard_labels,
)
from sklearn_raters.datasets import make_rated_samples
from sklearn_raters.ratings import Task


@pytest.fixture(scope="module")
def crowd():
    """A crowd in which the majority is often wrong: few experts, and biased raters with the same errors."""
    raters = {"expert": 3, "average": 3, "camp": 2, "spammer": 3}
    return make_rated_samples(200, 4, 16, raters=raters, ratings_per_sample=5, random_state=0)


@pytest.fixture
def few_iterations(monkeypatch):
    """Let the slow methods stop early, for tests that do not depend on their labels."""
    for method, settings in {
        "dawid_skene": {"n_iter": 5},
        "one_coin": {"n_iter": 5},
        "glad": {"n_iter": 2},
        "mace": {"n_restarts": 2, "n_iter": 3},
    }.items():
        name = _crowd_kit._CROWD_KIT[method][0]
        monkeypatch.setitem(_crowd_kit._CROWD_KIT, method, (name, settings))


def share_right(labels, data):
    return np.mean(labels == data.true_labels)


def test_majority_is_that_of_hard_labels(crowd):
    np.testing.assert_array_equal(consensus_labels(crowd.Y), hard_labels(crowd.Y))


@pytest.mark.parametrize("method", sorted(set(METHODS) - {"majority"}))
def test_every_method_finds_the_truth_more_often_than_the_majority(method, crowd):
    majority = share_right(hard_labels(crowd.Y, ties="first"), crowd)
    assert share_right(consensus_labels(crowd.Y, method), crowd) > majority + 0.01


@pytest.mark.usefixtures("few_iterations")
@pytest.mark.parametrize("method", sorted(set(METHODS) - {"majority"}))
def test_the_same_ratings_give_the_same_labels(method, crowd):
    few = crowd.Y.iloc[:30]
    np.testing.assert_array_equal(consensus_labels(few, method), consensus_labels(few, method))


@pytest.mark.usefixtures("few_iterations")
@pytest.mark.parametrize("method", sorted(set(METHODS) - {"majority"}))
def test_the_order_of_samples_and_raters_changes_nothing(method, crowd):
    few = crowd.Y.iloc[:40].copy()
    few.iloc[7] = None  # a sample without votes
    rows, columns = (np.random.default_rng(0).permutation(size) for size in few.shape)
    moved = few.iloc[rows, columns]
    find = consensus_proba if method in PROBA_METHODS else consensus_labels
    expected = find(few, method)
    _crowd_kit._estimate.cache_clear()
    np.testing.assert_array_equal(find(moved, method), expected[rows])


def test_wawa_weighs_raters_by_how_often_they_agree_with_the_majority():
    # The raters agree with the majority on three of four samples, three of three, one of three and one of
    # two.
    Y = [["x", "x", "y", None], ["x", "x", None, "y"], ["y", "y", "x", None], ["x", None, "y", "y"]]
    votes = np.array([3 / 4, 1 / 3 + 1 / 2])  # of the last sample, for x and for y
    proba = consensus_proba(Task(Y, ["x", "y"]), "wawa")
    np.testing.assert_allclose(proba[3], votes / votes.sum())
    assert consensus_labels(Y, "wawa").tolist() == ["x", "x", "y", "y"]


@pytest.mark.parametrize("name", ["numbers", "strings"])
def test_labels_keep_their_type_and_samples_without_votes_have_none(name):
    a, b = {"numbers": (3, 7), "strings": ("x", "y")}[name]
    Y = [[a, a, b], [None, None, None], [b, b, a], [a, a, b], [b, None, b]]
    assert consensus_labels(Y, "dawid_skene").tolist() == [a, None, b, a, b]


def test_the_method_decides_before_labels_are_mapped_and_dropped():
    Y = [["joy", "fun", "rage"], ["rage", "rage", "joy"], ["other", "other", "joy"], ["fun", "fun", "rage"]]
    seen = []

    def most(table):
        seen.append(table)
        return table.groupby("task")["label"].agg(lambda labels: labels.mode()[0])

    labels = consensus_labels(Task(Y, ["joy", "rage"], {"fun": "joy"}), most)
    assert labels.tolist() == ["joy", "rage", None, "joy"]
    assert seen[0].columns.tolist() == ["task", "worker", "label"]
    assert set(seen[0]["label"]) == {"joy", "fun", "rage", "other"}


@pytest.mark.usefixtures("few_iterations")
@pytest.mark.parametrize("method", PROBA_METHODS)
def test_the_label_is_the_class_of_the_highest_probability(method, crowd):
    task = Task(crowd.Y.iloc[:60], crowd.classes)
    labels, proba = consensus_labels(task, method), consensus_proba(task, method)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    assert proba.min() >= 0
    ranked = np.sort(proba, axis=1)
    clear = ranked[:, -1] > ranked[:, -2]  # if two classes are equal, either is the label
    assert clear.mean() > 0.8
    np.testing.assert_array_equal(np.array(crowd.classes)[proba.argmax(axis=1)][clear], labels[clear])


def test_probabilities_are_those_of_classes_after_the_map():
    Y = [
        ["joy", "fun", "joy"],
        ["rage", "rage", "joy"],
        ["other", "other", "other"],
        ["fun", "fun", "fun"],
    ] * 3
    Y.append([None, None, None])
    proba = consensus_proba(Task(Y, ["rage", "joy"], {"fun": "joy"}))
    labels = consensus_labels(Task(Y, ["rage", "joy"], {"fun": "joy"}), "dawid_skene")
    np.testing.assert_array_equal(np.isnan(proba[:, 0]), [label is None for label in labels])
    np.testing.assert_allclose(proba[:2], [[0, 1], [1, 0]], atol=0.1)
    np.testing.assert_allclose(np.nansum(proba, axis=1), [1, 1, 0, 1] * 3 + [0])


@pytest.mark.parametrize("method", ["mmsr", "majority", "guess"])
def test_methods_without_probabilities_are_an_error(method):
    with pytest.raises(ValueError, match=f"'{method}' has no probabilities; give one of 'dawid_skene'"):
        consensus_proba([["a", "b"], ["a", "a"]], method)


def test_unknown_methods_and_weighted_votes_are_an_error():
    with pytest.raises(ValueError, match=r"no consensus method 'dawid'.*'dawid_skene'"):
        consensus_labels([["a", "b"]], "dawid")
    votes = np.array([[[0.5, 0.5], [1, 0]]])
    with pytest.raises(ValueError, match=r"weight 0\.5"):
        consensus_labels(Task(votes, ["a", "b"]), "mmsr")


def test_dawid_skene_on_one_vote_a_sample_is_an_error():
    Y = [["a", None], [None, "b"], ["a", None], [None, "b"]]
    with pytest.raises(ValueError, match="no sample has two ratings"):
        consensus_labels(Y, "dawid_skene")
    assert consensus_labels(Y, "one_coin").tolist() == ["a", "b", "a", "b"]


@pytest.mark.parametrize(
    ("method", "error", "message"),
    [
        (lambda table: table["label"].to_numpy(), TypeError, "pandas.Series.*got ndarray"),
        (lambda table: pd.Series(["x", "z"], index=[0, 1]), ValueError, "the labels 'z'"),
        (lambda table: pd.Series(["x", "y"], index=[0, -1]), ValueError, "the tasks -1"),
        (lambda table: pd.Series(["x", "y", "x"], index=[0, 1, 1]), ValueError, "the tasks 1 more than once"),
        (lambda table: table[["label"]], TypeError, "pandas.Series.*got DataFrame"),
    ],
)
def test_the_result_of_a_callable_is_checked(method, error, message):
    with pytest.raises(error, match=message):
        consensus_labels([["x", "x"], ["y", "x"]], method)


def test_a_callable_may_leave_samples_without_a_label():
    def cautious(table):
        return pd.Series(["x", None], index=[0, 1])

    assert consensus_labels([["x", "x"], ["y", "x"], ["y", "y"]], cautious).tolist() == ["x", None, None]


def test_a_callable_gets_numbers_of_samples_whatever_their_names():
    Y = pd.DataFrame([["x", "x"], ["y", "y"]], index=["s", "s"])

    def last(table):
        return table.groupby("task")["label"].last()

    assert consensus_labels(Y, last).tolist() == consensus_labels(Task(Y), last).tolist() == ["x", "y"]


@pytest.mark.parametrize("groups", [None, GROUPS], ids=["without groups", "with groups"])
@pytest.mark.parametrize("weight", [None, np.arange(len(TRUTH)) % 3], ids=["alike", "weighted"])
def test_a_callable_in_a_stack_gets_the_numbers_of_the_samples_as_they_were_given(groups, weight):
    def adjudicated(table):
        return pd.Series(TRUTH)[table["task"].unique()]

    stack = small_stack(views=["crowd_hard"], fusion="mean", consensus=adjudicated)
    stack.fit(X, Y, groups=groups, sample_weight=weight)
    assert (stack.predict(X) == TRUTH).mean() > 0.9


@pytest.mark.usefixtures("few_iterations")
@pytest.mark.parametrize("method", sorted(set(METHODS) - {"majority"}))
def test_bools_are_treated_like_strings(method, crowd):
    true = crowd.Y.iloc[:40].map(
        lambda label: label if label is None or label != label else label == "class1"
    )
    named = true.map(lambda label: label if label is None or label != label else f"{label}")
    found = consensus_labels(true, method)
    assert [str(label) for label in found] == consensus_labels(named, method).tolist()


def test_raters_who_share_no_sample_cannot_be_compared():
    Y = [["a", None], ["b", None], [None, "a"], [None, "b"]]
    with pytest.raises(ValueError, match=r"'mmsr' cannot be found.*several ratings"):
        consensus_labels(Y, "mmsr")


def test_a_sample_that_hundreds_rated_is_refused_by_mmsr_before_it_fills_the_memory():
    Y = [["a", "b"] * 100, ["a", "a", *[None] * 198]]
    with pytest.raises(ValueError, match=r"'mmsr' cannot be found: 19,900 pairs of raters share a sample.*"):
        consensus_labels(Y, "mmsr")


def test_without_crowd_kit_the_error_names_the_package_to_install():
    code = (
        "import sys; sys.modules['crowdkit'] = None\n"
        "from sklearn_raters.consensus import consensus_labels\n"
        "consensus_labels([['a', 'b']], 'glad')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "needs crowd-kit, which is not installed: pip install 'sklearn-raters[crowd]'." in done.stderr


@pytest.mark.parametrize("consensus", ["majority", "dawid_skene"])
def test_crowd_hard_learns_the_consensus_of_the_chosen_method(consensus, crowd):
    exact, table = LogisticRegression(C=0.1, tol=1e-9), crowd.X.astype(float)
    stack = MultiRaterStackingClassifier(exact, consensus=consensus, fusion="mean", views=["crowd_hard"])
    stack.fit(table, crowd.Y)
    labels = consensus_labels(crowd.Y, consensus)
    kept = np.flatnonzero([label is not None for label in labels])
    np.testing.assert_array_equal(stack.view_rows_[0], kept)
    alone = exact.fit(table[kept], labels[kept].tolist())
    np.testing.assert_allclose(stack.predict_proba(table), alone.predict_proba(table), rtol=1e-5)


def test_the_fusion_learns_the_consensus_too(crowd):
    most = hard_labels(crowd.Y, ties="first")
    given = pd.Series(np.where(most == "class1", "class2", most))

    def without_class1(table):
        return given

    settings = {"classes": ["class2", "class3", "class4"], "fusion": "logistic", "random_state": 0}
    stack = MultiRaterStackingClassifier(LogisticRegression(), consensus=without_class1, **settings)
    predicted = stack.fit(crowd.X, crowd.Y).predict(crowd.X)
    assert np.mean(predicted == given) > np.mean(predicted == most)


def test_equal_ratings_are_estimated_once(crowd, monkeypatch):
    from crowdkit.aggregation import OneCoinDawidSkene

    expected = consensus_labels(crowd.Y, "one_coin"), consensus_proba(crowd.Y, "one_coin")

    def fit(*_):
        raise AssertionError("estimated again")

    monkeypatch.setattr(OneCoinDawidSkene, "fit", fit)
    moved = crowd.Y.rename(columns=str.upper).iloc[::-1, ::-1].reset_index(drop=True)
    np.testing.assert_array_equal(consensus_labels(moved, "one_coin"), expected[0][::-1])
    np.testing.assert_array_equal(consensus_proba(moved, "one_coin"), expected[1][::-1])
    with pytest.raises(AssertionError, match="estimated again"):
        consensus_labels(crowd.Y[1:].reset_index(drop=True), "one_coin")


def test_a_callable_may_number_the_samples_by_floats():
    Y = [["a", "a"], ["b", "b"]]
    found = consensus_labels(Y, lambda table: pd.Series(["a", "b"], index=[0.0, 1.0]))
    assert found.tolist() == ["a", "b"]
