"""The rows of `evidence.py`: estimators that learn from ratings, and how many trainings each one costs."""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import NamedTuple

import numpy as np
import pandas as pd
from _crowds import Part
from _evidence_tasks import DRAWN
from _peers import METHODS as PEERS
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold, ParameterGrid
from sklearn.svm import SVC
from sklearn.utils import check_random_state

from sklearn_raters import (
    BLSTMClassifier,
    DeepEnsembleClassifier,
    MultiRaterStackingClassifier,
    RaterNetClassifier,
)
from sklearn_raters.metrics import uar_scorer
from sklearn_raters.networks import RATER_MODELS
from sklearn_raters.stacking import FUSIONS, PAPER_PAIR, truth_stack
from sklearn_raters.stacking._starts import SHARE_OF_EPOCHS

FAMILIES = ("table", "frames")
# The rows that others are compared with.
CROWD_HARD, PAIR, ALL_VIEWS = "crowd_hard", "crowd pair", "all views"
HARD_ENSEMBLE, SOFT_ENSEMBLE = "crowd_hard, ensemble of equal cost", "crowd_soft, ensemble of equal cost"
MEAN_OF_VIEWS = "all views, mean"
# It predicts classes without probabilities, and weighs them itself.
DECIDING = "tuned SVC"
# Ending of rows that weigh the classes themselves.
WEIGHTED = ", class_weight='balanced'"
# crowd-kit's methods that take seconds; "mace" and "glad" take minutes.
CONSENSUS = ("dawid_skene", "wawa")
# Epochs of networks of other packages, which have no budget of their own here.
PEER_EPOCHS = (50, 200)
# Fixed epochs of networks of all raters, beside the number that they choose by default.
BUDGETS = (20, 40, 80, 160, 320)
# Trainings of other packages' methods; 1 where not listed.
PEER_TRAININGS = {"scikit-activeml annot_mix, five": 5, "cleanlab CROWDLAB": 6}
WITHOUT_EPOCHS = ("scikit-activeml Raykar", "scikit-activeml ensemble")
# Without chance where views are logistic regressions, and groups make the folds.
_OF_VIEWS = {"crowd_soft", PAIR, ALL_VIEWS, MEAN_OF_VIEWS}
WITHOUT_SEED = {CROWD_HARD, *_OF_VIEWS, "class shares", "tuned LogisticRegression", DECIDING}
WITHOUT_SEED |= {f"{name}{WEIGHTED}" for name in _OF_VIEWS}
WITHOUT_SEED |= {f"crowd_hard by {method}" for method in CONSENSUS}
WITHOUT_SEED |= {"truth_stack", "scikit-activeml ensemble"}  # equal bit for bit with three seeds


@dataclass
class Setting:
    """What an estimator is made for."""

    family: str
    seed: int
    epochs: int | None = None  # None: the package's default
    memory: str | None = None  # folder in which stacks share the views of one fold and seed
    n_trainings: int = 1  # of "all views", the cost that ensembles get


class Row(NamedTuple):
    """A function from Setting to an unfitted estimator, and whether it needs a table without sparse rows."""

    make: object
    dense: bool = False


class GroupBagging(ClassifierMixin, BaseEstimator):
    """Average copies of an estimator, each trained on groups drawn with replacement.

    The ensemble of classifiers that are the same for every seed. A draw whose majority labels lack a class is
    repeated. The estimator is a stack of one view; what it chooses for its classifier is chosen once for all
    copies.
    """

    _takes_ratings = True

    def __init__(self, estimator, n_estimators, random_state=None):
        self.estimator = estimator
        self.n_estimators = n_estimators
        self.random_state = random_state

    def fit(self, X, y, groups=None):
        rng = check_random_state(self.random_state)
        names = np.unique(groups)
        rows_of = {name: np.flatnonzero(groups == name) for name in names}
        present = set(y.majority()[y.majority() >= 0])
        chosen = clone(self.estimator).fit(X, y, groups=groups).estimators_[0]
        copied = clone(self.estimator).set_params(estimator=clone(chosen))
        self.estimators_ = []
        while len(self.estimators_) < self.n_estimators:
            drawn = rng.choice(names, len(names))
            rows = np.concatenate([rows_of[name] for name in drawn])
            part = y.take(rows)
            if present <= set(part.majority()):
                self.estimators_.append(clone(copied).fit(X[rows], part, groups=groups[rows]))
        self.classes_ = self.estimators_[0].classes_
        return self

    def predict_proba(self, X):
        return np.mean([copy.predict_proba(X) for copy in self.estimators_], axis=0)


