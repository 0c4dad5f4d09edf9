"""Targets of one classifier: hard or soft labels as distributions, and weights of the classes."""

from collections.abc import Hashable
from numbers import Real

import numpy as np
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import assert_all_finite, check_array, column_or_1d

from sklearn_raters._align import align_samples, refuse_masked
from sklearn_raters._sklearn_compat import check_sample_weight
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import (
    find_name,
    is_missing,
    is_missing_label,
    shorten,
    sort_labels,
    warn_of_labels,
)


def is_soft(y):
    """Return whether targets are soft labels of shape (n_samples, n_classes), not one label a sample."""
    # NumPy's own `ndim` does not take objects that are only convertible to arrays.
    try:
        shape = y.shape if hasattr(y, "shape") else np.asarray(y).shape
    except ValueError as error:
        raise InputError(f"y must hold one label for each sample, or rows of one length: {error}.") from error
    return len(shape) == 2 and shape[1] > 1


def is_certain(soft):
    """Return whether soft labels of shape (n_samples, n_classes) give each sample one class only."""
    return np.count_nonzero(soft, axis=1).max() == 1


def target_distributions(y, classes):
    """Turn hard or soft targets into distributions.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_classes)
        Labels, or rows of non-negative numbers that sum to one, whose columns a DataFrame names.
    classes : array-like of shape (n_classes,) or None
        The classes in the order of the columns. None takes the sorted labels of hard targets; for soft
        targets the sorted names of a DataFrame's columns, or 0, 1, ...

    Returns
    -------
    classes : ndarray of shape (n_classes,)
        The classes.
    distributions : ndarray of shape (n_samples, n_classes)
        One-hot rows for labels.

    Raises
    ------
    InputError
        If a label is not among the classes, a row does not sum to one, there is one class only, or the
        columns of a DataFrame have other names than the classes.

    Warns
    -----
    InputWarning
        If labels look as if something else was meant, and `classes` is None: several labels in one text, the
        code of a missing label, texts that read alike.
    """
    _check_class_list(classes)
    if is_soft(y):
        classes, y = order_columns(y, classes)
        soft = _check_soft(y)
        n_classes = soft.shape[1]
        classes = np.arange(n_classes) if classes is None else np.asarray(classes)
        if len(classes) != n_classes:
            raise InputError(f"Soft targets have {n_classes} columns, but there are {len(classes)} classes.")
        return classes, soft
    named = () if classes is None else np.asarray(classes).tolist()
    column = check_labels(y, named)
    if len(column) == 0:
        raise InputError("Found array with 0 sample(s); at least two, of different classes, are needed.")
    if classes is None:
        classes, counts = np.unique(column, return_counts=True)
        warn_of_labels(classes.tolist(), counts)
    classes = np.asarray(classes)
    places = {label: place for place, label in enumerate(classes.tolist())}
    labels = column.tolist()
    unknown = sorted(set(labels) - set(places))
    if unknown:
        raise InputError(f"y holds the labels {unknown}, which are not among classes={classes.tolist()}.")
    if len(classes) < 2:
        raise InputError(
            f"y holds only one class ({classes.tolist()[0]!r}); a classifier needs at least two classes."
        )
    return classes, np.eye(len(classes))[[places[label] for label in labels]]


def _check_class_list(classes):
    """Raise InputError if classes are given, but not as a list of labels."""
    if isinstance(classes, set | frozenset):
        some = sorted(classes, key=str)[:3]
        raise InputError(f"classes is a set, which has no order: give a list, such as {some}.")
    if classes is not None and np.ndim(classes) != 1:
        raise InputError(
            f"classes has the shape {np.shape(classes)}: give a list of one label for each class."
        )
    names = [] if classes is None else np.asarray(classes).tolist()
    if twice := [name for place, name in enumerate(names) if name in names[:place]]:
        raise InputError(f"classes names {twice[0]!r} twice: name each class once.")


