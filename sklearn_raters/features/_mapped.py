"""Frames on disk: write them into files, and read them as memory-mapped arrays."""

import json
import os
import shutil
import uuid
import zlib
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from sklearn_raters._files import full_path
from sklearn_raters._forms import refuse_rounding
from sklearn_raters._sklearn_compat import StrOptions, checked_parameters
from sklearn_raters.exceptions import InputError
from sklearn_raters.sequences import by_names

# Names the files and counts the frames of each sample. Raise `_FORMAT` when older folders cannot be read.
_INDEX, _FORMAT = "frames.json", 1
# A file holds as many samples as fit into this many bytes, and at least one.
_BYTES_A_FILE = 2**26


@checked_parameters({"folder": [str, os.PathLike], "dtype": [StrOptions({"float32", "float16"})]})
def save_frames(samples, folder, *, dtype="float32"):
    """Write frames into a folder, without having all of them in memory.

    A network reads them from there a batch at a time, so that they may be larger than the memory.

    Parameters
    ----------
    samples : iterable of array-like of shape (n_frames_i, n_features)
        The samples; a generator makes each one when it is written. The columns of tables are brought into the
        order that they have in the first one.
    folder : str or path-like
        Folder to make; ``~`` is expanded.
    dtype : {"float32", "float16"}, default="float32"
        Number format. float16 halves the size and keeps three digits of values from 6e-5 to 65504; smaller
        ones lose some or all.

    Returns
    -------
    list of memmap of shape (n_frames_i, n_features)
        The samples, memory-mapped, as `load_frames` returns them.

    Raises
    ------
    FileExistsError
        If the folder is there already and not empty.
    InputError
        If there are no samples, a sample is not 2-D or has other features than the first, a value is too
        large for float16, or an integer has more digits than float32 keeps.
    OSError
        If the folder cannot be written. What was written is deleted.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> from sklearn_raters.features import load_frames, save_frames
    >>> folder = pathlib.Path(tempfile.mkdtemp()) / "frames"
    >>> samples = save_frames((np.full((length, 45), length) for length in (3, 5)), folder)
    >>> [sample.shape for sample in load_frames(folder)]
    [(3, 45), (5, 45)]
    """
    try:
        samples = iter(samples)
    except TypeError as error:
        raise InputError(
            f"samples is a {type(samples).__name__}: give (n_frames, n_features) arrays."
        ) from error
    return write_folder(samples, full_path(folder), dtype, {})


@checked_parameters({"folder": [str, os.PathLike]})
def load_frames(folder):
    """Read frames that `save_frames` or ``OpenSmileFrames(out=folder)`` wrote.

    Parameters
    ----------
    folder : str or path-like
        The folder; ``~`` is expanded.

    Returns
    -------
    list of memmap of shape (n_frames_i, n_features), float32 or float16
        The samples, memory-mapped and read-only: a frame is read when it is used. A copy of the list in
        another process reads the same files if joblib makes it; pickle writes all frames.

    Raises
    ------
    FileNotFoundError
        If the folder or one of its files is missing.
    InputError
        If a file was changed since it was written, or is of another format.

    Examples
    --------
    See `save_frames`.
    """
    return read_folder(full_path(folder))[0]


