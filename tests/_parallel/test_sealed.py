"""The cache of a stack when its files are damaged, and what it tells apart."""

import warnings
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from made import FEW, X, Y, small_blstm, small_stack
from sklearn_raters._parallel import cached_with, call_cached
from sklearn_raters.exceptions import InputWarning


def outputs(folder):
    return sorted(Path(folder).rglob("output.pkl"))


def flip(path, place):
    """Flip one bit of a file."""
    content = bytearray(path.read_bytes())
    content[int(place * (len(content) - 1))] ^= 16
    path.write_bytes(content)


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("place", [0.05, 0.5, 0.9])
def test_a_flipped_bit_is_warned_of_and_the_view_is_trained_again(tmp_path, place, n_jobs):
    model = small_stack(memory=str(tmp_path), fusion="logistic", n_jobs=n_jobs)
    expected = model.fit(X, Y).predict_proba(X)
    flip(outputs(tmp_path)[3], place)
    with pytest.warns(
        InputWarning, match="the view '.*' is damaged in the cache .*, and is computed again"
    ) as heard:
        again = model.fit(X, Y)
    assert len(heard) == 1
    np.testing.assert_array_equal(again.predict_proba(X), expected)
    model.fit(X, Y)  # the cache is whole again: no warning


def test_no_flipped_bit_anywhere_in_the_cache_of_a_network_changes_an_answer(tmp_path):
    model = small_stack(
        small_blstm(max_epochs=1), views=["crowd_soft", "E1"], memory=str(tmp_path), fusion="mean"
    )
    expected = model.fit(FEW.X, FEW.Y).predict_proba(FEW.X)
    for path in sorted(path for path in tmp_path.rglob("*") if path.is_file()):
        for place in np.linspace(0, 1, 7):
            before = path.read_bytes()
            flip(path, place)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                np.testing.assert_array_equal(model.fit(FEW.X, FEW.Y).predict_proba(FEW.X), expected)
            path.write_bytes(before)


@pytest.mark.parametrize("n_bytes", [0, 9], ids=["empty", "cut"])
def test_a_file_that_is_cut_is_computed_again(tmp_path, n_bytes):
    model = small_stack(memory=str(tmp_path), fusion="mean")
    expected = model.fit(X, Y).predict_proba(X)
    path = outputs(tmp_path)[0]
    path.write_bytes(path.read_bytes()[:-n_bytes] if n_bytes else b"")
    with pytest.warns(InputWarning, match="The training of the view .* is damaged"):
        np.testing.assert_array_equal(model.fit(X, Y).predict_proba(X), expected)


def test_a_cache_that_cannot_be_written_to_costs_no_second_training(tmp_path, monkeypatch):
    calls = []
    cached = cached_with(joblib.Memory(tmp_path, verbose=0))
    monkeypatch.setattr(type(cached.store_backend), "dump_item", lambda *args, **kwargs: None)
    assert call_cached(cached, lambda: calls.append(1) or 7, (), "key", "The training") == 7
    assert calls == [1]


def test_lambdas_are_kept_apart_by_what_they_do(tmp_path):
    def stack(function):
        steps = make_pipeline(FunctionTransformer(function), LogisticRegression())
        return small_stack(steps, memory=str(tmp_path), fusion="mean").fit(X, Y)

    first, second = stack(lambda values: values), stack(lambda values: values[:, :1])
    assert np.abs(first.predict_proba(X) - second.predict_proba(X)).max() > 0.1
    n_files = len(outputs(tmp_path))
    assert n_files == 10
