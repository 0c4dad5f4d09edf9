"""Measure how often `rater_hints` and `rater_camps` are right on simulated crowds.

    python benchmarks/rater_hints.py [--crowds 200] [--quick]

In each crowd five of the raters rate each of 600 samples. A rater's label is drawn from the row of the true
class in the rater's confusion matrix: an honest rater is right on 60 to 90 % of the samples. "listeners" are
the six emotional raters of `make_rated_speech`, three a sample, who perceive differently but honestly.
"false_crowds" is the share of crowds with a hint at an honest rater, "false_camps" that of crowds without
camps in which camps were found, "found" the share of the doubtful raters, or else of crowds with camps, that
were found as what they are; "right_camp" is the share of raters that found camps assign rightly.
"""

import argparse

import numpy as np
import pandas as pd
from _report import report

from sklearn_raters.datasets._made_raters import (
    RATERS,
    assign_raters,
    choose,
    draw_point,
    draw_topic,
    hear,
    show,
)
from sklearn_raters.datasets._voices import CUES
from sklearn_raters.ratings import Task, rater_camps, rater_hints


def honest(rng, n_classes):
    """Return the confusion matrix of a rater who is right on 60 to 90 % of the samples."""
    right = rng.uniform(0.6, 0.9)
    return right * np.eye(n_classes) + (1 - right) * (1 - np.eye(n_classes)) / max(n_classes - 1, 1)


def doubtful(kind, rng, n_classes):
    """Return the confusion matrix of a rater of a kind."""
    if kind == "random":
        return np.tile(rng.dirichlet(np.full(n_classes, 5.0)), (n_classes, 1))
    if kind == "constant":
        return np.tile(np.eye(n_classes)[rng.integers(n_classes)], (n_classes, 1))
    order = np.arange(n_classes)
    if kind == "reversed":
        return honest(rng, n_classes)[:, order[::-1]]
    if kind == "swapped":
        a, b = rng.choice(n_classes, 2, replace=False)
        order[[a, b]] = b, a
        return honest(rng, n_classes)[:, order]
    raise ValueError(kind)


def draw_crowd(rng, confusions, prior, n_samples=600, votes=5):
    """Return ratings (n_samples, n_raters) drawn from the raters' confusion matrices, -1 where not rated."""
    confusions, n_classes = np.array(confusions), len(prior)
    truth = rng.choice(n_classes, n_samples, p=prior)
    of_sample = confusions[:, truth].cumsum(axis=2).transpose(1, 0, 2)
    labels = (rng.random(of_sample.shape[:2])[:, :, None] > of_sample[:, :, :-1]).sum(axis=2)
    rank = rng.random(labels.shape).argsort(axis=1).argsort(axis=1)
    return np.where(rank < votes, labels, -1)


def draw_listeners(seed, n_samples=300):
    """Return ratings of emotional raters, a table of tuples of labels."""
    rng = np.random.RandomState(seed)
    table = pd.DataFrame(index=range(n_samples), columns=list(RATERS), dtype=object)
    teams, topic = assign_raters(n_samples, 1, rng), draw_topic(rng)
    for sample, team in enumerate(teams):
        point = draw_point(topic, rng)
        cues = show(point, np.ones(len(CUES)), 1.0, rng)
        for name in team:
            perceived = hear(RATERS[name], point, cues, 1.0, 0.5, rng)
            table.at[sample, name] = choose(RATERS[name], perceived, rng)
    return table