def write_folder(samples, folder, dtype, about):
    """Write frames and notes about them, completely or not at all.

    Parameters
    ----------
    samples : iterable of array-like of shape (n_frames_i, n_features)
        The samples; those in the entry "errors" of `about` hold NaN.
    folder : Path
        Folder to make.
    dtype : {"float32", "float16"}
        Number format.
    about : dict
        Notes in the form of JSON, which may change until the last sample is written.

    Returns
    -------
    list of memmap
        The samples.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"{folder} is there already: name another folder, or delete it.")
    partial = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}.partial")
    with _writing(folder):
        partial.mkdir(parents=True)
    try:
        files = []
        for some in _by_file(samples, dtype, about.get("errors", {})):
            with _writing(folder):
                files.append(_write_file(some, partial, len(files)))
        if not files:
            raise InputError("There are no samples to save: give at least one (n_frames, n_features) array.")
        index = {"format": _FORMAT, "dtype": dtype, "files": files, "about": about}
        with _writing(folder):
            (partial / _INDEX).write_text(json.dumps(index), encoding="utf-8")
            _move(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return read_folder(folder)[0]


def _move(partial, folder):
    """Give a complete folder its name; if there is an empty one, which a process may be in, fill that."""
    if not folder.exists():
        os.replace(partial, folder)
        return
    for path in sorted(partial.iterdir(), key=lambda path: path.name == _INDEX):  # the index comes last
        os.replace(path, folder / path.name)


def read_folder(folder):
    """Read what `write_folder` wrote.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    samples : list of memmap
        The samples.
    about : dict
        The notes.
    """
    path = folder / _INDEX
    if not path.is_file():
        raise FileNotFoundError(f"There is no {path}: name a folder that save_frames wrote.")
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
        if index["format"] != _FORMAT:
            raise InputError(
                f"{folder} has format {index['format']}, but this version reads {_FORMAT}: write it again."
            )
        return [sample for file in index["files"] for sample in _read_file(folder, file)], index["about"]
    except (ValueError, LookupError, TypeError, AttributeError, OSError) as error:
        if isinstance(error, InputError | FileNotFoundError):
            raise
        raise InputError(f"{path} is damaged ({error}): delete {folder} and write it again.") from error


@contextmanager
def _writing(folder):
    try:
        yield
    except OSError as error:
        raise OSError(
            f"{folder} cannot be written ({error.strerror or error}): free space, allow writing, or name "
            "another folder."
        ) from error


def _by_file(samples, dtype, skipped):
    """Yield lists of checked samples, each for one file; those skipped hold NaN."""
    some, n_bytes, n_features, names = [], 0, None, None
    for index, sample in enumerate(samples):
        sample, names = by_names(sample, index, names)
        frames = _converted(sample, index, dtype, index in skipped)
        n_features = n_features or frames.shape[1]
        if frames.shape[1] != n_features:
            raise InputError(
                f"Sample {index} has {frames.shape[1]} features, but sample 0 has {n_features}. Extract all "
                "samples with the same settings."
            )
        if some and n_bytes + frames.nbytes > _BYTES_A_FILE:
            yield some
            some, n_bytes = [], 0
        some.append(frames)
        n_bytes += frames.nbytes
    if some:
        yield some


def _converted(sample, index, dtype, is_skipped):
    if np.ma.is_masked(sample):
        raise InputError(
            f"Sample {index} has {np.ma.count_masked(sample)} masked values: fill them, as by "
            "sample.filled(0), or leave the sample out."
        )
    try:
        given, sample = sample, np.asarray(sample)
    except ValueError as error:
        raise InputError(f"Sample {index} is no (n_frames, n_features) array: {error}.") from error
    if sample.ndim != 2 or sample.size == 0 or sample.dtype.kind not in "biuf":
        raise InputError(
            f"Sample {index} is of type {sample.dtype} and shape {sample.shape}; expected numbers of shape "
            "(n_frames, n_features)."
        )
    if not is_skipped and not np.isfinite(sample).all():
        frame, feature = np.argwhere(~np.isfinite(sample))[0]
        raise InputError(
            f"Sample {index} holds {sample[frame, feature]} in frame {frame}, feature {feature}: repair it, "
            "or leave the sample out."
        )
    refuse_rounding(given, np.float32, f"Sample {index}")
    with np.errstate(over="ignore"):
        frames = np.ascontiguousarray(sample, dtype=dtype)
    if np.isinf(frames).any():
        raise InputError(
            f"Sample {index} has values up to {np.abs(sample).max():.6g}, too large for {dtype}: scale the "
            "features first, or give dtype='float32'."
        )
    return frames


def _write_file(samples, folder, number):
    """Write samples into one .npy file and return what the index says about it."""
    name = f"frames-{number:05}.npy"
    np.save(folder / name, np.concatenate(samples))
    return {"name": name, "lengths": [len(sample) for sample in samples], "crc32": _checksum(folder / name)}


def _read_file(folder, file):
    path = folder / Path(file["name"]).name
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: delete {folder} and write it again.")
    if _checksum(path) != file["crc32"]:
        raise InputError(f"{path} was changed since it was written: delete {folder} and write it again.")
    frames = np.load(path, mmap_mode="r")
    ends = np.cumsum(file["lengths"])
    if frames.ndim != 2 or len(frames) != ends[-1]:
        raise InputError(f"{path} holds {frames.shape} frames, not {ends[-1]}: write {folder} again.")
    return np.split(frames, ends[:-1])


def _checksum(path):
    checksum = 0
    with open(path, "rb") as file:
        while block := file.read(2**20):
            checksum = zlib.crc32(block, checksum)
    return checksum
