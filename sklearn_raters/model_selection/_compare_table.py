"""The tables of a comparison, from the labels that its models predicted."""

import numpy as np

from sklearn_raters.metrics import class_recalls
from sklearn_raters.model_selection._bootstrap import paired_bootstrap


def score_table(
    predicted, outcomes, judges, scored, folds, groups, classes, *, baseline, n_bootstrap, random_state
):
    """Return the table of `compare`, one row a model, by the labels `judges` (None: not tested)."""
    import pandas as pd

    right = judges[scored]
    scored_groups = None if groups is None else np.asarray(groups)[scored]
    rows = {}
    for name, labels in predicted.items():
        recalls = class_recalls(right, labels[scored], labels=classes)
        by_fold = [_fold_uar(judges, labels, test, classes) for _, test in folds]
        row = {
            "uar": recalls.mean(),
            "fold_mean": np.nanmean(by_fold),
            "fold_sd": np.std([uar for uar in by_fold if uar == uar], ddof=1) if len(folds) > 1 else np.nan,
            **{f"recall_{label}": recall for label, recall in zip(classes, recalls, strict=True)},
        }
        if baseline is not None:
            gain = paired_bootstrap(
                right,
                labels[scored],
                predicted[baseline][scored],
                scored_groups,
                labels=classes,
                n_bootstrap=n_bootstrap,
                random_state=random_state,
            )
            row.update(gain._asdict())
        seconds = np.sum([outcomes[name, fold][1:] for fold in range(len(folds))], axis=0)
        row.update(zip(("fit_seconds", "predict_seconds"), seconds.tolist(), strict=True))
        rows[name] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


def _fold_uar(judges, labels, test, classes):
    """Return a fold's UAR over the classes that it holds, NaN if it holds none."""
    rows = [row for row in test if judges[row] is not None]
    return np.nanmean(class_recalls(judges[rows], labels[rows], labels=classes)) if rows else np.nan


def prediction_table(predicted, labels, folds, tested, Y):
    """Return labels and predictions, one row a tested sample, under the names that Y gives them."""
    import pandas as pd

    n_samples = len(labels["consensus"])
    fold = np.full(n_samples, -1)
    for number, (_, test) in enumerate(folds):
        fold[test] = number
    index = getattr(Y, "index", None)
    index = pd.RangeIndex(n_samples) if index is None or callable(index) else index
    columns = {"fold": fold, **labels, **predicted}
    return pd.DataFrame(columns, index=index).iloc[tested]
