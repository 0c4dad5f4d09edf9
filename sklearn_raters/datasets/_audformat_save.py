"""Write a corpus as a database of audformat, the format of audb's corpora."""

from collections import Counter
from dataclasses import replace
from os import PathLike
from os.path import commonpath
from pathlib import Path

import numpy as np

from sklearn_raters._files import full_path
from sklearn_raters._sklearn_compat import checked_parameters
from sklearn_raters.datasets._audformat import import_audformat
from sklearn_raters.datasets._files import existing_folder
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import Task, is_missing_label, parse_ratings, ratings_to_long


def columns_of_raters(task):
    """Return {column: (rater, labels)}: further labels of a rater on a sample go into further columns."""
    votes = ratings_to_long(replace(task.votes, index=None))  # samples by number
    raters = votes["rater"].astype(str)
    turn = votes.groupby(["sample", "rater"], sort=False).cumcount() + 1
    mark = "."
    while raters.isin(further := raters[turn > 1] + mark + turn[turn > 1].astype(str)).any():
        mark += "."  # a rater is called like a further column of another one
    votes["column"] = raters.where(turn == 1, further)
    return {
        column: (str(rows["rater"].iloc[0]), dict(zip(rows["sample"], rows["label"], strict=True)))
        for column, rows in votes.groupby("column", sort=True)
    }


@checked_parameters(
    {"root": [str, PathLike, None], "name": [str], "scheme": [str], "license": [str, None], "source": [str]}
)
def save_audformat(corpus, root=None, *, name="corpus", scheme="emotion", source="", license=None):
    """Write a corpus beside its audio as a database of audformat.

    The table ``ratings`` has a column for each rater, and further ones for those who chose several labels
    of a sample; the column ``consensus`` is of a rater of the type "vote". The table ``files`` names
    the speakers and sessions.

    Parameters
    ----------
    corpus : sklearn.utils.Bunch
        Result of a loader of this package.
    root : str or path-like, default=None
        Folder of the database; it must hold all audio of the corpus. None takes the deepest folder that does.
    name : str, default="corpus"
        Name of the database.
    scheme : str, default="emotion"
        Name of the scheme of the ratings.
    source : str, default=""
        Source of the corpus.
    license : str, default=None
        Licence of the corpus.

    Returns
    -------
    audformat.Database
        The database, saved as ``db.yaml`` and CSV files.

    Raises
    ------
    ImportError
        If audformat is not installed.
    FileExistsError
        If the folder holds a database already.
    InputError
        If the folder does not hold all audio, two samples have the same audio, or a rater is called
        "consensus" or as another one, such as 1 and "1".

    See Also
    --------
    load_audformat : Read a database.

    Examples
    --------
    >>> from sklearn_raters.datasets import load_rated_audio, save_audformat
    >>> corpus = load_rated_audio("votes.csv", "recordings")  # doctest: +SKIP
    >>> save_audformat(corpus, "recordings", name="mine")  # doctest: +SKIP
    """
    audformat = import_audformat()
    paths = [path.parent.resolve() / path.name for path in map(full_path, corpus.X)]
    folder = Path(commonpath([path.parent for path in paths])) if root is None else full_path(root)
    folder = existing_folder(folder, "audformat", "name the folder that holds the audio").resolve()
    if outside := [path for path in paths if not path.is_relative_to(folder)]:
        raise InputError(
            f"{folder} does not hold {outside[0]} ({len(outside)} files); give a folder above as root."
        )
    if (folder / "db.yaml").exists():
        raise FileExistsError(f"{folder} holds a database already: delete its files, db.*, first.")
    files = [path.relative_to(folder).as_posix() for path in paths]
    if len(set(files)) < len(files):
        raise InputError(
            "Two samples of the corpus have the same audio file, which a table of files cannot hold."
        )
    task = Task(parse_ratings(corpus.Y, corpus.classes))
    agreed = [label for label in corpus.consensus if label is not None]
    known = list(dict.fromkeys([*corpus.classes, *task.classes, *agreed]))
    columns = columns_of_raters(task)
    if "file" in map(str, task.votes.raters):
        raise InputError("A rater is called 'file', as the column of files is: rename the rater.")
    called, times = Counter([*map(str, task.votes.raters), "consensus"]).most_common(1)[0]
    if times > 1:
        raise InputError(
            f"{called!r} would be the column of two raters, or of one and the consensus: rename it."
        )
    database = audformat.Database(name, source=source, license=license)
    # Among labels of its own, audformat does not find True and False again.
    is_bool = all(isinstance(label, bool | np.bool_) for label in known)
    database.schemes[scheme] = audformat.Scheme("bool") if is_bool else audformat.Scheme(labels=known)
    table = database["ratings"] = audformat.Table(audformat.filewise_index(files))
    for rater in dict.fromkeys(rater for rater, _ in columns.values()):
        database.raters[rater] = audformat.Rater("human")
    for column, (rater, labels) in columns.items():
        table[column] = audformat.Column(scheme_id=scheme, rater_id=rater)
        table[column].set([labels.get(row) for row in range(len(files))])
    database.raters["consensus"] = audformat.Rater("vote")
    table["consensus"] = audformat.Column(scheme_id=scheme, rater_id="consensus")
    table["consensus"].set(list(corpus.consensus))
    about = database["files"] = audformat.Table(audformat.filewise_index(files))
    for what in ("speaker", "session"):
        values = corpus.get(f"{what}s")
        if values is not None:
            values = list(map(str, values))
            database.schemes[what] = audformat.Scheme(labels=sorted(set(values)))
            about[what] = audformat.Column(scheme_id=what)
            about[what].set(values)
    # In a table of text, audformat takes a label or a speaker called NA for a missing one.
    texts = [value for scheme in database.schemes.values() for value in scheme.labels_as_list or ()]
    database.save(str(folder), storage_format="parquet" if any(map(is_missing_label, texts)) else "csv")
    return database
