"""Names in any spelling that a person reads as the same one."""

import pytest

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import find_name
from sklearn_raters.ratings._names import as_number, spelling


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), (" -1 ", -1), ("01", 1), ("1.0", 1), ("2.50", 2.5), (".5", 0.5), ("1e2", 100), ("+3", 3)],
)
def test_texts_that_write_a_number(text, number):
    assert as_number(text) == number
    assert type(as_number(text)) is type(number)


@pytest.mark.parametrize(
    "text", ["", "one", "1_000", "1,5", "nan", "inf", "0x1", "1 2", "-", "9" * 301, "1e999"]
)
def test_texts_that_write_no_number(text):
    assert as_number(text) is None


def test_a_long_integer_keeps_all_its_digits():
    assert as_number("123456789012345678901234567890") == 123456789012345678901234567890


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sad", "sad"),
        ("\u00e9", "e\u0301"),  # é as one sign and as two
        ("very sad", "very  sad"),
        ("very_sad", "very-sad"),
        ("sad\u200b", "sad"),  # with a zero-width space
        ("sad\u00a0", "sad"),
        ("STRASSE", "straße"),
        ("1", 1),
        (1.0, "01"),
    ],
)
def test_names_that_a_person_reads_as_one(one, other):
    assert spelling(one) == spelling(other)


@pytest.mark.parametrize(("one", "other"), [("-1", "1"), ("sad", "said"), ("e", "é"), (1.5, 1), ("a", None)])
def test_names_that_a_person_reads_as_two(one, other):
    assert spelling(one) != spelling(other)


def test_an_exact_name_goes_before_another_spelling():
    assert find_name("1", ["1", 1]) == "1"
    assert find_name(1, ["01", 1]) == 1
    assert find_name("e1", ["E1", "e1"]) == "e1"
    assert find_name(" e1", ["E1"]) == "E1"
    assert find_name("E2", ["E1"]) == "E2"
    with pytest.raises(InputError, match="'e 1' may be any of 'E1', 'e1'"):
        find_name("e 1", ["E1", "e1"])
