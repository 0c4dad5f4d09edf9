"""The order of classes, which metrics of ordered classes need."""

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._labels import shorten


def check_order(task):
    """
    Raise an error if classes are texts in alphabetical order because nobody gave their order.

    Parameters
    ----------
    task : Task
        The ratings and the classes. Numbers have an order of their own.

    Raises
    ------
    InputError
        If the classes of the task were not given and one is a string.

    Examples
    --------
    >>> from sklearn_raters.ratings import check_order
    >>> from sklearn_raters.ratings import Task
    >>> check_order(Task([1, 3, 2]))
    >>> check_order(Task(["high", "low", "middle"], classes=["low", "middle", "high"]))
    >>> check_order(Task(["high", "low", "middle"]))
    Traceback (most recent call last):
        ...
    sklearn_raters.exceptions.InputError: The classes 'high', 'low', 'middle' are only sorted ...
    """
    if not task.classes_given and any(isinstance(name, str) for name in task.classes):
        raise InputError(
            f"The classes {shorten(task.classes)} are only sorted as text: give them in their order, as in "
            "Task(Y, classes=[lowest, ..., highest])."
        )
