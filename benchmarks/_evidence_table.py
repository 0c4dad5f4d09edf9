"""The table of `evidence.py`: scores of all stored units, and differences with intervals."""

from dataclasses import dataclass
from itertools import combinations

import joblib
import numpy as np
import pandas as pd
from _evidence_rows import (
    ALL_VIEWS,
    CROWD_HARD,
    DECIDING,
    FAMILIES,
    HARD_ENSEMBLE,
    MEAN_OF_VIEWS,
    PAIR,
    WEIGHTED,
    rows_of,
    runs_once,
)
from _evidence_tasks import DRAWN, TASKS

from sklearn_raters.consensus import hard_labels, soft_labels
from sklearn_raters.metrics import expected_calibration_error, soft_cross_entropy
from sklearn_raters.stacking import FUSIONS

BASELINES = (CROWD_HARD, PAIR, HARD_ENSEMBLE, ALL_VIEWS)
# UAR as predicted; of probabilities divided by the class shares of the training part's majority labels; and
# of probabilities divided by their own mean over the training part, for views that learn smoothed labels.
METRICS = ("uar", "balanced", "own_balanced")
N_DRAWS = 2000


@dataclass
class Judged:
    """What the tested samples of a task are judged by, fold after fold."""

    codes: np.ndarray  # (n_tested,): class of the truth or the majority, -1 without
    groups: np.ndarray  # (n_tested,): numbers of groups
    soft: np.ndarray  # (n_tested, n_classes): shares of the votes, NaN where not rated
    shares: np.ndarray  # (n_tested, n_classes): of the majority labels in the fold's training part
    raters: dict  # from rater to (n_tested, n_classes): shares of this rater's votes, NaN where not rated


@dataclass
class Predicted:
    """Predictions of one row for the tested samples: three arrays of shape (n_tested, n_classes)."""

    proba: np.ndarray  # of the consensus
    soft: np.ndarray  # of the shares of the raters; the same where a row does not tell them apart
    own_shares: np.ndarray  # the row's mean probabilities over the training part of the fold


@dataclass
class Result:
    """Scores of one row on one seed, and its UAR in each draw of the bootstrap."""

    scores: dict
    draws: dict  # from metric to (n_draws,)


def codes_of(labels, classes):
    """Return the index of each label among the classes, -1 where there is none."""
    place = {name: index for index, name in enumerate(classes)}
    return np.array([place.get(label, -1) for label in labels])


def judge(task):
    """Return what the tested samples of a task are judged by."""
    classes = task.ratings.classes
    majority = codes_of(hard_labels(task.ratings), classes)
    tested = np.concatenate([test for _, test in task.folds])
    shares = []
    for train, test in task.folds:
        counts = np.bincount(majority[train][majority[train] >= 0], minlength=len(classes))
        shares += [counts / counts.sum()] * len(test)
    groups = np.unique(task.groups[tested], return_inverse=True)[1]
    raters = {rater: soft_of(task.ratings.of_rater(rater))[tested] for rater in task.ratings.raters}
    codes = codes_of(task.labels(), classes)[tested]
    return Judged(codes, groups, soft_of(task.ratings)[tested], np.array(shares), raters)


def soft_of(ratings):
    """Return the shares of the votes, also where the majority is outside the classes."""
    return soft_labels(ratings, alpha=0, outside_majority="keep")


def draw_groups(n_groups):
    """Draw groups with replacement; return how often each one is drawn, shape (n_draws, n_groups)."""
    rng = np.random.default_rng(0)
    return rng.multinomial(n_groups, np.full(n_groups, 1 / n_groups), size=N_DRAWS).astype(float)


def counts_by_group(judged, counted):
    """Return the number of samples of each group and class for which `counted` is true."""
    chosen = (judged.codes >= 0) & counted
    counts = np.zeros((judged.groups.max() + 1, judged.shares.shape[1]))
    np.add.at(counts, (judged.groups[chosen], judged.codes[chosen]), 1)
    return counts


def uar_of(hits, support):
    """Return the mean recall over the classes that have samples, in percent; the last axis holds classes."""
    with np.errstate(invalid="ignore"):
        return 100 * np.nanmean(hits / support, axis=-1)