class ClassShares(ClassifierMixin, BaseEstimator):
    """Predict for every sample the mean shares of the votes of the training samples."""

    _takes_ratings = True

    def fit(self, X, y, groups=None):
        counts = y.counts[y.counts.sum(axis=1) > 0]
        self.shares_ = (counts / counts.sum(axis=1, keepdims=True)).mean(axis=0)
        self.classes_ = np.asarray(y.classes)
        return self

    def predict_proba(self, X):
        return np.tile(self.shares_, (X.shape[0], 1))


class DecidingSVC(SVC):
    """SVC without calibration: the predicted class has probability 1, smoothed so that no other has 0."""

    def predict_proba(self, X):
        chosen = self.predict(X)[:, None] == self.classes_
        return np.where(chosen, 1.0, 1e-9)


class PeerClassifier(ClassifierMixin, BaseEstimator):
    """A method of another package. It trains in `predict_proba`, since it needs the test part to predict."""

    _takes_ratings = True

    def __init__(self, method, epochs, random_state=None):
        self.method = method
        self.epochs = epochs
        self.random_state = random_state

    def fit(self, X, y, groups=None):
        votes = y.class_votes
        # The other packages take one label a rater and sample: the first of several.
        table = pd.DataFrame({"sample": votes.sample, "rater": votes.rater, "code": votes.label})
        table = table[table["code"] < len(y.classes)].drop_duplicates(["sample", "rater"])
        codes = table.pivot(index="sample", columns="rater", values="code")
        rated = codes.index.to_numpy()
        Y = codes.reset_index(drop=True).astype(float).add_prefix("rater")
        self.train_ = Part(np.float32(X[rated]), Y, None, list(range(len(y.classes))))
        self.classes_ = np.asarray(y.classes)
        return self

    def predict_proba(self, X):
        test = Part(np.float32(X), None, None, self.train_.classes)
        return PEERS[self.method][1](self.train_, test, self.random_state, self.epochs)


# Values that the inner search tries.
GRIDS = {
    "LogisticRegression": (LogisticRegression(max_iter=1000), {"C": [0.001, 0.01, 0.1, 1, 10]}),
    "SVC": (DecidingSVC(), {"C": [0.1, 1, 10], "class_weight": [None, "balanced"]}),
    "HistGradientBoosting": (HistGradientBoostingClassifier(max_iter=50), {"max_leaf_nodes": [7, 31]}),
    "RandomForest": (RandomForestClassifier(300), {"min_samples_leaf": [1, 5]}),
}


def view(setting):
    """Return the classifier of the views: of tables the package's default, a logistic regression."""
    return BLSTMClassifier(**epochs_of(setting)) if setting.family == "frames" else None


def epochs_of(setting):
    return {} if setting.epochs is None else {"max_epochs": setting.epochs}


def stack(make=MultiRaterStackingClassifier, **params):
    """Return the function that makes a stack with these parameters."""

    def of(setting):
        return make(view(setting), memory=setting.memory, random_state=setting.seed, **params)

    return of


def single(name, **params):
    """Return the function that makes a single crowd view."""
    return stack(views=[name], fusion="mean", **params)


def ensemble(name):
    """Return the function that makes an ensemble of one crowd view, with as many trainings as "all views"."""

    def of(setting):
        copied, size = single(name)(setting).set_params(memory=None), setting.n_trainings
        kind = DeepEnsembleClassifier if setting.family == "frames" else GroupBagging
        return kind(copied, n_estimators=size, random_state=setting.seed)

    return of


def rater_net(name, epochs=None):
    def of(setting):
        given = {} if epochs is None else {"max_epochs": epochs}
        return RaterNetClassifier(name, random_state=setting.seed, **{**given, **epochs_of(setting)})

    return of


def rater_net_ensemble(name):
    def of(setting):
        return DeepEnsembleClassifier(rater_net(name)(setting), random_state=setting.seed)

    return of


