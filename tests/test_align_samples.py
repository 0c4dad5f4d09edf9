"""Samples, ratings, groups and weights as pandas objects are paired by their index."""

from contextlib import suppress

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_raters import (
    BLSTMClassifier,
    CalibratedRatersClassifier,
    DeepEnsembleClassifier,
    MultiRaterStackingClassifier,
    RaterNetClassifier,
    SoftTargetClassifier,
    SpeakerScaler,
)
from sklearn_raters._align import align_samples
from sklearn_raters.datasets import make_rated_samples
from sklearn_raters.exceptions import InputError
from sklearn_raters.metrics import uar_scorer, unweighted_average_recall
from sklearn_raters.model_selection import compare, cross_val_predict_raters
from sklearn_raters.ratings import Task, parse_ratings

NET = {"max_epochs": 2, "device": "cpu", "random_state": 0}
OF_RATINGS = [
    MultiRaterStackingClassifier(random_state=0, max_raters=3),
    RaterNetClassifier(**NET),
    DeepEnsembleClassifier(RaterNetClassifier(**NET), n_estimators=2, random_state=0),
    CalibratedRatersClassifier(RaterNetClassifier(**NET), random_state=0),
]
OF_LABELS = [BLSTMClassifier(**NET), SoftTargetClassifier(LogisticRegression())]


@pytest.fixture(scope="module")
def crowd():
    data = make_rated_samples(80, n_classes=3, n_features=8, random_state=0)
    names = [f"s{i:02}" for i in range(80)]
    return {
        "X": pd.DataFrame(data.X, names),
        "Y": pd.DataFrame(np.asarray(data.Y, dtype=object), names),
        "y": pd.Series(data.true_labels, names),
        "groups": pd.Series(np.arange(80) % 8, names),
        "weight": pd.Series(1.0 + np.arange(80) % 3, names),
        "order": np.random.default_rng(0).permutation(80),
    }


def proba(estimator, crowd, target, order=None):
    X, y, groups, weight = (crowd[name] for name in ("X", target, "groups", "weight"))
    if order is not None:
        y, groups, weight = y.iloc[order], groups.iloc[order[::-1]], weight.iloc[np.roll(order, 3)]
    return clone(estimator).fit(X, y, groups=groups, sample_weight=weight).predict_proba(X)


@pytest.mark.parametrize("estimator", OF_RATINGS + OF_LABELS, ids=lambda one: type(one).__name__)
def test_the_order_of_ratings_groups_and_weights_changes_nothing(estimator, crowd):
    target = "Y" if estimator in OF_RATINGS else "y"
    expected = proba(estimator, crowd, target)
    np.testing.assert_array_equal(proba(estimator, crowd, target, crowd["order"]), expected)


@pytest.mark.parametrize("estimator", OF_RATINGS + OF_LABELS, ids=lambda one: type(one).__name__)
def test_another_index_is_refused_by_its_first_difference(estimator, crowd):
    y = crowd["Y" if estimator in OF_RATINGS else "y"]
    other = y.set_axis([*y.index[:3], "elsewhere", *y.index[4:]])
    with pytest.raises(InputError, match="row 3 of X is 's03', which y does not name"):
        clone(estimator).fit(crowd["X"], other)


def test_without_an_index_samples_are_paired_by_place(crowd):
    estimator = SoftTargetClassifier(LogisticRegression())
    expected = clone(estimator).fit(crowd["X"], crowd["y"]).predict_proba(crowd["X"])
    X, y = crowd["X"].to_numpy(), crowd["y"].iloc[crowd["order"]]
    by_place = clone(estimator).fit(X[crowd["order"]], y).predict_proba(X)
    np.testing.assert_allclose(by_place, expected, atol=1e-3)
    np.testing.assert_array_equal(
        clone(estimator).fit(crowd["X"], crowd["y"].to_numpy()).predict_proba(crowd["X"]), expected
    )