def score(row, judged, weights, predicted):
    """Score the predictions of one row on one seed."""
    proba = predicted.proba
    shares = judged.shares, predicted.own_shares
    is_balanced = row == DECIDING or row.endswith(WEIGHTED)
    balanced = [proba if is_balanced else proba / np.maximum(share, 1e-9) for share in shares]
    support = counts_by_group(judged, True)
    scores, draws = {}, {}
    for metric, values in zip(METRICS, (proba, *balanced), strict=True):
        hits = counts_by_group(judged, values.argmax(axis=1) == judged.codes)
        scores[metric] = uar_of(hits.sum(axis=0), support.sum(axis=0))
        draws[metric] = uar_of(weights @ hits, weights @ support)
    known, rated = judged.codes >= 0, ~np.isnan(judged.soft[:, 0])
    scores["accuracy"] = 100 * np.mean(proba.argmax(axis=1)[known] == judged.codes[known])
    if row != DECIDING:
        truth, soft = judged.soft[rated], exact(predicted.soft[rated])
        scores["soft_cross_entropy"] = soft_cross_entropy(truth, soft)
        scores["soft_calibration_error"] = 100 * expected_calibration_error(truth, soft)
        labels = np.eye(proba.shape[1])[judged.codes[known]]
        scores["calibration_error"] = 100 * expected_calibration_error(labels, exact(proba[known]))
    return Result(scores, draws)


def exact(proba):
    """Return float32 rows as float64 that sum to 1 as closely as the metrics ask."""
    return proba / proba.sum(axis=1, keepdims=True, dtype=float)


def score_raters(units, judged):
    """Score what a row says of each rater, all votes of all raters together; nothing if it says nothing."""
    raters = [r for r in units[0].get("raters", ()) if all(r in unit["raters"] for unit in units)]
    said, voted = [], []
    for rater in raters:
        proba = np.concatenate([unit["rater_proba"][:, unit["raters"].index(rater)] for unit in units])
        rated = ~np.isnan(judged.raters[rater][:, 0])
        said.append(exact(proba[rated]))
        voted.append(judged.raters[rater][rated])
    if not raters:
        return {}
    said, voted = np.concatenate(said), np.concatenate(voted)
    error = 100 * expected_calibration_error(voted, said)
    return {"raters_cross_entropy": soft_cross_entropy(voted, said), "raters_calibration_error": error}


def load_row(folder, seed, n_folds):
    """Return the units of one row and seed, or None if a fold is missing."""
    paths = [folder / f"seed{seed}-fold{fold}.joblib" for fold in range(n_folds)]
    return [joblib.load(path) for path in paths] if all(path.exists() for path in paths) else None


def predictions(row, units, judged):
    """Yield the predictions of a row by name, and after the mean of all views, those of the raters' views."""
    proba = np.concatenate([unit["proba"] for unit in units])
    soft = np.concatenate([unit.get("soft_labels", unit["proba"]) for unit in units])
    parts = [np.broadcast_to(unit["own_shares"], unit["proba"].shape) for unit in units]
    yield row, Predicted(proba, soft, np.concatenate(parts))
    for rater in units[0]["raters"] if row == MEAN_OF_VIEWS else ():
        if all(rater in unit["raters"] for unit in units):
            columns = [unit["rater_proba"][:, unit["raters"].index(rater)] for unit in units]
            proba = np.concatenate(columns)
            yield f"rater {rater}", Predicted(proba, proba, judged.shares)


def results_of_task(name, family, cache, quick):
    """Return {row: {seed: Result}} of one task and family."""
    folder = cache / "units" / name / family
    seeds = sorted({int(path.name.split("-")[0][4:]) for path in folder.glob("*/seed*.joblib")})
    results, judged = {}, None
    for seed in seeds:
        if judged is None or name in DRAWN:
            task = TASKS[name](seed, cache, quick)
            judged = judge(task)
            weights = draw_groups(judged.groups.max() + 1)
        for trained in rows_of(family):
            units = load_row(folder / trained, seed, len(task.folds))
            for row, predicted in predictions(trained, units, judged) if units else ():
                result = score(row, judged, weights, predicted)
                single = row != trained
                result.scores |= {} if single else score_raters(units, judged)
                result.scores["trainings"] = 1 if single else np.mean([unit["trainings"] for unit in units])
                result.scores["seconds"] = np.nan if single else np.mean([unit["seconds"] for unit in units])
                results.setdefault(row, {})[seed] = result
    # Rows that are the same for every seed were run on the first one only.
    for row, of_row in results.items():
        if runs_once(name, family, row):
            of_row |= {seed: of_row[0] for seed in seeds if 0 in of_row}
    return results


def difference(results, baseline, metric):
    """Return the mean difference over the seeds of both rows, and its 95 % interval over groups and seeds."""
    seeds = sorted(results.keys() & baseline.keys())
    if not seeds:
        return [np.nan] * 3
    pairs = [(results[seed], baseline[seed]) for seed in seeds]
    gaps = np.array([a.draws[metric] - b.draws[metric] for a, b in pairs])
    drawn = np.random.default_rng(1).integers(len(seeds), size=gaps.shape)
    gaps = np.take_along_axis(gaps, drawn, axis=0).mean(axis=0)
    found = np.mean([a.scores[metric] - b.scores[metric] for a, b in pairs])
    return [found, *np.quantile(gaps, [0.025, 0.975])]


