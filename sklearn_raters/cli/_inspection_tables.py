"""Print the tables of `inspect_ratings`, the most telling rows of each."""

from math import isnan

from rich.table import Table
from rich.text import Text

from sklearn_raters.cli._output import new_console

# Classes beyond which their shares are left to the CSV file.
_MOST_CLASSES = 12


def print_inspection(found, task, top):
    """
    Print coverage, alpha, raters, pairs, hints, camps and samples.

    Parameters
    ----------
    found : sklearn.utils.Bunch
        Result of `inspect_ratings`.
    task : Task
        The ratings.
    top : int
        Number of rows of each table that are printed.
    """
    console = new_console()
    for line in _coverage(found.coverage):
        console.print(line, highlight=False)
    console.print(_alpha(found), highlight=False)
    tables = [
        _raters(found.raters, task.classes, top),
        _pairs(found.pairs, top),
        _confusions(found.confusions, top),
    ]
    if found.self_agreement is not None:
        tables.append(_self_agreement(found.self_agreement, top))
    for table in tables:
        _print_table(console, table)
    console.print()
    for line in [*_hints(found.hints, top), *_camps(found.camps)]:
        console.print(line, highlight=False)
    for table in _samples(found.samples, task.classes, top):
        _print_table(console, table)


def _print_table(console, table):
    # As a line of its own, because rich breaks a title at the width of the table.
    title, table.title = table.title, None
    console.print()
    console.print(title, highlight=False)
    if table.row_count:
        console.print(table)


def _coverage(numbers):
    n = {name: int(value) for name, value in numbers.dropna().items()}

    def spread(name):
        return (
            f"{n[f'{name}_least']:,} to {n[f'{name}_most']:,} (median {numbers[f'{name}_median']:,.0f})"
            if f"{name}_most" in n
            else "none"
        )

    yield Text(f"{n['votes']:,} votes, {n['raters']:,} raters, {n['samples']:,} samples")
    yield Text(f"  ratings of a sample: {spread('ratings_a_sample')}")
    yield Text(f"  samples of a rater:  {spread('samples_a_rater')}")
    told = {
        "votes_outside_classes": "votes for no class",
        "ratings_of_several_classes": "ratings of several classes",
        "samples_with_one_rating": "samples with one rating, which tell nothing of agreement",
        "samples_without_rating": "samples without a rating of a class",
        "raters_without_rating": "raters without a rating of a class",
    }
    for name, text in told.items():
        if n[name]:
            yield Text(f"  {n[name]:,} {text}")


def _alpha(found):
    if found.alpha_error is not None:
        return Text(found.alpha_error)
    return Text(
        f"  Krippendorff's alpha: {found.alpha.alpha:.3f} (interval {found.alpha.low:.3f} to "
        f"{found.alpha.high:.3f}; 1: perfect agreement, 0: chance)"
    )


def _table(title, *columns, names=1):
    """Return an empty table whose first columns hold names, and the others numbers."""
    # Names are given as Text: in a str, rich takes [name] for markup.
    made = Table(title=Text(title))
    for place, name in enumerate(columns):
        made.add_column(Text(name), justify="left" if place < names else "right", overflow="fold")
    return made


def _title(what, n_rows, top, order=""):
    if n_rows <= top:
        return f"{what} ({n_rows})" if n_rows else f"{what}: none"
    return f"{what} ({top} of {n_rows:,}, {order})"


def _percent(share):
    return "-" if isnan(share) else f"{100 * share:.0f}"


def _range(row):
    return "-" if isnan(row["low"]) else f"{100 * row['low']:.0f} to {100 * row['high']:.0f}"


def _raters(raters, classes, top):
    crowd, single = raters.iloc[:2], raters.iloc[2:]
    shown = single.sort_values("with_others", kind="stable").head(top) if len(single) > top else single
    title = _title("Raters: use of the classes", len(single), top, "those least like the others")
    classes = classes if len(classes) <= _MOST_CLASSES else []
    made = _table(
        f"{title}; agreement with the majority of the others",
        "rater",
        "samples",
        *(f"{name} %" for name in classes),
        "with others %",
        "95 % interval",
    )
    for names, rows in ((["majority of all", "votes of all"], crowd), (shown.index, shown)):
        for name, (_, row) in zip(names, rows.iterrows(), strict=True):
            shares = [_percent(row[f"share_{label}"]) for label in classes]
            agreement = [_percent(row["with_others"]), _range(row)]
            made.add_row(Text(str(name)), f"{int(row['samples']):,}", *shares, *agreement)
        made.add_section()
    return made


