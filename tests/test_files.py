"""Files are written completely or not at all."""

import json
import os

import numpy as np
import pandas as pd
import pytest

from sklearn_raters._files import (
    check_folder,
    check_writable,
    full_path,
    replacing,
    replacing_all,
    write_table,
)
from sklearn_raters.exceptions import InputError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model"


def test_of_several_files_all_or_none_are_replaced(tmp_path):
    paths = {name: tmp_path / f"{name}.csv" for name in "ab"}
    with pytest.raises(OSError, match="full"), replacing_all(paths) as partial:  # noqa: PT012
        assert [path.suffix for path in partial.values()] == [".csv", ".csv"]
        partial["a"].write_text("complete")
        raise OSError("full")
    assert not list(tmp_path.iterdir())
    with replacing_all(paths) as partial:
        for name in "ab":
            partial[name].write_text(name)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.csv": "a", "b.csv": "b"}


def test_json_lines_hold_every_value_as_it_is(path):
    path = path.with_suffix(".jsonl")
    time = pd.Timestamp("2026-01-02")
    columns = {"p": [0.1 + 0.2, np.nan], "label": [np.int64(3), time], "n": [1, 2], "known": [True, False]}
    write_table(pd.DataFrame(columns, index=pd.Index(["a/é.wav", 'b"\\.wav'], name="file")), path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith('{"file": "a/é.wav", "p": 0.30000000000000004, "label": 3,')
    assert json.loads(lines[0]) == {"file": "a/é.wav", "p": 0.1 + 0.2, "label": 3, "n": 1, "known": True}
    rest = {"p": None, "label": "2026-01-02 00:00:00", "n": 2, "known": False}
    assert json.loads(lines[1]) == {"file": 'b"\\.wav', **rest}


def test_an_interrupted_write_keeps_the_earlier_file(path):
    path.write_text("earlier")
    with pytest.raises(KeyboardInterrupt), replacing(path) as partial:  # noqa: PT012
        partial.write_text("half of i")
        raise KeyboardInterrupt
    assert path.read_text() == "earlier"
    assert [*path.parent.iterdir()] == [path]


def test_a_complete_write_replaces_the_earlier_file(path):
    path.write_text("earlier")
    with replacing(path) as partial:
        partial.write_text("now")
        assert path.read_text() == "earlier"
    assert path.read_text() == "now"
    assert [*path.parent.iterdir()] == [path]


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(IsADirectoryError, match="name a file"):
        check_writable(tmp_path)
    with pytest.raises(FileNotFoundError, match="make it first"):
        check_writable(tmp_path / "none" / "file")


def test_a_pipe_is_not_replaced_and_a_link_stays(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(FileExistsError, match="no ordinary file"), replacing(pipe):
        pass
    assert pipe.is_fifo()
    (tmp_path / "link").symlink_to(tmp_path / "file")
    for text in ("new", "newer"):
        with replacing(tmp_path / "link") as partial:
            partial.write_text(text)
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "file").read_text() == text


@pytest.mark.parametrize("text", ["", " ", "a\0b", "\ud800", "x" * 5000])
def test_what_is_no_path_is_refused(text):
    with pytest.raises(InputError, match="is no path"):
        full_path(text)


def test_a_folder_below_a_file_is_refused(path):
    path.write_text("file")
    for place in (path, path / "cache" / "more"):
        with pytest.raises(NotADirectoryError, match="model is a file, where a folder is needed"):
            check_folder(place)
    assert check_folder(path.parent / "new" / "folder") == path.parent / "new" / "folder"
