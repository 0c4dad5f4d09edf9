"""The models of a comparison: their features, their settings, their names."""

from sklearn.base import clone
from sklearn.utils import get_tags

from sklearn_raters._align import align_samples
from sklearn_raters._nested import innermost, takes_ratings, unwrap
from sklearn_raters.exceptions import InputError
from sklearn_raters.model_selection._predictions import LABEL_COLUMNS
from sklearn_raters.ratings import Task, shorten
from sklearn_raters.sequences import check_frames, holds_sequences


def task_settings(models, Y):
    """Return the `classes` and the `label_map` of Y if Y is a Task, else of the models."""
    if isinstance(Y, Task):
        return {"classes": Y.classes if Y.classes_given else None, "label_map": Y.label_map}
    given = []
    for model in models.values() if isinstance(models, dict) else [models]:
        inner = innermost(model[0] if isinstance(model, tuple) else model)
        classes, label_map = getattr(inner, "classes", None), getattr(inner, "label_map", None)
        if classes is not None or label_map:
            classes = classes if classes is None else list(classes)
            given.append({"classes": classes, "label_map": label_map or None})
    if any(other != given[0] for other in given):
        raise InputError(
            f"The models have different classes or label maps, such as {given}: give the ratings as "
            "Task(Y, classes=..., label_map=...)."
        )
    return given[0] if given else {"classes": None, "label_map": None}


def with_features(models, samples):
    """Return the models as a dict from name to (estimator, X, conditions), after a check of all.

    All features are paired with each other and with `samples`: Y, X, groups and truth, by their names.
    """
    found, features = {}, {}
    for name, given in models.items():
        parts = given if isinstance(given, tuple) else (given, samples["X"])
        if len(parts) not in (2, 3) or (len(parts) == 3 and not isinstance(parts[2], dict)):
            raise InputError(
                f"Model {name!r} is a tuple of {len(parts)}: give (estimator, X), or (estimator, X, "
                "conditions) with a dict of X by condition."
            )
        estimator, own_X, conditions = (*parts, {})[:3]
        if not (hasattr(estimator, "fit") and hasattr(estimator, "predict")):
            raise TypeError(
                f"Model {name!r} is not an estimator but {estimator!r}: give one with fit and predict."
            )
        if own_X is None:
            raise InputError(f"Model {name!r} has no features: give X, or the pair (estimator, its own X).")
        what = f"X of model {name!r}"
        forms = {what: own_X} | {f"{what}, {condition}": form for condition, form in conditions.items()}
        if holds_sequences(own_X) and not get_tags(estimator).input_tags.allow_nan:
            # Checked here, since an error of the model would number samples within a fold, not within X.
            for form in forms.values():
                check_frames(form, f"Model {name!r}")
        found[name], features = (estimator, conditions), features | forms
    aligned = iter(align_samples(**samples, **features)[len(samples) :])
    return {
        name: (estimator, next(aligned), {condition: next(aligned) for condition in conditions})
        for name, (estimator, conditions) in found.items()
    }


def check_names(models, baseline):
    if not models:
        raise InputError("There is no model to compare: models is empty.")
    for name in LABEL_COLUMNS:
        if name in models:
            raise InputError(
                f"A model is called {name!r}, which is a column of the predictions: give the model, or the "
                f"rater that it is named after, another name. Reserved are {shorten(LABEL_COLUMNS)}."
            )
    if baseline is not None and baseline not in models:
        raise InputError(
            f"baseline {baseline!r} is not one of the models {list(models)}: name one of them, or None for a "
            "table without differences."
        )


def with_settings(estimator, settings):
    """Return a copy of an estimator with the task's `classes` and `label_map`, if it takes ratings."""
    estimator = clone(estimator)
    if takes_ratings(estimator):
        inner = innermost(estimator)
        known = [name for name in settings if name in inner.get_params(deep=False)]
        inner.set_params(**{name: settings[name] for name in known if settings[name] is not None})
    return estimator


def set_where_none(estimator, *, memory, random_state):
    """Set `memory` and `random_state` where the estimator leaves them at None."""
    defaults = {"memory": memory, "random_state": random_state}
    if takes_ratings(estimator):
        for inner in (unwrap(estimator), innermost(estimator)):
            params = inner.get_params(deep=False)
            unset = [name for name in defaults if name in params and params[name] is None]
            inner.set_params(**{name: defaults[name] for name in unset})
    else:
        params = estimator.get_params()
        seeds = [name for name in params if name.split("__")[-1] == "random_state" and params[name] is None]
        estimator.set_params(**dict.fromkeys(seeds, random_state))
