"""Task: ratings, classes and map are read once, and every form and every part gives the same results."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from made import CLASSES, as_cube, make_rated
from sklearn_raters.consensus import hard_labels, soft_labels
from sklearn_raters.ratings import Task, _parse, _task, parse_ratings, ratings_from_long, ratings_to_long

# Some labels are not classes: "exc" becomes a class by the map, "oth" does not.
Y = [["ang", "exc"], ["hap", "exc"], [("ang", "oth"), "oth"], [None, None]]
MAPPED = {"classes": ["hap", "ang"], "label_map": {"exc": "hap"}}


@pytest.fixture
def parsed(monkeypatch):
    """Return a list that counts how often ratings are parsed."""
    calls = []

    def counting(ratings, *settings):
        calls.append(ratings)
        return _parse.votes_of(ratings, *settings)

    monkeypatch.setattr(_task, "votes_of", counting)
    return calls


def forms():
    table = make_rated(40).Y
    yield "DataFrame", table
    yield "object array", table.to_numpy()
    yield "list of lists", table.to_numpy().tolist()
    yield "cube", as_cube(table)
    yield "long table", ratings_from_long(ratings_to_long(table), samples=table.index)
    yield "votes", parse_ratings(table)
    yield "task", Task(table)


@pytest.mark.parametrize("form", [form for _, form in forms()], ids=[name for name, _ in forms()])
def test_every_form_gives_the_same_results(form):
    classes = sorted(CLASSES)
    expected, task = Task(make_rated(40).Y, classes), Task(form, classes)
    assert (task.n_samples, len(task.raters), task.classes) == (40, 3, classes)
    np.testing.assert_array_equal(task.counts, expected.counts)
    np.testing.assert_array_equal(task.majority(), expected.majority())
    np.testing.assert_array_equal(task.votes.rater, expected.votes.rater)


def test_ratings_are_parsed_only_once(parsed):
    table = make_rated(20).Y
    task = Task(table, CLASSES)
    assert task.ratings is table
    (
        hard_labels(task),
        soft_labels(task),
        task.counts,
        task.of_rater("E1").counts,
        task.take([3, 1]).majority(),
    )
    assert len(parsed) == 1
    assert Task(task).class_votes is task.class_votes
    assert len(parsed) == 1


def test_codes_number_the_classes_first_and_then_the_labels_outside_them():
    task = Task(Y, **MAPPED)
    assert task.votes.labels == ["ang", "exc", "hap", "oth"]
    assert task.codes.tolist() == [1, 0, 0, 2]
    assert task.class_votes.labels == ["hap", "ang", "oth"]


def test_labels_of_one_class_are_one_vote_of_the_largest_weight():
    cube = np.zeros((1, 2, 3))
    cube[0, 0] = [1, 2, 3]
    cube[0, 1, 0] = 1
    votes = parse_ratings(cube, ["ang", "exc", "hap"])
    merged = Task(votes, **MAPPED).class_votes
    assert (merged.rater.tolist(), merged.label.tolist(), merged.weight.tolist()) == (
        [0, 0, 1],
        [0, 1, 1],
        [3, 1, 1],
    )


def test_counts_are_votes_for_classes_after_the_map():
    task = Task(Y, **MAPPED)
    assert task.counts.tolist() == [[1, 1], [2, 0], [0, 1], [0, 0]]


def test_the_majority_is_taken_before_the_map():
    task = Task(Y, **MAPPED)
    # "oth" (code 2) leads on the third sample; on the second, "hap" and "exc" tie, although both become
    # "hap".
    assert task.majority().tolist() == [-1, -1, 2, -1]
    assert task.majority("first").tolist() == [1, 0, 2, -1]


def test_class_names_are_none_outside_the_classes():
    names = Task(Y, **MAPPED).class_names(np.array([1, 0, 2, 7, -1]))
    assert names.dtype == object
    assert names.tolist() == ["ang", "hap", None, None, None]


def test_default_classes_are_all_labels_after_the_map_in_order():
    assert Task(Y).classes == ["ang", "exc", "hap", "oth"]
    assert Task(Y, label_map={"exc": "hap"}).classes == ["ang", "hap", "oth"]


def test_a_task_of_a_task_keeps_classes_and_map_unless_others_are_given():
    task = Task(Y, **MAPPED)
    same = Task(task)
    assert (same.classes, same.label_map) == (task.classes, task.label_map)
    other = Task(task, classes=["exc"])
    assert (other.classes, other.label_map) == (["exc"], {})
    assert other.votes is task.votes


def test_a_task_of_a_task_keeps_what_of_the_map_leads_to_its_classes():
    task = Task(Y, ["hap", "ang"], {"exc": "hap"})
    turned = Task(task, ["ang", "hap"])
    assert turned.label_map == {"exc": "hap"}
    np.testing.assert_array_equal(turned.counts, task.counts[:, ::-1])
    assert Task(task, ["ang", "oth"]).label_map == {}
    assert Task(task, label_map={"oth": "ang"}).classes == ["ang", "exc", "hap"]
    unread = Task(task, missing_label="oth")
    assert (unread.classes, unread.label_map) == (["hap", "ang"], {"exc": "hap"})


def test_of_rater_keeps_samples_and_classes():
    task = Task(pd.DataFrame(Y, columns=["E1", "E2"]), **MAPPED)
    single = task.of_rater("E2")
    assert (single.raters, single.n_samples, single.classes) == (["E2"], 4, ["hap", "ang"])
    assert single.counts.tolist() == [[1, 0], [1, 0], [0, 0], [0, 0]]
    with pytest.raises(ValueError, match="no rater 'E3'; the raters are 'E1', 'E2'"):
        task.of_rater("E3")


@given(st.data())
def test_taking_samples_is_the_same_as_taking_rows_of_the_ratings(data):
    n_samples = data.draw(st.integers(2, 25))
    table = make_rated(n_samples, seed=data.draw(st.integers(0, 20))).Y
    rows = data.draw(st.lists(st.integers(0, n_samples - 1), min_size=1, max_size=30))
    # At least one row with ratings, since Task does not accept ratings that are all missing.
    rows = [0, *rows]
    settings = {"classes": ["neutral", "sad"], "label_map": {"angry": "sad"}}
    taken, direct = Task(table, **settings).take(rows), Task(table.iloc[rows], **settings)
    assert taken.n_samples == len(rows)
    assert taken.raters == direct.raters
    assert hard_labels(taken).tolist() == hard_labels(direct).tolist()
    np.testing.assert_array_equal(soft_labels(taken), soft_labels(direct))
    np.testing.assert_array_equal(taken.counts, direct.counts)


def test_samples_are_taken_in_the_order_given_repeated_or_by_a_mask():
    task = Task([["a"], ["b"], [None], ["c"]])
    assert hard_labels(task.take([3, 0, 2, 0])).tolist() == ["c", "a", None, "a"]
    assert hard_labels(task.take(np.array([False, True, True, False]))).tolist() == ["b", None]
    assert hard_labels(task.take([-1])).tolist() == ["c"]
    assert task.take([2]).counts.tolist() == [[0, 0, 0]]
    with pytest.raises(IndexError):
        task.take([4])


def test_a_part_of_a_task_has_all_classes_of_the_whole():
    part = Task([["a", "b"], ["c", "c"]]).take([1])
    assert part.classes == ["a", "b", "c"]
    assert soft_labels(part, alpha=0).tolist() == [[0, 0, 1]]


def test_the_repr_of_a_task_gives_its_size():
    assert repr(Task(Y, **MAPPED)) == "Task(7 votes, 4 samples, 2 raters, classes=['hap', 'ang'])"


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"classes": ["ang", "ang"]}, ValueError, "names 'ang' twice"),
        ({"classes": []}, ValueError, "classes is empty"),
        ({"classes": ["ang", None]}, ValueError, "its entry 1 is None"),
        ({"classes": ["ang", ("hap", "exc")]}, ValueError, "its entry 1 is "),
        ({"classes": "ang"}, TypeError, "classes must be a list"),
        ({"classes": [0, 1]}, ValueError, "classes are numbers .* ratings hold strings"),
        ({"classes": ["ang"], "label_map": {"exc": "hap"}}, ValueError, "'exc' to 'hap', which is not one"),
        ({"classes": ["hap", "exc"], "label_map": {"exc": "hap"}}, ValueError, "'exc' is in classes"),
        ({"label_map": {"exc": ["hap"]}}, ValueError, "cannot be a class"),
        ({"label_map": ["exc", "hap"]}, TypeError, "label_map must be a dict"),
        ({"label_map": {"ang": 0}}, ValueError, "After label_map the labels mix"),
    ],
)
def test_wrong_classes_and_maps_are_named(settings, error, message):
    with pytest.raises(error, match=message):
        Task(Y, **settings)


def test_a_cube_needs_names_for_its_last_axis():
    with pytest.raises(ValueError, match="give classes="):
        Task(np.ones((2, 2, 2)))
    assert Task(np.ones((2, 2, 2)), ["b", "a"]).classes == ["b", "a"]


def test_raters_come_in_another_order_with_the_same_votes():
    task = Task([["a", ("a", "b"), None], [None, "b", "a"]], classes=["b", "a"])
    other = task.with_raters_in_order(np.array([2, 0, 1]))
    assert other.raters == [2, 0, 1]
    assert other.classes == ["b", "a"]
    assert other.votes.sample.tolist() == [0, 0, 0, 1, 1]
    for name in task.raters:
        np.testing.assert_array_equal(other.of_rater(name).counts, task.of_rater(name).counts)


def test_a_notebook_shows_the_raters_shares_of_the_classes():
    table = {f"<r{number}>": ["calm", "sad", "sad"] for number in range(20)} | {"few": ["calm", None, None]}
    html = Task(pd.DataFrame(table))._repr_html_()
    cells = re.findall(r"<t[dh]>(.*?)</t[dh]>", html)
    start = cells.index("&lt;r0&gt;")
    assert cells[start : start + 4] == ["&lt;r0&gt;", "3", "33.3%", "66.7%"]
    assert "<p>Raters with fewer votes: 1</p>" in html
    assert "<r0>" not in html
    assert "few" not in cells
