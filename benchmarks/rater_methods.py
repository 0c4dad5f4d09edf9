"""Compare all methods for several raters with each other and with methods of other packages ("peers").

    python benchmarks/rater_methods.py [--seeds 5] [--crowds five_votes ...] [--methods stack ...] [--quick]
    python benchmarks/rater_methods.py --steps

Simulated crowds (`make_rated_samples`):

- five_votes: one true class a sample; experts, biased raters and spammers; 5 votes a sample.
- one_vote: the same with 1 vote a sample.
- two_conventions: two groups of six raters, who give half of the classes different names. On this crowd, each
  rater's own labels are predicted too.

Speech: openSMILE's functionals of the synthetic corpus and of speechocean762's prosody scores; each seed
tests another fold. Every network has one hidden layer of 128 units and trains 50 epochs by Adam in batches of
64; all other parameters have each method's defaults. Peers are scikit-activeml, crowd-kit and cleanlab, where
installed. Seeds start at 10, because `truth_stack` was designed on the simulated crowds of seeds 0 to 2.
`conal` and `annot_mix` were improved after peers had scored higher on the same crowds.

Writes results/rater_methods.csv and, by seed, rater_methods_by_seed.csv. rater_methods_best.csv compares the
best method here with the best peer, both chosen on the other seeds; rater_methods_pairs.csv compares the
methods that a peer offers too. With --steps: stack_steps.csv, the gain of each change to the paper's stack.
"""

import argparse

import pandas as pd
from _crowds import SIMULATED, SPEECH
from _methods import METHODS, PAIRS, PEERS, STEPS, measure
from _report import report
from sklearn.utils.parallel import Parallel, delayed

FIRST_SEED = 10


def by_seed_of(rows):
    """Yield for each crowd its name, the score's name, the scores and the seconds (seeds x methods)."""
    for name, part in rows.groupby("crowd", sort=False):
        score = "accuracy" if part["accuracy"].notna().any() else "uar_of_majority"
        pivots = (part.pivot(index="seed", columns="method", values=value) for value in (score, "seconds"))
        yield name, score, *(pivot.dropna(axis=1) for pivot in pivots)


def spread(gap):
    return {"difference": gap.mean(), "lowest": gap.min(), "highest": gap.max(), "sd": gap.std()}


def scores_of_best(scores):
    """Return for each seed the score of the method that is best on the other seeds."""
    if len(scores) == 1:
        return scores.max(axis=1)
    return pd.Series({seed: scores.loc[seed, scores.drop(seed).mean().idxmax()] for seed in scores.index})


def best_of_both(rows):
    """Return for each crowd the best method here, the best peer, and their paired difference over seeds.

    Networks trained on the true labels or on a consensus belong to neither side and are left out.
    """
    table = []
    on_labels = rows["method"].str.endswith(("true labels", ", then network"))
    for name, score, scores, _ in by_seed_of(rows[~on_labels]):
        of_peers = scores.columns.isin(list(PEERS))
        if of_peers.any() and not of_peers.all():
            here, there = scores.loc[:, ~of_peers], scores.loc[:, of_peers]
            names = {"crowd": name, "here": here.mean().idxmax(), "peer": there.mean().idxmax()}
            gap = scores_of_best(here) - scores_of_best(there)
            table.append({**names, "score": score, **spread(gap)})
    return pd.DataFrame(table).set_index("crowd") if table else None


def peer_by_peer(rows):
    """Compare each peer with the same method here on each crowd: difference of scores, ratio of speeds."""
    table = []
    for name, score, scores, seconds in by_seed_of(rows):
        for there, here in PAIRS.items():
            if {there, here} <= set(scores):
                found = {"crowd": name, "peer": there, "here": here, "score": score}
                found |= {"ours": scores[here].mean(), "theirs": scores[there].mean()}
                faster = (seconds[there] / seconds[here]).median()
                table.append({**found, **spread(scores[here] - scores[there]), "times_as_fast": faster})
    return pd.DataFrame(table).set_index(["crowd", "peer"]) if table else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--crowds", nargs="+", default=[*SIMULATED, *SPEECH], choices=[*SIMULATED, *SPEECH])
    parser.add_argument(
        "--methods", nargs="+", default=list(METHODS), choices=list(METHODS), metavar="METHOD"
    )
    parser.add_argument("--steps", action="store_true", help="compare changes to the stack on five_votes")
    parser.add_argument("--name", default="rater_methods", help="name of the CSV files")
    parser.add_argument("--quick", action="store_true", help="a minute or two; simulated crowds only")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.seeds, arguments.samples, arguments.epochs = 1, 300, 5
        arguments.crowds = list(SIMULATED)
    if arguments.steps:
        arguments.crowds, arguments.methods, arguments.name = ["five_votes"], list(STEPS), "stack_steps"
    jobs = [
        delayed(measure)(name, method, seed, arguments.samples, arguments.epochs)
        for name in arguments.crowds
        for seed in range(FIRST_SEED, FIRST_SEED + arguments.seeds)
        for method in arguments.methods
        if name in SIMULATED or method != "true labels"
    ]
    rows = pd.DataFrame(Parallel(n_jobs=-1, verbose=1)(jobs))
    if "error" in rows:
        left_out = rows.dropna(subset="error").drop_duplicates(["crowd", "method"])
        for _, row in left_out.iterrows():
            print(f"{row['crowd']}, {row['method']}: {row['error']}")
        failed = rows.groupby(["crowd", "method"])["error"].transform(lambda errors: errors.notna().any())
        rows = rows[~failed].drop(columns="error")
    report(rows.set_index(["crowd", "method", "seed"]), f"{arguments.name}_by_seed", quick=arguments.quick)
    by_method = rows.drop(columns="seed").groupby(["crowd", "method"], sort=False)
    table = by_method.mean()
    for score in ("accuracy", "uar_of_majority"):
        table.insert(table.columns.get_loc(score) + 1, f"{score}_sd", by_method[score].std(ddof=1))
    report(table, arguments.name, quick=arguments.quick)
    for name, compared in (("best", best_of_both(rows)), ("pairs", peer_by_peer(rows))):
        if compared is not None:
            report(compared, f"{arguments.name}_{name}", quick=arguments.quick)


if __name__ == "__main__":
    main()
