"""The table of a comparison as points with intervals."""

from sklearn_raters._sklearn_compat import checked_parameters
from sklearn_raters.exceptions import InputError
from sklearn_raters.plots._style import COLOURS, GREY, axes_or_new, short


class ComparisonDisplay:
    """Differences of models from a baseline, with intervals: Table 3 of the paper as a picture.

    Parameters
    ----------
    table : DataFrame
        One row a model, with `uar`, `difference`, `low` and `high` as shares, as
        `sklearn_raters.model_selection.compare` returns them.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the points.
    figure_ : matplotlib Figure
        Figure of the axes.

    References
    ----------
    H.-C. Chou and C.-C. Lee, "Every Rating Matters", ICASSP 2019, Table 3.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_raters.model_selection import compare
    >>> from sklearn_raters.plots import ComparisonDisplay
    >>> X = [[0.0], [1.0]] * 10
    >>> Y = [["a", "a", None], ["b", "b", "a"]] * 10
    >>> models = {"chance": DummyClassifier(), "neighbours": KNeighborsClassifier(3)}
    >>> table = compare(models, X, Y, cv=2, baseline="chance", random_state=0)
    >>> ComparisonDisplay.from_comparison(table).ax_.get_xlabel()
    'UAR minus that of chance (points)'
    """

    def __init__(self, *, table):
        self.table = table

    @classmethod
    @checked_parameters({"sort": ["boolean"]})
    def from_comparison(cls, table, *, sort=False, ax=None):
        """Draw a table of `compare`.

        Parameters
        ----------
        table : DataFrame or Comparison
            As `sklearn_raters.model_selection.compare` returns it, with a baseline.
        sort : bool, default=False
            Whether to draw the best model first, instead of the order of the table.
        ax : matplotlib Axes or None, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        ComparisonDisplay
            The display, drawn.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        InputError
            If the table has no differences, or no models.
        """
        if not hasattr(table, "columns"):  # a Comparison holds the table
            table = getattr(table, "table", None)
        missing = {"uar", "difference", "low", "high"} - set(getattr(table, "columns", ()))
        if missing or table.empty:
            raise InputError(
                f"The table has no {', '.join(sorted(missing)) or 'rows'}: give the table that compare "
                "returns with a baseline= and at least one model."
            )
        return cls(table=table.sort_values("uar", ascending=False) if sort else table).plot(ax=ax)

    def plot(self, *, ax=None):
        """Draw the points and intervals.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        ComparisonDisplay
            The display, with `ax_` and `figure_`.
        """
        table, n_models = self.table, len(self.table)
        self.ax_ = axes_or_new(ax, 7.5, 1.1 + 0.32 * n_models)
        self.figure_ = self.ax_.figure
        points, low, high = (100 * table[column].to_numpy() for column in ("difference", "low", "high"))
        is_baseline = table.index == table.attrs.get("baseline")
        if not is_baseline.any():  # a table that was read from a file
            is_baseline = (points == 0) & (low == 0) & (high == 0)
        apart = (low > 0) | (high < 0)
        self.ax_.axvline(0, color=GREY, linewidth=1)
        for place in range(n_models):
            colour = GREY if is_baseline[place] else COLOURS[0 if apart[place] else 4]
            self.ax_.plot([low[place], high[place]], [place, place], color=colour, linewidth=2.5)
            face = colour if apart[place] else "white"
            self.ax_.plot(points[place], place, "o", color=colour, markerfacecolor=face, markersize=7)
        names = [f"{short(name, 40)}   {100 * uar:.1f}" for name, uar in table["uar"].items()]
        baseline = short(table.index[is_baseline][0], 40) if is_baseline.sum() == 1 else "the baseline"
        self.ax_.set(yticks=range(n_models), yticklabels=names, ylim=(n_models - 0.4, -0.6))
        self.ax_.set_xlabel(f"UAR minus that of {baseline} (points)")
        self.ax_.set_title("UAR (%)", loc="left", size="small", ha="right")
        self.ax_.annotate(
            "line: 95 % interval; filled: it does not hold 0",
            (1, 1.01), xycoords="axes fraction", ha="right", va="bottom", size="small", color="0.35",
        )  # fmt: skip
        self.ax_.grid(axis="x", color="0.9")
        self.ax_.set_axisbelow(True)
        self.ax_.spines[["top", "right", "left"]].set_visible(False)
        self.ax_.tick_params(axis="y", length=0)
        return self
