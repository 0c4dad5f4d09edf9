"""Compare the stack with everything of equal cost, on all data at hand: which default wins, and where.

    python benchmarks/evidence.py [--tasks ...] [--rows ...] [--seeds 5] [--family table frames] [--jobs 2]
    python benchmarks/evidence.py --quick

Tasks: four scores of speechocean762 (folds by speaker), a listening test in five bands (folds by
recording), abuse of chatbots in two and five classes (published split), synthetic speech (folds by session),
and simulated crowds, judged by the true labels. Families: "table" learns functionals or TF-IDF, with logistic
regressions as views; "frames" learns frames, with the paper's BLSTM as views (slow). The rows are in
`_evidence_rows.py`; apart from seeds they have the package's defaults. --tasks and --rows take names or
patterns such as "speechocean762*".

Every row sees the same folds and the same front end: features scaled by speaker, over the training part, or
both side by side, chosen inside the training part by a search over `FrontEndScaler`.

Each task, row, seed and fold is one unit. Its result is stored in the cache folder at once, and units that
are stored are not run again, except with --again, which a changed package needs. So the command can be
stopped and resumed, and what is given by --tasks, --rows and --seeds adds to what is there. --only-table runs
nothing.

Writes results/evidence.csv from all stored units (see `_evidence_table.py`), and prints wins, ties and losses
of "all views" against every other row. A row of the file stays where fewer of its seeds are stored, so that
a cache that was lost costs no rows; but a changed package needs a new file too.
"""

import argparse
import tempfile
import warnings
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from shutil import rmtree
from time import perf_counter, strftime

import numpy as np
import torch
from _evidence_rows import (
    ALL_VIEWS,
    CROWD_HARD,
    FAMILIES,
    MEAN_OF_VIEWS,
    PeerClassifier,
    Setting,
    count_trainings,
    rows_of,
    runs_once,
)
from _evidence_table import BASELINES, make_table, print_summary, with_earlier_rows
from _evidence_tasks import DRAWN, TASKS, front_end, store
from _peers import installed_peers
from _report import RESULTS, machine
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

QUICK = {
    "table": (
        ["mushra", "convabuse binary", "five_votes"],
        [*BASELINES, MEAN_OF_VIEWS, "class shares", "annot_mix", "tuned LogisticRegression"],
    ),
    "frames": (["mushra"], [CROWD_HARD, MEAN_OF_VIEWS, "multitask"]),
}
QUICK_EPOCHS = 2


def matching(names, patterns):
    """Return the names that fit at least one pattern, in their order."""
    unused = [pattern for pattern in patterns if not any(fnmatch(name, pattern) for name in names)]
    if unused:
        raise SystemExit(f"no name fits {', '.join(unused)}; the names are: {', '.join(names)}")
    return [name for name in names if any(fnmatch(name, pattern) for pattern in patterns)]


def unit_path(cache, task, family, row, seed, fold):
    return cache / "units" / task / family / row / f"seed{seed}-fold{fold}.joblib"


def mean_proba(model, train, ratings):
    """Return a model's mean probabilities over its training part: how often it expects each class."""
    if isinstance(model, PeerClassifier):  # trains anew in each prediction: take the shares of the majority
        majority = ratings.majority()
        n_classes = len(ratings.classes)
        counts = np.bincount(majority[(majority >= 0) & (majority < n_classes)], minlength=n_classes)
        return counts / counts.sum()
    return model.predict_proba(train).mean(axis=0)


def run_unit(row, setting, parts, ratings, groups):
    """Train one row on a training part; return predictions for the test part, seconds and trainings."""
    train, test = (parts.dense_train, parts.dense_test) if row.dense else (parts.train, parts.test)
    model = row.make(setting)
    n_trainings = count_trainings(model, train, ratings, groups)
    start = perf_counter()
    model.fit(train, ratings, groups=groups)
    seconds = perf_counter() - start
    if hasattr(model, "view_fit_time_"):
        # Views that an earlier row of this fold has trained count in full.
        of_views = sum(model.view_fit_time_.values())
        seconds = max(seconds, model.kernel_choice_time_ + of_views + model.fusion_fit_time_)
    start = perf_counter()
    unit = {"proba": np.float32(model.predict_proba(test))}
    unit |= {"seconds": seconds + perf_counter() - start, "trainings": n_trainings}
    if len(raters := getattr(model, "raters_", ())):
        unit |= {"raters": list(raters), "rater_proba": np.float32(model.predict_proba_raters(test))}
    unit["own_shares"] = mean_proba(model, train, ratings)
    if hasattr(model, "predict_soft_labels"):
        unit["soft_labels"] = np.float32(model.predict_soft_labels(test))
    return unit


