"""Reliability of the three answers: consensus, shares of the raters, each rater."""

import warnings

import numpy as np

from sklearn_raters._align import align_samples
from sklearn_raters._sklearn_compat import HasMethods, checked_parameters
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.metrics import expected_calibration_error, judged_answers
from sklearn_raters.plots._bins import equal_bins, mean_with_interval
from sklearn_raters.plots._style import COLOURS, GREY, axes_or_new
from sklearn_raters.plots._task import task_for
from sklearn_raters.ratings import as_task, shorten

# For each answer its name, colour and marker.
_STYLES = {
    "consensus": ("which class is the consensus", COLOURS[0], "o"),
    "shares": ("which share of raters says a class", COLOURS[5], "s"),
    "raters": ("what each rater says", COLOURS[2], "^"),
}


def _warn_of_others(task):
    """Warn of samples whose votes are for none of the classes, which cannot be judged."""
    rated = len(np.unique(task.votes.sample))
    if others := rated - np.count_nonzero(task.counts.sum(axis=1)):
        warnings.warn(
            f"{others} of {rated} rated samples have votes for none of the classes {shorten(task.classes)}: "
            "they are left out.",
            InputWarning,
            stacklevel=4,
        )


class ReliabilityDisplay:
    """Confidence of an estimator's answers against how often they are right.

    The confidence of an answer is its greatest probability. It is right to the share of the votes for this
    class; for the consensus and for a single rater this share is 0 or 1, or a part for several votes.

    Parameters
    ----------
    answers : dict
        From "consensus", "shares" or "raters" to a pair (target, proba) of arrays of shape
        (n_answers, n_classes), as `sklearn_raters.metrics.judged_answers` returns them.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the curves.
    figure_ : matplotlib Figure
        Figure of the axes.
    calibration_errors_ : dict
        From answer to its expected calibration error in 15 bins of equal width.

    References
    ----------
    C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 2, reliability diagrams.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_raters.plots import ReliabilityDisplay
    >>> target = np.eye(2)[[0, 0, 0, 1]]
    >>> display = ReliabilityDisplay(answers={"consensus": (target, np.full((4, 2), [0.75, 0.25]))})
    >>> display.plot().calibration_errors_
    {'consensus': 0.0}
    """

    def __init__(self, *, answers):
        self.answers = answers

    @classmethod
    @checked_parameters({"estimator": [HasMethods("predict_proba")]})
    def from_estimator(cls, estimator, X, Y, *, n_bins=8, ax=None):
        """Let an estimator answer, and draw all answers that it can give.

        Parameters
        ----------
        estimator : fitted classifier
            With `predict_proba`, and perhaps `predict_soft_labels` and `predict_proba_raters`. The samples
            should be others than those that it learnt from.
        X : sequence of n_samples
            Samples.
        Y : ratings of n_samples, or Task
            Their ratings; two pandas objects are paired by their index. The classes of a Task must be those
            of the estimator. Raters whom the estimator does not know are left out of "raters".
        n_bins : int, default=8
            Largest number of groups of answers; each holds as many.
        ax : matplotlib Axes or None, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        ReliabilityDisplay
            The display, drawn.
        """
        X, Y = align_samples(X=X, Y=Y)
        task = task_for(estimator, Y)
        given = {"proba": estimator.predict_proba(X)}
        if hasattr(estimator, "predict_soft_labels"):
            given["soft_labels"] = estimator.predict_soft_labels(X)
        if hasattr(estimator, "predict_proba_raters") and len(estimator.raters_):
            given["proba_raters"], given["raters"] = estimator.predict_proba_raters(X), estimator.raters_
        return cls.from_predictions(task, **given, n_bins=n_bins, ax=ax)

    @classmethod
    def from_predictions(
        cls, Y, proba=None, soft_labels=None, proba_raters=None, *, raters=None, n_bins=8, ax=None
    ):
        """Draw the answers that are given.

        Parameters
        ----------
        Y : ratings of n_samples, or Task
            In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
        proba : array-like of shape (n_samples, n_classes) or None, default=None
            Probabilities of the consensus, as `predict_proba` returns them.
        soft_labels : array-like of shape (n_samples, n_classes) or None, default=None
            Predicted shares of the raters.
        proba_raters : array-like of shape (n_samples, n_raters, n_classes) or None, default=None
            What each rater would say; rows of NaN are left out.
        raters : sequence of length n_raters or None, default=None
            The raters of `proba_raters`, such as `raters_`; None takes all raters of `Y`, in its order.
        n_bins : int, default=8
            Largest number of groups of answers; each holds as many.
        ax : matplotlib Axes or None, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        ReliabilityDisplay
            The display, drawn.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        InputError
            If no answer is given, a shape does not fit, a row is no distribution, or nothing can be judged.
        """
        task = as_task(Y)
        _warn_of_others(task)
        answers = judged_answers(task, proba, soft_labels, proba_raters, raters=raters)
        if not answers:
            raise InputError("No answer is given: give proba, soft_labels or proba_raters.")
        return cls(answers=answers).plot(n_bins=n_bins, ax=ax)

    def plot(self, *, n_bins=8, ax=None):
        """Draw a curve for each answer.

        Parameters
        ----------
        n_bins : int, default=8
            Largest number of groups of answers; each holds as many.
        ax : matplotlib Axes or None, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        ReliabilityDisplay
            The display, with `ax_`, `figure_` and `calibration_errors_`.
        """
        self.ax_ = axes_or_new(ax, 5.6, 6.2)
        self.figure_ = self.ax_.figure
        self.ax_.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
        self.calibration_errors_ = {}
        for name, (target, proba) in self.answers.items():
            error = self.calibration_errors_[name] = expected_calibration_error(target, proba)
            rows, chosen = np.arange(len(proba)), proba.argmax(axis=1)
            confidence, right = proba[rows, chosen], target[rows, chosen]
            bins = equal_bins(confidence, n_bins)
            x = [confidence[samples].mean() for samples in bins]
            means, widths = zip(*(mean_with_interval(right[samples]) for samples in bins), strict=True)
            question, colour, marker = _STYLES[name]
            label = f"{question}: error {100 * error:.1f} %, {len(proba):,} answers"
            self.ax_.errorbar(x, means, widths, fmt=f"{marker}-", color=colour, capsize=2, label=label)
        self.ax_.set(
            xlim=(0, 1.02),
            ylim=(0, 1.02),
            aspect="equal",
            xlabel="Confidence: probability of the most probable class",
            ylabel="Share of votes for this class",
        )
        self.ax_.spines[["top", "right"]].set_visible(False)
        # Curves of three answers leave no corner of the axes free.
        if ax is None:
            self.figure_.legend(loc="outside lower center", frameon=False, fontsize="small")
        else:  # a figure that was given may have no room beside its axes
            self.ax_.legend(loc="best", fontsize="small")
        return self
