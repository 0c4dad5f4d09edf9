"""Find the columns of samples, raters and labels in a table, by the names that they usually have."""

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._labels import plain, shorten
from sklearn_raters.ratings._names import spelling

# Usual names of each column; a later tuple counts only if the table has no name of an earlier one.
USUAL = {
    "sample": (
        ("sample",),
        (
            *("sample_id", "item", "item_id", "task", "task_id", "instance", "instance_id", "example_id"),
            *("utterance", "utterance_id", "clip", "clip_id", "recording", "stimulus", "doc_id"),
            *("document_id", "text_id", "audio", "audio_file", "file", "file_name", "filename", "path"),
        ),
        ("id",),
    ),
    "rater": (
        ("rater",),
        (
            *("rater_id", "annotator", "annotator_id", "worker", "worker_id", "coder", "coder_id", "judge"),
            *("listener", "listener_id", "participant", "participant_id", "user", "user_id", "performer"),
            *("prolific_pid", "prolific_id"),
        ),
    ),
    "label": (
        ("label",),
        ("labels", "rating", "annotation", "answer", "response", "vote", "choice", "emotion", "score"),
    ),
}


def find_columns(columns, given, source="", shown=None):
    """
    Find the columns of samples, raters and labels, and check the other columns that are named.

    Parameters
    ----------
    columns : list
        Names of the table's columns.
    given : dict
        Column by argument, such as ``{"sample": "clip", "rater": None, "speaker": "who"}``. None for
        "sample", "rater" and "label" looks for the names in `USUAL`; None for others is left out.
    source : str, default=""
        Where the table comes from, for messages: " /data/votes.csv".
    shown : list or None, default=None
        Names of the columns in messages, where those of the file are others; None for `columns`.

    Returns
    -------
    dict
        Column by argument.

    Raises
    ------
    InputError
        If a column is missing or there twice, or several columns may be meant.

    Examples
    --------
    >>> from sklearn_raters.ratings import find_columns
    >>> given = {"sample": None, "rater": None, "label": None, "speaker": "who"}
    >>> find_columns(["clip", "Worker ID", "answer", "who"], given)
    {'sample': 'clip', 'rater': 'Worker ID', 'label': 'answer', 'speaker': 'who'}
    """
    wanted = {argument: name for argument, name in given.items() if name is not None}
    for argument in USUAL:
        if wanted.get(argument) is None:
            wanted[argument] = _usual_column(columns, argument, set(wanted.values()), source)
    wanted = {argument: wanted[argument] for argument in dict.fromkeys([*USUAL, *wanted])}
    require_columns(columns, wanted, source, shown)
    return wanted


def require_columns(columns, wanted, source="", shown=None, remedy=None):
    """
    Raise an error unless a table has each column once.

    Parameters
    ----------
    columns : list of str
        Names of the columns.
    wanted : dict of str to str
        From the name of an argument to its column.
    source : str, default=""
        Where the table is from, for messages: a blank and the file.
    shown : list or None, default=None
        Names of the columns in messages; None for `columns`.
    remedy : str or None, default=None
        What the user can do about a column that is missing; None names the argument.

    Raises
    ------
    InputError
        If a column is missing or there twice.
    """
    missing = {argument: name for argument, name in wanted.items() if name not in columns}
    if missing:
        lacks = ", ".join(f"{argument}={plain(name)!r}" for argument, name in missing.items())
        raise InputError(
            f"The ratings table{source} has no column for {lacks}; its columns are "
            f"{shorten(columns if shown is None else shown)}. "
            + (remedy or f"Name the right ones, as by {next(iter(missing))}=.")
        )
    double = {argument: name for argument, name in wanted.items() if columns.count(name) > 1}
    if double:
        argument, name = next(iter(double.items()))
        raise InputError(
            f"The ratings table{source} has {columns.count(name)} columns for {argument}={name!r}: rename "
            "all but the right one."
        )


def has_usual(columns, argument):
    """Return whether a column has a usual name for an argument."""
    usual = {spelling(name) for names in USUAL[argument] for name in names}
    return any(spelling(column) in usual for column in columns)


def _usual_column(columns, argument, taken, source):
    """Return the column that has a usual name for an argument, or the argument's name if there is none."""
    for names in USUAL[argument]:
        spellings = set(map(spelling, names))
        found = [column for column in columns if column not in taken and spelling(column) in spellings]
        if len(set(found)) > 1:
            raise InputError(
                f"The ratings table{source} has several columns that may be the {argument}: "
                f"{shorten(found)}. Name the right one by {argument}=."
            )
        if found:
            return found[0]
    return argument
