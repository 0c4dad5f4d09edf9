"""Draw the picture of the README: ratings, the views that learn them, and their fusion.

    python benchmarks/draw_overview.py [--folder benchmarks/pictures] [--png]

Writes overview-light.svg and overview-dark.svg, with text as paths and a transparent background; with
--png also a PNG of each on the background of a web page. Needs matplotlib: ``pip install -e ".[plot]"``.
"""

import argparse
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

WIDTH, HEIGHT = 800, 312  # pixels, as the README shows it
# The classes' colours are Okabe and Ito's, which people with any colour vision can tell apart.
THEMES = {
    "light": {
        "page": "#ffffff",
        "text": "#1f2328",
        "soft": "#59636e",
        "line": "#b7bfc8",
        "panel": "#f6f8fa",
        "chosen": "#e6ebf1",
        "angry": "#d55e00",
        "sad": "#0072b2",
        "happy": "#009e73",
    },
    "dark": {
        "page": "#0d1117",
        "text": "#f0f6fc",
        "soft": "#a5adb7",
        "line": "#4a525c",
        "panel": "#161b22",
        "chosen": "#262d36",
        "angry": "#ff7f2a",
        "sad": "#56b4e9",
        "happy": "#2fc79a",
    },
}
RATERS = ["A", "B", "C"]
RATINGS = {
    "clip 1": ["happy", "happy", None],
    "clip 2": ["angry", "angry", "sad"],
    "clip 3": ["sad", None, "sad"],
    "clip 4": ["happy", "sad", "angry"],
}
CHOSEN = "clip 2"  # the clip whose views and prediction are drawn
PREDICTED = {"angry": 0.62, "sad": 0.31, "happy": 0.07}  # an example, not measured


class Canvas:
    """An empty picture in pixels, y downwards, in the colours of a theme."""

    def __init__(self, theme):
        self.colours = THEMES[theme]
        # 72 dots an inch, so that one point of a font is one pixel.
        self.figure = Figure(figsize=(WIDTH / 72, HEIGHT / 72), dpi=72)
        self.axes = self.figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(HEIGHT, 0))
        self.axes.set_axis_off()

    def text(self, x, y, text, size=12.5, colour="text", align="center", **style):
        """Write text at a point."""
        colour = self.colours[colour]
        self.axes.text(x, y, text, size=size, color=colour, ha=align, va="center_baseline", **style)

    def box(self, x, y, width, height, fill="panel", line="line", alpha=None, radius=7):
        """Draw a box with round corners from its upper left corner."""
        style = f"round,pad=0,rounding_size={radius}"
        edge = "none" if line is None else self.colours[line]
        patch = FancyBboxPatch((x, y), width, height, boxstyle=style, linewidth=1.1)
        patch.set(facecolor=mpl.colors.to_rgba(self.colours[fill], alpha), edgecolor=edge)
        self.axes.add_patch(patch)

    def label(self, x, y, name, width=52, height=22):
        """Draw the label of a class around a point."""
        self.box(x - width / 2, y - height / 2, width, height, fill=name, line=name, alpha=0.16, radius=5)
        self.text(x, y, name, size=12)

    def bar(self, x, y, width, height, colour):
        """Draw a filled bar from its upper left corner."""
        self.axes.add_patch(Rectangle((x, y), width, height, facecolor=self.colours[colour], linewidth=0))

    def arrow(self, start, end, bend=0.0):
        """Draw an arrow."""
        style = {"arrowstyle": "-|>,head_length=5,head_width=2.6", "mutation_scale": 1, "linewidth": 1.4}
        arrow = FancyArrowPatch(start, end, connectionstyle=f"arc3,rad={bend}", shrinkA=0, shrinkB=0, **style)
        arrow.set_color(self.colours["soft"])
        self.axes.add_patch(arrow)

    def heading(self, x, title, below):
        """Write the heading of a column."""
        self.text(x, 22, title, size=16, weight="bold")
        self.text(x, 44, below, size=12, colour="soft")


