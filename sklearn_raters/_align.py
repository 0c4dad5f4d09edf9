"""Bring arrays into one order: columns by their names, samples by the index of pandas objects."""

import numpy as np

from sklearn_raters.exceptions import InputError


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
        Value for the names that are not in `present`.

    Returns
    -------
    ndarray
        The values, with one entry for each name in `names` along `axis`.

    Raises
    ------
    InputError
        If a name in `present` is not in `names`.

    Examples
    --------
    >>> from sklearn_raters._align import align
    >>> align([[0.25, 0.75]], ["a", "c"], ["c", "b", "a"])
    array([[0.75, 0.  , 0.25]])
    """
    values = np.moveaxis(np.asarray(values), axis, -1)
    place = {name: index for index, name in enumerate(names)}
    for name in present:
        if name not in place:
            raise InputError(f"{name} was learnt, but is not among {list(names)}: add it there.")
    aligned = np.full((*values.shape[:-1], len(place)), fill, dtype=values.dtype)
    aligned[..., [place[name] for name in present]] = values
    return np.moveaxis(aligned, -1, axis)


def align_samples(**values):
    """
    Bring pandas objects that describe the same samples into the order of the first one.

    Parameters
    ----------
    **values : object
        Samples, ratings, groups, weights and the like, by the names to use in the message. Those without an
        index, such as arrays and lists, are paired by place and returned as they are.

    Returns
    -------
    list
        The values, each in the order of the first one that has an index.

    Raises
    ------
    InputError
        If an index of the same length names other samples.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_raters._align import align_samples
    >>> X, y = pd.DataFrame({"pitch": [1.0, 2.0]}, ["s1", "s2"]), pd.Series(["b", "a"], ["s2", "s1"])
    >>> align_samples(X=X, y=y)[1].tolist()
    ['a', 'b']
    """
    indexed = {name: value for name, value in values.items() if hasattr(value, "iloc")}
    if len(indexed) < 2:
        return list(values.values())
    (first, start), *others = indexed.items()
    for name, value in others:
        # Other lengths are refused, with other words, by the checks of lengths.
        if len(value) == len(start) and not value.index.equals(start.index):
            values[name] = value.iloc[_places(start.index, value.index, first, name)]
    return list(values.values())


def _places(index, other, first, name):
    """Return the place in `other` of each entry of `index`; raise InputError unless both hold the same."""
    unknown = ~index.isin(other)
    if unknown.any():
        place = unknown.argmax()
        raise InputError(
            f"{first} and {name} name other samples in their indexes: row {place} of {first} is "
            f"{index[place]!r}, which {name} does not name; row {place} of {name} is {other[place]!r}. Give "
            f"both the same index, or pair them by place: {name}.to_numpy()."
        )
    for one in (index, other):
        if not one.is_unique:
            raise InputError(
                f"{first} and {name} have the same index in another order, and it names a sample twice, "
                f"{one[one.duplicated().argmax()]!r}: give both the same order, or pair them by place: "
                f"{name}.to_numpy()."
            )
    return other.get_indexer(index)
