"""The files that a command reads: the audio of ``predict`` with its speakers; no result may replace them."""

import os
import sys
from pathlib import Path

from sklearn_raters._files import full_path
from sklearn_raters.datasets import list_audio
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import read_text_table, shorten

TABLES = {".csv": False, ".tsv": True}  # whether tabs separate the cells


def find_files(given):
    """
    List the audio files that the command names.

    Parameters
    ----------
    given : list of str
        Audio files; folders, whose audio is taken at any depth; tables with the column "file" and, if known,
        "speaker"; and "-" for a path in each line of standard input. Paths in a table start from its folder.

    Returns
    -------
    files : list of str
        Paths.
    speakers : list of str or None
        The speaker of each file, None where no table names it.

    Raises
    ------
    InputError
        If a folder or a table holds no audio file, or a table has no column "file".
    """
    files, speakers = [], []
    for name in given:
        path = full_path(name) if name != "-" else None
        if path is None:
            found = [(line.strip(), None) for line in sys.stdin if line.strip()]
        elif path.is_dir():
            found = [(str(Path(name) / inner), None) for inner in list_audio(path, None)]
        elif path.suffix.lower() in TABLES:
            found = _files_in_table(path)
        else:
            found = [(name, None)]
        if not found:
            where = "Standard input names" if path is None else f"{name} holds"
            raise InputError(
                f"{where} no audio file: give audio files, folders of audio, or tables of files."
            )
        files += [file for file, _ in found]
        speakers += [speaker for _, speaker in found]
    return files, speakers


def check_results(files, options, read=(), renewed=None):
    """
    Check, before any work, that no result would replace another one or what the command reads.

    Parameters
    ----------
    files : dict
        Paths of the results, by what they hold.
    options : argparse.Namespace
        The options, of which --ratings, --config, --audio and --root are read.
    read : iterable of str, default=()
        Further files that are read.
    renewed : dict or None, default=None
        Files that are read and may be replaced by the result that holds the same, such as a model.

    Raises
    ------
    InputError
        If two results have the same file, or a result would replace a file that is read.
    """
    if len(set(files.values())) < len(files):
        raise InputError(f"Two results have the same file: {shorten(list(map(str, files.values())))}.")
    given = [getattr(options, name, None) for name in ("ratings", "config")]
    sources = {full_path(path).resolve() for path in (*given, *read) if path not in (None, "-")}
    renewed = {"settings": getattr(options, "config", None), **(renewed or {})}
    folders = [getattr(options, name, None) for name in ("audio", "root")]
    for what, path in files.items():
        whole = full_path(path).resolve()
        inside = any(whole.is_relative_to(full_path(folder).resolve()) for folder in folders if folder)
        # The settings may be written over the --config of their own run, which they repeat.
        own = renewed.get(what)
        is_source = whole in sources and (own is None or whole != full_path(own).resolve())
        heard = inside and whole.exists() and whole.name in list_audio(whole.parent, None)
        if heard or is_source:
            raise InputError(
                f"The {what} would be written over {path}, which this command reads: give another name."
            )


def _files_in_table(path):
    """Return the pairs of file and speaker in a table."""
    table = read_text_table(path, TABLES[path.suffix.lower()]).fillna("")
    headings = [str(name).strip().lower() for name in table.columns]
    if twice := [name for name in ("file", "speaker") if headings.count(name) > 1]:
        raise InputError(f"{path} has {headings.count(twice[0])} columns {twice[0]!r}: leave one of them.")
    columns = dict(zip(headings, table.columns, strict=True))
    if "file" not in columns:
        raise InputError(
            f"{path} has no column 'file' but {shorten(list(table.columns))}: a table for predict has a row "
            "for each file, with its path in the column 'file' and, if known, its 'speaker'."
        )
    names = table[columns["file"]].str.strip()
    speakers = table[columns["speaker"]].str.strip() if "speaker" in columns else [""] * len(table)
    rows = [(name, speaker or None) for name, speaker in zip(names, speakers, strict=True) if name]
    return [(str(_file_of(path.parent, name)), speaker) for name, speaker in rows]


def _file_of(folder, name):
    """Return the file that a table in a folder names, with / for backslashes if there is none otherwise."""
    file = folder / Path(name).expanduser()
    if "\\" in name and not os.path.exists(file):
        return _file_of(folder, name.replace("\\", "/"))
    return file


def name_speakers(files, of_tables, options):
    """
    Return the speaker of each file.

    Parameters
    ----------
    files : list of str
        Paths.
    of_tables : list of str or None
        Speakers that tables name.
    options : argparse.Namespace
        The options of ``predict``: `speakers` and `speaker`.

    Returns
    -------
    list of str or None
        The speakers, None for one of whom nothing but the file is known.

    Raises
    ------
    InputError
        If two folders have the name that is taken as that of a speaker.
    """
    if options.speaker is not None:
        names = [options.speaker] * len(files)
    elif options.speakers == "folder":
        names = _names_of_folders(files)
    else:
        names = ["speaker of all files" if options.speakers == "one" else None] * len(files)
    return [named or name for named, name in zip(of_tables, names, strict=True)]


def _names_of_folders(files):
    parents = [full_path(file).parent for file in files]
    paths = {}
    for parent in parents:
        if paths.setdefault(parent.name, parent) != parent:
            raise InputError(
                f"Two folders are called {parent.name}, {paths[parent.name]} and {parent}: with --speakers "
                "folder, a folder has the name of its speaker. Predict them in two calls, or name the "
                "speakers in a table."
            )
    return [parent.name for parent in parents]
