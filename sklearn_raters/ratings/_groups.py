"""Check groups of samples, such as speakers or sessions: one name a sample, none missing."""

from collections.abc import Hashable, Mapping, Set

import numpy as np

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._doubts import warn_of_lookalikes
from sklearn_raters.ratings._labels import NO_LABEL, is_missing, label_kind, plain


def check_groups(groups, n_samples=None, *, name="groups", allow_missing=False):
    """
    Return the group of each sample as an array.

    Parameters
    ----------
    groups : array-like of shape (n_samples,) or None
        Numbers, strings or other names that can be put in order, all of one type.
    n_samples : int or None, default=None
        Number of samples; None is not compared.
    name : str, default="groups"
        Name of the argument in messages.
    allow_missing : bool, default=False
        Whether groups may be missing.

    Returns
    -------
    ndarray of shape (n_samples,) or None
        The groups; None if `groups` is None. Where a group is missing, an array of objects with None.

    Raises
    ------
    InputError
        If there is not one group for each sample, a group is missing and must not be, a group is a
        collection, or the groups are of several types.

    Examples
    --------
    >>> from sklearn_raters.ratings import check_groups
    >>> check_groups(["ann", "bob", "ann"], 3)
    array(['ann', 'bob', 'ann'], dtype='<U3')
    """
    if groups is None:
        return None
    one = name.removesuffix("s")
    if getattr(groups, "ndim", 1) != 1:
        raise InputError(f"{name} has the shape {groups.shape}: give one {one} for each sample.")
    if isinstance(groups, str | bytes | Mapping | Set | type) or not np.iterable(groups):
        raise InputError(f"{name} must be a list of one group for each sample, not {groups!r}.")
    # As objects, because NumPy turns a NaN or a number beside strings into a string.
    values = groups.tolist() if hasattr(groups, "tolist") else list(groups)
    n_groups = len(values)
    if n_samples not in (None, n_groups):
        raise InputError(f"{name} has {n_groups} entries for {n_samples} samples: give one {one} for each.")
    missing = [place for place, value in enumerate(values) if is_missing(value)]
    if missing and not allow_missing:
        raise InputError(f"Sample {missing[0]} has no {one} ({len(missing)} have none). Name all {name}.")
    known = [value for value in values if not is_missing(value)]
    for place, value in enumerate(values):
        if isinstance(value, NO_LABEL) or not isinstance(value, Hashable):
            raise InputError(
                f"The {one} of sample {place} in {name} is a {type(value).__name__}: give one name."
            )
    kinds = {label_kind(value): value for value in known}
    if len(kinds) > 1:
        given = " and ".join(f"{kind} (such as {plain(value)!r})" for kind, value in kinds.items())
        raise InputError(f"{name} mix {given}: make all groups of one type.")
    array = np.empty(n_groups, dtype=object)
    array[:] = [None if is_missing(value) else value for value in values] if missing else values
    warn_of_lookalikes(sorted({value for value in known if isinstance(value, str)}), what=name)
    try:
        sorted(known)
    except TypeError as error:
        raise InputError(
            f"{name} of type {next(iter(kinds))} cannot be put in order: use strings or numbers."
        ) from error
    return np.asarray(values) if not missing and kinds.keys() <= {"numbers", "strings"} else array
