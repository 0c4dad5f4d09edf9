"""ConvAbuse from texts to three answers, and what shared steps save.

    python benchmarks/texts.py [--quick]

What people say to chatbots, judged by up to seven of eight raters on five ordered degrees of abuse, with the
published split. A stack of logistic regressions and a rater network learn TF-IDF of words and pairs of words;
on the test part, UAR judges the consensus, soft cross-entropy and Wasserstein distance the shares of the
raters, and the mean distance each rater's own labels; calibration errors judge the probabilities of all three
answers. The stack is trained with and without `shared_steps`, the network with and without
`CalibratedRatersClassifier`.

Needs the folder that SKLEARN_RATERS_DATA names, and matplotlib. Writes results/texts.csv.
"""

import argparse
import os
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
from _report import report
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from sklearn_raters import CalibratedRatersClassifier, MultiRaterStackingClassifier, RaterNetClassifier
from sklearn_raters.metrics import (
    neg_soft_cross_entropy_scorer,
    neg_wasserstein_distance_scorer,
    rater_distance,
    uar_scorer,
)
from sklearn_raters.plots import ReliabilityDisplay
from sklearn_raters.ratings import Task, ratings_from_long

DEGREES = [-3, -2, -1, 0, 1]  # from very strongly abusive to not abusive


def read(folder, quick):
    """Return the texts, the ratings and whether each text is of the test part."""
    table = pd.read_csv(folder / "texts.csv").fillna("")
    table = table.iloc[::10] if quick else table
    votes = pd.read_csv(folder / "ratings.csv")
    votes = votes[votes["sample"].isin(table["sample"])]
    texts = table[["prev_agent", "prev_user", "agent", "user"]].agg(" ".join, axis=1)
    ratings = ratings_from_long(votes, samples=table["sample"])
    return texts.to_numpy(), ratings, (table["split"] == "test").to_numpy()


def judged(name, fitted, seconds, texts, Y):
    """Return a row: how well a fitted model answers the three questions on test texts."""
    task = Task(Y, DEGREES)
    start = perf_counter()
    by_rater = fitted[-1] if hasattr(fitted, "steps") else fitted
    rows = fitted[:-1].transform(texts) if by_rater is not fitted else texts
    labels = by_rater.classes_[by_rater.predict_proba_raters(rows).argmax(axis=2)]
    distances = rater_distance(task, labels, raters=by_rater.raters_)
    errors = ReliabilityDisplay.from_estimator(by_rater, rows, task).calibration_errors_
    return {
        "model": name,
        "uar": uar_scorer(fitted, texts, task),
        "soft_cross_entropy": -neg_soft_cross_entropy_scorer(by_rater, rows, task),
        "wasserstein": -neg_wasserstein_distance_scorer(by_rater, rows, task),
        "rater_distance": np.nanmean(list(distances.values())),
        **{f"calibration_error_{answer}": error for answer, error in errors.items()},
        "fit_seconds": seconds,
        "judge_seconds": perf_counter() - start,
    }


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the texts")
    quick = parser.parse_args().quick
    texts, Y, tested = read(Path(os.environ["SKLEARN_RATERS_DATA"]) / "convabuse", quick)
    steps = [TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(max_iter=1000)]
    settings = {"classes": DEGREES, "random_state": 0}
    models = {
        f"stack, shared_steps={n}": MultiRaterStackingClassifier(
            make_pipeline(*steps), shared_steps=n, **settings
        )
        for n in (0, 1)
    }
    net = RaterNetClassifier("multitask", **settings)
    models["multitask"] = make_pipeline(steps[0], net)
    models["multitask, calibrated"] = make_pipeline(steps[0], CalibratedRatersClassifier(net, cv=2))
    rows = []
    for name, model in models.items():
        start = perf_counter()
        model.fit(texts[~tested], Y[~tested])
        rows.append(judged(name, model, perf_counter() - start, texts[tested], Y[tested]))
    report(pd.DataFrame(rows).set_index("model"), "texts", quick=quick)


if __name__ == "__main__":
    main()
