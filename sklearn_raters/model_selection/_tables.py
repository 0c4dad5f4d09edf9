"""The table of scores of a comparison."""

import numpy as np

from sklearn_raters._rated import rows_of
from sklearn_raters.consensus import labelled_samples
from sklearn_raters.metrics import class_recalls
from sklearn_raters.model_selection._bootstrap import paired_bootstrap


def score_table(outcomes, true_labels, fold_numbers, classes, groups, *, baseline, **bootstrap):
    """
    Score the models of a comparison.

    Parameters
    ----------
    outcomes : tuple of dict
        Four dicts, each from model to: its predicted labels, ndarray of object of shape (n_samples,); such
        labels by condition; its scores by column, as `score_distributions` and `score_raters` return them;
        the seconds of `fit` and of `predict`.
    true_labels : ndarray of object of shape (n_samples,)
        The labels to be predicted, None for samples that are not scored.
    fold_numbers : ndarray of int of shape (n_samples,)
        Number of the fold that tests each sample.
    classes : list
        The classes to average over.
    groups : ndarray of shape (n_samples,) or None
        Groups for the bootstrap.
    baseline : object or None
        The model that the others are compared with.
    **bootstrap : dict
        Passed to `paired_bootstrap`.

    Returns
    -------
    DataFrame
        As `compare` describes it.
    """
    import pandas as pd

    predicted, in_conditions, scores, seconds = outcomes
    scored, y_true = labelled_samples(true_labels)
    groups, fold_of = rows_of(groups, scored), fold_numbers[scored]
    rows = {}
    for name, labels in predicted.items():
        y_pred = labels[scored]
        recalls = class_recalls(y_true, y_pred, labels=classes)
        # The mean over the classes that a fold's test part holds.
        fold_uars = [
            np.nanmean(class_recalls(y_true[fold_of == number], y_pred[fold_of == number], labels=classes))
            for number in np.unique(fold_of)
        ]
        row = {
            "uar": recalls.mean(),
            **{
                f"uar_{condition}": class_recalls(y_true, other[scored], labels=classes).mean()
                for condition, other in in_conditions[name].items()
            },
            "fold_mean": np.mean(fold_uars),
            "fold_sd": np.std(fold_uars, ddof=1) if len(fold_uars) > 1 else np.nan,
            **{f"recall_{label}": recall for label, recall in zip(classes, recalls, strict=True)},
            "accuracy": np.mean(y_pred == y_true.astype(object)),
            **scores[name],
        }
        if baseline is not None:
            pair = y_pred, predicted[baseline][scored]
            difference = paired_bootstrap(y_true, *pair, groups, labels=classes, **bootstrap)
            row.update(difference._asdict())
        row["fit_seconds"], row["predict_seconds"] = seconds[name]
        rows[name] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")
