"""Which classifiers, steps and searches cannot learn from soft labels."""

import numpy as np
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier
from sklearn.feature_selection import chi2, f_classif, mutual_info_classif
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import RidgeClassifierCV
from sklearn.model_selection import (
    RepeatedStratifiedKFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    StratifiedShuffleSplit,
)
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC, NuSVC
from sklearn.utils import get_tags
from sklearn.utils.validation import has_fit_parameter

from sklearn_raters._nested import is_search, layers, unwrap
from sklearn_raters._sklearn_compat import BaseScorer
from sklearn_raters.exceptions import InputError
from sklearn_raters.soft_targets._whole_samples import TWICE

_STRATIFIED = (StratifiedKFold, StratifiedGroupKFold, StratifiedShuffleSplit, RepeatedStratifiedKFold)


def check_reads_soft_labels(estimator, what):
    """Raise an error if a part of an estimator takes one label a sample only, and would get soft labels.

    Parameters
    ----------
    estimator : estimator
        Not fitted, possibly with pipelines and searches inside.
    what : str
        Start of the message: where the soft labels are.

    Raises
    ------
    InputError
        If a step before the last one learns from labels, or a search splits by them.
    TypeError
        If the `scoring` of a search is a name or one of the scorers of scikit-learn.
    """
    for _, layer in layers(estimator):
        for name, step in layer.steps[:-1] if isinstance(layer, Pipeline) else ():
            needs_labels = hasattr(step, "__sklearn_tags__") and get_tags(step).target_tags.required
            needs_labels = needs_labels and not getattr(step, "_takes_soft_targets", False)
            if needs_labels or getattr(step, "score_func", None) in (chi2, f_classif, mutual_info_classif):
                raise InputError(
                    f"{what}, but the step {name!r} of its pipeline, {type(step).__name__}, learns from one "
                    "label a sample. Take a step that needs no labels, such as VarianceThreshold or PCA; "
                    "hard labels, such as those of the view 'crowd_hard', take it."
                )
        if not is_search(layer):
            continue
        if isinstance(layer.cv, _STRATIFIED):
            raise InputError(
                f"{what}, but {layer.cv!r} of its search splits by one label a sample. Give an int, "
                "GroupKFold or KFold."
            )
        scorers = layer.scoring.values() if isinstance(layer.scoring, dict) else [layer.scoring]
        if any(isinstance(scorer, str | list | tuple | set | BaseScorer) for scorer in scorers):
            raise TypeError(
                f"{what}, which scoring={layer.scoring!r} of its search cannot judge. Leave scoring out (the "
                "accuracy expected), or give one of sklearn_raters.metrics: uar_scorer, "
                "neg_soft_cross_entropy_scorer, or make_ratings_scorer(...)."
            )


def check_takes_repeats(estimator, what):
    """Raise InputError if an estimator would learn wrongly from the weighted repeats of samples.

    Its probabilities are wrong if it holds out some repeats of a sample while it learns from the others:
    these say for certain that the sample is of another class.

    Parameters
    ----------
    estimator : classifier
        Not fitted, possibly a pipeline or search.
    what : str
        Start of the message: where the soft labels are.
    """
    *outer, (_, inner) = layers(estimator)
    for candidate in [inner, *(value for _, layer in outer for value in _candidates(layer))]:
        params = candidate.get_params()
        splits = [name.removesuffix("cv") for name in params if name.rpartition("__")[2] == "cv"]
        twice = any(inside != place and inside.startswith(place) for place in splits for inside in splits)
        for part in [candidate, *params.values()]:
            if reason := _reason(part) or (twice and TWICE):
                raise InputError(f"{what}, learnt as weighted repeats of each sample. {reason}")


def _candidates(search):
    """Yield the estimators in the grid of a search, and its own with each parameter that decides."""
    grids = getattr(search, "param_grid", None) or getattr(search, "param_distributions", None) or []
    for grid in [grids] if isinstance(grids, dict) else grids:
        for key, values in grid.items():
            for value in values if isinstance(values, list | tuple | np.ndarray) else ():
                place, _, name = key.rpartition("__")
                if hasattr(value, "get_params"):
                    yield unwrap(value)
                elif name in ("probability", "early_stopping", "n_iter_no_change"):
                    owner = search.estimator.get_params()[place] if place else search.estimator
                    yield clone(owner).set_params(**{name: value})


def _reason(part):
    """Return why a classifier, or one inside it, cannot learn from repeats, and the remedy; else None."""
    name = type(part).__name__
    if isinstance(part, SVC | NuSVC) and getattr(part, "probability", False) not in (False, "deprecated"):
        return (
            f"{name}(probability=True) splits those of one sample between its inner folds, which reverses "
            f"its probabilities. Give {name}(), whose decision values the fusion 'pool' of a stack uses, or "
            f"CalibratedClassifierCV({name}(), ensemble=False); hard labels, such as those of the view "
            "'crowd_hard', take it."
        )
    # On iris, digits and a noisy table, boosted trees lose at most 6 points by it, MLP 47 and SGD 36.
    boosted = isinstance(part, HistGradientBoostingClassifier)
    stops = []
    if getattr(part, "early_stopping", False) is True and not boosted:
        stops = [("early_stopping", True, False)]
    if isinstance(part, GradientBoostingClassifier) and part.n_iter_no_change is not None:
        stops = [("n_iter_no_change", part.n_iter_no_change, None)]
    for setting, value, off in stops:
        return (
            f"{name}({setting}={value}) holds out some of those of one sample and learns from others, so "
            f"that it stops at a wrong time. Set {setting}={off} and limit the "
            "iterations, if need be by a search."
        )
    if isinstance(part, RidgeClassifierCV) or is_search(part):
        return (
            f"{name}, where it is, scores each of them without its weight. Put GridSearchCV, or another "
            "search, around the whole classifier: it splits and scores samples."
        )
    inner = part.estimator if isinstance(part, CalibratedClassifierCV) else None
    if not (inner is None or isinstance(inner, FrozenEstimator) or has_fit_parameter(inner, "sample_weight")):
        return (
            f"{name} cannot pass their weights to {type(inner).__name__}. Put the steps before it: "
            "make_pipeline(StandardScaler(), CalibratedClassifierCV(SVC(), ensemble=False))."
        )
    return None
