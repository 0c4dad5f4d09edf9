"""Frames on disk: written whole or not at all, found again as they were, damage noticed."""

import numpy as np
import pandas as pd
import pytest

from sklearn_raters.exceptions import InputError
from sklearn_raters.features import load_frames, save_frames

RNG = np.random.default_rng(0)


def made(n_samples=20, n_features=5):
    return [RNG.normal(size=(length, n_features)).astype(np.float32) for length in range(1, n_samples + 1)]


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_what_was_saved_is_loaded_from_several_files(dtype, tmp_path, monkeypatch):
    monkeypatch.setattr("sklearn_raters.features._mapped._BYTES_A_FILE", 1000)
    samples = made()
    for found in (
        save_frames(iter(samples), tmp_path / "a" / "b", dtype=dtype),
        load_frames(tmp_path / "a" / "b"),
    ):
        assert isinstance(found, list)
        for frames, sample in zip(found, samples, strict=True):
            assert isinstance(frames, np.memmap)
            np.testing.assert_array_equal(frames, sample.astype(dtype))
    assert len(list((tmp_path / "a" / "b").glob("*.npy"))) > 2


def test_tables_are_written_with_their_columns_in_one_order(tmp_path):
    tables = [pd.DataFrame(np.arange(6.0).reshape(2, 3) + place, columns=list("abc")) for place in range(3)]
    turned = [tables[0], tables[1][["c", "a", "b"]], tables[2].to_numpy()]
    found = save_frames(turned, tmp_path / "frames")
    np.testing.assert_array_equal(np.concatenate(found), np.concatenate(tables))
    with pytest.raises(InputError, match=r"Sample 1 of X has the columns \['a', 'b', 'd'\]"):
        save_frames([tables[0], tables[1].rename(columns={"c": "d"})], tmp_path / "other")


@pytest.mark.parametrize(
    ("samples", "settings", "message"),
    [
        ([], {}, "There are no samples"),
        ([np.ones(3)], {}, r"Sample 0 is of type float64 and shape \(3,\)"),
        ([np.ones((2, 3)), np.ones((0, 3))], {}, r"Sample 1 .* shape \(0, 3\)"),
        ([np.ones((2, 3)), np.ones((2, 4))], {}, "Sample 1 has 4 features, but sample 0 has 3"),
        ([np.array([["a"]])], {}, "Sample 0 is of type <U1"),
        ([np.array([["2020-01-01"]], "M8[D]")], {}, "Sample 0 is of type datetime64"),
        (
            [np.ones((2, 3)), np.full((2, 3), 1e5)],
            {"dtype": "float16"},
            "Sample 1 has values up to 100000, too",
        ),
        ([np.ones((2, 3))], {"dtype": "int8"}, "dtype"),
        ([np.ones((2, 2)), np.array([[1.0, np.nan]])], {}, "Sample 1 holds nan in frame 0, feature 1"),
        ([np.array([[1.0, np.inf]])], {}, "Sample 0 holds inf in frame 0, feature 1"),
        (
            [np.ma.masked_array([[1.0]], [[True]])],
            {},
            "Sample 0 has 1 masked values: fill them, as by sample.filled",
        ),
        ([[[1.0], [1.0, 2.0]]], {}, "Sample 0 is no"),
        ([np.full((2, 3), 2**24 + 1)], {"dtype": "float16"}, "Sample 0 holds the integer 16777217, of which"),
        ([[[2**60 + 1, 0.5]]], {}, "Sample 0 holds the integer 1152921504606846977, of which float32"),
        (3, {}, "samples is a int"),
    ],
)
def test_what_cannot_be_saved_is_named_and_leaves_nothing_behind(samples, settings, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        save_frames(samples, tmp_path / "frames", **settings)
    assert not list(tmp_path.iterdir())


def test_an_interrupted_write_leaves_nothing_behind(tmp_path):
    def interrupted():
        yield from made()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save_frames(interrupted(), tmp_path / "frames")
    assert not list(tmp_path.iterdir())


def test_no_folder_is_overwritten(tmp_path):
    save_frames(made(), tmp_path / "frames")
    with pytest.raises(FileExistsError, match="is there already"):
        save_frames(made(), tmp_path / "frames")


def test_damage_is_noticed(tmp_path):
    folder = tmp_path / "frames"
    with pytest.raises(FileNotFoundError, match="name a folder that save_frames wrote"):
        load_frames(folder)
    save_frames(made(), folder)
    path = folder / "frames-00000.npy"
    content = path.read_bytes()
    for damaged in (content[:-1], content[:-5] + bytes([content[-5] ^ 1]) + content[-4:]):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match=r"frames-00000.npy was changed since it was written"):
            load_frames(folder)
    path.unlink()
    with pytest.raises(FileNotFoundError, match=r"frames-00000.npy is missing"):
        load_frames(folder)
    for text in ("{", "[]", "{}", '{"format": 1, "files": [3]}'):
        (folder / "frames.json").write_text(text)
        with pytest.raises(InputError, match=r"frames.json is damaged"):
            load_frames(folder)
    (folder / "frames.json").write_text('{"format": 9}')
    with pytest.raises(InputError, match="has format 9, but this version reads 1"):
        load_frames(folder)


def test_an_empty_folder_is_filled_and_not_replaced(tmp_path):
    before = tmp_path.stat().st_ino
    save_frames([np.ones((2, 3))], tmp_path)
    assert tmp_path.stat().st_ino == before
    assert [sample.shape for sample in load_frames(tmp_path)] == [(2, 3)]
