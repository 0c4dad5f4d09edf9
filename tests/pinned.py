"""Predictions of every estimator, fusion and rater model on fixed data and seeds, to see when they change.

`python tests/pinned.py` writes them to pinned.json beside this file. Do that only for a change that is meant
to change predictions, and name it in CHANGELOG.md.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_raters import (
    BLSTMClassifier,
    DeepEnsembleClassifier,
    MultiRaterStackingClassifier,
    RaterNetClassifier,
    SoftmaxLayerClassifier,
    SoftTargetClassifier,
)

PINNED = Path(__file__).with_name("pinned.json")
RATER_MODELS = [
    *("multitask", "doctor_net", "uncertainty", "crowd_layer", "union_net", "trace_reg"),
    *("geo_reg_f", "geo_reg_w", "conal", "crowd_ar", "annot_mix", "madl"),
]
N_SAMPLES, N_SHOWN = 90, 3


def make_data():
    """Make a table, ratings by three raters with gaps and several labels, and groups."""
    rng = np.random.default_rng(0)
    truth = rng.integers(3, size=N_SAMPLES)
    X = rng.normal(size=(N_SAMPLES, 4))
    X[np.arange(N_SAMPLES), truth] += 1.5
    names = np.array(["angry", "neutral", "sad"], dtype=object)
    Y = np.full((N_SAMPLES, 3), None, dtype=object)
    for rater in range(3):
        guess = rng.integers(3, size=N_SAMPLES)
        Y[:, rater] = names[np.where(rng.random(N_SAMPLES) < 0.3, guess, truth)]
    Y[rng.random(Y.shape) < 0.2] = None
    Y[0, 0], Y[1, 1], Y[5, 2] = ("sad", "angry"), ("neutral", "sad", "angry"), "other"
    return X, pd.DataFrame(Y, columns=["E1", "E2", "E3"]), np.arange(N_SAMPLES) // 5


X, Y, GROUPS = make_data()
SEQUENCES = [np.tile(row, (1 + index % 4, 1)).astype(np.float32) for index, row in enumerate(X)]
HARD = np.array(["a", "b", "c"])[X[:, :3].argmax(axis=1)]
SOFT = np.random.default_rng(1).dirichlet([1, 1, 1], size=N_SAMPLES)
TASK = {"classes": ["sad", "angry", "neutral"], "label_map": {"other": "sad"}}


def blstm(**params):
    """Return a tiny BLSTM."""
    sizes = {"dense_units": 8, "lstm_units": 4, "representation_units": 8}
    return BLSTMClassifier(**{**sizes, "max_epochs": 2, "learning_rate": 0.02, "random_state": 0, **params})


def stack(estimator=None, **params):
    """Return a stack of logistic regressions, or of the estimator given."""
    estimator = LogisticRegression(tol=1e-8) if estimator is None else estimator
    return MultiRaterStackingClassifier(estimator, **{**TASK, "random_state": 0, **params})


def rater_net(model, **params):
    """Return a tiny network of all raters."""
    return RaterNetClassifier(model, max_epochs=2, learning_rate=1e-3, random_state=0, **params)


def _cases():
    """Yield (name, estimator, samples, targets) of each case."""
    early = {"early_stopping": True, "max_epochs": 4, "class_weight": "balanced"}
    for kind, samples in (("table", X), ("sequences", SEQUENCES)):
        for target, y in (("labels", HARD), ("soft labels", SOFT)):
            yield f"BLSTM, {kind}, {target}", blstm(), samples, y
            yield f"BLSTM, {kind}, {target}, early stopping", blstm(**early), samples, y
    for target, y in (("labels", HARD), ("soft labels", SOFT)):
        yield f"softmax layer, {target}", SoftmaxLayerClassifier(max_epochs=5, random_state=0), X, y
        pipeline = make_pipeline(StandardScaler(), LogisticRegression())
        yield f"soft targets, {target}", SoftTargetClassifier(pipeline), X, y
    for model in RATER_MODELS:
        yield f"{model}, table", rater_net(model, trunk_params={"hidden_units": (8,)}), X, Y
    sizes = {"dense_units": 8, "lstm_units": 4, "representation_units": 8}
    yield "conal, sequences", rater_net("conal", trunk_params=sizes), SEQUENCES, Y
    yield "doctor_net, early stopping", rater_net("doctor_net", **TASK, early_stopping=True), X, Y
    yield "crowd_layer, vector", rater_net("crowd_layer", rater_params={"kind": "vector_bias"}), X, Y
    yield "ensemble", DeepEnsembleClassifier(blstm(random_state=None), 2, random_state=0), SEQUENCES, HARD
    fusions = ["pool", "logistic", "softmax", "mean", "mixture", LogisticRegression(C=0.1)]
    for fusion in fusions:
        for class_weight in (None, "balanced"):
            params = {"fusion": fusion, "class_weight": class_weight}
            yield f"stack, {fusion}, {class_weight}", stack(**params), X, Y
        yield f"stack, {fusion}, out of fold", stack(fusion=fusion, cv=GroupKFold(3)), X, Y
    views = ["crowd_hard", "crowd_soft", "E1"]
    yield "stack of BLSTMs", stack(blstm(), fusion="logistic", views=views), SEQUENCES, Y
    yield "stack of BLSTMs, pool", stack(blstm(), views=views), SEQUENCES, Y
    yield "stack of BLSTMs, fine_tune", stack(blstm(), fusion="fine_tune"), SEQUENCES, Y
    for method in ("dawid_skene", "wawa"):
        views = ["crowd_hard", "crowd_agreement", f"crowd_{method}", "raters"]
        yield f"stack, {method}", stack(consensus=method, fusion="logistic", views=views, max_raters=2), X, Y


CASES = {name: case for name, *case in _cases()}


def predictions(name):
    """Fit the estimator of a case; return its predictions for a few samples, by method, as nested lists."""
    estimator, samples, y = CASES[name]
    groups = (
        {} if isinstance(estimator, SoftTargetClassifier | SoftmaxLayerClassifier) else {"groups": GROUPS}
    )
    fitted = estimator.fit(samples, y, **groups)
    methods = ["predict_proba", "predict_proba_raters", "predict_proba_views"]
    found = {name: getattr(fitted, name)(samples[:N_SHOWN]) for name in methods if hasattr(fitted, name)}
    return {name: np.round(values, 8).tolist() for name, values in found.items()}


if __name__ == "__main__":
    PINNED.write_text(json.dumps({name: predictions(name) for name in CASES}, indent=0), encoding="utf-8")
