"""The long table of votes on audio: read from a file, and values that each sample has once."""

from sklearn_raters.datasets._audio_names import is_audio
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import read_by_line, shorten


def read_vote_table(path, tool, question, given):
    """Read a file of ratings; return the table, and its column by argument.

    Parameters
    ----------
    path : str or path-like
        The file.
    tool, question : str or None
        As in `sklearn_raters.ratings.read_ratings`.
    given : dict
        Column in the file by argument: "sample", "rater", "label", "speaker" and "session", None where it is
        not named. In the export of a tool, the only field of audio files names the samples.

    Returns
    -------
    table : DataFrame
        Result of `read_by_line`.
    columns : dict
        Column of the table by argument.

    Raises
    ------
    InputError
        As `read_ratings`, or if a tool's export has several fields of audio files and none is named.
    """
    roles = ("sample", "rater", "label")
    table = read_by_line(path, tool, question=question, **{role: given[role] for role in roles})
    if given["sample"] is None and table.attrs["tool"] not in ("table", "crowd-kit"):
        table = _by_audio(table, path)
    names = table.attrs["columns"]
    columns = {
        argument: argument if argument in roles else names.get(name, name) for argument, name in given.items()
    }
    return _without_blanks(table, set(columns.values()) - set(roles)), columns


def name_in_file(table, column):
    """Return the name that a column of `read_ratings` has in the file."""
    return next((old for old, new in table.attrs["columns"].items() if new == column), column)


def _by_audio(table, path):
    """Return the table with its only column of audio files as the samples, if there is one."""
    found = [name for name in table.columns if _holds_audio(table[name].dropna())]
    if "sample" in found:
        return table
    if len(found) > 1:
        raise InputError(
            f"The ratings {path} name audio files in several fields, {shorten(found)}: name one by sample=."
        )
    return table.assign(sample=table[found[0]]) if found else table


def _holds_audio(values):
    """Return whether all values of a column name audio files."""
    texts = len(values) > 0 and all(isinstance(value, str) for value in values)
    return texts and all(map(is_audio, values.unique()))


def _without_blanks(table, names):
    """Return the table with texts without blanks around them in some columns, None for blank ones."""

    def strip(value):
        return (value.strip() or None) if isinstance(value, str) else value

    columns = names & set(table.columns)
    return table.assign(**{name: table[name].astype(object).map(strip) for name in columns})


def value_by_sample(table, sample, column):
    """
    Return the value of a column for each sample.

    Parameters
    ----------
    table : DataFrame
        The table of votes.
    sample : str
        Column of samples.
    column : str
        Column of the values.

    Returns
    -------
    ndarray of object, shape (n_samples,)
        The values, in the order in which the samples appear.

    Raises
    ------
    InputError
        If a sample has no value, or several.
    """
    pairs = table[[sample] if column == sample else [sample, column]].drop_duplicates()
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
