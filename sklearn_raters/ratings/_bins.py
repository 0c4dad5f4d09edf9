"""Cut the numbers of a scale into classes, by edges and names."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sklearn_raters._align import refuse_masked
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._labels import check_class_names, shorten

_FORM = 'bins must be a dict such as {"edges": [0, 33, 66, 100], "names": ["low", "middle", "high"]}'


class Bins(NamedTuple):
    """Classes of the numbers of a scale.

    Parameters
    ----------
    edges : ndarray of float, shape (n_classes + 1,)
        Rising ends of the intervals.
    names : list of length n_classes
        The classes.
    right : bool
        Whether an inner edge belongs to the class below it.
    """

    edges: np.ndarray
    names: list
    right: bool

    def cut(self, value):
        """Return the class of a number; None if it lies beyond the edges."""
        if not self.edges[0] <= value <= self.edges[-1]:
            return None
        place = np.searchsorted(self.edges, value, side="left" if self.right else "right") - 1
        return self.names[min(max(place, 0), len(self.names) - 1)]


def check_bins(bins):
    """Return `bins` as Bins, None for None; raise if they are no rising edges with a name for each class."""
    if bins is None:
        return None
    if not isinstance(bins, dict):
        raise TypeError(f"{_FORM}, not {bins!r}.")
    if not {"edges", "names"} <= set(bins) <= {"edges", "names", "right"}:
        raise InputError(f'{_FORM}, and may hold "right"; it holds {shorten(bins)}.')
    right = bins.get("right", True)
    if not isinstance(right, bool | np.bool_):
        raise TypeError(f'"right" of bins must be True or False, not {right!r}.')
    refuse_masked(bins["edges"], "The edges of bins")
    try:
        edges = np.array(bins["edges"], dtype=float)
    except (TypeError, ValueError, OverflowError):
        edges = np.empty(0)
    if edges.ndim != 1 or len(edges) < 3 or not all(low < high for low, high in pairwise(edges)):
        raise InputError(f"The edges of bins must be three or more rising numbers, not {bins['edges']!r}.")
    names = check_class_names(bins["names"])
    if len(names) != len(edges) - 1:
        raise InputError(
            f"bins has {len(edges)} edges and {len(names)} names ({shorten(names)}): give one name less than "
            "edges, a name for each interval."
        )
    return Bins(edges, names, bool(right))
