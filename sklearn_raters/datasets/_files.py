"""Find a corpus' files on disk, and say clearly which are missing."""

import os
from pathlib import Path

# fmt: off
AUDIO_EXTENSIONS = frozenset({
    ".aac", ".aif", ".aiff", ".au", ".flac", ".m4a", ".mp3", ".mp4", ".oga", ".ogg", ".opus",
    ".wav", ".webm", ".wma",
})
# fmt: on


def existing_folder(path, what, remedy):
    """Return ``path`` as a Path with ``~`` expanded; raise where no such folder exists."""
    folder = Path(path).expanduser()
    if not folder.exists():
        raise FileNotFoundError(f"{what}: there is no folder {folder}; {remedy}.")
    if not folder.is_dir():
        raise NotADirectoryError(f"{what}: {folder} is a file, not a folder; {remedy}.")
    return folder


def existing_file(path, what, remedy):
    """Return ``path`` as a Path with ``~`` expanded; raise where it is no file or is empty."""
    file = Path(path).expanduser()
    if not file.is_file():
        raise FileNotFoundError(f"{what}: there is no file {file}; {remedy}.")
    if file.stat().st_size == 0:
        raise ValueError(f"{what}: {file} is empty (0 bytes); {remedy}.")
    with file.open("rb") as opened:
        if opened.read(26) == b"version https://git-lfs.gi":
            raise ValueError(f"{what}: {file} is a Git LFS pointer, not the file itself; run `git lfs pull`.")
    return file


def read_text(path):
    """Return a text file's content with plain line ends; stray bytes in comments do no harm."""
    return Path(path).read_text(encoding="utf-8-sig", errors="replace")


def first_few(names, n_shown=5):
    """Return the first names as one line, and how many more there are."""
    names = [str(name) for name in names]
    more = len(names) - n_shown
    return ", ".join(names[:n_shown]) + (f" and {more} more" if more > 0 else "")


def visible_files(folder):
    """Return the folder's files as ``{name: size in bytes}``, left-overs (``.name``) skipped."""
    with os.scandir(folder) as entries:
        return {
            entry.name: entry.stat().st_size
            for entry in entries
            if not entry.name.startswith(".") and entry.is_file()
        }


def require_audio(missing, empty, remedy):
    """Raise where a rated utterance has no audio file, or one of 0 bytes.

    Parameters
    ----------
    missing, empty : list of str
        The utterances, or the paths, concerned.
    remedy : str
        What the user can do, without a full stop.

    Raises
    ------
    FileNotFoundError
        If ``missing`` is not empty.
    ValueError
        If ``empty`` is not empty.
    """
    if missing:
        raise FileNotFoundError(
            f"Rated utterances without an audio file ({len(missing)}): {first_few(missing)}; {remedy}."
        )
    if empty:
        raise ValueError(f"Empty audio files, of 0 bytes ({len(empty)}): {first_few(empty)}; {remedy}.")