def check_labels(y, classes=()):
    """Return hard labels of shape (n_samples,); raise InputError if one is missing, or their types differ."""
    refuse_masked(y, "y")
    column = column_or_1d(y, warn=True)
    if column.dtype.kind == "V":
        raise InputError(f"y holds {column.dtype}, where labels are needed: give one of its fields.")
    # NumPy turns a NaN in a list of strings into the label "nan".
    given = y if isinstance(y, list | tuple) else column.tolist()
    missing = np.flatnonzero(
        [is_missing(label) or (label not in classes and is_missing_label(label)) for label in given]
    )
    if len(missing):
        raise InputError(
            f"Sample {missing[0]} has no label in y ({len(missing)} have none). Leave out of X and y "
            "the samples without a label, such as those whose raters do not agree. If a class is called "
            f"{given[missing[0]]!r}, name it in classes."
        )
    if column.dtype.kind == "f":
        assert_all_finite(column, input_name="y")
    large = [label for label in column if type(label) is int and not -(2**63) <= label < 2**64]
    if large:
        raise InputError(f"The label {large[0]!r} in y is no 64-bit integer: give the labels as texts.")
    no_label = [label for label in given if not isinstance(label, Hashable)]
    if no_label and column.dtype == object:
        raise InputError(f"{no_label[0]!r} in y is no label: give numbers or strings.")
    # Those given, because NumPy turns a number beside strings into a string.
    sort_labels(set(column.tolist() if no_label else given), "The labels of y")
    check_classification_targets(column)
    return column


def refuse_mixed(classes, labels, what):
    """Raise TypeError if the classes are strings and the labels numbers, or the other way round."""
    if len({isinstance(label, str) for label in (*classes, *labels)}) == 2:
        raise TypeError(
            f"The classes {shorten(classes)} and {what} {shorten(dict.fromkeys(labels))} mix strings and "
            "numbers: give both in one type."
        )


def check_weights(sample_weight, samples):
    """Return weights as an array, None if there are none; raise an error if they are no weights."""
    if sample_weight is None:
        return None
    refuse_masked(sample_weight, "sample_weight")
    values = np.asarray(sample_weight)
    if values.dtype.kind in "mMV":
        raise InputError(f"sample_weight holds {values.dtype}, where numbers are needed.")
    if (
        values.dtype == object
        and values.ndim == 1
        and (gaps := [at for at, one in enumerate(values) if is_missing(one)])
    ):
        raise InputError(f"Sample {gaps[0]} has no weight ({len(gaps)} have none): give 0 to leave it out.")
    try:
        weight = check_sample_weight(sample_weight, samples, dtype=np.float64, ensure_non_negative=True)
    except OverflowError as error:
        raise InputError(f"sample_weight holds a number beyond all floats ({error}): lower it.") from error
    with np.errstate(over="ignore"):
        total = weight.sum()
    if not 0 < total < np.inf:
        raise InputError(
            f"sample_weight sums to {total}: give some sample a weight above 0, and all finite ones."
        )
    return weight


def order_columns(y, classes):
    """Order the columns of soft labels by their names, if they have any.

    Parameters
    ----------
    y : array-like of shape (n_samples, n_classes)
        Soft labels. The columns of a DataFrame are classes, in any order; 0, 1, ... are no names.
    classes : array-like of shape (n_classes,) or None
        The classes; None takes the sorted names of the columns.

    Returns
    -------
    classes : array-like of shape (n_classes,) or None
        The classes; None if neither they nor the columns have names.
    y : array-like of shape (n_samples, n_classes)
        Soft labels, columns in the order of `classes`.

    Raises
    ------
    InputError
        If the names of the columns are not the classes.
    """
    columns = list(getattr(y, "columns", ()))
    if columns == list(range(len(columns))) and not any(
        isinstance(name, bool | np.bool_) for name in columns
    ):
        return classes, y
    if double := [column for column in columns if columns.count(column) > 1]:
        raise InputError(f"Two columns of the soft labels are named {double[0]!r}: one column a class.")
    names = sort_labels(columns, "The columns of the soft labels") if classes is None else classes
    names = np.asarray(names).tolist()
    found = [find_name(column, names) for column in columns]
    if set(found) != set(names):
        raise InputError(
            f"The columns of the soft labels are {shorten(columns)}, the classes {shorten(names)}: give one "
            "column a class, named as the class is."
        )
    return np.asarray(names), np.asarray(y)[:, [found.index(name) for name in names]]


def _check_soft(y):
    """Return soft labels as an array of floats; raise InputError if a row is not a distribution."""
    try:
        refuse_masked(y, "y")
        y = y.astype(object) if getattr(getattr(y, "dtype", None), "kind", "") == "U" else y  # Python's texts
        soft = check_array(y, dtype=np.float64, input_name="y", ensure_all_finite=False)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"y of shape {np.shape(y)} holds no soft labels, rows of numbers that sum to one: {error}. "
            "Several raters' labels are for MultiRaterStackingClassifier, or become soft labels by "
            "sklearn_raters.consensus.soft_labels."
        ) from error
    unknown = np.flatnonzero(~np.isfinite(soft).all(axis=1))
    if len(unknown):
        raise InputError(
            f"Input y contains NaN or infinity: the soft labels of sample {unknown[0]} are "
            f"{soft[unknown[0]].tolist()} ({len(unknown)} rows are not finite). Leave samples without votes "
            "for the classes out of X and y."
        )
    if soft.min() < 0:
        row = int(np.argmin(soft.min(axis=1)))
        raise InputError(f"Soft targets must not be negative; sample {row} has {soft[row].tolist()}.")
    sums = soft.sum(axis=1)
    wrong = np.flatnonzero(~np.isclose(sums, 1, atol=1e-6))
    if len(wrong):
        raise InputError(
            f"Each row of soft targets must sum to 1; {len(wrong)} do not, first that of "
            f"sample {wrong[0]}, which sums to {sums[wrong[0]]:.6g}. Divide each row by its sum; several "
            "raters' labels become soft labels by sklearn_raters.consensus.soft_labels."
        )
    return soft


def are_distributions(values):
    """Return for each row along the last axis whether it is a distribution, up to what float32 rounds."""
    return (values >= 0).all(axis=-1) & np.isclose(values.sum(axis=-1), 1, atol=1e-4)


def expected_accuracy(y, predicted, classes, sample_weight=None):
    """Return the accuracy, or its expected value if labels were drawn from the soft labels.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_classes)
        Hard or soft labels. A label that is none of `classes` is never predicted correctly.
    predicted : ndarray of shape (n_samples,)
        Labels, each one of `classes`.
    classes : ndarray of shape (n_classes,)
        The classes in the order of the columns.
    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the samples.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    TypeError
        If the classes are strings and the hard labels numbers, or the other way round.
    """
    weight = check_weights(sample_weight, predicted)
    if is_soft(y):
        soft = _check_soft(order_columns(y, classes)[1])
        if soft.shape[1] != len(classes):
            raise InputError(f"y has {soft.shape[1]} columns of soft labels for {len(classes)} classes.")
        correct = soft[predicted[:, None] == classes]
    else:
        names = np.asarray(classes).tolist()
        labels = check_labels(y, names).astype(object)
        refuse_mixed(names, labels, "the labels of y")
        correct = labels == predicted
    return float(np.average(correct, weights=weight))


class SoftTargetsMixin:
    """Adds `score` to a classifier of hard or soft labels with `predict` and `classes_`."""

    _takes_soft_targets = True

    def score(self, X, y, sample_weight=None):
        """Return the accuracy, or its expected value if labels were drawn from the soft labels.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            Hard or soft labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples.

        Returns
        -------
        float
            Between 0 and 1.
        """
        X, y, sample_weight = align_samples(X=X, y=y, sample_weight=sample_weight)
        return expected_accuracy(y, self.predict(X), self.classes_, sample_weight)


def class_weights(class_weight, classes, mass):
    """Return one weight for each class.

    Parameters
    ----------
    class_weight : dict, "balanced" or None
        As in scikit-learn; "balanced" weights are inversely proportional to the class frequencies.
    classes : ndarray of shape (n_classes,)
        The classes.
    mass : ndarray of shape (n_samples, n_classes)
        Weighted share of each class in each sample. A class without any share gets the "balanced" weight 0.

    Returns
    -------
    ndarray of shape (n_classes,)
        The weights.

    Raises
    ------
    InputError
        If a weight is negative or not finite, or a name is not one of the classes.
    """
    if class_weight is None:
        return np.ones(len(classes))
    if isinstance(class_weight, dict):
        wrong = {
            name: weight
            for name, weight in class_weight.items()
            if not (isinstance(weight, Real) and 0 <= weight < np.inf)
        }
        if wrong:
            raise InputError(f"class_weight has {wrong}: weights must be finite numbers and not negative.")
        names = np.asarray(classes).tolist()
        weights = [class_weight.get(name, 1) for name in names]
        if not any(weights):
            raise InputError(
                f"class_weight={class_weight} gives every class the weight 0: raise one of them."
            )
        unknown = [name for name in class_weight if name not in names]
        if unknown and len(class_weight) - len(unknown) < len(names):
            raise InputError(
                f"class_weight names {shorten(unknown)}, not in the classes {shorten(names)}: name these, or "
                "some of them."
            )
        return np.array(weights, dtype=float)
    total = mass.sum(axis=0)
    share = np.divide(1, total, out=np.zeros_like(total), where=total > 0)
    return share * mass.sum() / (total > 0).sum()
