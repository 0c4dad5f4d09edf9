"""The error of inputs that cannot be used, and the warning of inputs that look wrong."""

__all__ = ["InputError", "InputWarning"]


class InputError(ValueError):
    """What was given cannot be used; the message says what was expected, where it is, and what to do.

    Every refusal of this package's own is one, so that programs can tell it from a fault. It is a
    ValueError, as scikit-learn's conventions want. Files that do not exist raise FileNotFoundError, and what
    scikit-learn itself checks raises its errors.
    """


class InputWarning(UserWarning):
    """What was given can be used, but looks as if something else was meant."""
