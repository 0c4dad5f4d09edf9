"""Raters who split into two camps."""

import numpy as np
from scipy.special import ndtr

from sklearn_raters.ratings._task import as_task
from sklearn_raters.ratings.inspection._choices import rater_choices
from sklearn_raters.ratings.inspection._hints import rater_hints
from sklearn_raters.ratings.inspection._pairs import busiest_raters, count_pairs
from sklearn_raters.ratings.inspection._settings import check_count, check_share, make_random_state

# Directions along which raters are split, strongest first.
_DIRECTIONS = 3
# A camp agrees more inside than with the other camp by at least this share of the samples.
_LEAST_GAP = 0.05


def rater_camps(Y, *, max_raters=200, min_ratings=30, significance=0.05, random_state=None):
    """
    Find two camps of raters: each agrees more with itself than with the other camp.

    A random half of the samples proposes the camps: the raters' agreements, without what good and bad raters
    explain, are split along their strongest directions. The other half tests them: in both camps, agreement
    inside must exceed that with the other camp. Good raters beside bad ones are no camps, for bad raters
    agree least with each other. A hint is no verdict.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    max_raters : int, default=200
        Number of raters to compare, those who rated most samples.
    min_ratings : int, default=30
        Number of ratings of one class that a rater needs to be compared, at least 20. Raters who look
        constant, random or reversed (`rater_hints`) are left out.
    significance : float, default=0.05
        Probability that camps are found by chance, between 0 and 1.
    random_state : int, RandomState instance or None, default=None
        Seed of the halves.

    Returns
    -------
    DataFrame
        Empty if there are no camps. Otherwise indexed by the raters compared, in the order of Y: `camp`, 1
        for the larger one and 2; `inside`, the share of agreement with the other raters of the same camp;
        `across`, with those of the other camp, on all samples; NaN where they shared no sample.
        ``.attrs["p_value"]`` is that of the test, and ``.attrs["inside_1"]``, ``["inside_2"]`` and
        ``["across"]`` are the shares of agreement on the half that tests.

    Raises
    ------
    InputError
        If no vote is for a class, or a setting is out of range.

    References
    ----------
    D. R. Cox, "A note on data-splitting for the evaluation of significance levels", Biometrika 62, 1975.

    Examples
    --------
    >>> from sklearn_raters.ratings import rater_camps
    >>> Y = [["a", "a", "b", "b"], ["b", "b", "b", "b"], ["a", "b", "b", "c"], ["c", "c", "a", "a"]] * 30
    >>> rater_camps(Y, random_state=0)["camp"].tolist()
    [1, 1, 2, 2]
    """
    check_count("max_raters", max_raters, 4)
    check_count("min_ratings", min_ratings, 20)
    check_share("significance", significance)
    task, rng = as_task(Y), make_random_state(random_state)
    hinted = rater_hints(task, min_ratings=min_ratings)["rater"]
    return camps_beside(task, hinted, max_raters, min_ratings, significance, rng)


def camps_beside(task, hinted, max_raters, min_ratings, significance, rng):
    """Find camps as `rater_camps`, without the raters in `hinted`."""
    import pandas as pd

    choices, hinted = rater_choices(task).single(), set(hinted)
    count = np.bincount(choices.rater, minlength=len(task.raters))
    busiest = busiest_raters(choices, max_raters)
    raters = np.array([r for r in busiest if count[r] >= min_ratings and task.raters[r] not in hinted])
    empty = pd.DataFrame({"camp": [], "inside": [], "across": []}, index=pd.Index([], name="rater"))
    if len(raters) < 4:
        return empty
    first = rng.permutation(task.n_samples) < task.n_samples // 2
    camp = _propose(count_pairs(choices.take(first[choices.sample]), raters))
    if camp is None:
        return empty
    of_rater = np.full(len(task.raters), -1)
    of_rater[raters] = camp
    inside, across, p_value = _test(choices.take(~first[choices.sample]), of_rater, len(task.classes))
    if not (p_value < significance and min(inside) - across >= _LEAST_GAP):
        return empty
    if camp.sum() * 2 > len(camp):
        camp, inside = 1 - camp, inside[::-1]
    table = pd.DataFrame(
        {"camp": camp + 1} | _shares(count_pairs(choices, raters), camp),
        index=pd.Index([task.raters[rater] for rater in raters], name="rater", tupleize_cols=False),
    )
    table.attrs |= {"p_value": p_value, "inside_1": inside[0], "inside_2": inside[1], "across": across}
    return table


