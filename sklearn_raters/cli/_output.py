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
    """Print a table of `compare`, shares as percent; without the recalls where the terminal is too narrow."""
    recalls = [name for name in table.columns if name.startswith("recall_")]
    console = new_console()
    printed = _comparison(table, title, recalls, baseline)
    if Measurement.get(console, console.options.update(width=_WIDTH), printed).maximum > console.width:
        printed = _comparison(table, title, [], baseline)
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


def _comparison(table, title, recalls, baseline):
    # Names are given as Text: in a str, rich takes [name] for markup.
    printed = Table(Column("model", no_wrap=True), title=Text(title), title_justify="left")
    shares = {"uar": "UAR %", "uar_new_speaker": "speaker new", "uar_sd": "sd of seeds", "paper": "paper %"}
    shares = {column: heading for column, heading in shares.items() if column in table.columns}
    headings = [*shares.values(), *(name.removeprefix("recall_") for name in recalls)]
    has_baseline = "difference" in table.columns
    headings += [f"minus {baseline}", "95 % interval"] if has_baseline else []
    for heading in [*headings, "s alone"]:
        printed.add_column(Text(heading), justify="right", no_wrap=True)
    for name, row in table.iterrows():
        cells = [f"{100 * row[share]:.1f}" for share in shares]
        cells += [f"{100 * row[recall]:.0f}" for recall in recalls]
        if has_baseline:
            cells.append(f"{100 * row['difference']:+.1f}")
            cells.append(f"{100 * row['low']:+.1f} to {100 * row['high']:+.1f}")
        printed.add_row(Text(str(name)), *cells, f"{row['fit_seconds']:.0f}")
    return printed


def prediction_rows(stack, frames):
    """
    Predict samples by a model.

    Parameters
    ----------
    stack : MultiRaterStackingClassifier
        The fitted model.
    frames : list of ndarray of shape (n_frames_i, n_features)
        Frames of the samples.

    Returns
    -------
    list of dict
        One for each sample: ``class``; ``probabilities`` by class; ``raters``, by rater a dict of ``class``
        and ``probabilities``.
    """
    classes = stack.classes_.tolist()

    def prediction(proba):
        probabilities = dict(zip(map(str, classes), proba.tolist(), strict=True))
        return {"class": classes[proba.argmax()], "probabilities": probabilities}

    rows = []
    for proba, of_raters in zip(stack.predict_proba(frames), stack.predict_proba_raters(frames), strict=True):
        raters = dict(zip(map(str, stack.raters_), map(prediction, of_raters), strict=True))
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
