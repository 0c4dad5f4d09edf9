"""Distances of predicted distributions from soft labels."""

import numpy as np
from scipy.sparse import issparse
from scipy.special import rel_entr, xlogy

from sklearn_raters._align import align_columns, align_samples, refuse_masked
from sklearn_raters._sklearn_compat import checked_parameters
from sklearn_raters._targets import are_distributions
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import find_name, to_pandas


def as_numbers(given, name):
    """Return rows of numbers as a float array; raise InputError if they are none."""
    refuse_masked(given, name)
    try:
        values = given.toarray() if issparse(given) else np.asarray(given)
        if values.dtype.kind not in "fiubO":
            raise ValueError(f"its type is {values.dtype}")
        return values.astype(float if values.dtype == object else np.result_type(values.dtype, np.float32))
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{name} must hold rows of numbers, all of one length: {error}.") from error


def named_columns(table, names, what):
    """Return a data frame with its columns, in any spelling, in the order of names; see `align_columns`."""
    if hasattr(table, "columns") and type(table.columns).__name__ != "RangeIndex":
        table = to_pandas(table)
        table = table.set_axis([find_name(column, list(names)) for column in table.columns], axis=1)
    return align_columns(table, names, what)


def check_distributions(soft_true, proba):
    """Return both as float arrays of the same shape (n_samples, n_classes) whose rows sum to 1."""
    if hasattr(soft_true, "iloc") and hasattr(proba, "iloc"):
        soft_true, proba = align_samples(soft_true=soft_true, proba=proba)
    if hasattr(soft_true, "columns") and hasattr(proba, "columns"):
        proba = named_columns(proba, soft_true.columns, "proba")
    pair = []
    for name, given in (("soft_true", soft_true), ("proba", proba)):
        values = as_numbers(given, name)
        if values.ndim != 2:
            raise InputError(
                f"{name} must have shape (n_samples, n_classes), got {values.shape}: give one "
                "distribution for each sample."
            )
        good = are_distributions(values)
        if not good.all():
            row = np.flatnonzero(~good)[0]
            raise InputError(
                f"Sample {row} of {name} is not a distribution: {values[row]}. Every row must be "
                "non-negative and sum to 1; leave out samples without votes."
            )
        pair.append(values)
    if pair[0].shape != pair[1].shape or not len(pair[0]):
        raise InputError(
            f"soft_true has shape {pair[0].shape} and proba {pair[1].shape}: they must have the same shape "
            "and hold at least one sample."
        )
    return pair


def soft_cross_entropy(soft_true, proba):
    """
    Compute the mean cross-entropy of predicted distributions, in nats.

    Parameters
    ----------
    soft_true : array-like of shape (n_samples, n_classes)
        Soft labels; rows sum to 1.
    proba : array-like of shape (n_samples, n_classes)
        Predicted probabilities, classes in the same order; rows sum to 1. Probabilities below the machine
        epsilon of their float type are raised to it, as in `sklearn.metrics.log_loss`.

    Returns
    -------
    float
        Mean over samples of ``-sum_k soft_true[k] * log(proba[k])``. Its minimum is the mean entropy of the
        soft labels, which is 0 only if each of them puts all weight on one class.

    Raises
    ------
    InputError
        If the shapes differ or a row is not a distribution.

    References
    ----------
    A. Uma et al., "Learning from Disagreement: A Survey", Journal of Artificial Intelligence Research 72,
    2021: soft evaluation by cross-entropy.

    Examples
    --------
    >>> from sklearn_raters.metrics import soft_cross_entropy
    >>> round(soft_cross_entropy([[0.5, 0.5], [1.0, 0.0]], [[0.5, 0.5], [0.5, 0.5]]), 4)
    0.6931
    """
    soft_true, proba = check_distributions(soft_true, proba)
    proba = np.clip(proba, np.finfo(proba.dtype).eps, 1)
    return float(-xlogy(soft_true, proba).sum(axis=1).mean())


def jensen_shannon_divergence(soft_true, proba):
    """
    Compute the mean Jensen-Shannon divergence of predicted distributions, in bits.

    Parameters
    ----------
    soft_true : array-like of shape (n_samples, n_classes)
        Soft labels; rows sum to 1.
    proba : array-like of shape (n_samples, n_classes)
        Predicted probabilities, classes in the same order; rows sum to 1.

    Returns
    -------
    float
        Mean over samples, from 0 (equal) to 1 (no class in common). It is the mean of the squares of
        `scipy.spatial.distance.jensenshannon` with ``base=2``.

    Raises
    ------
    InputError
        If the shapes differ or a row is not a distribution.

    References
    ----------
    J. Lin, "Divergence measures based on the Shannon entropy", IEEE Transactions on Information
    Theory 37(1), 1991.

    Examples
    --------
    >>> from sklearn_raters.metrics import jensen_shannon_divergence
    >>> jensen_shannon_divergence([[1.0, 0.0]], [[0.0, 1.0]])
    1.0
    """
    soft_true, proba = check_distributions(soft_true, proba)
    middle = (soft_true + proba) / 2
    divergence = (rel_entr(soft_true, middle) + rel_entr(proba, middle)).sum(axis=1) / 2
    # jensenshannon of scipy is NaN where rounding makes the divergence of equal rows slightly negative.
    return float(np.clip(divergence / np.log(2), 0, 1).mean())


