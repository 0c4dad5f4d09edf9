"""Samples of a form that no estimator reads: refused in one line, before any training, and by predict."""

import datetime

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from made import FEW, in_object_array, small_blstm, small_stack
from sklearn_raters import (
    CalibratedRatersClassifier,
    DeepEnsembleClassifier,
    MultiRaterStackingClassifier,
    RaterNetClassifier,
    SoftmaxLayerClassifier,
    SoftTargetClassifier,
)
from sklearn_raters._forms import at_least_single, depth_of, holds_times, refuse_rounding
from sklearn_raters._nested import check_is_read, readers
from sklearn_raters.exceptions import InputError

N = 12
TABLE = np.eye(3)[np.arange(N) % 3] + np.arange(N)[:, None] / 100
LABELS = np.array(["a", "b", "c"])[np.arange(N) % 3]
SHARES = 0.25 + 0.25 * np.eye(3)[np.arange(N) % 3]
TREES = RandomForestClassifier(2, random_state=0)


def stack(estimator=None, **params):
    return MultiRaterStackingClassifier(estimator, fusion="mean", random_state=0, **params)


MODELS = {
    "stack": (stack(), LABELS),
    "stack of trees": (stack(TREES), LABELS),
    "rater network": (RaterNetClassifier(max_epochs=1, random_state=0), LABELS),
    "BLSTM": (small_blstm(max_epochs=1), LABELS),
    "softmax layer": (SoftmaxLayerClassifier(max_epochs=1), LABELS),
    "soft targets": (SoftTargetClassifier(LogisticRegression()), SHARES),
    "soft targets of a pipeline": (
        SoftTargetClassifier(make_pipeline(StandardScaler(), LogisticRegression())),
        SHARES,
    ),
    "calibrated": (CalibratedRatersClassifier(stack(LogisticRegression()), cv=2), LABELS),
    "ensemble": (DeepEnsembleClassifier(TREES, 2, random_state=0), LABELS),
    "ensemble of stacks": (DeepEnsembleClassifier(stack(LogisticRegression()), 2), LABELS),
}
OF_SKLEARN = [name for name in MODELS if name not in ("rater network", "BLSTM", "softmax layer")]


@pytest.fixture(scope="module")
def fitted():
    return {name: model.fit(TABLE, y) for name, (model, y) in MODELS.items()}


def as_series(values):
    return pd.Series(list(values))


def refuses(model, y, X, message, methods):
    for call in (lambda: model.fit(X, y), *(lambda method=method: method(X) for method in methods)):
        with pytest.raises(InputError, match=message) as caught:
            call()
        assert "\n" not in str(caught.value)


