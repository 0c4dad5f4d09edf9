"""Load any rated audio: a folder of audio files and a long table of ratings, one row a vote."""

import os
from numbers import Integral
from textwrap import dedent

from sklearn.utils import Bunch

from sklearn_raters._files import full_path
from sklearn_raters._sklearn_compat import HasMethods, checked_parameters
from sklearn_raters.consensus import hard_labels
from sklearn_raters.datasets._audio_names import find_audio
from sklearn_raters.datasets._vote_table import name_in_file, read_vote_table, value_by_sample
from sklearn_raters.exceptions import InputError, collecting_remarks
from sklearn_raters.ratings import (
    Task,
    find_columns,
    parse_ratings,
    ratings_from_long,
    shorten,
    to_pandas,
    votes_from_long,
)


def open_table(table, tool, question, given):
    """Return the votes, with the names of their samples as texts, and the column of each argument."""
    source, shown = "", None
    if isinstance(table, str | os.PathLike):
        source = f" {full_path(table)}"
        table, given = read_vote_table(table, tool, question, given)
        shown = [name_in_file(table, column) for column in table.columns]
    elif tool or question:
        raise InputError("tool and question are for the file of an export, but the ratings are a DataFrame.")
    table = to_pandas(table)
    columns = find_columns(table.columns.tolist(), given, source, shown)
    if not len(table):
        raise InputError("The ratings table has no rows: there are no ratings to load.")
    sample = columns["sample"]
    names = table[sample].map(lambda name: str(name).strip(), na_action="ignore")
    table = table.copy(deep=False)
    table[sample] = names  # not by assign, which takes no numbers as names
    return table, columns


def count_unlabelled(labels, **reading):
    """Return the number of rows without a label, as the labels are read."""
    with collecting_remarks():  # they are told of when the ratings are read
        rows = {"sample": range(len(labels)), "rater": [0] * len(labels), "label": labels.to_numpy()}
        votes, _ = votes_from_long(rows, **reading)
    return len(labels) - len(set(votes.sample.tolist()))