def test_an_index_that_names_a_sample_twice_has_no_order(crowd):
    twice = [*crowd["X"].index[:79], "s00"]
    X, y = crowd["X"].set_axis(twice), crowd["y"].set_axis(twice)
    SoftTargetClassifier(LogisticRegression()).fit(X, y)  # in the same order it is clear
    with pytest.raises(InputError, match="names a sample twice, 's00'"):
        SoftTargetClassifier(LogisticRegression()).fit(X, y.iloc[::-1])


def test_comparisons_predictions_of_folds_and_scorers_pair_by_index(crowd):
    X, Y, groups, order = (crowd[name] for name in ("X", "Y", "groups", "order"))
    model = MultiRaterStackingClassifier(views=["crowd_hard"], fusion="mean")
    mixed = X.iloc[order]
    tables = [
        compare({"m": model, "own": (model, own)}, own, Y, groups=groups, baseline=None) for own in (X, mixed)
    ]
    pd.testing.assert_frame_equal(*(table[["uar"]] for table in tables))
    folds = [cross_val_predict_raters(model, X, of, groups=groups) for of in (Y, Y.iloc[order])]
    np.testing.assert_array_equal(*folds)
    fitted = clone(model).fit(X, Y)
    assert uar_scorer(fitted, X, Y.iloc[order]) == uar_scorer(fitted, X, Y) > 0.5
    assert fitted.score(X, Y.iloc[order]) == fitted.score(X, Y) > 0.5


@pytest.mark.parametrize("together", [True, False], ids=["beside X", "without X"])
def test_features_of_models_and_conditions_are_paired_where_ratings_have_no_index(together, crowd):
    X, Y, groups = crowd["X"], crowd["Y"].to_numpy(), crowd["groups"].to_numpy()
    model = MultiRaterStackingClassifier(LogisticRegression(), views=["crowd_hard"], fusion="mean")

    def scores(own):
        models = {"plain": (model, X), "own": (model, own, {"same": own, "first": X})}
        table = compare(models, X if together else None, Y, groups=groups, baseline=None)
        return table[["uar", "uar_same", "uar_first"]]

    expected = scores(X)
    assert (expected.loc["own"] == expected.loc["plain", "uar"]).all()
    pd.testing.assert_frame_equal(scores(X.iloc[crowd["order"]]), expected)


@pytest.mark.parametrize(
    ("first", "other"),
    [
        (pd.to_datetime(["2020-01-01", "2020-01-02"]), ["2020-01-02", "2020-01-01"]),
        (pd.to_timedelta(["1s", "2s"]), ["2s", "1s"]),
        (pd.Index(["a", pd.NA], dtype="string"), pd.Index([np.nan, "a"], dtype=object)),
        (pd.Index([True, False]), pd.Index([0, 1])),
    ],
    ids=["times", "durations", "missing", "truth"],
)
def test_indexes_of_other_types_are_paired_rightly_or_refused(first, other):
    X, y = pd.Series([0, 1], first), pd.Series([1, 0], other)
    for pair in ({"X": X, "y": y}, {"X": y, "y": X}):
        with suppress(InputError):
            found = align_samples(**pair)
            assert found[0].tolist() == found[1].tolist()


def test_speakers_are_paired_by_index(crowd):
    X, groups = crowd["X"], crowd["groups"]
    expected = SpeakerScaler().fit_transform(X, speakers=groups)
    mixed = SpeakerScaler().fit_transform(X, speakers=groups.iloc[crowd["order"]])
    np.testing.assert_array_equal(mixed, expected)


def test_true_and_predicted_labels_are_paired_by_index():
    true, predicted = pd.Series(["a", "b"], ["s1", "s2"]), pd.Series(["b", "a"], ["s2", "s1"])
    assert unweighted_average_recall(true, predicted) == 1


