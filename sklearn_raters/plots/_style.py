"""What all pictures share: matplotlib, new axes, colours for classes."""

from numbers import Number

import numpy as np

from sklearn_raters._optional import import_optional

# Okabe and Ito's colours, which people with any colour vision can tell apart, without black and yellow.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
GREY = "#737373"


def pyplot():
    """Return matplotlib.pyplot, or raise ImportError that says how to install it."""
    return import_optional("matplotlib.pyplot", "Plots need matplotlib", "plot")


def axes_or_new(ax, width=6.4, height=4.8):
    """Return the axes that were given, or new ones in a figure of this size in inches."""
    if ax is not None:
        return ax
    return pyplot().subplots(figsize=(width, height), layout="constrained")[1]


def short(name, most=24):
    """Return a name as text, its middle left out if it is long: names often differ at their end."""
    text = str(name)
    end = most // 2 - 1
    text = text if len(text) <= most else f"{text[: most - end - 1]}…{text[-end:]}"
    return text.replace("$", r"\$")  # matplotlib would read a formula between two of them


def add_legend(ax, handles, names, **settings):
    """Add a legend, also of names that begin with "_", which matplotlib leaves out."""
    legend = ax.legend(handles, ["name"] * len(handles), **settings)
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set_text(name)


def class_colours(classes):
    """Return a colour for each class: different ones for a few names, a scale for numbers and many names."""
    if len(classes) <= len(COLOURS) and not all(isinstance(name, Number) for name in classes):
        return list(COLOURS[: len(classes)])
    return list(pyplot().get_cmap("viridis")(np.linspace(0, 0.95, len(classes))))
