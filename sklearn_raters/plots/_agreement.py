"""How often each two raters agree, as a matrix."""

from numbers import Integral

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from sklearn_raters._sklearn_compat import checked_parameters
from sklearn_raters.exceptions import InputError
from sklearn_raters.plots._style import axes_or_new, short
from sklearn_raters.ratings import as_task, rater_pairs

# Of more raters the numbers in the cells could not be read.
_NUMBERED = 12


def _order(agreement):
    """Return an order of raters in which those who agree stand side by side."""
    if len(agreement) < 3:
        return np.arange(len(agreement))
    # Raters without a common sample are taken to agree as two raters do on average.
    filled = np.where(np.isnan(agreement), np.nanmean(agreement), agreement)
    distance = 1 - (filled + filled.T) / 2
    np.fill_diagonal(distance, 0)
    steps = linkage(squareform(distance, checks=False), "average", optimal_ordering=True)
    return leaves_list(steps)


class AgreementDisplay:
    """Agreement of every two raters on the samples that both rated, in an order that shows camps.

    The numbers are those of `sklearn_raters.ratings.rater_pairs`.

    Parameters
    ----------
    agreement : ndarray of shape (n_raters, n_raters)
        Agreement from 0 to 1, symmetric; NaN on the diagonal and where two raters share too few samples.
    raters : list of length n_raters
        Names of the raters.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the matrix.
    figure_ : matplotlib Figure
        Figure of the axes.

    Examples
    --------
    >>> from sklearn_raters.plots import AgreementDisplay
    >>> Y = [["a", "b", "a"], ["b", "a", "b"], ["a", "a", "a"]]
    >>> AgreementDisplay.from_ratings(Y, min_samples=3).raters  # the first and the third agree
    ['1', '2', '0']
    """

    def __init__(self, *, agreement, raters):
        self.agreement = agreement
        self.raters = raters

    @classmethod
    @checked_parameters({"min_samples": [Integral], "max_raters": [Integral, None]})
    def from_ratings(cls, Y, *, min_samples=5, max_raters=50, ax=None):
        """Draw the agreement of raters.

        Parameters
        ----------
        Y : ratings of n_samples, or Task
            In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
        min_samples : int, default=5
            Samples that two raters must share for their agreement to be shown; of a single one it would be
            0 or 100 %.
        max_raters : int or None, default=50
            Largest number of raters to draw, those who rated most samples; None draws all.
        ax : matplotlib Axes or None, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        AgreementDisplay
            The display, drawn: raters in the order of an average-linkage clustering of 1 - agreement.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        InputError
            If no two raters share enough samples, `min_samples` is below 1, or `max_raters` below 2.
        """
        if min_samples < 1:
            raise InputError(f"min_samples must be 1 or more, got {min_samples!r}.")
        task = as_task(Y)
        table = rater_pairs(task, max_raters=max(len(task.raters), 2) if max_raters is None else max_raters)
        table = table[table["samples"] >= min_samples]
        if table.empty:
            raise InputError(
                f"No two raters share {min_samples} sample(s), so there is no agreement to show: lower "
                "min_samples, or give ratings of common samples."
            )
        paired = {*table["rater_a"], *table["rater_b"]}
        names = [name for name in task.raters if name in paired]
        place = {name: index for index, name in enumerate(names)}
        agreement = np.full((len(names), len(names)), np.nan)
        rows, columns = table["rater_a"].map(place), table["rater_b"].map(place)
        agreement[rows, columns] = agreement[columns, rows] = table["agreement"]
        order = _order(agreement)
        ordered = [str(names[index]) for index in order]
        display = cls(agreement=agreement[np.ix_(order, order)], raters=ordered).plot(ax=ax)
        if left_out := table.attrs["raters_left_out"]:
            display.ax_.set_title(
                f"{len(ordered)} busiest of {len(ordered) + left_out} raters", fontsize="medium"
            )
        return display

    def plot(self, *, ax=None):
        """Draw the matrix.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        AgreementDisplay
            The display, with `ax_` and `figure_`.
        """
        n_raters = len(self.raters)
        side = max(3.6, 1.8 + min(0.55 if n_raters <= _NUMBERED else 0.17, 9 / n_raters) * n_raters)
        self.ax_ = axes_or_new(ax, side + 1.2, side)
        self.figure_ = self.ax_.figure
        image = self.ax_.imshow(100 * self.agreement, cmap="viridis", vmin=0, vmax=100)
        self.ax_.set_facecolor("0.85")
        if ax is None:
            self.figure_.set_layout_engine("compressed")
        bar = self.figure_.colorbar(image, ax=self.ax_, label="Agreement (%); grey: none")
        bar.outline.set_visible(False)
        size = "medium" if n_raters <= _NUMBERED else max(4, min(9, 330 / n_raters))
        names = [short(name, 16) for name in self.raters]
        self.ax_.set_xticks(range(n_raters), names, rotation=90, fontsize=size)
        self.ax_.set_yticks(range(n_raters), names, fontsize=size)
        self.ax_.tick_params(length=0)
        self.ax_.spines[:].set_visible(False)
        if n_raters <= _NUMBERED:
            for row, column in zip(*np.nonzero(~np.isnan(self.agreement)), strict=True):
                value = self.agreement[row, column]
                colour = "black" if value > 0.6 else "white"
                self.ax_.text(column, row, f"{100 * value:.0f}", ha="center", va="center", color=colour)
        return self
