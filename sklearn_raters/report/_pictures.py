"""Pictures of the page: displays as SVG inside the page, or the reason why there is none."""

from base64 import b64encode
from typing import NamedTuple

from sklearn_raters.exceptions import InputError
from sklearn_raters.plots import as_svg


class Picture(NamedTuple):
    """A picture as a data URI; None where it cannot be drawn, for the reason in `note`."""

    caption: str
    alt: str
    uri: str | None
    note: str = ""


def picture(caption, alt, draw):
    """
    Draw a picture of the page.

    Parameters
    ----------
    caption : str
        What is drawn.
    alt : str
        What it shows, for readers who do not see it.
    draw : callable
        Takes nothing and returns a display.

    Returns
    -------
    Picture
        The picture.
    """
    try:
        svg, _ = as_svg(draw)
    except InputError as error:  # such as no common samples of two raters
        return Picture(caption, alt, None, str(error))
    # An image of its own keeps the names inside an SVG apart from those of others, and runs no script.
    return Picture(
        caption, alt, f"data:image/svg+xml;base64,{b64encode(svg.encode('utf-8', 'replace')).decode()}"
    )
