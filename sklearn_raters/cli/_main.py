"""Run the command line: parse, carry out, and turn errors into a line and an exit status."""

import codecs
import os
import sys
import traceback
import warnings

from sklearn_raters.cli._messages import with_files, with_options
from sklearn_raters.cli._parser import parse
from sklearn_raters.exceptions import InputError

# Exit status of a run that --time-limit has stopped.
STOPPED = 4


def warnings_for(options):
    """Return a function that prints a warning on one line, without the code that raised it."""

    def show(message, category, filename, lineno, file=None, line=None):
        print(f"warning: {one_line(message, options)}", file=sys.stderr)

    return show


def one_line(error, options):
    """Return a message on one line, in the words of the command."""
    return with_options(with_files(str(error)), options) or type(error).__name__


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
        Exit status: 0 for success, 1 for a fault of the program, whose traceback is printed, 2 for wrong
        input (explained in one line on standard error), 3 for success on all audio but files that cannot be
        used, 4 if ``--time-limit`` has stopped the run, 130 after Ctrl-C, 141 if the reader of the output has
        closed it.

    Examples
    --------
    >>> from sklearn_raters.cli import main
    >>> main(["predict", "no.model", "a.wav"])
    2
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    options = None
    if getattr(sys.stdout, "errors", None) in ("strict", "surrogateescape") and hasattr(
        sys.stdout, "reconfigure"
    ):
        # Names of files may hold bytes that are no letters, and classes letters that the encoding lacks.
        in_utf_8 = codecs.lookup(sys.stdout.encoding).name == "utf-8"
        sys.stdout.reconfigure(errors="surrogateescape" if in_utf_8 else "backslashreplace")
    try:
        options = parse(arguments)
        with warnings.catch_warnings():
            warnings.showwarning = warnings_for(options)
            # joblib starts a worker anew that has grown, which changes no result.
            warnings.filterwarnings("ignore", "A worker stopped while some jobs were given to the executor")
            status = run(options)
            sys.stdout.flush()  # a reader who is gone is noticed here, not at the end of the process
            return status
    except KeyboardInterrupt:
        print("Interrupted; nothing was written.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Python would write to the closed output once more at its end, and report the error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except (ValueError, OSError, ImportError, RuntimeError, MemoryError) as error:
        if "--debug" in arguments or getattr(options, "debug", False):
            traceback.print_exc()
        print(f"sklearn-raters: error: {one_line(error, options)}", file=sys.stderr)
        return 2
    except Exception:
        traceback.print_exc()
        print("sklearn-raters: a fault of this program: please report the lines above.", file=sys.stderr)
        return 1


def run(options):
    """Carry out a command; return the exit status."""
    # Imported here, because --help should not wait for it.
    from sklearn_raters._parallel import TimeLimitReached, silenced, time_limit
    from sklearn_raters.cli import _guide, _inspect, _jobs, _predict

    minutes = getattr(options, "time_limit", None)
    if minutes is not None and not (minutes > 0 and options.cache is not None):
        raise InputError(
            f"--time-limit {minutes:g} must be above 0 minutes, and needs --cache: the folder from which the "
            "same command continues."
        )
    if options.command == "predict" and options.json:
        if options.format == "csv":
            raise InputError("--json and --format csv are two forms of one output: leave one out.")
        options.format = "json"
    homes = {"guide": _guide, "inspect": _inspect, "predict": _predict}
    try:
        with time_limit(minutes), silenced(getattr(options, "quiet", False)):
            return getattr(homes.get(options.command, _jobs), options.command)(options)
    except TimeLimitReached:
        print(
            f"Stopped after --time-limit {minutes:g}: nothing was written but the trainings, in "
            f"{options.cache}. The same command continues.",
            file=sys.stderr,
        )
        return STOPPED
