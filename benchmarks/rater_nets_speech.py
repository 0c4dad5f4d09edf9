"""Compare networks that learn from all raters at once with the paper's BLSTM, on recorded speech.

    python benchmarks/rater_nets_speech.py [--raters annot_mix ...] [--seeds 1] [--epochs 40] [--quick]

Frames, folds and settings are as in `paper_table.py` on speechocean762's prosody scores, five folds by
speaker. The networks of all raters have the paper's BLSTM below their rater models. Their UAR against the
majority is compared with that of crowd-hard; the 95 % intervals are computed by a bootstrap over speakers.
Writes results/rater_nets_speech.csv.
"""

import argparse
import tempfile
from pathlib import Path

import pandas as pd
from _report import report
from paper_table import folds, load

from sklearn_raters import BLSTMClassifier, MultiRaterStackingClassifier, RaterNetClassifier
from sklearn_raters.model_selection import compare
from sklearn_raters.networks import RATER_MODELS
from sklearn_raters.ratings import Task


def models(raters, epochs):
    """Return the models to compare, by name."""
    network = BLSTMClassifier(max_epochs=epochs)
    rows = {
        view.replace("_", "-"): MultiRaterStackingClassifier(network, views=[view], fusion="mean")
        for view in ("crowd_hard", "crowd_soft")
    }
    return rows | {name: RaterNetClassifier(name, max_epochs=epochs) for name in raters}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--raters", nargs="+", default=list(RATER_MODELS), choices=list(RATER_MODELS), metavar="MODEL"
    )
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="two models, two epochs: a minute or two")
    parser.add_argument("--cache", default=str(Path(tempfile.gettempdir()) / "sklearn_raters_paper_table"))
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.raters, arguments.seeds, arguments.epochs = ["multitask", "annot_mix"], 1, 2
    bunch, frames, _ = load("speechocean762", Path(arguments.cache))
    tables = [
        compare(
            models(arguments.raters, arguments.epochs),
            frames,
            Task(bunch.Y, bunch.classes),
            groups=bunch.sessions,
            cv=folds(bunch),
            n_jobs=arguments.jobs,
            random_state=seed,
            verbose=1,
        )
        for seed in range(arguments.seeds)
    ]
    rows = pd.concat(tables, keys=range(arguments.seeds), names=["seed"])
    report(rows, "rater_nets_speech", quick=arguments.quick)


if __name__ == "__main__":
    main()
