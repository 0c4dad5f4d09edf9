"""Raters with odd names: a loaded model knows them, or the model is not saved."""

import datetime
import decimal
import fractions
import pathlib
import uuid

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from sklearn_raters import MultiRaterStackingClassifier
from sklearn_raters.exceptions import InputError
from sklearn_raters.persistence import load, save
from sklearn_raters.ratings._names import spelling

X = np.random.default_rng(0).normal(size=(12, 2))
LABELS = np.array(["calm", "sad"])[np.column_stack([np.arange(12) % 2, np.arange(12) % 4 % 3 % 2])]
PARTS = st.one_of(
    st.none(),
    st.text(max_size=3),
    st.binary(max_size=3),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.datetimes(),
    st.dates(),
)
NAMES = [
    st.text(min_size=1, max_size=3).filter(lambda name: name.strip()),
    st.binary(min_size=1, max_size=3),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.decimals(allow_nan=False),
    st.fractions(),
    st.uuids(),
    st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2100, 1, 1)).map(pd.Timestamp),
    st.dates().map(np.datetime64),
    st.integers(-(2**31), 2**31).map(np.int64),
    st.tuples(PARTS, PARTS),
    st.tuples(st.tuples(PARTS), PARTS),
]
PAIRS = st.one_of([st.tuples(kind, kind) for kind in NAMES])


def alike(one, other):
    return spelling(one) == spelling(other)


def stack_of(names):
    columns = pd.Index(names, dtype=object, tupleize_cols=False)
    stack = MultiRaterStackingClassifier(LogisticRegression(), views=["raters"], fusion="mean", min_ratings=1)
    return stack.fit(X, pd.DataFrame(LABELS, columns=columns))


def assert_known_after(model, path):
    save(model, path)
    again = load(path)
    assert again.raters_ == model.raters_
    assert [hash(name) for name in again.raters_] == [hash(name) for name in model.raters_]
    np.testing.assert_array_equal(again.predict_proba_raters(X), model.predict_proba_raters(X))


@settings(max_examples=20, deadline=None)
@given(PAIRS.filter(lambda names: names[0] != names[1] and not alike(*names)))
def test_raters_of_any_plain_names_are_known_after_loading(tmp_path_factory, names):
    assert_known_after(stack_of(names), tmp_path_factory.mktemp("names") / "model")


@pytest.mark.parametrize(
    "names",
    [
        pd.to_datetime(["2020-01-01", "2021-01-01"], utc=True),
        pd.to_timedelta([1, 2], "D"),
        [pathlib.PurePosixPath("a"), pathlib.PurePosixPath("b")],
        [decimal.Decimal("1.10"), fractions.Fraction(1, 3)],
        [uuid.UUID(int=1), frozenset("a")],
        [(pd.Timestamp("2020"), None), (b"a", True)],
        [range(2), np.bytes_(b"x")],
    ],
    ids=str,
)
def test_raters_of_odd_names_are_known_after_loading(names, tmp_path):
    assert_known_after(stack_of(names), tmp_path / "model")


@pytest.mark.parametrize(
    "names",
    [
        pd.period_range("2020", periods=2, freq="M"),
        pd.interval_range(0, 2),
        [1j, 2j],
        [("a", pd.Period("2020", "Y")), ("b", 1)],
    ],
    ids=str,
)
def test_a_model_whose_raters_could_not_be_named_again_is_not_saved(names, tmp_path):
    with pytest.raises(InputError, match=r"The rater .* is named by a .*: name raters by texts or numbers"):
        save(stack_of(list(names)), tmp_path / "model")
    assert not list(tmp_path.iterdir())
