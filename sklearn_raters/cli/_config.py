"""Options in a TOML file: read by --config, and written by each run for its repetition."""

import argparse
import os
import platform
import re
import shlex
from difflib import get_close_matches
from importlib.metadata import version
from pathlib import Path

from sklearn_raters import __version__
from sklearn_raters._files import check_writable, existing_file, full_path
from sklearn_raters.cli._values import listed
from sklearn_raters.exceptions import InputError

# They say how a run is shown, not what it does.
_UNWRITTEN = ("help", "command", "config", "quiet", "json", "format", "debug", "time_limit")
_HEAD = "# Options of sklearn-raters"
# Names of files may hold bytes that are no letters.
_LETTERS = {"encoding": "utf-8", "errors": "surrogateescape"}
_LIBRARIES = ("numpy", "scikit-learn", "torch", "opensmile")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def with_config(arguments, commands):
    """Return the words of a command line with those of the file of --config before the user's own.

    Parameters
    ----------
    arguments : list of str
        The words; a later option has precedence over an earlier one.
    commands : dict
        The parsers of the commands, by name.

    Returns
    -------
    list of str
        The words.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    InputError
        If the file is no TOML, or a key is no option.
    """
    finder = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    finder.add_argument("--config")
    try:
        path = finder.parse_known_args(arguments)[0].config
    except argparse.ArgumentError:  # no file behind it, which the parser itself says
        return arguments
    place = next((place for place, word in enumerate(arguments) if word in commands), None)
    if path is None or place is None:
        return arguments
    command = arguments[place]
    if "--config" not in commands[command]._option_string_actions:
        return arguments
    found = _settings(
        _read(path), command, {name: _options(parser) for name, parser in commands.items()}, path
    )
    words, options = [], _options(commands[command])
    displaced = _displaced(commands[command], arguments)
    for key, value in found.items():
        if options[key] not in displaced:
            words += _words(options[key], key, value, path)
    return [*arguments[: place + 1], *words, *arguments[place + 1 :]]


def _read(path):
    try:
        import tomllib
    except ImportError:  # Python 3.10
        import tomli as tomllib
    file = existing_file(path, "--config", "name a TOML file")
    try:
        return tomllib.loads(file.read_text(**_LETTERS))
    except ValueError as error:
        raise InputError(f"--config {path} is no TOML: {error}. Correct the file.") from error


def _options(parser):
    """Return the options of a command by their long name without dashes."""
    words = {action.option_strings[0]: action for action in parser._actions if action.option_strings}
    return {
        word.removeprefix("--"): action for word, action in words.items() if word not in ("-h", "--config")
    }


def _settings(content, command, known, path):
    """Return the settings of a command: those outside of tables, then those of its own table."""
    # One file may serve several commands: what is outside of tables goes to those that have the option.
    everywhere = set().union(*known.values())
    flat = {key: value for key, value in content.items() if key not in known}
    own = content.get(command, {})
    if not isinstance(own, dict):
        raise InputError(f"--config {path}: {command} must be a table, [{command}], not {own!r}.")
    found = {}
    for part, allowed, where in [(flat, everywhere, ""), (own, known[command], f" in [{command}]")]:
        for key, value in part.items():
            name = key.replace("_", "-")
            if name not in allowed:
                near = get_close_matches(name, sorted(allowed), 1, 0.5)
                hint = f"do you mean {near[0]}?" if near else f"the options are {', '.join(sorted(allowed))}."
                raise InputError(f"--config {path}: there is no option {key!r}{where}; {hint}")
            if name in known[command]:
                found[name] = value
    return found


def _displaced(parser, words):
    """Return the options that exclude one of the user's own words, which have precedence."""
    given = {word.partition("=")[0] for word in words}
    groups = [group._group_actions for group in parser._mutually_exclusive_groups]
    return [
        other
        for actions in groups
        for action in actions
        for other in actions
        if other is not action and given & {*action.option_strings}
    ]