@pytest.mark.parametrize("read", [Task, parse_ratings], ids=["Task", "Votes"])
@pytest.mark.parametrize("estimator", OF_RATINGS, ids=lambda one: type(one).__name__)
def test_ratings_that_were_a_table_keep_its_index(read, estimator, crowd):
    X, Y, order = crowd["X"], crowd["Y"], crowd["order"]
    expected = clone(estimator).fit(X, read(Y)).predict_proba(X)
    found = clone(estimator).fit(X, read(Y.iloc[order])).predict_proba(X)
    np.testing.assert_array_equal(found, expected)
    other = Y.set_axis([f"t{i}" for i in range(len(Y))])
    with pytest.raises(InputError, match=r"X and y name other samples.*row 0 of X is 's00'.*from an array"):
        clone(estimator).fit(X, read(other))
    by_place = clone(estimator).fit(X.to_numpy(), read(other)).predict_proba(X.to_numpy())
    np.testing.assert_allclose(by_place, expected, atol=1e-6)


def test_a_task_keeps_the_index_of_its_table_whatever_is_taken_of_it(crowd):
    Y = crowd["Y"].iloc[crowd["order"]]
    task = Task(Y)
    assert task.index.equals(Y.index)
    assert Task(parse_ratings(Y)).index.equals(Y.index)
    assert task.take([5, 2]).index.tolist() == Y.index[[5, 2]].tolist()
    assert task.take(np.arange(80) < 3).of_rater(task.raters[0]).index.equals(Y.index[:3])
    assert Task(Y.iloc[:, 0]).index.equals(Y.index)
    assert Task(Y.to_numpy()).index is None


def test_scores_and_folds_pair_a_task_by_its_index(crowd):
    X, Y, order = crowd["X"], crowd["Y"], crowd["order"]
    stack = MultiRaterStackingClassifier(LogisticRegression(), fusion="mean", max_raters=2).fit(X, Y)
    assert uar_scorer(stack, X, Task(Y.iloc[order])) == uar_scorer(stack, X, Y)
    settings = {"cv": 2, "method": "predict_proba"}
    expected = cross_val_predict_raters(stack, X, Y, **settings)
    np.testing.assert_array_equal(
        cross_val_predict_raters(stack, X, Task(Y.iloc[order]), **settings), expected
    )


def test_a_default_index_beside_the_same_numbers_in_another_order_is_refused(crowd):
    X, Y, order = crowd["X"].to_numpy(), crowd["Y"].reset_index(drop=True), crowd["order"]
    scaler = StandardScaler().set_output(transform="pandas")  # whose table has a new index
    model = make_pipeline(scaler, MultiRaterStackingClassifier(LogisticRegression(), fusion="mean"))
    with pytest.raises(InputError, match=r"X has the default index.*y has these numbers.*y\.to_numpy\(\)"):
        model.fit(X[order], Y.iloc[order])
    model.fit(X[order], Y.iloc[order].to_numpy())
    assert model.score(X, Y) > 0.7
    labels = crowd["y"].reset_index(drop=True)
    mixed = labels.iloc[order]
    with pytest.raises(InputError, match=r"y_pred has the default.*y_pred\.loc\[y_true\.index\]"):
        unweighted_average_recall(mixed, pd.Series(mixed.to_numpy()))
    assert unweighted_average_recall(mixed, labels.loc[mixed.index]) == 1
    with pytest.raises(InputError, match=r"ratings made from y\.loc\[X\.index\]"):
        clone(model[-1]).fit(pd.DataFrame(X), Task(Y.iloc[order]))


def test_numbers_that_are_no_default_index_pair_samples(crowd):
    X, Y = crowd["X"].set_axis(list(range(80))), crowd["Y"].set_axis(list(range(80)))
    model = MultiRaterStackingClassifier(LogisticRegression(), fusion="mean", random_state=0)
    expected = clone(model).fit(X, Y).predict_proba(X)
    found = clone(model).fit(X, Y.iloc[crowd["order"]]).predict_proba(X)
    np.testing.assert_array_equal(found, expected)
