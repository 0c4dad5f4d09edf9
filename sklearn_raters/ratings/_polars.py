"""Tables of polars as those of pandas, with the names of their columns."""


def from_polars(table):
    """
    Return a DataFrame or Series of polars as one of pandas.

    Parameters
    ----------
    table : object
        Anything.

    Returns
    -------
    object
        Of polars, a pandas object whose cells are the values as they are, None for null; otherwise `table`
        itself.

    Examples
    --------
    >>> import polars
    >>> from sklearn_raters.ratings import from_polars
    >>> from_polars(polars.DataFrame({"anna": [3, None], "ben": [2, 3]}))
       anna ben
    0     3   2
    1  None   3
    """
    kind = type(table).__name__ if type(table).__module__.partition(".")[0] == "polars" else None
    # As objects, since pandas would make floats of integers beside a null.
    if kind == "Series":
        import pandas as pd

        return pd.Series(table.to_list(), name=table.name or None, dtype=object)
    if kind == "DataFrame":
        import pandas as pd

        return pd.DataFrame({column.name: column.to_list() for column in table}, dtype=object)
    return table
