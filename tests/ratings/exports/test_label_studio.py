"""Exports of Label Studio: JSON, JSON-MIN, CSV and TSV."""

import json

import pandas as pd
import pytest

from made import write
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.ratings import ratings_from_long, read_ratings


def choice(*labels, name="emotion", kind="choices", **value):
    field = {"pairwise": "selected"}.get(kind, kind)
    return {"from_name": name, "to_name": "audio", "type": kind, "value": {field: list(labels), **value}}


def annotation(rater, *results, **more):
    return {"id": 1000, "completed_by": rater, "result": list(results), "lead_time": 4.5, **more}


def task(number, *annotations, **more):
    data = {"audio": f"/data/upload/1/{number}.wav", "label": "of the data"}
    return {"id": number, "data": data, "annotations": list(annotations), "predictions": [], **more}


TASKS = [
    task(
        1,
        annotation(7, choice("sad"), was_cancelled=False),
        annotation({"id": 8, "email": "ann@example.org"}, choice("sad", "angry")),
    ),
    task(2, annotation(7, choice("happy")), annotation(7, choice("sad"))),
]


def test_annotations_become_votes_with_the_tasks_data(tmp_path):
    table = read_ratings(write(tmp_path / "export.json", TASKS))
    assert table.attrs["tool"] == "label-studio"
    assert table[["sample", "rater", "label"]].to_numpy().tolist() == [
        ["1", "7", "sad"],
        ["1", "8", ("sad", "angry")],
        ["2", "7", "happy"],
        ["2", "7", "sad"],  # a second annotation of one rater is kept
    ]
    assert table["audio"].tolist()[2] == "/data/upload/1/2.wav"
    assert table["label_in_file"].tolist() == ["of the data"] * 4
    assert table["lead_time"].tolist() == [4.5] * 4
    assert ratings_from_long(table).loc["2", "7"] == ("happy", "sad")


def test_a_field_of_the_data_may_name_the_samples(tmp_path):
    table = read_ratings(write(tmp_path / "export.json", TASKS), sample="audio")
    assert table["sample"].tolist()[0] == "/data/upload/1/1.wav"
    assert table["sample_in_file"].tolist() == ["1", "1", "2", "2"] or table["sample_in_file"].tolist() == [
        1,
        1,
        2,
        2,
    ]
    table = read_ratings(write(tmp_path / "export.json", TASKS), sample="label")
    assert table["sample"].tolist() == ["of the data"] * 4
    with pytest.raises(InputError, match=r"no column for sample='image'; its columns are .*'audio'"):
        read_ratings(tmp_path / "export.json", sample="image")


def test_cancelled_annotations_predictions_and_drafts_are_left_out_and_counted(tmp_path):
    tasks = [
        task(
            1,
            annotation(1, choice("sad")),
            annotation(2, was_cancelled=True),
            predictions=[{}, {}],
            drafts=[{}],
        ),
        task(2),
    ]
    with pytest.warns(
        InputWarning, match="label-studio: left out 2 predictions, 1 drafts, 1 cancelled annot"
    ):
        table = read_ratings(write(tmp_path / "export.json", tasks))
    assert len(table) == 1
    assert table.attrs["left_out"] == {
        "predictions": 2,
        "drafts": 1,
        "cancelled annotations": 1,
        "tasks without annotations": 1,
    }


def test_one_of_several_questions_is_named(tmp_path):
    tasks = [
        task(1, annotation(1, choice("sad"), choice(4, name="arousal", kind="rating"))),
        task(2, annotation(1, choice(2.5, name="valence", kind="number"))),
        task(3, annotation(2, choice(["animal", "cat"], name="kind", kind="taxonomy"))),
        task(4, annotation(2, choice("left", name="better", kind="pairwise"))),
    ]
    path = write(tmp_path / "export.json", tasks)
    with pytest.raises(
        InputError, match=r"5 questions: 'emotion', 'arousal', 'valence', 'kind', 'better'. Name"
    ):
        read_ratings(path)
    assert read_ratings(path, question="arousal")["label"].tolist() == [4, None, None, None]
    assert read_ratings(path, question="kind")["label"].tolist() == [None, None, "animal/cat", None]
    with pytest.raises(
        InputError, match="no answers to question='mood'; its questions are 'emotion', 'arousal'"
    ):
        read_ratings(path, question="mood")


def test_marks_of_regions_texts_and_relations_are_no_labels(tmp_path):
    others = [
        choice("noise", name="region", start=0.5, end=1.0),
        {"from_name": "words", "to_name": "audio", "type": "textarea", "value": {"text": ["hello"]}},
        {"type": "relation", "from_id": "a", "to_id": "b"},
    ]
    path = write(tmp_path / "export.json", [task(1, annotation(1, *others, choice("sad")))])
    with pytest.warns(InputWarning, match="left out 1 labels of regions.*, 2 results that are no"):
        table = read_ratings(path)
    assert table["label"].tolist() == ["sad"]


def test_completions_of_version_0_are_annotations(tmp_path):
    old = {"id": 1, "data": {"text": "t"}, "completions": [{"result": [choice("sad")], "completed_by": 3}]}
    assert read_ratings(write(tmp_path / "export.json", [old])).iloc[0, :3].tolist() == ["1", "3", "sad"]


