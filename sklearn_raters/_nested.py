"""What an estimator takes: ratings, soft targets, groups, also through a pipeline or a search."""

import inspect

from sklearn import get_config
from sklearn.pipeline import Pipeline
from sklearn.utils.metadata_routing import get_routing_for_object

from sklearn_raters._sklearn_compat import BaseScorer, BaseSearchCV


def is_search(estimator):
    """Tell whether an estimator is a search over parameters, such as GridSearchCV."""
    return isinstance(estimator, BaseSearchCV) or hasattr(estimator, "best_estimator_")


def unwrap(estimator):
    """
    Find the estimator that does the work inside pipelines and searches.

    Parameters
    ----------
    estimator : estimator
        Fitted or not.

    Returns
    -------
    estimator
        The last step of a Pipeline, the `best_estimator_` of a fitted search or the `estimator`
        of an unfitted one, taken until neither is left. Other meta-estimators are returned as
        they are: they decide themselves what their inner estimator is given.
    """
    while True:
        if isinstance(estimator, Pipeline):
            estimator = estimator.steps[-1][1]
        elif is_search(estimator):
            fitted = hasattr(estimator, "best_estimator_")
            estimator = estimator.best_estimator_ if fitted else estimator.estimator
        else:
            return estimator


def innermost(estimator):
    """Find the estimator that does the work also inside ensembles that hand all on to their `estimator`."""
    while getattr(unwrap(estimator), "_hands_on", False):
        estimator = unwrap(estimator).estimator
    return unwrap(estimator)


def takes_ratings(estimator):
    """Tell whether `fit(X, Y)` accepts several raters' ratings as Y."""
    return getattr(unwrap(estimator), "_takes_ratings", False)


def takes_soft_targets(estimator):
    """Tell whether `fit(X, y)` accepts a distribution a sample as y."""
    return getattr(unwrap(estimator), "_takes_soft_targets", False)


def check_scoring_of_soft_labels(estimator, what):
    """
    Raise where a search would be judged by a scorer that knows labels only.

    Parameters
    ----------
    estimator : estimator
        Not fitted; the searches around its `unwrap` are looked at.
    what : str
        Which targets are soft, the start of the message.

    Raises
    ------
    TypeError
        If the `scoring` of such a search is a name or a scorer of scikit-learn's own.
    """
    while estimator is not unwrap(estimator):
        if isinstance(estimator, Pipeline):
            estimator = estimator.steps[-1][1]
            continue
        scoring = getattr(estimator, "scoring", None)
        several = scoring.values() if isinstance(scoring, dict) else [scoring]
        if any(isinstance(one, str | list | tuple | set | BaseScorer) for one in several):
            raise TypeError(
                f"{what}, which scoring={scoring!r} of its search cannot judge. Leave scoring out (the "
                "accuracy expected), or give one of sklearn_raters.metrics: uar_scorer, "
                "neg_soft_cross_entropy_scorer, or make_ratings_scorer(...)."
            )
        estimator = estimator.estimator


def take_over_input(estimator, inner):
    """Give a fitted meta-estimator what its inner estimator knows of the input's features, and no more."""
    for attribute in ("n_features_in_", "feature_names_in_"):
        if hasattr(inner, attribute):
            setattr(estimator, attribute, getattr(inner, attribute))
        elif hasattr(estimator, attribute):
            delattr(estimator, attribute)


def groups_for_fit(estimator, groups):
    """
    Give the keyword arguments by which groups reach `fit`.

    Parameters
    ----------
    estimator : estimator
        Not necessarily fitted.
    groups : array-like of shape (n_samples,) or None
        What must not be split between folds.

    Returns
    -------
    dict
        ``{"groups": groups}``, for a pipeline without metadata routing ``{"<step>__groups":
        groups}``, or empty where there are no groups or nothing inside uses them. A search uses
        them where its splitter does.
    """
    if groups is None:
        return {}
    if _names_parameter(estimator.fit, "groups"):
        return {"groups": groups}
    if get_config()["enable_metadata_routing"]:
        asked = get_routing_for_object(estimator).consumes("fit", ["groups"])
        return {"groups": groups} if asked else {}
    if isinstance(estimator, Pipeline):
        name, last = estimator.steps[-1]
        if last is None or last == "passthrough":
            return {}
        return {f"{name}__{key}": value for key, value in groups_for_fit(last, groups).items()}
    if is_search(estimator) and splitter_takes_groups(estimator.cv):
        return {"groups": groups}
    return {}


def call_inside(fitted, method, X, params):
    """Call a method of an estimator, or of what stands inside pipelines and searches behind their steps."""
    if hasattr(fitted, method):
        routed = {}
        if params and get_config()["enable_metadata_routing"]:
            asked = get_routing_for_object(fitted).consumes(method, params)
            routed = {name: params[name] for name in asked}
        return getattr(fitted, method)(X, **routed)
    if isinstance(fitted, Pipeline):
        X = call_inside(fitted[:-1], "transform", X, params)
        return call_inside(fitted.steps[-1][1], method, X, params)
    if is_search(fitted) and hasattr(fitted, "best_estimator_"):
        return call_inside(fitted.best_estimator_, method, X, params)
    raise AttributeError(f"{type(fitted).__name__} has no method {method}: use another method= or estimator.")


def splitter_takes_groups(cv):
    """
    Tell whether a splitter splits by groups.

    Parameters
    ----------
    cv : int, splitter, iterable of (train, test) pairs or None
        As scikit-learn's `cv` parameters.

    Returns
    -------
    bool
        True for GroupKFold, LeaveOneGroupOut and the like, and for a splitter from elsewhere whose
        `split` names a parameter `groups`.
    """
    if hasattr(cv, "get_metadata_routing"):
        return bool(get_routing_for_object(cv).consumes("split", ["groups"]))
    return hasattr(cv, "split") and _names_parameter(cv.split, "groups")


def _names_parameter(function, name):
    return name in inspect.signature(function).parameters
