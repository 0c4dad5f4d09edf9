"""Compare the speed of prediction by all seven views with the machine's limit, for one utterance and many.

    python benchmarks/prediction_speed.py [--rounds 5] [--threads 2] [--utterances 1000] [--quick]

The networks, trained for one epoch, predict one utterance of 5 s and utterances with IEMOCAP's durations;
each round runs every contender. Prints the median milliseconds of a call over the rounds. "share_of_limit" is
the time in which sgemm, as measured in the same round, would do the networks' multiply-adds without padding,
divided by the time of the call.
"""

import argparse
from time import perf_counter

import numpy as np
import pandas as pd
import torch
from _limit import multiply_adds, sgemm_rate
from _report import report
from _sequences import N_FEATURES, make_ratings, make_sequences

from sklearn_raters import BLSTMClassifier, FramePooler, MultiRaterStackingClassifier

N_RATERS = 5  # with the two views of the crowd: the paper's seven views
N_FRAMES, POOLED = 500, 5  # 5 s, and frames a step


def fit_stack():
    """Return a stack of seven networks, each trained for one epoch."""
    X, y = make_sequences(64)
    network = BLSTMClassifier(max_epochs=1, device="cpu")
    stack = MultiRaterStackingClassifier(network, fusion="logistic", random_state=0)
    return stack.fit(X, make_ratings(y, N_RATERS))


def make_contenders(stack, one, many):
    """Return {(name, n_utterances): (function, its X after pooling, number of networks)}."""
    pooler = FramePooler(POOLED).fit(one)
    pooled, network, n_views = pooler.transform(one), stack.estimators_[0], len(stack.views_)

    def from_frames(X):
        return stack.predict_proba_views(pooler.transform(one))

    contenders = {("FramePooler, predict_proba_views", 1): (from_frames, pooled, n_views)}
    for X in (pooled, many):
        contenders["predict_proba_views", len(X)] = stack.predict_proba_views, X, n_views
        contenders["predict_proba", len(X)] = stack.predict_proba, X, n_views
        contenders["one network's predict_proba", len(X)] = network.predict_proba, X, 1
        contenders["one network's transform", len(X)] = network.transform, X, 1
    return contenders


def seconds_a_call(call, X, n_calls):
    """Return the median seconds of several calls."""
    seconds = []
    for _ in range(n_calls):
        start = perf_counter()
        call(X)
        seconds.append(perf_counter() - start)
    return np.median(seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--utterances", type=int, default=1000)
    parser.add_argument("--calls", type=int, default=20, help="calls a round for the one utterance")
    parser.add_argument("--quick", action="store_true", help="under a minute")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.utterances, arguments.calls = 1, 200, 5
    torch.set_num_threads(arguments.threads)
    rng = np.random.default_rng(0)
    one = [rng.normal(size=(N_FRAMES, N_FEATURES)).astype(np.float32)]
    many, _ = make_sequences(arguments.utterances, seed=1)
    contenders = make_contenders(fit_stack(), one, many)
    names = pd.MultiIndex.from_tuples(contenders, names=["contender", "utterances"])
    adds = pd.Series([n * multiply_adds(X, backward=False) for _, X, n in contenders.values()], index=names)
    seconds, share = (pd.DataFrame(index=range(arguments.rounds), columns=names, dtype=float) for _ in "ab")
    for call, X, _ in contenders.values():
        call(X[:100])  # warm up
    for number in range(arguments.rounds):
        for name, (call, X, _) in contenders.items():
            n_calls = arguments.calls if len(X) == 1 else 1
            seconds.loc[number, name] = seconds_a_call(call, X, n_calls)
        # Compare within a round, since the machine's speed changes from round to round.
        share.loc[number] = adds / sgemm_rate() / seconds.loc[number]
    milliseconds = 1000 * seconds
    table = pd.DataFrame({"milliseconds": milliseconds.median()})
    table["lowest"], table["highest"] = milliseconds.min(), milliseconds.max()
    table["utterances_a_second"] = names.get_level_values("utterances") / seconds.median()
    table["share_of_limit"] = share.median()
    report(table, "prediction_speed", quick=arguments.quick)


if __name__ == "__main__":
    main()
