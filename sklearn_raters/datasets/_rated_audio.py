"""Any rated audio: a long table, one row a vote, beside a folder of audio files."""

import os
from pathlib import Path, PurePath

from sklearn.utils import Bunch

from sklearn_raters.consensus import hard_labels
from sklearn_raters.datasets._files import (
    AUDIO_EXTENSIONS,
    existing_file,
    existing_folder,
    first_few,
    require_audio,
    visible_files,
)
from sklearn_raters.ratings import Task, ratings_from_long

# What exports write into an empty cell; "None" is not among them, since raters answer it.
MISSING_LABELS = ["", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "null"]

DESCRIPTION = """Rated audio from {audio_dir}.

{n_samples} samples, {n_raters} raters, {n_votes} votes, labels {labels}.
{n_unlabelled} rows of the table without a label count as not rated.
{n_unrated} audio files in the folder have no ratings and were left out.
Must not be split between folds: {split}.
"""


def read_table(path, label, names):
    """Read a CSV or TSV file of ratings; the columns ``names`` stay text."""
    import pandas as pd

    file = existing_file(path, "The ratings table", "give a DataFrame or a CSV or TSV file")
    suffixes = {suffix.lower() for suffix in file.suffixes}
    separator = "\t" if suffixes & {".tsv", ".tab"} else ","
    try:
        table = pd.read_csv(
            file,
            sep=separator,
            encoding="utf-8-sig",
            # 010270117 is no number, and a file or a rater may be called NA or None.
            dtype=dict.fromkeys(names, str),
            na_values={label: MISSING_LABELS} | {name: [""] for name in names},
            keep_default_na=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise ValueError(
            f"The ratings table {file} cannot be read as text separated by {separator!r}: "
            f"{error}. Read it by pandas and give the DataFrame."
        ) from error
    if label in table and table[label].dtype.kind == "f" and (table[label].dropna() % 1 == 0).all():
        # One empty cell makes floats of integers, and class 1 would be called 1.0.
        table[label] = table[label].astype("Int64")
    return table


def require_columns(table, wanted, source):
    """Raise where the table is empty or lacks a column; ``wanted`` is {argument: column}."""
    missing = {argument: name for argument, name in wanted.items() if name not in table.columns}
    if missing:
        lacks = ", ".join(f"{argument}={name!r}" for argument, name in missing.items())
        raise ValueError(
            f"The ratings table{source} has no column for {lacks}; its columns are "
            f"{', '.join(map(repr, table.columns))}. Name the right ones by these arguments."
        )
    if not len(table):
        raise ValueError(f"The ratings table{source} has no rows: there are no ratings to load.")


def file_names(names, column):
    """Return the sample names as text, to be looked up among the files' names."""
    if names.isna().any():
        row = names.index[names.isna()][0]
        raise ValueError(f"Row {row!r} of the ratings table names no sample in column {column!r}.")
    return names.map(str)


def index_audio(folder, extension):
    """Return the folder's audio, at any depth.

    Parameters
    ----------
    folder : pathlib.Path
        Where to look; left-overs whose names begin with ``.`` are skipped.
    extension : str or None
        The only extension to take, with or without the dot, or None for all known ones.

    Returns
    -------
    sizes : dict
        ``{path below the folder, with /: size in bytes}``.
    by_name : dict
        ``{name: list of such paths}`` where a name is the path or the file's name, each with
        and without its extension.
    """
    wanted = AUDIO_EXTENSIONS if extension is None else {f".{extension.lstrip('.').lower()}"}
    sizes, by_name = {}, {}
    for parent, inner, _ in os.walk(folder):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name, size in sorted(visible_files(parent).items()):
            path = PurePath(os.path.relpath(os.path.join(parent, name), folder))
            if path.suffix.lower() not in wanted:
                continue
            sizes[path.as_posix()] = size
            for key in {path.as_posix(), path.with_suffix("").as_posix(), path.name, path.stem}:
                by_name.setdefault(key, []).append(path.as_posix())
    return sizes, by_name


def match_audio(samples, sizes, by_name, folder):
    """Return each sample's path below the folder; raise where it is missing or not unique."""
    paths, missing, ambiguous = [], [], []
    for sample in samples:
        # A whole path is never ambiguous, even where it is also another file's bare name.
        found = [sample] if sample in sizes else by_name.get(sample, [])
        if len(found) > 1:
            ambiguous.append(f"{sample} ({first_few(found, 3)})")
        elif not found:
            missing.append(sample)
        paths.extend(found[:1])
    require_audio(
        missing,
        [path for path in paths if not sizes[path]],
        f"put the files below {folder}, name them as the table does (with or without folder and "
        "extension), or drop these rows",
    )
    if ambiguous:
        raise ValueError(
            f"{len(ambiguous)} samples fit several audio files: {first_few(ambiguous)}. Name "
            f"them by their path below {folder}, or choose one extension by extension=."
        )
    first = {}
    for sample, path in zip(samples, paths, strict=True):
        if first.setdefault(path, sample) != sample:
            raise ValueError(
                f"The samples {first[path]!r} and {sample!r} are the same audio file {path}; "
                "write one name for one file in the table."
            )
    return paths


def one_a_sample(table, sample, column):
    """Return each sample's one value of a column, in the samples' order of appearance."""
    pairs = table[[sample, column]].drop_duplicates()
    if pairs[column].isna().any():
        named = pairs.loc[pairs[column].isna(), sample]
        raise ValueError(
            f"Column {column!r} of the ratings table is empty for the samples {first_few(named)}; "
            "fill it in every row."
        )
    double = pairs[sample].duplicated()
    if double.any():
        name = pairs.loc[double, sample].iloc[0]
        values = pairs.loc[pairs[sample] == name, column]
        raise ValueError(
            f"Column {column!r} of the ratings table gives sample {name!r} several values: "
            f"{first_few(values)}. A sample has one."
        )
    return pairs[column].to_numpy(dtype=object)


def load_rated_audio(
    table,
    audio_dir,
    *,
    sample="sample",
    rater="rater",
    label="label",
    speaker=None,
    session=None,
    extension=None,
):
    """Load audio files with the ratings of a long table, one row a vote.

    This is the form that crowdsourcing platforms export. Several rows of one rater on one
    sample are several labels chosen; a row without a label counts as not rated.

    Parameters
    ----------
    table : DataFrame, str or path-like
        The votes, or a CSV file of them (a name with ``.tsv`` or ``.tab`` is read as
        tab-separated). From a file, sample, rater, speaker and session are read as text, and
        labels such as NA, NaN or null count as missing.
    audio_dir : str or path-like
        The folder that holds the audio, at any depth; ``~`` is expanded.
    sample : str, default="sample"
        The column that names the audio: the path below `audio_dir` or the file's name, each
        with or without the extension.
    rater : str, default="rater"
        The column that names the rater.
    label : str, default="label"
        The column with the label.
    speaker : str, default=None
        The column that names the speaker, one a sample.
    session : str, default=None
        The column that names what must not be split between folds, one a sample. None takes
        the speakers.
    extension : str, default=None
        The audio files' only extension, such as ``"wav"``, where the folder holds the same
        recordings in several forms. None takes all that are known.

    Returns
    -------
    sklearn.utils.Bunch
        With these fields, one entry a sample in order of first appearance in the table:

        - ``X``: list of str, the paths of the audio files;
        - ``Y``: DataFrame of shape (n_samples, n_raters), cells NaN, a label or a tuple;
        - ``consensus``: object array, the unique majority label, None without one;
        - ``sessions``, ``speakers``: object arrays; ``speakers`` is None without the column,
          and ``sessions`` is None where neither column is given, because nothing is known
          then of what belongs together;
        - ``classes``: list of all labels, sorted;
        - ``label_map``: None;
        - ``DESCR``: str, which also counts audio files without ratings.

    Raises
    ------
    FileNotFoundError
        If the table, the folder or a rated sample's audio is missing.
    ValueError
        If a column is missing or the table empty, if a sample fits several audio files, if
        audio files are empty, or if a sample has several speakers or sessions.

    See Also
    --------
    sklearn_raters.ratings.ratings_from_long : The same for a table without audio.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from sklearn_raters.datasets import load_rated_audio
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> for name in "ab":
    ...     _ = (folder / f"{name}.wav").write_bytes(b"RIFF")
    >>> import pandas as pd
    >>> votes = [("a", "w1", "sad"), ("a", "w2", "sad"), ("b", "w1", "happy")]
    >>> table = pd.DataFrame(votes, columns=["clip", "worker", "answer"])
    >>> corpus = load_rated_audio(table, folder, sample="clip", rater="worker", label="answer")
    >>> corpus.Y.loc["a"].tolist()
    ['sad', 'sad']
    >>> corpus.consensus
    array(['sad', 'happy'], dtype=object)
    """
    wanted = {"sample": sample, "rater": rater, "label": label}
    wanted |= {} if speaker is None else {"speaker": speaker}
    wanted |= {} if session is None else {"session": session}
    source = ""
    if isinstance(table, (str, os.PathLike)):
        source = f" {Path(table).expanduser()}"
        table = read_table(table, label, {*wanted.values()} - {label})
    require_columns(table, wanted, source)
    table = table.assign(**{sample: file_names(table[sample], sample)})

    Y = ratings_from_long(table, sample=sample, rater=rater, label=label).rename_axis(sample)
    folder = existing_folder(audio_dir, "The audio", "give the folder that holds the audio files")
    sizes, by_name = index_audio(folder, extension)
    paths = match_audio(list(Y.index), sizes, by_name, folder)
    speakers = None if speaker is None else one_a_sample(table, sample, speaker)
    sessions = speakers if session is None else one_a_sample(table, sample, session)
    task = Task(Y)
    split = "not known, so that neighbouring samples may fall into several folds"
    if sessions is not None:
        split = f"{len(set(sessions))} values of column {session or speaker!r}, in `sessions`"
    return Bunch(
        X=[str(folder / path) for path in paths],
        Y=Y,
        consensus=hard_labels(task),
        sessions=sessions,
        speakers=speakers,
        classes=task.classes,
        label_map=None,
        DESCR=DESCRIPTION.format(
            audio_dir=folder,
            n_samples=len(Y),
            n_raters=Y.shape[1],
            n_votes=len(task.votes.label),
            labels=first_few(task.classes, 20),
            n_unlabelled=int(table[label].isna().sum()),
            n_unrated=len(sizes) - len(paths),
            split=split,
        ),
    )
