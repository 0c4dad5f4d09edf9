"""Agreement of raters with themselves, where what they rated repeats."""

import numpy as np

from sklearn_raters._align import align_samples
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._groups import check_groups
from sklearn_raters.ratings._task import as_task
from sklearn_raters.ratings.inspection._choices import rater_choices
from sklearn_raters.ratings.inspection._intervals import share_interval
from sklearn_raters.ratings.inspection._settings import check_share


def self_agreement(Y, content, *, confidence=0.95):
    """
    Compute how often each rater says the same of the same content again.

    No rater can be expected to agree more with others than with their own ratings.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes. Each time that
        something was shown is a sample of its own.
    content : array-like of shape (n_samples,)
        What each sample shows: a text, or the name of a recording. Samples of equal content repeat each
        other.
    confidence : float, default=0.95
        Confidence of each interval, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by the raters who rated some content twice or more, in the order of Y: `contents`, their
        number; `pairs`, the number of pairs of ratings of the same content; `agreement`, the share of these
        pairs with the same class, or the same classes; `low` and `high`, the limits of its exact interval,
        which takes pairs as independent and is too narrow where content repeats more than once.

    Raises
    ------
    InputError
        If no vote is for a class, there is not one content for each sample, or no rater has rated equal
        content twice.

    Examples
    --------
    >>> from sklearn_raters.ratings import self_agreement
    >>> Y = [["a", "a"], ["b", "a"], ["a", "b"], ["b", None]]
    >>> self_agreement(Y, ["clip1", "clip2", "clip1", "clip2"]).round(2)  # doctest: +NORMALIZE_WHITESPACE
           contents  pairs  agreement   low  high
    rater
    0             2      2        1.0  0.16  1.00
    1             1      1        0.0  0.00  0.98
    """
    import pandas as pd

    check_share("confidence", confidence)
    task = as_task(Y)
    choices = rater_choices(task)
    if content is None:
        raise InputError("content is None: name what each sample shows, such as its text.")
    _, content = align_samples(Y=task, content=content) if hasattr(content, "iloc") else (task, content)
    content = check_groups(content, task.n_samples, name="content")
    names, shown = np.unique(content, return_inverse=True)
    cell = choices.rater * len(names) + shown[choices.sample]
    n_codes = len(choices.sets)
    chosen, times = np.unique(cell * n_codes + choices.code, return_counts=True)
    cell, n_ratings = np.unique(cell, return_counts=True)
    cell, n_ratings = cell[n_ratings > 1], n_ratings[n_ratings > 1]
    if not len(cell):
        raise InputError(
            f"No rater rated the same content twice: the {task.n_samples} samples show {len(names)} "
            "different contents. Give the same name to the samples that repeat each other."
        )

    def total(rater, values):
        return np.bincount(rater, values, minlength=len(task.raters)).astype(np.int64)

    contents = np.bincount(cell // len(names), minlength=len(task.raters))
    pairs = total(cell // len(names), n_ratings * (n_ratings - 1) // 2)
    same = total(chosen // n_codes // len(names), times * (times - 1) // 2)
    kept = np.flatnonzero(pairs)
    low, high = share_interval(same[kept], pairs[kept], confidence)
    index = pd.Index([task.raters[rater] for rater in kept], name="rater", tupleize_cols=False)
    columns = {"contents": contents[kept], "pairs": pairs[kept], "agreement": same[kept] / pairs[kept]}
    return pd.DataFrame(columns | {"low": low, "high": high}, index=index)
