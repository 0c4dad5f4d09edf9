"""Files are written completely or not at all; a model file is read by its format number first."""

import zlib
from pickle import dumps

import joblib
import pytest
from sklearn.linear_model import LogisticRegression

from sklearn_raters.persistence import FORMAT, check_writable, load_model, replacing, save_model


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


def test_a_loaded_model_predicts_what_the_saved_one_did(path):
    model = LogisticRegression().fit([[0.0], [1.0], [2.0]], ["a", "b", "b"])
    save_model(model, path)
    assert load_model(path).predict_proba([[0.3]]).tolist() == model.predict_proba([[0.3]]).tolist()


def test_a_model_that_cannot_be_pickled_leaves_no_file(path):
    with pytest.raises(Exception, match="pickle"):
        save_model(lambda: None, path)
    assert not [*path.parent.iterdir()]


def test_missing_files_and_folders_are_named(path):
    with pytest.raises(FileNotFoundError, match="train one first"):
        load_model(path)
    with pytest.raises(IsADirectoryError, match="is a folder: name the model file"):
        load_model(path.parent)


@pytest.mark.parametrize(
    "content",
    [b"", b"sklearn_raters mod", b"model,uar\n", zlib.compress(dumps({"another": "pickle"})), b"\x78\x5e"],
    ids=["empty", "cut short", "text", "another pickle", "start of zlib"],
)
def test_other_files_are_no_models(path, content):
    path.write_bytes(content)
    with pytest.raises(ValueError, match="is not a model of sklearn_raters: name a file that"):
        load_model(path)


@pytest.mark.parametrize("kept", [40, 200, -100])
def test_a_model_file_that_is_cut_short_is_named(path, kept):
    save_model({"a": list(range(10000))}, path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ValueError, match=f"{path} is not a complete model file.*copy the file again"):
        load_model(path)


def test_a_model_file_with_one_wrong_byte_is_named(path):
    save_model({"a": list(range(10000))}, path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not a complete model file"):
        load_model(path)


@pytest.mark.parametrize("model", [3, LogisticRegression(), bytes(10**6)], ids=["int", "estimator", "long"])
def test_a_file_of_format_1_is_refused_by_its_number_before_it_is_unpickled(path, model, monkeypatch):
    joblib.dump({"kind": "sklearn_raters model", "format": 1, "model": model}, path, compress=3)
    monkeypatch.setattr(joblib, "load", lambda file: pytest.fail("the pickle was loaded"))
    with pytest.raises(
        ValueError, match=r"model has format 1, but this version reads format 2: train .* again"
    ):
        load_model(path)


def test_a_file_of_a_newer_format_is_refused_by_its_number_before_it_is_unpickled(path, monkeypatch):
    save_model(3, path)
    content = path.read_bytes()
    path.write_bytes(content.replace(f"format {FORMAT}\n".encode(), f"format {FORMAT + 1}\n".encode(), 1))
    monkeypatch.setattr(joblib, "load", lambda file: pytest.fail("the pickle was loaded"))
    with pytest.raises(ValueError, match="has format 3, but this version reads format 2: install the newer"):
        load_model(path)
