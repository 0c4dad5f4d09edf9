"""Ratings read with the classes that an estimator has learnt."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sklearn_raters._nested import innermost
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import Task, shorten


def task_for(estimator, Y):
    """Return ratings as a Task with the classes of a fitted estimator."""
    check_is_fitted(estimator)
    classes = np.asarray(estimator.classes_).tolist()
    if isinstance(Y, Task):
        if list(Y.classes) != classes:
            raise InputError(
                f"The Task has the classes {shorten(Y.classes)} and the estimator {shorten(classes)}: give "
                "the Task these classes in this order."
            )
        return Y
    return Task(Y, classes, getattr(innermost(estimator), "label_map", None))