def _propose(counts):
    """Return the camp of each rater, 0 or 1, that separates a half of the samples best, or None."""
    samples = np.where(np.eye(len(counts.samples)), 0, counts.samples).astype(float)
    agreed = np.where(samples > 0, counts.agreed, 0).astype(float)
    total = samples.sum()
    if not total:
        return None
    mean, of_rater = agreed.sum() / total, agreed.sum(axis=1) / np.maximum(samples.sum(axis=1), 1)
    excess = agreed - samples * (of_rater[:, None] + of_rater[None, :] - mean)
    vectors = np.linalg.eigh(excess / np.sqrt(np.maximum(samples, 1)))[1][:, ::-1]
    best, found = 0.0, None
    for vector in vectors[:, :_DIRECTIONS].T:
        order = np.argsort(vector, kind="stable")
        for size in range(2, len(order) - 1):
            camp = np.zeros(len(order), dtype=int)
            camp[order[:size]] = 1
            gap = _separation(samples, agreed, camp)
            if gap > best:
                best, found = gap, camp
    return found


def _separation(samples, agreed, camp):
    """Return by how many standard errors the less coherent camp exceeds the agreement across."""
    one = camp.astype(float)
    sides = [(1 - one, 1 - one), (one, one), (1 - one, one)]
    n = [left @ samples @ right for left, right in sides]
    if min(n) == 0:
        return 0.0
    share = [left @ agreed @ right / pairs for (left, right), pairs in zip(sides, n, strict=True)]
    error = [max(p * (1 - p), 1e-3) / pairs for p, pairs in zip(share, n, strict=True)]
    return min((share[side] - share[2]) / np.sqrt(error[side] + error[2]) for side in (0, 1))


def _test(choices, of_rater, n_classes):
    """Compare agreement inside two camps with that across, on samples that did not propose the camps.

    Pairs of raters of one sample depend on each other, so the standard errors are those of samples.

    Returns
    -------
    inside : tuple of two floats
        Share of agreement of the pairs of raters of each camp.
    across : float
        Share of agreement of the pairs of raters of different camps.
    p_value : float
        The larger one of both camps, one-sided; 1 where a kind of pairs has no sample.
    """
    choices = choices.take(of_rater[choices.rater] >= 0)
    samples, row = np.unique(choices.sample, return_inverse=True)
    cell = (row * 2 + of_rater[choices.rater]) * n_classes + choices.code
    counts = np.bincount(cell, minlength=len(samples) * 2 * n_classes).reshape(-1, 2, n_classes)
    n = counts.sum(axis=2)
    agreed = np.column_stack(
        [(counts * (counts - 1)).sum(axis=2) / 2, (counts[:, 0] * counts[:, 1]).sum(axis=1)]
    )
    pairs = np.column_stack([n * (n - 1) / 2, n[:, 0] * n[:, 1]])
    total = pairs.sum(axis=0)
    if not total.all():
        return (np.nan, np.nan), np.nan, 1.0
    share = agreed.sum(axis=0) / total
    influence = (agreed - share * pairs) / total
    gaps = share[:2] - share[2]
    errors = np.sqrt(((influence[:, :2] - influence[:, 2:]) ** 2).sum(axis=0))
    p_values = ndtr(-gaps / np.maximum(errors, 1e-12))
    return (float(share[0]), float(share[1])), float(share[2]), float(p_values.max())


def _shares(counts, camp):
    """Return each rater's share of agreement inside the camp and across."""
    same = (camp[:, None] == camp[None, :]) & ~np.eye(len(camp), dtype=bool)
    across = camp[:, None] != camp[None, :]
    with np.errstate(invalid="ignore"):
        return {
            name: (counts.agreed * chosen).sum(axis=1) / (counts.samples * chosen).sum(axis=1)
            for name, chosen in (("inside", same), ("across", across))
        }
