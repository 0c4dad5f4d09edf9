"""Stacks for a purpose, by name."""

from sklearn_raters.stacking._stacking import MultiRaterStackingClassifier

TRUTH_VIEWS = ("crowd_hard", "crowd_soft", "crowd_dawid_skene", "crowd_one_coin", "crowd_mace")


def truth_stack(estimator, **params):
    """
    Make a stack for ratings of which one is right, such as what an image shows.

    The paper's stack takes the majority for the truth, which biased raters and spammers spoil. This one has
    a view on each of several estimates of the truth, by methods that learn how good each rater is, beside
    all raters' soft labels; "crowd_hard" and the fusion learn the labels of Dawid & Skene. Where raters may
    differ, as on feelings, it calls a minority's opinion an error: take the paper's stack there. It needs the
    package crowd-kit, and samples of which most have several ratings. Where a method finds one class alone,
    as "one_coin" may among many spammers, `fit` says which view to leave out by `views`.

    Parameters
    ----------
    estimator : classifier
        What each view trains a copy of; see `MultiRaterStackingClassifier`.
    **params : dict
        Further parameters of `MultiRaterStackingClassifier`; they win over those set here.

    Returns
    -------
    MultiRaterStackingClassifier
        Not fitted.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_raters.datasets import make_rated_samples
    >>> from sklearn_raters.stacking import truth_stack
    >>> crowd = make_rated_samples(300, n_classes=3, n_features=16, class_sep=3, random_state=0)
    >>> clf = truth_stack(LogisticRegression(), random_state=0).fit(crowd.X, crowd.Y)
    >>> clf.views_
    ['crowd_hard', 'crowd_soft', 'crowd_dawid_skene', 'crowd_one_coin', 'crowd_mace']
    """
    return MultiRaterStackingClassifier(
        estimator, **{"views": list(TRUTH_VIEWS), "consensus": "dawid_skene", **params}
    )
