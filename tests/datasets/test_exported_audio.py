"""load_rated_audio and the command line on the exports of annotation tools."""

import json
import re
import sys
from pathlib import Path

import pandas as pd
import pytest

from sklearn_raters import cli
from sklearn_raters.cli._corpus import open_corpus
from sklearn_raters.cli._parser import HELP, build_parser
from sklearn_raters.datasets import load_rated_audio
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.ratings import read_ratings
from sklearn_raters.ratings.exports._tools import TOOLS


@pytest.fixture
def folder(tmp_path):
    for name in ["clips/a.wav", "clips/b c.wav", "d.flac"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"audio")
    return tmp_path


def export(path, addresses, **more):
    """Write a Label Studio export of two raters and two questions."""

    def results(label, stars):
        return [
            {"from_name": "emotion", "type": "choices", "value": {"choices": [label]}},
            {"from_name": "stars", "type": "rating", "value": {"rating": stars}},
        ]

    tasks = [
        {
            "id": number,
            "data": {"audio": address, "who": f" s{number % 2} ", **more},
            "annotations": [
                {"id": 1, "completed_by": 7, "result": results("sad", number)},
                {"id": 2, "completed_by": 8, "result": results("calm", 5)},
            ],
        }
        for number, address in enumerate(addresses, 1)
    ]
    path.write_text(json.dumps(tasks))
    return path


ADDRESSES = [
    "/data/local-files/?d=all/clips/a.wav",
    "s3://bucket/x/b%20c.wav",
    "/data/upload/3/0a1b2c3d-d.flac",
]


def test_the_audio_of_an_export_is_found_by_its_address(folder):
    corpus = load_rated_audio(export(folder / "e.json", ADDRESSES), folder, question="emotion", speaker="who")
    assert [Path(path).relative_to(folder).as_posix() for path in corpus.X] == [
        "clips/a.wav",
        "clips/b c.wav",
        "d.flac",
    ]
    assert corpus.Y.columns.tolist() == ["7", "8"]
    assert corpus.Y["7"].tolist() == ["sad"] * 3
    assert corpus.speakers.tolist() == ["s1", "s0", "s1"]


def test_scores_of_an_export_are_cut_into_classes(folder):
    bins = {"edges": [1, 2, 5], "names": ["low", "high"]}
    path = export(folder / "e.json", ADDRESSES)
    assert load_rated_audio(path, folder, question="stars", bins=bins).Y["7"].tolist() == [
        "low",
        "low",
        "high",
    ]


def test_the_field_of_the_audio_is_named_where_there_are_two(folder):
    path = export(folder / "e.json", ADDRESSES, video="v.mp4")
    with pytest.raises(
        InputError, match=r"audio files in several fields, 'audio', 'video': name one by sample="
    ):
        load_rated_audio(path, folder, question="emotion")
    assert len(load_rated_audio(path, folder, question="emotion", sample="audio").X) == 3


def test_an_export_without_a_field_of_audio_names_its_samples_by_the_task(folder):
    path = export(folder / "e.json", ["text one", "text two", "text three"])
    with pytest.raises(FileNotFoundError, match="'1', '2', '3'; put the files below"):
        load_rated_audio(path, folder, question="emotion")


def test_what_was_left_out_is_described(folder):
    path = export(folder / "e.json", ADDRESSES)
    path.write_text(path.read_text().replace('"completed_by": 8', '"was_cancelled": true, "completed_by": 8'))
    with pytest.warns(InputWarning, match="left out 3 cancelled annotations"):
        corpus = load_rated_audio(path, folder, question="emotion")
    assert corpus.Y.columns.tolist() == ["7"]
    assert "Left out of the export: 3 cancelled annotations." in corpus.DESCR


def test_a_data_frame_is_no_export(folder):
    with pytest.raises(InputError, match="but the ratings are a DataFrame"):
        load_rated_audio(pd.DataFrame({"sample": ["d"]}), folder, tool="argilla")


def test_the_command_takes_an_export(folder):
    data = ["--ratings", export(folder / "e.json", ADDRESSES), "--audio", folder]
    options = ["--tool", "label studio", "--question", "stars", "--bins", "1,low,2,high,5"]
    with open_corpus(build_parser().parse_args(["evaluate", *map(str, data), *options])) as corpus:
        assert corpus.task.classes == ["low", "high"]
        assert corpus.task.counts.tolist() == [[1, 1], [1, 1], [0, 2]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--tool", "paper"], "--tool 'paper' is not known; the known tools are 'table', 'label-studio'"),
        (
            [],
            "2 questions: 'emotion', 'stars'. Name the one whose answers are the labels by",
        ),
        (["--question", "mood"], "no answers to --question 'mood'; its questions are 'emotion', 'stars'"),
    ],
)
def test_the_command_tells_what_an_export_lacks(folder, capsys, options, message):
    data = ["--ratings", export(folder / "e.json", ADDRESSES), "--audio", folder]
    assert cli.main(["evaluate", *map(str, data), *options, "--out", str(folder / "out.csv")]) == 2
    assert message in capsys.readouterr().err


def test_the_command_names_the_package_that_a_file_needs(folder, capsys, monkeypatch):
    (folder / "votes.xlsx").write_bytes(b"PK")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assert cli.main(["evaluate", "--ratings", str(folder / "votes.xlsx"), "--audio", str(folder)]) == 2
    message = "votes.xlsx needs openpyxl, which is not installed: pip install 'sklearn-raters[tables]'."
    assert message in capsys.readouterr().err


def test_the_help_and_the_docstring_name_all_tools():
    for tool in TOOLS:
        assert re.search(rf"\b{tool}\b", HELP["tool"])
        assert f'- "{tool}": ' in read_ratings.__doc__


@pytest.mark.parametrize("option", ["--tool", "--question"])
def test_options_of_an_export_need_one(option, capsys):
    assert cli.main(["evaluate", option, "x"]) == 2
    assert f"{option} is for the table of --ratings" in capsys.readouterr().err


@pytest.mark.parametrize("field", ["sample", "label", "rater"])
def test_a_field_of_the_tasks_that_is_named_like_a_role_may_be_the_speaker(folder, field):
    file = export(folder / "export.json", ["clips/a.wav", "d.flac"], **{field: "ann"})
    corpus = load_rated_audio(file, folder, question="emotion", speaker=field)
    assert corpus.speakers.tolist() == ["ann", "ann"]
    assert read_ratings(file, question="emotion").attrs["columns"] == {field: f"{field}_in_file"}


def test_the_samples_may_be_one_field_where_another_is_named_like_their_role(folder):
    file = export(folder / "export.json", ["clips/a.wav", "d.flac"], sample="ann")
    table = read_ratings(file, question="emotion", sample="audio")
    assert table["sample"].tolist() == ["clips/a.wav", "clips/a.wav", "d.flac", "d.flac"]
    assert table["sample_in_file"].tolist() == ["ann"] * 4
    corpus = load_rated_audio(file, folder, question="emotion", sample="audio", speaker="sample")
    assert corpus.speakers.tolist() == ["ann", "ann"]
    table = read_ratings(file, question="emotion", sample="sample")
    assert table["sample"].tolist() == ["ann"] * 4
    assert table.attrs["columns"] == {}
