"""Labels that look as if something else was meant: refused where no class can be meant, else warned of."""

import re
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from sklearn_raters.exceptions import InputError, remark
from sklearn_raters.ratings._cells import read_literal
from sklearn_raters.ratings._labels import label_kind, shorten
from sklearn_raters.ratings._names import as_number, spelling

# More distinct numbers than the first may be scores; where some have fractions, more than the second are no
# classes. Integers up to the third that fill half of their range or more are codes of classes, such as those
# of twelve emotions; scores from 0 to 100 are more numbers, or lie apart.
_MOST_NUMBERS, _MOST_WITH_FRACTIONS, _MOST_CODES = 10, 5, 20
# Codes of "not rated": those of statistics packages and -1 in 8 bits; the only negative number, or several
# that are far below zero, are codes too.
_CODES = (77, 88, 97, 98, 99, 255, 777, 888, 997, 998, 999, 9999)
_FAR_BELOW = -9
# Words and signs for "not rated", as `spelling` gives them, beside those that are read as such.
_NOT_RATED = re.compile(
    r"nan|na|n\.a\.?|none|null|nil|missing|(not|un)rated|(not|un)labell?ed|noanswer|notapplicable|[-?.*]+"
)
# What to do about ratings that mean "not rated", and about labels of samples.
_LEAVE_OUT = (
    "give missing_label={0!r}, or in an estimator label_map={{{0!r}: None}}",
    "leave these samples out of X and y",
)
_SEPARATORS = (",", ";", "|", "\t", "\n", "/", "+", "&")
_DECIMAL = re.compile(r"[+-]?\d+,\d+")
_CUT = "cut them into classes by bins= (Task, ratings_from_long and load_rated_audio take it)"
# What to do about several labels in one text.
_SPLIT = "give label_separator={separator!r} (Task, ratings_from_long and load_rated_audio take it)"
_SHARE = "give y as soft labels, one column a class, in which such a sample has a share of several"

_known = ContextVar("known", default=False)


@contextmanager
def known_labels():
    """Silence the warnings of labels inside the block, whose labels come from checked ratings."""
    token = _known.set(True)
    try:
        yield
    finally:
        _known.reset(token)


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
    numbers = [(_number(name), count) for name, count in pairs]
    if all(_is_number(value) for value, _ in numbers):
        _check_continuous(numbers)
        _warn_of_codes(names, [value for value, _ in numbers], "ratings", _LEAVE_OUT[0])
    elif all(isinstance(name, str) for name in names):
        _warn_of_missing_words([name for name, _ in pairs], "ratings", _LEAVE_OUT[0])
        _warn_of_joined(names, pairs, counts, "rating", _SPLIT)
    warn_of_lookalikes(names, named)


def warn_of_labels(names, counts):
    """Warn of labels of samples that look wrong, as `check_labels` does of ratings.

    Parameters
    ----------
    names : list
        The distinct labels, of one type; the user named none of them.
    counts : ndarray of int, shape (n_labels,)
        Number of samples with each label.
    """
    numbers = [_number(name) for name in names]
    if all(map(_is_number, numbers)):
        _warn_of_codes(names, numbers, "labels in y", _LEAVE_OUT[1])
    elif all(isinstance(name, str) for name in names):
        _warn_of_missing_words(names, "labels in y", _LEAVE_OUT[1])
        # In ratings, a text that spells out a list is several labels.
        if lists := [name for name in names if isinstance(read_literal(name.strip()), list | tuple | set)]:
            _warn_of_several(lists[0], "label", _SHARE)
        else:
            _warn_of_joined(names, [*zip(names, counts, strict=True)], counts, "label", _SHARE)
    warn_of_lookalikes(names)


