"""The methods that `rater_methods.py` compares: ours on one trunk and one training, and the peers'.

Each is a function of training part, test part, seed and epochs that returns the test part's probabilities,
and those of each rater where the method tells raters apart.
"""

import warnings
from time import perf_counter

import numpy as np
import torch
from _crowds import crowd
from _peers import peers
from sklearn.linear_model import LogisticRegression

from sklearn_raters import DeepEnsembleClassifier, MultiRaterStackingClassifier, RaterNetClassifier
from sklearn_raters.consensus import hard_labels, soft_labels
from sklearn_raters.consensus._crowd_kit import METHODS as CONSENSUS
from sklearn_raters.consensus._crowd_kit import consensus_labels
from sklearn_raters.metrics import rater_uar, soft_cross_entropy, unweighted_average_recall
from sklearn_raters.networks._rater_net import RATER_MODELS
from sklearn_raters.ratings import Task
from sklearn_raters.stacking._truth_stack import truth_stack

SETTINGS = {"batch_size": 64, "dropout": 0, "net_params": {"optimizer": torch.optim.Adam}, "device": "cpu"}


class OneRaterNet(RaterNetClassifier):
    """The same trunk with one head, as a view of the stack: soft labels are one rater's votes."""

    _takes_ratings = False
    _takes_soft_targets = True

    def fit(self, X, y, groups=None):
        votes = y[:, None, :] if np.ndim(y) == 2 else np.asarray(y)
        return super().fit(X, votes, groups=groups)


def network(raters, train, seed, epochs, **params):
    params |= {"max_epochs": epochs, "random_state": seed, "classes": train.classes}
    return RaterNetClassifier(raters, **SETTINGS, **params)


def of_labels(labels, train, test, seed, epochs):
    """Train the trunk on one label a sample; samples without one are left out."""
    kept = np.flatnonzero([label is not None for label in labels])
    model = network("multitask", train, seed, epochs)
    return model.fit(train.X[kept], np.asarray(labels[kept].tolist())).predict_proba(test.X), None


def truth(train, test, *settings):
    return of_labels(train.truth, train, test, *settings)


def consensus_of(method):
    def run(train, test, *settings):
        return of_labels(consensus_labels(Task(train.Y, train.classes), method), train, test, *settings)

    return run


def rater_model(raters, **params):
    def run(train, test, seed, epochs):
        model = network(raters, train, seed, epochs, **params).fit(train.X, train.Y)
        return model.predict_proba(test.X), model.predict_proba_raters(test.X, raters=list(test.Y.columns))

    return run


def several(raters):
    """Return the ensemble of five networks."""

    def run(train, test, seed, epochs):
        net = network(raters, train, seed, epochs)
        model = DeepEnsembleClassifier(net, random_state=seed).fit(train.X, train.Y)
        known = model.estimators_[0].raters_ == list(test.Y.columns)
        return model.predict_proba(test.X), model.predict_proba_raters(test.X) if known else None

    return run


def stack(make=MultiRaterStackingClassifier, view=None, **params):
    """Return a stack of such views; None: of networks with the same trunk."""

    def run(train, test, seed, epochs):
        net = OneRaterNet("multitask", max_epochs=epochs, **SETTINGS)
        model = make(view or net, classes=train.classes, random_state=seed, **params).fit(train.X, train.Y)
        known = model.raters_ == list(test.Y.columns)
        return model.predict_proba(test.X), model.predict_proba_raters(test.X) if known else None

    return run


def regressions(train, test, seed, epochs):
    """Train one a rater without smoothing, as the peer does; a rater who says one class has none."""
    raters = [rater for rater in train.Y if train.Y[rater].nunique() > 1]
    view = LogisticRegression(max_iter=1000)
    return stack(view=view, views=raters, alpha=0, fusion="mean")(train, test, seed, epochs)


def stack_on_trunk(raters, **params):
    """Return a stack of logistic regressions on one trunk, which a rater model has trained on all votes."""

    def run(train, test, seed, epochs):
        trunk = network(raters, train, seed, epochs).fit(train.X, train.Y)
        view = LogisticRegression(max_iter=1000)
        model = MultiRaterStackingClassifier(view, classes=train.classes, random_state=seed, **params)
        return model.fit(trunk.transform(train.X), train.Y).predict_proba(trunk.transform(test.X)), None

    return run


