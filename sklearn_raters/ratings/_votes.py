"""Votes as index arrays, and the majority that is counted on them: the inner form of all ratings."""

from dataclasses import dataclass, replace

import numpy as np

from sklearn_raters.ratings._labels import shorten

# Sums of weights such as 0.1 + 0.2 and 0.3 are a tie in spite of rounding.
_TIE_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False, repr=False)
class Votes:
    """All votes of all raters, one entry a vote, sorted by sample, rater and label.

    A vote is one label that one rater chose for one sample; a rater who chose several labels
    for a sample has several votes. The memory needed grows with the votes, not with
    samples x raters x labels.

    Parameters
    ----------
    sample : ndarray of int, shape (n_votes,)
        The sample of each vote, 0 to `n_samples` - 1.
    rater : ndarray of int, shape (n_votes,)
        The rater of each vote, an index into `raters`.
    label : ndarray of int, shape (n_votes,)
        The label of each vote, an index into `labels`.
    weight : ndarray of float, shape (n_votes,)
        The weight of each vote, above 0; 1 unless a votes cube gave another.
    n_samples : int
        The number of samples, those without a vote included.
    raters : list
        The raters' names, those without a vote included.
    labels : list
        The labels' names, sorted.
    """

    sample: np.ndarray
    rater: np.ndarray
    label: np.ndarray
    weight: np.ndarray
    n_samples: int
    raters: list
    labels: list

    def __repr__(self):
        return (
            f"Votes({len(self.sample)} votes, {self.n_samples} samples, "
            f"{len(self.raters)} raters, labels={self.labels})"
        )

    def of_rater(self, name):
        """Return the votes of one rater.

        Parameters
        ----------
        name : object
            The rater, one of `raters`.

        Returns
        -------
        Votes
            This rater's votes; the number of samples and the labels are kept.

        Raises
        ------
        ValueError
            If there is no such rater.
        """
        if name not in self.raters:
            raise ValueError(f"There is no rater {name!r}; the raters are {shorten(self.raters)}.")
        own = self.rater == self.raters.index(name)
        return replace(
            self,
            sample=self.sample[own],
            rater=np.zeros(own.sum(), dtype=self.rater.dtype),
            label=self.label[own],
            weight=self.weight[own],
            raters=[name],
        )

    def take(self, samples):
        """Return the votes on some samples.

        Parameters
        ----------
        samples : array-like of int of shape (n_taken,)
            Which samples, each at most once.

        Returns
        -------
        Votes
            Their votes; sample ``samples[0]`` becomes 0, and so on. Raters and labels are kept.
        """
        samples = np.asarray(samples, dtype=np.intp)
        place = np.full(self.n_samples, -1, dtype=np.intp)
        place[samples] = np.arange(len(samples))
        taken = np.flatnonzero(place[self.sample] >= 0)
        taken = taken[np.argsort(place[self.sample[taken]], kind="stable")]
        return replace(
            self,
            sample=place[self.sample[taken]],
            rater=self.rater[taken],
            label=self.label[taken],
            weight=self.weight[taken],
            n_samples=len(samples),
        )


def merge_votes(sample, rater, label, weight, n_samples, raters, labels):
    """Sort votes into `Votes`; of equal (sample, rater, label) the largest weight stays."""
    key = (sample.astype(np.int64) * len(raters) + rater) * len(labels) + label
    order = np.argsort(key, kind="stable")
    first = np.flatnonzero(np.diff(key[order], prepend=-1))
    kept = order[first]
    largest = np.maximum.reduceat(weight[order], first) if len(first) else weight[kept]
    return Votes(sample[kept], rater[kept], label[kept], largest, n_samples, raters, labels)


def count_votes(votes, n_labels):
    """Count the votes of each sample for each of the first labels.

    Parameters
    ----------
    votes : Votes
        The votes.
    n_labels : int
        How many of `votes.labels` are counted.

    Returns
    -------
    ndarray of float64, shape (n_samples, n_labels)
        Sums of the votes' weights.
    """
    inside = votes.label < n_labels
    cell = votes.sample[inside] * n_labels + votes.label[inside]
    counts = np.bincount(cell, votes.weight[inside], minlength=votes.n_samples * n_labels)
    return counts.reshape(votes.n_samples, n_labels)


def majority(votes, ties="missing"):
    """Find the label with the most votes on each sample.

    Returns
    -------
    ndarray of int, shape (n_samples,)
        An index into `votes.labels`; -1 where a sample has no vote, and for "missing" also where
        several labels share the most votes (for "first" the first of them in `votes.labels`).
    """
    winner = np.full(votes.n_samples, -1, dtype=np.intp)
    if not len(votes.sample):
        return winner
    n_labels = len(votes.labels)
    key, inverse = np.unique(votes.sample * n_labels + votes.label, return_inverse=True)
    count = np.bincount(inverse, weights=votes.weight)
    sample = key // n_labels
    start = np.flatnonzero(np.diff(sample, prepend=-1))
    most = np.repeat(np.maximum.reduceat(count, start), np.diff(start, append=len(key)))
    top = np.flatnonzero(count >= most * (1 - _TIE_TOLERANCE))
    voted, first, n_top = np.unique(sample[top], return_index=True, return_counts=True)
    winner[voted] = key[top[first]] % n_labels
    if ties == "missing":
        winner[voted[n_top > 1]] = -1
    return winner