def _words(action, key, value, path):
    """Return a setting as words of the command line."""
    if isinstance(action, argparse.BooleanOptionalAction):
        if not isinstance(value, bool):
            raise InputError(f"--config {path}: {key} must be true or false, not {value!r}.")
        return [f"--{key}" if value else f"--no-{key}"]
    if isinstance(value, dict):
        value = [f"{old}={new}" for old, new in value.items()]
    if isinstance(value, list):
        value = listed(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InputError(f"--config {path}: {key} must be a text, a number or a list, not {value!r}.")
    return [f"--{key}={value}"]


def check_config(out, command):
    """
    Return the file for the options of a run, beside its result.

    Parameters
    ----------
    out : str
        The result's file.
    command : str
        The command of the run.

    Returns
    -------
    Path
        The file, with the ending .toml.

    Raises
    ------
    OSError
        If it cannot be written.
    InputError
        If there is such a file that no run of this command has written, or that holds the options of another
        result that is still there.
    """
    path = check_writable(full_path(out).with_suffix(".toml"))
    if path == full_path(out):
        raise InputError(
            f"--out {out}: the options of the run are written to {path.name}: give another name."
        )
    check_own(path, command, "--out", out)
    if path.exists():
        other = str(_read(path).get(command, {}).get("out", ""))
        if Path(other).name != full_path(out).name and (path.parent / Path(other).name).is_file():
            raise InputError(
                f"--out {out}: the run writes its options to {path}, which holds those of {other}: give "
                "a name that differs before its last dot."
            )
    return path


def check_own(path, command, option, given):
    """
    Check that a run may write its options to a file.

    Parameters
    ----------
    path : Path
        The file.
    command : str
        The command of the run.
    option, given : str
        The option that leads to the file, and its value.

    Raises
    ------
    InputError
        If there is such a file that no run of this command has written.
    """
    if not path.exists():
        return
    text = path.read_text(encoding="utf-8", errors="replace")
    whose = "which holds those of another command" if text.startswith(_HEAD) else "a file of yours"
    if not text.startswith(_HEAD) or f"[{command}]" not in text.splitlines():
        raise InputError(
            f"{option} {given}: the run writes its options to {path}, {whose}: give another {option}."
        )


def changed_options(options, parser):
    """
    Return the options that differ from their defaults.

    Parameters
    ----------
    options : argparse.Namespace
        The options.
    parser : argparse.ArgumentParser
        The parser of the command.

    Returns
    -------
    dict
        From name to value as TOML holds it.
    """
    changed = {}
    for name, action in _options(parser).items():
        value, default = getattr(options, action.dest), action.default
        if isinstance(default, str) and action.type is not None:
            default = action.type(default)
        if action.dest not in _UNWRITTEN and value is not None and value != default:
            changed[name] = _plain(value)
    return changed


def given_words(options, parser):
    """
    Return what the command line names without an option, such as the table of ``inspect``.

    Parameters
    ----------
    options : argparse.Namespace
        The options.
    parser : argparse.ArgumentParser
        The parser of the command.

    Returns
    -------
    list of str
        The words, as they can be typed again.
    """
    names = [action.dest for action in parser._actions if not action.option_strings]
    values = [getattr(options, name) for name in names]
    words = [word for value in values for word in (value if isinstance(value, list) else [value])]
    like_options = any(word.startswith("-") and word != "-" for word in words)
    return ["--", *words] if like_options else words


def write_config(options, path, place):
    """
    Write the options of a run to a file that repeats it.

    Parameters
    ----------
    options : argparse.Namespace
        The options, with those to write in `changed`. The words in `given` stand in the command that repeats
        the run.
    path : Path
        Result of `check_config`.
    place : Path
        Where to write, from which the file is moved to its path.
    """
    import tomli_w

    words = ["sklearn-raters", options.command, "--config", os.path.relpath(path), *options.given]
    versions = [f"{library} {version(library)}" for library in _LIBRARIES]
    head = (
        f"{_HEAD} {__version__} (Python {platform.python_version()}, {', '.join(versions)})\n"
        f"# Repeat in {_quoted([os.getcwd()])}\n"
        f"# by: {_quoted(words)}\n"
    )
    if "-" in options.given:
        head += "# - stands for a list of files on standard input, which is not kept: give it again.\n"
    place.write_text(f"{head}{tomli_w.dumps({options.command: options.changed})}", **_LETTERS)


def _quoted(words):
    """Return words as a shell reads them, on one line."""
    # Within the quotes that shlex puts around a line break, a shell reads it in this form alone.
    return _CONTROL.sub(lambda found: f"'$'\\x{ord(found[0]):02x}''", shlex.join(words))


def _plain(value):
    """Return an option's value as TOML holds it."""
    if isinstance(value, dict) and set(value) == {"edges", "names"}:
        edges = [f"{edge:.15g}" for edge in value["edges"]]
        pairs = [part for pair in zip(edges, value["names"], strict=False) for part in pair]
        return listed([*pairs, edges[-1]])
    return value
