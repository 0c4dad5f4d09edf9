"""The command line: ``sklearn-raters inspect``, ``evaluate``, ``train``, ``predict`` and ``guide``."""

import argparse
import os
import sys
import warnings

from sklearn_raters import __version__
from sklearn_raters.cli._values import mapping, names, positive, scale, segments, views

DESCRIPTION = """\
Learn emotions or other classes from audio that several raters have labelled. Each view is a network that
learns from the labels of one rater or of the crowd of all raters, and a fusion combines the views."""
EVALUATE = """\
Compare the view of each rater, the two views of the crowd and their fusion by cross-validation: each session
is left out once. Without options, the command makes a small synthetic corpus in a temporary folder."""
INSPECT = """\
Look at the raters of a table of votes, without audio and training: coverage, use of the classes, agreement of
pairs and of all, each rater against the others, raters who look constant, random, reversed or split into
camps (hints, not verdicts), and samples that split the raters or are worth another rating."""
TRAIN = "Train all views and their fusion on a whole corpus and write the model to a file."
PREDICT = """\
Print the predicted class of audio files, the probabilities of the classes, and the class that each rater
would choose. FILES are audio files, folders of audio, CSV or TSV tables with the column "file" and, if known,
"speaker", or - for a path in each line of standard input. A speaker whom the model knows, from training or by
--remember, is scaled by what is known; of any other speaker, it starts from what is usual and moves towards
the speaker's own as there are more recordings in FILES. So no answer depends on recordings of others. Files
that cannot be used, or are silent, are listed with the reasons, and the command exits with status 3. Model
files hold data only: reading one runs no code of its author."""
GUIDE = """\
Write the guide and the description of every public name as pages of HTML, and open them in a browser.
Needs no network, but pdoc: pip install 'sklearn-raters[guide]'."""

# Help of each option; `add_option` adds its choices and its default.
HELP = {
    "corpus": "rated audio to learn from",
    "root": "folder of the corpus; the synthetic corpus is kept there",
    "ratings": "your own ratings in place of --corpus: a table with a row for each vote (CSV, TSV, JSON "
    "lines, Parquet, Excel), or the export of an annotation tool",
    "audio": "folder with the audio of --ratings",
    "tool": "tool that wrote --ratings: table, label-studio, argilla, prodigy, doccano, potato, mturk, "
    "prolific, toloka, crowd-kit or lewidi (default: recognised from the file)",
    "question": "question whose answers are the labels, where the raters answered several",
    "sample-column": "column of --ratings with the sample (default: the one with a usual name)",
    "rater-column": "column of --ratings with the rater (default: the one with a usual name)",
    "label-column": "column of --ratings with the label (default: the one with a usual name)",
    "speaker-column": "column with the speaker (default: all audio is of one speaker)",
    "session-column": "column with the session, whose samples are kept in one fold (default: the speaker)",
    "missing-label": "labels of --ratings that mean 'not rated', such as -1",
    "label-separator": "what separates several labels in one cell of --ratings, such as ; or '|'",
    "bins": "classes of the scores in --ratings, edges and names in turn: 0,low,33,middle,66,high,100. A "
    "score on an inner edge belongs to the class below it",
    "classes": "classes to learn (default: the classes of the corpus)",
    "label-map": "labels to merge after the majority is taken, such as excitement=happiness; a label with "
    "nothing after its = sign means 'not rated' (default: the map of the corpus)",
    "views": "views to train. crowd_hard: majority labels; crowd_soft: distributions of labels; raters: a "
    "view for each rater with --min-ratings; or names of raters; all: crowd_hard,crowd_soft,raters",
    "min-ratings": "number of samples that a rater with a view must have rated in every training part",
    "alpha": "smoothing of the distributions of crowd_soft, 0 or more",
    "fusion": "how the views are combined",
    "class-weight": "weights of the classes in the fusion",
    "epochs": "number of passes over the training samples (default: 15, or more for few samples; for the "
    "synthetic speech 8, so that it is quick)",
    "batch-size": "samples in each step (default: 32; for the synthetic speech 16)",
    "learning-rate": "size of the first steps; they shrink to zero",
    "seed": "seed of all random numbers",
    "n-jobs": "number of processes; -1 uses all cores",
    "device": "device of the networks: cpu, cuda, ...; auto uses a GPU if there is one",
    "cache": "folder to keep features and trained views in, with which an interrupted run continues",
    "skip-broken": "leave out audio files that cannot be used, list them with the reasons on standard error, "
    "and exit with status 3",
    "ordered": "take the classes as ordered, as --classes or --bins give them, or as numbers",
    "repeat-column": "column with what a sample shows (a text, a recording), equal for samples that repeat "
    "each other: compares each rater with himself",
    "output": "existing or new folder to write all tables to, as CSV files",
    "top": "number of raters, pairs and samples to print in each table",
    "out": "file to write the numbers to",
    "report": "file to write a report to, one HTML page that needs no network: raters, samples that split "
    "them, and after evaluate the models. Needs pip install 'sklearn-raters[report]'",
    "predictions": "file to write every prediction to, by its ending CSV or Parquet: of each tested sample "
    "the fold, the consensus, the votes, and the class and probabilities of each model",
    "protocol": "settings of a publication, which take the place of the options of corpus, folds and model; "
    "--epochs, --batch-size and --learning-rate narrow its search",
    "folds": "number of folds (default: the number of sessions, or 5 if there are more than ten)",
    "format": "format of the output",
    "speakers": "speakers of the files that no table names",
    "speaker": "name of the speaker of all files",
    "segments": "answer along time, in segments of so many seconds, or in stretches of speech between pauses "
    "(speech; needs the extra 'speech')",
    "remember": "file to write the model to, with the named speakers among those that it knows",
}