def tuned(name):
    """Return the function that makes a classifier of the majority labels, tuned by inner folds of groups."""

    def of(setting):
        search = GridSearchCV(*GRIDS[name], scoring=uar_scorer, cv=GroupKFold(3))
        settings = {"views": ["crowd_hard"], "fusion": "mean", "random_state": setting.seed}
        return MultiRaterStackingClassifier(clone(search), **settings)

    return of


def peer(name, epochs):
    def of(setting):
        return PeerClassifier(name, setting.epochs or epochs, setting.seed)

    return of


def common_rows():
    """Return the rows of both families."""
    rows = {
        CROWD_HARD: single("crowd_hard"),
        "crowd_soft": single("crowd_soft"),
        PAIR: stack(views=PAPER_PAIR),
        ALL_VIEWS: stack(),
        **{f"all views, {name}": stack(fusion=name) for name in FUSIONS},
        f"crowd_soft{WEIGHTED}": single("crowd_soft", class_weight="balanced"),
        f"{PAIR}{WEIGHTED}": stack(views=PAPER_PAIR, class_weight="balanced"),
        f"{ALL_VIEWS}{WEIGHTED}": stack(class_weight="balanced"),
        f"{MEAN_OF_VIEWS}{WEIGHTED}": stack(fusion="mean", class_weight="balanced"),
        HARD_ENSEMBLE: ensemble("crowd_hard"),
        SOFT_ENSEMBLE: ensemble("crowd_soft"),
    }
    return {name: Row(make) for name, make in rows.items()}


def net_rows():
    """Return the networks of all raters."""
    nets = {name: Row(rater_net(name), dense=True) for name in RATER_MODELS}
    for name in RATER_MODELS:
        nets |= {f"{name}, {epochs} epochs": Row(rater_net(name, epochs), dense=True) for epochs in BUDGETS}
    return nets | {"annot_mix, ensemble": Row(rater_net_ensemble("annot_mix"), dense=True)}


def peer_rows():
    """Return the methods of other packages that are installed."""
    rows = {}
    for name in (name for name, (package, _) in PEERS.items() if find_spec(package)):
        if name in WITHOUT_EPOCHS:
            rows[name] = Row(peer(name, None), dense=True)
        else:
            rows |= {
                f"{name}, {epochs} epochs": Row(peer(name, epochs), dense=True) for epochs in PEER_EPOCHS
            }
    return rows


def rows_of(family):
    """Return the rows of a family: {name: Row}."""
    if family == "frames":
        return common_rows() | net_rows()
    rows = common_rows()
    del rows["all views, fine_tune"]  # for views that are networks
    rows["all views, logistic, out of fold"] = Row(stack(fusion="logistic", cv=5))
    for method in CONSENSUS:
        rows[f"crowd_hard by {method}"] = Row(single("crowd_hard", consensus=method))
    rows["truth_stack"] = Row(stack(truth_stack))
    rows["class shares"] = Row(lambda setting: ClassShares())
    rows |= net_rows()
    rows |= {f"tuned {name}": Row(tuned(name), dense=name == "HistGradientBoosting") for name in GRIDS}
    return rows | peer_rows()


def runs_once(task, family, row):
    """Return whether a row predicts the same for every seed, so that the first seed stands for all."""
    single = row.startswith("rater ")
    return family == "table" and task not in DRAWN and (single or row in WITHOUT_SEED)


def count_trainings(estimator, X, y, groups):
    """Return the number of trainings that a fit costs; one that starts from another counts by its epochs."""
    if isinstance(estimator, ClassShares):
        return 0
    if isinstance(estimator, PeerClassifier):
        of_ensemble = {"scikit-activeml ensemble": len(np.unique(y.class_votes.rater))}
        return (PEER_TRAININGS | of_ensemble).get(estimator.method, 1)
    if isinstance(estimator, GroupBagging | DeepEnsembleClassifier):
        return estimator.n_estimators * count_trainings(estimator.estimator, X, y, groups)
    if isinstance(estimator, GridSearchCV):
        return len(ParameterGrid(estimator.param_grid)) * estimator.cv.n_splits + 1
    if isinstance(estimator, MultiRaterStackingClassifier):
        inner = 1 if estimator.estimator is None else count_trainings(estimator.estimator, X, y, groups)
        trainings = estimator.plan(X, y, groups=groups).trainings
        return round(inner * sum(1 if one.start is None else SHARE_OF_EPOCHS for one in trainings))
    return 1
