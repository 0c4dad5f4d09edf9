"""The models of the paper's Table 3, made from one stack of views."""

from sklearn.base import clone

from sklearn_raters._nested import unwrap
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import Task, eligible_raters, find_name
from sklearn_raters.stacking import CROWD_VIEWS, PAPER_PAIR, MultiRaterStackingClassifier, view_names


def paper_models(stack, Y, *, folds=None):
    """
    Return the models of the paper's Table 3, made from the views of one stack.

    Parameters
    ----------
    stack : MultiRaterStackingClassifier
        The stack, or a pipeline that ends in it. Its `views` determine the models.
    Y : ratings of n_samples, or Task
        In any form that `sklearn_raters.ratings.Task` takes. Raters with at least the stack's `min_ratings`
        ratings have a model.
    folds : list of (train, test) or None, default=None
        A rater must have `min_ratings` ratings in every training part; None counts all of `Y`.

    Returns
    -------
    dict
        From name to unfitted stack: "crowd-hard", "crowd-soft" and each rater's name for a single view,
        "crowd pair" and "all views" for the fusion of several views, and "mean of posteriors" for the mean of
        all views.

    Raises
    ------
    TypeError
        If `stack` has no views.
    InputError
        If a view is neither a crowd view nor a rater, no view is left, or a rater has the name of another
        model, such as "all views".

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
    given = unwrap(stack)
    if not isinstance(given, MultiRaterStackingClassifier):
        raise TypeError(
            f"{type(stack).__name__} has no views to expand: give a MultiRaterStackingClassifier, or a dict "
            "of name to estimator."
        )
    task = Task(Y, given.classes, given.label_map)
    raters = None
    if folds is not None:
        by_part = [eligible_raters(task.take(train), min_ratings=given.min_ratings) for train, _ in folds]
        raters = [rater for rater in by_part[0] if all(rater in part for part in by_part)]
    views = view_names(given.views, task, given.min_ratings, given.max_raters, eligible=raters)
    table = [(view.replace("_", "-") if view in CROWD_VIEWS else view, [view]) for view in views]
    if set(PAPER_PAIR) <= set(views):
        table.append(("crowd pair", PAPER_PAIR))
    if len(views) > 1:
        table += [("all views", views), ("mean of posteriors", views)]
    models = {}
    for name, chosen in table:
        if name in models:
            raise InputError(
                f"A rater is called {name!r}, as another model of the table is: rename this rater, such as "
                "the column of a table of ratings."
            )
        # A single view needs no fusion that learns.
        fusion = "mean" if len(chosen) == 1 or name == "mean of posteriors" else given.fusion
        given_params = (given.view_params or {}).items()
        view_params = {view: value for view, value in given_params if find_name(view, views) in chosen}
        models[name] = clone(stack)
        unwrap(models[name]).set_params(views=list(chosen), fusion=fusion, view_params=view_params or None)
    return models
