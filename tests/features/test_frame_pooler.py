"""Pooling frames, in every form of X."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import config_context
from sklearn.utils.estimator_checks import parametrize_with_checks

from made import in_object_array
from sklearn_raters import FramePooler, SpeakerScaler

SAMPLES = st.lists(
    st.integers(1, 12).flatmap(
        lambda n: arrays(np.float32, (n, 2), elements=st.floats(-1000, 1000, width=32))
    ),
    min_size=1,
    max_size=5,
)


@parametrize_with_checks([FramePooler(), FramePooler(1), SpeakerScaler()])
def test_scikit_learns_checks(estimator, check):
    check(estimator)


@given(SAMPLES, st.integers(1, 7))
def test_every_group_is_the_mean_of_its_own_frames(samples, size):
    pooled = FramePooler(size).fit_transform(samples)
    for sample, groups in zip(samples, pooled, strict=True):
        expected = [sample[i : i + size].mean(axis=0) for i in range(0, len(sample), size)]
        np.testing.assert_allclose(groups, expected, rtol=1e-4, atol=1e-3)
        assert groups.dtype == np.float32


def test_forms_of_x_are_kept():
    cube = np.arange(24, dtype=float).reshape(2, 6, 2)
    objects = in_object_array(list(cube))
    expected = np.array([[[3, 4], [9, 10]], [[15, 16], [21, 22]]], dtype=float)
    # Groups of 4 and 2 frames.
    expected[:, 1] = cube[:, 4:].mean(axis=1)
    for X, kind in ((cube, np.ndarray), (list(cube), list), (objects, list), (tuple(cube), list)):
        pooled = FramePooler(4).fit_transform(X)
        assert isinstance(pooled, kind)
        np.testing.assert_array_equal(np.stack(list(pooled)), expected)


def test_a_table_is_one_frame_a_sample():
    table = np.arange(6.0).reshape(3, 2)
    np.testing.assert_array_equal(FramePooler(5).fit_transform(table), table)


def test_x_is_not_changed():
    table = np.ones((3, 2), dtype=np.float32)
    for transformer in (FramePooler(2), SpeakerScaler()):
        transformer.fit_transform(table)
        transformer.fit_transform([table])
        assert (table == 1).all()


@pytest.mark.parametrize("transformer", [FramePooler(2), SpeakerScaler()])
def test_output_containers_are_for_tables_only(transformer):
    import pandas as pd

    table = pd.DataFrame({"a": [1.0, 2.0], "b": [0.0, 3.0]})
    with config_context(transform_output="pandas"):
        assert list(transformer.fit_transform(table).columns) == ["a", "b"]
        assert isinstance(transformer.fit_transform([np.ones((3, 2))]), list)
        assert transformer.fit(np.ones((2, 3, 4))).transform(np.ones((2, 3, 4))).ndim == 3


@pytest.mark.parametrize("transformer", [FramePooler(2), SpeakerScaler()])
@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ([np.ones((3, 2)), np.array([[1.0, np.nan]])], "NaN: sample 1, frame 0, feature 1"),
        ([np.ones((3, 2)), np.ones((0, 2))], "Sample 1 of X has no frames"),
        ([np.ones((3, 2)), np.ones((3, 4))], "4 features in sample 1"),
    ],
)
def test_bad_frames_are_named(transformer, bad, message):
    with pytest.raises(ValueError, match=message):
        transformer.fit(bad)


def test_another_number_of_features_is_refused():
    pooler = FramePooler().fit([np.ones((3, 2))])
    with pytest.raises(ValueError, match="3 features"):
        pooler.transform([np.ones((3, 3))])


@pytest.mark.parametrize("size", [0, -1, 2.5, "5"])
def test_wrong_group_sizes_are_refused(size):
    with pytest.raises(ValueError, match="'n_frames' parameter of FramePooler"):
        FramePooler(size).fit([np.ones((3, 2))])


def test_a_refit_that_fails_leaves_the_pooler_as_it_was():
    pooler = FramePooler().fit(np.ones((3, 2)))
    with pytest.raises(ValueError, match="NaN"):
        pooler.fit(np.full((3, 5), np.nan))
    assert pooler.n_features_in_ == 2
