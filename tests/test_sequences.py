"""Every form of X gives the same frames; errors name the sample."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.base import BaseEstimator

from made import in_object_array
from sklearn_raters.exceptions import InputError
from sklearn_raters.features import save_frames
from sklearn_raters.sequences import (
    Sequences,
    as_samples,
    as_sequences,
    check_frames,
    holds_sequences,
    is_mapped,
    pack,
)


def read(X, *, n_features=None):
    """Read X as `fit` does, or as `predict` after a fit on `n_features`."""
    estimator = BaseEstimator()
    if n_features is not None:
        estimator.n_features_in_ = n_features
    return as_sequences(estimator, X, reset=n_features is None)


RAGGED = [np.arange(6.0).reshape(3, 2), np.array([[7.0, 8.0]]), np.full((2, 2), -1.0)]
EQUAL = np.arange(24.0).reshape(4, 3, 2)


def series(samples):
    return pd.Series(samples, index=[f"u{index}" for index in range(len(samples))])


@pytest.mark.parametrize("form", [list, tuple, in_object_array, series])
def test_ragged_samples_lie_one_after_the_other(form):
    sequences = read(form(RAGGED))
    assert sequences.frames.tolist() == [[0, 1], [2, 3], [4, 5], [7, 8], [-1, -1], [-1, -1]]
    assert sequences.lengths.tolist() == [3, 1, 2]
    assert sequences.starts.tolist() == [0, 3, 4]
    assert sequences.frames.dtype == np.float32
    assert len(sequences) == 3


@pytest.mark.parametrize(
    "form",
    [
        list(EQUAL),
        tuple(EQUAL),
        EQUAL,
        EQUAL.astype(np.float32),
        np.asfortranarray(EQUAL),
        EQUAL.tolist(),
        [pd.DataFrame(sample) for sample in EQUAL],
        np.array(list(EQUAL), dtype=object),  # 3-D, as NumPy makes it of equal lengths
    ],
    ids=["list", "tuple", "3-D", "float32", "Fortran", "nested lists", "DataFrames", "3-D object"],
)
def test_forms_of_equal_lengths_are_the_same(form):
    sequences = read(form)
    np.testing.assert_array_equal(sequences.frames, EQUAL.reshape(12, 2))
    assert sequences.lengths.tolist() == [3, 3, 3, 3]


def test_an_object_array_of_equal_lengths_is_read():
    np.testing.assert_array_equal(read(in_object_array(list(EQUAL))).frames, EQUAL.reshape(12, 2))


@pytest.mark.parametrize("form", [np.asarray, pd.DataFrame, np.ndarray.tolist])
def test_a_table_is_one_frame_a_sample(form):
    table = np.arange(8.0).reshape(4, 2)
    sequences = read(form(table))
    np.testing.assert_array_equal(sequences.frames, table)
    assert sequences.lengths.tolist() == [1, 1, 1, 1]


def test_a_table_and_samples_of_one_frame_are_the_same():
    table = np.arange(8.0).reshape(4, 2)
    np.testing.assert_array_equal(read(table).frames, read(table[:, None, :]).frames)


@pytest.mark.parametrize(
    ("X", "expected"),
    [
        (RAGGED, True),
        (tuple(RAGGED), True),
        (EQUAL, True),
        (EQUAL.tolist(), True),
        (series(RAGGED), True),
        (pd.Series([1.0, 2.0]), False),
        (EQUAL[0], False),
        (EQUAL[0].tolist(), False),
        (pd.DataFrame(EQUAL[0]), False),
        ([1.0, 2.0], False),
        ([], False),
    ],
)
def test_holds_sequences(X, expected):
    assert holds_sequences(X) is expected


def test_the_number_of_features_is_that_of_a_frame():
    # scikit-learn's validate_data would record the number of frames of a 3-D X.
    estimator = BaseEstimator()
    as_sequences(estimator, np.zeros((5, 7, 3)), reset=True)
    assert estimator.n_features_in_ == 3


def test_a_second_fit_on_sequences_forgets_the_names_of_columns():
    estimator = BaseEstimator()
    as_sequences(estimator, pd.DataFrame({"a": [1.0], "b": [2.0]}), reset=True)
    assert list(estimator.feature_names_in_) == ["a", "b"]
    as_sequences(estimator, RAGGED, reset=True)
    assert not hasattr(estimator, "feature_names_in_")


TABLES = [pd.DataFrame(sample, columns=["pitch", "energy"]) for sample in RAGGED]


def test_tables_of_frames_are_brought_into_one_order_of_columns():
    turned = [table if place % 2 else table[["energy", "pitch"]] for place, table in enumerate(TABLES)]
    expected = read([table[["energy", "pitch"]] for table in TABLES]).frames
    np.testing.assert_array_equal(read(turned).frames, expected)
    estimator = BaseEstimator()
    as_sequences(estimator, TABLES, reset=True)
    assert estimator.feature_names_in_.tolist() == ["pitch", "energy"]
    expected = read(RAGGED).frames
    for X in (TABLES, turned, RAGGED, in_object_array(turned)):  # arrays are taken by place
        np.testing.assert_array_equal(as_sequences(estimator, X, reset=False).frames, expected)
    as_sequences(estimator, RAGGED, reset=True)
    assert not hasattr(estimator, "feature_names_in_")


def test_tables_of_frames_with_other_columns_are_refused():
    other = [*TABLES[:2], TABLES[2].rename(columns={"energy": "loudness"})]
    with pytest.raises(
        InputError, match=r"Sample 2 of X has the columns \['pitch', 'loudness'\], where \['pitch'"
    ):
        read(other)
    estimator = BaseEstimator()
    as_sequences(estimator, TABLES, reset=True)
    with pytest.raises(InputError, match="Sample 0 of X has the columns"):
        as_sequences(estimator, other[2:], reset=False)


def draw_ragged(n_features=2):
    lengths = st.lists(st.integers(1, 6), min_size=1, max_size=8)
    return lengths.flatmap(
        lambda sizes: st.tuples(
            *[arrays(np.float32, (size, n_features), elements=st.floats(-9, 9, width=32)) for size in sizes]
        )
    )


@given(draw_ragged())
def test_split_gives_back_the_samples(samples):
    sequences = read(list(samples))
    for part, sample in zip(sequences.split(), samples, strict=True):
        np.testing.assert_array_equal(part, sample)


def test_packing_copies_and_splitting_does_not():
    samples = [np.ones((2, 3), np.float32), np.zeros((1, 3), np.float32)]
    sequences = pack(samples)
    assert np.shares_memory(sequences.split()[1], sequences.frames)
    sequences.frames[:] = 99
    assert samples[0].max() == 1


def test_no_samples_split_into_none():
    assert Sequences(np.empty((0, 2), np.float32), np.empty(0, np.int64)).split() == []


def with_value(value):
    samples = [sample.copy() for sample in RAGGED]
    samples[2][1, 0] = value
    return samples


@pytest.mark.parametrize("n_features", [None, 2], ids=["fit", "predict"])
@pytest.mark.parametrize(
    ("X", "message"),
    [
        (with_value(np.nan), "NaN: sample 2, frame 1, feature 0"),
        (with_value(np.inf), "infinity: sample 2, frame 1, feature 0"),
        (with_value(-np.inf), "infinity: sample 2, frame 1, feature 0"),
        (with_value(1e300), "infinity: sample 2, frame 1, feature 0"),
        (np.array([[1.0, 2.0], [np.nan, 3.0]]), "NaN: sample 1, frame 0, feature 0"),
        ([*RAGGED, np.empty((0, 2))], r"Sample 3 of X has no frames .*\(0, 2\).*Leave it out of X and Y"),
        ([*RAGGED, np.empty((2, 0))], "Sample 3 of X has no frames or no features"),
        ([*RAGGED, np.zeros((2, 3))], "X has 3 features in sample 3, but .* 2 features.*same settings"),
        ([*RAGGED, np.zeros(2)], r"Sample 3 of X has shape \(2,\); expected \(n_frames, n_features\)"),
        ([*RAGGED, None], "Sample 3 of X"),
        ([*RAGGED, np.array([["a", "b"]])], "Sample 3 of X is of type <U1"),
        ([*RAGGED, [[1.0, 2.0], [3.0]]], "Sample 3 of X is not a numeric"),
        (["a.wav", "b.wav"], "first is 'a.wav', where frames are needed. Put a transformer before the"),
        (np.array(["a.wav", "b.wav"]), "'a.wav', where frames"),
        (pd.Series(["a.wav", "b.wav"]), "'a.wav', where frames"),
        ([Path("a.wav")], "'a.wav', where frames"),
        (np.empty((0, 3, 2)), "0 sample"),
        ([], "Expected 2D array|0 sample"),
        (np.zeros((2, 3, 0)), "Sample 0 of X has no frames or no features"),
        (np.zeros((2, 2, 2, 2)), "X has 4 dimensions"),
    ],
)
def test_bad_frames_are_named(X, n_features, message):
    with pytest.raises(ValueError, match=message):
        read(X, n_features=n_features)


@pytest.mark.parametrize("X", [[np.zeros((2, 3))], np.zeros((4, 2, 3)), np.zeros((4, 3))])
def test_another_number_of_features_at_predict_names_the_estimator(X):
    with pytest.raises(ValueError, match=r"X has 3 features.*BaseEstimator is expecting 2 features"):
        read(X, n_features=2)


def test_large_finite_values_pass():
    # Their sum leaves float32, they do not.
    assert read([np.full((4, 2), 3e38)]).frames.shape == (4, 2)


@pytest.mark.parametrize("X", [EQUAL.astype(np.float32), EQUAL[0].astype(np.float32)])
def test_read_only_arrays_become_writable(X):
    X = X.copy()
    X.flags.writeable = False
    assert read(X).frames.flags.writeable


def test_the_callers_arrays_stay_as_they_are():
    samples = [sample.copy() for sample in RAGGED]
    read(samples).frames[:] = 0
    for sample, before in zip(samples, RAGGED, strict=True):
        np.testing.assert_array_equal(sample, before)


def test_errors_name_the_estimator_and_the_sample():
    frames = [np.zeros((2, 3)) for _ in range(20)]
    frames[17] = np.zeros((2, 4))
    with pytest.raises(ValueError, match="4 features in sample 17, but sample 0 has 3"):
        check_frames(frames, "Some model")
    frames[17] = np.full((2, 3), np.inf)
    with pytest.raises(ValueError, match=r"infinity: sample 17, frame 0, feature 0\. Some model does not"):
        check_frames(frames, "Some model")


DAY = np.datetime64("2020-01-01")
LOSSY = [
    (np.full((2, 2), DAY), "is of type datetime64"),
    (np.full((2, 2), DAY - DAY), "is of type timedelta64"),
    ([[DAY, DAY], [DAY, DAY]], "is of type datetime64|holds .*datetime64"),
    (np.array([[DAY, 1], [2, 3]], dtype=object), "holds .*2020.* of type datetime64"),
    (np.array([[pd.Timestamp(0), 1.0]] * 2, dtype=object), "of type Timestamp"),
    (np.array([[datetime(2020, 1, 1), 1.0]] * 2, dtype=object), "of type datetime"),
    (np.full((2, 2), 1j), "(?s)Complex data not supported"),
    (np.array([[1j, 1], [2, 3]], dtype=object), "of type complex"),
    (np.array([["1.5", "2"], ["3", "4"]]), "is of type <U3"),
    (np.array([["1.5", 2], [3, 4]], dtype=object), "holds '1.5' of type str"),
    (np.array([[b"1", b"2"]] * 2), "is of type .S1"),
    (np.array([[2**24 + 1, 0], [0, 0]]), "holds the integer 16777217, of which float32 keeps 24 bits"),
    (np.array([[-(2**60) - 1, 0], [0, 0]]), "holds the integer -1152921504606846977"),
    (np.array([[2**64 - 1, 0], [0, 0]], dtype=np.uint64), "holds the integer 18446744073709551615"),
    (np.array([[2**200, 0], [0, 0]], dtype=object), "holds the integer 16069"),
    (pd.DataFrame({"a": [DAY, DAY], "b": [1, 2]}), "Column 'a' of .* datetime64"),
    (pd.DataFrame({"a": ["1", "2"], "b": [1, 2]}), "Column 'a' of "),
    (pd.DataFrame({"a": [1.0, 2.0], "b": [2**24 + 1, 2]}), "Column 'b' of .* 16777217"),
]


@pytest.mark.parametrize(("X", "message"), LOSSY, ids=lambda value: str(value)[:20])
@pytest.mark.parametrize("form", [lambda X: X, lambda X: [np.zeros((1, 2)), X]], ids=["table", "sequences"])
def test_what_float32_would_lose_is_refused(X, message, form):
    with pytest.raises(InputError if "Complex" not in message else ValueError, match=message) as caught:
        read(form(X))
    if isinstance(form(X), list) and len(form(X)[0]) == 1:
        assert "Sample 1 of X" in str(caught.value)


@pytest.mark.parametrize(
    "X",
    [
        np.array([[2**24, -(2**24)], [0, 1]]),
        np.array([[2**40, 3 * 2**30], [0, 1]]),  # few digits in binary
        np.array([[True, False], [False, True]]),
        np.array([[1.5, 2], [True, np.float64(3)]], dtype=object),
        np.array([[16777217.0, 0.1], [1e-300, 1e30]]),  # floating point is rounded
        pd.DataFrame({"a": pd.array([1, 2], dtype="Int64"), "b": [0.5, 1.5]}),
    ],
)
def test_numbers_become_float32_in_a_table_and_in_sequences_alike(X):
    expected = np.asarray(X, dtype=np.float64).astype(np.float32)
    np.testing.assert_array_equal(read(X).frames, expected)
    np.testing.assert_array_equal(read([X]).frames, expected)


@pytest.mark.parametrize("form", [list, lambda X: np.stack([sample[[0, 0]] for sample in X])])
def test_one_recording_given_bare_to_a_model_of_sequences_is_refused(form):
    estimator = BaseEstimator()
    as_sequences(estimator, form(RAGGED), reset=True)
    for bare in (np.zeros((5, 2)), np.zeros((5, 2)).tolist(), pd.DataFrame(np.zeros((5, 2)))):
        with pytest.raises(InputError, match=r"one 2-D array of shape \(5, 2\), but .* Give \[X\] for one"):
            as_sequences(estimator, bare, reset=False)
    assert len(as_sequences(estimator, [np.zeros((5, 2))], reset=False)) == 1
    as_sequences(estimator, np.zeros((5, 2)), reset=True)
    assert len(as_sequences(estimator, np.zeros((5, 2)), reset=False)) == 5


def test_memory_mapped_frames_stay_in_their_files(tmp_path):
    samples = save_frames(RAGGED, tmp_path / "frames", dtype="float16")
    for X in (samples, in_object_array(samples)):
        found = as_samples(BaseEstimator(), X, reset=True)
        assert all(is_mapped(sample) and sample.dtype == np.float16 for sample in found)
        assert pack(found).frames == found
    assert not any(map(is_mapped, [2 * samples[0], np.array(samples[0]), RAGGED[0]]))
    # Transformers need all frames in memory.
    np.testing.assert_array_equal(read(samples).frames, np.concatenate(RAGGED))
    assert type(read(samples).frames) is np.ndarray


def test_a_frame_of_nan_is_told_from_a_broken_value():
    samples = [np.ones((3, 2)), np.full((1, 2), np.nan)]
    with pytest.raises(InputError, match=r"sample 1, .*on_error='skip' writes one frame of NaN .* errors_"):
        check_frames(samples, "Net")
    with pytest.raises(InputError, match=r"leave out the sample\.$"):
        check_frames([np.array([[1.0, np.nan]])], "Net")
