"""The options --report and --predictions: what they check and write."""

import shlex
from dataclasses import replace
from pathlib import Path

from sklearn_raters._files import check_table
from sklearn_raters.cli._corpus import is_made
from sklearn_raters.cli._meaning import meaning
from sklearn_raters.features import SAMPLING_RATE, read_audio
from sklearn_raters.report import check_report, make_report


def check_outputs(options):
    """Check, before any work, that the report and the predictions can be made and written."""
    if options.report is not None:
        check_report(options.report)
    if getattr(options, "predictions", None) is not None:
        check_table(options.predictions)


def wants_comparison(options):
    """Return whether the options ask for more than the table of scores."""
    return options.report is not None or options.predictions is not None


def audio_for_report(options, corpus):
    """Return the recordings as the report needs them; None if there is no report.

    Parameters
    ----------
    options : argparse.Namespace
        The options of ``evaluate``.
    corpus : sklearn.utils.Bunch
        The corpus, while its audio is there.

    Returns
    -------
    list or None
        Paths; of synthetic speech that is deleted in the end, pairs of signal and rate.
    """
    if options.report is None:
        return None
    if is_made(options) and options.root is None:
        return [(read_audio(path)[0], SAMPLING_RATE) for path in corpus.X]
    return list(corpus.X)


def write_outputs(options, comparison, table, audio, files):
    """
    Write the report and the predictions that the options of ``evaluate`` ask for.

    Parameters
    ----------
    options : argparse.Namespace
        The options.
    comparison : Comparison
        What was compared, with several seeds the comparison of the first one.
    table : DataFrame
        The table of scores as it is printed.
    audio : list or None
        Result of `audio_for_report`.
    files : dict of Path
        Where to write the "predictions" and the "report".
    """
    if options.predictions is not None:
        comparison.write_predictions(files["predictions"])
    if options.report is not None:
        name = options.corpus if options.ratings is None else Path(options.ratings).name
        baseline = comparison.settings["baseline"] if "difference" in table else None
        summary = meaning(table, len(comparison.task.classes), baseline, options.protocol)
        settings = dict(comparison.settings)
        if options.seeds > 1:
            settings["seed"] = f"{options.seed} to {options.seed + options.seeds - 1}"
            settings["shown"] = (
                f"Of seed {options.seed} alone; the scores above are means over the seeds {settings['seed']}."
            )
        told = {"title": f"Raters and models: {name}", "command": command_of(options), "summary": summary}
        replace(comparison, table=table, settings=settings).to_html(files["report"], audio=audio, **told)


def write_rater_report(options, task, found, shown, path):
    """
    Write the report that ``inspect`` makes.

    Parameters
    ----------
    options : argparse.Namespace
        The options.
    task : Task
        The ratings.
    found : sklearn.utils.Bunch
        Result of `inspect_ratings`.
    shown : dict
        The `audio` and the `texts` of the samples, None without.
    path : Path
        Where to write.
    """
    told = {"title": f"Raters: {Path(options.ratings).name}", "command": command_of(options)}
    make_report(task, path, inspection=found, **shown, **told)


def command_of(options):
    """Return the command as it was typed, quoted for a shell."""
    return shlex.join(["sklearn-raters", *options.words])
