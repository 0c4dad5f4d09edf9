"""Labels that look as if something else was meant: refused where no class can be meant, else warned of."""

import re
import warnings

import numpy as np

from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.ratings._labels import label_kind, shorten
from sklearn_raters.ratings._names import as_number, spelling

# More distinct numbers than these are hardly classes; more with fractions, as on a scale with half steps,
# cannot be.
_MOST_NUMBERS, _MOST_WITH_FRACTIONS = 10, 5
# Codes of "not rated" in exports of statistics packages, and -1 in 8 bits, beside the only negative number.
_CODES = (99, 255, 999, 9999)
_SEPARATORS = (",", ";", "|", "\t", "\n", "/", "+", "&")
_DECIMAL = re.compile(r"[+-]?\d+,\d+")
_CUT = "cut them into classes by bins= (Task, ratings_from_long and load_rated_audio take it)"


def check_labels(names, counts, named):
    """Raise if labels are continuous or too large, and warn of labels that look wrong.

    Parameters
    ----------
    names : list
        The distinct labels, of one type.
    counts : ndarray of int, shape (n_labels,)
        Number of votes for each label.
    named : collection
        Labels that the user named, which are meant.

    Raises
    ------
    InputError
        If the labels are continuous numbers, or integers of more than 64 bits.
    """
    _check_size(names)
    meant = set(map(spelling, named))
    pairs = [pair for pair in zip(names, counts, strict=True) if spelling(pair[0]) not in meant]
    numbers = [(as_number(name) if isinstance(name, str) else name, count) for name, count in pairs]
    if all(value is not None and label_kind(value) == "numbers" for value, _ in numbers):
        _check_continuous(numbers)
        _warn_of_codes([as_number(name) if isinstance(name, str) else name for name in names], numbers)
    elif all(isinstance(name, str) for name in names):
        _warn_of_joined(names, pairs, counts)
    warn_of_lookalikes(names, named)


def warn_of_lookalikes(names, named=(), what="labels"):
    """Warn of labels or other names that a person reads as one.

    Parameters
    ----------
    names : list
        The distinct labels.
    named : collection, default=()
        Labels that the user named, which are meant.
    what : {"labels", "raters"}, default="labels"
        What the names are.
    """
    alike = {}
    for name in names:
        alike.setdefault(spelling(name), []).append(name)
    found = [group for group in alike.values() if len(group) > 1 and not set(group) <= set(named)]
    if found:
        more = f" ({len(found)} such groups)" if len(found) > 1 else ""
        remedy = "; if they are different classes, name them all in classes=" if what == "labels" else ""
        _warn(
            f"The {what} {' and '.join(map(ascii, found[0]))} read alike but are taken for different "
            f"{what}{more}. Write each in one way{remedy}."
        )


def warn_of_missing_text():
    """Warn that the text "None", which may be a class, was read as a missing rating."""
    _warn(
        'Ratings that are the text "None" are read as not rated. If "None" is a class, name it in classes=; '
        'if not, missing_label="None" or, in an estimator, label_map={"None": None} says so.'
    )


def _check_size(names):
    """Raise InputError if an array of 64-bit integers, signed or not, cannot hold all integers."""
    whole = [name for name in names if type(name) is int]
    if whole and np.asarray(whole).dtype.kind not in "iu":
        raise InputError(
            f"The label {max(whole, key=abs)!r} is no 64-bit integer as the other labels are, so that an "
            "array cannot hold them all: give these labels as texts."
        )


def _check_continuous(numbers):
    """Raise InputError if numbers are continuous; warn if they are many."""
    real = [(value, count) for value, count in numbers if not isinstance(value, complex)]
    fractions = [(value, count) for value, count in real if value % 1]
    n_votes = sum(count for _, count in fractions)
    rarely = len(fractions) > 2 and n_votes < 2 * len(fractions)
    if rarely or (fractions and len(real) > _MOST_WITH_FRACTIONS):
        raise InputError(
            f"Unknown label type: continuous. The ratings hold {len(fractions)} different numbers with "
            f"fractions, such as {fractions[0][0]!r}, which are no classes: {_CUT}; if they are classes, "
            "name them in classes=."
        )
    if len(real) > _MOST_NUMBERS:
        _warn(
            f"The ratings hold {len(real)} different numbers, and each becomes a class. If they are scores, "
            f"{_CUT}; if they are classes, name them in classes=."
        )


def _warn_of_codes(values, numbers):
    """Warn of a number that looks like the code of a missing rating among the numbers of classes."""
    unclear = any(value is None or isinstance(value, complex) or value % 1 for value in values)
    if unclear or len(values) < 3:
        return
    *_, second, largest = sorted(values)
    codes = [value for value in values if value < 0]
    if not codes and largest in _CODES and second <= _MOST_NUMBERS:
        codes = [largest]
    if len(codes) == 1 and codes[0] in dict(numbers):
        code, rest = int(codes[0]), sorted(map(int, set(values) - {*codes}))
        _warn(
            f"Some ratings are {code}, where all others are {shorten(rest, 5)}: {code} is learnt as a class. "
            f"If it means 'not rated', give missing_label={code}, or to an estimator "
            f"label_map={{{code}: None}}; if it is a class, name all classes in classes=."
        )


def _warn_of_joined(names, pairs, counts):
    """Warn if texts look like several labels in one cell."""
    for separator in _SEPARATORS:
        parts = {name: [part.strip() for part in name.split(separator)] for name, _ in pairs}
        joined = {name: found for name, found in parts.items() if len(found) > 1 and all(found)}
        single = set(names) - set(joined)
        n_joined = sum(count for name, count in pairs if name in joined)
        most = separator in ",;|" and 2 * n_joined > sum(counts)
        if joined and (most or any(set(found) <= single for found in joined.values())):
            example = next((name for name, found in joined.items() if set(found) <= single), min(joined))
            if all(_DECIMAL.fullmatch(name.strip()) for name in joined):
                _warn(
                    f"The rating {example!r} looks like a number with a decimal comma, but is learnt as a "
                    f"class of its own. Write points for the commas, then {_CUT}; if these are classes, name "
                    "them in classes=."
                )
                return
            _warn(
                f"The rating {example!r} looks like several labels in one cell, but is learnt as a class of "
                f"its own. Give label_separator={separator!r} to Task, ratings_from_long or "
                "load_rated_audio; if these are classes, name them in classes=."
            )
            return


def _warn(message):
    warnings.warn(message, InputWarning, stacklevel=2)
