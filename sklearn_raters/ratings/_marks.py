"""Numbers for raters and samples that come from what was said alone, not from names or places."""

import numpy as np

# Rounds in which raters and samples are told apart by each other; more tell apart longer chains only.
_ROUNDS = 3


def content_marks(votes, sample_weight=None, *, counted=True):
    """
    Return a number for each rater and each sample that comes from what was said alone.

    Neither names nor the order of raters or samples change it.

    Raters and samples are marked in turn by the marks of each other, as in the refinement of Weisfeiler and
    Leman (1968). Those whose votes are alike in all this have the same mark.

    Parameters
    ----------
    votes : Votes
        The votes.
    sample_weight : ndarray of shape (n_samples,) or None, default=None
        Weights of the samples. None weighs each by 1.
    counted : bool, default=True
        Whether it counts how often a rater voted so, by its share of all votes.

    Returns
    -------
    of_rater : ndarray of uint64, shape (n_raters,)
        Equal for equal votes on samples on which the others' votes are equal.
    of_sample : ndarray of uint64, shape (n_samples,)
        Equal for equal votes by raters of equal marks.

    Examples
    --------
    >>> from sklearn_raters.ratings import content_marks, parse_ratings
    >>> votes = parse_ratings([["a", "a", "b"], ["b", "b", "b"], ["a", "a", "b"]])
    >>> of_rater, of_sample = content_marks(votes)
    >>> bool(of_rater[0] == of_rater[1]), bool(of_rater[0] == of_rater[2])
    (True, False)
    >>> bool(of_sample[0] == of_sample[2]), bool(of_sample[0] == of_sample[1])
    (True, False)
    """
    weight = np.ones(votes.n_samples) if sample_weight is None else np.asarray(sample_weight, dtype=float)
    of_rater = np.zeros(len(votes.raters), dtype=np.uint64)
    kind = _mixed(votes.label.astype(np.uint64), votes.weight.view(np.uint64))
    for _ in range(_ROUNDS):
        of_sample = _marks_of_samples(votes, of_rater, kind)
        said = np.column_stack([votes.rater.astype(np.uint64), of_sample[votes.sample], kind])
        alike, place = np.unique(said, axis=0, return_inverse=True)
        total = np.bincount(place.ravel(), weight[votes.sample], minlength=len(alike))
        alike, share = alike[total > 0], (total[total > 0] / total.sum()).round(12)
        marks = _mixed(alike[:, 1], alike[:, 2])
        marks = _mixed(marks, share.view(np.uint64)) if counted else marks
        of_rater = _summed(alike[:, 0].astype(np.intp), marks, len(votes.raters))
    return of_rater, _marks_of_samples(votes, of_rater, kind)


def _marks_of_samples(votes, of_rater, kind):
    return _summed(votes.sample, _mixed(of_rater[votes.rater], kind), votes.n_samples)


def _summed(places, values, n_places):
    """Return the sum of the values of each place, modulo 2**64, which does not depend on their order."""
    sums = np.zeros(n_places, dtype=np.uint64)
    np.add.at(sums, places, values)
    return sums


def _mixed(one, other):
    """Return a hash of pairs of numbers: the steps of SplitMix64 (Steele et al. 2014)."""
    mixed = one * np.uint64(0x9E3779B97F4A7C15) + other
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))
