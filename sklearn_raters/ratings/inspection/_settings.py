"""Checks of the settings of the functions that look at raters."""

from numbers import Integral, Real

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._order import check_order


def check_count(name, value, least=1, most=None):
    """Raise InputError if a setting is no whole number from `least` to `most`."""
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        limits = f"{least} or more" if most is None else f"from {least} to {most:,}"
        raise InputError(f"{name} must be a whole number, {limits}, not {value!r}.")


def check_share(name, value):
    """Raise InputError if a setting is no number between 0 and 1."""
    if not isinstance(value, Real) or isinstance(value, bool) or not 0 < value < 1:
        raise InputError(f"{name} must be a number between 0 and 1, such as 0.95, not {value!r}.")


def check_ordered(ordered, task):
    """Raise InputError if `ordered` is no bool, or is True and nobody gave the order of the classes."""
    if not isinstance(ordered, bool):
        raise InputError(f"ordered must be True or False, not {ordered!r}.")
    if ordered:
        check_order(task)


def make_random_state(random_state):
    """Return scikit-learn's RandomState of a seed."""
    from sklearn.utils import check_random_state  # loads pandas

    try:
        return check_random_state(random_state)
    except ValueError as error:
        raise InputError(f"random_state: {error}.") from error
