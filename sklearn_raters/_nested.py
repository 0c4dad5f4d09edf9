"""Estimators inside pipelines, searches and ensembles: find them, and pass `fit` what they take."""

import inspect
from typing import NamedTuple

import numpy as np
from sklearn import config_context, get_config
from sklearn.base import is_classifier
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import MetadataRequest, get_routing_for_object
from sklearn.utils.validation import has_fit_parameter

from sklearn_raters._forms import (
    check_dimensions,
    check_features,
    check_size,
    depth_of,
    holds_times,
    refuse_rounding,
)
from sklearn_raters._sklearn_compat import BaseSearchCV
from sklearn_raters.exceptions import InputError
from sklearn_raters.sequences import holds_text

# They scale what is there and leave NaN, so that the next step gets it too.
_SCALERS = (MaxAbsScaler, MinMaxScaler, PowerTransformer, QuantileTransformer, RobustScaler, StandardScaler)


class Layer(NamedTuple):
    """An estimator inside another one.

    Parameters
    ----------
    path : str
        Its parameter name in the outermost estimator; "" for the outermost one.
    estimator : estimator
        The estimator.
    """

    path: str
    estimator: object


def layers(estimator, *, ensembles=False):
    """Walk from an estimator inwards to the one that learns from y.

    Parameters
    ----------
    estimator : estimator
        Fitted or not.
    ensembles : bool, default=False
        Whether to look inside meta-estimators that pass y on unchanged, such as `DeepEnsembleClassifier`.
        All others decide themselves what their inner estimator gets, and end the walk.

    Yields
    ------
    Layer
        The estimator itself, then each estimator inside it: the last step of a Pipeline, and the estimator
        of a search (its `best_estimator_` once fitted).
    """
    path = ""
    while True:
        yield Layer(path, estimator)
        if isinstance(estimator, Pipeline):
            if not estimator.steps:
                raise InputError("A Pipeline has no steps: give it at least a classifier.")
            name, estimator = estimator.steps[-1]
        elif is_search(estimator):
            fitted = hasattr(estimator, "best_estimator_")
            name, estimator = "estimator", estimator.best_estimator_ if fitted else estimator.estimator
        elif ensembles and getattr(estimator, "_hands_on", False):
            name, estimator = "estimator", estimator.estimator
        else:
            return
        path = f"{path}__{name}" if path else name


def is_search(estimator):
    """Return whether an estimator is a search over parameters, such as GridSearchCV."""
    return isinstance(estimator, BaseSearchCV) or hasattr(estimator, "best_estimator_")


def unwrap(estimator):
    """Return the estimator inside pipelines and searches."""
    return list(layers(estimator))[-1].estimator


def innermost(estimator):
    """Return the estimator inside pipelines, searches and ensembles."""
    return list(layers(estimator, ensembles=True))[-1].estimator


def thawed(estimator):
    """Return the estimator in a FrozenEstimator, which hides a pipeline's steps; any other as it is."""
    return estimator.estimator if isinstance(estimator, FrozenEstimator) else estimator


def check_refits(estimator):
    """Raise InputError if a search inside an estimator keeps no fitted estimator (refit=False)."""
    for _, layer in layers(estimator, ensembles=True):
        if is_search(layer) and getattr(layer, "refit", True) is False:
            raise InputError(
                f"{type(layer).__name__} has refit=False, so that it keeps no estimator to predict with. Set "
                "refit=True."
            )


def takes_ratings(estimator):
    """Return whether `fit(X, Y)` accepts several raters' ratings as Y."""
    return getattr(unwrap(estimator), "_takes_ratings", False)


def takes_soft_targets(estimator):
    """Return whether `fit(X, y)` accepts one distribution a sample as y."""
    return getattr(unwrap(estimator), "_takes_soft_targets", False)


