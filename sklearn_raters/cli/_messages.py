"""Messages of the library in the words of the command: options in place of parameters."""

import re

# From parameter of the library to option, where the names differ in more than dashes.
OPTIONS = {
    "n_splits": "folds",
    "sample": "sample-column",
    "rater": "rater-column",
    "label": "label-column",
    "speaker": "speaker-column",
    "session": "session-column",
    "memory": "cache",
    "cv": "folds",
    "max_epochs": "epochs",
    "random_state": "seed",
}

# Such as "bins=" before a full stop, "tool='x'", and "The 'alpha' parameter of ..."; but no path.
_GIVEN = re.compile(r"(?<![^\s(])([a-z_]+)=(?=([\w'\"\[{(-])?)(?!\w+/)")
_CHECKED = re.compile(r"'([a-z_]+)' parameter\b")


def with_options(message, options):
    """
    Name options where a message names parameters of the library.

    Parameters
    ----------
    message : str
        It writes a parameter as ``name=``, or as ``'name' parameter``, as scikit-learn does.
    options : argparse.Namespace or None
        The options of the command, which alone take the place of parameters; None if they are not known.

    Returns
    -------
    str
        The message on one line.

    Examples
    --------
    >>> from argparse import Namespace
    >>> from sklearn_raters.cli._messages import with_options
    >>> with_options("No column for rater='who': name it by rater=.", Namespace(rater_column=None))
    "No column for --rater-column 'who': name it by --rater-column."
    """
    known = {name.replace("_", "-") for name in ({} if options is None else vars(options))}

    def option(match, separator=""):
        found = OPTIONS.get(match[1], match[1].replace("_", "-"))
        return f"--{found}{separator}" if found in known else match[0]

    message = _GIVEN.sub(lambda match: option(match, " " if match[2] else ""), message)
    return " ".join(_CHECKED.sub(option, message).split())
