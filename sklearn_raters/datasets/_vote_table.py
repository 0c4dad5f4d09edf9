"""Read a long table of votes from a CSV or TSV file, every cell as text."""

from sklearn_raters.datasets._files import existing_file
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import shorten

# Empty cells at the end of a row that are read and left out.
_MOST_EXTRA = 8
_MEND = "Correct the line, or copy the file again."


def read_table(path, names):
    """Read a CSV or TSV file; blank cells in the columns `names` are missing."""
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
    """Raise InputError if the table has no rows, or not each column once; `wanted` is {argument: column}."""
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


def read_columns(file, columns, also=()):
    """Return a table with these columns, every cell as text, indexed by lines; `also` are read if there."""
    table = read_table(file, {*columns, *also})
    require_columns(table, {name: name for name in columns}, f" {file}")
    return table.set_axis(range(2, len(table) + 2))


def read_numbers(column, file):
    """Return a column of texts, indexed by lines of the file, as numbers; raise if one is missing or none."""
    numbers = read_optional_numbers(column, file)
    if numbers.isna().any():
        line = numbers.index[numbers.isna()][0]
        raise InputError(f"{file}:{line} has nothing as {column.name}; expected a number. {_MEND}")
    return numbers


def read_optional_numbers(column, file):
    """Return a column of texts, indexed by lines of the file, as numbers; NaN where there is none."""
    import pandas as pd

    given = column.where(column.isna() | (column.str.lower() != "nan"), None)
    numbers = pd.to_numeric(given, errors="coerce")
    wrong = numbers.isna() & given.notna()
    if wrong.any():
        line = numbers.index[wrong][0]
        raise InputError(f"{file}:{line} has {column[line]!r} as {column.name}; expected a number. {_MEND}")
    return numbers


def value_by_sample(table, sample, column):
    """Return the value of a column for each sample, in order of appearance; raise if a sample has several."""
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
