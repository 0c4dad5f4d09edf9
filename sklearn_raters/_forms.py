"""What fits begin with: the form of X, such as its dimensions, and that a fit that fails changes nothing."""

import sys
from contextlib import contextmanager
from datetime import date, timedelta

import numpy as np
from scipy.sparse import issparse
from sklearn.utils.validation import validate_data

from sklearn_raters.exceptions import InputError

_INTEGERS = (int, np.integer)
TIMES = (np.datetime64, np.timedelta64, date, timedelta)


def holds_times(X):
    """Return whether X holds times or durations.

    Parameters
    ----------
    X : array-like
        Input of an estimator.

    Returns
    -------
    bool
        True if an array, or a column of a data frame, has a type of times, or a cell holds one.
    """
    if hasattr(X, "columns") and hasattr(X, "dtypes"):
        of_times = any(getattr(one, "kind", "") in ("m", "M") for one in X.dtypes)
        return of_times or any(map(is_time, _cells(X)))
    return getattr(getattr(X, "dtype", None), "kind", "") in ("m", "M") or any(map(is_time, _cells(X)))


def is_data_frame(X):
    """Return whether X is a table of pandas, or one that is used in the same way."""
    return hasattr(X, "columns") and hasattr(X, "iloc")


def is_time(cell):
    """Return whether a cell is a time or a duration."""
    # A period of pandas has a format like a date, but no common class.
    return isinstance(cell, TIMES) or hasattr(cell, "strftime")


def _cells(X):
    """Yield the cells of X that may be any object; those of a list of rows too."""
    if is_data_frame(X):
        for place, dtype in enumerate(X.dtypes):
            if getattr(dtype, "kind", "O") == "O":
                yield from X.iloc[:, place]
    elif isinstance(X, list | tuple):
        for row in X:
            yield from row if isinstance(row, list | tuple) else [row]
    elif getattr(getattr(X, "dtype", None), "kind", "") == "O":
        yield from np.asarray(X).ravel()


def depth_of(X, most=8):
    """Return the number of dimensions of X, with those of the samples or cells in it.

    Parameters
    ----------
    X : array-like
        Input of an estimator.
    most : int, default=8
        Where to stop counting.

    Returns
    -------
    int
        2 for a table or a list of rows, 3 for a list of 2-D arrays; 0 for what is no array or list.
    """
    if most == 0 or issparse(X):
        return 2 if most else 0
    if isinstance(X, list | tuple):
        return 1 + (depth_of(X[0], most - 1) if X else 0)
    n_dimensions = len(getattr(X, "shape", ()))
    if not hasattr(X, "columns") and getattr(getattr(X, "dtype", None), "kind", "") != "O":
        return n_dimensions
    nested = (cell for cell in _cells(X) if isinstance(cell, list | tuple | np.ndarray))
    return n_dimensions + depth_of(next(nested, None), most - 1)


def at_least_single(X):
    """Return numbers of half precision in single precision, in which scikit-learn's classifiers compute.

    Some compute in the format that they are given, and then their probabilities do not sum to one.

    Parameters
    ----------
    X : array-like
        Input of an estimator.

    Returns
    -------
    array-like
        X itself unless it is an array, or a data frame with columns, of float16.
    """
    if is_data_frame(X):
        halves = [name for name, dtype in X.dtypes.items() if dtype == np.float16]
        return X.astype(dict.fromkeys(halves, np.float32)) if halves else X
    return X.astype(np.float32) if isinstance(X, np.ndarray) and X.dtype == np.float16 else X


def check_size(X):
    """Raise InputError if X holds an integer beyond all floats.

    Parameters
    ----------
    X : array-like
        Input of an estimator.
    """
    for cell in _cells(X):
        if type(cell) is int and not -sys.float_info.max <= cell <= sys.float_info.max:
            raise InputError(
                f"X holds an integer of {len(str(abs(cell)))} digits, which no float can hold: correct it."
            )


