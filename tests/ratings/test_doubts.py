"""Labels that look as if something else was meant."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest

from sklearn_raters import MultiRaterStackingClassifier
from sklearn_raters._targets import target_distributions
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.ratings import Task, parse_ratings, ratings_from_long


@pytest.mark.parametrize(
    ("labels", "code"),
    [
        ([0, 1, 2, -1], -1),
        ([0.0, 1.0, -1.0], -1),
        (["0", "1", "2", "-1"], -1),
        ([1, 2, 3, 4, 5, -9], -9),
        ([1, 2, 3, 99], 99),
        ([1, 5, 999], 999),
        ([0, 1, 2, 255], 255),
    ],
)
def test_a_number_that_looks_like_a_code_of_missing_ratings_is_warned_of(labels, code):
    Y = [[label, labels[0]] for label in labels]
    with pytest.warns(
        InputWarning,
        match=rf"are {code}, where all others .*={code}, or in an es",
    ):
        assert parse_ratings(Y).labels == sorted(labels)
    # A label that is named is meant.
    assert parse_ratings(Y, classes=labels).labels == sorted(labels)
    assert len(parse_ratings(Y, missing_label=code).labels) == len(labels) - 1


@pytest.mark.parametrize(
    "labels",
    [
        [-1, 1],
        [-2, -1, 0, 1],
        [0, 1, 2],
        [-1, 0.5, 2],
        ["-1", "a", "b"],
        [1, 2, 99, 100],
        [False, True],
        [-1, 0],
    ],
    ids=str,
)
def test_other_numbers_are_not_warned_of(labels):
    assert parse_ratings([[label, labels[0]] for label in labels]).labels == sorted(labels)


@pytest.mark.parametrize("codes", [[-999, -99], [98, 99], [-9, -8888]])
def test_several_codes_of_missing_ratings_are_warned_of(codes):
    Y = [[label, 1] for label in [0, 1, 2, *codes]]
    with pytest.warns(InputWarning, match="'not rated', give missing_label=") as heard:
        parse_ratings(Y)
    assert len(heard) == 2
    assert parse_ratings(Y, missing_label=codes).labels == [0, 1, 2]


@pytest.mark.parametrize("word", ["none", "n.a.", "Not rated", "-", "??", "missing", "unlabelled", "nil"])
def test_a_word_that_looks_like_a_missing_rating_is_warned_of(word):
    Y = [["calm", word], ["sad", "calm"]]
    with pytest.warns(InputWarning, match=f"{re.escape(repr(word))} is learnt as a class.*missing_label="):
        assert parse_ratings(Y).labels == sorted(["calm", "sad", word])
    with pytest.warns(InputWarning, match="leave these samples out"):
        target_distributions(["calm", "sad", word], None)
    assert parse_ratings(Y, missing_label=word).labels == ["calm", "sad"]
    assert Task(Y, label_map={word: None}).classes == ["calm", "sad"]
    assert parse_ratings(Y, classes=["calm", "sad", word]).labels == sorted(["calm", "sad", word])


@pytest.mark.parametrize(
    "labels", [["+", "-", "0"], ["-", "?"], ["nonetheless", "calm"], ["\U0001f600", "b"]]
)
def test_signs_and_words_with_another_meaning_are_not_warned_of(labels):
    assert parse_ratings([labels]).labels == sorted(labels)


@pytest.mark.parametrize(
    ("label_map", "Y"),
    [
        ({"Joy": "calm"}, [["joy", "sad"], ["calm", "sad"]]),
        ({"1": 2}, [[1, 2], [3, 2]]),
        ({"very sad": "sad"}, [["very-sad", "sad"], ["calm", "sad"]]),
    ],
)
def test_a_map_of_another_spelling_than_the_ratings_is_warned_of(label_map, Y):
    with pytest.warns(InputWarning, match="label_map maps .*, which no rating is, and leaves .* as it is"):
        Task(Y, label_map=label_map)


@pytest.mark.parametrize("make", [list, np.array, pd.DataFrame, parse_ratings, Task])
def test_a_class_of_another_spelling_than_the_ratings_is_warned_of(make):
    Y = make([["Happy", "sad"], ["sad", "calm"]])
    with pytest.warns(InputWarning, match="classes names 'happy', which no rating is, and not 'Happy'"):
        assert Task(Y, classes=["happy", "sad"]).counts.tolist() == [[0, 1], [0, 1]]
    # A label that is mapped is meant, and a class without votes may be one of another part of the data.
    Task(Y, classes=["happy", "sad"], label_map={"Happy": "happy"})
    Task(Y, classes=["Happy", "sad", "angry"])


def test_a_map_of_labels_that_do_not_occur_is_not_warned_of():
    Task([["sad", "calm"]], label_map={"Sad": "sad", "joy": "calm", "unsure": None})


@pytest.mark.parametrize(
    "alike",
    [
        ["Sad", "sad"],
        ["\u00e9mu", "e\u0301mu"],
        ["very sad", "very  sad"],
        ["very sad", "very-sad"],
        ["sad", "sad\u200b"],
        ["1", "1.0"],
    ],
    ids=ascii,
)
def test_labels_that_a_person_reads_as_one_are_warned_of(alike):
    for Y in ([[*alike], ["calm", "calm"]], np.array([[*alike], ["calm", "calm"]]), [*alike, "calm"]):
        with pytest.warns(InputWarning, match="read alike but are taken for different labels"):
            assert parse_ratings(Y).labels == sorted([*alike, "calm"])
    assert parse_ratings([alike], classes=alike).labels == sorted(alike)


def test_raters_that_a_person_reads_as_one_are_warned_of():
    table = {"sample": [0, 0, 1], "rater": ["Ann", "ann", " Ann "], "label": ["a", "b", "a"]}
    with pytest.warns(InputWarning, match="The raters 'Ann' and 'ann' read alike"):
        assert ratings_from_long(table).columns.tolist() == ["Ann", "ann"]


@pytest.mark.parametrize("separator", [",", ";", "|", ", "])
def test_cells_that_look_like_several_labels_are_warned_of(separator):
    joined = separator.join
    most = [[joined(["calm", "sad"]), joined(["happy", "angry"])], [joined(["sad", "calm"]), "calm"]]
    for Y in (most, np.array(most), pd.DataFrame(most)):
        with pytest.warns(
            InputWarning, match=rf"several labels in one cell.*label_separator='\{separator[0]}'"
        ):
            parse_ratings(Y)
    assert parse_ratings(most, label_separator=separator).labels == ["angry", "calm", "happy", "sad"]
    assert len(parse_ratings(most, classes=sorted({*most[0], *most[1]})).labels) == 4


def test_a_joined_label_whose_parts_are_labels_is_warned_of_even_once():
    Y = [["calm", "sad"], ["sad", "sad"], ["calm/sad", "calm"]]
    with pytest.warns(InputWarning, match="The rating 'calm/sad' looks like several labels"):
        parse_ratings(Y)


@pytest.mark.filterwarnings("ignore::sklearn_raters.exceptions.InputWarning")
@pytest.mark.parametrize("separator", "|;/")
def test_the_error_of_a_joined_label_says_how_to_split_it(separator):
    joined = f"calm{separator}sad"
    Y = [["calm", "calm"], ["sad", "sad"], [joined, "calm"]] * 2
    remedy = rf"If 'calm\{separator}sad' means several labels, give label_separator='\{separator}' \(Task,"
    with pytest.raises(InputError, match=rf"{remedy}.* take it\)\. Leave it out by classes="):
        MultiRaterStackingClassifier().fit([[0.0], [1.0], [2.0]] * 2, Y)


@pytest.mark.parametrize("separator", "/+&")
def test_joined_labels_whose_parts_change_places_are_warned_of_without_the_parts_as_labels(separator):
    Y = [[separator.join(pair) for pair in pairs] for pairs in (["ab", "bc"], ["ca", "cb"])]
    with pytest.warns(InputWarning, match=rf"'a\{separator}b' looks like several.*separator='\{separator}'"):
        parse_ratings(Y)


@pytest.mark.parametrize(
    "labels",
    [
        ["very sad", "calm"],
        ["joy/happiness", "anger"],
        ["a,", ",b"],
        ["R&B", "pop"],
        ["sports/ball", "sports/chess", "news/world"],
        ["1/2", "2/3", "3/1"],
        ["and/or", "either"],
        ["black/white", "white/other", "a", "b", "c", "d"],
    ],
    ids=str,
)
def test_other_texts_are_not_warned_of(labels):
    assert parse_ratings([labels, labels]).labels == sorted(labels)


CONTINUOUS = np.random.default_rng(0).random((20, 3))


@pytest.mark.parametrize(
    "Y",
    [
        CONTINUOUS,
        CONTINUOUS.tolist(),
        100 * CONTINUOUS,
        CONTINUOUS.astype(np.float32),
        CONTINUOUS.round(1) + np.arange(20)[:, None],
        CONTINUOUS.astype(str),
        pd.DataFrame(CONTINUOUS),
        CONTINUOUS[:, 0],
        [[0.12, 0.5], [0.73, 0.9]],
    ],
    ids=lambda Y: type(Y).__name__,
)
def test_continuous_ratings_are_refused_with_the_remedy(Y):
    with pytest.raises(InputError, match=r"Unknown label type: continuous.*by bins= .Task"):
        parse_ratings(Y)


def test_steps_of_a_half_are_classes_and_so_are_numbers_that_are_named():
    assert parse_ratings([[1, 1.5, 2.5], [1.5, 2, 2.5]]).labels == [1, 1.5, 2, 2.5]
    grid = (np.arange(30) / 10).reshape(10, 3)
    assert len(Task(grid, np.unique(grid)).classes) == 30


@pytest.mark.parametrize("highest", [4, 5, 10])
def test_scales_in_half_steps_are_refused_with_bins_as_the_remedy(highest):
    Y = np.tile(np.arange(1, highest + 0.5, 0.5), (5, 1))
    with pytest.raises(InputError, match=r"numbers with fractions, such as 1\.5,.*by bins="):
        parse_ratings(Y)
    assert len(parse_ratings(Y, classes=list(Y[0])).labels) == 2 * highest - 1
    bins = {"edges": [0, 2.5, highest], "names": ["low", "high"]}
    assert parse_ratings(Y, bins=bins).labels == ["high", "low"]


@pytest.mark.parametrize(
    "labels",
    [range(12), range(1, 13), range(20), [*range(8), *range(10, 16)], map(str, range(12))],
    ids=["12 from 0", "12 from 1", "20", "two unused", "texts"],
)
def test_a_dozen_integer_codes_are_classes(labels):
    labels = list(labels)
    assert len(parse_ratings([[label, label] for label in labels]).labels) == len(labels)


@pytest.mark.parametrize(
    "scores",
    [range(0, 101, 10), range(0, 101, 5), range(101), range(21), [3, 8, 12, 25, 31, 44, 52, 60, 71, 85, 90]],
    ids=["tens", "fives", "0 to 100", "0 to 20", "few of 100"],
)
def test_scores_from_0_to_100_or_20_are_warned_of(scores):
    with pytest.warns(InputWarning, match=f"{len(scores)} different numbers.*If they are scores"):
        parse_ratings([[score, score] for score in scores])


def test_many_numbers_are_warned_of_as_scores():
    Y = np.arange(30).reshape(10, 3)
    with pytest.warns(InputWarning, match="hold 30 different numbers, and each becomes a class.*bins="):
        parse_ratings(Y)
    assert len(parse_ratings(Y, classes=range(30)).labels) == 30
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(parse_ratings(Y % 10).labels) == 10


def test_decimal_commas_are_no_separators_of_labels():
    with pytest.warns(InputWarning, match=r"'1,5' looks like a number with a decimal comma.*Write points"):
        Task([["1,5", "2,0"], ["1,5", "2,0"]])


def test_columns_of_raters_that_read_alike_are_warned_of():
    with pytest.warns(InputWarning, match="raters 'ann' and 'ann ' read alike"):
        Task(pd.DataFrame([["a", "b"]], columns=["ann", "ann "]))
