"""The command line: ``sklearn-raters evaluate``, ``train`` and ``predict``."""

import argparse
import os
import sys
import warnings

from sklearn_raters import __version__

DESCRIPTION = """\
Learn emotions or other classes from audio that several raters have labelled. Each view is a network that
learns from the labels of one rater or of the crowd of all raters, and a fusion combines the views."""
EVALUATE = """\
Compare the view of each rater, the two views of the crowd and their fusion by cross-validation: each session
is left out once. Without options, the command makes a small synthetic corpus in a temporary folder."""
TRAIN = "Train all views and their fusion on a whole corpus and write the model to a file."
PREDICT = """\
Print the predicted class of audio files, the probabilities of the classes, and the class that each rater
would choose. Features are normalised over all audio of a speaker. By default all FILES are taken as by one
speaker, so give the files of different speakers in different calls, or use --speakers. Model files are
pickles, which can run code: use only files that you trust."""

# Repeated here, since importing the library for --help takes a second; a test compares both lists.
FUSIONS = {
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
}
CLASS_WEIGHTS = {
    "balanced": "classes have equal weight for any number of samples",
    "none": "samples have equal weight",
}
FORMATS = {
    "table": "a table to read, in percent",
    "csv": "a line for each file",
    "json": "a list of objects",
}
SPEAKERS = {
    "one": "all FILES are of one speaker",
    "each": "each file is of another speaker",
    "folder": "each folder is of another speaker",
}


def positive(text):
    """Return an int of at least 1."""
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def names(text):
    """Return names that are separated by commas as a list."""
    return [name.strip() for name in text.split(",") if name.strip()]


def views(text):
    """Return views from names that are separated by commas, or the default views from "all"."""
    return ["crowd_hard", "crowd_soft", "raters"] if text == "all" else names(text)


def mapping(text):
    """Return ``from=to`` pairs that are separated by commas as a dict."""
    return dict(pair.split("=") for pair in names(text))


# argparse uses the names in its errors: "invalid ... value".
positive.__name__ = "number above 0"
mapping.__name__ = "list of from=to pairs"


def add_choice(parser, option, choices, default, what):
    """Add an option whose help explains each choice."""
    explained = "; ".join(f"{choice}: {text}" for choice, text in choices.items())
    parser.add_argument(
        option, choices=list(choices), default=default, help=f"{what}. {explained} (default: {default})"
    )


def add_corpus_options(parser):
    """Add the options that name the data."""
    data = parser.add_argument_group("the corpus")
    add_choice(data, "--corpus", CORPORA, "made", "rated audio to learn from")
    data.add_argument(
        "--root", metavar="DIR", help="folder of the corpus; the synthetic corpus is kept there"
    )
    data.add_argument(
        "--ratings",
        metavar="FILE",
        help="CSV or TSV table of your own ratings, a row for each vote, in place of --corpus",
    )
    data.add_argument("--audio", metavar="DIR", help="folder with the audio of --ratings")
    for name in ("sample", "rater", "label"):
        data.add_argument(
            f"--{name}-column",
            metavar="NAME",
            default=name,
            help=f"column of --ratings with the {name} (default: {name})",
        )
    data.add_argument(
        "--speaker-column",
        metavar="NAME",
        help="column with the speaker (default: all audio is of one speaker)",
    )
    data.add_argument(
        "--session-column",
        metavar="NAME",
        help="column with the session, whose samples are kept in one fold (default: the speaker)",
    )
    data.add_argument(
        "--classes", type=names, metavar="A,B", help="classes to learn (default: the classes of the corpus)"
    )
    data.add_argument(
        "--label-map",
        type=mapping,
        metavar="FROM=TO",
        help="labels to merge after the majority is taken, such as excitement=happiness "
        "(default: the map of the corpus)",
    )


