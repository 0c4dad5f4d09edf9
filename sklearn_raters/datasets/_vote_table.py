"""Read a long table of votes from a CSV or TSV file, every cell as text."""

from sklearn_raters.datasets._files import existing_file
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import shorten

# Empty cells at the end of a row that are read and left out.
_MOST_EXTRA = 8


def read_table(path, names):
    r"""
    Read a CSV or TSV file as text.

    Parameters
    ----------
    path : str or path-like
        The file.
    names : set of str
        Columns whose blank cells are missing.

    Returns
    -------
    DataFrame of str
        The table, its columns as in the file.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    InputError
        If the file is empty or no such table.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from sklearn_raters.datasets import read_table
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "votes.csv"
    >>> _ = file.write_text("sample,rater,label\n007,E1,3\n")
    >>> read_table(file, {"label"}).loc[0].tolist()
    ['007', 'E1', '3']
    """
    import pandas as pd

    file = existing_file(path, "The ratings table", "give a DataFrame or a CSV or TSV file")
    separator = "\t" if {".tsv", ".tab"} & set(map(str.lower, file.suffixes)) else ","
    # As text, because pandas would take the types of long files in parts, 010270117 for a number, and a rater
    # called NA for missing.
    as_text = {"sep": separator, "encoding": "utf-8-sig", "dtype": str, "keep_default_na": False}
    try:
        header = pd.read_csv(file, header=None, nrows=1, **as_text).iloc[0]
        # With columns for further cells, because a comma at the end of each row would shift the columns.
        width = range(len(header) + _MOST_EXTRA)
        table = pd.read_csv(file, header=None, names=width, index_col=False, **as_text)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise InputError(
            f"The ratings table {file} cannot be read as text separated by {separator!r}: "
            f"{error}. Read it by pandas and give the DataFrame."
        ) from error
    table = table.iloc[1:].reset_index(drop=True)
    beyond = table.iloc[:, len(header) :].dropna(how="all")
    beyond = beyond[beyond.apply(lambda cells: cells.str.strip().fillna("") != "").any(axis=1)]
    if len(beyond):
        raise InputError(
            f"Row {beyond.index[0]} of the ratings table {file} has more cells than the {len(header)} "
            "columns: put a cell that holds a separator into quotes."
        )
    table = table.iloc[:, : len(header)].set_axis(header.str.strip().tolist(), axis=1)
    for column in names & set(table.columns[~table.columns.duplicated(keep=False)]):
        text = table[column].str.strip()
        table[column] = text.where(text != "", None)
    return table


def require_columns(table, wanted, source):
    """
    Raise an error if a table has no rows, or not each column once.

    Parameters
    ----------
    table : DataFrame
        The table of votes.
    wanted : dict of str to str
        From the name of an argument to its column.
    source : str
        Where the table is from, for messages: a blank and the file, or nothing.

    Raises
    ------
    InputError
        If a column is missing or there twice, or there are no rows.
    """
    columns = table.columns.tolist()
    missing = {argument: name for argument, name in wanted.items() if name not in columns}
    if missing:
        lacks = ", ".join(f"{argument}={name!r}" for argument, name in missing.items())
        raise InputError(
            f"The ratings table{source} has no column for {lacks}; its columns are "
            f"{shorten(columns)}. Name the right ones by these arguments."
        )
    double = {argument: name for argument, name in wanted.items() if columns.count(name) > 1}
    if double:
        argument, name = next(iter(double.items()))
        raise InputError(
            f"The ratings table{source} has {columns.count(name)} columns for {argument}={name!r}: rename "
            "all but the right one."
        )
    if not len(table):
        raise InputError(f"The ratings table{source} has no rows: there are no ratings to load.")


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
