"""What the labels stand for: classes, missing ratings, numbers of a scale."""

from typing import NamedTuple

import numpy as np

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._bins import Bins, check_bins
from sklearn_raters.ratings._labels import MISSING_TEXTS, is_missing, label_kind, plain
from sklearn_raters.ratings._names import as_number, spelling


class Reading(NamedTuple):
    """How ratings are read.

    Parameters
    ----------
    named : frozenset
        Labels that are labels, even where they look like missing ones.
    missing : frozenset
        Labels that mean "not rated", as `spelling` gives them.
    separator : str or None
        What separates several labels in one text.
    bins : Bins or None
        Classes of numbers.
    numbers : bool
        Whether texts become numbers if all of them are numbers.
    """

    named: frozenset = frozenset()
    missing: frozenset = frozenset()
    separator: str | None = None
    bins: Bins | None = None
    numbers: bool = False

    @property
    def changes_labels(self):
        """Whether labels mean something else than without these settings."""
        return bool(self.missing or self.separator or self.bins or self.named & MISSING_TEXTS)

    def is_missing(self, label):
        """Return whether a label means "not rated"."""
        if spelling(label) in self.missing:
            return True
        return isinstance(label, str) and label in MISSING_TEXTS and label not in self.named


def make_reading(*, named=(), missing_label=None, label_separator=None, bins=None, numbers=False):
    """Return the settings by which ratings are read, checked.

    Parameters
    ----------
    named : iterable, default=()
        Labels that are labels, even where they look like missing ones.
    missing_label : object or collection, default=None
        The label, or labels, that mean "not rated".
    label_separator : str, default=None
        What separates several labels in one text.
    bins : dict, default=None
        Edges and names of the classes of a scale.
    numbers : bool, default=False
        Whether texts become numbers if all of them are numbers.

    Returns
    -------
    Reading
        The settings.

    Raises
    ------
    InputError, TypeError
        If a setting is of a wrong type or form.
    """
    if not (label_separator is None or (isinstance(label_separator, str) and label_separator)):
        # A text of no signs has the right type, so that a command says so in one line.
        kind = InputError if label_separator == "" else TypeError
        raise kind(f"label_separator must be a text such as '|', not {label_separator!r}.")
    several = isinstance(missing_label, list | tuple | set | frozenset | np.ndarray)
    missing = [plain(label) for label in (missing_label if several else [missing_label])]
    if any(getattr(label, "__hash__", None) is None or callable(label) for label in missing):
        raise TypeError(f"missing_label must be a label or a list of labels, not {missing_label!r}.")
    missing = frozenset(spelling(label) for label in missing if not is_missing(label))
    return Reading(frozenset(named), missing, label_separator, check_bins(bins), numbers)


def read_names(names, reading, place):
    """Return what each distinct label stands for.

    Parameters
    ----------
    names : list
        The distinct labels.
    reading : Reading
        How they are read.
    place : callable
        Function from an index into `names` to the text that says where this label is.

    Returns
    -------
    list
        For each label the label that it stands for; None for one that means "not rated".

    Raises
    ------
    InputError
        If a label is infinite, lies beyond the bins, or is no number where there are bins.
    """
    kept = [None if reading.is_missing(name) else name for name in names]
    if reading.numbers:
        kept = _as_numbers(kept)
    for index, name in enumerate(kept):
        if name is not None and label_kind(name) == "numbers" and not abs(name) < np.inf:
            raise InputError(
                f"{place(index)} has the label {name!r}. A missing rating is None, NaN or pandas.NA."
            )
        if name is not None and reading.bins is not None:
            kept[index] = _cut(name, reading.bins, place, index)
    return kept


def _as_numbers(names):
    """Return texts as numbers if all of them are numbers of at most 64 bits, otherwise unchanged."""
    texts = [name for name in names if isinstance(name, str)]
    numbers = dict(zip(texts, map(as_number, texts), strict=True))
    if any(value is None or not abs(value) < 2**63 for value in numbers.values()):
        return names
    return [numbers[name] if isinstance(name, str) else name for name in names]


def _cut(name, bins, place, index):
    """Return the class of a number, or of the number in a text, by `bins`."""
    written = as_number(name) if isinstance(name, str) else name
    ends = f"{bins.edges[0]:g} to {bins.edges[-1]:g}"
    if label_kind(written) != "numbers" or isinstance(written, complex):
        raise InputError(
            f"{place(index)} has the label {name!r}, but bins cuts numbers from {ends}: name the labels that "
            "mean 'not rated' by missing_label, or leave bins out."
        )
    found = bins.cut(written)
    if found is None:
        raise InputError(
            f"{place(index)} has the label {name!r}, beyond the edges of bins, {ends}: widen them, or name "
            "the labels that mean 'not rated' by missing_label."
        )
    return found
