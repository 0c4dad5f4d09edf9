"""Bring arrays into one order: columns by their names, samples by the index of pandas objects."""

from collections.abc import Mapping, Set

import numpy as np
from scipy.sparse import issparse

from sklearn_raters.exceptions import InputError

# They have a length, but no rows.
_NO_ROWS = (str, bytes, Mapping, Set, type)


def align(values, present, names, *, axis=-1, fill=0.0):
    """
    Arrange the columns of an array in the order of a longer list of names.

    Parameters
    ----------
    values : array-like
        Numbers with one entry for each name in `present` along `axis`.
    present : sequence
        Names of the entries, all of them in `names`.
    names : sequence
        All names, in the order of the result.
    axis : int, default=-1
        Axis along which the entries lie.
    fill : float, default=0.0
        Value for the names that are not in `present`. Where all values are NaN, these get NaN too.

    Returns
    -------
    ndarray
        The values, with one entry for each name in `names` along `axis`.

    Raises
    ------
    InputError
        If a name in `present` is not in `names`, or there is not one entry for each.

    Examples
    --------
    >>> from sklearn_raters._align import align
    >>> align([[0.25, 0.75]], ["a", "c"], ["c", "b", "a"])
    array([[0.75, 0.  , 0.25]])
    """
    values = np.asarray(values)
    if values.ndim <= max(axis, 0) or values.shape[axis] != len(present):
        raise InputError(
            f"Values of the shape {values.shape} are not one for each of {np.asarray(present).tolist()}: a "
            "classifier must answer a column for each of its classes_."
        )
    values = np.moveaxis(values, axis, -1)
    place = {name: index for index, name in enumerate(names)}
    for name in present:
        if name not in place:
            raise InputError(f"{name} was learnt, but is not among {list(names)}: add it there.")
    aligned = np.full((*values.shape[:-1], len(place)), fill, dtype=values.dtype)
    aligned[..., [place[name] for name in present]] = values
    if values.dtype.kind == "f":
        aligned[np.isnan(values).all(axis=-1)] = np.nan
    return np.moveaxis(aligned, -1, axis)


def align_samples(**values):
    """
    Check that inputs describe the same samples, and bring pandas objects into the order of the first one.

    Parameters
    ----------
    **values : object
        Samples, ratings, groups, weights and the like, by the names to use in the message. Ratings that were
        a pandas object have its index. Those without an index, such as arrays and lists, are paired by place
        and returned as they are. None is left out of all checks, but for the first one, which is needed.

    Returns
    -------
    list
        The values, each in the order of the first one that has an index.

    Raises
    ------
    InputError
        If a value has no rows, another number of rows than the first one, or masked entries (but for ratings
        `Y` and labels `y`, where they are missing); if an index names other samples; or if one index has the
        numbers of a default index in another order, since a default index names no samples.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_raters._align import align_samples
    >>> X, y = pd.DataFrame({"pitch": [1.0, 2.0]}, ["s1", "s2"]), pd.Series(["b", "a"], ["s2", "s1"])
    >>> align_samples(X=X, y=y)[1].tolist()
    ['a', 'b']
    """
    first, n_rows = None, None
    for name, value in values.items():
        if first is None or value is not None:
            found = count_rows(value, name)
            first, n_rows = (name, found) if first is None else (first, n_rows)
            if found != n_rows:
                raise InputError(
                    f"Found input variables with inconsistent numbers of samples: {first} has {n_rows}, "
                    f"{name} has {found}. Each sample of {first} needs its row of {name}, in that order."
                )
            if name not in ("Y", "y"):
                refuse_masked(value, name)
            if issparse(value):
                values[name] = value.tocsr()  # other formats have no rows to take
    indexes = {name: index for name, value in values.items() if (index := _index_of(value)) is not None}
    (first, start), *others = indexes.items() or [("", None)]
    for name, index in others:
        if not index.equals(start):
            value, in_pandas = values[name], hasattr(values[name], "iloc")
            by_place = f"{name}.to_numpy()" if in_pandas else "make the ratings from an array"
            places = _places(start, index, first, name, by_place)
            _refuse_default(start, index, first, name, in_pandas)
            values[name] = value.iloc[places] if in_pandas else value.take(places)
    return list(values.values())


def _refuse_default(start, index, first, name, in_pandas):
    """Raise InputError if one of two indexes of the same numbers is a default one, which any new table gets.

    A scaler with pandas output gives it to an array; so it does not say that its samples are in that order.
    """
    default = [_is_default(start), _is_default(index)]
    if any(default):
        numbered, mixed = (first, name) if default[0] else (name, first)
        by_index, by_place = f"{name}.loc[{first}.index]", f"{name}.to_numpy()"
        if not in_pandas:
            by_index, by_place = (f"ratings made from {how}" for how in (by_index, by_place))
        raise InputError(
            f"{numbered} has the default index 0, 1, 2, ..., and {mixed} has these numbers in another order. "
            f"The rows of {numbered} may be in that order too, as after a step that makes a new one. If the "
            f"numbers name the samples, give {by_index}; if the rows are paired by place, {by_place}."
        )