def warn_of_lookalikes(names, named=(), what="labels"):
    """Warn of labels or other names that a person reads as one.

    Parameters
    ----------
    names : list
        The distinct labels.
    named : collection, default=()
        Labels that the user named, which are meant.
    what : {"labels", "raters", "groups", "speakers"}, default="labels"
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


def warn_of_unused(label_map, labels):
    """Warn of a label in a map that is another spelling of a label of the ratings, which stays as it is.

    Parameters
    ----------
    label_map : dict
        The map.
    labels : list
        The labels of the ratings.
    """
    for label, given in _misspelt(label_map, labels, label_map).items():
        if given != label_map[label]:
            _warn(
                f"label_map maps {label!r}, which no rating is, and leaves {given!r} as it is: write it "
                "as the ratings do."
            )


def warn_of_empty(classes, labels, named):
    """Warn of a class without votes that is another spelling of a label of the ratings.

    Parameters
    ----------
    classes : list
        The classes.
    labels : list
        The labels of the ratings.
    named : collection
        Labels that the user named, which are meant.
    """
    for name, given in _misspelt(classes, labels, named).items():
        if label_kind(name) == label_kind(given):  # a Task refuses texts for numbers
            _warn(
                f"classes names {name!r}, which no rating is, and not {given!r}: write it as in the ratings."
            )


def _misspelt(names, labels, named):
    """Return {name: label} of the names that are no label, but read like one that is not named."""
    unused = [name for name in names if name not in labels]
    spellings = {spelling(label): label for label in labels if label not in named} if unused else {}
    return {name: spellings[spelling(name)] for name in unused if spelling(name) in spellings}


def warn_of_missing_text():
    """Warn that the text "None", which may be a class, was read as a missing rating."""
    _warn(
        'Ratings that are the text "None" are read as not rated. If "None" is a class, name it in classes=; '
        'if not, missing_label="None" or, in an estimator, label_map={"None": None}, says so.'
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
    if len(real) > _MOST_NUMBERS and not _may_be_codes([value for value, _ in real]):
        _warn(
            f"The ratings hold {len(real)} different numbers, and each becomes a class. If they are scores, "
            f"{_CUT}; if they are classes, name them in classes=."
        )


def _may_be_codes(values):
    """Return whether numbers look like codes of classes: a few integers without wide gaps."""
    span = max(values) - min(values) + 1
    return len(values) <= _MOST_CODES and 2 * len(values) >= span and not any(value % 1 for value in values)


def _warn_of_codes(names, numbers, what, remedy):
    """Warn of a number that looks like the code of a missing label among the numbers of classes."""
    values = [_number(name) for name in names]
    unclear = any(value is None or isinstance(value, complex) or value % 1 for value in values)
    if unclear or len(values) < 3:
        return
    codes = sorted(int(value) for value in set(values) if value < 0)
    if len(codes) > 1 and codes[-1] > _FAR_BELOW:  # a scale with its zero in the middle
        return
    codes = codes or sorted(int(value) for value in set(values) & {*_CODES})
    rest = sorted(map(int, set(values) - {*codes}))
    beyond = len(codes) > 1 or codes[:1] > [0]
    if not rest or (beyond and rest[-1] > _MOST_NUMBERS) or not set(codes) <= set(numbers):
        return
    for code in codes:
        _warn_of_missing(what, code, rest, remedy)


def _warn_of_missing_words(names, what, remedy):
    """Warn of texts that look as if they meant "not rated" among those of classes."""
    found = [name for name in names if _NOT_RATED.fullmatch(str(spelling(name)))]
    rest = [name for name in names if name not in found]
    if rest and "+" not in rest:  # beside "+", "-" is a class
        for name in found:
            _warn_of_missing(what, name, rest, remedy)


def _warn_of_missing(what, label, rest, remedy):
    _warn(
        f"Some {what} are {label!r}, where all others are {shorten(rest, 5)}: {label!r} is learnt as a "
        f"class. If it means 'not rated', {remedy.format(label)}; if it is a class, name all classes in "
        "classes=."
    )


def _warn_of_joined(names, pairs, counts, what, remedy):
    """Warn if texts look like several labels in one cell."""
    for separator in _SEPARATORS:
        parts = {name: [part.strip() for part in name.split(separator)] for name, _ in pairs}
        joined = {name: found for name, found in parts.items() if len(found) > 1 and all(found)}
        single = set(names) - set(joined)
        n_joined = sum(count for name, count in pairs if name in joined)
        most = 2 * n_joined > sum(counts) and (separator in ",;|" or _change_places(joined.values()))
        of_known = [name for name, found in joined.items() if set(found) <= single]
        if not (joined and (most or of_known)):
            continue
        example = next(iter(of_known), min(joined))
        if all(_DECIMAL.fullmatch(name.strip()) for name in joined):
            _warn(
                f"The {what} {example!r} looks like a number with a decimal comma, but is learnt as a "
                f"class of its own. Write points for the commas, then {_CUT}; if these are classes, name "
                "them in classes=."
            )
        else:
            _warn_of_several(example, what, remedy.format(separator=separator))
        return


def splitting_remedy(labels, known):
    """
    Say how to split labels that join several known ones, in an error of these labels.

    Parameters
    ----------
    labels : list
        The labels of the error.
    known : list
        All labels of the ratings.

    Returns
    -------
    str
        A sentence and a blank; empty if no label joins known ones.
    """
    for label in labels:
        for separator in _SEPARATORS if isinstance(label, str) else ():
            parts = [part.strip() for part in label.split(separator)]
            if len(parts) > 1 and set(parts) <= set(known):
                return f"If {label!r} means several labels, {_SPLIT.format(separator=separator)}. "
    return ""


def _change_places(lists):
    """Return whether a word stands first in one list and last in another, as in "calm/sad" and "angry/calm".

    The first word of a topic and its part, such as "sports/ball", is never a second one; dates are no words.
    """
    words = [found for found in lists if all(as_number(part) is None for part in found)]
    return bool({found[0] for found in words} & {found[-1] for found in words})


def _warn_of_several(example, what, remedy):
    _warn(
        f"The {what} {example!r} looks like several labels in one cell, but is learnt as a class of its own. "
        f"If so, {remedy}; if these are classes, name them in classes=."
    )


def _number(label):
    """Return a label, or the number in a text; None for other texts."""
    return as_number(label) if isinstance(label, str) else label


def _is_number(value):
    return value is not None and label_kind(value) == "numbers"


def _warn(message):
    if not _known.get():
        remark(message)
