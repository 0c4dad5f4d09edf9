"""Read the ratings of a database of audformat, the format of audb's corpora."""

import warnings
from contextlib import contextmanager
from itertools import filterfalse
from os import PathLike
from textwrap import dedent

import numpy as np

from sklearn_raters._files import full_path
from sklearn_raters._optional import import_optional
from sklearn_raters._sklearn_compat import HasMethods, checked_parameters
from sklearn_raters.datasets._audformat_parts import cut_segments, sample_name
from sklearn_raters.datasets._emotion_corpus import check_no_agreement, choose_classes, corpus_bunch
from sklearn_raters.datasets._files import existing_folder
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import is_missing_label, shorten

# Types of raters whose columns hold the consensus, not the ratings of a person.
AGREED = ("vote", "truth")
# The usual scheme of speakers, which a database need not have.
_SPEAKER = "speaker"


def import_audformat():
    """Return the package audformat."""
    return import_optional("audformat", "Databases of audformat need the package audformat", "audformat")


@contextmanager
def deprecations_ignored():
    """Silence the deprecations that newer versions of pandas find in audformat's own code."""
    with warnings.catch_warnings():
        for category in (DeprecationWarning, FutureWarning):
            warnings.simplefilter("ignore", category)
        yield


def open_database(database):
    """Return a database and the folder of its files."""
    audformat = import_audformat()
    if isinstance(database, audformat.Database):
        if database.root is None:
            raise InputError(
                "The database has no folder (its root is None): save it first, or give its folder."
            )
        return database, full_path(database.root)
    remedy = "give the folder that holds db.yaml, or a database that audb.load returned"
    folder = existing_folder(database, "audformat", remedy)
    if not (folder / "db.yaml").is_file():
        raise FileNotFoundError(f"audformat: {folder} holds no db.yaml; {remedy}.")
    with deprecations_ignored():
        return audformat.Database.load(str(folder), load_data=True), folder


def columns_of(database, scheme, tables):
    """Yield (table's name, column's name, rater, index, values) of all columns of a scheme."""
    tables = list(database.tables if tables is None else tables)
    for what, given, known in (
        ("scheme", [scheme], database.schemes),
        ("tables", tables, database.tables),
    ):
        if unknown := [name for name in given if name not in known]:
            raise InputError(
                f"{what}: the database has no {shorten(unknown)}; it has {shorten(list(known), 20)}."
            )
    for name in tables:
        table = database[name]
        for column in table.columns:
            if table[column].scheme_id == scheme:
                with deprecations_ignored():
                    values, index = table[column].get().astype(object), table.index
                yield name, column, table[column].rater_id, index, values


def name_samples(index):
    """Return the samples of a table as (file, start in s, end in s or None)."""
    if index.nlevels == 1:
        return [(file, 0.0, None) for file in index]
    return [
        (file, start.total_seconds(), None if end is None or end != end else end.total_seconds())
        for file, start, end in index
    ]


def read_votes(database, scheme, tables):
    """Return a scheme's ratings as a long table, the consensus by sample, and the samples in order."""
    import pandas as pd

    rows, agreed, unnamed, order = [], {}, [], {}
    for table, column, rater, index, values in columns_of(database, scheme, tables):
        if rater is None:
            unnamed.append(f"{table}.{column}")
            continue
        keys = name_samples(index)
        named = [(key, value) for key, value in zip(keys, values, strict=True) if not pd.isna(value)]
        if database.raters[rater].type in AGREED:
            agreed |= dict(named)
        else:
            rows += [(key, rater, value) for key, value in named]
            order |= dict.fromkeys(keys)
    if not rows:
        hint = f"; the columns {shorten(unnamed)} name no rater" if unnamed else ""
        raise InputError(
            f"The scheme {scheme!r} has no ratings of single raters{hint}. Columns of ratings need a "
            f"rater_id whose rater is not of the type {' or '.join(AGREED)}; database.raters lists them."
        )
    votes = pd.DataFrame(rows, columns=["sample", "rater", "label"], dtype=object).drop_duplicates()
    rated = set(votes["sample"])
    return votes, agreed, [sample for sample in order if sample in rated]


def value_of_samples(database, scheme, samples):
    """Return the value of a scheme for each sample, from columns of its file or segment; None without any."""
    import pandas as pd

    if scheme == _SPEAKER and scheme not in database.schemes:
        return None
    found = {}
    for *_, index, values in columns_of(database, scheme, None):
        named = zip(name_samples(index), values, strict=True)
        found |= {sample: value for sample, value in named if not pd.isna(value)}
    if scheme == _SPEAKER and not found:
        return None
    values = [found.get(sample, found.get((sample[0], 0.0, None))) for sample in samples]
    if missing := [sample for sample, value in zip(samples, values, strict=True) if value is None]:
        raise InputError(
            f"The scheme {scheme!r} has no value for {missing[0][0]!r} ({len(missing)} samples)."
        )
    return np.array(values, dtype=object)


