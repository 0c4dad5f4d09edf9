"""Losses of every network of a fit, epoch by epoch."""

import numpy as np

from sklearn_raters._nested import unwrap
from sklearn_raters.exceptions import InputError
from sklearn_raters.plots._style import COLOURS, GREY, add_legend, axes_or_new, short

_CROWD = {"crowd_hard": COLOURS[0], "crowd_soft": COLOURS[5]}
# More raters than this are drawn alike, without names.
_NAMED_RATERS = 4


def _nets_of(estimator):
    """Return the trained nets inside a fitted estimator: from name of the view, else of the class, to net."""
    inside = unwrap(estimator)
    if hasattr(inside, "views_"):
        found = {name: unwrap(view) for name, view in zip(inside.views_, inside.estimators_, strict=True)}
    elif hasattr(inside, "estimators_") and isinstance(inside.estimators_, list):
        found = {f"network {number}": unwrap(copy) for number, copy in enumerate(inside.estimators_, start=1)}
    else:
        found = {type(inside).__name__: inside}
    return {name: part.net_ for name, part in found.items() if hasattr(part, "net_")}


class LossCurvesDisplay:
    """Losses by epoch of every network that one fit trained.

    Parameters
    ----------
    curves : dict
        From name, for a stack that of the view, to a dict with "train", and with early stopping also
        "valid": ndarrays of shape (n_epochs,), the mean loss of each epoch. A training that started from
        another view's weights has its own epochs only.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the curves.
    figure_ : matplotlib Figure
        Figure of the axes.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_raters import SoftmaxLayerClassifier
    >>> from sklearn_raters.plots import LossCurvesDisplay
    >>> X, y = np.random.default_rng(0).normal(size=(40, 3)), np.arange(40) % 2
    >>> clf = SoftmaxLayerClassifier(max_epochs=5, random_state=0).fit(X, y)
    >>> LossCurvesDisplay.from_estimator(clf).curves["SoftmaxLayerClassifier"]["train"].shape
    (5,)
    """

    def __init__(self, *, curves):
        self.curves = curves

    @classmethod
    def from_estimator(cls, estimator, *, ax=None):
        """Draw the losses that the networks of a fitted estimator have recorded.

        Parameters
        ----------
        estimator : fitted estimator
            A network, an ensemble of networks, or a stack whose views are networks; also inside a Pipeline or
            search.
        ax : matplotlib Axes or None, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        LossCurvesDisplay
            The display, drawn.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        InputError
            If the estimator is not fitted or holds no network.
        """
        curves = {}
        for name, net in _nets_of(estimator).items():
            kinds = {kind: f"{kind}_loss" for kind in ("train", "valid")}
            recorded = set(net.history[-1]) if len(net.history) else set()
            curves[name] = {
                kind: np.array(net.history[:, column]) for kind, column in kinds.items() if column in recorded
            }
        if not curves:
            raise InputError(
                f"{type(unwrap(estimator)).__name__} holds no trained network. Give a fitted network, "
                "or a stack or ensemble of networks such as BLSTMClassifier."
            )
        return cls(curves=curves).plot(ax=ax)

    def plot(self, *, ax=None):
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        LossCurvesDisplay
            The display, with `ax_` and `figure_`.
        """
        self.ax_ = axes_or_new(ax, 7.0, 4.2)
        self.figure_ = self.ax_.figure
        others = [name for name in self.curves if name not in _CROWD]
        free = [colour for colour in COLOURS if colour not in _CROWD.values()]
        lines, labels = [], []
        for name, of_kind in self.curves.items():
            named = name in _CROWD or len(others) <= _NAMED_RATERS
            colour = _CROWD.get(name) or (free[others.index(name)] if named else GREY)
            label = short(name) if named else f"{len(others)} raters" if name == others[0] else None
            width = 2.2 if name in _CROWD or len(self.curves) == 1 else 1.2
            for kind, losses in of_kind.items():
                (line,) = self.ax_.plot(
                    np.arange(1, len(losses) + 1),
                    losses,
                    color=colour,
                    marker="." if len(losses) <= 15 else None,
                    linewidth=width if named else 0.8,
                    linestyle="-" if kind == "train" else "--",
                    alpha=1 if named else 0.5,
                    zorder=3 if named else 2,
                )
                if kind == "train" and label is not None:
                    lines, labels = [*lines, line], [*labels, label]
        if any("valid" in of_kind for of_kind in self.curves.values()):
            lines += self.ax_.plot([], [], color=GREY, linestyle="--")
            labels.append("on the validation part")
        self.ax_.set(xlabel="Epoch", ylabel="Mean loss of the epoch")
        self.ax_.xaxis.get_major_locator().set_params(integer=True)
        self.ax_.spines[["top", "right"]].set_visible(False)
        add_legend(self.ax_, lines, labels, loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
        return self
