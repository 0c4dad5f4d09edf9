"""Show what the checks of classifiers of ratings find in scikit-activeml's and crowd-kit's classifiers.

    python benchmarks/conformance.py [--quick]

Both packages take arrays and codes of classes, one a rater and sample; an adapter reads the ratings for
them, pairs rows and refuses several labels of one rater. crowd-kit's modules are layers without a `fit`;
they get the network and training of `_peers.py`. Forty epochs each. A network and a stack of this package
stand beside them. --quick takes one classifier of each package.

Writes results/conformance.csv: a row a check, a column a classifier, and in each cell "passed", "skipped" or
what was found.
"""

import argparse
import warnings

import numpy as np
import pandas as pd
from _crowds import Part
from _peers import TRAINERS, installed_peers
from _report import report
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

from sklearn_raters import MultiRaterStackingClassifier, RaterNetClassifier
from sklearn_raters._align import align_samples
from sklearn_raters.estimator_checks import check_rater_estimator
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import Task
from sklearn_raters.stacking import truth_stack

EPOCHS = 40
OWN = {
    "sklearn_raters stack": MultiRaterStackingClassifier(LogisticRegression()),
    "sklearn_raters truth_stack": truth_stack(LogisticRegression()),
    "sklearn_raters crowd_layer": RaterNetClassifier("crowd_layer", max_epochs=EPOCHS),
}


class Peer(ClassifierMixin, BaseEstimator):
    """A classifier of another package that takes ratings."""

    def __init__(self, name, classes=None, random_state=None):
        self.name = name
        self.classes = classes
        self.random_state = random_state

    def fit(self, X, y):
        """Read the ratings and train."""
        X, y = align_samples(X=X, y=y)
        task = Task(y, self.classes)
        if len(X) != task.n_samples:
            raise InputError(f"X has {len(X)} samples, y {task.n_samples}.")
        votes = task.class_votes
        cells = np.full((task.n_samples, len(task.raters)), None, dtype=object)
        for sample, rater, label in zip(votes.sample, votes.rater, votes.label, strict=True):
            if cells[sample, rater] is not None:
                raise InputError(f"Sample {sample} has several labels of one rater.")
            cells[sample, rater] = votes.labels[label]
        table = pd.DataFrame(cells, columns=list(map(str, task.raters)))
        part = Part(np.asarray(X, dtype=np.float32), table, None, task.classes)
        self.proba_ = TRAINERS[self.name](part, self.random_state, EPOCHS)
        self.classes_ = np.asarray(task.classes)
        return self

    def predict_proba(self, X):
        """Return the probabilities of the classes."""
        check_is_fitted(self)
        return self.proba_(np.asarray(X, dtype=np.float32))

    def predict(self, X):
        """Return the most probable class."""
        check_is_fitted(self)
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


def found(estimator):
    """Return what each check found, by its name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reports = check_rater_estimator(estimator, on_skip=None, on_fail=None)
    return {
        one["check_name"].removeprefix("check_"): (
            f"{type(one['exception']).__name__}: {one['exception']}".partition("\n")[0][:160]
            if one["status"] == "failed"
            else one["status"]
        )
        for one in reports
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    names = [name for name in TRAINERS if name in installed_peers()]
    if quick:
        names = [name for name in names if name in ("scikit-activeml Raykar", "crowd-kit CrowdLayer")]
    if quick:
        OWN.pop("sklearn_raters truth_stack")  # MACE takes seconds
    models = OWN | {name: Peer(name) for name in names}
    table = pd.DataFrame({name: found(model) for name, model in models.items()})
    table.index.name = "check"
    passed = table.isin(["passed"]).sum()
    print(pd.DataFrame({"passed": passed, "skipped": table.isin(["skipped"]).sum()}).assign(of=len(table)))
    report(table, "conformance", quick=quick)


if __name__ == "__main__":
    main()
