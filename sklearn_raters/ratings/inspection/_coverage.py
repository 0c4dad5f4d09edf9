"""How many votes, raters and samples there are, and how they are spread."""

import numpy as np

from sklearn_raters.ratings._task import as_task
from sklearn_raters.ratings.inspection._choices import rater_choices


def rating_coverage(Y):
    """
    Count votes, raters and samples, ratings of a sample, and samples of a rater.

    A rating is what one rater said of one sample: one vote for a class, or several.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.

    Returns
    -------
    Series of float
        Its index:

        - ``votes``, ``votes_outside_classes``: number of votes, and of those for no class;
        - ``ratings``, ``ratings_of_several_classes``: number of ratings with a vote for a class;
        - ``samples``, ``samples_without_rating``, ``samples_with_one_rating``;
        - ``raters``, ``raters_without_rating``;
        - ``ratings_a_sample_<least, median, most>``, over the samples with a rating;
        - ``samples_a_rater_<least, median, most>``, over the raters with a rating.

    Raises
    ------
    InputError
        If no vote is for a class.

    Examples
    --------
    >>> from sklearn_raters.ratings import rating_coverage
    >>> coverage = rating_coverage([["a", None, "b"], [("a", "b"), None, "b"], ["a", None, None]])
    >>> coverage[["ratings", "ratings_of_several_classes", "raters_without_rating"]].tolist()
    [5.0, 1.0, 1.0]
    """
    import pandas as pd

    task = as_task(Y)
    choices = rater_choices(task)
    of_sample = np.bincount(choices.sample, minlength=task.n_samples)
    of_rater = np.bincount(choices.rater, minlength=len(task.raters))
    numbers = {
        "votes": len(task.class_votes.label),
        "votes_outside_classes": (task.class_votes.label >= len(task.classes)).sum(),
        "ratings": len(choices.code),
        "ratings_of_several_classes": (choices.code >= len(task.classes)).sum(),
        "samples": task.n_samples,
        "samples_without_rating": (of_sample == 0).sum(),
        "samples_with_one_rating": (of_sample == 1).sum(),
        "raters": len(task.raters),
        "raters_without_rating": (of_rater == 0).sum(),
    }
    for name, counts in (("ratings_a_sample", of_sample), ("samples_a_rater", of_rater)):
        counts = counts[counts > 0]
        for which, summarise in (("least", np.min), ("median", np.median), ("most", np.max)):
            numbers[f"{name}_{which}"] = summarise(counts) if len(counts) else np.nan
    return pd.Series(numbers, dtype=float, name="number")
