"""The estimate of what the trainings of a run take."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from sklearn_raters import BLSTMClassifier, MultiRaterStackingClassifier, RaterNetClassifier
from sklearn_raters.cli._duration import Probe, longest, make_probes
from sklearn_raters.cli._parser import parse
from sklearn_raters.stacking import paper_search

FRAMES = [np.zeros((3, 2), np.float32)] * 80


@pytest.mark.parametrize(("n_jobs", "seconds"), [(1, 10), (2, 6), (3, 4), (9, 4)])
def test_processes_take_the_jobs_in_their_order(n_jobs, seconds):
    assert longest([4, 1, 2, 3], n_jobs) == seconds


def test_a_training_goes_through_its_samples_in_every_epoch():
    options = parse(["evaluate"])
    classes = ["a", "b"]
    stack = MultiRaterStackingClassifier(BLSTMClassifier(batch_size=32), classes=classes)
    models = [
        (stack, FRAMES),
        (RaterNetClassifier(max_epochs=7, classes=classes), FRAMES),
        (MultiRaterStackingClassifier(classes=classes), np.zeros((500, 4))),
    ]
    probes = make_probes(options, models)
    assert {kind: len(probe.X) for kind, probe in probes.items()} == {
        "BLSTMClassifier": 64,
        "RaterNetClassifier": 64,
        "LogisticRegression": 300,
    }
    work = {kind: (probe.work(64), probe.work(6400)) for kind, probe in probes.items()}
    # "auto" trains 200 steps at least, and 15 epochs.
    assert work["BLSTMClassifier"] == (64 * 100, 6400 * 15)
    assert work["RaterNetClassifier"] == (64 * 7, 6400 * 7)
    assert work["LogisticRegression"] == (64, 6400)


def test_a_search_trains_every_setting_and_the_best_one_once_more():
    options = parse(["evaluate", "--protocol=paper", "--root=.", "--epochs=50", "--learning-rate=0.001"])
    stack = MultiRaterStackingClassifier(paper_search(BLSTMClassifier()), classes=["a", "b"])
    (probe,) = make_probes(options, [(stack, FRAMES)]).values()
    assert probe.work(10) == 10 * 50 * (5 + 1)


def test_a_measured_training_tells_the_seconds_of_a_sample():
    X = np.random.default_rng(0).normal(size=(50, 3))
    assert 0 < Probe(LogisticRegression(), X, ["a", "b"], None).measure(1) < 0.01
