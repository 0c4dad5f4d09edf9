"""Files are written completely or not at all."""

import pytest

from sklearn_raters._files import check_writable, replacing


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model"


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