def measure(
    crowds, *, kinds=(), camp=0, shifted=0.5, n_honest=13, prior=(0.25,) * 4, ordered=False, **drawing
):
    """Return the rates over crowds, a row of the result; `kinds` are added to the honest raters.

    A camp names a share of the classes, `shifted`, as the next one.
    """
    prior, false_crowds, false_camps, n_found, n_right, right = np.array(prior), 0, 0, 0, 0, []
    for seed in range(crowds):
        rng = np.random.default_rng(seed)
        confusions = [honest(rng, len(prior)) for _ in range(n_honest)]
        confusions += [doubtful(kind, rng, len(prior)) for kind in kinds]
        moved = np.where(rng.permutation(len(prior)) < int(shifted * len(prior)), 1, 0)
        order = (np.arange(len(prior)) + moved) % len(prior)
        confusions += [honest(rng, len(prior))[order] for _ in range(camp)]
        ratings = draw_crowd(rng, confusions, prior, **drawing)
        task = Task(ratings, classes=range(len(prior)), missing_label=-1)
        looks = rater_hints(task, ordered=ordered).set_index("rater")["looks"]
        truth = [None] * n_honest + list(kinds) + [None] * camp
        false_crowds += any(truth[rater] is None for rater in looks.index)
        n_found += sum(looks.get(rater) == kind for rater, kind in enumerate(truth) if kind)
        camps = rater_camps(task, random_state=seed)["camp"]
        false_camps += len(camps) > 0 and not camp
        if camp:
            n_right += len(camps) > 0
            camps = camps[[truth[rater] is None for rater in camps.index]]
            theirs = np.array([rater >= n_honest for rater in camps.index])
            right += [max(np.mean(theirs == (camps == 2)), np.mean(theirs == (camps == 1)))] * (
                len(camps) > 0
            )
    return {
        "false_crowds": false_crowds / crowds,
        "false_camps": np.nan if camp else false_camps / crowds,
        "found": np.nan
        if not (camp or kinds)
        else n_found / (crowds * len(kinds))
        if kinds
        else n_right / crowds,
        "right_camp": np.mean(right) if right else np.nan,
    }


def measure_listeners(crowds):
    """Return the rates over crowds of emotional raters, all of them honest."""
    hints = camps = 0
    for seed in range(crowds):
        task = Task(draw_listeners(seed))
        hints += len(rater_hints(task)) > 0
        camps += len(rater_camps(task, random_state=seed)) > 0
    return {"false_crowds": hints / crowds, "false_camps": camps / crowds}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--crowds", type=int, default=200)
    parser.add_argument("--quick", action="store_true", help="under a minute")
    arguments = parser.parse_args()
    crowds = 3 if arguments.quick else arguments.crowds
    skewed, five = (0.91, 0.03, 0.03, 0.03), (0.2,) * 5
    jobs = {
        "honest": {},
        "honest, two classes": {"prior": (0.5, 0.5)},
        "honest, ten classes": {"prior": (0.1,) * 10},
        "honest, one class 91 %": {"prior": skewed},
        "honest, ordered": {"prior": five, "ordered": True},
        "honest, ten votes a rater": {"n_honest": 30, "n_samples": 60},
        "1 random of 14": {"kinds": ["random"]},
        "4 random of 14": {"n_honest": 10, "kinds": ["random"] * 4},
        "1 constant of 14": {"kinds": ["constant"]},
        "1 constant of 14, one class 91 %": {"kinds": ["constant"], "prior": skewed},
        "1 reversed of 14, ordered": {"kinds": ["reversed"], "prior": five, "ordered": True},
        "1 swapped of 14": {"kinds": ["swapped"]},
        "camps of 7 and 7": {"n_honest": 7, "camp": 7},
        "camps of 3 and 2": {"n_honest": 3, "camp": 2},
        "camps of 10 and 3": {"n_honest": 10, "camp": 3},
        "1 random beside camps of 7 and 7": {"n_honest": 7, "camp": 7, "kinds": ["random"]},
        "the same, camps without a common name": {
            **{"n_honest": 7, "camp": 7, "kinds": ["random"]},
            "shifted": 1,
        },
    }
    rows = {name: measure(crowds, **settings) for name, settings in jobs.items()}
    rows["listeners, 300 samples"] = measure_listeners(crowds)
    table = pd.DataFrame(rows).T.rename_axis("crowd")
    table.insert(0, "crowds", crowds)
    report(table, "rater_hints", quick=arguments.quick)


if __name__ == "__main__":
    main()