# Repeated here, since importing the library for --help takes a second; a test compares both lists.
FUSIONS = {
    "pool": "log-linear pool of the views' probabilities, learnt out of fold",
    "logistic": "logistic regression on the views' representations, with a penalty chosen on held-out data",
    "softmax": "the paper's layer, trained by Adamax with dropout",
    "mean": "mean of the views' probabilities",
    "mixture": "weighted mean of the views' probabilities, with weights learnt on held-out data",
    "fine_tune": "logistic, then all views and the layer are trained further",
}
CORPORA = {
    "made": "synthetic speech, made by the command",
    "iemocap": "IEMOCAP in --root",
    "speechocean762": "speechocean762 in --root",
    "crema-d": "CREMA-D in --root, by voice",
    "msp-improv": "MSP-IMPROV in --root",
    "msp-podcast": "MSP-Podcast in --root",
}
PROTOCOLS = {"paper": "Chou & Lee 2019 on IEMOCAP in --root, beside the numbers of its Table 3"}
CLASS_WEIGHTS = {
    "balanced": "classes have equal weight for any number of samples",
    "none": "samples have equal weight",
}
FORMATS = {"table": "a table to read, in percent", "csv": "a line for each file", "json": "a list of objects"}
SPEAKERS = {
    "each": "nothing is known of them but the file itself",
    "one": "all FILES are of one new speaker",
    "folder": "the folder of a file has the name of its speaker",
}


def add_option(parser, name, default=None, choices=None, **settings):
    """Add the option ``--name``, whose help explains each choice and gives the default."""
    text = HELP[name]
    if choices is not None:
        text += ". " + "; ".join(f"{choice}: {meaning}" for choice, meaning in choices.items())
    if default is not None:
        text += f" (default: {default})"
    parser.add_argument(f"--{name}", default=default, choices=choices, help=text, **settings)


def add_corpus_options(parser):
    """Add the options that name the data."""
    data = parser.add_argument_group("the corpus")
    add_option(data, "corpus", "made", CORPORA)
    add_option(data, "root", metavar="DIR")
    add_option(data, "ratings", metavar="FILE")
    add_option(data, "audio", metavar="DIR")
    add_option(data, "speaker-column", metavar="NAME")
    add_option(data, "session-column", metavar="NAME")
    add_reading_options(data)


def add_reading_options(data):
    """Add the options by which a table of votes is read."""
    add_option(data, "tool", metavar="NAME")
    add_option(data, "question", metavar="NAME")
    add_option(data, "sample-column", metavar="NAME")
    add_option(data, "rater-column", metavar="NAME")
    add_option(data, "label-column", metavar="NAME")
    add_option(data, "missing-label", type=names, metavar="A,B")
    add_option(data, "label-separator", metavar="TEXT")
    add_option(data, "bins", type=scale, metavar="0,A,1,B,2")
    add_option(data, "classes", type=names, metavar="A,B")
    add_option(data, "label-map", type=mapping, metavar="FROM=TO")


def add_model_options(parser):
    """Add the options of the model and its training."""
    model = parser.add_argument_group("the model")
    add_option(model, "views", "all", type=views, metavar="A,B")
    add_option(model, "min-ratings", 30, type=positive, metavar="N")
    add_option(model, "alpha", 0.75, type=float)
    add_option(model, "fusion", "pool", FUSIONS)
    add_option(model, "class-weight", "balanced", CLASS_WEIGHTS)
    add_option(model, "epochs", type=positive, metavar="N")
    add_option(model, "batch-size", type=positive, metavar="N")
    add_option(model, "learning-rate", 2e-3, type=float, metavar="RATE")
    run = parser.add_argument_group("the run")
    add_option(run, "seed", 0, type=int)
    add_option(run, "n-jobs", -1, type=int, metavar="N")
    add_option(run, "device", "auto")
    add_option(run, "cache", metavar="DIR")
    run.add_argument("--skip-broken", action="store_true", help=HELP["skip-broken"])


