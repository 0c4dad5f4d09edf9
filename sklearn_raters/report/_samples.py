"""The part of the page on samples: those that split the raters, and those worth another rating."""

import numpy as np

from sklearn_raters.ratings import is_missing
from sklearn_raters.report._media import recordings
from sklearn_raters.report._tables import Cell, Table, count, cut, number, percent, text

# Rows of the two tables of samples, and models with a column in the first.
_MOST_ROWS, _MOST_DOUBTS, _MOST_MODELS = 500, 200, 10
# Raters who are named beside a label, and characters of a text.
_MOST_NAMES, _LONGEST = 30, 5000


def sample_part(found, task, comparison, audio, texts, max_samples):
    """
    Prepare the part of the page on samples.

    Parameters
    ----------
    found : sklearn.utils.Bunch
        Result of `inspect_ratings`.
    task : Task
        The ratings.
    comparison : Comparison or None
        What models predicted.
    audio, texts : list or None
        The recording and the text of each sample.
    max_samples : int
        Number of samples that are shown, heard or read.

    Returns
    -------
    dict
        What the template shows.
    """
    samples = found.samples
    split = np.flatnonzero((samples["ratings"] > 1) & (samples["split"] > 0))
    order = np.lexsort((-samples["ratings"].to_numpy()[split], -samples["split"].to_numpy()[split]))
    split = split[order]
    rows = _prediction_rows(comparison)
    shown = split[:max_samples]
    chosen = _voters(task, shown)
    heard = [None] * len(shown) if audio is None else recordings([audio[sample] for sample in shown])
    doubts = np.lexsort((-samples["split"].fillna(0), samples["ratings"], -samples["doubt"]))[:_MOST_DOUBTS]
    return {
        "n_split": len(split),
        "cards": [
            {
                "name": cut(samples.index[sample]),
                "anchor": f"sample-{sample}",
                "votes": chosen[sample],
                "recording": recording,
                "text": None if texts is None else _text(texts[sample]),
                "truth": _labels(comparison, rows.get(sample)),
                "models": _what_models_say(comparison, rows.get(sample)),
                "views": _what_views_say(comparison, rows.get(sample)),
            }
            for sample, recording in zip(shown, heard, strict=True)
        ],
        "split": _split_table(samples, split, shown, task, comparison, rows),
        "doubts": _doubt_table(samples, doubts, task),
    }


def _prediction_rows(comparison):
    """Return the row of the predictions of each tested sample."""
    return (
        {} if comparison is None else {sample: row for row, sample in enumerate(comparison.tested.tolist())}
    )


def _voters(task, samples):
    """Return, by sample, pairs of a label and the raters who chose it, the most frequent label first."""
    votes, wanted = task.votes, {sample: {} for sample in samples.tolist()}
    for vote in np.flatnonzero(np.isin(votes.sample, samples)):
        names = wanted[int(votes.sample[vote])].setdefault(str(votes.labels[votes.label[vote]]), [])
        names.append(str(votes.raters[votes.rater[vote]]))
    return {sample: _by_frequency(by_label) for sample, by_label in wanted.items()}


def _by_frequency(names_by_label):
    """Return what the template shows of those who chose each label, the most frequent label first."""
    pairs = sorted(names_by_label.items(), key=lambda pair: -len(pair[1]))
    return [
        {"label": cut(label), "names": [*map(cut, names[:_MOST_NAMES])], "more": len(names) - _MOST_NAMES}
        for label, names in pairs
    ]


def _text(given):
    return "" if is_missing(given) else cut(given, _LONGEST)


def _labels(comparison, row):
    """Return the consensus of a tested sample, and its true label if there are any."""
    if row is None:
        return []
    labels = comparison.predictions.iloc[row]
    return [
        (kind, text(labels[kind]).text or "none") for kind in ("consensus", "truth") if kind in labels.index
    ]


def _what_models_say(comparison, row):
    """Return a table of the answers of models on one sample; None if it is untested."""
    if row is None:
        return None
    said, rows = comparison.predictions.iloc[row], []
    for model in comparison.table.index:
        label = said[model]
        columns = [f"{model}_{kind}_{label}" for kind in ("p", "share")]
        shares = [percent(said[name], "{:.0f}") if name in said.index else text(None) for name in columns]
        rows.append([text(model), text(label), *shares])
    return Table("What models say", ["model", "class", "probability %", "share %"], rows)


def _what_views_say(comparison, row):
    """Return, by stack, the classes that its views predict and the views, of one sample."""
    found = {}
    if row is None:
        return found
    said = comparison.predictions.iloc[row]
    for model in comparison.table.index:
        start, by_label = f"{model}_view_", {}
        for column in said.index:
            if str(column).startswith(start) and not is_missing(said[column]):
                by_label.setdefault(str(said[column]), []).append(column.removeprefix(start))
        if by_label:
            found[str(model)] = _by_frequency(by_label)
    return found


def _votes_of(row, classes):
    votes = [(row[f"votes_{label}"], label) for label in classes if row[f"votes_{label}"] > 0]
    return (
        ", ".join(f"{cut(label)}: {n:g}" for n, label in sorted(votes, key=lambda pair: -pair[0])) or "none"
    )


def _split_table(samples, split, shown, task, comparison, rows):
    models = [] if comparison is None else list(comparison.table.index[:_MOST_MODELS])
    cells = []
    for sample in split[:_MOST_ROWS]:
        row = samples.iloc[sample]
        line = [text(samples.index[sample]), Cell(_votes_of(row, task.classes))]
        line += [count(row["ratings"]), number(row["split"]), number(row["doubt"])]
        if models:
            said = comparison.predictions.iloc[rows[sample]] if sample in rows else dict.fromkeys(models)
            line += [text(said[model]) for model in models]
        cells.append(line)
    links = [f"sample-{sample}" for sample in shown] + [""] * (len(cells) - len(shown))
    headings = ["sample", "votes", "ratings", "split", "doubt", *map(cut, models)]
    return Table(
        "Samples that split the raters, widest first", headings, cells, len(split) - len(cells), links
    )


def _doubt_table(samples, doubts, task):
    rows = []
    for sample in doubts:
        row = samples.iloc[sample]
        votes = Cell(_votes_of(row, task.classes))
        rows.append([text(samples.index[sample]), votes, count(row["ratings"]), number(row["doubt"])])
    headings = ["sample", "votes", "ratings", "doubt"]
    left_out = len(samples) - len(rows)
    return Table("Samples worth another rating, most doubtful first", headings, rows, left_out)