def refuse_rounding(X, dtype, what="X"):
    """Raise InputError if X holds an integer that a floating point format would round.

    Floating point is meant to be rounded; an integer with that many digits is an identifier or a time.

    Parameters
    ----------
    X : array-like
        Input of an estimator; lists are searched to any depth.
    dtype : dtype
        The format, such as ``numpy.float32``.
    what : str, default="X"
        Name of the input, for the message.
    """
    form = np.finfo(dtype)
    bits = form.nmant + 1
    for values, where in _large_integers(X, 2**bits, what):
        for value in values:
            if abs(value) > int(form.max) or int(form.dtype.type(value)) != value:
                raise InputError(
                    f"{where} holds the integer {value}, of which {form.dtype} keeps {bits} bits only. "
                    "Identifiers and times are no features; divide other numbers, or give floating point, "
                    "which is rounded."
                )


def _large_integers(X, limit, where):
    """Yield lists of the integers in X beyond a limit, and where they are."""
    if is_data_frame(X):
        for place, dtype in enumerate(X.dtypes):
            if getattr(dtype, "kind", "O") in "iuO":
                values = np.asarray(X.iloc[:, place].dropna())
                yield from _large_integers(values, limit, f"Column {X.columns[place]!r} of {where}")
    elif isinstance(X, list | tuple):
        yield [int(one) for one in X if isinstance(one, _INTEGERS) and abs(int(one)) > limit], where
        for one in X:
            if isinstance(one, list | tuple | np.ndarray):
                yield from _large_integers(one, limit, where)
    elif issparse(X):
        yield from _large_integers(X.tocoo().data, limit, where)
    elif (kind := getattr(getattr(X, "dtype", None), "kind", "")) == "O":
        yield from _large_integers(np.asarray(X).ravel().tolist(), limit, where)
    elif kind in ("i", "u"):
        values = np.asarray(X)
        yield values[(values > limit) | (values < -limit)].tolist(), where


def check_dimensions(X, name):
    """Raise InputError if X has four or more dimensions.

    Parameters
    ----------
    X : array-like
        Input of an estimator.
    name : str
        Name of the estimator, for the message.
    """
    if (depth := depth_of(X)) > 3:
        shape = f" of shape {X.shape}" if hasattr(X, "shape") else ""
        raise InputError(
            f"X has {depth} dimensions: it is a {type(X).__name__}{shape}. {name} takes a table (n_samples, "
            "n_features) or, if it reads sequences, (n_samples, n_frames, n_features): join the others into "
            "one, by X = np.asarray(X), then X.reshape(len(X), -1) or X.reshape(*X.shape[:2], -1)."
        )


def check_features(estimator, X):
    """Raise InputError if a table has other features than the one that an estimator was fitted on.

    Parameters
    ----------
    estimator : estimator
        The estimator; without `n_features_in_` nothing is checked.
    X : array-like
        Its input after `fit`. Samples that are no rows of a table are not checked.
    """
    names = getattr(estimator, "feature_names_in_", None)
    known, found, said = getattr(estimator, "n_features_in_", None), _count_features(X), None
    if names is not None and hasattr(X, "columns"):
        try:
            validate_data(estimator, X, reset=False, skip_check_array=True)
        except ValueError as error:
            said = str(error)
    elif None not in (known, found) and known != found:
        name = type(estimator).__name__
        said = f"X has {found} features, but {name} is expecting {known} features as input."  # scikit-learn's
    if said is None:
        return
    remedy = "Compute the features of X with the settings of the fit."
    if names is not None:
        more = f" and {len(names) - 10} more" if len(names) > 10 else ""
        remedy = (
            f"The columns of the fit were {', '.join(map(repr, names[:10]))}{more}: give X these columns."
        )
        if hasattr(X, "columns") and set(names) <= set(X.columns):
            remedy += " X has them all: give X[model.feature_names_in_]."
    raise InputError(f"{said} {remedy}")


def _count_features(X):
    """Return the number of columns of a table; None for other forms."""
    shape = getattr(X, "shape", None)
    if shape is None and isinstance(X, list | tuple) and depth_of(X) == 2 and hasattr(X[0], "__len__"):
        return len(X[0])
    return shape[1] if shape is not None and len(shape) == 2 else None


@contextmanager
def whole_fit(estimator):
    """Remove the learnt attributes of an earlier fit, and restore them if the block raises.

    Parameters
    ----------
    estimator : estimator
        The estimator. Attributes whose names end with an underscore are learnt.
    """
    before = dict(vars(estimator))
    for name in before:
        if name.endswith("_") and not name.startswith("_"):
            delattr(estimator, name)
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise
