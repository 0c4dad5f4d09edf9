"""Checks that ratings mean the same in every form, whatever marks the missing ones."""

import warnings
from unittest import SkipTest

import numpy as np

from sklearn_raters.estimator_checks._subject import (
    CLASSES,
    assert_same,
    learn,
    make_rated,
    parameter,
    reference,
)
from sklearn_raters.ratings import Task, parse_ratings, ratings_from_long, ratings_to_long

_TEXTS = ["", "nan", "NA", "<NA>", "None"]


def _assert_form(estimator, data, Y, form, **params):
    """Raise AssertionError unless ratings in another form give the same answers as an array of objects."""
    assert_same(
        reference(estimator, data, **params), learn(estimator, data._replace(Y=Y), **params), f"with {form}"
    )


def _frame(Y, **settings):
    import pandas as pd

    return pd.DataFrame(Y, **settings)


def _without_marks(Y, mark):
    """Return ratings with another mark for the missing ones."""
    marked = Y.copy()
    for cell in np.argwhere([[value is None for value in row] for row in Y]):
        marked[tuple(cell)] = mark
    return marked


def check_ratings_as_list(name, estimator):
    """Check that a list of lists is read as the array."""
    data = make_rated()
    _assert_form(estimator, data, data.Y.tolist(), "a list of lists as ratings")


def check_ratings_as_frame(name, estimator):
    """Check that a DataFrame of objects is read as the array."""
    data = make_rated()
    _assert_form(estimator, data, _frame(data.Y), "a DataFrame as ratings")


def check_ratings_as_typed_columns(name, estimator):
    """Check that columns of pandas' own types, text and categories, are read as the array."""
    data = make_rated()
    table = _frame(data.Y).astype("category").astype({0: "string"})
    _assert_form(estimator, data, table, "columns of the types string and category")


def check_ratings_as_long_table(name, estimator):
    """Check that a long table, one row a vote in any order, is read as the array."""
    data = make_rated()
    votes = ratings_to_long(data.Y).sample(frac=1, random_state=0)
    Y = ratings_from_long(votes, samples=range(len(data.X)))
    _assert_form(estimator, data, Y, "a long table through ratings_from_long")


def check_ratings_as_masked_array(name, estimator):
    """Check that the masked cells of an array are missing ratings."""
    data = make_rated()
    missing = data.Y == None  # noqa: E711
    masked = np.ma.array(np.where(missing, "sad", data.Y), mask=missing)
    _assert_form(estimator, data, masked, "a masked array as ratings")


def check_ratings_as_cube(name, estimator):
    """Check that a cube of votes with classes is read as the array of labels."""
    data = make_rated()
    classes = parameter(estimator, "classes")
    if classes is None:
        raise SkipTest("The estimator has no parameter classes, which would name the votes' last axis.")
    cube = np.stack([label == data.Y for label in CLASSES], axis=2).astype(int)
    _assert_form(estimator, data, cube, "a cube of votes", **{classes: CLASSES})


def check_ratings_as_task(name, estimator):
    """Check that a Task is taken, and that its classes are used."""
    data = make_rated()
    _assert_form(estimator, data, Task(data.Y), "a Task as ratings")


def check_ratings_as_votes(name, estimator):
    """Check that Votes, what `parse_ratings` returns, are taken."""
    data = make_rated()
    _assert_form(estimator, data, parse_ratings(data.Y), "Votes as ratings")


def check_labels_of_one_rater(name, estimator):
    """Check that one label a sample is one rater's rating in every form."""
    data = make_rated()
    labels = np.array([next(label for label in row if label is not None) for row in data.Y], dtype=object)
    data = data._replace(Y=labels)
    forms = {"a text array": labels.astype(str), "a list": labels.tolist(), "a Series": _frame(labels)[0]}
    forms |= {"a table of one column": _frame(labels), "a list of rows": labels[:, None].tolist()}
    expected = reference(estimator, data)
    for form, Y in forms.items():
        assert_same(expected, learn(estimator, data._replace(Y=Y)), f"with the labels of one rater in {form}")


def check_labels_as_numbers(name, estimator):
    """Check that labels may be integers, or floats with NaN, and that names do not matter."""
    data = make_rated()
    numbers = np.array([[CLASSES.index(x) if x else None for x in row] for row in data.Y], dtype=object)
    expected = reference(estimator, data)
    for form, Y in {"integers": numbers, "floats and NaN": numbers.astype(float)}.items():
        found = learn(estimator, data._replace(Y=Y))
        assert found.classes == [0, 1, 2], f"classes_ is {found.classes} with labels that are {form}."
        named = np.array([CLASSES[int(number)] for number in found.values["predict"]], dtype=object)
        found = found._replace(classes=expected.classes, values={**found.values, "predict": named})
        assert_same(expected, found, f"with labels that are {form}")


def check_several_labels_in_a_cell(name, estimator):
    """Check that a cell may hold several labels, in any collection and order, and twice the same."""
    data = make_rated()
    tuples, others = data.Y.copy(), data.Y.copy()
    for sample in range(0, 12):
        rater = sample % data.Y.shape[1]
        tuples[sample, rater] = ("angry", "sad") if sample % 2 else ("calm", "sad", "angry")
        labels = tuples[sample, rater][::-1]
        others[sample, rater] = [list(labels), set(labels), (*labels, "sad"), frozenset(labels)][sample % 4]
    expected = reference(estimator, data._replace(Y=tuples))
    assert_same(expected, learn(estimator, data._replace(Y=others)), "with lists and sets instead of tuples")
    for pick in (min, max):
        single = [[pick(cell) if isinstance(cell, tuple) else cell for cell in row] for row in tuples]
        found = learn(estimator, data._replace(Y=np.array(single, dtype=object)))
        changed = [np.any(found.values[method] != expected.values[method]) for method in expected.values]
        assert any(changed), "Only one label of a cell with several labels is used."


def _check_mark(estimator, mark, what):
    data = make_rated()
    _assert_form(estimator, data, _without_marks(data.Y, mark), f"{what} where a rating is missing")


def check_missing_as_nan(name, estimator):
    """Check that NaN beside text marks a missing rating."""
    _check_mark(estimator, np.nan, "NaN")


def check_missing_as_pandas_na(name, estimator):
    """Check that pandas.NA marks a missing rating."""
    import pandas as pd

    _check_mark(estimator, pd.NA, "pandas.NA")


def check_missing_as_empty_cell(name, estimator):
    """Check that an empty collection of labels is a missing rating."""
    _check_mark(estimator, (), "an empty tuple")


def check_missing_as_text(name, estimator):
    """Check that a text that means "missing" is read so or refused, and never learnt as a class."""
    data = make_rated()
    expected = reference(estimator, data)
    for place, text in enumerate(_TEXTS):
        Y = _without_marks(data.Y, text)
        try:
            with warnings.catch_warnings():  # of such texts
                warnings.simplefilter("ignore")
                found = learn(estimator, data._replace(Y=Y if place % 2 else Y.tolist()))
        except ValueError:
            continue
        assert_same(expected, found, f"with the text {text!r} where a rating is missing")
