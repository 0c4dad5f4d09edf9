"""Compare the training speed of `BLSTMClassifier` with plain skorch and with the machine's limit.

    python benchmarks/training_speed.py [--rounds 5] [--threads 2] [--samples 512] [--device cpu] [--quick]
    python benchmarks/training_speed.py --device cuda [--networks 35]

The paper's network learns sequences with IEMOCAP's durations in batches of 32, in one process; each round
trains every contender once. Prints the median number of samples a second over the rounds. "limit" is the
speed at which sgemm, as measured in the same round, would do the network's multiply-adds, forward and
backward, without any padding. On a GPU, "in threads" are several networks that are trained side by side.
"""

import argparse
from functools import partial
from time import perf_counter

import numpy as np
import pandas as pd
import torch
from _limit import BATCH, DENSE, LSTM, REPRESENTATION, multiply_adds, sgemm_rate
from _report import report
from _sequences import N_CLASSES, N_FEATURES, make_sequences
from joblib import Parallel, delayed
from skorch import NeuralNetClassifier
from skorch.dataset import Dataset
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from sklearn_raters import BLSTMClassifier


class PlainNet(nn.Module):
    """The paper's network, written as in torch's manual."""

    def __init__(self, dropout=0.5):
        super().__init__()
        self.dense = nn.Linear(N_FEATURES, DENSE)
        self.lstm = nn.LSTM(DENSE, LSTM, batch_first=True, bidirectional=True)
        self.attention = nn.Linear(2 * LSTM, 1, bias=False)
        self.representation = nn.Linear(2 * LSTM, REPRESENTATION)
        self.output = nn.Linear(REPRESENTATION, N_CLASSES)
        self.dropout = nn.Dropout(dropout)

    def states(self, hidden, lengths):
        """Return the LSTM's states, shape (n_samples, n_frames, 2 * LSTM)."""
        return self.lstm(hidden)[0]

    def forward(self, X, lengths):
        hidden = self.dropout(self.dense(X).relu())
        states = self.dropout(self.states(hidden, lengths))
        padding = torch.arange(states.shape[1], device=lengths.device) >= lengths[:, None]
        scores = self.attention(states).squeeze(2).masked_fill(padding, -torch.inf)
        pooled = (scores.softmax(1).unsqueeze(2) * states).sum(1)
        return self.output(self.dropout(self.representation(pooled).relu())).softmax(1)


class PackedNet(PlainNet):
    """The same network with packed sequences, which leave padding out of the LSTM."""

    def states(self, hidden, lengths):
        packed = pack_padded_sequence(hidden, lengths.cpu(), batch_first=True, enforce_sorted=False)
        return pad_packed_sequence(self.lstm(packed)[0], batch_first=True)[0]


def collate(samples):
    """Pad a batch to its longest sample."""
    frames, targets = zip(*samples, strict=True)
    lengths = torch.tensor([len(sample) for sample in frames])
    padded = pad_sequence([torch.from_numpy(sample) for sample in frames], batch_first=True)
    return {"X": padded, "lengths": lengths}, torch.tensor(targets)


class Sequences(Dataset):
    """Sequences of different lengths, not padded."""

    def __init__(self, X, y=None):
        super().__init__(X, y, length=len(X))

    def __getitem__(self, index):
        return self.X[index], 0 if self.y is None else int(self.y[index])


def plain(module, **settings):
    """Return skorch's own classifier with the settings of `BLSTMClassifier`."""
    return NeuralNetClassifier(
        module,
        optimizer=torch.optim.Adamax,
        lr=1e-3,
        batch_size=BATCH,
        iterator_train__shuffle=True,
        train_split=None,
        verbose=0,
        **settings,
    )


def train_classifier(X, y, epochs, device, **settings):
    BLSTMClassifier(max_epochs=epochs, batch_size=BATCH, random_state=0, device=device, **settings).fit(X, y)


def train_in_threads(X, y, epochs, device, n_networks):
    job = delayed(train_classifier)(X, y, epochs, device)
    Parallel(n_jobs=n_networks, backend="threading")([job] * n_networks)


def train_padded(X, y, epochs, device):
    padded = pad_sequence([torch.from_numpy(sample) for sample in X], batch_first=True).numpy()
    lengths = np.array([len(sample) for sample in X])
    plain(PlainNet, max_epochs=epochs, device=device).fit({"X": padded, "lengths": lengths}, y)


def train_packed(X, y, epochs, device):
    settings = {"dataset": Sequences, "iterator_train__collate_fn": collate, "classes": range(N_CLASSES)}
    plain(PackedNet, max_epochs=epochs, device=device, **settings).fit(X, y)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--samples", type=int, default=512)
    parser.add_argument("--epochs", type=int, default=2, help="epochs a round")
    parser.add_argument("--device", default="cpu", help="torch device, such as cuda")
    parser.add_argument("--networks", type=int, default=35, help="in threads, on a GPU")
    parser.add_argument("--only", nargs="*", help="contenders to run (default: all)")
    parser.add_argument("--quick", action="store_true", help="under a minute")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.samples, arguments.epochs = 1, 128, 1
    torch.set_num_threads(arguments.threads)
    X, y = make_sequences(arguments.samples)
    contenders = {
        "BLSTMClassifier": train_classifier,
        "BLSTMClassifier, bfloat16": partial(train_classifier, precision="bfloat16"),
        "skorch, padded to the longest": train_padded,
        "skorch, packed": train_packed,
    }
    in_threads = f"{arguments.networks} BLSTMClassifiers in threads"
    if arguments.device != "cpu":
        contenders[in_threads] = partial(train_in_threads, n_networks=arguments.networks)
    if arguments.only:
        contenders = {name: contenders[name] for name in arguments.only}
    seconds = {name: [] for name in [*contenders, "limit"]}
    for train in contenders.values():
        train(X[:BATCH], y[:BATCH], 1, arguments.device)  # warm up
    for _ in range(arguments.rounds):
        for name, train in contenders.items():
            start = perf_counter()
            train(X, y, arguments.epochs, arguments.device)
            n_networks = arguments.networks if name == in_threads else 1
            seconds[name].append((perf_counter() - start) / n_networks)
        seconds["limit"].append(arguments.epochs * multiply_adds(X) / sgemm_rate(device=arguments.device))
    rate = pd.DataFrame(seconds).rdiv(arguments.epochs * len(X))
    table = pd.DataFrame({"samples_a_second": rate.median(), "lowest": rate.min(), "highest": rate.max()})
    table.index.name = "contender"
    # Compare within a round, since the machine's speed changes from round to round.
    table["classifier_is_times_as_fast"] = rate.rdiv(rate["BLSTMClassifier"], axis=0).median()
    report(table, f"training_speed_{arguments.device}", quick=arguments.quick)


if __name__ == "__main__":
    main()
