"""Which classes each rater chooses, as bars."""

from numbers import Integral

import numpy as np

from sklearn_raters._sklearn_compat import checked_parameters
from sklearn_raters.exceptions import InputError
from sklearn_raters.plots._style import add_legend, axes_or_new, class_colours, short
from sklearn_raters.ratings import as_task, rater_summary

_CROWD_NAMES = {"crowd_hard": "majority", "crowd_soft": "all votes"}


class ClassUseDisplay:
    """Shares of the classes in each rater's votes: Table 1 of the paper as a picture.

    Parameters
    ----------
    shares : ndarray of shape (n_rows, n_classes)
        Share of each class in the votes of a rater; a row of NaN for a rater without votes.
    names : list of length n_rows
        The rows' names, from top to bottom.
    n_samples : ndarray of int, shape (n_rows,)
        Number of samples with a vote of the rater.
    classes : list of length n_classes
        The classes.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the bars.
    figure_ : matplotlib Figure
        Figure of the axes.

    References
    ----------
    H.-C. Chou and C.-C. Lee, "Every Rating Matters", ICASSP 2019, Table 1.

    Examples
    --------
    >>> from sklearn_raters.plots import ClassUseDisplay
    >>> display = ClassUseDisplay.from_ratings([["calm", "sad"], ["sad", "sad"], ["calm", None]])
    >>> display.shares[-1].tolist()  # the second rater's
    [0.0, 1.0]
    """

    def __init__(self, *, shares, names, n_samples, classes):
        self.shares = shares
        self.names = names
        self.n_samples = n_samples
        self.classes = classes

    @classmethod
    @checked_parameters({"max_raters": [Integral, None]})
    def from_ratings(cls, Y, *, max_raters=50, ax=None):
        """Draw the classes that raters choose.

        Parameters
        ----------
        Y : ratings of n_samples, or Task
            In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
        max_raters : int or None, default=50
            Largest number of raters to draw, those with the most samples; None draws all.
        ax : matplotlib Axes or None, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        ClassUseDisplay
            The display, drawn: the majority labels, all votes, then the raters in the order of their votes
            for the last class.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        InputError
            If there are no ratings, or `max_raters` is below 1.
        """
        if max_raters is not None and max_raters < 1:
            raise InputError(f"max_raters must be 1 or more, or None, got {max_raters!r}.")
        task = as_task(Y)
        table = rater_summary(task)
        shares = table[[f"share_{name}" for name in task.classes]]
        n_samples = table["samples"]
        drawn = n_samples.iloc[2:].sort_values(ascending=False, kind="stable").index[:max_raters]
        order = shares.loc[drawn].iloc[:, ::-1]
        drawn = order.sort_values(list(order.columns), kind="stable", na_position="last").index
        rows = [*table.index[:2], *drawn]
        display = cls(
            shares=shares.loc[rows].to_numpy(),
            names=[_CROWD_NAMES.get(row, str(row)) for row in rows],
            n_samples=n_samples.loc[rows].to_numpy(),
            classes=list(task.classes),
        )
        return display.plot(ax=ax)

    def plot(self, *, ax=None):
        """Draw the bars.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        ClassUseDisplay
            The display, with `ax_` and `figure_`.
        """
        n_rows = len(self.names)
        self.ax_ = axes_or_new(ax, 7.5, max(1.1 + 0.24 * n_rows, 1.0 + 0.23 * len(self.classes)))
        self.figure_ = self.ax_.figure
        # A gap after the two rows of the crowd.
        places = np.arange(n_rows) + 0.6 * (np.arange(n_rows) >= 2)
        starts = np.zeros(n_rows)
        widths = 100 * np.nan_to_num(self.shares)
        bars = []
        for colour, width in zip(class_colours(self.classes), widths.T, strict=True):
            bars.append(self.ax_.barh(places, width, left=starts, color=colour, height=0.8))
            starts = starts + width
        for place, total in zip(places, self.n_samples, strict=True):
            self.ax_.annotate(
                f" {total:,}", (100, place), va="center", size="small", annotation_clip=False, color="0.35"
            )
        self.ax_.set(
            yticks=places,
            yticklabels=[short(name) for name in self.names],
            xlim=(0, 100),
            xlabel="Share of the votes (%)",
        )
        self.ax_.set_ylim(places[-1] + 0.6, -0.6)
        self.ax_.set_title("Samples rated", loc="right", size="small", color="0.35")
        self.ax_.spines[["top", "right"]].set_visible(False)
        names = [short(name) for name in self.classes]
        place = {"loc": "upper left", "bbox_to_anchor": (1.1, 1)}
        add_legend(self.ax_, bars, names, **place, frameon=False, title="Class")
        return self
