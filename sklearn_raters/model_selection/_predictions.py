"""Every prediction of a comparison beside the labels, one row a tested sample."""

import json

import numpy as np

from sklearn_raters.exceptions import InputError
from sklearn_raters.model_selection._soft_scores import pool

# Columns of the table that do not belong to a model, and the name of its index.
LABEL_COLUMNS = ("fold", "consensus", "truth", "votes", "sample")


def prediction_table(predicted, in_conditions, answers, labels, folds, fold_numbers, task):
    """
    Put all predictions for the tested samples beside the ratings.

    Parameters
    ----------
    predicted : dict
        From model to its predicted labels, ndarray of object of shape (n_samples,).
    in_conditions : dict
        From model to a dict of such labels by condition.
    answers : dict
        From model to a list with the Answers of each fold.
    labels : dict
        From column, "consensus" or "truth", to ndarray of object of shape (n_samples,).
    folds : list of Fold
        The splits.
    fold_numbers : ndarray of int of shape (n_samples,)
        The fold in which each sample is tested; -1 for samples that are not tested.
    task : Task
        The ratings.

    Returns
    -------
    DataFrame
        As `Comparison` describes it.
    """
    import pandas as pd

    columns = {"fold": fold_numbers, **labels, "votes": votes_as_text(task)}
    for name, of_model in predicted.items():
        columns[name] = of_model
        columns |= {f"{name}_in_{condition}": said for condition, said in in_conditions[name].items()}
        columns |= _distributions(name, answers[name], folds, task)
        for view in dict.fromkeys(view for one in answers[name] for view in one.views):
            said = columns[f"{name}_view_{view}"] = np.full(task.n_samples, None, dtype=object)
            for of_fold, fold in zip(answers[name], folds, strict=True):
                # A fold in which the view has too few samples has no such view.
                said[fold.test] = of_fold.views.get(view)
    index = pd.RangeIndex(task.n_samples) if task.index is None else task.index.to_flat_index()
    return pd.DataFrame(columns, index=index.rename("sample"))[fold_numbers >= 0]


def check_columns(models, classes):
    """Raise InputError if two columns of the table of predictions would have one name."""
    owner = dict.fromkeys(LABEL_COLUMNS, "the labels")
    for model, (*_, conditions) in models.items():
        columns = [f"{model}_{kind}_{label}" for kind in ("p", "share") for label in classes]
        columns += [f"{model}_in_{condition}" for condition in conditions]
        for column in [str(model), *columns]:
            if column in owner:
                raise InputError(
                    f"The predictions would have the column {column!r} twice, of model {model!r} and of "
                    f"{owner[column]}: give the model another name."
                )
            owner[column] = f"model {model!r}"


def votes_as_text(task):
    """
    Write the votes of each sample as JSON: what each rater said, as the labels were given.

    Parameters
    ----------
    task : Task
        The ratings.

    Returns
    -------
    ndarray of object, shape (n_samples,)
        Texts such as ``{"E1": "calm", "E2": ["calm", "sad"]}``; a list where a rater chose several labels.
    """
    votes, cells = task.votes, [{} for _ in range(task.n_samples)]
    names = [str(name) for name in votes.raters]
    if len(set(names)) < len(names):
        names = [repr(name) for name in votes.raters]  # 1 and "1" are two raters
    for sample, rater, label in zip(votes.sample, votes.rater, votes.label, strict=True):
        cells[sample].setdefault(names[rater], []).append(votes.labels[label])
    texts = np.empty(task.n_samples, dtype=object)
    texts[:] = [
        json.dumps(
            {name: said[0] if len(said) == 1 else said for name, said in cell.items()},
            ensure_ascii=False,
            default=_plain,
        )
        for cell in cells
    ]
    return texts


def _plain(label):
    """Return a label that JSON does not know as a number or text."""
    return label.item() if hasattr(label, "item") else str(label)


def _distributions(name, of_folds, folds, task):
    """Return the columns of the distributions that a model predicts in all folds."""
    columns = {}
    for kind, field in (("p", "proba"), ("share", "soft_labels")):
        parts = [(answers.classes, getattr(answers, field)) for answers in of_folds]
        if any(values is None for _, values in parts):
            continue
        try:
            pooled = pool(parts, folds, task)
        except InputError:  # a class that the ratings do not have: `score_distributions` warns of it
            continue
        columns |= {f"{name}_{kind}_{label}": pooled[:, place] for place, label in enumerate(task.classes)}
    return columns
