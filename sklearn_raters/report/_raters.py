"""The part of the page on raters: coverage, agreement, hints, tables, pictures, and a page for each rater."""

from math import isnan

import numpy as np

from sklearn_raters.plots import AgreementDisplay, ClassUseDisplay, RaterConfusionsDisplay
from sklearn_raters.report._pictures import picture
from sklearn_raters.report._tables import Cell, Table, count, cut, interval, number, percent, text

# Rows of the table of pairs, and raters beside whom a rater is put on a page.
_MOST_PAIRS, _BESIDE = 300, 5
# Classes whose confusions fit beside each other.
_MOST_CLASSES = 15


def rater_part(found, task, max_raters):
    """
    Prepare the part of the page on raters.

    Parameters
    ----------
    found : sklearn.utils.Bunch
        Result of `inspect_ratings`.
    task : Task
        The ratings.
    max_raters : int
        Raters with a page of their own, and raters in a picture: those who rated most samples.

    Returns
    -------
    dict
        What the template shows.
    """
    single = found.raters.iloc[2:]
    interval_name = f"{100 * found.confidence:g} % interval"
    # Of raters with as many samples the first ones, as in the pictures.
    busiest = np.argsort(-single["samples"].to_numpy(), kind="stable")[:max_raters]
    anchors = {place: f"rater-{place}" for place in sorted(busiest.tolist())}
    return {
        "coverage": _coverage(found.coverage),
        "alpha": _alpha(found, interval_name),
        "hints": _hints(found.hints, task, anchors),
        "hinted": found.hints.attrs["compared"],
        "camps": _camps(found.camps),
        "pictures": _pictures(task, max_raters),
        "raters": _rater_table(found.raters, task, anchors, interval_name),
        "pairs": _pair_table(found.pairs, interval_name),
        "repeats": None
        if found.self_agreement is None
        else _repeat_table(found.self_agreement, interval_name),
        "pages": [_page(place, anchor, found, task, interval_name) for place, anchor in anchors.items()],
        "without_page": len(single) - len(anchors),
    }


def _coverage(numbers):
    """Return the coverage as pairs of name and text."""
    n = {name: f"{value:,.0f}" for name, value in numbers.dropna().items()}

    def spread(name):
        if f"{name}_most" not in n:
            return "none"
        return f"{n[f'{name}_least']} to {n[f'{name}_most']} (median {n[f'{name}_median']})"

    told = {
        "votes_outside_classes": "votes for no class",
        "ratings_of_several_classes": "ratings of several classes",
        "samples_with_one_rating": "samples with one rating",
        "samples_without_rating": "samples without a rating of a class",
        "raters_without_rating": "raters without a rating of a class",
    }
    return [
        ("samples", n["samples"]),
        ("raters", n["raters"]),
        ("votes", n["votes"]),
        ("ratings of a sample", spread("ratings_a_sample")),
        ("samples of a rater", spread("samples_a_rater")),
        *((name, n[key]) for key, name in told.items() if numbers[key]),
    ]


def _alpha(found, interval_name):
    if found.alpha_error is not None:
        return found.alpha_error
    alpha = found.alpha
    return f"{alpha.alpha:.3f} ({interval_name} {alpha.low:.3f} to {alpha.high:.3f})"


def _hints(hints, task, anchors):
    place = {name: index for index, name in enumerate(task.raters)}
    return [
        {
            "rater": cut(row["rater"]),
            "link": anchors.get(place[row["rater"]]),
            "looks": row["looks"],
            "evidence": cut(row["evidence"], 1000),
        }
        for _, row in hints.sort_values("p_value", kind="stable").iterrows()
    ]


def _camps(camps):
    """Return a sentence, and the names of the two camps; None if there are none."""
    if not len(camps):
        return None
    shares = {name: f"{100 * camps.attrs[name]:.0f} %" for name in ("inside_1", "inside_2", "across")}
    return {
        "sentence": f"Raters agree on {shares['inside_1']} and {shares['inside_2']} of the samples inside "
        f"the two camps, and on {shares['across']} across them.",
        "names": [[cut(name) for name in camps.index[camps["camp"] == number]] for number in (1, 2)],
    }


def _pictures(task, max_raters):
    pictures = [
        picture(
            "How often each two raters agree",
            "A matrix: the share of common samples on which two raters chose the same. The table of pairs "
            "holds the numbers.",
            lambda: AgreementDisplay.from_ratings(task, max_raters=max(2, max_raters)),
        ),
    ]
    if len(task.classes) <= _MOST_CLASSES:
        pictures.insert(
            0,
            picture(
                "Which classes each rater chooses",
                "Bars: the share of each class in the votes of each rater. The table holds the numbers.",
                lambda: ClassUseDisplay.from_ratings(task, max_raters=max_raters),
            ),
        )
        pictures.append(
            picture(
                "Each rater against the majority of the others",
                "A matrix for each rater: what the rater chose by what the majority of the others chose. The "
                "pages of the raters hold the numbers.",
                lambda: RaterConfusionsDisplay.from_ratings(task, max_raters=max_raters),
            )
        )
    return pictures


def _rater_table(raters, task, anchors, interval_name):
    crowd = ["majority of all", "votes of all"]
    shown = raters.iloc[[0, 1, *(place + 2 for place in anchors)]]
    classes = task.classes if len(task.classes) <= _MOST_CLASSES else []
    rows = []
    for name, (_, row) in zip([*crowd, *shown.index[2:]], shown.iterrows(), strict=True):
        shares = [percent(row[f"share_{label}"]) for label in classes]
        agreement = [percent(row["with_others"]), interval(row["low"], row["high"])]
        rows.append([text(name), count(row["samples"]), *shares, *agreement])
    shares = [f"{cut(label)} %" for label in classes]
    headings = ["rater", "samples", *shares, "with others %", interval_name]
    caption = "Raters: samples, use of the classes, agreement with the majority of the others"
    return Table(caption, headings, rows, len(raters) - len(shown), ["", "", *anchors.values()])


