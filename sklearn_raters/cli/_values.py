"""Values of options, read from their text."""

import argparse
import csv
import io


def positive(text):
    """Return an int of at least 1."""
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def segments(text):
    """Return a number of seconds above 0, or "speech"."""
    if text == "speech":
        return text
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError
    return value


def up_to(most):
    """Return a function that reads an int from 1 to `most`."""

    def read(text):
        value = positive(text)
        if value > most:
            raise ValueError
        return value

    read.__name__ = f"number from 1 to {most}"
    return read


def names(text):
    """Return names that are separated by commas as a list; quotes keep the comma of a name, as in CSV."""
    try:
        (found,) = csv.reader([text], skipinitialspace=True, strict=True)
    except csv.Error as error:
        raise ValueError from error
    return [name.strip() for name in found if name.strip()]


def listed(values):
    """Return values as a text from which `names` reads them."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(values)
    return line.getvalue()


def names_of(known):
    """Return a function that reads known names, which are separated by commas, as a list."""

    def read(text):
        found = list(dict.fromkeys(names(text)))
        if not found or not set(found) <= set(known):
            raise ValueError
        return found

    read.__name__ = f"list of {', '.join(known)}:"
    return read


def views(text):
    """Return views from names that are separated by commas, or the default views from "all"."""
    return ["crowd_hard", "crowd_soft", "raters"] if text == "all" else names(text)


def mapping(text):
    """Return ``from=to`` pairs that are separated by commas as a dict."""
    found = {}
    for pair in names(text):
        old, new = map(str.strip, pair.split("="))
        if found.setdefault(old, new) != new:
            raise argparse.ArgumentTypeError(
                f"{old} is mapped to {found[old] or 'no label'} and to {new or 'no label'}: give it once."
            )
    return found


def scale(text):
    """Return edges and names in turn, ``0,low,50,high,100``, as ``{"edges": [...], "names": [...]}``."""
    parts = names(text)
    if len(parts) < 3:
        raise ValueError
    return {"edges": [float(edge) for edge in parts[::2]], "names": parts[1::2]}


# argparse uses the names in its errors: "invalid ... value".
positive.__name__ = "number above 0"
segments.__name__ = "number of seconds above 0, or speech,"
mapping.__name__ = "list of from=to pairs"
scale.__name__ = "list of edges and names in turn, such as 0,low,50,high,100,"
