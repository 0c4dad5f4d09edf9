"""The cache of a stack: which trainings and representations it keeps, and what counts as the same."""

import os
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from made import FEW, X, Y, small_blstm, small_stack


class Trained(LogisticRegression):
    """Writes a line a training; is interrupted in the one whose number the file "stop" beside holds."""

    def __init__(self, path=None, C=1.0):
        super().__init__(C=C)
        self.path = path

    def fit(self, X, y, sample_weight=None):
        with Path(self.path).open("a") as file:
            file.write(f"{len(y)}\n")
        stop = Path(self.path).with_name("stop")
        if stop.exists() and trainings(self.path) == int(stop.read_text()):
            raise KeyboardInterrupt
        return super().fit(X, y, sample_weight=sample_weight)


def trainings(path):
    return len(Path(path).read_text().split())


@pytest.mark.parametrize("as_path", [True, False])
def test_a_killed_fit_resumes_at_the_first_unfinished_view(tmp_path, as_path):
    cache = tmp_path / "cache"
    memory = str(cache) if as_path else joblib.Memory(cache, verbose=0)
    path = tmp_path / "trained"
    (tmp_path / "stop").write_text("4")
    model = small_stack(Trained(path), memory=memory, fusion="mean")
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y)
    assert trainings(path) == 4
    (tmp_path / "stop").unlink()
    model.fit(X, Y)
    assert trainings(path) == 6  # the fourth again, and the fifth
    plain = small_stack(Trained(tmp_path / "other"), fusion="mean").fit(X, Y)
    np.testing.assert_array_equal(model.predict_proba(X), plain.predict_proba(X))


@pytest.fixture
def stack(tmp_path):
    """Return a maker of stacks that share a cache and a count of trainings."""

    def make(**params):
        memory = str(tmp_path / "cache")
        return small_stack(Trained(tmp_path / "trained"), **{"memory": memory, "fusion": "mean", **params})

    make.trainings = lambda: trainings(tmp_path / "trained")
    return make


def test_stacks_that_differ_in_their_fusion_train_each_view_once(stack):
    first = stack().fit(X, Y)
    for fusion in ("softmax", LogisticRegression()):
        model = stack(fusion=fusion).fit(X, Y)
        np.testing.assert_array_equal(model.predict_proba_views(X), first.predict_proba_views(X))
        assert model.view_fit_time_ == first.view_fit_time_
    assert stack.trainings() == 5


def test_a_subset_of_views_is_not_trained_again(stack):
    stack().fit(X, Y)
    stack(views=["E1", "crowd_soft"]).fit(X, Y)
    assert stack.trainings() == 5


def test_class_weights_of_the_logistic_layer_train_no_view_again(stack):
    # The logistic layer trains each view once more, to choose its penalty.
    stack(fusion="logistic").fit(X, Y)
    stack(fusion="logistic", class_weight="balanced").fit(X, Y)
    assert stack.trainings() == 10


@pytest.mark.parametrize(
    ("params", "n_more"),
    [
        ({"alpha": 0.5}, 4),  # all but crowd_hard
        ({"view_params": {"E1": {"C": 2.0}}}, 1),
        ({"consensus": "dawid_skene"}, 1),  # crowd_hard
    ],
)
def test_views_with_other_targets_or_parameters_are_trained_again(stack, params, n_more):
    stack().fit(X, Y)
    stack(**params).fit(X, Y)
    assert stack.trainings() == 5 + n_more


def test_networks_come_back_from_the_cache_unchanged(tmp_path):
    settings = {"fusion": "softmax", "views": ["crowd_hard", "E1"]}
    first, second = (
        small_stack(small_blstm(), memory=str(tmp_path), **settings).fit(FEW.X, FEW.Y) for _ in range(2)
    )
    plain = small_stack(small_blstm(), **settings).fit(FEW.X, FEW.Y)
    for model in (first, second):
        np.testing.assert_array_equal(model.predict_proba(FEW.X), plain.predict_proba(FEW.X))
    assert first.view_fit_time_ == second.view_fit_time_


@pytest.mark.slow
def test_another_process_uses_the_cache(tmp_path):
    script = (
        "import sys, numpy as np; from sklearn.linear_model import LogisticRegression\n"
        "from sklearn_raters import MultiRaterStackingClassifier as Stack\n"
        "rng = np.random.default_rng(0); X = rng.normal(size=(60, 2))\n"
        "Y = np.array(['a', 'b'])[(X[:, :1] + rng.normal(size=(60, 3)) > 0).astype(int)]\n"
        "model = Stack(LogisticRegression(), memory=sys.argv[1], random_state=0, fusion='mean').fit(X, Y)\n"
        "print(model.view_fit_time_)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    outputs = [
        subprocess.run(
            command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    ]
    assert outputs[0] == outputs[1] != ""


@pytest.mark.parametrize("as_sequences", [False, True])
def test_the_cache_does_not_depend_on_the_number_of_jobs(tmp_path, as_sequences):
    wide = np.tile(X, 300)  # joblib maps arrays of more than a megabyte
    samples = [row.reshape(-1, 40) for row in wide] if as_sequences else wide
    memory, path = str(tmp_path / "cache"), tmp_path / "log"
    estimator = small_blstm(max_epochs=1) if as_sequences else Trained(path)
    settings = {"memory": memory, "fusion": "mean", "views": ["crowd_hard", "E1"]}
    first = small_stack(estimator, **settings, n_jobs=2).fit(samples, Y)
    again = small_stack(estimator, **settings, n_jobs=1).fit(samples, Y)
    assert again.view_fit_time_ == first.view_fit_time_
    other = small_stack(estimator, **settings).fit(samples[::-1], Y)
    assert other.view_fit_time_ != first.view_fit_time_


class Represented(LogisticRegression):
    """Counts how often it represents samples."""

    times = 0

    def transform(self, X):
        Represented.times += 1
        return X


def test_stacks_that_differ_in_their_fusion_represent_the_samples_once(tmp_path):
    settings = {"memory": str(tmp_path / "cache"), "views": ["crowd_hard"], "fusion": "logistic"}
    Represented.times = 0
    first = small_stack(Represented(), **settings).fit(X, Y)
    assert Represented.times == 2  # once more for choosing the penalty
    for other in ({"class_weight": "balanced"}, {"fusion": "softmax"}, {"fusion": LogisticRegression()}):
        small_stack(Represented(), **{**settings, **other}).fit(X, Y)
    assert Represented.times == 2
    # Out of fold the views show posteriors, and other samples.
    model = small_stack(Represented(), **settings, cv=2).fit(X, Y)
    assert model.fusion_[-1].n_features_in_ == len(first.classes_)


@pytest.mark.parametrize("other", [{"consensus": "dawid_skene"}, {"fusion": "mixture"}], ids=str)
def test_representations_of_other_samples_or_another_kind_are_not_taken_from_the_cache(tmp_path, other):
    settings = {"views": ["E1", "E2"]}
    small_stack(Represented(), memory=str(tmp_path), **settings).fit(X, Y)
    cached = small_stack(Represented(), memory=str(tmp_path), **{**settings, **other}).fit(X, Y)
    plain = small_stack(Represented(), **{**settings, **other}).fit(X, Y)
    np.testing.assert_array_equal(cached.predict_proba(X), plain.predict_proba(X))
