"""Samples that split the raters, and samples that are worth another rating."""

import numpy as np
from scipy.special import betainc, entr

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._task import as_task
from sklearn_raters.ratings.inspection._choices import rater_choices
from sklearn_raters.ratings.inspection._settings import check_ordered


def sample_disagreement(Y, *, ordered=False, samples=None):
    """
    Measure how far each sample splits the raters, and how much another rating of it would tell.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    ordered : bool, default=False
        Whether the classes are ordered. The classes of a Task must be in their order; numbers need no Task.
    samples : sequence of length n_samples or None, default=None
        Names of the samples. None takes the index of ratings that were a table, and otherwise their numbers.

    Returns
    -------
    DataFrame
        One row a sample, in the order of Y, indexed by the names of the samples:

        - `ratings`: number of raters with a vote for a class;
        - `votes_<class>`: number of votes for the class, or the sum of their weights;
        - `majority`: the class with most votes, missing where several have or there is none;
        - `split`: how far the votes are apart, from 0 (one class) to 1. For nominal classes, their entropy
          divided by the logarithm of the number of classes; for `ordered` ones, their standard deviation
          divided by half the number of steps from the lowest to the highest class. NaN without a vote;
        - `doubt`: the probability that the class with the second most votes is really more frequent than the
          one with most, ``I_0.5(n_1 + 1, n_2 + 1)``, the label uncertainty of Sheng et al. It is 0.5 for
          equal votes and for none, and falls with each vote that confirms.

        Samples with the largest `doubt`, among equal ones those with the fewest ratings, are worth another
        rating if one label is sought. Where raters may rightly disagree, `doubt` stays high on samples with
        many ratings; another rating then tells little.

    Raises
    ------
    InputError
        If no vote is for a class, there is not one name for each sample, or `ordered` and the classes are
        texts whose order was not given.

    References
    ----------
    V. Sheng, F. Provost and P. Ipeirotis, "Get Another Label? Improving Data Quality and Data Mining Using
    Multiple, Noisy Labelers", KDD 2008 (label uncertainty), here of the two leading classes.

    Examples
    --------
    >>> from sklearn_raters.ratings import sample_disagreement
    >>> Y = [["a", "a", "a"], ["a", "b", "a"], ["a", "b", None]]
    >>> table = sample_disagreement(Y)[["ratings", "majority", "split", "doubt"]]
    >>> table.round(2)  # doctest: +NORMALIZE_WHITESPACE
            ratings majority  split  doubt
    sample
    0             3        a   0.00   0.06
    1             3        a   0.92   0.31
    2             2      NaN   1.00   0.50
    """
    import pandas as pd

    task = as_task(Y)
    check_ordered(ordered, task)
    counts, n_classes = task.counts, len(task.classes)
    total = counts.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        shares = counts / total
    place = np.arange(n_classes)
    if ordered:
        mean = shares @ place
        variance = np.maximum(shares @ place**2 - mean**2, 0)
        split = 2 * np.sqrt(variance) / max(n_classes - 1, 1)
    else:
        split = entr(shares).sum(axis=1) / np.log(max(n_classes, 2))
    # The two largest numbers of votes; a single class competes with no votes.
    padded = counts if n_classes > 1 else np.column_stack([counts, np.zeros(len(counts))])
    two = -np.partition(-padded, 1, axis=1)[:, :2]
    tied = np.isclose(two[:, 0], two[:, 1], rtol=1e-9)
    columns = {"ratings": np.bincount(rater_choices(task).sample, minlength=task.n_samples)}
    columns |= {f"votes_{name}": counts[:, place] for place, name in enumerate(task.classes)}
    columns["majority"] = task.class_names(np.where(tied, -1, counts.argmax(axis=1)))
    columns |= {"split": split, "doubt": betainc(two[:, 0] + 1, two[:, 1] + 1, 0.5)}
    return pd.DataFrame(columns, index=_sample_names(task, samples))


def _sample_names(task, samples):
    """Return the names of the samples as a pandas Index called "sample"."""
    import pandas as pd

    if samples is None:
        samples = range(task.n_samples) if task.index is None else task.index
    names = pd.Index(samples, name="sample", tupleize_cols=False)
    if len(names) != task.n_samples:
        raise InputError(
            f"samples has {len(names)} names for {task.n_samples} samples: give one name for each sample."
        )
    return names
