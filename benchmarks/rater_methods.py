"""Every method for several raters side by side, on crowds whose truth is known.

    python benchmarks/rater_methods.py [--seeds 5] [--quick]

Simulated crowds (`make_rated_samples`): "objective" has one true answer, experts, spammers and biased
raters, 5 votes a sample; "sparse" the same with one vote a sample; "camps" two camps of six raters who call
half of the classes by different names, so that each rater's own labels are the question. All networks have
one trunk, 64 to 128 units, and train 50 epochs by Adam, batches of 64, nothing tuned. Peers run where they
are installed (scikit-activeml): the same crowds, trunk and training. Needs crowd-kit.
"""

import argparse
import warnings
from time import perf_counter

import numpy as np
import pandas as pd
import torch
from _report import report
from joblib import Parallel, delayed

from sklearn_raters import MultiRaterStackingClassifier, RaterNetClassifier
from sklearn_raters.consensus import hard_labels, soft_labels
from sklearn_raters.crowd_labels import consensus_labels
from sklearn_raters.datasets import make_rated_samples
from sklearn_raters.metrics import rater_uar, soft_cross_entropy, unweighted_average_recall
from sklearn_raters.rater_nets import RATER_MODELS

CROWDS = {
    "objective": {"ratings_per_sample": 5},
    "sparse": {"ratings_per_sample": 1},
    "camps": {"ratings_per_sample": 5, "raters": {"expert": 6, "camp": 6}},
}
SETTINGS = {"batch_size": 64, "dropout": 0, "net_params": {"optimizer": torch.optim.Adam}, "device": "cpu"}


def network(raters, seed, classes, epochs):
    return RaterNetClassifier(raters, max_epochs=epochs, random_state=seed, classes=classes, **SETTINGS)


def of_labels(labels, train, test, seed, classes, epochs):
    """Train the trunk on one label a sample; samples without one are left out."""
    kept = np.flatnonzero([label is not None for label in labels])
    model = network("multitask", seed, classes, epochs)
    return answers(model.fit(train.X[kept], np.asarray(labels[kept].tolist())), test, raters=False)


def answers(model, test, *, raters=True):
    said = model.predict_proba_raters(test.X) if raters else None
    return model.predict_proba(test.X), said


def truth(train, test, *settings):
    return of_labels(train.true_labels, train, test, *settings)


def consensus_of(method):
    def run(train, test, *settings):
        labels = consensus_labels(train.Y, method, classes=train.classes)
        return of_labels(labels, train, test, *settings)

    return run


def rater_model(raters):
    def run(train, test, seed, classes, epochs):
        return answers(network(raters, seed, classes, epochs).fit(train.X, train.Y), test)

    return run


def stack(fusion, consensus="majority"):
    """Return the paper's stack on networks with the same trunk."""

    def run(train, test, seed, classes, epochs):
        view = OneRaterNet("multitask", max_epochs=epochs, **SETTINGS)
        model = MultiRaterStackingClassifier(
            view, fusion=fusion, consensus=consensus, classes=classes, random_state=seed
        )
        return answers(model.fit(train.X, train.Y), test)

    return run


class OneRaterNet(RaterNetClassifier):
    """The same trunk with one head, as a view of the stack: soft labels are one rater's votes."""

    _takes_ratings = False
    _takes_soft_targets = True

    def fit(self, X, y, groups=None):
        votes = y[:, None, :] if np.ndim(y) == 2 else np.asarray(y)
        return super().fit(X, votes, groups=groups)


def peers():
    """Return the peers' methods that are installed here, by name."""
    try:
        from skactiveml.classifier.multiannotator import AnnotMixClassifier, CrowdLayerClassifier
    except ImportError:
        return {}

    def run_as(kind, **own):
        def run(train, test, seed, classes, epochs):
            torch.manual_seed(seed)
            trunk = torch.nn.Sequential(
                torch.nn.Linear(64, 128), torch.nn.ReLU(), torch.nn.Linear(128, len(classes))
            )
            codes = train.Y.apply(lambda column: column.map({name: k for k, name in enumerate(classes)}))
            settings = {
                "max_epochs": epochs, "batch_size": 64, "lr": 1e-3, "optimizer": torch.optim.Adam,
                "verbose": False, "train_split": None,
            }  # fmt: skip
            model = kind(
                trunk, n_annotators=train.Y.shape[1], classes=list(range(len(classes))),
                neural_net_param_dict=settings, random_state=seed, **own,
            )  # fmt: skip
            model.fit(train.X, codes.to_numpy(dtype=float))
            return model.predict_proba(test.X), None

        return run

    return {
        "scikit-activeml crowd_layer": run_as(CrowdLayerClassifier),
        "scikit-activeml annot_mix": run_as(AnnotMixClassifier),
    }


METHODS = {
    "true labels": truth,
    "majority": consensus_of("majority"),
    **{name: consensus_of(name) for name in ("dawid_skene", "one_coin", "mmsr")},
    "stack, logistic": stack("logistic"),
    "stack, mean": stack("mean"),
    "stack, logistic, Dawid-Skene": stack("logistic", "dawid_skene"),
    **{name: rater_model(name) for name in RATER_MODELS},
    **peers(),
}


def measure(crowd, method, seed, n_samples, epochs):
    """Return one row: how a method does on one crowd."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    data = make_rated_samples(2 * n_samples, random_state=seed, **CROWDS[crowd])
    train, test = ({**data} for _ in range(2))
    for part, rows in ((train, slice(n_samples)), (test, slice(n_samples, None))):
        for key in ("X", "Y", "true_labels"):
            part[key] = data[key][rows]
    train, test = pd.Series(train), pd.Series(test)
    start = perf_counter()
    proba, said = METHODS[method](train, test, seed, data.classes, epochs)
    row = {"crowd": crowd, "method": method, "seed": seed, "seconds": perf_counter() - start}
    predicted = np.array(data.classes)[proba.argmax(axis=1)]
    row["accuracy"] = 100 * np.mean(predicted == test.true_labels)
    labels = hard_labels(test.Y, classes=data.classes)
    kept = np.flatnonzero([label is not None for label in labels])
    row["uar_of_majority"] = 100 * unweighted_average_recall(
        labels[kept].tolist(), predicted[kept], labels=data.classes
    )
    soft = soft_labels(test.Y, classes=data.classes)
    row["soft_cross_entropy"] = soft_cross_entropy(soft, np.clip(proba, 1e-12, 1))
    if said is not None:
        row["raters_own_uar"] = 100 * np.nanmean(list(rater_uar(test.Y, said, classes=data.classes).values()))
    return row


def run(*job):
    """Call `measure` of this file by its name, since a class made in a script does not travel."""
    import rater_methods

    return rater_methods.measure(*job)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--quick", action="store_true", help="under a minute")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.seeds, arguments.samples, arguments.epochs = 1, 300, 5
    jobs = [
        delayed(run)(crowd, method, seed, arguments.samples, arguments.epochs)
        for crowd in CROWDS
        for method in METHODS
        if (crowd, method) != ("sparse", "mmsr")  # which needs raters who share samples
        for seed in range(arguments.seeds)
    ]
    rows = pd.DataFrame(Parallel(n_jobs=-1)(jobs))
    by_method = rows.drop(columns="seed").groupby(["crowd", "method"], sort=False)
    table = by_method.mean()
    table.insert(2, "accuracy_sd", by_method["accuracy"].std(ddof=0))
    report(table, "rater_methods", quick=arguments.quick)


if __name__ == "__main__":
    main()
