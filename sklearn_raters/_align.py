"""Arrange the columns of an array in the order of a longer list of names."""

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