def _pairs(pairs, top):
    order = "those who agree least, by the upper limit of the interval"
    title = _title("Pairs of raters", len(pairs), top, order)
    if left_out := pairs.attrs["raters_left_out"]:
        title += f"; {left_out:,} raters with fewer ratings are not paired"
    kind = "weighted kappa" if pairs.attrs["weighted"] else "kappa"
    made = _table(title, "rater", "rater", "samples", "same class %", "95 % interval", kind, names=2)
    shown = pairs.sort_values("high", kind="stable").head(top) if len(pairs) > top else pairs
    for row in shown.to_dict("records"):  # iterrows would make whole numbers that name raters floats
        kappa = "-" if isnan(row["kappa"]) else f"{row['kappa']:.2f}"
        names = (Text(str(row[name])) for name in ("rater_a", "rater_b"))
        made.add_row(*names, f"{row['samples']:,}", _percent(row["agreement"]), _range(row), kappa)
    return made


def _confusions(counts, top):
    """Return a table of the exchanges of classes that are most peculiar to a rater."""
    wrong = counts[(counts["others"] != counts["own"]) & (counts["samples"] >= 5)]
    more = (wrong["share"] - wrong["usual"]).sort_values(ascending=False, kind="stable")
    shown = wrong.loc[more.index].head(top)
    title = _title("Confusions with the majority of the others", len(wrong), top, "those least usual")
    names = "rater", "others chose", "rater chose", "samples", "%", "usual %"
    made = _table(f"{title}, of 5 samples or more; usual: other raters", *names, names=3)
    for row in shown.to_dict("records"):  # iterrows would make whole numbers that name raters floats
        names = (Text(str(row[name])) for name in ("rater", "others", "own"))
        made.add_row(*names, f"{row['samples']:,}", _percent(row["share"]), _percent(row["usual"]))
    return made


def _self_agreement(table, top):
    title = _title("Raters with themselves, on repeated content", len(table), top, "those who repeat least")
    shown = table.sort_values("agreement", kind="stable").head(top) if len(table) > top else table
    made = _table(title, "rater", "contents", "pairs", "agree %", "95 % interval")
    for name, row in shown.iterrows():
        cells = f"{int(row['contents']):,}", f"{int(row['pairs']):,}", _percent(row["agreement"]), _range(row)
        made.add_row(Text(str(name)), *cells)
    return made


def _hints(hints, top):
    compared, least = hints.attrs["compared"], hints.attrs["min_ratings"]
    enough = f"{compared:,} raters with {least} ratings or more, beside others'"
    if not compared:
        yield Text(f"Hints: no rater has {least} ratings beside others', which a hint needs.")
        return
    if not len(hints):
        yield Text(f"Hints: none of the {enough}, looks constant, random or reversed.")
        return
    yield Text(f"Hints, not verdicts, on {len(hints):,} of {enough}:")
    for _, row in hints.sort_values("p_value", kind="stable").head(top).iterrows():
        yield Text(f"  {row['rater']} looks {row['looks']}: {row['evidence']}.")
    if len(hints) > top:
        yield Text(f"  ... and {len(hints) - top:,} more.")


def _camps(camps):
    if not len(camps):
        yield Text("Camps: none found.")
        return
    shares = {name: f"{100 * camps.attrs[name]:.0f} %" for name in ("inside_1", "inside_2", "across")}
    yield Text(
        f"Camps (a hint): raters agree on {shares['inside_1']} and {shares['inside_2']} of the samples "
        f"inside the two, on {shares['across']} across."
    )
    for number in (1, 2):
        names = camps.index[camps["camp"] == number]
        more = f" and {len(names) - 20:,} more" if len(names) > 20 else ""
        yield Text(f"  camp {number}, {len(names)} raters: {', '.join(map(str, names[:20]))}{more}")


def _samples(samples, classes, top):
    """Yield the tables of samples that split the raters, and of those worth another rating."""
    rated = samples[samples["ratings"] > 0]
    split = rated[rated["ratings"] > 1].sort_values(["split", "ratings"], ascending=False, kind="stable")
    split = split[split["split"] > 0]
    order = {"doubt": False, "ratings": True, "split": False}
    doubt = samples.sort_values(list(order), ascending=list(order.values()), kind="stable")
    made = _title("Samples that split the raters", len(split), top, "widest first")
    yield _sample_table(made, split.head(top), classes, "split")
    made = _title(
        "Samples worth another rating",
        len(doubt),
        top,
        f"{(samples['doubt'] == 0.5).sum():,} of them without a leading class; most doubtful first",
    )
    yield _sample_table(made, doubt.head(top), classes, "doubt")


def _sample_table(title, rows, classes, column):
    made = _table(title, "sample", "votes", column, "ratings", names=2)
    for name, row in rows.iterrows():
        votes = [(row[f"votes_{label}"], label) for label in classes if row[f"votes_{label}"] > 0]
        text = ", ".join(f"{label}: {n:g}" for n, label in votes) or "none"
        made.add_row(Text(str(name)), Text(text), f"{row[column]:.2f}", f"{row['ratings']:,}")
    return made
