"""Tables of polars and pyarrow as those of pandas, with the names of their columns."""


def to_pandas(table):
    """
    Return a table or column of polars or pyarrow as one of pandas.

    Parameters
    ----------
    table : object
        Anything.

    Returns
    -------
    object
        Of polars and pyarrow, a pandas object whose cells are the values as they are, None for null;
        otherwise `table` itself.

    Examples
    --------
    >>> import polars
    >>> from sklearn_raters.ratings import to_pandas
    >>> to_pandas(polars.DataFrame({"anna": [3, None], "ben": [2, 3]}))
       anna ben
    0     3   2
    1  None   3
    """
    if type(table).__module__.partition(".")[0] not in ("polars", "pyarrow"):
        return table
    import pandas as pd

    # As objects, since pandas would make floats of integers beside a null.
    take = getattr(table, "get_column", None) or getattr(table, "column", None)
    if take is not None:
        names = getattr(table, "column_names", None) or table.columns
        return pd.DataFrame({name: _values(take(name)) for name in names}, dtype=object)
    if hasattr(table, "to_list") or hasattr(table, "to_pylist"):
        return pd.Series(_values(table), name=getattr(table, "name", None) or None, dtype=object)
    return table


def _values(column):
    return column.to_pylist() if hasattr(column, "to_pylist") else column.to_list()