def table_row(results, of_task):
    """Return the columns of one row: means over seeds, and differences to the baselines."""
    scores = pd.DataFrame([result.scores for result in results.values()])
    columns = {"seeds": len(results), **scores.mean()}
    columns |= {f"{metric}_seed_sd": scores[metric].std() for metric in METRICS}
    for metric in METRICS:
        for baseline in BASELINES:
            name = f"{metric} to {baseline}"
            names = [name, f"{name}, low", f"{name}, high"]
            columns |= dict(zip(names, difference(results, of_task.get(baseline, {}), metric), strict=True))
    return columns


def make_table(cache, quick):
    """Return the table of all stored units, indexed by task, family and row."""
    rows = {}
    for name in TASKS:
        for family in FAMILIES:
            of_task = results_of_task(name, family, cache, quick)
            rows |= {(name, family, row): table_row(of, of_task) for row, of in of_task.items()}
    if not rows:
        raise SystemExit(f"no units are stored for all folds of a task in {cache}")
    return pd.DataFrame(rows).T.rename_axis(["task", "family", "row"])


def with_earlier_rows(table, path):
    """Return the table with the rows of an earlier file, but for those of which as many seeds are stored."""
    if not path.exists():
        return table
    earlier = pd.read_csv(path).set_index(table.index.names)
    fewer = table["seeds"] < earlier["seeds"].reindex(table.index).fillna(0)
    rows = earlier.to_dict("index") | table[~fewer].to_dict("index")
    places = sorted(rows, key=lambda place: (list(TASKS).index(place[0]), FAMILIES.index(place[1])))
    merged = pd.DataFrame([rows[place] for place in places], columns=table.columns)
    return merged.set_index(pd.MultiIndex.from_tuples(places, names=table.index.names))


def duels(table, metric):
    """Count the tasks in which "all views" wins, ties and loses against each row, by the 95 % interval."""
    name = f"{metric} to {ALL_VIEWS}"
    compared = table.dropna(subset=name)
    compared = compared[~compared.index.get_level_values("row").str.startswith("rater ")]
    wins, losses = compared[f"{name}, high"] < 0, compared[f"{name}, low"] > 0
    counts = pd.DataFrame({"win": wins, "tie": ~(wins | losses), "loss": losses})
    by_row = counts.groupby(level=["family", "row"], sort=False).sum()
    means = compared.assign(gain=-compared[name]).groupby(level=["family", "row"], sort=False)
    return by_row.join(means[["gain", "trainings", "seconds"]].mean()).drop(index=ALL_VIEWS, level="row")


def decide_on_halves(scores):
    """Find the best row on every half of the tasks, and whether it is the best on the other half too.

    Parameters
    ----------
    scores : DataFrame of shape (n_rows, n_tasks)
        Scores, of which the highest is best; a row is judged by its mean.

    Returns
    -------
    DataFrame
        For each row, on how many halves it is "best", and how often the other half has "confirmed" it.
    """
    found, size = [], scores.shape[1] // 2
    for half in map(list, combinations(scores, size) if size else ()):
        best, on_others = (part.mean(axis=1).idxmax() for part in (scores[half], scores.drop(columns=half)))
        found.append((best, 1, int(best == on_others)))
    return pd.DataFrame(found, columns=["row", "best", "confirmed"]).groupby("row").sum()


def fusions_on_halves(table, metric):
    """Decide between the fusions of all views on halves of the tasks, without the simulated crowds."""
    rows = [ALL_VIEWS, *(f"{ALL_VIEWS}, {name}" for name in FUSIONS)]
    of_tables = table[table.index.get_level_values("family") == "table"].droplevel("family")
    scores = of_tables[metric].astype(float).unstack("task").reindex(index=rows)
    return decide_on_halves(scores.drop(columns=DRAWN & set(scores)).dropna(how="all").dropna(axis=1))


def print_summary(table):
    """Print the main rows of each task, and wins, ties and losses of "all views"."""
    main = [*BASELINES, "crowd_soft", MEAN_OF_VIEWS]
    shown = table[table.index.get_level_values("row").isin(main)]
    columns = [*METRICS, "accuracy", "soft_cross_entropy", "trainings", "seconds", "seeds"]
    with pd.option_context("display.width", 200, "display.max_rows", None, "display.max_columns", None):
        print(shown[columns].round(2))
        for metric in METRICS:
            print(f"\n{metric}: tasks in which {ALL_VIEWS!r} wins, ties and loses; gain: mean difference")
            print(duels(table, metric).round(1))
            print(f"\n{metric}: halves of the tasks on which a fusion of {ALL_VIEWS!r} is best")
            print(fusions_on_halves(table, metric))
