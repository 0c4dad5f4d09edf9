"""Features that are not scaled are warned of once a fit, others never: every warning here is an error."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix, random_array
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.preprocessing import StandardScaler

from made import as_sequences, make_rated, small_blstm, small_stack
from sklearn_raters import (
    DeepEnsembleClassifier,
    OpenSmileFrames,
    OpenSmileFunctionals,
    RaterNetClassifier,
    SoftmaxLayerClassifier,
    SpeakerScaler,
)
from sklearn_raters.exceptions import InputWarning

DATA = make_rated(60)
SCALED = StandardScaler().fit_transform(DATA.X)
WIDE = SCALED * [1, 1, 300, 1]
RNG = np.random.default_rng(0)
NETS = {
    "labels": (small_blstm(max_epochs=1), DATA.truth),
    "layer": (SoftmaxLayerClassifier(max_epochs=1, random_state=0), DATA.truth),
    "raters": (RaterNetClassifier(max_epochs=1, random_state=0), DATA.Y),
    "ensemble": (DeepEnsembleClassifier(RaterNetClassifier(max_epochs=1), 2, n_jobs=2), DATA.Y),
    "stopped early": (
        DeepEnsembleClassifier(RaterNetClassifier(max_epochs=1, early_stopping=True), 2),
        DATA.Y,
    ),
}


def said_of(X, net=NETS["labels"][0], y=None, **fit_params):
    """Return the remarks of a fit."""
    y = np.arange(len(X) if isinstance(X, list) else X.shape[0]) % 2 if y is None else y
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        net.fit(X, y, **fit_params)
    return [str(one.message) for one in heard if issubclass(one.category, InputWarning)]


@pytest.mark.parametrize(("net", "y"), NETS.values(), ids=NETS)
def test_a_wide_column_is_named_once_a_fit_with_its_spread_and_the_remedy(net, y):
    (text,) = said_of(WIDE, net, y)
    assert "column 2 has a standard deviation of about 300, where" in text
    assert "make_pipeline(StandardScaler(), " in text
    assert "SpeakerScaler()" in text
    assert said_of(SCALED, net, y) == []


def test_a_search_for_the_number_of_epochs_says_it_once():
    few = RaterNetClassifier(batch_size=60, random_state=0)
    (text,) = said_of(WIDE, few, DATA.Y)
    assert "RaterNetClassifier(...)" in text


def test_columns_of_a_data_frame_are_named():
    (text,) = said_of(pd.DataFrame(WIDE, columns=["age", "pitch", "income", "height"]))
    assert "column 'income' has" in text


def test_means_far_from_zero_are_named_also_where_the_spread_is_small():
    (text,) = said_of(SCALED + np.array([40, 20, 20, 20]))
    assert "column 0 has a mean of about 40 and a standard deviation of about 1, where" in text
    assert (
        "column 0 has a mean of about 3 and a standard deviation of about 0.1" in said_of(SCALED / 10 + 3)[0]
    )
    assert said_of(SCALED + 3) == said_of(SCALED / 100 + 1) == []


@pytest.mark.parametrize("load", [load_wine, load_breast_cancer])
def test_raw_tables_that_networks_fail_on_are_warned_of(load):
    X, y = load(return_X_y=True)
    assert len(said_of(X, y=y)) == 1
    assert said_of(StandardScaler().fit_transform(X), y=y) == []


@pytest.mark.parametrize(
    "X",
    [
        load_iris().data,
        load_digits().data[:200],
        random_array((100, 500), density=0.02, random_state=0, format="csr"),  # as TF-IDF
        RNG.integers(2, size=(100, 5)),
        np.c_[np.ones(100), RNG.random(100) < 0.01],
        RNG.integers(11, size=(100, 5)),
        [np.maximum(RNG.normal(-55, 17, size=(30, 40)), -80) for _ in range(10)],  # mel spectra in dB
        np.zeros((10, 3)),
        np.full((10, 3), 1e-30),
    ],
    ids=["iris", "digits", "tfidf", "zero or one", "nearly constant", "counts", "decibels", "zero", "tiny"],
)
def test_features_of_usual_size_are_not_warned_of(X):
    assert said_of(X) == []


def test_raw_opensmile_features_are_warned_of_and_scaled_ones_are_not():
    voices = []
    for pitch in range(80, 280, 20):
        pulses = 0.05 * RNG.normal(size=8000)
        pulses[: 6000 : 16000 // pitch] = 0.5  # Hz, then breath
        voices.append((pulses, 16000))
    for front_end in (OpenSmileFrames(), OpenSmileFunctionals()):
        X = front_end.fit_transform(voices)
        (text,) = said_of(X)
        assert "SpeakerScaler()" in text
        assert said_of(SpeakerScaler().fit_transform(X)) == []


def test_sparse_rows_are_told_of_a_scaler_that_keeps_them_sparse():
    (text,) = said_of(csr_matrix(np.where(RNG.random(WIDE.shape) < 0.5, WIDE, 0)))
    assert "column 2 has" in text
    assert "StandardScaler(with_mean=False)" in text


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_frames_in_files_are_looked_at(tmp_path, dtype):
    mapped = []
    for index, frames in enumerate(as_sequences(WIDE)):
        place = tmp_path / f"{index}.npy"
        np.save(place, frames.astype(dtype))
        mapped.append(np.load(place, mmap_mode="r"))
    (text,) = said_of(mapped)
    assert "column 2 has" in text
    assert "Scale the frames by SpeakerScaler() before BLSTMClassifier." in text


def test_a_stack_says_it_once_a_view_and_also_from_other_processes():
    stack = small_stack(small_blstm(max_epochs=1), n_jobs=2)
    texts = said_of(WIDE, stack, DATA.Y, groups=DATA.groups)
    assert sorted(text.partition(":")[0] for text in texts) == [
        "View 'E1'",
        "View 'E2'",
        "View 'E3'",
        "View 'crowd_hard'",
        "View 'crowd_soft'",
    ]
