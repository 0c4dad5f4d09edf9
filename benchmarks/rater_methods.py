"""Every method for several raters side by side, and the peers' beside them.

    python benchmarks/rater_methods.py [--seeds 5] [--crowds objective ...] [--methods stack ...] [--quick]

Simulated crowds (`make_rated_samples`): "objective" has one true answer, experts, spammers and biased
raters, 5 votes a sample; "sparse" the same with one vote a sample; "camps" two camps of six raters who call
half of the classes by different names, so that each rater's own labels are the question. Speech:
openSMILE's functionals of the made corpus and of speechocean762's prosody scores; each seed tests another
fold. All networks have one trunk of 128 units and train 50 epochs by Adam, batches of 64, nothing tuned.
Peers run where they are installed (scikit-activeml, crowd-kit, cleanlab): same crowds, trunk and training.
Seeds start at 10, since `truth_stack` was designed on the simulated crowds of seeds 0 to 2.

Writes results/rater_methods.csv, and results/rater_methods_best.csv: the best method here less the best peer,
by seed; both are picked by their mean on the test parts.
"""

import argparse
import warnings
from time import perf_counter

import numpy as np
import pandas as pd
import torch
from _crowds import SIMULATED, SPEECH, crowd
from _peers import peers
from _report import report
from joblib import Parallel, delayed

from sklearn_raters import DeepEnsembleClassifier, MultiRaterStackingClassifier, RaterNetClassifier
from sklearn_raters.consensus import hard_labels, soft_labels
from sklearn_raters.crowd_labels import consensus_labels
from sklearn_raters.metrics import rater_uar, soft_cross_entropy, unweighted_average_recall
from sklearn_raters.rater_nets import RATER_MODELS
from sklearn_raters.recipes import truth_stack

SETTINGS = {"batch_size": 64, "dropout": 0, "net_params": {"optimizer": torch.optim.Adam}, "device": "cpu"}


class OneRaterNet(RaterNetClassifier):
    """The same trunk with one head, as a view of the stack: soft labels are one rater's votes."""

    _takes_ratings = False
    _takes_soft_targets = True

    def fit(self, X, y, groups=None):
        votes = y[:, None, :] if np.ndim(y) == 2 else np.asarray(y)
        return super().fit(X, votes, groups=groups)


def network(raters, train, seed, epochs):
    return RaterNetClassifier(raters, max_epochs=epochs, random_state=seed, classes=train.classes, **SETTINGS)


def of_labels(labels, train, test, seed, epochs):
    """Train the trunk on one label a sample; samples without one are left out."""
    kept = np.flatnonzero([label is not None for label in labels])
    model = network("multitask", train, seed, epochs)
    return model.fit(train.X[kept], np.asarray(labels[kept].tolist())).predict_proba(test.X), None


def truth(train, test, *settings):
    return of_labels(train.truth, train, test, *settings)


def consensus_of(method):
    def run(train, test, *settings):
        return of_labels(consensus_labels(train.Y, method, classes=train.classes), train, test, *settings)

    return run


def rater_model(raters):
    def run(train, test, seed, epochs):
        model = network(raters, train, seed, epochs).fit(train.X, train.Y)
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


def stack(make=MultiRaterStackingClassifier, **params):
    """Return a stack on networks with the same trunk."""

    def run(train, test, seed, epochs):
        view = OneRaterNet("multitask", max_epochs=epochs, **SETTINGS)
        model = make(view, classes=train.classes, random_state=seed, **params).fit(train.X, train.Y)
        own = model.predict_proba_raters(test.X)
        if model.raters_ != list(test.Y.columns):
            own = None
        return model.predict_proba(test.X), own

    return run


def peer(method):
    def run(train, test, seed, epochs):
        return method(train, test, seed, epochs), None

    return run


PEERS = {name: peer(method) for name, method in peers().items()}
FIRST_SEED = 10
METHODS = {
    "true labels": truth,
    **{
        f"{name}, then network": consensus_of(name)
        for name in ("majority", "dawid_skene", "one_coin", "mmsr")
    },
    "stack": stack(),
    "stack, softmax layer": stack(fusion="softmax"),
    "stack, mean": stack(fusion="mean"),
    "stack, mixture": stack(fusion="mixture"),
    "stack, ensemble of raters": stack(fusion="mean", views=["raters"]),
    "stack, dawid_skene": stack(consensus="dawid_skene"),
    "truth_stack": stack(truth_stack),
    "truth_stack, mean": stack(truth_stack, fusion="mean"),
    **{name: rater_model(name) for name in RATER_MODELS},
    "annot_mix, ensemble of five": several("annot_mix"),
    **PEERS,
}


