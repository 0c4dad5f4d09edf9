"""Find the audio files that names mean: paths or bare names, as another system may spell them."""

import os
import posixpath
import re
import unicodedata
from pathlib import PurePath
from urllib.parse import parse_qs, unquote, urlsplit

from sklearn_raters.datasets._files import existing_folder, raise_for_audio, raise_for_pointers, visible_files
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import shorten

EXTENSIONS = ["aac", "aif", "aifc", "aiff", "au", "caf", "flac", "m4a", "mp3", "mp4", "oga", "ogg"]
EXTENSIONS += ["opus", "sph", "w64", "wav", "webm", "wma"]


def as_given(name):
    """Return the name itself."""
    return name


def in_one_form(name):
    """Return a name with / between folders, without ``./``, and with accents composed."""
    return unicodedata.normalize("NFC", posixpath.normpath(name.strip().replace("\\", "/")))


def in_any_case(name):
    """Return a name in one form, in lower case."""
    return unicodedata.normalize("NFC", in_one_form(name).casefold())


# From the exact spelling to the loosest; the first one that finds a file counts.
SPELLINGS = (as_given, in_one_form, in_any_case)


def list_audio(folder, extension):
    """Return the audio files in a folder, at any depth.

    Parameters
    ----------
    folder : pathlib.Path
        The folder. Hidden files and folders, whose names begin with ``.``, are skipped; linked folders are
        listed once.
    extension : str or None
        Extension of the files to take, with or without the dot. None takes all known extensions.

    Returns
    -------
    dict
        ``{path below the folder, with /: size in bytes}``.
    """
    wanted = EXTENSIONS if extension is None else [extension.lstrip(".").lower()]
    sizes, linked, root = {}, set(), PurePath(os.path.realpath(folder))
    for parent, inner, _ in os.walk(folder, followlinks=True):
        visible = sorted(name for name in inner if not name.startswith("."))
        inner[:] = [name for name in visible if _is_new(os.path.join(parent, name), root, linked)]
        for name, size in sorted(visible_files(parent).items()):
            path = PurePath(os.path.relpath(os.path.join(parent, name), folder))
            if path.suffix[1:].lower() in wanted:
                sizes[path.as_posix()] = size
    return sizes


def _is_new(folder, root, linked):
    """Return whether a folder is no link, or one to what is not listed yet, which is added to `linked`."""
    if not os.path.islink(folder):
        return True
    target = PurePath(os.path.realpath(folder))
    inside = target.is_relative_to(root) and not any(
        part.startswith(".") for part in target.relative_to(root).parts
    )
    around = any(one.is_relative_to(target) for one in (root, *linked))
    if inside or around or any(target.is_relative_to(one) for one in linked):
        return False
    linked.add(target)
    return True


def index_names(paths):
    """Index audio files by the names that they may have in a table.

    Parameters
    ----------
    paths : iterable of str
        Paths of the files, with /.

    Returns
    -------
    list of (callable, dict, dict)
        For each of `SPELLINGS`: the spelling, the paths by the spelling of the whole path, and the paths by
        that of other names: the path without extension, and the file's name with and without extension.
    """
    levels = []
    for spell in SPELLINGS:
        by_path, by_name = {}, {}
        for path in paths:
            file = PurePath(path)
            by_path.setdefault(spell(path), []).append(path)
            for name in {spell(file.with_suffix("").as_posix()), spell(file.name), spell(file.stem)}:
                by_name.setdefault(name, []).append(path)
        levels.append((spell, by_path, by_name))
    return levels


def names_of_address(name):
    """Return the names that a web address may have below a folder, the longest first; none if it is none.

    Annotation tools serve their audio: Label Studio as ``/data/local-files/?d=clips/a.wav``, or uploaded as
    ``/data/upload/1/<8 digits>-a.wav``; others as ``s3://bucket/clips/a.wav``.
    """
    if "://" not in name and not name.startswith("/data/"):
        return []
    if name.strip().lower().startswith(("http://", "https://", "/data/")):
        address = urlsplit(name.strip())
        path = parse_qs(address.query).get("d", [unquote(address.path)])[0]
        tails = _tails(path)
        if path.startswith("/data/upload/") and re.match(r"[0-9a-f]{8}-.", tails[-1]):
            tails.append(tails[-1][9:])
        return tails
    key = name.strip().partition("://")[2]  # in a bucket: # and % may be parts of a name
    return [*_tails(key), *_tails(unquote(re.sub(r"\?\w+=.*", "", key)))]


def _tails(path):
    """Return the ends of a path, the longest first."""
    parts = [part for part in path.split("/") if part]
    return ["/".join(parts[start:]) for start in range(len(parts))]


