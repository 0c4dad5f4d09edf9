"""A stack for tasks with one right answer."""

from sklearn_raters.stacking._stacking import MultiRaterStackingClassifier

TRUTH_VIEWS = ("crowd_hard", "crowd_soft", "crowd_dawid_skene", "crowd_one_coin", "crowd_mace")


def truth_stack(estimator=None, **params):
    """
    Make a stack for tasks with one right answer, such as what an image shows.

    `MultiRaterStackingClassifier` takes the majority for the truth, which biased raters and spammers spoil.
    The stack made here has views on soft labels and on several estimates of the truth, by methods that learn
    how good each rater is; "crowd_hard" and the fusion learn the labels of Dawid & Skene. These methods treat
    the opinion of a minority as an error: if raters may rightly differ, as on feelings, use
    `MultiRaterStackingClassifier` itself. The package crowd-kit is needed, and most samples should have
    several ratings. If a method finds a single class, as "one_coin" may among many spammers, the error of
    `fit` names the view to leave out of `views`.

    Parameters
    ----------
    estimator : classifier, default=None
        Classifier of which each view trains a copy; see `MultiRaterStackingClassifier`, also for None.
    **params : dict
        Further parameters of `MultiRaterStackingClassifier`, which override those set here.

    Returns
    -------
    MultiRaterStackingClassifier
        The unfitted stack.

    Examples
    --------
    >>> from sklearn_raters.datasets import make_rated_samples
    >>> from sklearn_raters.stacking import truth_stack
    >>> crowd = make_rated_samples(300, n_classes=3, n_features=16, class_sep=3, random_state=0)
    >>> clf = truth_stack(random_state=0).fit(crowd.X, crowd.Y)
    >>> clf.views_
    ['crowd_hard', 'crowd_soft', 'crowd_dawid_skene', 'crowd_one_coin', 'crowd_mace']
    """
    params = {"views": list(TRUTH_VIEWS), "consensus": "dawid_skene", **params}
    return MultiRaterStackingClassifier(estimator, **params)
