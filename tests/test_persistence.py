"""Files are written whole or not at all, and only models are read as models."""

import joblib
import pytest
from sklearn.linear_model import LogisticRegression

from sklearn_raters.persistence import check_writable, load_model, replacing, save_model


def test_what_fails_half_way_leaves_the_earlier_file(tmp_path):
    path = tmp_path / "result.csv"
    path.write_text("earlier")
    with pytest.raises(KeyboardInterrupt), replacing(path) as partial:  # noqa: PT012
        partial.write_text("half of i")
        raise KeyboardInterrupt
    assert path.read_text() == "earlier"
    assert [*tmp_path.iterdir()] == [path]


def test_what_succeeds_replaces_it(tmp_path):
    path = tmp_path / "result.csv"
    path.write_text("earlier")
    with replacing(path) as partial:
        partial.write_text("now")
        assert path.read_text() == "earlier"
    assert path.read_text() == "now"
    assert [*tmp_path.iterdir()] == [path]


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(IsADirectoryError, match="name a file"):
        check_writable(tmp_path)
    with pytest.raises(FileNotFoundError, match="make it first"):
        check_writable(tmp_path / "none" / "file")


def test_a_model_comes_back_as_it_was(tmp_path):
    model = LogisticRegression().fit([[0.0], [1.0], [2.0]], ["a", "b", "b"])
    save_model(model, tmp_path / "model")
    again = load_model(tmp_path / "model")
    assert again.predict_proba([[0.3]]).tolist() == model.predict_proba([[0.3]]).tolist()


def test_what_cannot_be_pickled_leaves_nothing(tmp_path):
    with pytest.raises(Exception, match="pickle"):
        save_model(lambda: None, tmp_path / "model")
    assert not [*tmp_path.iterdir()]


def test_other_files_are_no_models(tmp_path):
    path = tmp_path / "model"
    with pytest.raises(FileNotFoundError, match="train one first"):
        load_model(path)
    with pytest.raises(IsADirectoryError, match="is a folder: name the model file"):
        load_model(tmp_path)
    path.write_bytes(b"")
    with pytest.raises(ValueError, match="no whole model file"):
        load_model(path)
    save_model({"a": list(range(10000))}, path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match="no whole model file"):
        load_model(path)
    joblib.dump({"another": "pickle"}, path)
    with pytest.raises(ValueError, match="no model of sklearn_raters"):
        load_model(path)
