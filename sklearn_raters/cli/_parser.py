"""The command line: ``sklearn-raters inspect``, ``evaluate``, ``train``, ``predict`` and ``guide``."""

import argparse
import re

from sklearn_raters import __version__
from sklearn_raters._optional import import_optional
from sklearn_raters.cli._config import changed_options, given_words, with_config
from sklearn_raters.cli._help import (
    CLASS_WEIGHTS,
    CORPORA,
    DESCRIPTION,
    EPILOG,
    EPILOGS,
    EVALUATE,
    FEATURES,
    FORMATS,
    FUSIONS,
    GUIDE,
    HELP,
    INSPECT,
    MODELS,
    NETWORKS,
    PREDICT,
    PROTOCOLS,
    SCALINGS,
    SPEAKERS,
    TRAIN,
)
from sklearn_raters.cli._values import mapping, names, names_of, positive, scale, segments, up_to, views

_MINUS = re.compile(r"-[\d.]")


def add_option(parser, name, default=None, choices=None, **settings):
    """Add the option ``--name``, whose help explains each choice and gives the default."""
    text = HELP[name]
    if choices is not None:
        text += ". " + "; ".join(f"{choice}: {meaning}" for choice, meaning in choices.items())
    if default is not None:
        text += f" (default: {default})"
    parser.add_argument(f"--{name}", default=default, choices=choices, help=text, **settings)


def add_flag(parser, name):
    """Add the option ``--name``, which ``--no-name`` takes back."""
    parser.add_argument(f"--{name}", action=argparse.BooleanOptionalAction, default=False, help=HELP[name])


def add_corpus_options(parser):
    """Add the options that name the data."""
    data = parser.add_argument_group("the corpus")
    add_option(data, "corpus", "made", CORPORA)
    add_option(data, "root", metavar="DIR")
    add_flag(data, "skip-broken")
    add_option(data, "ratings", metavar="FILE")
    add_option(data, "audio", metavar="DIR")
    table = parser.add_argument_group("the table of --ratings")
    add_option(table, "speaker-column", metavar="NAME")
    add_option(table, "session-column", metavar="NAME")
    add_reading_options(table)


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
    """Add the options of the features, the models and their training."""
    features = parser.add_argument_group("the features")
    add_option(features, "features", "opensmile", FEATURES)
    add_option(features, "scaling", choices=SCALINGS)
    model = parser.add_argument_group("the views and their fusion")
    add_option(model, "views", "all", type=views, metavar="A,B")
    add_option(model, "min-ratings", 30, type=positive, metavar="N")
    add_option(model, "alpha", 0.75, type=float)
    add_option(model, "fusion", "pool", FUSIONS)
    add_option(model, "class-weight", "balanced", CLASS_WEIGHTS)
    training = parser.add_argument_group("the training of networks")
    add_option(training, "epochs", type=up_to(1_000_000), metavar="N")
    add_option(training, "batch-size", type=positive, metavar="N")
    add_option(training, "learning-rate", type=float, metavar="RATE")
    add_option(training, "device", "auto")


def add_run_options(run):
    """Add the options of a run that trains."""
    add_option(run, "seed", 0, type=int)
    add_option(run, "n-jobs", -1, type=int, metavar="N")
    add_option(run, "cache", metavar="DIR")
    add_option(run, "time-limit", type=float, metavar="MINUTES")


def add_output_options(parser):
    """Add the options of every command: where options are, and what is printed."""
    group = parser.add_argument_group("options and output")
    add_option(group, "config", metavar="FILE")
    for name in ("quiet", "json", "debug"):
        add_flag(group, name)


