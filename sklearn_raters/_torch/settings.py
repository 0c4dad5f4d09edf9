"""Settings of trunks and rater models: the allowed values of each, and the error for other values."""

import math
from dataclasses import dataclass
from numbers import Integral, Real

from sklearn_raters.exceptions import InputError


@dataclass(frozen=True)
class Number:
    """A finite number between two limits.

    Parameters
    ----------
    low, high : float
        The limits.
    integer : bool, default=False
        Whether the number must be an integer.
    limits_allowed : bool, default=True
        Whether the limits themselves are allowed.
    """

    low: float
    high: float = math.inf
    integer: bool = False
    limits_allowed: bool = True

    def allows(self, value):
        """Return whether a value is such a number."""
        if not isinstance(value, Integral if self.integer else Real) or not math.isfinite(value):
            return False
        return self.low <= value <= self.high and (self.limits_allowed or self.low < value < self.high)

    def __str__(self):
        kind = "an integer" if self.integer else "a number"
        if self.high == math.inf:
            return f"{kind} of at least {self.low}"
        return f"{kind} between {self.low} and {self.high}{'' if self.limits_allowed else ', both excluded'}"


@dataclass(frozen=True)
class Choice:
    """One of several strings.

    Parameters
    ----------
    options : tuple of str
        The strings.
    """

    options: tuple

    def allows(self, value):
        """Return whether a value is one of the strings."""
        return isinstance(value, str) and value in self.options

    def __str__(self):
        return " or ".join(map(repr, self.options))


class Widths:
    """A list or tuple of positive integers, one for each layer."""

    def allows(self, value):
        """Return whether a value is such a list or tuple."""
        return isinstance(value, list | tuple) and all(map(Number(1, integer=True).allows, value))

    def __str__(self):
        return "a list or tuple of positive integers"


def check_settings(given, known, ranges, *, parameter, owner):
    """Raise InputError if a setting is not known or out of its range.

    Parameters
    ----------
    given : dict
        Settings and their values.
    known : iterable of str
        Names of all settings.
    ranges : dict
        From settings to `Number`, `Choice` or `Widths`; a setting that is missing here may have any value.
    parameter : str
        The estimator's parameter that holds the settings, for the error.
    owner : str
        The trunk or rater model that has the settings, for the error.
    """
    known = sorted(known)
    unknown = sorted(set(given) - set(known), key=str)
    if unknown:
        raise InputError(f"{parameter} has {unknown}; {owner} has the settings {known}.")
    for name, value in given.items():
        if name in ranges and not ranges[name].allows(value):
            raise InputError(f"{parameter} has {name}={value!r}; it must be {ranges[name]}.")
