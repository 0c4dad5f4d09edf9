"""Votes, the form to which all ratings are converted: arrays with one entry a vote."""

from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np

from sklearn_raters.exceptions import InputError
from sklearn_raters.ratings._labels import shorten
from sklearn_raters.ratings._names import find_name

# Tolerance for ties: sums of weights such as 0.1 + 0.2 and 0.3 differ by rounding only.
TIE_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False, repr=False)
class Votes:
    """All votes of all raters, one entry a vote, sorted by sample, rater and label.

    A vote is one label that one rater chose for one sample; a rater who chose several labels for a sample
    has several votes. Memory grows with the number of votes, not with samples x raters x labels.
    `parse_ratings` makes votes.

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
        Number of samples, including those without a vote.
    raters : list
        Names of the raters, including those without a vote.
    labels : list
        The labels, including those without a vote.
    index : pandas.Index of length n_samples, default=None
        Names of the samples, if the ratings were a DataFrame, a Series or a long table, or a loader read
        them: samples beside them are brought into this order.
    """

    sample: np.ndarray
    rater: np.ndarray
    label: np.ndarray
    weight: np.ndarray
    n_samples: int
    raters: list
    labels: list
    index: object = None

    def __repr__(self):
        sizes = f"{len(self.sample)} votes, {self.n_samples} samples, {len(self.raters)} raters"
        return f"Votes({sizes}, labels={self.labels})"

    def of_rater(self, name):
        """Return the votes of one rater.

        Parameters
        ----------
        name : object
            The rater, one of `raters`, in any spelling: "1" is the rater 1.

        Returns
        -------
        Votes
            This rater's votes, with the same number of samples and the same labels.

        Raises
        ------
        InputError
            If there is no such rater.
        """
        name = find_name(name, self.raters)
        if name not in self.raters:
            raise InputError(f"There is no rater {name!r}; the raters are {shorten(self.raters)}.")
        chosen = self.rater == self.raters.index(name)
        return self._select(chosen, rater=np.zeros(chosen.sum(), dtype=np.intp), raters=[name])

    def contents(self):
        """Return a hash of what each rater said.

        Returns
        -------
        list of bytes
            One for each of `raters`, equal for equal votes only.
        """
        order = np.argsort(self.rater, kind="stable")
        ends = np.searchsorted(self.rater[order], np.arange(1, len(self.raters)))
        said = [np.split(column[order], ends) for column in (self.sample, self.label, self.weight)]
        return [
            blake2b(b"".join(part.tobytes() for part in parts), digest_size=16).digest()
            for parts in zip(*said, strict=True)
        ]

    def with_raters_in_order(self, order):
        """Return the same votes with the raters in another order.

        Parameters
        ----------
        order : ndarray of int, shape (n_raters,)
            All raters in the new order, as indices into `raters`.

        Returns
        -------
        Votes
            The votes, sorted by sample, rater and label.
        """
        raters = [self.raters[rater] for rater in order]
        return replace(self, rater=np.argsort(order)[self.rater], raters=raters).merged()

    def take(self, samples):
        """Return the votes on some samples.

        Parameters
        ----------
        samples : array-like of shape (n_taken,)
            Indices of samples, in any order and repeated or not, or a mask of shape (n_samples,).

        Returns
        -------
        Votes
            The votes on these samples, renumbered from 0 in the order given. Raters and labels are the same.
        """
        samples = np.arange(self.n_samples)[samples]
        start = np.searchsorted(self.sample, samples)
        size = np.searchsorted(self.sample, samples, side="right") - start
        place = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)  # within the sample
        taken = np.repeat(start, size) + place
        sample = np.repeat(np.arange(len(samples)), size)
        index = None if self.index is None else self.index[samples]
        return self._select(taken, sample=sample, n_samples=len(samples), index=index)

    def _select(self, chosen, **changes):
        """Return some of the votes, with changes in other fields."""
        fields = ("sample", "rater", "label", "weight")
        return replace(self, **{name: getattr(self, name)[chosen] for name in fields} | changes)

    def check_unweighted(self):
        """Raise an error if a vote has a weight, which a long table cannot hold.

        Raises
        ------
        InputError
            If a weight is not 1.
        """
        weighted = np.flatnonzero(self.weight != 1)
        if len(weighted):
            at = weighted[0]
            raise InputError(
                f"Sample {self.sample[at]}, rater {self.raters[self.rater[at]]!r} has a vote of "
                f"weight {self.weight[at]}: a long table can only hold votes of weight 1."
            )

    def counts(self, n_labels=None):
        """Count the votes of each sample for each label.

        Parameters
        ----------
        n_labels : int, default=None
            Number of labels to count, the first ones of `labels`. None counts all.

        Returns
        -------
        ndarray of float64, shape (n_samples, n_labels)
            Sums of the votes' weights.
        """
        n_labels = len(self.labels) if n_labels is None else n_labels
        counted = self.label < n_labels
        cell = self.sample[counted] * n_labels + self.label[counted]
        counts = np.bincount(cell, self.weight[counted], minlength=self.n_samples * n_labels)
        return counts.reshape(self.n_samples, n_labels)

    def majority(self, ties="missing"):
        """Find the label with the most votes on each sample.

        Parameters
        ----------
        ties : {"missing", "first"}, default="missing"
            Whether a sample on which several labels have the most votes gets no label, or the first of
            them in the order of `labels`.

        Returns
        -------
        ndarray of int, shape (n_samples,)
            Indices into `labels`; -1 where there is no label.
        """
        counts = self.counts()
        top = counts >= counts.max(axis=1, keepdims=True) * (1 - TIE_TOLERANCE)
        found = counts.any(axis=1)
        if ties == "missing":
            found &= top.sum(axis=1) == 1
        return np.where(found, top.argmax(axis=1), -1)

    def merged(self):
        """Sort the votes; of votes with equal sample, rater and label, keep the heaviest.

        Returns
        -------
        Votes
            The votes left, with the same samples, raters and labels.
        """
        key = (self.sample.astype(np.int64) * len(self.raters) + self.rater) * len(self.labels) + self.label
        order = np.lexsort((-self.weight, key))
        return self._select(order[np.diff(key[order], prepend=-1) > 0])

    def relabelled(self, label, labels):
        """Give the votes other labels.

        Parameters
        ----------
        label : ndarray of int, shape (n_votes,)
            The label of each vote, an index into `labels`; -1 takes the vote out.
        labels : list
            The labels.

        Returns
        -------
        Votes
            The votes left, merged where a rater now has one label twice for a sample.
        """
        kept = label >= 0
        return replace(self._select(kept), label=label[kept], labels=labels).merged()
