"""The methods that `rater_methods.py` compares: methods of this package and of other packages.

Each method is a function of the training part, the test part, a seed and the number of epochs. It returns the
probabilities of the test part's classes, and each rater's probabilities where the method predicts raters.
"""

import warnings
from time import perf_counter

import numpy as np
import torch
from _crowds import crowd
from _peers import installed_peers
from sklearn.linear_model import LogisticRegression

from sklearn_raters import DeepEnsembleClassifier, MultiRaterStackingClassifier, RaterNetClassifier
from sklearn_raters.consensus import METHODS as CONSENSUS
from sklearn_raters.consensus import consensus_labels, hard_labels, soft_labels
from sklearn_raters.metrics import rater_uar, soft_cross_entropy, unweighted_average_recall
from sklearn_raters.networks import RATER_MODELS
from sklearn_raters.ratings import Task
from sklearn_raters.stacking import truth_stack

SETTINGS = {"batch_size": 64, "dropout": 0, "net_params": {"optimizer": torch.optim.Adam}, "device": "cpu"}


class OneRaterNet(RaterNetClassifier):
    """The network that all methods share, with one head, as a view of a stack.

    It learns soft labels as the votes of a single rater.
    """

    _takes_ratings = False
    _takes_soft_targets = True

    def fit(self, X, y, groups=None):
        votes = y[:, None, :] if np.ndim(y) == 2 else np.asarray(y)
        return super().fit(X, votes, groups=groups)


def network(raters, train, seed, epochs, **params):
    """Return the network with a rater model, unfitted."""
    params |= {"max_epochs": epochs, "random_state": seed, "classes": train.classes}
    return RaterNetClassifier(raters, **SETTINGS, **params)


def train_on_labels(labels, train, test, seed, epochs):
    """Train the network on one label a sample, without the samples that have none."""
    kept = np.flatnonzero([label is not None for label in labels])
    model = network("multitask", train, seed, epochs)
    return model.fit(train.X[kept], np.asarray(labels[kept].tolist())).predict_proba(test.X), None


def train_on_truth(train, test, *settings):
    return train_on_labels(train.truth, train, test, *settings)


def train_on_consensus(method):
    """Return the method that trains the network on a consensus of the raters."""

    def run(train, test, *settings):
        labels = consensus_labels(Task(train.Y, train.classes), method)
        return train_on_labels(labels, train, test, *settings)

    return run


def rater_model(raters, **params):
    """Return the method that trains one network on the ratings of all raters."""

    def run(train, test, seed, epochs):
        model = network(raters, train, seed, epochs, **params).fit(train.X, train.Y)
        return model.predict_proba(test.X), model.predict_proba_raters(test.X, raters=list(test.Y.columns))

    return run


def ensemble(raters):
    """Return the method that averages five networks."""

    def run(train, test, seed, epochs):
        net = network(raters, train, seed, epochs)
        model = DeepEnsembleClassifier(net, random_state=seed).fit(train.X, train.Y)
        known = model.estimators_[0].raters_ == list(test.Y.columns)
        return model.predict_proba(test.X), model.predict_proba_raters(test.X) if known else None

    return run


def stack(make=MultiRaterStackingClassifier, view=None, fusion="logistic", **params):
    """Return the method that fits a stack; None as `view` takes the network that all methods share."""

    def run(train, test, seed, epochs):
        net = OneRaterNet("multitask", max_epochs=epochs, **SETTINGS)
        settings = {"fusion": fusion, "classes": train.classes, "random_state": seed, **params}
        model = make(view or net, **settings).fit(train.X, train.Y)
        known = model.raters_ == list(test.Y.columns)
        return model.predict_proba(test.X), model.predict_proba_raters(test.X) if known else None

    return run


def rater_regressions(train, test, seed, epochs):
    """Train a logistic regression for each rater who used two classes or more, and average them.

    Soft labels are not smoothed, since scikit-activeml does not smooth them either.
    """
    raters = [rater for rater in train.Y if train.Y[rater].nunique() > 1]
    view = LogisticRegression(max_iter=1000)
    return stack(view=view, views=raters, alpha=0, fusion="mean")(train, test, seed, epochs)


def stack_on_trunk(raters, **params):
    """Return the method that fits a stack of logistic regressions on the last layer of a rater network."""

    def run(train, test, seed, epochs):
        trunk = network(raters, train, seed, epochs).fit(train.X, train.Y)
        view = LogisticRegression(max_iter=1000)
        settings = {"fusion": "logistic", "classes": train.classes, "random_state": seed, **params}
        model = MultiRaterStackingClassifier(view, **settings)
        return model.fit(trunk.transform(train.X), train.Y).predict_proba(trunk.transform(test.X)), None

    return run


def consensus_only(method):
    """Return a method of another package in the form of the methods here, without predictions of raters."""

    def run(train, test, seed, epochs):
        return method(train, test, seed, epochs), None

    return run


# Changes to the paper's stack with a convex layer: the steps that lead to `truth_stack`, and alternatives.
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
PEERS = {name: consensus_only(method) for name, method in installed_peers().items()}
METHODS = {
    "true labels": train_on_truth,
    **{f"{name}, then network": train_on_consensus(name) for name in CONSENSUS},
    "stack": STEPS["stack"],
    "stack, softmax layer": stack(fusion="softmax"),
    "stack, mean": stack(fusion="mean"),
    "stack, mixture": stack(fusion="mixture"),
    "stack, ensemble of raters": stack(fusion="mean", views=["raters"]),
    **{name: STEPS[name] for name in ("stack, dawid_skene", "truth_stack", "truth_stack, mean")},
    **{name: rater_model(name) for name in RATER_MODELS},
    "crowd_layer, vector": rater_model("crowd_layer", rater_params={"kind": "vector"}),
    # A linear model does not converge in 50 epochs at 1e-3; scikit-activeml trains its model until
    # convergence.
    "confusions, no hidden layer": rater_model(
        "geo_reg_w", rater_params={"strength": 0}, trunk_params={"hidden_units": ()}, learning_rate=3e-3
    ),
    "logistic regressions of raters": rater_regressions,
    "annot_mix, settings of scikit-activeml": rater_model(
        "annot_mix", rater_params={"mixing": 0.5, "rater_units": 16}
    ),
    "annot_mix, ensemble of five": ensemble("annot_mix"),
    **PEERS,
}
# From a method of another package to the same method of this package.
PAIRS = {
    "scikit-activeml crowd_layer": "crowd_layer",
    "crowd-kit CrowdLayer": "crowd_layer",
    "crowd-kit CrowdLayer, vector": "crowd_layer, vector",
    "crowd-kit CoNAL": "conal",
    "scikit-activeml annot_mix": "annot_mix, settings of scikit-activeml",
    "scikit-activeml annot_mix, five": "annot_mix, ensemble of five",
    "scikit-activeml Raykar": "confusions, no hidden layer",
    "scikit-activeml ensemble": "logistic regressions of raters",
}


def measure(name, method, seed, n_samples, epochs):
    """Run one method on one crowd and one seed; return its scores and seconds as a row of the table."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    train, test = crowd(name, seed, n_samples)
    row = {"crowd": name, "method": method, "seed": seed}
    start = perf_counter()
    try:
        proba, rater_proba = (METHODS | STEPS)[method](train, test, seed, epochs)
    except ValueError as error:
        return {**row, "error": str(error)}
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
    if rater_proba is not None:
        by_rater = rater_uar(Task(test.Y, train.classes), rater_proba)
        row["mean_rater_uar"] = 100 * np.nanmean(list(by_rater.values()))
    return row
