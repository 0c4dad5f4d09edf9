"""The tables of a comparison, from the labels that its models predict."""

import numpy as np

from sklearn_raters.consensus import labelled_samples
from sklearn_raters.metrics import class_recalls
from sklearn_raters.model_selection._bootstrap import paired_bootstrap

# Columns of the table of predictions that do not belong to a model.
LABEL_COLUMNS = ("fold", "consensus", "truth")


def score_table(predicted, seconds, true_labels, folds, classes, groups, *, baseline, **bootstrap):
    """
    Score the models of a comparison.

    Parameters
    ----------
    predicted : dict
        From model to its predicted labels, ndarray of object of shape (n_samples,).
    seconds : dict
        From model to the seconds of `fit` and of `predict`.
    true_labels : ndarray of object of shape (n_samples,)
        The labels to be predicted, None for samples that are not scored.
    folds : list of Fold
        The splits.
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

    scored, y_true = labelled_samples(true_labels)
    scored_groups = None if groups is None else groups[scored]
    rows = {}
    for name, labels in predicted.items():
        recalls = class_recalls(y_true, labels[scored], labels=classes)
        fold_uars = [_fold_uar(true_labels, labels, fold, classes) for fold in folds]
        row = {
            "uar": recalls.mean(),
            "fold_mean": np.nanmean(fold_uars),
            "fold_sd": np.std([uar for uar in fold_uars if uar == uar], ddof=1) if len(folds) > 1 else np.nan,
            **{f"recall_{label}": recall for label, recall in zip(classes, recalls, strict=True)},
        }
        if baseline is not None:
            pair = labels[scored], predicted[baseline][scored]
            difference = paired_bootstrap(y_true, *pair, scored_groups, labels=classes, **bootstrap)
            row.update(difference._asdict())
        row["fit_seconds"], row["predict_seconds"] = seconds[name]
        rows[name] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


def _fold_uar(true_labels, labels, fold, classes):
    """Return a fold's UAR over the classes that its test part holds, NaN if it holds none."""
    scored, y_true = labelled_samples(true_labels[fold.test])
    if not len(scored):
        return np.nan
    return np.nanmean(class_recalls(y_true, labels[fold.test][scored], labels=classes))


def prediction_table(predicted, labels, folds, Y):
    """
    Put the predictions of a comparison beside the labels, one row for each tested sample.

    Parameters
    ----------
    predicted : dict
        From model to its predicted labels, ndarray of object of shape (n_samples,).
    labels : dict
        From column, "consensus" or "truth", to ndarray of object of shape (n_samples,).
    folds : list of Fold
        The splits.
    Y : ratings of n_samples
        A DataFrame's index names the samples.

    Returns
    -------
    DataFrame
        As `compare` describes it.
    """
    import pandas as pd

    n_samples = len(labels["consensus"])
    fold_numbers = np.full(n_samples, -1)
    for number, fold in enumerate(folds):
        fold_numbers[fold.test] = number
    index = getattr(Y, "index", None)
    # A list has a method `index`.
    index = pd.RangeIndex(n_samples) if index is None or callable(index) else index
    table = pd.DataFrame({"fold": fold_numbers, **labels, **predicted}, index=index)
    return table[fold_numbers >= 0]
