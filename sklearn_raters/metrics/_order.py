"""The order of classes, which metrics of ordered classes need."""

from sklearn_raters.ratings import shorten


def check_order(given, classes):
    """
    Raise an error if classes are texts in alphabetical order because nobody gave their order.

    Parameters
    ----------
    given : sequence or None
        The classes in the order in which they were given; None if they were not.
    classes : sequence
        The classes that the ratings hold. Numbers have an order of their own.

    Raises
    ------
    ValueError
        If `given` is None and a class is a string.

    Examples
    --------
    >>> from sklearn_raters.metrics import check_order
    >>> check_order(None, [1, 2, 3])
    >>> check_order(None, ["high", "low", "middle"])
    Traceback (most recent call last):
        ...
    ValueError: The classes 'high', 'low', 'middle' are only sorted as text: give them in their order, ...
    """
    if given is None and any(isinstance(name, str) for name in classes):
        raise ValueError(
            f"The classes {shorten(classes)} are only sorted as text: give them in their order, as in "
            "Task(Y, classes=[lowest, ..., highest])."
        )