def build_parser(protocol=None):
    """Return the parser of the whole command line; a protocol is a dict of defaults for ``evaluate``."""
    parser = argparse.ArgumentParser(prog="sklearn-raters", description=DESCRIPTION)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    inspect = commands.add_parser("inspect", help="look at the raters of a table", description=INSPECT)
    inspect.add_argument("ratings", metavar="RATINGS", help="CSV or TSV table with a row for each vote")
    add_reading_options(inspect.add_argument_group("the table"))
    look = inspect.add_argument_group("the look")
    look.add_argument("--ordered", action="store_true", help=HELP["ordered"])
    add_option(look, "repeat-column", metavar="NAME")
    add_option(look, "output", metavar="FOLDER")
    add_option(look, "report", metavar="HTML")
    add_option(look, "top", 10, type=positive, metavar="N")
    add_option(look, "seed", 0, type=int)

    evaluate = commands.add_parser("evaluate", help="compare views on a corpus", description=EVALUATE)
    add_option(evaluate, "out", "sklearn_raters_results.csv", metavar="CSV")
    add_option(evaluate, "report", metavar="HTML")
    add_option(evaluate, "predictions", metavar="FILE")
    add_option(evaluate, "folds", type=positive, metavar="N")
    add_option(evaluate, "protocol", choices=PROTOCOLS)
    train = commands.add_parser("train", help="train a model on a corpus", description=TRAIN)
    train.add_argument("--out", metavar="MODEL", required=True, help="file to write the model to")
    for command in (evaluate, train):
        add_corpus_options(command)
        add_model_options(command)
    evaluate.set_defaults(**(protocol or {}))

    predict = commands.add_parser("predict", help="predict audio files by a model", description=PREDICT)
    predict.add_argument("model", metavar="MODEL", help="file that `sklearn-raters train` has written")
    predict.add_argument("files", metavar="FILES", nargs="+", help="audio files, folders, tables, or -")
    speakers = predict.add_mutually_exclusive_group()
    add_option(speakers, "speakers", "each", SPEAKERS)
    add_option(speakers, "speaker", metavar="NAME")
    add_option(predict, "remember", metavar="MODEL")
    add_option(predict, "segments", type=segments, metavar="SECONDS")
    add_option(predict, "format", "table", FORMATS)
    add_option(predict, "n-jobs", 1, type=int, metavar="N")

    guide = commands.add_parser("guide", help="read the guide in a browser", description=GUIDE)
    guide.add_argument("--out", metavar="DIR", help="folder to write the pages to (default: a temporary one)")
    guide.add_argument("--no-browser", action="store_true", help="print where the pages are, open none")
    return parser


def show_warning(message, category, filename, lineno, file=None, line=None):
    """Print a warning on one line, without the code that raised it."""
    print(f"warning: {one_line(message)}", file=sys.stderr)


def one_line(error):
    """Return a message on one line."""
    return " ".join(str(error).split()) or type(error).__name__


def main(arguments=None):
    """
    Run the command line.

    Parameters
    ----------
    arguments : list of str, default=None
        Words after the name of the command; None takes the arguments of the process.

    Returns
    -------
    int
        Exit status: 0 for success, 2 for wrong input (explained in one line on standard error), 3 for success
        on all audio but files that were skipped, 130 after Ctrl-C, 141 if the reader of the
        output has closed it.

    Examples
    --------
    >>> from sklearn_raters.cli import main
    >>> main(["predict", "no.model", "a.wav"])
    2
    """
    options = build_parser().parse_args(arguments)
    try:
        # Imported here, because --help should not wait for it.
        from sklearn_raters.cli import _guide, _inspect, _jobs, _predict, _protocol

        if getattr(options, "protocol", None) is not None:
            # Parsed again over the protocol's defaults: what differs from them was given.
            options = build_parser(_protocol.PAPER_OPTIONS).parse_args(arguments)
        options.words = sys.argv[1:] if arguments is None else arguments
        with warnings.catch_warnings():
            warnings.showwarning = show_warning
            homes = {"guide": _guide, "inspect": _inspect, "predict": _predict}
            return getattr(homes.get(options.command, _jobs), options.command)(options)
    except KeyboardInterrupt:
        print("Interrupted; nothing was written.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Python would write to the closed output once more at its end, and report the error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except (ValueError, OSError, ImportError, RuntimeError, MemoryError) as error:
        print(f"sklearn-raters: error: {one_line(error)}", file=sys.stderr)
        return 2