def take_over_input(estimator, inner):
    """Copy the number and names of features from a fitted inner estimator to its meta-estimator."""
    for attribute in ("n_features_in_", "feature_names_in_"):
        if hasattr(inner, attribute):
            setattr(estimator, attribute, getattr(inner, attribute))
        elif hasattr(estimator, attribute):
            delattr(estimator, attribute)


def weight_name(estimator):
    """Return the keyword of `fit` that passes sample weights to the inner estimator; None if none does."""
    if not has_fit_parameter(unwrap(estimator), "sample_weight"):
        return None
    steps = [inner.steps[-1][0] for _, inner in layers(estimator) if isinstance(inner, Pipeline)]
    return "__".join([*steps, "sample_weight"])


def weights_for_fit(estimator, weights):
    """
    Return the keyword arguments of `fit` that pass sample weights to every step that takes them.

    A scaler in a pipeline gets the weights too: only then does a sample of weight 2 count like two samples.

    Parameters
    ----------
    estimator : estimator
        Not necessarily fitted.
    weights : ndarray of shape (n_samples,) or None
        Weights of the samples.

    Returns
    -------
    dict
        From keyword of `fit` to `weights`; empty if there are no weights or no step takes them. With
        metadata routing the keyword is "sample_weight", and `fit` raises an error if no step requests it.
    """
    if weights is None:
        return {}
    if has_fit_parameter(estimator, "sample_weight") or get_config()["enable_metadata_routing"]:
        return {"sample_weight": weights}
    if isinstance(estimator, Pipeline):
        steps = estimator.steps
        return {f"{name}__{key}": weights for name, step in steps for key in weights_for_fit(step, weights)}
    return weights_for_fit(estimator.estimator, weights) if is_search(estimator) else {}


def groups_for_fit(estimator, groups):
    """
    Return the keyword arguments of `fit` that pass groups to the estimator that uses them.

    Parameters
    ----------
    estimator : estimator
        Not necessarily fitted.
    groups : array-like of shape (n_samples,) or None
        Groups that must not be split between folds.

    Returns
    -------
    dict
        ``{"groups": groups}``, or ``{"<step>__groups": groups}`` for a pipeline without metadata routing.
        Empty if there are no groups or no estimator uses them; a search uses them if its splitter does.
    """
    if groups is None:
        return {}
    if has_fit_parameter(estimator, "groups"):
        return {"groups": groups}
    if get_config()["enable_metadata_routing"]:
        requested = get_routing_for_object(estimator).consumes("fit", ["groups"])
        return {"groups": groups} if requested else {}
    if isinstance(estimator, Pipeline):
        name, last = estimator.steps[-1]
        return {f"{name}__{key}": groups for key in groups_for_fit(last, groups)}
    uses_groups = is_search(estimator) and splitter_takes_groups(estimator.cv)
    return {"groups": groups} if uses_groups else {}


def fit_with_weights(estimator, X, y, weights, groups):
    """Fit an estimator inside a meta-estimator, with the weights and groups that reach it.

    Parameters
    ----------
    estimator : estimator
        The estimator to fit, in place.
    X, y : array-like of length n_samples
        Samples and targets.
    weights : ndarray of shape (n_samples,) or None
        Weights of the samples.
    groups : array-like of shape (n_samples,) or None
        Groups of the samples.

    Returns
    -------
    estimator
        The fitted estimator.
    """
    # These weights come from the meta-estimator, so the user cannot have requested them by metadata routing.
    routing = get_config()["enable_metadata_routing"] and weights is None
    with config_context(enable_metadata_routing=routing):
        return estimator.fit(X, y, **weights_for_fit(estimator, weights), **groups_for_fit(estimator, groups))


