"""Tables with a row a sample and a column a rater, turned into a row a vote."""

from sklearn_raters.ratings._labels import is_missing_label
from sklearn_raters.ratings.exports._columns import has_usual

# More distinct values than these in all columns are hardly labels.
_MOST_LABELS = 20


def votes_of_wide(table, sample):
    """Return a table with a column a rater as one with a row a vote; None if it is not surely such a table.

    Parameters
    ----------
    table : DataFrame
        The table.
    sample : str or None
        The column of samples; None takes the one with a usual name.

    Returns
    -------
    DataFrame or None
        Columns of the samples, "rater" and "label", without empty cells. None if a column has a usual name of
        raters or labels, a sample has several rows, or the other columns, but for empty ones, do not hold the
        same few labels.
    """
    columns = table.columns.tolist()
    if not table.columns.is_unique or has_usual(columns, "rater") or has_usual(columns, "label"):
        return None
    found = [name for name in columns if name == sample or (sample is None and has_usual([name], "sample"))]
    raters = [name for name in columns if name not in found]
    if len(found) != 1 or len(raters) < 2 or table[found[0]].map(str).duplicated().any():
        return None
    votes = table.melt(found, raters, "rater", "label")
    if not all(isinstance(label, str | int | float) or label is None for label in votes["label"]):
        return None
    votes = votes[[not is_missing_label(label) for label in votes["label"]]].reset_index(drop=True)
    raters_of_label = votes.groupby("label", sort=False)["rater"].nunique()
    shared = raters_of_label[raters_of_label > 1].index
    own = votes.groupby("rater")["label"].agg(lambda labels: labels.isin(shared).mean())
    # A rater whose column is empty has no votes.
    sure = 2 <= len(raters_of_label) <= _MOST_LABELS and len(own) > 1 and (own > 0.5).all()
    return votes if sure else None