def measure(name, method, seed, n_samples, epochs):
    """Return one row: how a method does on one crowd."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    train, test = crowd(name, seed, n_samples)
    row = {"crowd": name, "method": method, "seed": seed}
    start = perf_counter()
    try:
        proba, said = METHODS[method](train, test, seed, epochs)
    except ValueError as error:
        return {**row, "cannot": str(error)}
    row["seconds"] = perf_counter() - start
    predicted = np.array(train.classes)[proba.argmax(axis=1)]
    if test.truth is not None:
        row["accuracy"] = 100 * np.mean(predicted == test.truth)
    labels = hard_labels(test.Y, classes=train.classes)
    kept = np.flatnonzero([label is not None for label in labels])
    row["uar_of_majority"] = 100 * unweighted_average_recall(
        labels[kept].tolist(), predicted[kept], labels=train.classes
    )
    soft = soft_labels(test.Y, classes=train.classes)
    rated = ~np.isnan(soft[:, 0])
    row["soft_cross_entropy"] = soft_cross_entropy(soft[rated], np.clip(proba[rated], 1e-12, 1))
    if said is not None:
        own = rater_uar(test.Y, said, classes=train.classes)
        row["raters_own_uar"] = 100 * np.nanmean(list(own.values()))
    return row


def run(*job):
    """Call `measure` of this file by its name, since a class made in a script does not travel."""
    import rater_methods

    return rater_methods.measure(*job)


def best_of_both(rows):
    """Return, by crowd, the best method here and the best peer, and their paired difference over seeds."""
    rows = rows[rows["method"] != "true labels"]
    table = []
    for name, own in rows.groupby("crowd", sort=False):
        score = "accuracy" if own["accuracy"].notna().any() else "uar_of_majority"
        by_seed = own.pivot(index="seed", columns="method", values=score).dropna(axis=1)
        peer_columns = by_seed.columns.isin(list(PEERS))
        if peer_columns.any():
            here, there = (by_seed.loc[:, side].mean().idxmax() for side in (~peer_columns, peer_columns))
            gap = by_seed[here] - by_seed[there]
            found = {"here": here, "peer": there, "score": score, "difference": gap.mean()}
            table.append({"crowd": name, **found, "lowest": gap.min(), "highest": gap.max(), "sd": gap.std()})
    return pd.DataFrame(table).set_index("crowd")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--crowds", nargs="+", default=[*SIMULATED, *SPEECH], choices=[*SIMULATED, *SPEECH])
    parser.add_argument(
        "--methods", nargs="+", default=list(METHODS), choices=list(METHODS), metavar="METHOD"
    )
    parser.add_argument("--name", default="rater_methods", help="of the CSV files")
    parser.add_argument("--quick", action="store_true", help="a minute or two; simulated crowds only")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.seeds, arguments.samples, arguments.epochs = 1, 300, 5
        arguments.crowds = list(SIMULATED)
    jobs = [
        delayed(run)(name, method, seed, arguments.samples, arguments.epochs)
        for name in arguments.crowds
        for seed in range(FIRST_SEED, FIRST_SEED + arguments.seeds)
        for method in arguments.methods
        if name in SIMULATED or method != "true labels"
    ]
    rows = pd.DataFrame(Parallel(n_jobs=-1)(jobs))
    if "cannot" in rows:
        left_out = rows.dropna(subset="cannot").drop_duplicates(["crowd", "method"])
        for _, row in left_out.iterrows():
            print(f"{row['crowd']}, {row['method']}: {row['cannot']}")
        fails = rows.groupby(["crowd", "method"])["cannot"].transform(lambda own: own.notna().any())
        rows = rows[~fails].drop(columns="cannot")
    report(rows.set_index(["crowd", "method", "seed"]), f"{arguments.name}_by_seed", quick=arguments.quick)
    by_method = rows.drop(columns="seed").groupby(["crowd", "method"], sort=False)
    table = by_method.mean()
    for score in ("accuracy", "uar_of_majority"):
        table.insert(table.columns.get_loc(score) + 1, f"{score}_sd", by_method[score].std(ddof=1))
    report(table, arguments.name, quick=arguments.quick)
    if set(PEERS) & set(arguments.methods):
        report(best_of_both(rows), f"{arguments.name}_best", quick=arguments.quick)


if __name__ == "__main__":
    main()
