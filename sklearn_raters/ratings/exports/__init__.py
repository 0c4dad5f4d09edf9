"""Tables of ratings as annotation tools, crowdsourcing platforms and spreadsheets export them."""

from sklearn_raters.ratings.exports._columns import find_columns, require_columns
from sklearn_raters.ratings.exports._read import read_by_line, read_ratings
from sklearn_raters.ratings.exports._tables import read_text_table

__all__ = ["find_columns", "read_by_line", "read_ratings", "read_text_table", "require_columns"]
