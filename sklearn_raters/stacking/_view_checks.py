"""Checks of what the views learn before any training: classes, parameters, samples, use in the fusion."""

import numpy as np
from sklearn.utils import check_array, get_tags
from sklearn.utils.multiclass import check_classification_targets

from sklearn_raters._forms import is_data_frame
from sklearn_raters._nested import (
    check_is_read,
    check_refits,
    is_search,
    layers,
    readers,
    splitter_takes_groups,
)
from sklearn_raters._rated import refuse_pairwise
from sklearn_raters.exceptions import InputError
from sklearn_raters.networks import check_can_train_jointly
from sklearn_raters.ratings import shorten
from sklearn_raters.sequences import holds_sequences, holds_text
from sklearn_raters.soft_targets import SoftTargetClassifier, decides_by_pairs
from sklearn_raters.stacking._frozen import METHODS
from sklearn_raters.stacking._views import naming_view


def check_view_estimator(name, estimator, stack, data):
    """Raise an error if the estimator of a view cannot be trained, or cannot be fused.

    Parameters
    ----------
    name : object
        Name of the view.
    estimator : classifier
        The unfitted estimator.
    stack : MultiRaterStackingClassifier
        The stack; its `fusion` and `cv` are used.
    data : RatedSamples
        Samples, ratings and groups.

    Raises
    ------
    InputError, TypeError
        If the classes are no labels for classifiers, a parameter is wrong, the estimator cannot take the
        samples, or the fusion cannot use it.
    """
    _check_classes(data.task.classes)
    with naming_view(name):
        check_parameters(estimator, data.groups)
        # The output of shared steps is not known before they are fitted.
        read = stack.estimator if stack.shared_steps else estimator
        refuse_pairwise(read)
        check_samples(read, data.X)
    if stack.fusion == "fine_tune":
        with naming_view(name, "fusion='fine_tune' trains networks further. "):
            check_can_train_jointly(estimator)
    averaged = isinstance(stack.fusion, str) and stack.fusion in ("mean", "mixture")
    if averaged and not hasattr(estimator, "predict_proba"):
        raise TypeError(
            f"The view {name!r} has no predict_proba, of which fusion={stack.fusion!r} "
            f"takes its probabilities; got {estimator!r}. Give it a classifier that has, for example "
            "sklearn.calibration.CalibratedClassifierCV around its classifier, or take fusion='pool'."
        )
    if decides_by_pairs(estimator) and stack._by_posterior and not hasattr(estimator, "predict_proba"):
        raise InputError(
            f"The view {name!r} has decision values for pairs of classes (decision_function_shape='ovo'), of "
            f"which fusion={stack.fusion!r} cannot make probabilities. Set it to 'ovr'."
        )
    if not any(hasattr(estimator, method) for method in METHODS[stack._by_posterior :]):
        raise TypeError(
            f"The view {name!r} is learnt by {estimator!r}, which has neither predict_proba nor "
            "decision_function (nor transform), so the fusion cannot use it. Give it another classifier."
        )


def _check_classes(classes):
    """Raise InputError if scikit-learn's classifiers do not take the classes, such as dates, as labels."""
    try:
        check_classification_targets(np.asarray(classes))
    except (TypeError, ValueError) as error:
        raise InputError(
            f"The views' classifiers do not take the classes {shorten(classes)}, of type "
            f"{type(classes[0]).__name__}: {str(error).split('. ')[0]}. Give them as texts."
        ) from error


def check_parameters(estimator, groups):
    """Raise an error if a parameter of an unfitted estimator, also inside pipelines and searches, is wrong.

    Parameters
    ----------
    estimator : classifier
        The unfitted estimator.
    groups : ndarray of shape (n_samples,) or None
        Groups, which some splitters of searches need.
    """
    given = estimator.estimator if isinstance(estimator, SoftTargetClassifier) else estimator
    refuse_pairwise(given)
    check_refits(given)
    for _, layer in layers(given):
        # Networks check more than the types and ranges of their parameters.
        if hasattr(layer, "_check_settings"):
            layer._check_settings()
        elif hasattr(layer, "_parameter_constraints"):
            layer._validate_params()
        if groups is None and is_search(layer) and splitter_takes_groups(layer.cv):
            raise InputError(
                f"cv={layer.cv!r} of {type(layer).__name__} splits by groups: call fit(X, Y, groups=...)."
            )


def check_samples(estimator, X):
    """Raise InputError if it is certain that an estimator cannot take the samples.

    Parameters
    ----------
    estimator : classifier
        The unfitted estimator of a view.
    X : list or array-like of length n_samples
        The samples. Text and paths are not checked, so that a fit can be planned before audio is read.

    Raises
    ------
    InputError
        If X has more dimensions than the estimator takes, is not numeric, or holds NaN or infinity.
    """
    if holds_text(X):
        return
    check_is_read(X, {"it": estimator})
    for reader in readers(estimator) if not holds_sequences(X) else ():
        tags, name = get_tags(reader).input_tags, type(reader).__name__
        # An estimator that takes NaN may take columns of text as categories.
        dtype = None if tags.allow_nan or tags.categorical else "numeric"
        taken = {"accept_sparse": tags.sparse, "dtype": dtype, "ensure_all_finite": not tags.allow_nan}
        for part in _parts_of_one_type(X) if dtype is None else [X]:
            check_array(part, **taken, estimator=name, input_name="X")


def _parts_of_one_type(X):
    """Return the columns of each type of a data frame, which need have no type in common."""
    if not is_data_frame(X) or len(set(X.dtypes)) < 2:
        return [X]
    types = X.dtypes.tolist()
    return [
        X.iloc[:, [place for place, one in enumerate(types) if one == kind]] for kind in dict.fromkeys(types)
    ]


def named_readers(stack, trainings):
    """Return the estimators that read the samples, by their names in messages."""
    return {
        f"the view {one.view.name!r}": stack.estimator if stack.shared_steps else one.estimator
        for one in trainings
    }


def line_on_folds(stack, trainings, X):
    """Return a line of the plan on its folds, empty where X holds what the views read.

    Texts and paths that the views cannot read are the input of an earlier step. `fit` gets the output of this
    step and draws its folds from the output, so that they differ from those of the plan.
    """
    if not holds_text(X):
        return ""
    try:
        check_is_read(X, named_readers(stack, trainings))
    except InputError:
        return (
            "\nthese folds were drawn from the paths or texts in X: fit on what is computed of them draws "
            "others. With groups they are the same"
        )
    return ""
