"""Disagreement of the raters, predicted against observed."""

import numpy as np
from scipy.stats import spearmanr

from sklearn_raters._align import align_samples
from sklearn_raters._sklearn_compat import HasMethods, checked_parameters
from sklearn_raters.exceptions import InputError
from sklearn_raters.metrics import rated_distributions
from sklearn_raters.plots._bins import equal_bins, mean_with_interval
from sklearn_raters.plots._style import COLOURS, GREY, axes_or_new
from sklearn_raters.plots._task import task_for
from sklearn_raters.ratings import as_task


class DisagreementDisplay:
    """How often two votes of a sample differ: predicted against observed.

    Of soft labels p, two votes differ with probability ``1 - sum_k p_k**2``. On a sample with votes
    ``c_k`` for the classes, ``n`` together, the share of differing pairs, ``1 - sum_k c_k (c_k - 1) /
    (n (n - 1))``, estimates it without bias, however few the votes are. As in soft labels, each class that a
    rater chose is a vote: a rater of several classes alone makes a pair that differs. In a cube of votes, a
    weight of 3 is three votes.

    Parameters
    ----------
    predicted : ndarray of shape (n_samples,)
        Predicted probability that two votes differ.
    observed : ndarray of shape (n_samples,)
        Share of pairs of votes that differ.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the points.
    figure_ : matplotlib Figure
        Figure of the axes.
    correlation_ : float
        Spearman's rank correlation of the two over the samples; NaN where one of them is constant.

    Examples
    --------
    >>> from sklearn_raters.plots import DisagreementDisplay
    >>> Y = [["a", "a", "a"], ["a", "b", "a"], ["a", "b", "b"], ["b", "b", "b"]]
    >>> proba = [[1, 0], [0.5, 0.5], [0.5, 0.5], [0, 1]]
    >>> DisagreementDisplay.from_predictions(Y, proba).observed.round(2).tolist()
    [0.0, 0.67, 0.67, 0.0]
    """

    def __init__(self, *, predicted, observed):
        self.predicted = predicted
        self.observed = observed

    @classmethod
    @checked_parameters({"estimator": [HasMethods("predict_soft_labels")]})
    def from_estimator(cls, estimator, X, Y, *, n_bins=8, ax=None):
        """Predict the soft labels of samples, and draw.

        Parameters
        ----------
        estimator : fitted estimator
            With `predict_soft_labels`. The samples should be others than those that it learnt from.
        X : sequence of n_samples
            Samples.
        Y : ratings of n_samples, or Task
            Their ratings; two pandas objects are paired by their index. The classes of a Task must be those
            of the estimator.
        n_bins : int, default=8
            Largest number of groups of samples; see `plot`.
        ax : matplotlib Axes or None, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        DisagreementDisplay
            The display, drawn.
        """
        X, Y = align_samples(X=X, Y=Y)
        proba = estimator.predict_soft_labels(X)
        return cls.from_predictions(task_for(estimator, Y), proba, n_bins=n_bins, ax=ax)

    @classmethod
    def from_predictions(cls, Y, proba, *, n_bins=8, ax=None):
        """Draw predicted soft labels beside ratings.

        Parameters
        ----------
        Y : ratings of n_samples, or Task
            In any form that `sklearn_raters.ratings.Task` takes. A Task also names the classes.
        proba : array-like of shape (n_samples, n_classes)
            Predicted soft labels; rows sum to 1.
        n_bins : int, default=8
            Largest number of groups of samples; see `plot`.
        ax : matplotlib Axes or None, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        DisagreementDisplay
            The display, drawn, of the samples with at least two votes for classes.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        InputError
            If no sample has two votes, or `proba` has another shape or is no distribution.
        """
        task = as_task(Y)
        _, proba, rated = rated_distributions(task, proba)
        counts = task.counts
        total = counts.sum(axis=1)
        paired = rated & (total >= 2)
        if not paired.any():
            raise InputError(
                f"None of the {task.n_samples} samples has two votes for classes, so that raters "
                "could differ."
            )
        counts, total = counts[paired], total[paired]
        observed = 1 - (counts * (counts - 1)).sum(axis=1) / (total * (total - 1))
        display = cls(predicted=1 - (proba[paired] ** 2).sum(axis=1), observed=np.clip(observed, 0, 1))
        return display.plot(n_bins=n_bins, ax=ax)

    def plot(self, *, n_bins=8, ax=None):
        """Draw groups of samples with similar predictions.

        Parameters
        ----------
        n_bins : int, default=8
            Largest number of groups; each holds as many samples.
        ax : matplotlib Axes or None, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        DisagreementDisplay
            The display, with `ax_`, `figure_` and `correlation_`.
        """
        self.ax_ = axes_or_new(ax, 5.4, 5.0)
        self.figure_ = self.ax_.figure
        varies = len(set(self.predicted)) > 1 and len(set(self.observed)) > 1
        self.correlation_ = float(spearmanr(self.predicted, self.observed)[0]) if varies else np.nan
        bins = equal_bins(self.predicted, n_bins)
        x = [self.predicted[samples].mean() for samples in bins]
        means, errors = zip(*(mean_with_interval(self.observed[samples]) for samples in bins), strict=True)
        self.ax_.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--", label="as predicted")
        label = f"groups of about {len(bins[0]):,} samples, 95 % interval"
        self.ax_.errorbar(x, means, errors, fmt="o-", color=COLOURS[0], capsize=3, label=label)
        limit = 1.05 * max(*x, *(mean + error for mean, error in zip(means, errors, strict=True)), 0.1)
        self.ax_.set(
            xlim=(0, limit),
            ylim=(0, limit),
            aspect="equal",
            xlabel="Predicted probability that two votes differ",
            ylabel="Share of pairs of votes that differ",
            title=f"{len(self.predicted):,} samples, rank correlation {self.correlation_:.2f}",
        )
        self.ax_.title.set_fontsize("medium")
        self.ax_.spines[["top", "right"]].set_visible(False)
        self.ax_.legend(loc="best", frameon=False)
        return self
