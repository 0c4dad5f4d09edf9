"""Print the results of the command: tables at the width of the terminal, texts, and JSON."""

import json
import sys

from rich.console import Console
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import Text

# Width of a line, in characters, if the output is a file or a pipe, which have no width.
_WIDTH = 160
_UNLIMITED = 100_000


class _Console(Console):
    """A console that leaves the status of a closed pipe to the command."""

    def on_broken_pipe(self):
        raise  # the error that rich has caught: by itself it would exit with status 1


def new_console():
    """Return a console on standard output."""
    return _Console() if sys.stdout.isatty() else _Console(width=_WIDTH)


def fits(console, table):
    """Return whether a table can be printed without breaking or cutting a cell."""
    measured = Measurement.get(console, console.options.update(width=_UNLIMITED), table)
    return measured.maximum <= console.width


def print_comparison(table, title, baseline=None):
    """Print a table of `compare`, shares as percent; without further columns where the terminal is narrow."""
    console, columns = new_console(), _comparison(table, baseline)
    console.print(Text(title))
    for left_out in ([], ["recall"], ["recall", "seconds"], ["recall", "seconds", "spread"]):
        shown = [column for column in columns if column[0] not in left_out]
        printed = _as_printed(table.index, shown)
        if fits(console, printed):
            break
    console.print(printed)


def print_text(text):
    """Print sentences as they are, broken at the width of the terminal."""
    new_console().print(Text(text), soft_wrap=not sys.stdout.isatty())


def print_json(result):
    """Print a result to standard output as JSON."""
    sys.stdout.write(json.dumps(result, indent=2, ensure_ascii=False) + "\n")


def records(table):
    """Return the rows of a DataFrame, with its index if that has a name, as dicts that JSON can hold."""
    named = table if table.index.name is None else table.reset_index()
    return json.loads(named.to_json(orient="records", double_precision=15))  # NaN becomes None


# Columns of `compare` in percent: kind, heading.
_SHARES = {
    "uar": ("uar", "UAR %"),
    "uar_new_speaker": ("uar", "speaker\nnew"),
    "uar_sd": ("spread", "sd of\nseeds"),
    "paper": ("uar", "paper %"),
}


def _comparison(table, baseline):
    """Return the columns to print: kind, heading and cells."""

    def percent(column, form=".1f"):
        return [f"{100 * share:{form}}" for share in table[column]]

    columns = [(*_SHARES[name], percent(name)) for name in _SHARES if name in table.columns]
    recalls = [name for name in table.columns if name.startswith("recall_")]
    columns += [("recall", name.removeprefix("recall_"), percent(name, ".0f")) for name in recalls]
    if "difference" in table.columns:
        limits = zip(percent("low", "+.1f"), percent("high", "+.1f"), strict=True)
        columns.append(("uar", f"minus\n{baseline}", percent("difference", "+.1f")))
        columns.append(("uar", "95 % interval", [f"{low} to {high}" for low, high in limits]))
    return [*columns, ("seconds", "s alone", [f"{seconds:.0f}" for seconds in table["fit_seconds"]])]


def _as_printed(names, columns):
    # Names are given as Text: in a str, rich takes [name] for markup.
    printed = Table(Column("model"), show_edge=False)
    for _, heading, cells in columns:
        # Only what has blanks can be broken without cutting a number.
        printed.add_column(Text(heading), justify="right", no_wrap=not any(" " in cell for cell in cells))
    for name, *cells in zip(names, *(cells for _, _, cells in columns), strict=True):
        printed.add_row(Text(str(name)), *cells)
    return printed