def is_audio(name):
    """Return whether a name, path or web address ends as an audio file does."""
    tails = [name, *names_of_address(name)]
    return any(PurePath(tail).suffix[1:].lower() in EXTENSIONS for tail in tails)


def find_files(name, levels, folder):
    """Return the files that a name may mean; a web address may mean the file at the end of its path."""
    return next(filter(None, (_find(one, levels, folder) for one in (name, *names_of_address(name)))), [])


def _find(name, levels, folder):
    """Return the files that a name may mean, in the closest spelling, by whole paths before other names."""
    for spell, by_path, by_name in levels:
        spelt = spell(name)
        inside = spelt.removeprefix(f"{spell(folder.as_posix())}/")
        # A path is not ambiguous, even if another file in another folder has the same name.
        if found := by_path.get(inside) or by_name.get(inside):
            return found
    return []


def match_audio(samples, sizes, folder, *, checked, remedy=None):
    """Return the path of each sample below the folder; raise if it is not unique or, if checked, missing."""
    levels = index_names(sizes)
    found = {name: find_files(name, levels, folder) for name in samples}
    if not checked:
        found = {name: paths or [name] for name, paths in found.items()}
    missing = [name for name, paths in found.items() if not paths]
    paths = [paths[0] for paths in found.values() if paths]
    named = "name them as the table does (with or without folder and extension), or drop these rows"
    empty = [path for path in paths if checked and not sizes[path]]
    raise_for_audio(missing, empty, remedy or f"put the files below {folder}, {named}")
    if checked:
        raise_for_pointers({str(folder / path): sizes[path] for path in paths})
    if ambiguous := [f"{name} ({shorten(paths, 3)})" for name, paths in found.items() if len(paths) > 1]:
        raise InputError(
            f"Samples that fit several audio files ({len(ambiguous)}): {'; '.join(ambiguous[:5])}. Name "
            f"them by their path below {folder}, or choose one extension by extension=."
        )
    first = {}
    for sample, path in zip(samples, paths, strict=True):
        if first.setdefault(path, sample) != sample:
            raise InputError(
                f"The samples {first[path]!r} and {sample!r} are the same audio file {path}; "
                "use one name for each file in the table."
            )
    return paths


def find_audio(samples, audio_dir, *, extension=None, check_audio=True):
    """
    Find the audio files of samples in a folder, at any depth.

    Parameters
    ----------
    samples : iterable of str
        Names of the samples: paths below the folder or names of files, with or without extension, as
        `load_rated_audio` takes them.
    audio_dir : str or path-like
        The folder; ``~`` is expanded.
    extension : str or None, default=None
        Extension of the files to take; None takes all known extensions.
    check_audio : bool, default=True
        Whether audio that is missing or empty is an error.

    Returns
    -------
    paths : list of str
        The files, in the order of the samples; of a missing one, where it was looked for.
    left_out : int
        Number of audio files in the folder that are of no sample.

    Raises
    ------
    FileNotFoundError
        If the folder or a file is missing.
    InputError
        If a sample fits several files, two samples fit one, or a file is empty.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from sklearn_raters.datasets import find_audio
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> for name in ("a.wav", "b.wav", "c.wav"):
    ...     _ = (folder / name).write_bytes(b"RIFF")
    >>> paths, left_out = find_audio(["b", "a"], folder)
    >>> [pathlib.Path(path).name for path in paths], left_out
    (['b.wav', 'a.wav'], 1)
    """
    folder = existing_folder(audio_dir, "The audio", "give the folder that holds the audio files")
    sizes = list_audio(folder, extension)
    paths = match_audio([str(name) for name in samples], sizes, folder, checked=check_audio)
    return [str(folder / path) for path in paths], len(sizes.keys() - set(paths))


def audio_below(folder, names, checked, remedy=None):
    """Return the wav file of each name, in the corpus' folder of audio if there is one, at any depth.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the corpus; its audio lies in ``Audios``, ``Audio``, ``AudioWAV`` or anywhere in it.
    names : iterable of str
        Names of the files, with or without extension.
    checked : bool
        Whether missing and empty files are an error.
    remedy : str or None, default=None
        What the user can do then, without a full stop, in place of putting the files there.

    Returns
    -------
    list of str
        The paths; of a file that is missing, where it was looked for.
    """
    places = [folder / name for name in ("Audios", "Audio", "AudioWAV") if (folder / name).is_dir()]
    place = places[0] if places else folder
    sizes = list_audio(place, "wav")
    paths = match_audio(list(names), sizes, place, checked=checked, remedy=remedy)
    return [str(place / path) if path in sizes else f"{(place / path).with_suffix('')}.wav" for path in paths]
