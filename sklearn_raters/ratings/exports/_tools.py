"""The known annotation tools, and which of them has written a file."""

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._labels import shorten
from sklearn_raters.ratings._names import find_name
from sklearn_raters.ratings.exports import (
    _argilla,
    _doccano,
    _label_studio,
    _lewidi,
    _mturk,
    _potato,
    _prodigy,
    _prolific,
    _table,
    _toloka,
)

# Each module has `read(source, question, left_out)`, which returns a DataFrame or yields rows as dicts, and
# counts in `left_out` what is no vote; each but that of plain tables has `recognises(source)` too.
TOOLS = {
    "table": _table,
    "label-studio": _label_studio,
    "argilla": _argilla,
    "prodigy": _prodigy,
    "doccano": _doccano,
    "potato": _potato,
    "mturk": _mturk,
    "prolific": _prolific,
    "toloka": _toloka,
    "crowd-kit": _table,  # columns task, worker and label, which are found by their names
    "lewidi": _lewidi,
}


def check_tool(tool):
    """Return the name of a known tool, in its own spelling, or None; raise InputError for another one."""
    found = None if tool is None else find_name(tool, list(TOOLS))
    if found is not None and found not in TOOLS:
        raise InputError(f"tool={tool!r} is not known; the known tools are {known_tools()}.")
    return found


def known_tools():
    """Return the names of the known tools, as a text."""
    return shorten(TOOLS, len(TOOLS))


def recognise(source):
    """Return the name of the tool that has written a file; "table" if none of the tools has."""
    found = [name for name, tool in TOOLS.items() if tool is not _table and tool.recognises(source)]
    if len(found) > 1:
        raise InputError(f"{source.file} may be an export of {shorten(found)}: name the tool by tool=.")
    return found[0] if found else "table"
