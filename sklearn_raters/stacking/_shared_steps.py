"""The first steps of the estimator's Pipeline, fitted once without labels for all views."""

import numpy as np
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline
from sklearn.utils import indexable
from sklearn.utils.validation import check_is_fitted

from sklearn_raters._nested import weights_for_fit
from sklearn_raters._rated import rows_of
from sklearn_raters._seeds import set_seeds
from sklearn_raters.exceptions import InputError


def check_shared_steps(estimator, n_shared, view_params):
    """Raise an error if the first steps of an estimator cannot be shared among the views; none always can.

    Parameters
    ----------
    estimator : classifier or None
        The estimator of the views.
    n_shared : int
        Number of steps to share.
    view_params : dict or None
        Settings of single views, as `MultiRaterStackingClassifier` takes them.

    Raises
    ------
    TypeError
        If the estimator is no Pipeline.
    InputError
        If the Pipeline has no step left, or `view_params` names a shared step.
    """
    if n_shared == 0:
        return
    if not isinstance(estimator, Pipeline):
        raise TypeError(
            f"shared_steps={n_shared} needs a Pipeline as estimator, whose first steps the views share, not "
            f"{estimator!r}. Give make_pipeline(..., classifier), or shared_steps=0."
        )
    if n_shared >= len(estimator.steps):
        raise InputError(
            f"shared_steps={n_shared} leaves no step for the views: the estimator has {len(estimator.steps)} "
            f"steps, of which at most {len(estimator.steps) - 1} can be shared."
        )
    shared = dict(estimator.steps[:n_shared])
    for view, entry in (view_params or {}).items():
        own = dict(entry.steps) if isinstance(entry, Pipeline) else entry if isinstance(entry, dict) else {}
        touched = [name for name in shared if any(str(key).partition("__")[0] == name for key in own)]
        if touched:
            raise InputError(
                f"view_params gives the view {view!r} its own step {touched[0]!r}, which all views share by "
                f"shared_steps={n_shared}. Set it for all views by estimator__{touched[0]}__..., share fewer "
                "steps, or leave it out of view_params."
            )


def fit_shared_steps(estimator, n_shared, data, seed):
    """Fit the first steps of a Pipeline without labels, and apply them to all samples.

    Parameters
    ----------
    estimator : Pipeline
        The estimator of the views.
    n_shared : int
        Number of steps to share.
    data : RatedSamples
        Samples and weights. Steps are fitted on the samples of positive weight.
    seed : int or None
        Seed of the steps; None keeps their own.

    Returns
    -------
    steps : Pipeline or None
        The fitted steps; None for ``n_shared=0``.
    data : RatedSamples
        The same with the output of the steps as samples.

    Raises
    ------
    TypeError, InputError
        If a step cannot be fitted, as a step that needs labels cannot.
    """
    if n_shared == 0:
        return None, data
    steps = clone(estimator[:n_shared])
    if seed is not None:
        set_seeds(steps, seed)
    try:
        X = _fit_transform(steps, data.X, data.sample_weight)
        check_is_fitted(steps)
    except NotFittedError as error:
        raise TypeError(
            f"The step {steps.steps[-1][0]!r} has no learnt attribute after its fit, so that a Pipeline "
            "would not apply it to new samples. Give it one whose name ends with an underscore, or make the "
            "step by FunctionTransformer."
        ) from error
    except (TypeError, ValueError) as error:
        kind = InputError if isinstance(error, ValueError) else TypeError
        raise kind(
            f"shared_steps={n_shared} fits {', '.join(steps.named_steps)} without labels, which failed: "
            f"{str(error).rstrip('. ')}. Share fewer steps if one of them needs labels."
        ) from error
    return steps, data._replace(X=indexable(X)[0])


def _fit_transform(steps, X, weight):
    """Fit steps on the samples of positive weight; return their output for all samples."""
    if weight is None:
        return steps.fit_transform(X)
    inside = np.flatnonzero(weight)
    # The weights come from the stack, so the user cannot have requested them by metadata routing.
    with config_context(enable_metadata_routing=False):
        steps.fit(rows_of(X, inside), **weights_for_fit(steps, weight[inside]))
    return steps.transform(X)
