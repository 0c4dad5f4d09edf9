"""Time until seven views reach the UAR that the same views reach in plain skorch.

    python benchmarks/time_to_uar.py [--samples 160] [--seeds 1] [--jobs 2] [--quick]

Sequences have IEMOCAP's durations; the five raters rate the shares of the samples of the paper's Table 1, and
nine of ten ratings follow the class of the sequence. "skorch" is what one would write by hand: the paper's
network as in torch's manual, for 40 epochs of Adamax at 1e-3, on the majority, the shares of the votes and
each rater; the prediction is the mean of the seven. The stacks are fitted anew with each number of epochs
that is listed; "default" has the package's own number.

Seconds are of one thread's processor time, so other work on the machine matters little: of the training
alone for skorch, of the whole `fit` for the stacks, with the copies of the views that the default fusion
learns from. UAR is measured on 400 other sequences, against their classes.

Writes results/time_to_uar_<samples>.csv, a row for each contender and number of epochs: means over the seeds.
"""

import argparse
import warnings
from time import process_time

import numpy as np
import pandas as pd
import torch
from _report import report
from _sequences import N_CLASSES, make_sequences
from joblib import Parallel, delayed
from skorch import NeuralNet
from threadpoolctl import threadpool_limits
from torch import nn
from torch.utils.data import DataLoader
from training_speed import PlainNet, Sequences, collate

from sklearn_raters import BLSTMClassifier, MultiRaterStackingClassifier
from sklearn_raters.consensus import hard_labels, labelled_samples, soft_labels
from sklearn_raters.metrics import unweighted_average_recall

# Samples with a rating in the four classes, of 10,039 (Chou & Lee 2019, Table 1).
SHARES = {"E1": 0.593, "E2": 0.781, "E4": 0.640, "E5": 0.042, "E6": 0.077}
RIGHT = 0.9
CLASSES = list(range(N_CLASSES))
SKORCH_EPOCHS = 40
PREDICTED_AFTER = [1, 2, 3, *range(5, SKORCH_EPOCHS + 1, 5)]  # epochs
N_TEST = 400
EPOCHS = [1, 2, 3, 5, 8, 11, "default"]
STACKS = {"all views, default": {}, "all views, mean": {"fusion": "mean"}}


class ShareSequences(Sequences):
    """Sequences whose targets are shares of the votes."""

    def __getitem__(self, index):
        return self.X[index], torch.zeros(N_CLASSES) if self.y is None else torch.from_numpy(self.y[index])


def collate_shares(samples):
    batch, _ = collate([(frames, 0) for frames, _ in samples])
    return batch, torch.stack([shares for _, shares in samples])


class LogitsNet(PlainNet):
    """The network with logits as output, for torch's own cross-entropy of shares."""

    def forward(self, X, lengths):
        return super().forward(X, lengths).clamp_min(1e-12).log()


def rate(y, seed):
    """Return a table of ratings, one column a rater; every sample has a rating."""
    rng = np.random.default_rng(seed)
    rated = rng.random((len(y), len(SHARES))) < list(SHARES.values())
    rated[~rated.any(axis=1), 1] = True
    guesses = rng.integers(N_CLASSES, size=rated.shape)
    labels = np.where(rng.random(rated.shape) < RIGHT, y[:, None], guesses)
    cells = np.full(rated.shape, None, dtype=object)
    cells[rated] = labels[rated].tolist()
    return pd.DataFrame(cells, columns=list(SHARES))


def views_of(Y):
    """Return {name: (samples, shares of the classes)} of the seven views, as float32."""
    one_hot = np.eye(N_CLASSES, dtype=np.float32)
    rows, majority = labelled_samples(hard_labels(Y))
    views = {"crowd_hard": (rows, one_hot[majority.astype(int)])}
    shares = np.float32(soft_labels(Y))
    views["crowd_soft"] = (np.arange(len(Y)), shares)
    for name in Y:
        rows = np.flatnonzero(Y[name].notna())
        views[name] = (rows, one_hot[Y[name].to_numpy()[rows].astype(int)])
    return views