def add_model_options(parser):
    """Add the options of the model and its training."""
    model = parser.add_argument_group("the model")
    model.add_argument(
        "--views",
        type=views,
        default=views("all"),
        metavar="A,B",
        help="views to train. crowd_hard: majority labels; crowd_soft: distributions of labels; raters: a "
        "view for each rater with --min-ratings; or names of raters (default: all of these views)",
    )
    model.add_argument(
        "--min-ratings",
        type=positive,
        default=30,
        metavar="N",
        help="number of samples that a rater with a view must have rated in every training part "
        "(default: 30)",
    )
    model.add_argument(
        "--alpha",
        type=float,
        default=0.75,
        help="smoothing of the distributions of crowd_soft, 0 or more (default: 0.75)",
    )
    add_choice(model, "--fusion", FUSIONS, "logistic", "how the views are combined")
    add_choice(model, "--class-weight", CLASS_WEIGHTS, "balanced", "weights of the classes in the fusion")
    model.add_argument(
        "--epochs",
        type=positive,
        metavar="N",
        help="number of passes over the training samples (default: 40; for synthetic speech 15)",
    )
    model.add_argument(
        "--batch-size", type=positive, default=32, metavar="N", help="samples in each step (default: 32)"
    )
    model.add_argument(
        "--learning-rate", type=float, default=1e-3, metavar="RATE", help="size of the steps (default: 0.001)"
    )
    run = parser.add_argument_group("the run")
    run.add_argument("--seed", type=int, default=0, help="seed of all random numbers (default: 0)")
    run.add_argument(
        "--n-jobs",
        type=int,
        default=-1,
        metavar="N",
        help="number of processes; -1 uses all cores (default: -1)",
    )
    run.add_argument(
        "--device",
        default="auto",
        help="device of the networks: cpu, cuda, ...; auto uses a GPU if there is one (default: auto)",
    )
    run.add_argument(
        "--cache",
        metavar="DIR",
        help="folder to keep features and trained views in, with which an interrupted run continues",
    )


def build_parser():
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(prog="sklearn-raters", description=DESCRIPTION)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    evaluate = commands.add_parser(
        "evaluate", help="compare views and fusions on a corpus", description=EVALUATE
    )
    evaluate.add_argument(
        "--out",
        metavar="CSV",
        default="sklearn_raters_results.csv",
        help="file to write the numbers to (default: ./sklearn_raters_results.csv)",
    )
    evaluate.add_argument(
        "--folds",
        type=positive,
        metavar="N",
        help="number of folds (default: the number of sessions, or 5 if there are more than ten)",
    )
    train = commands.add_parser("train", help="train a model on a corpus", description=TRAIN)
    train.add_argument("--out", metavar="MODEL", required=True, help="file to write the model to")
    for command in (evaluate, train):
        add_corpus_options(command)
        add_model_options(command)

    predict = commands.add_parser("predict", help="predict audio files by a model", description=PREDICT)
    predict.add_argument("model", metavar="MODEL", help="file that `sklearn-raters train` has written")
    predict.add_argument("files", metavar="FILES", nargs="+", help="audio files")
    add_choice(predict, "--format", FORMATS, "table", "format of the output")
    add_choice(predict, "--speakers", SPEAKERS, "one", "speakers of the files")
    predict.add_argument(
        "--n-jobs", type=int, default=None, metavar="N", help="number of files at once (default: 1)"
    )
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
        Exit status: 0 for success, 2 for wrong input (explained in one line on standard error), 130 after
        Ctrl-C, 141 if the reader of the output has closed it.

    Examples
    --------
    >>> from sklearn_raters.cli import main
    >>> main(["predict", "no.model", "a.wav"])
    2
    """
    options = build_parser().parse_args(arguments)
    try:
        # Imported here, because --help should not wait for it.
        from sklearn_raters.cli import _jobs

        with warnings.catch_warnings():
            warnings.showwarning = show_warning
            getattr(_jobs, options.command)(options)
    except KeyboardInterrupt:
        print("Interrupted; nothing was written.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Python would write to the closed output once more at its end, and report the error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except (ValueError, OSError, RuntimeError, MemoryError) as error:
        print(f"sklearn-raters: error: {one_line(error)}", file=sys.stderr)
        return 2
    return 0
