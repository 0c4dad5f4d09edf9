"""Tables of the page: text of each cell, and the value by which a column is sorted."""

from math import isnan
from typing import NamedTuple

from sklearn_raters.ratings import is_missing

# Characters of a name.
_LONGEST = 120


class Cell(NamedTuple):
    """Text of a cell and the number that it is sorted by, None for cells that are sorted as text."""

    text: str
    value: float | None = None


class Table(NamedTuple):
    """A table of the page.

    Parameters
    ----------
    caption : str
        What the table shows.
    columns : list of str
        Headings.
    rows : list of list of Cell
        One cell for each column; the first one names the row.
    left_out : int
        Number of rows that are not shown.
    links : list of str
        For each row the place on the page that its first cell leads to; empty without links.
    """

    caption: str
    columns: list
    rows: list
    left_out: int = 0
    links: list = ()

    @property
    def numeric(self):
        """Whether each column holds numbers."""
        columns = range(len(self.columns))
        return [any(row[column].value is not None for row in self.rows) for column in columns]


def cut(value, most=_LONGEST):
    """Return a name or text, its end left out if it is very long."""
    shown = str(value)
    return shown if len(shown) <= most else f"{shown[:most]} … ({len(shown):,} characters)"


def text(value):
    """Return a cell of text, empty for None and NaN."""
    return Cell("" if is_missing(value) else cut(value))


def number(value, form="{:,.2f}"):
    """Return a cell of a number."""
    value = float(value)
    return Cell("-", None) if isnan(value) else Cell(form.format(value), value)


def count(value):
    """Return a cell of a whole number."""
    return number(value, "{:,.0f}")


def percent(share, form="{:.1f}"):
    """Return a cell of a share in percent."""
    return number(100 * float(share), form)


def interval(low, high, form="{:.0f}"):
    """Return a cell of an interval of shares in percent, sorted by its lower limit."""
    if isnan(low):
        return Cell("-")
    return Cell(f"{form.format(100 * low)} to {form.format(100 * high)}", 100 * float(low))
