"""Raters who look constant, random or reversed, with the evidence."""

import numpy as np
from scipy.special import bdtr, bdtrc, chdtrc, ndtr

from sklearn_raters.ratings._task import as_task
from sklearn_raters.ratings.inspection._nearest import judge_by_nearest
from sklearn_raters.ratings.inspection._others import judge_by_others
from sklearn_raters.ratings.inspection._settings import check_count, check_ordered, check_share

# Shares of the labels below which a rater is not constant, and of the crowd's kappa above which not random.
_CONSTANT, _RANDOM = 0.95, 0.5
# Where the raters hardly agree with each other, nobody stands out as random.
_LEAST_KAPPA = 0.2
# Level of the test of a relation to the others; a related rater is not random.
_RELATED = 0.01
# Raters are split where they agree with those nearest to them better than with all by this much kappa.
_SPLIT = 0.1
# A rater is reversed whose correlation with the others is below this value.
_REVERSED = -0.1
# Kinds of hints, among which the significance is divided.
_KINDS = 3
# Entries of the tables that are held at once.
_BLOCK = 4_000_000


def rater_hints(Y, *, ordered=False, min_ratings=30, significance=0.05):
    """
    Find raters who look constant, random, reversed, or as if they had swapped two classes.

    Each rater is compared with the majority of the other raters. A hint is no verdict: a rater may rightly
    see things differently, and where many raters are careless, the others' majority is no measure. Raters
    who differ in another way, such as those of a camp (`rater_camps`), get no hint here. The tests take
    samples as independent, and the majority of the others is not free of errors; the limits below are chosen
    so that ordinary differences between raters give no hint.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    ordered : bool, default=False
        Whether the classes are ordered, so that a whole scale may be reversed. The classes of a Task must be
        in their order; numbers need no Task.
    min_ratings : int, default=30
        Number of ratings that a rater needs to be compared: ratings of one class on samples of which the
        other raters have a majority. At least 20.
    significance : float, default=0.05
        Probability of a wrong hint in the whole crowd, between 0 and 1. It is divided among all raters and
        kinds of hints (Bonferroni).

    Returns
    -------
    DataFrame
        One row a hint, at most one a rater, in the order of Y: `rater`; `looks`, one of

        - "constant": one class on 95 % of the samples or more, also where the others chose another class,
          more often than halfway from the crowd's share to all;
        - "random": agreement beyond chance (kappa) below half of that of the crowd, and no relation to the
          others' choices (chi-squared test, level 0.01). Where raters are split, so that they agree with
          those nearest to them better than with all, both are taken of the nearest: those others whose kappa
          with the rater is above half of the highest, on another half of the samples. They are sought among
          the 200 raters with most ratings, and at most 200 raters are compared in this way;
        - "reversed": correlation with the others below -0.1 along ordered classes;
        - "swapped": two classes exchanged, each named as the other more often than rightly;

        `samples`, the number compared; `p_value`, multiplied by the number of tests, at most 1; and
        `evidence`, a sentence. ``.attrs["compared"]`` is the number of raters with
        ``.attrs["min_ratings"]``. There is no hint if fewer than three raters are judged by others, as nobody
        could tell who of two is the odd one.

    Raises
    ------
    InputError
        If no vote is for a class, a setting is out of range, or `ordered` and the classes are texts whose
        order was not given.

    See Also
    --------
    rater_confusions : The counts that are compared.

    References
    ----------
    D. Hovy et al., "Learning Whom to Trust with MACE", NAACL 2013, and V. Raykar and S. Yu, "Eliminating
    Spammers and Ranking Annotators for Crowdsourced Labeling Tasks", JMLR 13, 2012: a spammer's labels do not
    depend on the true class.

    Examples
    --------
    >>> from sklearn_raters.ratings import rater_hints
    >>> Y = [["a", "a", "a", "a"], ["b", "b", "b", "a"]] * 50
    >>> rater_hints(Y)[["rater", "looks", "evidence"]].to_dict("records")  # doctest: +NORMALIZE_WHITESPACE
    [{'rater': 3, 'looks': 'constant', 'evidence': "chose 'a' on 100 of 100 samples, and on 50 of the 50 of
    which the others chose another class (other raters: 0 %)"}]
    """
    import pandas as pd

    check_count("min_ratings", min_ratings, 20)
    check_share("significance", significance)
    task = as_task(Y)
    check_ordered(ordered, task)
    judged, n_classes = judge_by_others(task), len(task.classes)
    samples = np.bincount(judged.rater, minlength=len(task.raters))
    compared = np.flatnonzero(samples >= min_ratings)
    rows, unrelated = {}, []
    level = significance / max(1, len(compared) * _KINDS)
    if np.count_nonzero(samples) >= 3 and n_classes > 1:
        crowd = _tables(judged, np.zeros(len(task.raters), dtype=np.int64), [0], n_classes)[0]
        block = max(1, _BLOCK // n_classes**2)
        for start in range(0, len(compared), block):
            raters = compared[start : start + block]
            for rater, table in zip(
                raters, _tables(judged, np.arange(len(task.raters)), raters, n_classes), strict=True
            ):
                found = _find(table, crowd - table, task.classes, ordered, level)
                if found is not None:
                    rows[rater] = samples[rater], *found
                elif _related(table) >= _RELATED:
                    unrelated.append(rater)
        rows |= _random_among_split(task, unrelated, crowd, min_ratings, level)
    found = []
    for rater, (n, looks, p_value, evidence) in sorted(rows.items()):
        p_value = min(1.0, float(p_value) * len(compared) * _KINDS)
        found.append((task.raters[rater], looks, n, p_value, evidence))
    table = pd.DataFrame(found, columns=["rater", "looks", "samples", "p_value", "evidence"])
    table.attrs.update(compared=len(compared), min_ratings=min_ratings)
    return table


def _random_among_split(task, raters, crowd, min_ratings, level):
    """Return hints at random raters where raters are split, so that the majority of all is no measure.

    Parameters
    ----------
    task : Task
        The ratings.
    raters : list of int
        The raters, whose choices are not related to the majority of all others.
    crowd : ndarray of int, shape (n_classes, n_classes)
        Number of samples by the others' class and the own class, of all raters.
    min_ratings : int
        Number of samples that a rater needs.
    level : float
        The p-value below which the test gives a hint.

    Returns
    -------
    dict
        By rater: the number of samples, "random", the p-value and the evidence.
    """
    if not raters:
        return {}
    judged, n_classes = judge_by_nearest(task, raters), len(task.classes)
    nearest = _tables(judged, np.zeros(len(task.raters), dtype=np.int64), [0], n_classes)[0]
    if _kappa(nearest) < _kappa(crowd) + _SPLIT:
        return {}
    found = {}
    tables = _tables(judged, np.arange(len(task.raters)), raters, n_classes)
    for rater, table in zip(raters, tables, strict=True):
        n = table.sum()
        if n < min_ratings:
            continue
        hint = _random(table, nearest - table, task.classes, "the raters nearest to this one")
        # A rater with other names for the classes agrees with the nearest less than by chance.
        is_apart = bdtr(np.trace(table), n, _agreement(table)[1]) < _RELATED
        if hint is not None and hint[0] < level and not is_apart:
            found[rater] = n, "random", *hint
    return found


def _tables(judged, row_of, rows, n_classes):
    """Count samples by row, class of the others and class of the rater, for rising rows."""
    rows = np.asarray(rows)
    row = row_of[judged.rater]
    place = np.minimum(np.searchsorted(rows, row), len(rows) - 1)
    kept = rows[place] == row
    cell = (place[kept] * n_classes + judged.others[kept]) * n_classes + judged.own[kept]
    counts = np.bincount(cell, minlength=len(rows) * n_classes**2)
    return counts.reshape(-1, n_classes, n_classes)


def _find(table, rest, classes, ordered, level):
    """Return what a rater looks like, its p-value and the evidence, or None.

    Parameters
    ----------
    table, rest : ndarray of int, shape (n_classes, n_classes)
        Number of samples by the others' class and the own class, of the rater and of all other raters.
    classes : list
        The classes.
    ordered : bool
        Whether they are ordered.
    level : float
        The p-value below which a test gives a hint.
    """
    tests = [_constant, _reversed, _swapped, _random] if ordered else [_constant, _swapped, _random]
    for test in tests:
        found = test(table, rest, classes)
        if found is not None and found[0] < level:
            return test.__name__.removeprefix("_"), *found
    return None


def _constant(table, rest, classes):
    n, top = table.sum(), table.sum(axis=0).argmax()
    chosen = table[:, top].sum()
    other = n - table[top].sum()
    crowd_other = rest.sum() - rest[top].sum()
    if chosen < _CONSTANT * n or not other or not crowd_other:
        return None
    also = chosen - table[top, top]
    crowd = (rest[:, top].sum() - rest[top, top]) / crowd_other
    p_value = bdtrc(also - 1, other, max(0.5, (1 + crowd) / 2)) if also else 1.0
    return p_value, (
        f"chose {classes[top]!r} on {chosen} of {n} samples, and on {also} of the {other} of which the "
        f"others chose another class (other raters: {100 * crowd:.0f} %)"
    )


def _reversed(table, rest, classes):
    n, place = table.sum(), np.arange(len(classes))
    correlation = _correlation(table, place)
    if not correlation < _REVERSED:
        return None
    step = np.arctanh(max(correlation, -1 + 1e-9)) - np.arctanh(_REVERSED)
    return ndtr(step * np.sqrt(n - 3)), (
        f"correlation {correlation:.2f} with the others on {n} samples (other raters: "
        f"{_correlation(rest, place):.2f})"
    )


def _swapped(table, rest, classes):
    off = table > table.diagonal()[:, None]
    pairs = np.argwhere(np.triu(off & off.T, 1))
    if not len(pairs):
        return None

    def p_value(pair):
        # Of the samples that are either rightly named or named as the other class.
        tests = (
            (table[one, other], table[one, one] + table[one, other]) for one, other in (pair, pair[::-1])
        )
        return max(bdtrc(hits - 1, n, 0.5) for hits, n in tests)

    a, b = min(pairs, key=p_value)
    n_pairs = len(classes) * (len(classes) - 1) // 2
    return min(1.0, n_pairs * p_value((a, b))), (
        f"chose {classes[b]!r} on {table[a, b]} of the {table[a].sum()} samples of which the others chose "
        f"{classes[a]!r} ({classes[a]!r} on {table[a, a]}), and {classes[a]!r} on {table[b, a]} of the "
        f"{table[b].sum()} of which they chose {classes[b]!r} ({classes[b]!r} on {table[b, b]})"
    )


def _random(table, rest, classes, whom="the others"):
    n, agreed = table.sum(), np.trace(table)
    share, chance = _agreement(table)
    crowd = _kappa(rest)
    if crowd < _LEAST_KAPPA or chance >= 1 or _related(table) < _RELATED:
        return None
    p_value = bdtr(agreed, n, chance + _RANDOM * crowd * (1 - chance))
    return p_value, (
        f"agrees with {whom} on {agreed} of {n} samples, {100 * share:.0f} % (by chance "
        f"{100 * chance:.0f} %; other raters: {100 * _agreement(rest)[0]:.0f} %), and the choices do not "
        "depend on theirs"
    )


def _kappa(table):
    """Return the agreement in a table beyond chance, 0 where chance explains all."""
    share, chance = _agreement(table)
    return (share - chance) / (1 - chance) if chance < 1 else 0.0


def _agreement(table):
    """Return the share of agreement in a table, and the share expected by chance."""
    n = max(table.sum(), 1)
    return np.trace(table) / n, float(table.sum(axis=0) @ table.sum(axis=1)) / n**2


def _related(table):
    """Return the p-value of Pearson's chi-squared test of independence of a table."""
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    expected = np.outer(rows, columns) / table.sum()
    used = expected > 0
    statistic = ((table - expected)[used] ** 2 / expected[used]).sum()
    freedom = (np.count_nonzero(rows) - 1) * (np.count_nonzero(columns) - 1)
    return chdtrc(freedom, statistic) if freedom else 1.0


def _correlation(table, place):
    """Return Pearson's correlation of the rows' and the columns' places, NaN if one of them is constant."""
    n, rows, columns = table.sum(), table.sum(axis=1), table.sum(axis=0)
    x, y = rows @ place / n, columns @ place / n
    spread = np.sqrt((rows @ (place - x) ** 2) * (columns @ (place - y) ** 2))
    return float((place - x) @ table @ (place - y) / spread) if spread > 0 else np.nan