def train_skorch(frames, shares, test, seed, epochs):
    """Train one network by plain skorch; return [(epochs, seconds, probabilities of the test part)]."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    net = NeuralNet(
        LogitsNet,
        nn.CrossEntropyLoss,
        optimizer=torch.optim.Adamax,
        lr=1e-3,
        max_epochs=1,  # a call of partial_fit
        batch_size=32,
        dataset=ShareSequences,
        iterator_train=DataLoader,
        iterator_train__shuffle=True,
        iterator_train__collate_fn=collate_shares,
        iterator_valid__collate_fn=collate_shares,
        train_split=None,
        verbose=0,
    ).initialize()
    seconds, curve = 0.0, []
    for epoch in range(1, epochs + 1):
        start = process_time()
        net.partial_fit(frames, shares)
        seconds += process_time() - start
        if epoch in PREDICTED_AFTER:
            # Logits are logarithms of probabilities already.
            curve.append((epoch, seconds, np.exp(net.forward(test).numpy())))
    return curve


def fit_stack(X, Y, groups, test, y_test, seed, epochs, params):
    """Fit a stack; return (processor seconds, UAR)."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    budget = {} if epochs == "default" else {"max_epochs": epochs}
    views = BLSTMClassifier(**budget, device="cpu")
    stack = MultiRaterStackingClassifier(views, classes=CLASSES, n_jobs=1, random_state=seed, **params)
    with threadpool_limits(1):
        start = process_time()
        stack.fit(X, Y, groups=groups)
        seconds = process_time() - start
        return seconds, unweighted_average_recall(y_test, stack.predict(test), labels=CLASSES)


def run(seed, n_samples, epochs, skorch_epochs, jobs):
    """Return a table of contender, epochs, seconds and UAR of one seed."""
    X, y = make_sequences(n_samples + N_TEST, seed, offset=1.0)
    X, test, y, y_test = X[:n_samples], X[n_samples:], y[:n_samples], y[n_samples:]
    Y, groups = rate(y, seed), np.arange(n_samples) % 16
    views = views_of(Y)
    parallel = Parallel(n_jobs=jobs)
    fits = [(name, budget) for name in STACKS for budget in epochs]
    data = X, Y, groups, test, y_test, seed
    results = parallel(
        [
            delayed(train_skorch)([X[row] for row in rows], shares, test, seed, skorch_epochs)
            for rows, shares in views.values()
        ]
        + [delayed(fit_stack)(*data, budget, STACKS[name]) for name, budget in fits]
    )
    table = []
    for of_views in zip(*results[: len(views)], strict=True):
        epoch, seconds, proba = (list(part) for part in zip(*of_views, strict=True))
        uar = unweighted_average_recall(y_test, np.mean(proba, axis=0).argmax(axis=1), labels=CLASSES)
        table.append(("skorch", epoch[0], sum(seconds), uar))
    table += [(*fit, *result) for fit, result in zip(fits, results[len(views) :], strict=True)]
    return pd.DataFrame(table, columns=["contender", "epochs", "seconds", "uar"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--samples", type=int, default=160)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="a minute")
    arguments = parser.parse_args()
    epochs, skorch_epochs = EPOCHS, SKORCH_EPOCHS
    if arguments.quick:
        arguments.samples, arguments.seeds, epochs, skorch_epochs = 64, 1, [1, 2], 3
    runs = [
        run(seed, arguments.samples, epochs, skorch_epochs, arguments.jobs) for seed in range(arguments.seeds)
    ]
    table = pd.concat(runs).groupby(["contender", "epochs"], sort=False).mean()
    target = table.loc[("skorch", skorch_epochs)]
    table["share_of_skorch"] = table["seconds"] / target["seconds"]
    table["reaches_skorch"] = table["uar"] >= target["uar"]
    report(table, f"time_to_uar_{arguments.samples}", quick=arguments.quick)


if __name__ == "__main__":
    main()