def call_inside(fitted, method, X, params):
    """Call a method of the estimator inside pipelines and searches, after their transformations.

    Parameters
    ----------
    fitted : estimator
        The fitted estimator.
    method : str
        Name of the method, such as "predict_proba_raters". Pipelines and searches need not have it.
    X : sequence of n_samples
        Samples in a form that `fitted` takes.
    params : dict
        Metadata. With metadata routing on, the method gets those that it requests, otherwise none.

    Returns
    -------
    object
        The value that the method returns.

    Raises
    ------
    AttributeError
        If the estimator has no such method.
    """
    if hasattr(fitted, method):
        routing = params and get_config()["enable_metadata_routing"]
        request = get_routing_for_object(fitted) if routing else None
        # Requests of a method that scikit-learn does not know cannot be stated.
        known = routing and (hasattr(request, method) or not isinstance(request, MetadataRequest))
        requested = request.consumes(method, params) if known else ()
        return getattr(fitted, method)(X, **{name: params[name] for name in requested})
    if isinstance(fitted, Pipeline):
        return call_inside(fitted.steps[-1][1], method, before_last_step(fitted, X, params), params)
    if is_search(fitted) and hasattr(fitted, "best_estimator_"):
        return call_inside(fitted.best_estimator_, method, X, params)
    raise AttributeError(f"{type(fitted).__name__} has no method {method}: use another method= or estimator.")


def before_last_step(pipeline, X, params):
    """Return what the last step of a fitted pipeline gets, X itself if it is the only one."""
    return call_inside(pipeline[:-1], "transform", X, params) if len(pipeline) > 1 else X


def splitter_takes_groups(cv):
    """
    Return whether a splitter splits by groups.

    Parameters
    ----------
    cv : int, splitter, iterable of (train, test) pairs or None
        As the parameter `cv` of scikit-learn's estimators.

    Returns
    -------
    bool
        True for GroupKFold, LeaveOneGroupOut and the like, and for any other splitter whose `split` has a
        parameter `groups`.
    """
    if hasattr(cv, "get_metadata_routing"):
        return bool(get_routing_for_object(cv).consumes("split", ["groups"]))
    return hasattr(cv, "split") and "groups" in inspect.signature(cv.split).parameters