def build_parser(protocol=None):
    """Return the parser of the whole command line; a protocol is a dict of defaults for ``evaluate``."""
    settings = {"formatter_class": argparse.RawDescriptionHelpFormatter}
    parser = argparse.ArgumentParser(
        prog="sklearn-raters", description=DESCRIPTION, epilog=EPILOG, **settings
    )
    parser.add_argument("--version", action="version", version=__version__)
    add_completion(parser)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add_command(name, summary, description, given="[OPTIONS]"):
        texts = {"help": summary, "description": description, "epilog": EPILOGS.get(name)}
        return commands.add_parser(name, usage=f"%(prog)s {given}", **texts, **settings)

    inspect = add_command("inspect", "look at the raters of a table", INSPECT, "RATINGS [OPTIONS]")
    inspect.add_argument(
        "ratings",
        metavar="RATINGS",
        help="table with a row for each vote, or the export of a tool, as --tool reads them",
    )
    add_reading_options(inspect.add_argument_group("the table"))
    look = inspect.add_argument_group("the look")
    add_flag(look, "ordered")
    add_option(look, "repeat-column", metavar="NAME")
    add_option(look, "output", metavar="FOLDER")
    add_option(look, "top", 10, type=positive, metavar="N")
    add_option(look, "seed", 0, type=int)
    add_option(look, "report", metavar="HTML")
    look.add_argument("--audio", metavar="DIR", help=HELP["shown-audio"])
    add_option(look, "text-column", metavar="NAME")
    add_output_options(inspect)

    evaluate = add_command("evaluate", "compare models on a corpus", EVALUATE)
    compared = evaluate.add_argument_group("the evaluation")
    add_option(compared, "out", "sklearn_raters_results.csv", metavar="CSV")
    add_option(compared, "models", ",".join(MODELS[:3]), type=names_of(MODELS), metavar="A,B")
    add_option(compared, "folds", type=positive, metavar="N")
    add_option(compared, "seeds", 1, type=up_to(100), metavar="N")
    add_option(compared, "protocol", choices=PROTOCOLS)
    add_option(compared, "report", metavar="HTML")
    add_option(compared, "predictions", metavar="FILE")
    add_option(compared, "save-model", metavar="FILE")
    train = add_command("train", "train a model on a corpus", TRAIN, "--out MODEL [OPTIONS]")
    trained = train.add_argument_group("the model")
    trained.add_argument("--out", metavar="MODEL", required=True, help=HELP["model-out"])
    kinds = {"stack": "the views and their fusion", **NETWORKS}
    add_option(trained, "model", "stack", kinds, metavar="NAME")
    saved = {"choices": list(kinds), "default": "stack", "metavar": "NAME", "help": HELP["saved-model"]}
    compared.add_argument("--model", **saved)
    for command in (evaluate, train):
        add_corpus_options(command)
        add_model_options(command)
        add_run_options(command.add_argument_group("the run"))
        add_output_options(command)
    evaluate.set_defaults(**(protocol or {}))

    predict = add_command("predict", "predict audio files by a model", PREDICT, "MODEL FILES [OPTIONS]")
    predict.add_argument(
        "model", metavar="MODEL", help="file that train, or evaluate --save-model, has written"
    )
    predict.add_argument("files", metavar="FILES", nargs="+", help="audio files, folders, tables, or -")
    asked = predict.add_argument_group("the files")
    asked.add_argument("--out", metavar="FILE", help=HELP["answers-out"])
    speakers = asked.add_mutually_exclusive_group()
    add_option(speakers, "speakers", "each", SPEAKERS)
    add_option(speakers, "speaker", metavar="NAME")
    add_option(asked, "remember", metavar="MODEL")
    add_option(asked, "segments", type=segments, metavar="SECONDS")
    add_option(asked, "format", "table", FORMATS)
    add_option(asked, "n-jobs", 1, type=int, metavar="N")
    add_output_options(predict)

    guide = add_command("guide", "read the guide in a browser", GUIDE)
    guide.add_argument("--out", metavar="DIR", help="folder to write the pages to (default: a temporary one)")
    guide.add_argument("--no-browser", action="store_true", help="print where the pages are, open none")
    return parser


def add_completion(parser):
    """Add the option that prints a shell's completion."""
    text = "print the completion of a shell"
    try:
        import shtab
    except ImportError:
        parser.add_argument("--print-completion", action=_NoCompletion, metavar="SHELL", help=text)
    else:
        shtab.add_argument_to(parser, "--print-completion", help=text)


class _NoCompletion(argparse.Action):
    """The option without the package that it needs."""

    def __call__(self, parser, *given):
        import_optional("shtab", "--print-completion needs shtab", "completion")


def parse(arguments):
    """
    Parse a command line.

    Parameters
    ----------
    arguments : list of str
        The words after the name of the program.

    Returns
    -------
    argparse.Namespace
        The options; in `changed` those that differ from their defaults, in `given` what is named without an
        option.
    """
    parser = build_parser()
    typed = list(arguments)
    arguments = _joined(typed, commands_of(parser))
    words = with_config(arguments, commands_of(parser))
    options = parser.parse_args(words)
    if getattr(options, "protocol", None) is not None:
        from sklearn_raters.cli._protocol import PAPER_OPTIONS  # --help should not wait for it

        # Parsed again over the protocol's defaults: what differs from them was given.
        parser = build_parser(PAPER_OPTIONS)
        words = with_config(arguments, commands_of(parser))
        options = parser.parse_args(words)
    in_full = any(word.partition("=")[0] == "--config" for word in arguments)
    if getattr(options, "config", None) is not None and not in_full:
        parser.error("write --config in full.")
    options.words = typed
    own = commands_of(parser)[options.command]
    options.changed, options.given = changed_options(options, own), given_words(options, own)
    return options


def _joined(words, commands):
    """Return words with a value that begins with a minus and a digit joined to its option.

    argparse takes such a value, as in ``--classes -1,0,1``, for an option unless it is a number.
    """
    end = words.index("--") if "--" in words else len(words)
    of_value = {
        name
        for parser in commands.values()
        for action in parser._actions
        for name in action.option_strings
        if action.nargs is None and name.startswith("--")
    }
    joined = []
    for word in words[:end]:
        if joined and joined[-1] in of_value and _MINUS.match(word):
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined + words[end:]


def commands_of(parser):
    """Return the parsers of the commands, by name."""
    return next(action.choices for action in parser._actions if action.dest == "command")
