"""Statistics of raters: number of ratings, shares of the classes, and agreement."""

from numbers import Real

import numpy as np

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._groups import check_groups
from sklearn_raters.ratings._task import Task, as_task
from sklearn_raters.ratings.inspection._alpha import krippendorff_alpha

_CROWD = ("crowd_hard", "crowd_soft")


def rater_summary(Y):
    """
    Describe each rater: number of ratings, share of each class, agreement, as in the paper's Table 1.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.

    Returns
    -------
    DataFrame
        One row a rater, after two rows for the crowd: "crowd_hard", the majority labels, and
        "crowd_soft", all raters' votes on the samples to which `soft_labels` gives a distribution.
        Its columns:

        - ``samples``: number of samples with a vote for a class;
        - ``single``, ``multiple``: number of samples with votes for one class, for two or more;
        - ``share_<class>``: share of the class in the votes for classes;
        - ``agreement``: mean share of the rater's votes that are for the majority label, over the
          samples that the rater rated and whose majority is a class. The rater's votes count in
          this majority, which raises the agreement.

        A share of no votes is NaN. ``.attrs["krippendorff_alpha"]`` holds `krippendorff_alpha` of all
        raters, NaN where it is not defined.

    Raises
    ------
    InputError
        If there are no ratings, or a rater is named "crowd_hard" or "crowd_soft".

    References
    ----------
    H.-C. Chou and C.-C. Lee, "Every Rating Matters", ICASSP 2019, Table 1.

    Examples
    --------
    >>> from sklearn_raters.ratings import rater_summary
    >>> rater_summary([["a", ("a", "b")], ["b", "b"], ["a", None]]).round(2)
                samples  single  multiple  share_a  share_b  agreement
    crowd_hard        3       3         0     0.67     0.33       1.00
    crowd_soft        3       2         1     0.50     0.50       0.89
    0                 3       3         0     0.67     0.33       1.00
    1                 2       1         1     0.33     0.67       0.75
    """
    task = as_task(Y)
    table = rater_table(task)
    all_labels = Task(task.class_votes, task.class_votes.labels)
    try:
        table.attrs["krippendorff_alpha"] = krippendorff_alpha(all_labels)
    except ValueError:
        table.attrs["krippendorff_alpha"] = np.nan
    return table


def rater_table(task):
    """Return the table of `rater_summary` without alpha."""
    import pandas as pd

    for name in _CROWD:
        if name in task.raters:
            raise InputError(f"A rater is named {name!r}, like a row of the crowd: rename the rater.")
    index, n_classes = [*_CROWD, *task.raters], len(task.classes)
    votes = _votes_by_row(task)
    counted = votes[(votes["label"] < n_classes) & ((votes["row"] != 1) | (votes["majority"] < n_classes))]
    n_chosen = counted.groupby(["row", "sample"])["label"].nunique()
    numbers = {
        "samples": n_chosen.groupby("row").size(),
        "single": n_chosen.eq(1).groupby("row").sum(),
        "multiple": n_chosen.gt(1).groupby("row").sum(),
    }
    table = pd.DataFrame(numbers, index=range(len(index))).fillna(0).astype(np.int64)
    weights = np.zeros((len(index), n_classes))
    np.add.at(weights, (counted["row"], counted["label"]), counted["weight"])
    with np.errstate(invalid="ignore"):
        table[[f"share_{name}" for name in task.classes]] = weights / weights.sum(axis=1, keepdims=True)
    votes["agrees"] = votes["weight"] * (votes["label"] == votes["majority"])
    judged = votes[votes["majority"].between(0, n_classes - 1)]
    sums = judged.groupby(["row", "sample"])[["agrees", "weight"]].sum()
    table["agreement"] = (sums["agrees"] / sums["weight"]).groupby("row").mean()
    table.index = index
    return table


def eligible_raters(Y, *, min_ratings=1, groups=None):
    """
    List the raters who rated enough samples in every group.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    min_ratings : int, default=1
        Number of samples with a vote for a class that a rater needs in each group.
    groups : array-like of shape (n_samples,) or None, default=None
        Group (session, speaker) of each sample. None takes all samples as one group.

    Returns
    -------
    list
        Names of raters, in the order of Y.

    Raises
    ------
    InputError
        If the length of `groups` is not the number of samples, or `min_ratings` is below 1.

    Examples
    --------
    >>> from sklearn_raters.ratings import eligible_raters
    >>> eligible_raters([["a", "b"], ["a", None], ["b", "b"]], groups=[1, 2, 2], min_ratings=1)
    [0, 1]
    >>> eligible_raters([["a", "b"], ["a", None], ["b", "b"]], min_ratings=3)
    [0]
    """
    if not (isinstance(min_ratings, Real) and min_ratings >= 1):
        raise InputError(f"min_ratings must be 1 or more, not {min_ratings!r}.")
    task = as_task(Y)
    votes = task.class_votes
    groups = check_groups([0] * task.n_samples if groups is None else groups, task.n_samples)
    names, group = np.unique(groups, return_inverse=True)
    inside = votes.label < len(task.classes)
    rated = np.unique(votes.rater[inside] * votes.n_samples + votes.sample[inside])
    rater, row = np.divmod(rated, votes.n_samples)
    count = np.bincount(rater * len(names) + group[row], minlength=len(task.raters) * len(names))
    enough = (count.reshape(-1, len(names)) >= min_ratings).all(axis=1)
    return [task.raters[index] for index in np.flatnonzero(enough)]


def _votes_by_row(task):
    """Return the votes of each row of `rater_summary`: the majority labels, all votes, each rater's votes.

    Returns
    -------
    DataFrame
        The columns row, sample, label and weight, and the sample's majority label: -1 for none.
    """
    import pandas as pd

    votes, consensus = task.class_votes, task.majority()
    hard = np.flatnonzero((consensus >= 0) & (consensus < len(task.classes)))
    of_majority = pd.DataFrame({"row": 0, "sample": hard, "label": consensus[hard], "weight": 1.0})
    of_raters = pd.DataFrame({name: getattr(votes, name) for name in ("sample", "label", "weight")})
    of_raters["row"] = votes.rater + len(_CROWD)
    rows = pd.concat([of_majority, of_raters.assign(row=1), of_raters], ignore_index=True)
    return rows.assign(majority=consensus[rows["sample"]])
