"""What labels stand for: missing ratings of every kind, blanks, numbers that are texts."""

import numpy as np
import pandas as pd
import pytest

from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.ratings import Task, is_missing_label, parse_ratings, ratings_from_long

# Silent ones: for "None", which may be a class, there is a warning.
MARKS = ["nan", "NaN", "NA", "<NA>", "", " ", "\t", "null", "n/a", " NA ", "NaT"]


def forms(rows):
    """Return rows of texts in every form of ratings."""
    long = [(sample, rater, cell) for sample, row in enumerate(rows) for rater, cell in enumerate(row)]
    return {
        "list": rows,
        "tuples": [tuple(row) for row in rows],
        "array of text": np.array(rows),
        "array of objects": np.array(rows, dtype=object),
        "table": pd.DataFrame(rows),
        "table of categories": pd.DataFrame(rows).astype("category"),
        "long table": ratings_from_long(pd.DataFrame(long, columns=["sample", "rater", "label"])),
    }


@pytest.mark.parametrize("mark", MARKS)
def test_a_text_that_stands_for_a_missing_label_is_missing_in_every_form(mark):
    expected = parse_ratings([["a", None], ["b", "a"]])
    for name, Y in forms([["a", mark], ["b", "a"]]).items():
        votes = parse_ratings(Y)
        assert votes.labels == ["a", "b"], name
        for part in ("sample", "rater", "label"):
            np.testing.assert_array_equal(getattr(votes, part), getattr(expected, part), err_msg=name)


@pytest.mark.parametrize("mark", MARKS)
def test_it_is_missing_among_the_labels_of_one_rater_and_of_one_cell(mark):
    for y in (["a", mark, "b"], np.array(["a", mark, "b"]), pd.Series(["a", mark, "b"])):
        assert parse_ratings(y).sample.tolist() == [0, 2]
    assert parse_ratings([[("a", mark), "b"]]).labels == ["a", "b"]
    assert parse_ratings([[1, mark], [2, 1]]).labels == [1, 2]


def test_an_array_that_numpy_made_of_texts_and_nan_has_missing_labels():
    assert parse_ratings(np.array([["a", np.nan], ["b", "a"]])).labels == ["a", "b"]
    assert parse_ratings(np.array([["a", None], ["b", "a"]]).astype(str), missing_label="None").labels == [
        "a",
        "b",
    ]


def test_none_as_a_text_is_missing_with_a_warning_that_names_the_remedies():
    for Y in ([["a", "None"], ["b", "a"]], np.array([["a", "None"], ["b", "a"]])):
        with pytest.warns(
            InputWarning, match='"None" are read as not rated.*classes=;.*missing_label="None"'
        ):
            assert parse_ratings(Y).labels == ["a", "b"]
        assert parse_ratings(Y, missing_label="None").labels == ["a", "b"]
        assert Task(Y, label_map={"None": None}).classes == ["a", "b"]


@pytest.mark.parametrize("name", ["None", "nan", "NA", "<NA>"])
def test_a_class_that_is_named_stays_a_class(name):
    rows = [["a", name], ["b", "a"]]
    for Y in (rows, np.array(rows), pd.DataFrame(rows)):
        assert parse_ratings(Y, classes=["a", "b", name]).labels == sorted(["a", "b", name])
        task = Task(Y, ["b", name])
        assert task.classes == ["b", name]
        assert task.counts.tolist() == [[0, 1], [1, 0]]
        assert Task(Y, label_map={name: "b"}).counts.tolist() == [[1, 1], [1, 1]]
        assert Task(task).classes == ["b", name]
        assert Task(task.ratings).classes == sorted(["a", "b", name])
    long = {"sample": [0, 1], "rater": [0, 0], "label": ["a", name]}
    assert ratings_from_long(long, classes=[name])[0].tolist() == ["a", name]


@pytest.mark.parametrize("value", ["none", "Nan", "no", "-", "?", 0, False, "missing"])
def test_other_labels_are_not_missing(value):
    assert not is_missing_label(value)


def test_blanks_around_labels_do_not_count():
    for name, Y in forms([[" sad", "sad "], ["sad\n", "\tcalm\u00a0"]]).items():
        assert parse_ratings(Y).labels == ["calm", "sad"], name
    task = Task([[" sad", "calm"]], classes=["sad ", " calm"], label_map={" angry": " sad "})
    assert task.classes == ["sad", "calm"]
    assert task.label_map == {"angry": "sad"}