@checked_parameters(
    {
        "table": [str, os.PathLike, HasMethods("assign"), HasMethods("get_columns")],
        "audio_dir": [str, os.PathLike],
        "sample": [str, Integral, None],
        "rater": [str, Integral, None],
        "label": [str, Integral, None],
        "tool": [str, None],
        "question": [str, None],
        "speaker": [str, Integral, None],
        "session": [str, Integral, None],
        "extension": [str, None],
        "classes": ["array-like", None],
    }
)
def load_rated_audio(
    table,
    audio_dir,
    *,
    tool=None,
    question=None,
    sample=None,
    rater=None,
    label=None,
    speaker=None,
    session=None,
    extension=None,
    classes=None,
    missing_label=None,
    label_separator=None,
    bins=None,
    check_audio=True,
):
    """Load audio files and their ratings from a long table, one row a vote.

    Crowdsourcing platforms export such tables. If a rater has several rows for one sample, the rater chose
    several labels; a row without a label is no vote.

    Parameters
    ----------
    table : DataFrame, str or path-like
        The votes, or a file of them that `sklearn_raters.ratings.read_ratings` reads: a table (CSV, TSV, JSON
        lines, Parquet, Excel) or the export of an annotation tool. Samples and raters in a file are read as
        text, and its labels as numbers if all of them are numbers.
    audio_dir : str or path-like
        Folder of the audio files, at any depth; ``~`` is expanded.
    tool : str or None, default=None
        The annotation tool that wrote the file; None recognises it.
    question : str or None, default=None
        The question whose answers are the labels, where an export holds several.
    sample : str or None, default=None
        Name of the column of samples; None looks for the usual names, as `read_ratings` does. It holds the
        path of the audio file below `audio_dir` or the name of the file, both with or without extension. In
        the export of a tool, None takes its only field of audio files, also of web addresses.
        Backslashes, ``./``, other case and accents in another form are allowed where they leave no doubt.
    rater : str or None, default=None
        Name of the column of raters, None as for `sample`; a dict, as Label Studio writes it, names the rater
        by its entry "id".
    label : str or None, default=None
        Name of the column of labels, None as for `sample`. Texts such as NA, nan, None or null are missing
        labels; a cell may hold several labels as a list in JSON or Python.
    speaker : str, default=None
        Name of the column of speakers, one for each sample.
    session : str, default=None
        Name of the column of groups that must not be split between folds, one for each sample. None takes
        the speakers.
    extension : str, default=None
        Extension of the audio files, such as ``"wav"``, if the folder holds the same recordings in several
        formats. None takes all known extensions.
    classes : sequence or None, default=None
        Labels that are labels, and not missing, although they read "None" or the like.
    missing_label : label or list of labels, default=None
        Labels that mean "not rated", such as -1.
    label_separator : str, default=None
        What separates several labels in one cell: "|" in "calm|sad".
    bins : dict, default=None
        Cuts the scores of a scale into classes: ``{"edges": [0, 33, 66, 100], "names": ["low", "middle",
        "high"]}``, as in `sklearn_raters.ratings.parse_ratings`.
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
        - ``classes``: list of all labels, sorted, those of `bins` in their order;
        - ``label_map``: None;
        - ``DESCR``: str, which also gives the number of audio files without ratings.

    Raises
    ------
    FileNotFoundError
        If the table, the folder or the audio of a rated sample is missing.
    InputError
        If a column is missing or there twice, the table is empty, a sample fits several audio files, an audio
        file is empty, a sample has several speakers or sessions, or labels cannot be read, as in
        `sklearn_raters.ratings.parse_ratings`.

    See Also
    --------
    sklearn_raters.ratings.read_ratings : Read a file of ratings without audio.
    sklearn_raters.ratings.ratings_from_long : Turn a long table into a table of ratings.

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
    from_file = isinstance(table, str | os.PathLike)
    given = {"sample": sample, "rater": rater, "label": label, "speaker": speaker, "session": session}
    table, columns = open_table(table, tool, question, given)
    left_out = table.attrs["left_out"] if from_file else {}
    groups = {argument: columns.pop(argument, None) for argument in ("speaker", "session")}
    sample, label = columns["sample"], columns["label"]
    reading = {"missing_label": missing_label, "label_separator": label_separator, "bins": bins}
    reading |= {"classes": classes, "numbers": from_file}
    Y = ratings_from_long(table, **columns, **reading)
    Y = Y.rename_axis(name_in_file(table, sample) if from_file else sample)
    paths, n_unrated = find_audio(Y.index, audio_dir, extension=extension, check_audio=check_audio)
    speakers = None if speaker is None else value_by_sample(table, sample, groups["speaker"])
    sessions = speakers if session is None else value_by_sample(table, sample, groups["session"])
    task = Task(parse_ratings(Y, classes))
    if bins is not None:
        order = [str(name).strip() for name in bins["names"]]
        task = Task(task, sorted(task.classes, key=lambda name: order.index(str(name))))
    unlabelled = count_unlabelled(table[label], **reading)
    split = "not known; give speaker= or session="
    if sessions is not None:
        split = f"{len(set(sessions))} values of column {session or speaker!r}, in `sessions`"
    description = dedent(f"""\
        Rated audio from {full_path(audio_dir)}.

        {len(Y)} samples, {Y.shape[1]} raters, {len(task.votes.label)} votes.
        Labels {shorten(task.classes, 20)}.
        {unlabelled} rows of the table have no label and are no votes.
        {n_unrated} audio files in the folder have no ratings and were left out.
        Groups that must not be split between folds: {split}.
        """)
    if left_out:
        description += (
            f"Left out of the export: {', '.join(f'{n} {what}' for what, n in left_out.items())}.\n"
        )
    return Bunch(
        X=paths,
        Y=Y,
        consensus=hard_labels(task),
        sessions=sessions,
        speakers=speakers,
        classes=task.classes,
        label_map=None,
        DESCR=description,
    )
