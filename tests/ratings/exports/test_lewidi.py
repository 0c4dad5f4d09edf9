"""Data of the LeWiDi shared tasks, second and third edition."""

import pytest

from made import write
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.ratings import read_ratings


def sample(annotations, annotators, text="t", **more):
    own = {"text": text, "annotation task": "irony detection", "number of annotations": 2, "lang": "en"}
    own |= {"hard_label": "1", "soft_label": {"0": 0.5, "1": 0.5}, "split": "train", "other_info": {}}
    return {**own, "annotations": annotations, "annotators": annotators, **more}


def test_the_second_edition_separates_by_commas(tmp_path):
    samples = {"1": sample("0,1", "Ann1,Ann2"), "2": sample("1,1", "Ann1, Ann3")}
    table = read_ratings(write(tmp_path / "train.json", samples))
    assert table.attrs["tool"] == "lewidi"
    assert table[["sample", "rater", "label"]].to_numpy().tolist() == [
        ["1", "Ann1", 0],
        ["1", "Ann2", 1],
        ["2", "Ann1", 1],
        ["2", "Ann3", 1],
    ]
    assert table["split"].tolist() == ["train"] * 4


def test_the_third_edition_has_a_dict_of_raters(tmp_path):
    text = {"context": "c", "statement": "s"}
    samples = {"9": sample({"Ann1": "neutral", "Ann2": "neutral,entailment"}, "Ann1,Ann2", text)}
    table = read_ratings(write(tmp_path / "train.json", samples))
    assert table["label"].tolist() == ["neutral", ("neutral", "entailment")]
    assert table["text.context"].tolist() == ["c", "c"]
    samples = {"9": sample({"Ann1": -5, "Ann2": 3}, "Ann1,Ann2")}
    assert read_ratings(write(tmp_path / "train.json", samples))["label"].tolist() == [-5, 3]


def test_samples_of_a_test_set_without_annotations_are_counted(tmp_path):
    samples = {"1": sample("0,1", "Ann1,Ann2"), "2": sample("", ""), "3": sample({}, "Ann1")}
    with pytest.warns(InputWarning, match="left out 2 samples without annotations"):
        assert len(read_ratings(write(tmp_path / "test.json", samples))) == 2


@pytest.mark.parametrize(("annotations", "annotators"), [("0,1", "Ann1"), (None, "Ann1"), ("0", ["Ann1"])])
def test_ratings_that_do_not_fit_are_told(tmp_path, annotations, annotators):
    samples = {"4": sample(annotations, annotators)}
    with pytest.raises(InputError, match=r"entry 4: .*expected as many 'annotations' as 'annotators'"):
        read_ratings(write(tmp_path / "train.json", samples))
