"""What each rater chose where the others agree on a class, as small matrices side by side."""

from numbers import Integral

import numpy as np

from sklearn_raters._sklearn_compat import checked_parameters
from sklearn_raters.exceptions import InputError
from sklearn_raters.plots._style import pyplot, short
from sklearn_raters.ratings import as_task, rater_confusions

# Of more classes the numbers in the cells could not be read.
_NUMBERED = 5


class RaterConfusionsDisplay:
    """Each rater's confusion matrix against the majority of the other raters.

    The numbers are those of `sklearn_raters.ratings.rater_confusions`.

    Parameters
    ----------
    confusions : ndarray of shape (n_raters, n_classes, n_classes)
        Number of samples: the others' majority (rows), the rater's choice (columns).
    raters : list of length n_raters
        Names of the raters.
    classes : list of length n_classes
        The classes.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes, shape (n_raters,)
        Axes of each rater.
    figure_ : matplotlib Figure
        Figure of the axes.

    Examples
    --------
    >>> from sklearn_raters.plots import RaterConfusionsDisplay
    >>> Y = [["a", "a", "a"], ["b", "b", "a"], ["b", "a", "b"]]
    >>> RaterConfusionsDisplay.from_ratings(Y).confusions[1].tolist()
    [[1.0, 0.0], [1.0, 0.0]]
    """

    def __init__(self, *, confusions, raters, classes):
        self.confusions = confusions
        self.raters = raters
        self.classes = classes

    @classmethod
    @checked_parameters({"max_raters": [Integral, None]})
    def from_ratings(cls, Y, *, max_raters=50, n_columns=None, axes=None):
        """Draw what raters confuse.

        Parameters
        ----------
        Y : ratings of n_samples, or Task
            In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
        max_raters : int or None, default=50
            Largest number of raters to draw, those with the most samples that can be compared; None draws
            all.
        n_columns : int or None, default=None
            Matrices side by side; None chooses.
        axes : sequence of matplotlib Axes or None, default=None
            Axes for each rater that is drawn; None makes a figure.

        Returns
        -------
        RaterConfusionsDisplay
            The display, drawn.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        InputError
            If no rater has a sample on which the others have a majority, a number is below 1, or `axes` are
            not as many as the raters.
        """
        for name, value in {"max_raters": max_raters, "n_columns": n_columns}.items():
            if value is not None and value < 1:
                raise InputError(f"{name} must be 1 or more, got {value!r}.")
        task = as_task(Y)
        table = rater_confusions(task)
        raters = {name: index for index, name in enumerate(task.raters)}
        classes = {name: index for index, name in enumerate(task.classes)}
        confusions = np.zeros((len(raters), len(classes), len(classes)))
        place = table["rater"].map(raters), table["others"].map(classes), table["own"].map(classes)
        confusions[place] = table["samples"]
        totals = confusions.sum(axis=(1, 2))
        drawn = np.sort(np.argsort(-totals, kind="stable")[:max_raters])
        drawn = drawn[totals[drawn] > 0]
        if not len(drawn):
            raise InputError(
                "No rater rated a sample on which the other raters have a majority: nothing to draw. Give "
                "ratings with three raters or more on a sample."
            )
        names = [str(task.raters[index]) for index in drawn]
        display = cls(confusions=confusions[drawn], raters=names, classes=list(task.classes))
        return display.plot(n_columns=n_columns, axes=axes)

    def plot(self, *, n_columns=None, axes=None):
        """Draw a matrix for each rater, in shares of the rows.

        Parameters
        ----------
        n_columns : int or None, default=None
            Matrices side by side; None chooses.
        axes : sequence of matplotlib Axes or None, default=None
            Axes for each rater; None makes a figure.

        Returns
        -------
        RaterConfusionsDisplay
            The display, with `axes_` and `figure_`.
        """
        n_raters, n_classes = len(self.raters), len(self.classes)
        if axes is not None and np.shape(axes) != (n_raters,):
            raise InputError(f"axes must be {n_raters} Axes, one for each rater, not {axes!r}.")
        n_columns = min(n_raters, n_columns or (5 if n_raters <= 25 else 10))
        n_rows = -(-n_raters // n_columns)
        numbered = n_classes <= _NUMBERED and n_columns <= 5
        side = 2.0 if n_columns <= 5 else 1.15
        names = [short(name, 14) for name in self.classes]
        if axes is None:
            figure, axes = pyplot().subplots(
                n_rows,
                n_columns,
                figsize=(1.6 + side * n_columns, 1.1 + (side + 0.25) * n_rows),
                sharex=True,
                sharey=True,
                squeeze=False,
                layout="constrained",
            )
            figure.supylabel("Majority of the other raters")
            figure.supxlabel("The rater's choice (% of the row; grey: no such sample)")
        axes = np.ravel(axes)
        self.figure_, self.axes_ = axes[0].figure, axes[:n_raters]
        totals = self.confusions.sum(axis=2, keepdims=True)
        shares = 100 * self.confusions / np.where(totals > 0, totals, np.nan)
        for ax, name, rows in zip(self.axes_, self.raters, shares, strict=True):
            image = ax.imshow(rows, cmap="Blues", vmin=0, vmax=100)
            ax.set_title(
                short(name, 18 if n_columns <= 5 else 10), fontsize="medium" if n_columns <= 5 else "x-small"
            )
            ax.set_facecolor("0.9")
            ax.set_xticks(range(n_classes), names, rotation=90)
            ax.set_yticks(range(n_classes), names)
            ax.tick_params(length=0, labelsize="small")
            for row, column in zip(*np.nonzero(~np.isnan(rows)), strict=True) if numbered else ():
                value = rows[row, column]
                colour = "white" if value > 55 else "black"
                ax.text(column, row, f"{value:.0f}", ha="center", va="center", color=colour, fontsize="small")
        for ax in axes[n_raters:]:
            ax.set_axis_off()
        self.figure_.colorbar(image, ax=list(axes), label="%", shrink=0.6)
        return self
