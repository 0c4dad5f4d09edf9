"""Classes and functions that a script or notebook defines, in the worker processes of joblib."""

import os
import subprocess
import sys

import pytest

SCRIPT = """
import sys, warnings
import numpy as np, torch
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn_raters import (
    BLSTMClassifier, DeepEnsembleClassifier, MultiRaterStackingClassifier, RaterNetClassifier
)
from sklearn_raters.model_selection import compare
from sklearn_raters.networks import RaterModel


class Trunk(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(3, 4)

    def forward(self, rows):
        return self.layer(rows).relu()


class Steps(torch.optim.Adamax):
    pass


class Criterion(torch.nn.Module):
    def forward(self, logits, targets):
        return -(targets * logits.log_softmax(dim=1)).sum(dim=1).mean()


class Model(RaterModel):
    def rater_log_proba(self, units, sample, rater):
        return self.consensus_log_proba(units)[sample]


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 3)).astype(np.float32)
    Y = np.array(["a", "b"])[(X[:, :1] + rng.normal(size=(40, 3)) > 0).astype(int)]
    quick = {"max_epochs": 1, "random_state": 0}
    torch.manual_seed(0)
    net = RaterNetClassifier(Model, trunk=Trunk(), net_params={"optimizer": Steps}, **quick)
    one, two = (DeepEnsembleClassifier(net, 2, random_state=0, n_jobs=n).fit(X, Y) for n in (1, 2))
    assert (one.predict_proba(X) == two.predict_proba(X)).all()
    small = {"dense_units": 4, "lstm_units": 2, "representation_units": 4, **quick}
    net = BLSTMClassifier(net_params={"criterion": Criterion, "optimizer": Steps}, **small)
    settings = {"views": ["crowd_soft", 1], "fusion": "mean", "random_state": 0, "memory": sys.argv[1]}
    one, two = (MultiRaterStackingClassifier(net, n_jobs=n, **settings).fit(X, Y) for n in (2, 1))
    assert (one.predict_proba(X) == two.predict_proba(X)).all()
    assert one.view_fit_time_ == two.view_fit_time_
    same = make_pipeline(FunctionTransformer(lambda values: values), LogisticRegression())
    fusions = {"one": "pool", "two": "mean"}
    models = {name: MultiRaterStackingClassifier(same, fusion=fusion) for name, fusion in fusions.items()}
    table = compare(models, X, Y, cv=2, baseline=None, n_jobs=2)
    print(len(table), "models")
"""


@pytest.mark.slow
def test_what_a_script_defines_works_in_other_processes_in_a_cache_and_in_compare(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    command = [sys.executable, str(path), str(tmp_path / "cache")]
    here = {**os.environ, "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(command, capture_output=True, text=True, env=here)
    assert done.stdout == "2 models\n", done.stderr
