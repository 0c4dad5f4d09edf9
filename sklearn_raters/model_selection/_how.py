"""How a comparison was made: its settings, its fits, and the answers that could be judged."""

import numpy as np

from sklearn_raters.model_selection._folds import rows_to_learn


def describe(task, labels, groups, cv, folds, *, ordered, baseline, n_bootstrap, random_state):
    """
    Describe the settings of a comparison.

    Parameters
    ----------
    task : Task
        The ratings.
    labels : dict
        The labels by column; the last one is what models are tested against.
    groups : ndarray of shape (n_samples,) or None
        The groups.
    cv : int, splitter, iterable or None
        As it was given.
    folds : list of Fold
        The splits.
    ordered, baseline, n_bootstrap, random_state : object
        As they were given, or the seed that was drawn.

    Returns
    -------
    dict of str to str
        What was set, by name.
    """
    splitter = f": {cv!r}" if hasattr(cv, "split") else ""
    return {
        "classes": ", ".join(map(str, task.classes)),
        "merged labels": ", ".join(f"{old} = {new}" for old, new in task.label_map.items()) or "none",
        "classes are ordered": "yes" if ordered else "no",
        "tested against": list(labels)[-1],
        "folds": f"{len(folds)}{splitter}",
        "groups": "none" if groups is None else f"{len(set(groups))}",
        "baseline": "none" if baseline is None else str(baseline),
        "draws of the bootstrap": f"{n_bootstrap}",
        "seed": f"{random_state}",
    }


def fit_table(runs, models, consensus, folds):
    """
    List the fits of a comparison.

    Parameters
    ----------
    runs : dict
        From model to a list with the Run of each fold.
    models : dict
        From model to (estimator, X, conditions).
    consensus : ndarray of object of shape (n_samples,)
        Labels, None where there is no consensus.
    folds : list of Fold
        The splits.

    Returns
    -------
    DataFrame
        One row a model and fold: `model`, `fold`, `train_samples`, `test_samples`, `fit_seconds`,
        `predict_seconds`, and `chosen`, the parameters that searches chose, as text. `train_samples` are
        those that `fit` was given: the whole training part where the model takes ratings, from which each
        view of a stack takes the samples with its labels; otherwise those with a consensus.
    """
    import pandas as pd

    rows = []
    for name, of_folds in runs.items():
        for number, (run, fold) in enumerate(zip(of_folds, folds, strict=True)):
            chosen = [f"{part}: {params}" if part else f"{params}" for part, params in run.chosen.items()]
            given = rows_to_learn(models[name][0], consensus, fold.train)
            sizes = {"train_samples": len(given), "test_samples": len(fold.test)}
            seconds = dict(zip(("fit_seconds", "predict_seconds"), run.seconds, strict=True))
            rows.append({"model": name, "fold": number, **sizes, **seconds, "chosen": "; ".join(chosen)})
    return pd.DataFrame(rows)


def pool_judged(answers):
    """
    Put the answers that could be judged in all folds together.

    Parameters
    ----------
    answers : dict
        From model to a list with the Answers of each fold.

    Returns
    -------
    dict
        From model to a dict from "consensus", "shares" and "raters" to a pair (target, proba) of arrays of
        shape (n_judged, n_classes).
    """
    pooled = {}
    for name, of_folds in answers.items():
        kinds = dict.fromkeys(kind for one in of_folds for kind in one.judged)
        pooled[name] = {
            kind: tuple(
                np.concatenate(part)
                for part in zip(*(one.judged[kind] for one in of_folds if kind in one.judged), strict=True)
            )
            for kind in kinds
        }
    return pooled
