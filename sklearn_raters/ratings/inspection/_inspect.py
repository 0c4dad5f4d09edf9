"""All tables on raters and samples, in one call."""

import numpy as np

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._raters import rater_table
from sklearn_raters.ratings._task import as_task
from sklearn_raters.ratings.inspection._alpha import AlphaInterval, alpha_interval
from sklearn_raters.ratings.inspection._camps import camps_beside
from sklearn_raters.ratings.inspection._coverage import rating_coverage
from sklearn_raters.ratings.inspection._hints import rater_hints
from sklearn_raters.ratings.inspection._intervals import share_interval
from sklearn_raters.ratings.inspection._others import rater_confusions
from sklearn_raters.ratings.inspection._pairs import rater_pairs
from sklearn_raters.ratings.inspection._repeats import self_agreement
from sklearn_raters.ratings.inspection._samples import sample_disagreement
from sklearn_raters.ratings.inspection._settings import check_count, check_ordered, make_random_state


def inspect_ratings(
    Y,
    *,
    ordered=False,
    samples=None,
    content=None,
    max_raters=200,
    min_ratings=30,
    n_bootstrap=1000,
    confidence=0.95,
    significance=0.05,
    random_state=None,
):
    """
    Look at the raters: coverage, agreement, habits, doubtful raters and disputed samples.

    Nothing is trained, and each table is also returned by a function of its own.

    Parameters
    ----------
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
    ordered : bool, default=False
        Whether the classes are ordered. The classes of a Task must be in their order; numbers need no Task.
    samples : sequence of length n_samples or None, default=None
        Names of the samples, as in `sample_disagreement`.
    content : array-like of shape (n_samples,) or None, default=None
        What each sample shows, as in `self_agreement`, if something was shown more than once.
    max_raters : int, default=200
        Number of raters to compare in pairs, as in `rater_pairs` and `rater_camps`.
    min_ratings : int, default=30
        Number of ratings that a rater needs to get a hint, as in `rater_hints` and `rater_camps`.
    n_bootstrap : int, default=1000
        Number of draws for the interval of alpha.
    confidence : float, default=0.95
        Confidence of all intervals, between 0 and 1.
    significance : float, default=0.05
        Probability of a wrong hint, as in `rater_hints` and `rater_camps`.
    random_state : int, RandomState instance or None, default=None
        Seed of the draws for alpha and of the halves for camps.

    Returns
    -------
    sklearn.utils.Bunch
        With these fields:

        - ``coverage``: Series of `rating_coverage`;
        - ``alpha``: AlphaInterval of `alpha_interval`, NaN where alpha is not defined;
        - ``alpha_error``: str, why it is not defined, or None;
        - ``raters``: DataFrame, the rows and columns of `rater_summary`, and of each rater ``with_others``,
          the share of agreement with the majority of the other raters, the limits ``low`` and ``high`` of its
          exact interval, and ``compared``, the number of samples that it is taken over;
        - ``pairs``: DataFrame of `rater_pairs`;
        - ``confusions``: DataFrame of `rater_confusions`;
        - ``hints``: DataFrame of `rater_hints`;
        - ``camps``: DataFrame of `rater_camps`;
        - ``self_agreement``: DataFrame of `self_agreement`, None without `content`;
        - ``samples``: DataFrame of `sample_disagreement`;
        - ``confidence``: float, that of the intervals.

    Raises
    ------
    InputError
        If no vote is for a class, a setting is out of range, a rater is named "crowd_hard" or "crowd_soft",
        or `ordered` and the classes are texts whose order was not given.

    Examples
    --------
    >>> from sklearn_raters.datasets import make_rated_samples
    >>> from sklearn_raters.ratings import inspect_ratings
    >>> data = make_rated_samples(400, n_classes=4, n_features=8, random_state=0)
    >>> found = inspect_ratings(data.Y, random_state=0)
    >>> found.hints[["rater", "looks"]].to_dict("records")[-1]
    {'rater': 'constant1', 'looks': 'constant'}
    >>> found.samples["ratings"].max()
    np.int64(5)
    """
    from sklearn.utils import Bunch  # loads pandas

    task, rng = as_task(Y), make_random_state(random_state)
    check_ordered(ordered, task)
    check_count("max_raters", max_raters, 4)
    hinting = {"min_ratings": min_ratings, "significance": significance}
    hints = rater_hints(task, ordered=ordered, **hinting)
    found = Bunch(
        coverage=rating_coverage(task),
        alpha=AlphaInterval(np.nan, np.nan, np.nan),
        alpha_error=None,
        hints=hints,
        camps=camps_beside(task, hints["rater"], max_raters, **hinting, rng=rng),
        pairs=rater_pairs(task, ordered=ordered, max_raters=max_raters, confidence=confidence),
        confusions=rater_confusions(task),
        self_agreement=None if content is None else self_agreement(task, content, confidence=confidence),
        samples=sample_disagreement(task, ordered=ordered, samples=samples),
        confidence=confidence,
    )
    found.raters = _with_others(rater_table(task), found.confusions, confidence)
    bootstrap = {"n_bootstrap": n_bootstrap, "confidence": confidence, "random_state": rng}
    try:
        found.alpha = alpha_interval(task, ordered=ordered, **bootstrap)
    except InputError as error:
        if "not defined" not in str(error):
            raise
        found.alpha_error = str(error)
    return found


def _with_others(table, confusions, confidence):
    """Add each rater's agreement with the majority of the others to the table of raters."""
    same = confusions[confusions["others"] == confusions["own"]]
    compared = confusions.groupby("rater", sort=False)["samples"].sum().reindex(table.index).fillna(0)
    agreed = same.groupby("rater", sort=False)["samples"].sum().reindex(table.index).fillna(0)
    low, high = share_interval(agreed, compared, confidence)
    judged = compared > 0
    table["with_others"] = (agreed / compared).where(judged)
    table["low"], table["high"] = np.where(judged, low, np.nan), np.where(judged, high, np.nan)
    table["compared"] = compared.astype(int)
    return table
