"""Names and labels in any spelling that a person reads as the same one."""

import re
import unicodedata
from collections.abc import Hashable
from math import isfinite
from numbers import Number

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._labels import shorten

_NUMBER = re.compile(r"[+-]?(\d{1,300}(\.\d{0,300})?|\.\d{1,300})(e[+-]?\d{1,4})?", re.IGNORECASE)
_INTEGER = re.compile(r"[+-]?\d{1,300}")
# Hyphens count between letters only, where they are no minus.
_JOINTS = re.compile(r"_|(?<=[^\W\d_])[-\u2010-\u2013](?=[^\W\d_])")


def as_number(text):
    """
    Return the number in a text.

    Parameters
    ----------
    text : str
        The text, such as "-1", "0.50" or "1e3".

    Returns
    -------
    int, float or None
        An int if the number is whole; None if the text is no number.

    Examples
    --------
    >>> from sklearn_raters.ratings import as_number
    >>> as_number("0.50"), as_number("2.0"), as_number("two")
    (0.5, 2, None)
    """
    text = text.strip()
    if _INTEGER.fullmatch(text):
        return int(text)
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    if not isfinite(value):
        return None
    return int(value) if value.is_integer() else value


def spelling(name):
    """Return what all spellings of a name have in common.

    Parameters
    ----------
    name : object
        A name or label.

    Returns
    -------
    object
        A text without case, blanks, hyphens and underscores, with accents composed; the number in a text;
        anything else unchanged.
    """
    if isinstance(name, Number) and name == name and abs(name) < float("inf"):
        return int(name) if isinstance(name, float) and name.is_integer() else name
    if not isinstance(name, str):
        return name
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    # Cf: invisible characters, such as the zero-width space.
    text = "".join(sign for sign in text if not sign.isspace() and unicodedata.category(sign) != "Cf")
    number = as_number(text)
    return _JOINTS.sub("", text) if number is None else number


def find_name(name, names):
    """Find a name among others, in its exact form or else in any spelling.

    Parameters
    ----------
    name : object
        The name, such as "1" for the rater 1.
    names : sequence
        The names to search.

    Returns
    -------
    object
        The one of `names` that is meant; `name` itself if there is none.

    Raises
    ------
    InputError
        If several names are spelled like this one, and none exactly so.

    Examples
    --------
    >>> from sklearn_raters.ratings import find_name
    >>> find_name("1", [1, 2, 3]), find_name("ann ", ["Ann", "Bob"]), find_name("Cho", ["Ann", "Bob"])
    (1, 'Ann', 'Cho')
    """
    if not isinstance(name, Hashable):
        raise InputError(f"{name!r} is no name: give numbers or texts, such as {shorten(names, 3)}.")
    for alike in (lambda known: known, str, spelling):
        found = [known for known in names if alike(known) == alike(name)]
        if len(found) > 1:
            raise InputError(f"{name!r} may be any of {shorten(found)}: name one of them exactly.")
        if found:
            return found[0]
    return name
