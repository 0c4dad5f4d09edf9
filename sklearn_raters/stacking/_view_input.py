"""Samples that the estimator of a view cannot take, found before any training."""

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

from sklearn_raters._nested import is_search
from sklearn_raters.sequences import holds_sequences, holds_text
from sklearn_raters.soft_targets import SoftTargetClassifier

# They scale what is there and leave NaN, so that the next step gets it too.
_SCALERS = (MaxAbsScaler, MinMaxScaler, PowerTransformer, QuantileTransformer, RobustScaler, StandardScaler)


def check_samples(estimator, X):
    """Raise ValueError if it is certain that an estimator cannot take the samples.

    Parameters
    ----------
    estimator : classifier
        The unfitted estimator of a view.
    X : list or array-like of length n_samples
        The samples. Text and paths are not checked, so that a fit can be planned before audio is read.

    Raises
    ------
    ValueError
        If X has more dimensions than the estimator takes, is not numeric, or holds NaN or infinity.
    """
    if holds_text(X):
        return
    for reader in _readers(estimator):
        tags = get_tags(reader).input_tags
        name = type(reader).__name__
        if not holds_sequences(X):
            check_array(
                X,
                accept_sparse=tags.sparse,
                # An estimator that takes NaN may take columns of text as categories.
                dtype=None if tags.allow_nan or tags.categorical else "numeric",
                ensure_all_finite=not tags.allow_nan,
                estimator=name,
                input_name="X",
            )
        elif not tags.three_d_array:
            raise ValueError(
                f"X holds sequences of frames, and {name} takes a table with a row for each sample. Put a "
                "transformer before it, or use BLSTMClassifier, which takes sequences."
            )


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
