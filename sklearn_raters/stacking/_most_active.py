"""Choose the raters who rated most, by what was said alone: not by names, or by the order of samples."""

import numpy as np

# Rounds in which raters and samples are told apart by each other; more tell apart longer chains only.
_ROUNDS = 3


def most_active(raters, task, n_raters, sample_weight=None):
    """Return the raters who rated the most samples, in the order given; all if `n_raters` is None.

    Of raters who rated as many, what they and the others said decides, so that names, the order of raters and
    samples, and repeats in place of weights change nothing. Only for raters whose ratings are alike in all
    this, the samples' order decides.

    Parameters
    ----------
    raters : list
        Names of raters to choose from.
    task : Task
        The ratings.
    n_raters : int or None
        Largest number of raters to choose.
    sample_weight : ndarray of shape (n_samples,) or None, default=None
        Weights of the samples. None weighs each by 1.

    Returns
    -------
    list
        Names of raters.
    """
    if n_raters is None or len(raters) <= n_raters:
        return raters
    votes = task.votes
    weight = np.ones(votes.n_samples) if sample_weight is None else np.asarray(sample_weight, dtype=float)
    rated = np.unique(np.column_stack([votes.rater, votes.sample]), axis=0)
    # Sums of weights are equal up to rounding, whatever the order of samples.
    n_rated = np.bincount(rated[:, 0], weight[rated[:, 1]], minlength=len(votes.raters)).round(6)
    marks = (_marks(votes, weight, counted=counted) for counted in (False, True))
    keys = zip(-n_rated, *marks, votes.contents(), strict=True)
    key = dict(zip(votes.raters, keys, strict=True))
    chosen = set(sorted(raters, key=key.__getitem__)[:n_raters])
    return [rater for rater in raters if rater in chosen]


def _marks(votes, weight, *, counted):
    """Return a number for each rater, equal for equal votes on samples on which the others' votes are equal.

    Raters and samples are marked in turn by the marks of each other, as in the refinement of Weisfeiler and
    Leman. How often a rater voted so counts by its share of all votes, or, if `counted` is false, not at all.
    """
    of_rater = np.zeros(len(votes.raters), dtype=np.uint64)
    kind = _mixed(votes.label.astype(np.uint64), votes.weight.view(np.uint64))
    for _ in range(_ROUNDS):
        of_sample = _summed(votes.sample, _mixed(of_rater[votes.rater], kind), votes.n_samples)
        said = np.column_stack([votes.rater.astype(np.uint64), of_sample[votes.sample], kind])
        alike, place = np.unique(said, axis=0, return_inverse=True)
        total = np.bincount(place.ravel(), weight[votes.sample], minlength=len(alike))
        alike, share = alike[total > 0], (total[total > 0] / total.sum()).round(12)
        marks = _mixed(alike[:, 1], alike[:, 2])
        marks = _mixed(marks, share.view(np.uint64)) if counted else marks
        of_rater = _summed(alike[:, 0].astype(np.intp), marks, len(votes.raters))
    return of_rater.tolist()


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