def _is_default(index):
    """Return whether an index of pandas is the one of a table that was given none."""
    return type(index).__name__ == "RangeIndex" and (index.start, index.step) == (0, 1)


def align_columns(table, names, what):
    """
    Bring the columns of a data frame into the order of names, if they have these names.

    Parameters
    ----------
    table : DataFrame or array-like
        Values with a column for each name. Arrays, and data frames whose columns are numbered from 0 or have
        none of these names, are taken by place.
    names : sequence
        Classes or raters.
    what : str
        Name of the table in the message.

    Returns
    -------
    DataFrame or array-like
        The table, its columns in the order of the names.

    Raises
    ------
    InputError
        If some columns have these names and others do not.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_raters._align import align_columns
    >>> align_columns(pd.DataFrame({"b": [0.2], "a": [0.8]}), ["a", "b"], "proba").iloc[0].tolist()
    [0.8, 0.2]
    """
    columns = getattr(table, "columns", None)
    if columns is None or not set(columns) & set(names) or _is_default(columns):
        return table
    if set(columns) != set(names) or len(columns) != len(names):
        raise InputError(
            f"{what} has the columns {list(columns)[:20]}, where {list(names)[:20]} are expected: give "
            "each of them once, or an array with the columns in this order."
        )
    return table[list(names)]


def _index_of(value):
    """Return the index of a pandas object, or of ratings that were one; None for others."""
    return value.index if hasattr(value, "iloc") or hasattr(value, "n_samples") else None


def count_rows(value, name):
    """
    Return the number of samples that a value has a row for.

    Parameters
    ----------
    value : object
        Samples, ratings, groups, weights and the like.
    name : str
        Its name in the message.

    Returns
    -------
    int
        The number of samples.

    Raises
    ------
    InputError
        If the value is none of an array, a list, a table and the like.

    Examples
    --------
    >>> from sklearn_raters._align import count_rows
    >>> count_rows([[0.0], [1.0]], "X")
    2
    """
    shape = getattr(value, "shape", None)
    if shape is None and hasattr(value, "__array__"):
        shape = np.asarray(value).shape
    if hasattr(value, "n_samples"):  # a Task, or Votes
        return value.n_samples
    no_rows = isinstance(value, _NO_ROWS) and not issparse(value)  # dok_array is a dict
    no_rows |= isinstance(value, memoryview) and value.ndim > 1  # they cannot be taken
    if no_rows or not (shape if shape is not None else hasattr(value, "__len__")):
        value = value.item() if isinstance(value, np.generic) else value
        given = repr(value) if value is None or np.isscalar(value) else f"a {type(value).__name__}"
        raise InputError(
            f"{name} is {given[:80]}, which has no row for each sample: give a list, an array or a table."
        )
    return shape[0] if shape is not None else len(value)


def refuse_masked(value, name):
    """
    Raise InputError if entries of a masked array are masked, which NumPy would use as if they were not.

    Parameters
    ----------
    value : object
        Samples, weights and the like.
    name : str
        Its name in the message.

    Raises
    ------
    InputError
        If an entry is masked.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_raters._align import refuse_masked
    >>> refuse_masked(np.ma.masked_array([1.0, 2.0], [False, True]), "X")
    Traceback (most recent call last):
        ...
    sklearn_raters.exceptions.InputError: X has 1 masked entries, the first in sample 1. ...
    """
    if np.ma.isMaskedArray(value) and np.ma.is_masked(value):  # pandas has masked arrays too, with pandas.NA
        places = np.argwhere(np.ma.getmaskarray(value))
        raise InputError(
            f"{name} has {len(places)} masked entries, the first in sample {places[0][0]}. Fill them by "
            f"{name}.filled(...), or leave these samples out."
        )


def _places(index, other, first, name, by_place):
    """Return the place in `other` of each entry of `index`; raise InputError unless both hold the same."""
    if index.nlevels != other.nlevels:
        raise InputError(
            f"The index of {first} has {index.nlevels} levels and that of {name} {other.nlevels}: give both "
            f"the same index, or pair them by place: {by_place}."
        )
    # By places where they are certain, since pandas finds some entries that have none there: NA beside NaN.
    unknown = other.get_indexer(index) < 0 if other.is_unique else ~index.isin(other)
    if unknown.any():
        place = unknown.argmax()
        raise InputError(
            f"{first} and {name} name other samples in their indexes: row {place} of {first} is "
            f"{index.tolist()[place]!r}, which {name} does not name; row {place} of {name} is "
            f"{other.tolist()[place]!r}. Give both the same index, or pair them by place: {by_place}."
        )
    for one in (index, other):
        if not one.is_unique:
            raise InputError(
                f"{first} and {name} have the same index in another order, and it names a sample twice, "
                f"{one[one.duplicated()].tolist()[0]!r}: give both the same order, or pair them by place: "
                f"{by_place}."
            )
    return other.get_indexer(index)
