"""The part of the page on models: the comparison, its calibration, and how it was made."""

from sklearn_raters.plots import ComparisonDisplay, ReliabilityDisplay
from sklearn_raters.report._pictures import picture
from sklearn_raters.report._tables import Cell, Table, count, cut, interval, number, percent, text

# Classes whose recalls fit side by side.
_MOST_CLASSES = 15
# Models whose calibration is drawn, and rows of the table of fits.
_MOST_DRAWN, _MOST_FITS = 12, 500
# Further columns of UAR; those in other conditions are named after them.
_OTHERS = {"paper": "paper", "uar_sd": "deviation over seeds"}
_SOFT = (
    *("soft_cross_entropy", "jensen_shannon", "manhattan", "brier", "wasserstein", "soft_f1"),
    *("calibration_error", "rater_error_rate", "rater_distance"),
)
_IN_PERCENT = ("calibration_error", "rater_error_rate")


def model_part(comparison):
    """
    Prepare the part of the page on models.

    Parameters
    ----------
    comparison : Comparison
        The models, and what they predicted.

    Returns
    -------
    dict
        What the template shows.
    """
    table = comparison.table
    has_baseline = "difference" in table.columns
    predictions = comparison.predictions
    labels = predictions["truth" if "truth" in predictions.columns else "consensus"]
    judged = {name: answers for name, answers in comparison.judged.items() if answers}
    return {
        "baseline": comparison.settings["baseline"] if has_baseline else None,
        # A sample without a label is predicted, but no score counts it.
        "tested": f"{labels.notna().sum():,}",
        "against": comparison.settings["tested against"],
        "scores": _scores(table, has_baseline),
        "picture": _comparison_picture(table) if has_baseline else None,
        "soft": _soft_scores(table),
        "calibration": [_calibration_picture(name, judged[name]) for name in [*judged][:_MOST_DRAWN]],
        "not_drawn": [cut(name) for name in [*judged][_MOST_DRAWN:]],
        "without_probabilities": [cut(name) for name in comparison.judged if name not in judged],
        "fits": _fits(comparison.fits),
        "settings": [
            (name, cut(value, 1000)) for name, value in comparison.settings.items() if name != "shown"
        ],
        "shown": comparison.settings.get("shown", ""),
        "models": [(cut(name), cut(estimator, 3000)) for name, estimator in comparison.models.items()],
    }


def _scores(table, has_baseline):
    recalls = [name for name in table.columns if str(name).startswith("recall_")]
    recalls = recalls if len(recalls) <= _MOST_CLASSES else []
    others = [name for name in table.columns if str(name).startswith("uar_") or name == "paper"]
    names = [_OTHERS.get(name) or cut(name.replace("_", " ").replace("uar", "UAR", 1)) for name in others]
    headings = ["model", "UAR %", *(f"{name} %" for name in names)]
    headings += ["difference", "95 % interval"] if has_baseline else []
    headings += ["accuracy %", *(f"{cut(name.removeprefix('recall_'))} %" for name in recalls)]
    headings += ["training s", "prediction s"]
    rows = []
    for name, row in table.iterrows():
        cells = [text(name), percent(row["uar"]), *(percent(row[other]) for other in others)]
        if has_baseline:
            cells.append(percent(row["difference"], "{:+.1f}"))
            cells.append(interval(row["low"], row["high"], "{:+.1f}"))
        cells += [percent(row["accuracy"]), *(percent(row[recall], "{:.0f}") for recall in recalls)]
        rows.append(
            [*cells, number(row["fit_seconds"], "{:,.1f}"), number(row["predict_seconds"], "{:,.1f}")]
        )
    return Table("Models: UAR, the recall of each class, seconds", headings, rows)


def _comparison_picture(table):
    return picture(
        "Differences from the baseline, with intervals",
        "Points with lines: the difference of each model's UAR from the baseline's, and its 95 % interval.",
        lambda: ComparisonDisplay.from_comparison(table),
    )


def _soft_scores(table):
    names = [name for name in _SOFT if name in table.columns]
    rows = []
    for model, row in table.iterrows():
        cells = [percent(row[name]) if name in _IN_PERCENT else number(row[name], "{:.3f}") for name in names]
        rows.append([text(model), *cells])
    headings = [f"{name.replace('_', ' ')}{' %' if name in _IN_PERCENT else ''}" for name in names]
    caption = (
        "Predicted shares against the shares of the votes, and labels predicted for each rater against those "
        "given, of all tested samples with a vote for a class. Smaller is better; of soft f1, greater"
    )
    return Table(caption, ["model", *headings], rows)


def _calibration_picture(name, answers):
    return picture(
        f"Calibration of {cut(name)}",
        f"Curves: how often answers of {cut(name)} are right, by their confidence. On the diagonal, both are "
        "the same.",
        lambda: ReliabilityDisplay(answers=answers).plot(),
    )


def _fits(fits):
    rows = [
        [
            text(f"{row['model']}, fold {row['fold']}"),
            count(row["train_samples"]),
            count(row["test_samples"]),
            number(row["fit_seconds"]),
            number(row["predict_seconds"]),
            Cell(cut(row["chosen"], 500)),
        ]
        for _, row in fits.head(_MOST_FITS).iterrows()
    ]
    headings = ["fit", "samples given", "test samples", "training s", "prediction s", "chosen by searches"]
    caption = "Fits; those of models that take no ratings are given the samples with a consensus only"
    return Table(caption, headings, rows, len(fits) - len(rows))
