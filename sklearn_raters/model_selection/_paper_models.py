"""The models of the paper's Table 3 that one stack of views gives."""

from sklearn.base import clone

from sklearn_raters._nested import takes_ratings, unwrap
from sklearn_raters.ratings import Task, eligible_raters
from sklearn_raters.stacking import CROWD_VIEWS, PAPER_PAIR, view_names


def is_stack(estimator):
    """Tell whether an estimator, possibly at the end of a pipeline, is a stack of views."""
    return takes_ratings(estimator) and {"views", "fusion"} <= set(unwrap(estimator).get_params(deep=False))


def paper_models(stack, Y, *, folds=None):
    """
    Name the rows of the paper's Table 3 that one stack of views gives.

    Parameters
    ----------
    stack : MultiRaterStackingClassifier
        Possibly the last step of a pipeline. Its `views` say which rows there are.
    Y : ratings of n_samples
        The ratings, of which the raters with enough of them get a row.
    folds : list of (train, test) or None, default=None
        Raters need the stack's `min_ratings` in every training part; None takes all of `Y` as one.

    Returns
    -------
    dict
        From name to unfitted stack: "crowd-hard", "crowd-soft" and every rater (a single view as it is),
        "crowd pair", "all views", and "mean of posteriors" of all views.

    Raises
    ------
    TypeError
        If `stack` has no views.
    ValueError
        If a view is neither the crowd's nor a rater's, or no view is left.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn_raters import MultiRaterStackingClassifier
    >>> from sklearn_raters.model_selection import paper_models
    >>> stack = MultiRaterStackingClassifier(LogisticRegression())
    >>> Y = [["a", "a"], ["b", "a"], ["b", "b"], ["a", "a"]]
    >>> list(paper_models(stack, Y))
    ['crowd-hard', 'crowd-soft', 0, 1, 'crowd pair', 'all views', 'mean of posteriors']
    """
    if not is_stack(stack):
        raise TypeError(
            f"{type(stack).__name__} has no views to expand: give a MultiRaterStackingClassifier, or a dict "
            "of name to estimator."
        )
    given = unwrap(stack)
    task = Task(Y, given.classes, given.label_map)
    raters = None
    if folds is not None:
        by_part = [eligible_raters(task.take(train), min_ratings=given.min_ratings) for train, _ in folds]
        raters = [rater for rater in by_part[0] if all(rater in part for part in by_part)]
    views = view_names(given.views, task, given.min_ratings, given.max_raters, eligible=raters)
    rows = {
        view.replace("_", "-") if view in CROWD_VIEWS else view: {"views": [view], "fusion": "mean"}
        for view in views
    }
    if set(PAPER_PAIR) <= set(views):
        rows["crowd pair"] = {"views": list(PAPER_PAIR)}
    if len(views) > 1:
        rows["all views"] = {"views": views}
        rows["mean of posteriors"] = {"views": views, "fusion": "mean"}
    models = {}
    for name, params in rows.items():
        models[name] = clone(stack)
        used = set(map(str, params["views"]))
        own = {view: value for view, value in (given.view_params or {}).items() if str(view) in used}
        unwrap(models[name]).set_params(view_params=own or None, **params)
    return models
