"""Choose the raters who rated most, without regard to names and the order of samples."""

import numpy as np

from sklearn_raters.ratings import content_marks


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
    marks = (content_marks(votes, weight, counted=counted)[0].tolist() for counted in (False, True))
    keys = zip(-n_rated, *marks, votes.contents(), strict=True)
    key = dict(zip(votes.raters, keys, strict=True))
    chosen = set(sorted(raters, key=key.__getitem__)[:n_raters])
    return [rater for rater in raters if rater in chosen]
