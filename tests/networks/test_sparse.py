"""Sparse tables in networks: the same networks as from the dense table, without a dense copy of it."""

import subprocess
import sys

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone

from made import as_sequences, make_rated, small_blstm, small_stack
from sklearn_raters import (
    DeepEnsembleClassifier,
    FramePooler,
    RaterNetClassifier,
    SoftmaxLayerClassifier,
    SpeakerScaler,
)
from sklearn_raters.networks import RATER_MODELS

DATA = make_rated()
X = np.where(DATA.X < 1, 0, DATA.X)
UNSEEN = np.where(make_rated(seed=1).X < 1, 0, make_rated(seed=1).X)
FORMS = {
    "csr_array": sparse.csr_array,
    "csr_matrix": sparse.csr_matrix,
    "csc": sparse.csc_array,
    "coo": sparse.coo_array,
    "lil": sparse.lil_matrix,
    "float32": lambda rows: sparse.csr_array(rows.astype(np.float32)),
}
METHODS = [
    "predict_proba",
    "predict_proba_raters",
    "predict_soft_labels",
    "predict_disagreement",
    "rater_confusion",
    "transform",
]


def assert_same(dense, learnt, form):
    for method in METHODS:
        if hasattr(dense, method):
            expected = getattr(dense, method)(UNSEEN)
            np.testing.assert_allclose(getattr(learnt, method)(form(UNSEEN)), expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("estimator", [small_blstm(), SoftmaxLayerClassifier(random_state=0)])
def test_labels_are_learnt_from_sparse_rows_as_from_dense_ones(estimator, form):
    dense = clone(estimator).fit(X, DATA.truth)
    assert dense.score(X, DATA.truth) > 0.6
    assert_same(dense, clone(estimator).fit(form(X), DATA.truth), form)


@pytest.mark.parametrize("raters", RATER_MODELS)
def test_every_rater_model_learns_from_sparse_rows_as_from_dense_ones(raters):
    estimator = RaterNetClassifier(raters, max_epochs=3, random_state=0)
    learnt = clone(estimator).fit(sparse.csr_array(X), DATA.Y)
    assert_same(clone(estimator).fit(X, DATA.Y), learnt, sparse.csr_array)


@pytest.mark.parametrize(
    "estimator",
    [
        RaterNetClassifier("multitask", random_state=0, batch_size=64),  # chooses the number of epochs
        RaterNetClassifier("annot_mix", early_stopping=True, max_epochs=20, random_state=0),
        DeepEnsembleClassifier(RaterNetClassifier("crowd_layer", max_epochs=3), 2, random_state=0),
        small_stack(SoftmaxLayerClassifier(max_epochs=5), fusion="fine_tune", random_state=0),
        small_stack(small_blstm(max_epochs=2), cv=2, random_state=0),
    ],
    ids=["epochs", "early_stopping", "ensemble", "fine_tune", "out_of_fold"],
)
def test_inner_splits_and_ensembles_take_sparse_rows(estimator):
    dense = clone(estimator).fit(X, DATA.Y, groups=DATA.groups)
    learnt = clone(estimator).fit(sparse.csr_array(X), DATA.Y, groups=DATA.groups)
    assert_same(dense, learnt, sparse.csr_array)


def test_equal_sparse_samples_count_like_weights():
    rows = np.r_[np.arange(150), np.arange(20)]
    weight = np.r_[np.full(20, 2.0), np.ones(130)]
    estimator = RaterNetClassifier("multitask", max_epochs=2, random_state=0)
    repeated = clone(estimator).fit(sparse.csr_array(X[rows]), DATA.Y.iloc[rows])
    weighted = clone(estimator).fit(sparse.csr_array(X), DATA.Y, sample_weight=weight)
    np.testing.assert_allclose(repeated.predict_proba(X), weighted.predict_proba(X), rtol=1e-5)


def test_repeated_entries_are_summed_and_the_matrix_given_stays_as_it_is():
    entries = sparse.coo_array(X)
    data, rows, columns = np.tile(entries.data / 2, 2), np.tile(entries.row, 2), np.tile(entries.col, 2)
    order = np.argsort(rows, kind="stable")
    starts = np.searchsorted(rows[order], np.arange(len(X) + 1))
    halves = sparse.csr_array((data[order].astype(np.float32), columns[order], starts), shape=X.shape)
    given = halves.data.copy()
    estimator = SoftmaxLayerClassifier(max_epochs=2, random_state=0)
    learnt = clone(estimator).fit(halves, DATA.truth)
    np.testing.assert_array_equal(halves.data, given)
    assert_same(clone(estimator).fit(X, DATA.truth), learnt, sparse.csr_array)


@pytest.mark.parametrize(("value", "what"), [(np.nan, "NaN"), (np.inf, "infinity"), (1e300, "infinity")])
def test_the_place_of_a_value_that_is_not_finite_is_named(value, what):
    rows = X.copy()
    rows[7, 2] = value
    for form in (np.asarray, sparse.csr_array, sparse.csc_array):
        with pytest.raises(ValueError, match=rf"{what}: sample 7, frame 0, feature 2\. Softmax"):
            SoftmaxLayerClassifier().fit(form(rows), DATA.truth)


def test_another_number_of_columns_is_an_error():
    learnt = SoftmaxLayerClassifier(max_epochs=1).fit(sparse.csr_array(X), DATA.truth)
    with pytest.raises(ValueError, match="X has 3 features, but SoftmaxLayerClassifier is expecting 4"):
        learnt.predict(sparse.csr_array(X[:, :3]))


@pytest.mark.parametrize("transformer", [FramePooler(5), SpeakerScaler()])
def test_transformers_of_frames_take_no_sparse_rows(transformer):
    with pytest.raises(TypeError, match="Sparse data was passed"):
        transformer.fit(sparse.csr_array(X))


def test_sequences_train_as_before_beside_sparse_rows():
    assert small_blstm(max_epochs=1).fit(as_sequences(X), DATA.truth).predict(sparse.csr_array(X)).shape == (
        150,
    )


MEMORY = """
from pathlib import Path
import numpy as np
from scipy.sparse import csr_array
from sklearn_raters import RaterNetClassifier, SoftmaxLayerClassifier
import sklearn_raters._torch

rng = np.random.default_rng(0)
columns = np.sort(rng.integers(50_000, size=(3_000, 50))).ravel()  # one value in a thousand
values = rng.random(len(columns), dtype=np.float32)
X = csr_array((values, columns, np.arange(0, len(columns) + 1, 50)), shape=(3_000, 50_000))
truth = rng.integers(2, size=3_000)
Y = np.where(rng.random((3_000, 3)) < 0.8, truth[:, None], 1 - truth[:, None])
# Not resource's ru_maxrss: a process takes it over from the one that starts it.
status = lambda: dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
peak = lambda: int(status()["VmHWM"].split()[0])
before = peak()
quick = {"max_epochs": 1, "batch_size": 512, "random_state": 0}
SoftmaxLayerClassifier(**quick).fit(X[:500], truth[:500]).predict(X)
net = RaterNetClassifier("multitask", trunk_params={"hidden_units": (8,)}, **quick)
net.fit(X, Y).predict_proba_raters(X)
print((peak() - before) / 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")
def test_a_wide_table_never_becomes_dense():
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True)
    assert 0 < float(done.stdout) < 500  # megabytes; the dense table takes 600, and a copy as much
