"""The predictions of ``predict``: made by a model, printed in three formats, and as a table for a file."""

import csv
import os
import sys

from rich.table import Column, Table
from rich.text import Text

from sklearn_raters.cli._output import fits, new_console, print_json

# Raters of one class that are listed by name.
_LISTED = 10
# Characters of a line that the name of a file gets at least; the rest of it stands below.
_NAME = 30


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


def prediction_table(rows):
    """
    Return predictions as a table.

    Parameters
    ----------
    rows : list of dict
        As `print_predictions` takes them.

    Returns
    -------
    DataFrame
        A row for each prediction, by ``file``, with the columns of the format csv. Bytes in the name of a
        file or speaker that are no letters are written by their hexadecimal numbers.
    """
    import pandas as pd

    flat = [_flat(row) for row in rows]
    for row in flat:
        for name in ("file", "speaker"):
            if isinstance(row.get(name), str):
                row[name] = os.fsencode(row[name]).decode(errors="backslashreplace")
    return pd.DataFrame(flat).set_index("file")


def print_predictions(rows, form):
    """
    Print predictions.

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
        table.writerows(_flat(row, "{:.6f}".format) for row in rows)
    else:
        _print_table(rows)


def _flat(row, share=float):
    """Return a prediction as a dict from column to cell."""
    cells = {key: value for key, value in row.items() if key not in ("probabilities", "raters")}
    cells |= {f"p_{name}": share(value) for name, value in row["probabilities"].items()}
    for rater, prediction in row["raters"].items():
        cells[f"{rater}_class"] = prediction["class"]
        cells |= {f"{rater}_p_{name}": share(value) for name, value in prediction["probabilities"].items()}
    return cells


def _print_table(rows):
    """Print a table to read; where it is too wide, raters by themselves, and the highest probability only."""
    console = new_console()
    with_short_names = [{**row, "file": row["file"][:_NAME]} for row in rows]
    for parts in (("shares", "raters"), ("shares",), ()):
        if fits(console, _answers(with_short_names, parts)):
            break
    console.print(_answers(rows, parts))
    if "raters" in parts:
        return
    others = _differing_raters(rows)
    if others.row_count:
        console.print(others)
    told = "All raters would choose the class of the file."
    if others.row_count:
        told = f"Of {len(rows[0]['raters'])} raters, those not named for a file would choose its class."
    if "shares" not in parts:
        told += " All probabilities: --format csv, --json or --out."
    console.print(Text(told))


def _answers(rows, parts):
    """Return the table of classes, with the `parts` "shares" of all classes and what "raters" would say."""
    printed = _new_table(rows)
    if "speaker" in rows[0]:
        printed.add_column("speaker")
    printed.add_column("class")
    for name in rows[0]["probabilities"] if "shares" in parts else [""]:
        printed.add_column(Text(f"{name} %".strip()), justify="right")
    for rater in rows[0]["raters"] if "raters" in parts else []:
        printed.add_column(Text(f"{rater} would say"))
    for row in rows:
        shares = [f"{100 * share:.0f}" for share in row["probabilities"].values()]
        highest = f"{100 * max(row['probabilities'].values()):.0f}"
        cells = _about(row)
        if "speaker" in row:
            cells.append(Text(_describe_speaker(row)))
        cells += [Text(str(row["class"])), *(shares if "shares" in parts else [highest])]
        for prediction in row["raters"].values() if "raters" in parts else []:
            share = max(prediction["probabilities"].values())
            cells.append(Text(f"{prediction['class']} ({100 * share:.0f} %)"))
        printed.add_row(*cells)
    return printed


def _new_table(rows):
    """Return a table with the columns that tell what a prediction is about."""
    printed = Table(Column("file", overflow="fold"))
    if "start" in rows[0]:
        printed.add_column("s", justify="right")
    return printed


def _about(row):
    """Return the cells of these columns."""
    times = [Text(f"{row['start']:.1f} to {row['end']:.1f}")] if "start" in row else []
    return [Text(row["file"]), *times]


def _differing_raters(rows):
    """Return the table of the raters who would choose another class than that of the file, by that class."""
    printed = _new_table(rows)
    printed.add_column("raters who would choose another class")
    for row in rows:
        others = {}
        for rater, prediction in row["raters"].items():
            if prediction["class"] != row["class"]:
                others.setdefault(str(prediction["class"]), []).append(rater)
        named = [f"{name}: {_listed(raters)}" for name, raters in others.items()]
        if named:
            printed.add_row(*_about(row), Text("\n".join(named)))
    return printed


def _listed(names):
    """Return names, separated by commas, and how many are left out."""
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{', '.join(names[:_LISTED])}{more}"


def _describe_speaker(row):
    """Return the speaker's name and how well the speaker is known."""
    n = row["speaker_recordings"]
    known = f"{'known by' if row['speaker_known'] else 'new,'} {n} recording{'s' if n > 1 else ''}"
    return known if row["speaker"] is None else f"{row['speaker']} ({known})"