@pytest.mark.parametrize("missing", [-1, [-1], (-1, "x"), np.array([-1.0]), "-1", "-1.0", {-1}], ids=repr)
@pytest.mark.parametrize(
    "Y",
    [
        [[0, -1], [1, 2]],
        np.array([[0, -1], [1, 2]]),
        np.array([[0, -1], [1, 2.0]]),
        pd.DataFrame([[0, -1], [1, 2]]),
        [["0", "-1"], ["1", "2"]],
    ],
    ids=repr,
)
def test_a_label_that_means_not_rated_is_no_vote(Y, missing):
    votes = parse_ratings(Y, missing_label=missing)
    assert [float(label) for label in votes.labels] == [0, 1, 2]
    assert (votes.sample.tolist(), votes.rater.tolist()) == ([0, 1, 1], [0, 0, 1])


def test_missing_labels_enter_by_every_door():
    table = {"sample": [0, 0, 1], "rater": [0, 1, 0], "label": [0, -1, 1]}
    assert ratings_from_long(table, missing_label=-1).isna().to_numpy().tolist() == [
        [False, True],
        [False, True],
    ]
    Y = np.array([[0, -1], [1, 1]])
    expected = [[1, 0], [0, 2]]
    assert Task(Y, missing_label=-1).counts.tolist() == expected
    assert Task(Y, label_map={-1: None}).counts.tolist() == expected
    assert Task(Y, [0, 1], {-1: np.nan}).counts.tolist() == expected
    assert Task(Task(Y, [-1, 0, 1]), label_map={-1: None}).counts.tolist() == expected
    cube = np.eye(3)[Y + 1]
    assert Task(cube, [-1, 0, 1]).classes == [-1, 0, 1]
    assert parse_ratings(cube, [-1, 0, 1], missing_label=-1).labels == [0, 1]


def test_a_label_that_means_not_rated_does_not_count_for_the_majority():
    Y = np.array([[0, -1, -1], [1, 1, -1]])
    assert Task(Y, [0, 1], {-1: None}).majority().tolist() == [0, 1]
    assert Task(Y, [0, 1], missing_label=-1).majority().tolist() == [0, 1]


def test_ratings_that_are_all_missing_are_an_error():
    for read in (
        lambda: parse_ratings([["x", "x"]], missing_label="x"),
        lambda: Task(parse_ratings([["x", "x"]]), label_map={"x": None}),
        lambda: parse_ratings([["nan", ""]]),
    ):
        with pytest.raises(InputError, match="There are no ratings"):
            read()


@pytest.mark.parametrize("wrong", [lambda label: True, [str]], ids=["function", "type"])
def test_a_function_is_no_missing_label(wrong):
    with pytest.raises(TypeError, match="missing_label must be a label or a list of labels"):
        parse_ratings([["a", "b"]], missing_label=wrong)


@pytest.mark.parametrize("classes", [{"b", "a"}, frozenset("ab")])
def test_classes_need_an_order(classes):
    with pytest.raises(
        InputError, match=r"classes is a set, which has no order: give a list, such as \['a', 'b'\]"
    ):
        Task([["a", "b"]], classes)


def test_a_wrong_missing_label_is_an_error():
    with pytest.raises(TypeError, match="missing_label must be a label or a list of labels"):
        parse_ratings([["a", "b"]], missing_label=[["a"]])


def test_texts_become_numbers_if_all_of_them_are_numbers_and_it_is_asked_for():
    table = {"sample": [0, 1, 2], "rater": [0, 0, 0], "label": ["1", "02", "NA"]}
    assert ratings_from_long(table)[0].tolist()[:2] == ["1", "02"]
    assert ratings_from_long(table, numbers=True)[0].tolist()[:2] == [1, 2]
    text = {**table, "label": ["1", "two", "3"]}
    assert ratings_from_long(text, numbers=True)[0].tolist() == ["1", "two", "3"]
    large = {**table, "label": ["1", "100000000000000000000", "3"]}
    assert ratings_from_long(large, numbers=True)[0].tolist() == ["1", "100000000000000000000", "3"]


@pytest.mark.parametrize("large", [10**20, -(10**20), 2**64])
def test_integers_that_no_array_holds_are_an_error_with_the_remedy(large):
    with pytest.raises(InputError, match=rf"label {large} is no 64-bit integer.*give these labels as texts"):
        parse_ratings([[large, 1], [1, large]])
    assert parse_ratings([[str(large), "1"]]).labels == sorted([str(large), "1"])


def test_rows_of_a_matrix_are_read_as_those_of_an_array():
    with pytest.warns(PendingDeprecationWarning):
        matrix = np.matrix([[1, 2], [2, 1]])
    assert parse_ratings(matrix).label.tolist() == [0, 1, 1, 0]