def manhattan_distance(soft_true, proba):
    """
    Compute the mean Manhattan distance of predicted distributions.

    Parameters
    ----------
    soft_true : array-like of shape (n_samples, n_classes)
        Soft labels; rows sum to 1.
    proba : array-like of shape (n_samples, n_classes)
        Predicted probabilities, classes in the same order; rows sum to 1.

    Returns
    -------
    float
        Mean over samples of ``sum_k |soft_true[k] - proba[k]|``, from 0 (equal) to 2 (no class in common).

    Raises
    ------
    InputError
        If the shapes differ or a row is not a distribution.

    References
    ----------
    E. Leonardelli et al., "LeWiDi-2025 at NLPerspectives: the third edition of the Learning with
    Disagreements shared task", 2025: soft evaluation of nominal tasks.

    Examples
    --------
    >>> from sklearn_raters.metrics import manhattan_distance
    >>> manhattan_distance([[0.75, 0.25], [1.0, 0.0]], [[0.5, 0.5], [1.0, 0.0]])
    0.25
    """
    soft_true, proba = check_distributions(soft_true, proba)
    return float(np.abs(soft_true - proba).sum(axis=1).mean())


def wasserstein_distance(soft_true, proba):
    """
    Compute the mean Wasserstein distance of predicted distributions over ordered classes.

    The share of the votes that has to move to another class, times the number of classes that it moves.

    Parameters
    ----------
    soft_true : array-like of shape (n_samples, n_classes)
        Soft labels; rows sum to 1. The columns are the classes in their order, such as "never", "sometimes",
        "often"; neighbours have the distance 1.
    proba : array-like of shape (n_samples, n_classes)
        Predicted probabilities, classes in the same order; rows sum to 1.

    Returns
    -------
    float
        Mean over samples of ``sum_k |P[k] - Q[k]|`` with the cumulative sums P of `soft_true` and Q of
        `proba`, from 0 (equal) to n_classes - 1 (all votes at one end, all probability at the other). It is
        the mean of `scipy.stats.wasserstein_distance` with the positions of the classes as values.

    Raises
    ------
    InputError
        If the shapes differ or a row is not a distribution.

    References
    ----------
    E. Leonardelli et al., "LeWiDi-2025 at NLPerspectives: the third edition of the Learning with
    Disagreements shared task", 2025: soft evaluation of ordinal tasks.

    Examples
    --------
    >>> from sklearn_raters.metrics import wasserstein_distance
    >>> wasserstein_distance([[1.0, 0.0, 0.0]], [[0.5, 0.0, 0.5]])
    1.0
    """
    soft_true, proba = check_distributions(soft_true, proba)
    return float(np.abs(np.cumsum(soft_true - proba, axis=1)[:, :-1]).sum(axis=1).mean())


def brier_score(soft_true, proba):
    """
    Compute the Brier score, the mean squared distance of predicted distributions.

    Parameters
    ----------
    soft_true : array-like of shape (n_samples, n_classes)
        Soft labels; rows sum to 1.
    proba : array-like of shape (n_samples, n_classes)
        Predicted probabilities, classes in the same order; rows sum to 1.

    Returns
    -------
    float
        Mean over samples of ``sum_k (soft_true[k] - proba[k]) ** 2``, from 0 (equal) to 2. If each row of
        `soft_true` has one class, it is `sklearn.metrics.brier_score_loss` without ``scale_by_half``.

    Raises
    ------
    InputError
        If the shapes differ or a row is not a distribution.

    References
    ----------
    G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78(1),
    1950.

    Examples
    --------
    >>> from sklearn_raters.metrics import brier_score
    >>> brier_score([[0.75, 0.25], [1.0, 0.0]], [[0.5, 0.5], [1.0, 0.0]])
    0.0625
    """
    soft_true, proba = check_distributions(soft_true, proba)
    return float(((soft_true - proba) ** 2).sum(axis=1).mean())


@checked_parameters({"average": [str]})
def soft_f1_score(soft_true, proba, *, average="micro"):
    """
    Compute the F1 score of predicted distributions, in which a class counts by its share.

    Parameters
    ----------
    soft_true : array-like of shape (n_samples, n_classes)
        Soft labels; rows sum to 1.
    proba : array-like of shape (n_samples, n_classes)
        Predicted probabilities, classes in the same order; rows sum to 1.
    average : {"micro", "macro"}, default="micro"
        Whether the sums run over samples and classes, or over the samples of each class, and the result is
        the mean over the classes. Classes that have neither votes nor probabilities are left out.

    Returns
    -------
    float
        ``2 * sum(min(soft_true, proba)) / sum(soft_true + proba)``, from 0 (no class in common) to 1 (equal).
        The micro average is ``1 - manhattan_distance(soft_true, proba) / 2``.

    Raises
    ------
    InputError
        If the shapes differ, a row is not a distribution, or `average` is neither of the two.

    References
    ----------
    K. Kurniawan et al., "Training and Evaluating with Human Label Variation: An Empirical Study",
    Computational Linguistics 52(1), 2026.

    Examples
    --------
    >>> from sklearn_raters.metrics import soft_f1_score
    >>> soft_true, proba = [[0.75, 0.25], [1.0, 0.0]], [[0.5, 0.5], [1.0, 0.0]]
    >>> soft_f1_score(soft_true, proba)
    0.875
    >>> round(soft_f1_score(soft_true, proba, average="macro"), 4)
    0.7949
    """
    if average not in ("micro", "macro"):
        raise InputError(f"average must be 'micro' or 'macro', got {average!r}.")
    soft_true, proba = check_distributions(soft_true, proba)
    common, total = np.minimum(soft_true, proba).sum(axis=0), (soft_true + proba).sum(axis=0)
    if average == "micro":
        return float(2 * common.sum() / total.sum())
    present = total > 0
    return float((2 * common[present] / total[present]).mean())
