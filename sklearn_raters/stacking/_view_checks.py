"""Checks of the estimator of a view before any training: parameters, samples, use in the fusion."""

from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.utils import check_array, get_tags

from sklearn_raters._nested import check_refits, is_search, layers, splitter_takes_groups
from sklearn_raters.exceptions import InputError
from sklearn_raters.networks import check_can_train_jointly
from sklearn_raters.sequences import holds_sequences, holds_text
from sklearn_raters.soft_targets import SoftTargetClassifier
from sklearn_raters.stacking._views import naming_view

# They scale what is there and leave NaN, so that the next step gets it too.
_SCALERS = (MaxAbsScaler, MinMaxScaler, PowerTransformer, QuantileTransformer, RobustScaler, StandardScaler)


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
        Samples and groups.

    Raises
    ------
    InputError, TypeError
        If a parameter is wrong, the estimator cannot take the samples, or the fusion cannot use it.
    """
    with naming_view(name):
        check_parameters(estimator, data.groups)
        # What shared steps make of the samples is not known before they are fitted.
        check_samples(stack.estimator if stack.shared_steps else estimator, data.X)
    if stack.fusion == "fine_tune":
        with naming_view(name, "fusion='fine_tune' trains networks further. "):
            check_can_train_jointly(estimator)
    averaged = isinstance(stack.fusion, str) and stack.fusion in ("mean", "mixture")
    if averaged and not hasattr(estimator, "predict_proba"):
        raise TypeError(
            f"The view {name!r} has no predict_proba, of which fusion={stack.fusion!r} "
            f"takes its probabilities; got {estimator!r}. Give it a classifier that has, for example "
            "sklearn.calibration.CalibratedClassifierCV around this one, or take fusion='pool'."
        )
    shapes = [name for name in estimator.get_params() if name.endswith("decision_function_shape")]
    by_pair = any(estimator.get_params()[name] == "ovo" for name in shapes)
    if by_pair and stack._by_posterior and not hasattr(estimator, "predict_proba"):
        raise InputError(
            f"The view {name!r} has decision values for pairs of classes (decision_function_shape='ovo'), of "
            f"which fusion={stack.fusion!r} cannot make probabilities. Set it to 'ovr'."
        )
    methods = ("transform", "predict_proba", "decision_function")
    if not any(hasattr(estimator, method) for method in methods[stack._by_posterior :]):
        raise TypeError(
            f"The view {name!r} is learnt by {estimator!r}, which has neither predict_proba nor "
            "decision_function (nor transform), so the fusion cannot use it. Give it another classifier."
        )


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
    for reader in _readers(estimator):
        tags, name = get_tags(reader).input_tags, type(reader).__name__
        if not holds_sequences(X):
            # An estimator that takes NaN may take columns of text as categories.
            dtype = None if tags.allow_nan or tags.categorical else "numeric"
            taken = {"accept_sparse": tags.sparse, "dtype": dtype, "ensure_all_finite": not tags.allow_nan}
            check_array(X, **taken, estimator=name, input_name="X")
        elif not tags.three_d_array:
            raise InputError(
                f"X holds sequences of frames, and {name} takes a table with a row for each sample. Put a "
                "transformer before it, or use BLSTMClassifier, which takes sequences."
            )


def check_texts_are_read(estimators, X):
    """Raise InputError if X holds texts or times, and it is certain that an estimator takes numbers only.

    Parameters
    ----------
    estimators : dict
        From the name of a view to its unfitted estimator, with the shared steps before it.
    X : list or array-like of length n_samples
        The samples, from which `fit` is about to learn.

    Raises
    ------
    InputError
        If the first step of an estimator that reads X takes a table of numbers.
    """
    times = _holds_times(X)
    for name, estimator in estimators.items() if times or holds_text(X) else ():
        for reader in _readers(estimator):
            tags = get_tags(reader).input_tags
            if times and not tags.categorical:
                raise InputError(
                    f"X holds times, and the view {name!r} begins with {type(reader).__name__}, which takes "
                    "numbers. Make numbers of them that mean something, such as the hour."
                )
            if not (tags.string or tags.categorical):
                raise InputError(
                    f"X holds texts or paths: the first is {str(next(iter(X)))!r}, and the view {name!r} "
                    f"begins with {type(reader).__name__}, which takes numbers. Put a transformer before it: "
                    "make_pipeline(TfidfVectorizer(), ...) takes texts, and "
                    "make_pipeline(OpenSmileFunctionals(), ...) takes audio files."
                )


def _holds_times(X):
    """Tell whether an array, or a column of a data frame, holds times or durations."""
    types = X.dtypes if hasattr(X, "columns") else [getattr(X, "dtype", None)]
    return any(getattr(one, "kind", "") in ("m", "M") for one in types)


def _readers(estimator):
    """Yield the estimators that get X itself, or X with the same gaps, and say by tags what they take."""
    if isinstance(estimator, SoftTargetClassifier) or is_search(estimator):
        yield from _readers(estimator.estimator)
    elif isinstance(estimator, Pipeline):
        for _, step in estimator.steps:
            yield from _readers(step)
            if not isinstance(step, _SCALERS) and step not in (None, "passthrough"):
                return
    elif _declares_input(estimator):
        yield estimator


def _declares_input(estimator):
    # Estimators of other packages may take more than they declare, and meta-estimators what is inside takes.
    own = type(estimator).__module__.split(".")[0] in ("sklearn", "sklearn_raters")
    inner = {"estimator", "estimators", "transformers", "transformer_list"} & set(dir(estimator))
    if not own or inner:
        return False
    tags = get_tags(estimator)
    return tags.input_tags.two_d_array and not tags.no_validation
