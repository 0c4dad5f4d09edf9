"""Columns of a corpus' tables: read from a file, as texts and as numbers."""

from sklearn_raters._files import existing_file
from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import is_missing_label, read_text_table, require_columns

_MEND = "Correct the line, or copy the file again."


def read_columns(file, columns, also=()):
    """Return a table with these columns, every cell as text, indexed by lines; `also` are read if there."""
    file = existing_file(file, "The ratings table", "give a CSV or TSV file")
    table = read_text_table(file, tabs=bool({".tsv", ".tab"} & set(map(str.lower, file.suffixes))))
    wanted = {name: name for name in columns}
    require_columns(table.columns.tolist(), wanted, f" {file}", remedy="Copy the file again.")
    if not len(table):
        raise InputError(f"The ratings table {file} has no rows: there are no ratings to load.")
    for column in {*columns, *also} & set(table.columns[~table.columns.duplicated(keep=False)]):
        text = table[column].str.strip()
        table[column] = text.where(text != "", None)
    return table


def answers_in(column):
    """Return a column of texts with None for those that stand for nothing, such as the NA that R writes."""
    return column.where([not is_missing_label(text) and text.lower() != "nan" for text in column], None)


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

    given = answers_in(column)
    numbers = pd.to_numeric(given, errors="coerce")
    wrong = numbers.isna() & given.notna()
    if wrong.any():
        line = numbers.index[wrong][0]
        raise InputError(f"{file}:{line} has {column[line]!r} as {column.name}; expected a number. {_MEND}")
    return numbers
