"""Values of a long table of votes that each sample has once, such as its speaker."""

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings import shorten


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
