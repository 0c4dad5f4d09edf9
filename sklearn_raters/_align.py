"""Bring columns that stand for some names into the order of all names."""

import numpy as np


def align(values, present, names, *, axis=-1, fill=0.0):
    """
    Put the columns of some names into the order of all names.

    Parameters
    ----------
    values : array-like
        Numbers with ``len(present)`` entries along `axis`.
    present : sequence
        What the entries stand for, all of it in `names`.
    names : sequence
        All names, in the order wanted.
    axis : int, default=-1
        The axis to align.
    fill : float, default=0.0
        What stands where one of the `names` is not `present`.

    Returns
    -------
    ndarray
        As `values`, with ``len(names)`` entries along `axis`.

    Raises
    ------
    ValueError
        If something `present` is none of the `names`.

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
            raise ValueError(f"{name} was learnt, but is none of {list(names)}: name it there too.")
    aligned = np.full((*values.shape[:-1], len(place)), fill, dtype=values.dtype)
    aligned[..., [place[name] for name in present]] = values
    return np.moveaxis(aligned, -1, axis)
