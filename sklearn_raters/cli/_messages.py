"""Messages of the library in the words of the command: options in place of parameters."""

import ast
import re
import shlex

from sklearn_raters.cli._values import listed

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

# What stands for the value of an option whose parameter takes an object of Python.
FORMS = {
    "bins": "0,A,1,B,2",
    "classes": "A,B",
    "label-map": "FROM=TO",
    "missing-label": "A,B",
    "views": "A,B",
}

# Such as "bins=" before a full stop, "tool='x'", "classes=['a', 'b']"; but no path.
_GIVEN = re.compile(r"(?<![^\s(])([a-z_]+)=(\{[^{}]*\}|\[[^\[\]]*\]|(?=([\w'\"\[{(-])?))(?!\w+/)")
# Such as "min_ratings" in "Lower min_ratings", but no part of a path, and no name in quotes.
_NAMED = re.compile(r"(?<![\w/.='\"-])([a-z]+(?:_[a-z]+)+)(?![\w/=('\"-]|\.\w)")
# Which functions of the library take a parameter, as in "bins= (Task and load_rated_audio take it)".
_TAKERS = re.compile(r" \([\w, ]+ takes? it\)")
# A sample and its file, as in "Sample 3 ('a.wav')".
_SAMPLE = re.compile(r"\bSample \d+ \((['\"])(.+?)\1\)")
_CHECKED = re.compile(r"'([a-z_]+)' parameter\b")


def with_files(message):
    """
    Name files where a message names samples.

    Parameters
    ----------
    message : str
        It names a sample by its number and its file.

    Returns
    -------
    str
        The message.

    Examples
    --------
    >>> from sklearn_raters.cli._messages import with_files
    >>> with_files("Sample 3 ('a.wav') is empty.")
    'a.wav is empty.'
    """
    return _SAMPLE.sub(r"\2", message)


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
    >>> with_options("Leave it out by label_map={'x': None}.", Namespace(label_map=None))
    'Leave it out by --label-map=x=.'
    """
    known = {name.replace("_", "-") for name in ({} if options is None else vars(options))}

    def option(match):
        found = OPTIONS.get(match[1], match[1].replace("_", "-"))
        return f"--{found}" if found in known else None

    def given(match):
        name = option(match)
        if name is None:
            return match[0]
        if match[2]:
            return f"{name}={_as_typed(match[2])}"
        form = FORMS.get(name[2:])
        return f"{name} " if match[3] else name if form is None else f"{name} {form}"

    if known:
        message = _TAKERS.sub("", message)
    message = _GIVEN.sub(given, message)
    for names in (_CHECKED, _NAMED):
        message = names.sub(lambda match: option(match) or match[0], message)
    return " ".join(message.split())


def _as_typed(literal):
    """Return a dict or a list that a message writes, as it is typed on the command line."""
    try:
        value = ast.literal_eval(literal)
    except (ValueError, SyntaxError):  # names that stand for values, such as [lowest, ..., highest]
        return literal.strip("[]{}").replace(", ", ",")
    if isinstance(value, dict):
        value = [f"{old}={'' if new is None else new}" for old, new in value.items()]
    return shlex.quote(listed(value))
