"""Trainings that diverge: an error where weights are not finite, a warning where the loss has risen."""

import warnings
from collections import Counter

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from made import FEW, small_blstm, small_stack
from sklearn_raters import DeepEnsembleClassifier, RaterNetClassifier, SoftmaxLayerClassifier
from sklearn_raters.exceptions import InputError, InputWarning, collecting_remarks, remark
from sklearn_raters.model_selection import compare

X, Y, _, TRUTH = FEW
SETTINGS = {"max_epochs": 2, "learning_rate": 1e6, "random_state": 0}
NETS = {
    "labels": (small_blstm(**SETTINGS), TRUTH),
    "layer": (SoftmaxLayerClassifier(**SETTINGS), TRUTH),
    "raters": (RaterNetClassifier(**SETTINGS), Y),
    "stopped early": (small_blstm(**SETTINGS, early_stopping=True), TRUTH),
    "pipeline": (make_pipeline(StandardScaler(), small_blstm(**SETTINGS)), TRUTH),
    "search": (GridSearchCV(small_blstm(**SETTINGS), {"dropout": [0.1]}, cv=KFold(2)), TRUTH),
    "ensemble": (DeepEnsembleClassifier(small_blstm(**SETTINGS), 2), TRUTH),
}


@pytest.mark.parametrize(("net", "y"), NETS.values(), ids=NETS)
def test_a_training_that_diverges_to_finite_nonsense_is_warned_of(net, y):
    with pytest.warns(InputWarning, match=r"training diverged: the loss .* Lower learning_rate=1000000.0"):
        net.fit(X, y)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_the_warning_names_the_view_also_from_other_processes_and_the_cache(n_jobs, tmp_path):
    params = {"E2": {"learning_rate": 1e6}}
    stack = small_stack(small_blstm(), view_params=params, fusion="mean", n_jobs=n_jobs, memory=str(tmp_path))
    for _ in range(2):
        with pytest.warns(InputWarning, match="View 'E2': The training diverged") as heard:
            stack.fit(X, Y)
        # joblib may warn of a worker that stopped.
        assert [one.category for one in heard if "A worker stopped" not in str(one.message)] == [InputWarning]


def test_a_comparison_tells_the_same_of_each_model_from_one_process_and_from_two():
    diverging = {"view_params": {"E2": {"learning_rate": 1e6}}}
    models = {
        "pool": small_stack(small_blstm(), **diverging),
        "mean": small_stack(small_blstm(), fusion="mean", **diverging),
        "net": small_blstm(**SETTINGS),
    }
    told = []
    for n_jobs in (1, 2):
        with pytest.warns(InputWarning) as heard:
            compare(models, X, Y, cv=2, baseline=None, n_jobs=n_jobs, random_state=0)
        told.append(sorted(str(one.message) for one in heard if "A worker stopped" not in str(one.message)))
    assert told[0] == told[1]
    # Each model of a view that several share is named, once for each training, of which the pool has more.
    names = Counter(text.partition(": The training diverged: ")[0] for text in told[0])
    assert names == {"Model 'pool': View 'E2'": 6, "Model 'mean': View 'E2'": 2, "Model 'net'": 2}


def test_weights_that_are_not_finite_stay_an_error_that_names_the_view():
    stack = small_stack(small_blstm(), view_params={"E2": {"learning_rate": 1e30}}, fusion="mean")
    with pytest.raises(InputError, match=r"View 'E2': The training diverged.*learning_rate=1e\+30"):
        stack.fit(X, Y)


def test_labels_that_nothing_explains_are_no_divergence():
    noise = np.random.default_rng(0).permutation(TRUTH)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        small_blstm(max_epochs=30, batch_size=2).fit(X, noise)
        warnings.filterwarnings("ignore", "X is not scaled")
        small_blstm(max_epochs=1, learning_rate=1e-12).fit(1e4 * X, noise)


def test_comparing_the_losses_uses_no_random_number():
    one, other = (small_blstm(max_epochs=3).fit(X, TRUTH) for _ in range(2))
    np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(X))


def test_remarks_are_warnings_unless_they_are_collected():
    with pytest.warns(InputWarning, match="alone"):
        remark("alone")
    with warnings.catch_warnings(), collecting_remarks() as heard:
        warnings.simplefilter("error")
        remark("together")
    assert heard == ["together"]