@pytest.mark.parametrize(
    ("tasks", "message"),
    [
        (
            [{"id": 1, "data": {}, "annotations": {"a": 1}}],
            "entry 0: 'annotations' is a dict .*list of 'annotations'.*known tools are",
        ),
        ([task(1), {"id": 2, "data": [], "annotations": []}], "entry 1: .*'data' is a list.*expected a task"),
        ([task(1, 5)], "entry 0: an annotation is a int without a list 'result'; expected a task"),
        (
            [task(1, annotation(1, {"type": "choices", "value": {}}))],
            "entry 0: the field 'from_name' is missing",
        ),
        ([task(1, annotation(1, was_cancelled=True))], "no ratings; left out: 1 cancelled annotations"),
    ],
)
def test_other_shapes_are_told_with_their_place(tmp_path, tasks, message):
    with pytest.raises(InputError, match=message):
        read_ratings(write(tmp_path / "export.json", tasks), tool="Label Studio")


FLAT = [
    {"audio": f"s3://clips/{number}.wav", "id": number, "emotion": label, "stars": [{"rating": stars}]}
    | {"annotator": rater, "annotation_id": 50 + number, "created_at": "", "updated_at": "", "lead_time": 2.5}
    for number, rater, label, stars in [
        (1, "ann@example.org", "sad", 4),
        (1, "bob@example.org", {"choices": ["sad", "angry"]}, 5),
        (2, "ann@example.org", "happy", 4),
    ]
]


def as_csv(path, separator):
    cells = [
        {name: json.dumps(value) if isinstance(value, list | dict) else value for name, value in row.items()}
        for row in FLAT
    ]
    pd.DataFrame(cells).to_csv(path, index=False, sep=separator)


@pytest.mark.parametrize("name", ["min.json", "export.csv", "export.tsv"])
def test_json_min_csv_and_tsv_have_a_row_an_annotation(tmp_path, name):
    path = tmp_path / name
    if name == "min.json":
        write(path, FLAT)
    else:
        as_csv(path, "," if name == "export.csv" else "\t")
    with pytest.raises(InputError, match="2 questions: 'emotion', 'stars'"):
        read_ratings(path)
    table = read_ratings(path, question="emotion")
    assert table.attrs["tool"] == "label-studio"
    assert table["sample"].tolist() == ["1", "1", "2"]
    assert table["rater"].tolist() == ["ann@example.org", "bob@example.org", "ann@example.org"]
    assert table["label"].tolist() == ["sad", ("sad", "angry"), "happy"]
    assert table["audio"].tolist() == ["s3://clips/1.wav", "s3://clips/1.wav", "s3://clips/2.wav"]
    assert read_ratings(path, question="stars")["label"].tolist() == [4, 5, 4]


def test_cancelled_rows_of_csv_are_left_out(tmp_path):
    table = pd.DataFrame([row | {"was_cancelled": row["id"] == 2} for row in FLAT]).drop(columns="stars")
    table["emotion"] = ["sad", "", "happy"]
    table.to_csv(tmp_path / "export.csv", index=False)
    with pytest.warns(InputWarning, match="1 cancelled annotations"):
        table = read_ratings(tmp_path / "export.csv")
    assert table["label"].tolist() == ["sad", None]


def test_a_table_without_label_studios_columns_is_told(tmp_path):
    (tmp_path / "export.csv").write_text("sample,rater,label\n1,2,3\n")
    with pytest.raises(
        InputError,
        match="columns are 'sample', 'rater', 'label'; expected columns 'id', 'annotator', 'annotation_id'",
    ):
        read_ratings(tmp_path / "export.csv", tool="label-studio")


def test_scores_of_which_each_task_has_another_are_no_data_of_the_tasks(tmp_path):
    """The question is asked for; it was the speaker's column that became the labels."""
    about = {"annotator": 1, "created_at": "x", "updated_at": "y", "lead_time": 1.2}
    rows = [
        {"audio": f"/a/{i}.wav", "speaker": f"s{i % 3}", "id": i, "score": 3 * i, "annotation_id": i, **about}
        for i in range(25)
    ]
    file = write(tmp_path / "min.json", rows)
    with pytest.raises(InputError, match=r"'speaker', 'score'.*by question="):
        read_ratings(file)
    assert read_ratings(file, question="score")["label"].tolist() == [3 * i for i in range(25)]


def test_one_and_several_numbers_as_labels_are_of_one_type(tmp_path):
    tasks = [
        task(1, annotation(7, choice("1")), annotation(8, choice("1", " 2 "))),
        task(2, annotation(7, choice("2"))),
    ]
    table = read_ratings(write(tmp_path / "export.json", tasks))
    assert table["label"].tolist() == [1, (1, 2), 2]
    assert ratings_from_long(table).loc["1"].tolist() == [1, (1, 2)]
    tasks = [task(1, annotation(7, choice("1")), annotation(8, choice("1", "none of them")))]
    assert read_ratings(write(tmp_path / "export.json", tasks))["label"].tolist() == [
        "1",
        ("1", "none of them"),
    ]