def _pair_table(pairs, interval_name):
    shown = pairs.sort_values("high", kind="stable").head(_MOST_PAIRS)
    rows = [
        [Cell(f"{cut(row['rater_a'])} and {cut(row['rater_b'])}"), *_agreement(row)]
        for row in shown.to_dict("records")
    ]
    headings = ["raters", "common samples", "agreement %", interval_name, "kappa"]
    caption = "Pairs of raters, those who agree least first, by the upper limit of the interval"
    return Table(caption, headings, rows, len(pairs) - len(shown))


def _agreement(row):
    """Return the cells of a pair of raters."""
    between = interval(row["low"], row["high"])
    return [count(row["samples"]), percent(row["agreement"]), between, number(row["kappa"])]


def _repeat_table(table, interval_name):
    rows = [
        [
            text(name),
            count(row["contents"]),
            count(row["pairs"]),
            percent(row["agreement"]),
            interval(row["low"], row["high"]),
        ]
        for name, row in table.head(_MOST_PAIRS).iterrows()
    ]
    headings = ["rater", "repeated contents", "pairs of ratings", "agreement %", interval_name]
    return Table("Raters with themselves", headings, rows, len(table) - len(rows))


def _page(place, anchor, found, task, interval_name):
    """Return what the template shows of one rater, the one at a place of the task's raters."""
    name, row = task.raters[place], found.raters.iloc[place + 2]
    hints = found.hints[found.hints["rater"] == name]
    facts = [("samples rated", f"{row['samples']:,.0f}")]
    if not isnan(row["with_others"]):
        agreement = f"{100 * row['with_others']:.0f} % of {row['compared']:,.0f} samples"
        facts.append(
            ("agreement with the majority of the others", f"{agreement} ({interval_name} {_range(row)} %)")
        )
    if len(found.camps) and name in found.camps.index:
        facts.append(("camp", f"{found.camps.loc[name, 'camp']} of 2, a hint"))
    return {
        "anchor": anchor,
        "name": cut(name),
        "facts": facts,
        "hints": [f"Looks {one['looks']}: {cut(one['evidence'], 1000)}." for _, one in hints.iterrows()],
        "use": _use_table(row, found.raters.iloc[1], task.classes),
        "confusions": _confusion_table(found.confusions[found.confusions["rater"] == name], task.classes),
        "beside": _beside(found.pairs, name, interval_name),
    }


def _range(row):
    return interval(row["low"], row["high"]).text


def _use_table(row, crowd, classes):
    names = sorted(classes, key=lambda label: -row[f"share_{label}"])[:_MOST_CLASSES]
    names = [label for label in classes if label in names]
    rows = [
        [text(label), percent(row[f"share_{label}"]), percent(crowd[f"share_{label}"])] for label in names
    ]
    headings = ["class", "this rater %", "all votes %"]
    return Table("Use of the classes", headings, rows, len(classes) - len(names))


def _confusion_table(counts, classes):
    """Return what the rater chose by what the others chose; its most frequent entries if it is too wide."""
    if not len(counts):
        return None
    if len(classes) > _MOST_CLASSES:
        shown = counts.sort_values("samples", ascending=False, kind="stable").head(_MOST_CLASSES)
        rows = [
            [text(row["others"]), text(row["own"]), count(row["samples"]), percent(row["share"], "{:.0f}")]
            for row in shown.to_dict("records")
        ]
        headings = ["others chose", "rater chose", "samples", "% of the others' choice"]
        return Table("Choices by the majority of the others", headings, rows, len(counts) - len(shown))
    found = {(row["others"], row["own"]): row for row in counts.to_dict("records")}
    totals = counts.groupby("others", sort=False)["samples"].sum()
    rows = []
    for others in classes:
        if others not in totals.index:
            continue
        cells = [found.get((others, own)) for own in classes]
        shares = [percent(0 if cell is None else cell["share"], "{:.0f}") for cell in cells]
        rows.append([text(others), count(totals[others]), *shares])
    headings = ["others chose", "samples", *(f"{cut(own)} %" for own in classes)]
    return Table("Choices by the majority of the others, % of the row", headings, rows)


def _beside(pairs, name, interval_name):
    """Return the raters who agree most and least with one, those with most common samples among equals."""
    mine = pairs[(pairs["rater_a"] == name) | (pairs["rater_b"] == name)]
    if not len(mine):
        return None
    columns = ["agreement", "samples"]
    shown = mine = mine.sort_values(columns, ascending=False, kind="stable")
    if len(mine) > 2 * _BESIDE:
        least = mine.iloc[_BESIDE:].sort_values(columns, ascending=[True, False], kind="stable")
        shown = mine.loc[[*mine.index[:_BESIDE], *least.index[:_BESIDE][::-1]]]
    rows = []
    for row in shown.to_dict("records"):
        other = row["rater_b"] if row["rater_a"] == name else row["rater_a"]
        rows.append([text(other), *_agreement(row)])
    headings = ["other rater", "common samples", "agreement %", interval_name, "kappa"]
    what = "Agreement with each other rater"
    if len(mine) > len(shown):
        what = "Agreement with the raters most and least alike"
    return Table(what, headings, rows, len(mine) - len(shown))
