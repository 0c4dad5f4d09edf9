"""The command line: ``sklearn-raters evaluate``, ``train`` and ``predict``."""

import argparse
import os
import sys
import warnings

from sklearn_raters import __version__

DESCRIPTION = "Learn what several raters heard: one view a rater, their crowd, and the fusion of all."
EVALUATE = """\
Compare every rater's view, the crowd's two views and their fusion by leaving one session out.
Without options this runs on a small corpus of made speech, which it writes to a temporary folder."""
TRAIN = "Train all views and their fusion on a whole corpus and write the model to a file."
PREDICT = """\
Say the class of audio files, its probabilities, and what each rater would say.
Features are normalised by each speaker's own audio: by default all FILES of one call count as
one speaker's, so give a speaker's files together, and those of another speaker in another call
or by --speakers. Model files are pickles and can run code: use only those that you trust."""
EPOCHS_HELP = "passes over the training samples (default: 40; on made speech 15)"
RATINGS_HELP = "samples that a rater must have rated in every training part to get a view (default: 30)"
FOLDS_HELP = "parts of the corpus (default: each session, or 5 where there are more than ten)"
OUT_HELP = "where to write the numbers (default: ./sklearn_raters_results.csv)"


def positive(text):
    """Parse a number above 0."""
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def listed(text):
    """Parse names separated by commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def views(text):
    """Parse the views: "all", or names separated by commas."""
    return ["crowd_hard", "crowd_soft", "raters"] if text == "all" else listed(text)


def mapping(text):
    """Parse ``from=to`` pairs separated by commas."""
    return dict(pair.split("=") for pair in listed(text))


for parse, name in [(positive, "number above 0"), (mapping, "list of from=to pairs")]:
    parse.__name__ = name  # argparse says it: "invalid ... value"


def add_corpus_options(parser):
    """Add the options that name the data."""
    data = parser.add_argument_group("the corpus")
    data.add_argument("--corpus", choices=["made", "iemocap", "speechocean762"], default="made")
    data.add_argument("--root", metavar="DIR", help="the corpus' folder; where to keep a made one")
    data.add_argument("--ratings", metavar="FILE", help="a CSV or TSV table, one row a vote")
    data.add_argument("--audio", metavar="DIR", help="the folder with the audio of --ratings")
    for name in ("sample", "rater", "label"):
        help_text = f"the column of --ratings with the {name} (default: {name})"
        data.add_argument(f"--{name}-column", metavar="NAME", default=name, help=help_text)
    data.add_argument("--speaker-column", metavar="NAME", help="the column with the speaker")
    data.add_argument(
        "--session-column",
        metavar="NAME",
        help="the column with what must not be split between folds (default: the speaker)",
    )
    data.add_argument(
        "--classes", type=listed, metavar="A,B", help="the classes to learn, if not all of the corpus"
    )
    data.add_argument(
        "--label-map",
        type=mapping,
        metavar="FROM=TO",
        help="labels to merge after the majority is taken, such as excitement=happiness",
    )


def add_model_options(parser):
    """Add the options that describe the model and its training."""
    model = parser.add_argument_group("the model")
    model.add_argument(
        "--views",
        type=views,
        default=views("all"),
        metavar="A,B",
        help="crowd_hard, crowd_soft, raters (all who rated enough) or single raters (default: all)",
    )
    model.add_argument("--min-ratings", type=positive, default=30, metavar="N", help=RATINGS_HELP)
    model.add_argument("--alpha", type=float, default=0.75, help="soft labels' smoothing (default: 0.75)")
    model.add_argument("--fusion", choices=["logistic", "softmax", "mean"], default="logistic")
    model.add_argument(
        "--class-weight",
        choices=["balanced", "none"],
        default="balanced",
        help="weights of the classes in the fusion; single views divide by their priors (default: balanced)",
    )
    model.add_argument("--epochs", type=positive, metavar="N", help=EPOCHS_HELP)
    model.add_argument("--batch-size", type=positive, default=32, metavar="N", help="(default: 32)")
    model.add_argument("--learning-rate", type=float, default=1e-3, metavar="RATE", help="(default: 0.001)")
    model.add_argument("--folds", type=positive, metavar="N", help=FOLDS_HELP)
    run = parser.add_argument_group("the run")
    run.add_argument("--seed", type=int, default=0, help="the same seed, the same result (default: 0)")
    run.add_argument("--n-jobs", type=int, default=-1, metavar="N", help="-1: all cores (default)")
    run.add_argument("--device", default="auto", help="cpu, cuda, ... (default: auto)")
    run.add_argument(
        "--cache",
        metavar="DIR",
        help="keep features and trained views there: a run that was cut off goes on",
    )


def build_parser():
    """Return the parser of the whole command line."""
    raw = {"formatter_class": argparse.RawDescriptionHelpFormatter}
    parser = argparse.ArgumentParser(prog="sklearn-raters", description=DESCRIPTION, **raw)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    evaluate = commands.add_parser("evaluate", help="compare models", description=EVALUATE, **raw)
    evaluate.add_argument("--out", metavar="CSV", default="sklearn_raters_results.csv", help=OUT_HELP)
    train = commands.add_parser("train", help="train a model", description=TRAIN, **raw)
    train.add_argument("--out", metavar="MODEL", required=True, help="the file to write the model to")
    for command in (evaluate, train):
        add_corpus_options(command)
        add_model_options(command)

    predict = commands.add_parser("predict", help="ask a model", description=PREDICT, **raw)
    predict.add_argument("model", metavar="MODEL", help="a file that `train` wrote")
    predict.add_argument("files", metavar="FILES", nargs="+", help="audio files")
    predict.add_argument("--format", choices=["table", "csv", "json"], default="table")
    predict.add_argument(
        "--speakers",
        choices=["one", "each", "folder"],
        default="one",
        help="all FILES are one speaker's, each is of another speaker, or each folder is one speaker",
    )
    predict.add_argument("--n-jobs", type=int, default=None, metavar="N", help="files at once")
    return parser


def show_warning(message, category, filename, lineno, file=None, line=None):
    """Print a warning as one line, without the code that gave it."""
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
        The words after the command's name; None takes those of the process.

    Returns
    -------
    int
        0 if all went well, 2 for a wrong input (told in one line on standard error), 130 after Ctrl-C.

    Examples
    --------
    >>> from sklearn_raters.cli import main
    >>> main(["predict", "no.model", "a.wav"])
    2
    """
    options = build_parser().parse_args(arguments)
    try:
        # Loaded here, so that --help does not wait for it.
        from sklearn_raters.cli import _jobs

        with warnings.catch_warnings():
            warnings.showwarning = show_warning
            getattr(_jobs, options.command)(options)
    except KeyboardInterrupt:
        print("Interrupted; nothing was written.", file=sys.stderr)
        # Interrupted inside an exec() of an import, Python would end itself by the signal instead of
        # by our status; the next exec() makes it forget.
        exec("")
        return 130
    except BrokenPipeError:
        # The reader of the output has left; Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except (ValueError, OSError, RuntimeError, MemoryError) as error:
        print(f"sklearn-raters: error: {one_line(error)}", file=sys.stderr)
        return 2
    return 0
