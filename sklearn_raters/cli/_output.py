"""What the command prints and writes: the comparison table, and predictions in three forms."""

import csv
import json
import sys

from rich.console import Console
from rich.table import Table
from rich.text import Text

# A terminal knows its width; a file or a pipe takes lines as long as the table needs.
_WIDE = 160


def new_console():
    """Return a console on standard output that cuts nothing off."""
    return Console() if sys.stdout.isatty() else Console(width=_WIDE)


def show_comparison(table, title):
    """Print a table of `compare`, shares as percent."""
    # Names go in as Text: as a str, [name] would be taken for an instruction.
    recalls = [name for name in table.columns if name.startswith("recall_")]
    shown = Table(title=Text(title), title_justify="left")
    shown.add_column("model", no_wrap=True)
    headings = ["UAR %", *(name.removeprefix("recall_") for name in recalls)]
    compared = "difference" in table.columns
    headings += ["to crowd-hard", "95 % interval"] if compared else []
    for heading in [*headings, "training s"]:
        shown.add_column(Text(heading), justify="right")
    for name, row in table.iterrows():
        cells = [f"{100 * row['uar']:.1f}", *(f"{100 * row[recall]:.0f}" for recall in recalls)]
        if compared:
            cells += [f"{100 * row['difference']:+.1f}"]
            cells += [f"{100 * row['low']:+.1f} to {100 * row['high']:+.1f}"]
        shown.add_row(Text(str(name)), *cells, f"{row['fit_seconds']:.0f}")
    new_console().print(shown)


def answer_rows(files, stack, frames):
    """
    Ask a model about some files.

    Parameters
    ----------
    files : list of str
        Their names.
    stack : MultiRaterStackingClassifier
        The fitted model.
    frames : list of ndarray of shape (n_frames_i, n_features)
        Their frames.

    Returns
    -------
    list of dict
        One a file: ``file``, ``class``, ``probabilities`` by class, and ``raters``: by rater the
        ``class`` and the ``probabilities``.
    """
    classes = stack.classes_.tolist()

    def opinion(shares):
        probabilities = dict(zip(map(str, classes), map(float, shares), strict=True))
        return {"class": classes[shares.argmax()], "probabilities": probabilities}

    consensus, raters = stack.predict_proba(frames), stack.predict_proba_raters(frames)
    names = [str(name) for name in stack.raters_]
    return [
        {"file": file, **opinion(shares)} | {"raters": dict(zip(names, map(opinion, said), strict=True))}
        for file, shares, said in zip(files, consensus, raters, strict=True)
    ]


def write_answers(rows, form):
    """Print answers as "table", "csv" or "json"."""
    if form == "json":
        sys.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
    elif form == "csv":
        flat = [_flat(row) for row in rows]
        table = csv.DictWriter(sys.stdout, list(flat[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(flat)
    else:
        _show_answers(rows)


def _flat(row):
    """Spread one answer over columns."""
    columns = {"file": row["file"], "class": row["class"]}
    columns |= {f"p_{name}": f"{share:.6f}" for name, share in row["probabilities"].items()}
    for rater, opinion in row["raters"].items():
        columns[f"{rater}_class"] = opinion["class"]
        columns |= {f"{rater}_p_{name}": f"{p:.6f}" for name, p in opinion["probabilities"].items()}
    return columns


def _show_answers(rows):
    shown = Table()
    shown.add_column("file", overflow="fold")
    shown.add_column("class")
    for name in rows[0]["probabilities"]:
        shown.add_column(Text(f"{name} %"), justify="right")
    for rater in rows[0]["raters"]:
        shown.add_column(Text(f"{rater} would say"))
    for row in rows:
        shares = [f"{100 * share:.0f}" for share in row["probabilities"].values()]
        said = [
            Text(f"{opinion['class']} ({100 * max(opinion['probabilities'].values()):.0f} %)")
            for opinion in row["raters"].values()
        ]
        shown.add_row(Text(row["file"]), Text(str(row["class"])), *shares, *said)
    new_console().print(shown)