@checked_parameters(
    {
        "database": [str, PathLike, HasMethods("save")],
        "scheme": [str],
        "tables": ["array-like", None],
        "speaker": [str, None],
        "session": [str, None],
        "segments_dir": [str, PathLike, None],
        "classes": ["array-like", None],
        "label_map": [dict, None],
        "no_agreement": [str],
    }
)
def load_audformat(
    database,
    scheme="emotion",
    *,
    tables=None,
    speaker=_SPEAKER,
    session=None,
    segments_dir=None,
    classes=None,
    label_map=None,
    bins=None,
    no_agreement="keep",
    check_audio=True,
):
    """Load the ratings of single raters from a database of audformat.

    The ratings are the columns of the scheme that name a rater, in all tables. Columns whose rater is of the
    type "vote" or "truth" are the corpus' consensus. Two columns of one rater are two labels
    that the rater chose.

    Parameters
    ----------
    database : str, path-like or audformat.Database
        Folder that holds ``db.yaml``, or the database, such as ``audb.load("crema-d")``.
    scheme : str, default="emotion"
        Name of the scheme of the ratings.
    tables : sequence of str, default=None
        Tables to read. None takes all.
    speaker, session : str, default="speaker" and None
        Schemes of the speakers and of the groups that must not be split between folds; without a session, the
        groups are the speakers. There are none if the database has no scheme "speaker".
    segments_dir : str or path-like, default=None
        Folder to which samples that are parts of a file are written, as wav files.
    classes : sequence of str, default=None
        The classes to learn, labels after `label_map`. None takes all labels with votes, in the order
        of the scheme.
    label_map : dict, default=None
        From labels to classes; None as a class means "not rated".
    bins : dict, default=None
        Cuts the scores of a scale into classes, as in `sklearn_raters.ratings.parse_ratings`.
    no_agreement : {"keep", "drop"}, default="keep"
        Whether samples without a consensus are kept, with None as their consensus.
    check_audio : bool, default=True
        Whether audio that is missing or empty is an error. False leaves it to
        ``OpenSmileFrames(on_error="skip")`` to list it.

    Returns
    -------
    sklearn.utils.Bunch
        With these fields, one entry a rated file or segment:

        - ``X``: list of str, paths of the audio files;
        - ``Y``: DataFrame of shape (n_samples, n_raters), indexed by file, with start and end of
          a segment in s;
        - ``consensus``: object array, the database's consensus if it has one, otherwise the majority, None
          without one or where it is a label that no rater gave;
        - ``sessions``, ``speakers``: object arrays, or None;
        - ``classes``, ``label_map``: as parameters of the estimators;
        - ``DESCR``: str.

    Raises
    ------
    ImportError
        If audformat is not installed.
    FileNotFoundError
        If the folder, ``db.yaml`` or the audio of a sample is missing.
    InputError
        If there is no such scheme or table, no column of the scheme names a rater, a speaker is missing,
        samples are parts of a file and there is no `segments_dir`, an audio file is empty, or a part of a
        file cannot be read or holds no sound.

    Warns
    -----
    InputWarning
        If parts of files are shorter than the database says, because their file ends before, or, with
        ``check_audio=False``, if parts are not written, because their file cannot be read.

    See Also
    --------
    save_audformat : Write a corpus as a database.

    Examples
    --------
    >>> from sklearn_raters.datasets import load_audformat
    >>> corpus = load_audformat("~/my-database", "emotion")  # doctest: +SKIP
    """
    import pandas as pd

    check_no_agreement(no_agreement)
    database, folder = open_database(database)
    votes, agreed, samples = read_votes(database, scheme, tables)
    names = pd.Index(map(sample_name, samples), dtype=object, name="file")
    votes = votes.assign(sample=votes["sample"].map(sample_name))
    if bins is None:
        present, order = set(votes["label"]), database.schemes[scheme].labels_as_list
        # A label that the scheme names is one, although it reads "None".
        reading = {"classes": order} if order else {}
        order = order or sorted(filterfalse(is_missing_label, present))
        labels = [label for label in order if label in present]
        # Some databases write "no agreement" as a label, which is no class.
        found = [label if label in present else None for label in map(agreed.get, samples)]
        consensus = np.array(found, dtype=object) if agreed else None
    else:
        labels, consensus, reading = list(dict.fromkeys(bins["names"])), None, {"bins": bins}
    classes, label_map = choose_classes(labels, labels, classes, label_map)
    speakers = None if speaker is None else value_of_samples(database, speaker, samples)
    sessions = speakers if session is None else value_of_samples(database, session, samples)
    about = pd.DataFrame({"X": cut_segments(samples, folder, segments_dir, check_audio)}, index=names)
    given = {"speakers": speakers, "sessions": sessions}
    about = about.assign(**{name: values for name, values in given.items() if values is not None})

    def describe(bunch):
        return dedent(f"""\
            {database.name}: the scheme {scheme!r} of a database of audformat in {folder}.

            {len(bunch.X)} samples, {bunch.Y.shape[1]} raters, {len(votes)} votes.
            Source: {database.source or "not known"}; licence: {database.license or "not known"}.
            """)

    return corpus_bunch(
        votes,
        about,
        classes=classes,
        label_map=label_map,
        no_agreement=no_agreement,
        describe=describe,
        consensus=consensus,
        reading=reading,
        **{name: None for name, values in given.items() if values is None},
    )