def run_fold(name, family, seed, fold, rows, cache, quick):
    """Run the rows that are given on one fold of a task, and store each result; return the errors."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    task = TASKS[name](seed, cache, quick)
    train, _ = task.folds[fold]
    ratings, groups = task.ratings.take(train), task.groups[train]
    place = f"{name}-{seed if name in DRAWN else 0}-{fold}"
    views = cache / "views" / f"{name}-{family}-{seed}-{fold}"
    errors = []
    with threadpool_limits(1):
        parts = front_end(task, fold, family, cache / "scaling" / f"{place}.joblib")
        setting = Setting(family, seed, QUICK_EPOCHS if quick else None, str(views))
        default = rows_of(family)[ALL_VIEWS].make(setting)
        setting = replace(setting, n_trainings=count_trainings(default, parts.train, ratings, groups))
        for row in rows:
            start, what = perf_counter(), f"{name}, {family}, seed {seed}, fold {fold}: {row}"
            try:
                unit = run_unit(rows_of(family)[row], setting, parts, ratings, groups)
                store(unit, unit_path(cache, name, family, row, seed, fold))
                done = f"{perf_counter() - start:.1f} s"
            except Exception as error:
                done = f"{type(error).__name__}: {' '.join(str(error).split())}"
                errors.append(f"{what}: {done}")
            print(f"{strftime('%H:%M:%S')} {what}, {done}", flush=True)
    rmtree(views, ignore_errors=True)
    return errors


def missing_jobs(arguments, cache):
    """Return the arguments of `run_fold` for all units that are not stored, the first seeds first."""
    jobs = []
    for seed in range(arguments.seeds):
        for family in arguments.family:
            tasks, rows = QUICK[family] if arguments.quick else (arguments.tasks, arguments.rows)
            for name in matching(list(TASKS), tasks):
                try:
                    task = TASKS[name](seed, cache, arguments.quick)
                except FileNotFoundError as error:
                    print(f"{name} is left out: {error}")
                    continue
                if family == "frames" and task.frames is None:
                    continue
                for fold in range(len(task.folds)):
                    wanted = [
                        row
                        for row in matching(list(rows_of(family)), rows)
                        if not (seed and runs_once(name, family, row))
                        and (arguments.again or not unit_path(cache, name, family, row, seed, fold).exists())
                    ]
                    if wanted:
                        jobs.append((name, family, seed, fold, wanted))
    return jobs


def run(arguments, cache):
    """Run all units that are not stored, and record the errors in the cache folder."""
    installed_peers()  # prints the packages that are not installed
    jobs = missing_jobs(arguments, cache)
    print(f"{sum(len(job[-1]) for job in jobs)} units in {len(jobs)} jobs, cache {cache}", flush=True)
    finished = Parallel(n_jobs=arguments.jobs, return_as="generator_unordered")(
        delayed(run_fold)(*job, cache, arguments.quick) for job in jobs
    )
    errors = []
    for number, of_job in enumerate(finished, start=1):
        errors += of_job
        print(f"{strftime('%H:%M:%S')} {number} of {len(jobs)} jobs finished", flush=True)
    (cache / "errors.txt").write_text("".join(f"{error}\n" for error in errors))
    if errors:
        print(f"{len(errors)} units failed, listed in {cache / 'errors.txt'}; the first:\n{errors[0]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", nargs="+", default=["*"], metavar="TASK", help=", ".join(TASKS))
    parser.add_argument("--rows", nargs="+", default=["*"], metavar="ROW", help="names or patterns of rows")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--family", nargs="+", default=["table"], choices=FAMILIES)
    parser.add_argument("--jobs", type=int, default=2, help="folds at once, one thread each")
    parser.add_argument("--again", action="store_true", help="run units again that are stored")
    parser.add_argument("--only-table", action="store_true", help="run nothing, read the stored units")
    parser.add_argument("--quick", action="store_true", help="few tasks, samples and epochs: three minutes")
    parser.add_argument("--cache", default=str(Path(tempfile.gettempdir()) / "sklearn_raters_evidence"))
    arguments = parser.parse_args()
    cache = Path(arguments.cache)
    if arguments.quick:
        arguments.seeds, arguments.family, cache = 1, list(FAMILIES), cache / "quick"
    cache.mkdir(parents=True, exist_ok=True)
    if not arguments.only_table:
        run(arguments, cache)
    path = RESULTS / f"evidence{'_quick' if arguments.quick else ''}.csv"
    table = make_table(cache, arguments.quick).assign(**machine())
    table = table if arguments.quick else with_earlier_rows(table, path)
    print_summary(table)
    table.to_csv(path, float_format="%.5g")
    print(f"written: {path}")


if __name__ == "__main__":
    main()
