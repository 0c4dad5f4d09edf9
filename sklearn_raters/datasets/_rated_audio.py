"""Load any rated audio: a folder of audio files and a long table of ratings, one row a vote."""

import os
from pathlib import PurePath
from textwrap import dedent

from sklearn.utils import Bunch

from sklearn_raters.consensus import hard_labels
from sklearn_raters.datasets._files import existing_file, existing_folder, raise_for_audio, visible_files
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import Task, ratings_from_long, shorten

# Texts of missing labels in exported tables. "None" is not one of them, since it can be a label.
MISSING_LABELS = ["", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "null"]

EXTENSIONS = ["aac", "aif", "aiff", "au", "flac", "m4a", "mp3", "mp4", "oga", "ogg"]
EXTENSIONS += ["opus", "wav", "webm", "wma"]


def read_table(path, label, names):
    """Read a CSV or TSV file of ratings; the columns `names` are read as text."""
    import pandas as pd

    file = existing_file(path, "The ratings table", "give a DataFrame or a CSV or TSV file")
    separator = "\t" if {".tsv", ".tab"} & set(map(str.lower, file.suffixes)) else ","
    try:
        table = pd.read_csv(
            file,
            sep=separator,
            encoding="utf-8-sig",
            # A name such as 010270117 is not a number, and a file or a rater may be called NA or None.
            dtype=dict.fromkeys(names, str),
            na_values={label: MISSING_LABELS} | {name: [""] for name in names},
            keep_default_na=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise InputError(
            f"The ratings table {file} cannot be read as text separated by {separator!r}: "
            f"{error}. Read it by pandas and give the DataFrame."
        ) from error
    if label in table and table[label].dtype.kind == "f" and (table[label].dropna() % 1 == 0).all():
        # An empty cell turns integers into floats, so that class 1 would be called 1.0.
        table[label] = table[label].astype("Int64")
    return table


def require_columns(table, wanted, source):
    """Raise InputError if the table is empty or lacks a column; `wanted` is {argument: column}."""
    missing = {argument: name for argument, name in wanted.items() if name not in table.columns}
    if missing:
        lacks = ", ".join(f"{argument}={name!r}" for argument, name in missing.items())
        raise InputError(
            f"The ratings table{source} has no column for {lacks}; its columns are "
            f"{shorten(table.columns)}. Name the right ones by these arguments."
        )
    if not len(table):
        raise InputError(f"The ratings table{source} has no rows: there are no ratings to load.")


def index_audio(folder, extension):
    """Return the audio files in a folder, at any depth.

    Parameters
    ----------
    folder : pathlib.Path
        The folder. Hidden files and folders, whose names begin with ``.``, are skipped.
    extension : str or None
        Extension of the files to take, with or without the dot. None takes all known extensions.

    Returns
    -------
    sizes : dict
        ``{path below the folder, with /: size in bytes}``.
    by_name : dict
        ``{name: list of such paths}``. The names of a file are its path and its name without folder, both
        with and without extension.
    """
    wanted = EXTENSIONS if extension is None else [extension.lstrip(".").lower()]
    sizes, by_name = {}, {}
    for parent, inner, _ in os.walk(folder):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name, size in sorted(visible_files(parent).items()):
            path = PurePath(os.path.relpath(os.path.join(parent, name), folder))
            if path.suffix[1:].lower() in wanted:
                sizes[path.as_posix()] = size
                for key in {path.as_posix(), path.with_suffix("").as_posix(), path.name, path.stem}:
                    by_name.setdefault(key, []).append(path.as_posix())
    return sizes, by_name


def match_audio(samples, sizes, by_name, folder, checked):
    """Return the path of each sample below the folder; raise if it is not unique or, if checked, missing."""
    # A path is not ambiguous, even if another file in another folder has the same name.
    found = {name: [name] if name in sizes else by_name.get(name, []) for name in samples}
    if not checked:
        found = {name: paths or [name] for name, paths in found.items()}
    missing = [name for name, paths in found.items() if not paths]
    paths = [paths[0] for paths in found.values() if paths]
    remedy = "name them as the table does (with or without folder and extension), or drop these rows"
    empty = [path for path in paths if checked and not sizes[path]]
    raise_for_audio(missing, empty, f"put the files below {folder}, {remedy}")
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


def value_by_sample(table, sample, column):
    """Return the value of a column for each sample, in order of appearance; raise if a sample has several."""
    pairs = table[[sample, column]].drop_duplicates()
    missing = pairs.loc[pairs[column].isna(), sample]
    if len(missing):
        raise InputError(
            f"Column {column!r} of the ratings table is empty for the samples {shorten(missing, 5)}; "
            "fill it in every row."
        )
    double = pairs.loc[pairs[sample].duplicated(), sample]
    if len(double):
        name = double.iloc[0]
        values = pairs.loc[pairs[sample] == name, column]
        raise InputError(
            f"Column {column!r} of the ratings table gives sample {name!r} several values: "
            f"{shorten(values, 5)}. Give one value in all rows of a sample."
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
    check_audio=True,
):
    """Load audio files and their ratings from a long table, one row a vote.

    Crowdsourcing platforms export such tables. If a rater has several rows for one sample, the rater chose
    several labels; a row without a label is no vote.

    Parameters
    ----------
    table : DataFrame, str or path-like
        The votes, or a CSV file of them; files named ``.tsv`` or ``.tab`` are read as tab-separated.
        Samples, raters, speakers and sessions in a file are read as text, and labels such as NA, NaN or
        null as missing.
    audio_dir : str or path-like
        Folder of the audio files, at any depth; ``~`` is expanded.
    sample : str, default="sample"
        Name of the column of samples. It holds the path of the audio file below `audio_dir` or the name of
        the file, both with or without extension.
    rater : str, default="rater"
        Name of the column of raters.
    label : str, default="label"
        Name of the column of labels.
    speaker : str, default=None
        Name of the column of speakers, one for each sample.
    session : str, default=None
        Name of the column of groups that must not be split between folds, one for each sample. None takes
        the speakers.
    extension : str, default=None
        Extension of the audio files, such as ``"wav"``, if the folder holds the same recordings in several
        formats. None takes all known extensions.
    check_audio : bool, default=True
        Whether audio that is missing or empty is an error. False leaves it to
        ``OpenSmileFrames(on_error="skip")`` to list it.

    Returns
    -------
    sklearn.utils.Bunch
        With these fields, one entry a sample in order of first appearance in the table:

        - ``X``: list of str, paths of the audio files;
        - ``Y``: DataFrame of shape (n_samples, n_raters), cells NaN, a label or a tuple;
        - ``consensus``: object array, the majority label, None without one;
        - ``sessions``: object array, the groups that must not be split between folds; None if neither
          `session` nor `speaker` is given;
        - ``speakers``: object array; None if `speaker` is not given;
        - ``classes``: list of all labels, sorted;
        - ``label_map``: None;
        - ``DESCR``: str, which also gives the number of audio files without ratings.

    Raises
    ------
    FileNotFoundError
        If the table, the folder or the audio of a rated sample is missing.
    InputError
        If a column is missing, the table is empty, a sample fits several audio files, an audio file is empty,
        or a sample has several speakers or sessions.

    See Also
    --------
    sklearn_raters.ratings.ratings_from_long : Read a long table without audio.

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
    wanted = {"sample": sample, "rater": rater, "label": label, "speaker": speaker, "session": session}
    wanted = {argument: column for argument, column in wanted.items() if column is not None}
    source = ""
    if isinstance(table, (str, os.PathLike)):
        source = f" {table}"
        table = read_table(table, label, {*wanted.values()} - {label})
    require_columns(table, wanted, source)
    table = table.assign(**{sample: table[sample].map(str, na_action="ignore")})

    Y = ratings_from_long(table, sample=sample, rater=rater, label=label).rename_axis(sample)
    folder = existing_folder(audio_dir, "The audio", "give the folder that holds the audio files")
    sizes, by_name = index_audio(folder, extension)
    paths = match_audio(list(Y.index), sizes, by_name, folder, check_audio)
    speakers = None if speaker is None else value_by_sample(table, sample, speaker)
    sessions = speakers if session is None else value_by_sample(table, sample, session)
    task = Task(Y)
    split = "not known; give speaker= or session="
    if sessions is not None:
        split = f"{len(set(sessions))} values of column {session or speaker!r}, in `sessions`"
    description = dedent(f"""\
        Rated audio from {folder}.

        {len(Y)} samples, {Y.shape[1]} raters, {len(task.votes.label)} votes.
        Labels {shorten(task.classes, 20)}.
        {table[label].isna().sum()} rows of the table have no label and are no votes.
        {len(sizes.keys() - set(paths))} audio files in the folder have no ratings and were left out.
        Groups that must not be split between folds: {split}.
        """)
    return Bunch(
        X=[str(folder / path) for path in paths],
        Y=Y,
        consensus=hard_labels(task),
        sessions=sessions,
        speakers=speakers,
        classes=task.classes,
        label_map=None,
        DESCR=description,
    )