def peer(method):
    def run(train, test, seed, epochs):
        return method(train, test, seed, epochs), None

    return run


# What each step from the paper's stack to `truth_stack` gives, and what else was tried.
DAWID_SKENE = {"consensus": "dawid_skene"}
STEPS = {
    "stack": stack(),
    "stack, out of fold": stack(cv=5),
    "stack, little smoothing": stack(alpha=0.05),
    "stack, dawid_skene": stack(**DAWID_SKENE),
    "stack, dawid_skene, out of fold": stack(cv=5, **DAWID_SKENE),
    "stack, dawid_skene, trunk of crowd_layer": stack_on_trunk("crowd_layer", **DAWID_SKENE),
    "stack, dawid_skene, no raters": stack(views=["crowd_hard", "crowd_soft"], **DAWID_SKENE),
    "truth_stack": stack(truth_stack),
    "truth_stack and raters": stack(truth_stack, views=[*truth_stack(None).views, "raters"]),
    "truth_stack, mean": stack(truth_stack, fusion="mean"),
}
PEERS = {name: peer(method) for name, method in peers().items()}
METHODS = {
    "true labels": truth,
    **{f"{name}, then network": consensus_of(name) for name in CONSENSUS},
    "stack": STEPS["stack"],
    "stack, softmax layer": stack(fusion="softmax"),
    "stack, mean": stack(fusion="mean"),
    "stack, mixture": stack(fusion="mixture"),
    "stack, ensemble of raters": stack(fusion="mean", views=["raters"]),
    **{name: STEPS[name] for name in ("stack, dawid_skene", "truth_stack", "truth_stack, mean")},
    **{name: rater_model(name) for name in RATER_MODELS},
    "crowd_layer, vector": rater_model("crowd_layer", rater_params={"kind": "vector"}),
    # The peer's runs until it has converged; a linear model at 1e-3 has not after 50 epochs.
    "confusions, no hidden layer": rater_model(
        "geo_reg_w", rater_params={"strength": 0}, trunk_params={"hidden_units": ()}, learning_rate=3e-3
    ),
    "logistic regressions of raters": regressions,
    "annot_mix, as the peer": rater_model("annot_mix", rater_params={"mixing": 0.5, "rater_units": 16}),
    "annot_mix, ensemble of five": several("annot_mix"),
    **PEERS,
}
# The same method of a peer's and ours.
PAIRS = {
    "scikit-activeml crowd_layer": "crowd_layer",
    "crowd-kit CrowdLayer": "crowd_layer",
    "crowd-kit CrowdLayer, vector": "crowd_layer, vector",
    "crowd-kit CoNAL": "conal",
    "scikit-activeml annot_mix": "annot_mix, as the peer",
    "scikit-activeml annot_mix, five": "annot_mix, ensemble of five",
    "scikit-activeml Raykar": "confusions, no hidden layer",
    "scikit-activeml ensemble": "logistic regressions of raters",
}


def measure(name, method, seed, n_samples, epochs):
    """Return one row: how a method does on one crowd."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    train, test = crowd(name, seed, n_samples)
    row = {"crowd": name, "method": method, "seed": seed}
    start = perf_counter()
    try:
        proba, said = (METHODS | STEPS)[method](train, test, seed, epochs)
    except ValueError as error:
        return {**row, "cannot": str(error)}
    row["seconds"] = perf_counter() - start
    predicted = np.array(train.classes)[proba.argmax(axis=1)]
    if test.truth is not None:
        row["accuracy"] = 100 * np.mean(predicted == test.truth)
    labels = hard_labels(Task(test.Y, train.classes))
    kept = np.flatnonzero([label is not None for label in labels])
    row["uar_of_majority"] = 100 * unweighted_average_recall(
        labels[kept].tolist(), predicted[kept], labels=train.classes
    )
    soft = soft_labels(Task(test.Y, train.classes))
    rated = ~np.isnan(soft[:, 0])
    row["soft_cross_entropy"] = soft_cross_entropy(soft[rated], np.clip(proba[rated], 1e-12, 1))
    if said is not None:
        own = rater_uar(Task(test.Y, train.classes), said)
        row["raters_own_uar"] = 100 * np.nanmean(list(own.values()))
    return row
