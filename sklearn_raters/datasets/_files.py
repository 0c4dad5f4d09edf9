"""Find the files of a corpus, with errors that name missing and damaged ones."""

import os
from pathlib import Path

from sklearn_raters._files import full_path, is_pointer
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import shorten

# Pointers have about 130 bytes; a file of a kilobyte is none.
_POINTER_SIZE = 1024


def existing_folder(path, what, remedy):
    """Return `path` as a Path with ``~`` expanded; raise if it is not a folder."""
    folder = full_path(path)
    if not folder.exists():
        raise FileNotFoundError(f"{what}: there is no folder {folder}; {remedy}.")
    if not folder.is_dir():
        raise NotADirectoryError(f"{what}: {folder} is a file, not a folder; {remedy}.")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise PermissionError(f"{what}: the folder {folder} may not be read; allow reading, or {remedy}.")
    return folder


def raise_for_pointers(sizes):
    """Raise InputError if audio files, as ``{path: size in bytes}``, are pointers of Git LFS."""
    pointers = [path for path, size in sizes.items() if size and size < _POINTER_SIZE and is_pointer(path)]
    if pointers:
        raise InputError(
            f"Audio files that Git LFS has not fetched ({len(pointers)}), only pointers to them: "
            f"{shorten(pointers, 5)}; run `git lfs pull` in their folder."
        )


def read_text(path):
    """Return the text of a file with plain line ends; bytes that are not UTF-8 are replaced."""
    return Path(path).read_text(encoding="utf-8-sig", errors="replace")


def visible_files(folder):
    """Return the files of a folder as ``{name: size in bytes}``, without hidden ones (``.name``)."""
    if not os.access(folder, os.R_OK | os.X_OK):
        raise PermissionError(f"The folder {folder} may not be read; allow reading it.")
    with os.scandir(folder) as entries:
        files = [entry for entry in entries if not entry.name.startswith(".") and entry.is_file()]
    return {file.name: file.stat().st_size for file in files}


def check_files(paths, remedy):
    """Check that audio files exist and are not empty.

    Parameters
    ----------
    paths : list of pathlib.Path
        Audio files of rated samples.
    remedy : str
        What the user can do, without a full stop.

    Returns
    -------
    list of str
        The paths.

    Raises
    ------
    FileNotFoundError
        If a file is missing.
    InputError
        If a file is empty or a pointer of Git LFS.
    """
    # One listing of each folder is far faster than a look at each file, above all on network drives.
    folders = {path.parent for path in paths}
    listings = {folder: visible_files(folder) for folder in folders if folder.is_dir()}
    sizes = {str(path): listings.get(path.parent, {}).get(path.name) for path in paths}
    missing = [path for path, size in sizes.items() if size is None]
    raise_for_audio(missing, [path for path, size in sizes.items() if size == 0], remedy)
    raise_for_pointers(sizes)
    return [str(path) for path in paths]


def raise_for_audio(missing, empty, remedy):
    """Raise if rated samples have no audio file or an empty one.

    Parameters
    ----------
    missing, empty : list of str
        Samples, or paths, without a file or with an empty one.
    remedy : str
        What the user can do, without a full stop.

    Raises
    ------
    FileNotFoundError
        If `missing` is not empty.
    InputError
        If `empty` is not empty.
    """
    if missing:
        raise FileNotFoundError(
            f"Rated samples without an audio file ({len(missing)}): {shorten(missing, 5)}; {remedy}."
        )
    if empty:
        raise InputError(f"Empty audio files, of 0 bytes ({len(empty)}): {shorten(empty, 5)}; {remedy}.")