FOUR = np.ones((N, 2, 2, 2))
FOUR_DIMENSIONS = {
    "array": FOUR,
    "list of 3-D arrays": list(FOUR),
    "nested lists": FOUR.tolist(),
    "Series of 3-D arrays": as_series(FOUR),
    "five": FOUR[..., None],
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("form", FOUR_DIMENSIONS)
def test_four_dimensions_are_refused_with_the_remedy(form, name, fitted):
    message = r"X has [45] dimensions.*join the others.*reshape"
    model = fitted[name]
    refuses(model, MODELS[name][1], FOUR_DIMENSIONS[form], message, [model.predict, model.predict_proba])


DAYS = pd.date_range("2020-01-01", periods=N)
TIMES = {
    "a column of times": pd.DataFrame({"pitch": TABLE[:, 0], "day": DAYS, "more": 1.0}),
    "times with a zone": pd.DataFrame({"day": DAYS.tz_localize("UTC")}),
    "durations": pd.DataFrame({"length": pd.to_timedelta(np.arange(N), "s")}),
    "periods": pd.DataFrame({"month": DAYS.to_period("M")}),
    "days as objects": pd.DataFrame({"day": [datetime.date(2020, 1, 1)] * N}),
    "an array of times": DAYS.to_numpy()[:, None],
    "an array of objects": np.array([[datetime.datetime(2020, 1, 1)]] * N, dtype=object),
    "lists": [[datetime.date(2020, 1, 1), 1.0]] * N,
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("form", TIMES)
def test_times_are_refused(form, name, fitted):
    model = fitted[name]
    assert holds_times(TIMES[form])
    message = "X holds times|is of type (datetime|timedelta)|holds .* of type"
    refuses(model, MODELS[name][1], TIMES[form], message, [model.predict])


@pytest.mark.parametrize("name", OF_SKLEARN)
def test_rows_in_the_cells_of_a_column_are_refused_with_the_remedy(name, fitted):
    model, y = fitted[name], MODELS[name][1]
    for X in (as_series(TABLE), in_object_array(list(TABLE))):
        refuses(model, y, X, r"rows of numbers in its cells.*np.stack\(list\(X\)\)", [model.predict])
    frame = pd.DataFrame({"pitch": list(TABLE), "loud": 1.0})
    refuses(model, y, frame, "rows of numbers in its cells.*one column for each number", [model.predict])
    uneven = [row[: 1 + place % 2] for place, row in enumerate(TABLE.tolist())]
    refuses(model, y, uneven, "Sample 1 of X has 2 values and sample 0 has 1", [model.predict])


def test_estimators_of_others_and_sequences_read_what_they_like():
    class OfOthers(LogisticRegression):
        pass

    assert list(readers(OfOthers())) == []
    assert [type(one) for one in readers(VotingClassifier([("a", LogisticRegression())]))] == [
        LogisticRegression
    ]
    assert depth_of([TABLE, TABLE]) == 3
    assert depth_of(pd.Series(["a"])) == 1
    endless = []
    endless.append(endless)
    assert depth_of(endless) == 8


LARGE, SMALL = 2**60 + 1, TABLE[1:].tolist()
LARGE_INTEGERS = {
    "a list with fractions": [[LARGE, 0.5, 1], *SMALL],
    "a list of integers": [[LARGE, 1, 2], *([1, 2, 3] for _ in SMALL)],
    "a list of rows": [np.array([LARGE, 1, 2]), *TABLE[1:]],
    "NumPy's integers": [[np.int64(LARGE), 0.5, 1], *SMALL],
    "objects": np.array([[LARGE, 0.5, 1], *SMALL], dtype=object),
    "an array": np.full(TABLE.shape, LARGE),
    "unsigned": np.full(TABLE.shape, 2**64 - 1, dtype=np.uint64),
    "negative": np.full(TABLE.shape, -LARGE),
    "a column": pd.DataFrame({"id": [LARGE] * N, "pitch": TABLE[:, 0], "loud": 1.0}),
    "a column that may be missing": pd.DataFrame(
        {"id": pd.array([LARGE] * N, "Int64"), "pitch": 1.0, "loud": 1.0}
    ),
    "sparse": scipy.sparse.csr_array(np.full(TABLE.shape, LARGE)),
}


def test_half_precision_gives_probabilities_that_sum_to_one():
    rounded, y = FEW.X.astype(np.float16), FEW.truth
    for model, target in (
        (SoftTargetClassifier(GaussianNB()), y),
        (small_stack(GaussianNB(), views=["crowd_hard"], fusion="mean"), FEW.Y),
    ):
        found = model.fit(rounded, target).predict_proba(rounded)
        np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)
        single = rounded.astype(np.float32)
        np.testing.assert_array_equal(model.fit(single, target).predict_proba(single), found)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("form", LARGE_INTEGERS)
def test_integers_that_floating_point_would_round_are_refused(form, name, fitted):
    message = r"holds the integer -?\d+, of which float(32 keeps 24|64 keeps 53) bits"
    refuses(fitted[name], MODELS[name][1], LARGE_INTEGERS[form], message, [fitted[name].predict])


def test_integers_that_floating_point_holds_and_those_of_categories_are_read():
    for dtype, bits in ((np.float64, 53), (np.float32, 24)):
        refuse_rounding([[2**bits, 0.5], [2 ** (bits + 4), 1], [True, -(2**bits)]], dtype)
        with pytest.raises(InputError, match=f"Sample 3 holds the integer {2**bits + 1}, of which"):
            refuse_rounding([[0.5, [2**bits + 1]]], dtype, "Sample 3")
    check_is_read([[LARGE, 1]], {"it": make_pipeline(OneHotEncoder(), LogisticRegression())})


def test_a_table_with_another_number_of_features_is_told_what_to_do(fitted):
    for name, model in fitted.items():
        for X in (TABLE[:, :2], TABLE[:, :2].tolist()):
            with pytest.raises(InputError, match=r"X has 2 features, .* 3 features .* settings of the fit"):
                model.predict_proba(X)
        assert model.predict_proba(TABLE.tolist()).shape == (N, 3), name


@pytest.mark.parametrize("name", ["stack", "BLSTM", "soft targets of a pipeline", "calibrated", "ensemble"])
def test_a_table_with_other_names_of_features_is_told_those_of_the_fit(name):
    named = pd.DataFrame(TABLE, columns=["f0", "energy", "pitch"])
    model, y = MODELS[name]
    model = clone(model).fit(named, y)
    with pytest.raises(InputError, match=r"(?s)seen at fit time, yet now missing.*'f0', 'energy', 'pitch'"):
        model.predict_proba(named.rename(columns={"pitch": "tempo"}))
    with pytest.raises(InputError, match=r"(?s)same order .* give X\[model.feature_names_in_\]"):
        model.predict_proba(named[["pitch", "f0", "energy"]])
    assert model.predict_proba(named).shape == (N, 3)


def test_a_model_that_chooses_columns_by_name_decides_itself():
    named = pd.DataFrame(TABLE, columns=["f0", "energy", "pitch"])
    chooses = ColumnTransformer([("two", "passthrough", ["pitch", "f0"])])
    model = stack(make_pipeline(chooses, LogisticRegression())).fit(named, LABELS)
    expected = model.predict_proba(named)
    np.testing.assert_array_equal(
        model.predict_proba(named.assign(more=1)[["more", "f0", "pitch"]]), expected
    )


def test_columns_of_half_precision_give_probabilities_that_sum_to_one():
    rounded = pd.DataFrame(FEW.X.astype(np.float16)).astype({0: np.float64})
    single = rounded.astype({1: np.float32, 2: np.float32, 3: np.float32})
    assert at_least_single(rounded).dtypes.tolist() == single.dtypes.tolist()
    assert at_least_single(single) is single
    halves = FEW.X.astype(np.float16)
    model = SoftTargetClassifier(GaussianNB())
    found = model.fit(pd.DataFrame(halves), FEW.truth).predict_proba(pd.DataFrame(halves))
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(model.fit(halves, FEW.truth).predict_proba(halves), found)
