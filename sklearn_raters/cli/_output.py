"""Print the results of the command: the comparison table, and predictions in three formats."""

import csv
import json
import sys

from rich.console import Console
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import Text

# Width of a line, in characters, if the output is a file or a pipe, which have no width.
_WIDTH = 160


def new_console():
    """Return a console on standard output."""
    return Console() if sys.stdout.isatty() else Console(width=_WIDTH)


def print_comparison(table, title, baseline=None):
    """Print a table of `compare`, shares as percent; without further columns where the terminal is narrow."""
    console, columns = new_console(), _comparison(table, baseline)
    console.print(Text(title))
    for left_out in ([], ["recall"], ["recall", "seconds"], ["recall", "seconds", "spread"]):
        shown = [column for column in columns if column[0] not in left_out]
        printed = _as_printed(table.index, shown)
        if Measurement.get(console, console.options.update(width=_WIDTH), printed).maximum <= console.width:
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


def prediction_rows(model, frames):
    """
    Predict samples by a model.

    Parameters
    ----------
    model : MultiRaterStackingClassifier or RaterNetClassifier
        The fitted model.
    frames : list of ndarray of shape (n_frames_i, n_features)
        Frames of the samples.

    Returns
    -------
    list of dict
        One for each sample: ``class``; ``probabilities`` by class; ``raters``, by rater a dict of ``class``
        and ``probabilities``.
    """
    classes = model.classes_.tolist()

    def prediction(proba):
        probabilities = dict(zip(map(str, classes), proba.tolist(), strict=True))
        return {"class": classes[proba.argmax()], "probabilities": probabilities}

    rows = []
    for proba, of_raters in zip(model.predict_proba(frames), model.predict_proba_raters(frames), strict=True):
        raters = dict(zip(map(str, model.raters_), map(prediction, of_raters), strict=True))
        rows.append({**prediction(proba), "raters": raters})
    return rows


def write_predictions(rows, form):
    """
    Write predictions to standard output.

    Parameters
    ----------
    rows : list of dict
        The result of `prediction_rows`, each after what it is about: ``file``, in segments ``start`` and
        ``end``, and ``speaker``, ``speaker_known``, ``speaker_recordings`` where the model scales by speaker.
    form : {"table", "csv", "json"}
        Format of the output.
    """
    if form == "json":
        print_json(rows)
    elif form == "csv":
        table = csv.DictWriter(sys.stdout, _flat(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(map(_flat, rows))
    else:
        _print_predictions(rows)


def _flat(row):
    """Return a prediction as a dict from column to cell."""
    cells = {key: value for key, value in row.items() if key not in ("probabilities", "raters")}
    cells |= {f"p_{name}": f"{share:.6f}" for name, share in row["probabilities"].items()}
    for rater, prediction in row["raters"].items():
        cells[f"{rater}_class"] = prediction["class"]
        cells |= {f"{rater}_p_{name}": f"{share:.6f}" for name, share in prediction["probabilities"].items()}
    return cells


def _print_predictions(rows):
    printed = Table(Column("file", overflow="fold"))
    if "start" in rows[0]:
        printed.add_column("s", justify="right")
    if "speaker" in rows[0]:
        printed.add_column("speaker")
    printed.add_column("class")
    for name in rows[0]["probabilities"]:
        printed.add_column(Text(f"{name} %"), justify="right")
    for rater in rows[0]["raters"]:
        printed.add_column(Text(f"{rater} would say"))
    for row in rows:
        cells = [Text(row["file"])]
        if "start" in row:
            cells.append(Text(f"{row['start']:.1f} to {row['end']:.1f}"))
        if "speaker" in row:
            cells.append(Text(_describe_speaker(row)))
        cells.append(Text(str(row["class"])))
        cells += [f"{100 * share:.0f}" for share in row["probabilities"].values()]
        cells += [
            Text(f"{prediction['class']} ({100 * max(prediction['probabilities'].values()):.0f} %)")
            for prediction in row["raters"].values()
        ]
        printed.add_row(*cells)
    new_console().print(printed)


def _describe_speaker(row):
    """Return the speaker's name and how well the speaker is known."""
    n = row["speaker_recordings"]
    known = f"{'known by' if row['speaker_known'] else 'new,'} {n} recording{'s' if n > 1 else ''}"
    return known if row["speaker"] is None else f"{row['speaker']} ({known})"
