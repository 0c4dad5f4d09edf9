"""A picture as SVG, for pages of HTML."""

import io
import re
import warnings

from sklearn_raters.plots._style import pyplot

# XML has no such characters, but names may.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def as_svg(draw):
    """
    Draw a picture and return it as SVG; its figure is closed.

    Names are drawn as they are, also with dollar signs, and in any script that the reader's browser can show.

    Parameters
    ----------
    draw : callable
        Takes nothing and returns a display of this module, drawn on a figure of its own.

    Returns
    -------
    svg : str
        The picture, the same each time.
    display : object
        The display, with what it has computed.

    Raises
    ------
    ImportError
        If matplotlib is not installed.

    Examples
    --------
    >>> from sklearn_raters.plots import ClassUseDisplay, as_svg
    >>> svg, _ = as_svg(lambda: ClassUseDisplay.from_ratings([["calm", "sad"], ["sad", "sad"]]))
    >>> "<svg" in svg, ">calm<" in svg
    (True, True)
    """
    plt = pyplot()
    import matplotlib

    settings = {"svg.fonttype": "none", "svg.hashsalt": "sklearn_raters"}
    open_before, buffer = set(plt.get_fignums()), io.StringIO()
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)  # the browser has its fonts
        try:
            display = draw()
            display.figure_.savefig(buffer, format="svg", metadata={"Date": None})
        finally:
            for number in set(plt.get_fignums()) - open_before:
                plt.close(number)
    return _NOT_XML.sub("", buffer.getvalue()), display
