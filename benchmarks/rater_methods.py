"""Every method for several raters side by side, and the peers' beside them.

    python benchmarks/rater_methods.py [--seeds 5] [--crowds objective ...] [--methods stack ...] [--quick]
    python benchmarks/rater_methods.py --steps

Simulated crowds (`make_rated_samples`): "objective" has one true answer, experts, spammers and biased
raters, 5 votes a sample; "sparse" the same with one vote a sample; "camps" two camps of six raters who call
half of the classes by different names, so that each rater's own labels are the question. Speech:
openSMILE's functionals of the made corpus and of speechocean762's prosody scores; each seed tests another
fold. All networks have one trunk of 128 units and train 50 epochs by Adam, batches of 64, else at their
defaults, ours and the peers' (scikit-activeml, crowd-kit, cleanlab, where they are installed).
Seeds start at 10, since `truth_stack` was designed on the simulated crowds of seeds 0 to 2. `conal` and
`annot_mix` were mended after peers were ahead on these very crowds.

Writes results/rater_methods.csv; rater_methods_best.csv, the best method here less the best peer by seed,
both picked on the other seeds; and rater_methods_pairs.csv, our form of a peer's method less
the peer's. With --steps: stack_steps.csv, what each step gives a stack where one answer is right.
"""

import argparse

import pandas as pd
from _crowds import SIMULATED, SPEECH
from _methods import METHODS, PAIRS, PEERS, STEPS, measure
from _report import report
from sklearn.utils.parallel import delayed

from sklearn_raters._parallel import run_jobs

FIRST_SEED = 10


def by_seed_of(rows):
    """Yield, by crowd, the score's name, the scores and the seconds, a row a seed and a column a method."""
    for name, own in rows.groupby("crowd", sort=False):
        score = "accuracy" if own["accuracy"].notna().any() else "uar_of_majority"
        pivots = (own.pivot(index="seed", columns="method", values=value) for value in (score, "seconds"))
        yield name, score, *(pivot.dropna(axis=1) for pivot in pivots)


def spread(gap):
    return {"difference": gap.mean(), "lowest": gap.min(), "highest": gap.max(), "sd": gap.std()}


def scores_of_best(scores):
    """Return a score a seed, each of the method that is the best on the other seeds."""
    if len(scores) == 1:
        return scores.max(axis=1)
    return pd.Series({seed: scores.loc[seed, scores.drop(seed).mean().idxmax()] for seed in scores.index})


def best_of_both(rows):
    """Return, by crowd, the best method here and the best peer, and their paired difference over seeds.

    What trains on true labels or on another package's consensus is neither's.
    """
    table = []
    of_labels = rows["method"].str.endswith(("true labels", ", then network"))
    for name, score, scores, _ in by_seed_of(rows[~of_labels]):
        of_peers = scores.columns.isin(list(PEERS))
        if of_peers.any() and not of_peers.all():
            here, there = scores.loc[:, ~of_peers], scores.loc[:, of_peers]
            found = {"crowd": name, "here": here.mean().idxmax(), "peer": there.mean().idxmax()}
            gap = scores_of_best(here) - scores_of_best(there)
            table.append({**found, "score": score, **spread(gap)})
    return pd.DataFrame(table).set_index("crowd") if table else None


def peer_by_peer(rows):
    """Return, by crowd and peer's method, ours against it: scores over seeds, and times as fast."""
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
    parser.add_argument("--steps", action="store_true", help="of the stack, where one answer is right")
    parser.add_argument("--name", default="rater_methods", help="of the CSV files")
    parser.add_argument("--quick", action="store_true", help="a minute or two; simulated crowds only")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.seeds, arguments.samples, arguments.epochs = 1, 300, 5
        arguments.crowds = list(SIMULATED)
    if arguments.steps:
        arguments.crowds, arguments.methods, arguments.name = ["objective"], list(STEPS), "stack_steps"
    jobs = [
        delayed(measure)(name, method, seed, arguments.samples, arguments.epochs)
        for name in arguments.crowds
        for seed in range(FIRST_SEED, FIRST_SEED + arguments.seeds)
        for method in arguments.methods
        if name in SIMULATED or method != "true labels"
    ]
    rows = pd.DataFrame(run_jobs(jobs, len(jobs), n_jobs=-1, description="Methods", verbose=1))
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
    for name, compared in (("best", best_of_both(rows)), ("pairs", peer_by_peer(rows))):
        if compared is not None:
            report(compared, f"{arguments.name}_{name}", quick=arguments.quick)


if __name__ == "__main__":
    main()