class InnerTagsMixin:
    """Gives a meta-estimator the input tags of its `estimator`."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.input_tags = inner.input_tags
        tags.classifier_tags.poor_score = inner.classifier_tags.poor_score
        return tags


def check_is_read(X, estimators):
    """Raise InputError if it is certain that an estimator cannot read samples of this form.

    Parameters
    ----------
    X : list or array-like of length n_samples
        The samples.
    estimators : dict
        From what to call an estimator in the message, such as "the view 'crowd_hard'", to the estimator.

    Raises
    ------
    InputError
        If the first step of an estimator takes a table of numbers and X holds text, paths, times, sequences,
        rows in cells, or integers with more digits than float64 keeps; or if X has four or more dimensions.
    """
    check_size(X)
    text, times, depth = holds_text(X), holds_times(X), depth_of(X)
    n_dimensions = len(getattr(X, "shape", (len(X),) if isinstance(X, list | tuple) else ()))
    # NumPy makes a table of a list of rows, but not of a Series, or other array of objects, that holds rows.
    in_cells = depth > n_dimensions and not isinstance(X, list | tuple)
    if not (text or times or in_cells or depth > 2 or _has_uneven_rows(X)):
        first = (reader for estimator in estimators.values() for reader in readers(estimator))
        if not all(get_tags(reader).input_tags.categorical for reader in first):
            refuse_rounding(X, np.float64)
        return
    for who, estimator in estimators.items():
        for reader in readers(estimator):
            tags, name = get_tags(reader).input_tags, type(reader).__name__
            begins = f"{who} begins with {name}"
            if times and not tags.categorical:
                raise InputError(
                    f"X holds times, and {begins}, which takes numbers. Make numbers of them that mean "
                    "something, such as the hour."
                )
            if text and not (tags.string or tags.categorical):
                raise InputError(
                    f"X holds texts or paths: the first is {str(next(iter(X)))!r}, and {begins}, which takes "
                    "numbers. Put a transformer before it: make_pipeline(TfidfVectorizer(), ...) takes "
                    "texts, and make_pipeline(OpenSmileFunctionals(), ...) takes audio files."
                )
            check_dimensions(X, name)
            if depth == 3 and n_dimensions != 2 and not tags.three_d_array:
                raise InputError(
                    f"X holds sequences of frames, and {name} takes a table with a row for each sample. Put "
                    "a transformer before it, or use BLSTMClassifier, which takes sequences."
                )
            if in_cells and (depth == 2 or n_dimensions == 2):
                remedy = "np.stack(list(X))" if n_dimensions == 1 else "one column for each number"
                raise InputError(
                    f"X is a {type(X).__name__} with rows of numbers in its cells, and {begins}, which takes "
                    f"a table with one number in each cell: give {remedy}."
                )
            if _has_uneven_rows(X):
                lengths = [len(row) for row in X]
                odd = next(index for index, length in enumerate(lengths) if length != lengths[0])
                raise InputError(
                    f"Sample {odd} of X has {lengths[odd]} values and sample 0 has {lengths[0]}, and {begins}"
                    ", which takes a table: give each sample the same features."
                )


def check_same_features(X, fitted):
    """Raise InputError if a table has other features than the one that estimators were fitted on.

    Parameters
    ----------
    X : list or array-like of length n_samples
        The samples.
    fitted : iterable of estimator
        Those that get X, or X with the same features. An estimator of another package, or one that chooses
        columns by their names, decides itself.
    """
    for first in map(_first_step, fitted):
        # These hand columns on to others, by their names.
        hands_on = {"estimators", "transformers", "transformer_list"} & set(dir(first))
        if hands_on or isinstance(getattr(first, "estimator", None), Pipeline) or not _is_known(first):
            continue
        tags = get_tags(first)
        if tags.input_tags.two_d_array and not tags.no_validation:
            check_features(first, X)


def _first_step(fitted):
    """Return the step of pipelines and searches that gets X."""
    if isinstance(fitted, Pipeline):
        steps = [step for _, step in fitted.steps if step not in (None, "passthrough")]
        return _first_step(steps[0]) if steps else fitted
    best = getattr(fitted, "best_estimator_", None)
    return fitted if best is None else _first_step(best)


def _has_uneven_rows(X):
    """Return whether X is a list of rows, not all of one length."""
    has_rows = isinstance(X, list | tuple) and depth_of(X) == 2 and all(hasattr(row, "__len__") for row in X)
    return has_rows and len({len(row) for row in X}) > 1


def readers(estimator):
    """Find the estimators that get X itself, or X with the same gaps, and say by tags what they take.

    Parameters
    ----------
    estimator : estimator
        Fitted or not.

    Yields
    ------
    estimator
        An estimator of this package or of scikit-learn. Those of other packages may take more than they
        declare, and are left out.
    """
    if isinstance(estimator, Pipeline):
        for _, step in estimator.steps:
            yield from readers(step)
            if not isinstance(step, _SCALERS) and step not in (None, "passthrough"):
                return
    elif not _is_known(estimator):
        return
    elif hasattr(estimator, "estimator") and (is_search(estimator) or is_classifier(estimator)):
        yield from readers(estimator.estimator)
    elif isinstance(getattr(estimator, "estimators", None), list) and is_classifier(estimator):
        for _, inner in estimator.estimators:  # of a vote or a stack of scikit-learn
            yield from readers(inner)
    elif not {"estimator", "estimators", "transformers", "transformer_list"} & set(dir(estimator)):
        tags = get_tags(estimator)
        if tags.input_tags.two_d_array and not tags.no_validation:
            yield estimator


def _is_known(estimator):
    """Return whether an estimator is of this package or of scikit-learn."""
    of = type(estimator).__module__.partition(".")[0]
    return of in ("sklearn", "sklearn_raters") and hasattr(estimator, "get_params")