def draw_ratings(canvas):
    """Draw the table of ratings on the left."""
    left, top, row, columns = 6, 66, 42, (95, 152, 209)
    canvas.heading(123, "Ratings", "several people label each recording")
    canvas.box(left, top, 238, 210)
    for rater, x in zip(RATERS, columns, strict=True):
        canvas.text(x, top + 21, rater, weight="bold")
    canvas.text(left + 14, top + 21, "rater", colour="soft", align="left")
    for number, (clip, labels) in enumerate(RATINGS.items()):
        y = top + 58 + number * row
        if clip == CHOSEN:
            canvas.box(left + 4, y - 17, 230, 34, fill="chosen", line=None)
        canvas.text(left + 14, y, clip, align="left", weight="bold" if clip == CHOSEN else "normal")
        for label, x in zip(labels, columns, strict=True):
            if label is None:
                canvas.text(x, y, "-", colour="soft")
            else:
                canvas.label(x, y, label)
    canvas.text(125, 296, "A gap: the rater did not rate the clip.", size=11.5, colour="soft")


def draw_views(canvas):
    """Draw the views in the middle, each with what it learns about the chosen clip; return their heights."""
    left, top, step, width = 302, 66, 43.5, 230
    canvas.heading(left + width / 2, "Views", "one classifier for each way to read them")
    heights = [top + 18 + number * step for number in range(5)]
    for y in heights:
        canvas.box(left, y - 18, width, 36)
    y = heights[0]
    canvas.text(left + 14, y, "crowd, majority", align="left")
    canvas.label(left + width - 36, y, "angry")
    y = heights[1]
    canvas.text(left + 14, y, "crowd, shares", align="left")
    canvas.bar(left + width - 62, y - 10, 52 * 2 / 3, 20, "angry")
    canvas.bar(left + width - 62 + 52 * 2 / 3, y - 10, 52 / 3, 20, "sad")
    for rater, label, y in zip(RATERS, RATINGS[CHOSEN], heights[2:], strict=True):
        canvas.text(left + 14, y, f"rater {rater}", align="left")
        canvas.label(left + width - 36, y, label)
    canvas.text(left + width / 2, 296, "Each is trained on the sound, then frozen.", size=11.5, colour="soft")
    return heights


def draw_fusion(canvas):
    """Draw the fusion on the right, with its prediction."""
    left, top, width = 592, 66, 202
    canvas.heading(left + width / 2, "Fusion", "one layer weighs all views")
    canvas.box(left, top, width, 210)
    canvas.text(left + 14, top + 21, CHOSEN, align="left", weight="bold")
    canvas.text(left + width - 14, top + 21, "probability", align="right", colour="soft")
    for number, (label, share) in enumerate(PREDICTED.items()):
        y = top + 58 + number * 42
        canvas.label(left + 40, y, label)
        canvas.bar(left + 78, y - 9, 110 * share, 18, label)
        x = left + 78 + 110 * share
        canvas.text(x + 7, y, f"{share:.0%}", align="left", size=12)
    canvas.text(left + 14, top + 190, "consensus:", align="left", colour="soft")
    canvas.text(left + 96, top + 190, "angry", align="left", weight="bold")
    canvas.text(left + width / 2, 296, "It also predicts each rater's label.", size=11.5, colour="soft")


def draw(theme):
    """Return the whole picture as a Figure."""
    canvas = Canvas(theme)
    draw_ratings(canvas)
    heights = draw_views(canvas)
    draw_fusion(canvas)
    middle = 171
    for y in heights:
        offset = (y - heights[2]) * 0.55
        canvas.arrow((248, middle + offset), (299, y))
        canvas.arrow((535, y), (589, middle + offset))
    return canvas.figure


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--folder", type=Path, default=Path(__file__).resolve().parent / "pictures")
    parser.add_argument("--png", action="store_true", help="write a PNG of each picture too, twice as large")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    # Paths look alike everywhere; the salt and the missing date give the same file on every run.
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "overview", "font.family": "DejaVu Sans"}):
        for theme, colours in THEMES.items():
            path = arguments.folder / f"overview-{theme}.svg"
            figure = draw(theme)
            figure.savefig(path, transparent=True, metadata={"Date": None})
            print(f"written: {path}")
            if arguments.png:
                figure.savefig(path.with_suffix(".png"), facecolor=colours["page"], dpi=144)


if __name__ == "__main__":
    main()
