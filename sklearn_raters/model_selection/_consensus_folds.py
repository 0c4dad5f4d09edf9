"""A splitter that spreads the classes of the consensus over the folds, and keeps groups together."""

import warnings

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from sklearn_raters._align import align_samples
from sklearn_raters.consensus import hard_labels
from sklearn_raters.exceptions import InputError, InputWarning
from sklearn_raters.ratings import as_task, check_groups, shorten


class ConsensusStratifiedGroupKFold(StratifiedGroupKFold):
    """Split rated samples into folds with similar shares of each class, groups kept together.

    scikit-learn's stratified splitters reject ratings. This one stratifies by the majority label of each
    sample; the samples without one are spread over the folds too, as if they were one more class.

    Parameters
    ----------
    n_splits : int, default=5
        Number of folds, at least 2.
    shuffle : bool, default=False
        Whether to shuffle the samples of each class before the split.
    random_state : int, RandomState instance or None, default=None
        Seed of the shuffling.

    See Also
    --------
    sklearn_raters.model_selection.compare : Takes it as `cv`.

    Examples
    --------
    >>> from sklearn_raters.model_selection import ConsensusStratifiedGroupKFold
    >>> X = [[0]] * 8
    >>> Y = [["a", "a"], ["b", None], ["a", "b"], ["b", "b"]] * 2
    >>> groups = ["anna", "anna", "ben", "ben", "cleo", "cleo", "dora", "dora"]
    >>> for _, test in ConsensusStratifiedGroupKFold(2).split(X, Y, groups):
    ...     print([groups[sample] for sample in test])
    ['anna', 'anna', 'dora', 'dora']
    ['ben', 'ben', 'cleo', 'cleo']
    """

    _takes_ratings = True

    def __init__(self, n_splits=5, *, shuffle=False, random_state=None):
        super().__init__(n_splits=n_splits, shuffle=shuffle, random_state=random_state)

    def split(self, X, y=None, groups=None):
        """Yield the folds.

        Parameters
        ----------
        X : sequence of n_samples
            The samples, of which only the number and the index are used: the folds number them. Ratings and
            groups that have an index too are brought into the order of X.
        y : ratings of n_samples, or Task
            In any form that `sklearn_raters.ratings.Task` takes.
        groups : array-like of shape (n_samples,), default=None
            Samples of one group are kept together; None lets each sample be a group.

        Yields
        ------
        train : ndarray of int
            The training samples.
        test : ndarray of int
            The test samples.

        Raises
        ------
        InputError
            If there are no ratings, X, y and groups are of different samples, there are fewer samples or
            groups than folds, or every class has fewer samples than there are folds.

        Warns
        -----
        InputWarning
            If a class has fewer samples than there are folds.
        """
        if y is None:
            raise InputError("The folds are stratified by the consensus: give the ratings as y.")
        samples = {} if X is None else {"X": X}
        *_, task, groups = align_samples(**samples, y=as_task(y), groups=groups)
        consensus, groups = hard_labels(task), check_groups(groups)
        self._check_sizes(consensus, groups)
        # As numbers, since None and labels of any type do not sort.
        classes = {label: number for number, label in enumerate(dict.fromkeys(consensus.tolist()))}
        strata = np.array([classes[label] for label in consensus.tolist()])
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The least populated class")  # already warned of, by its name
            if groups is None:
                settings = {"shuffle": self.shuffle, "random_state": self.random_state}
                yield from StratifiedKFold(self.n_splits, **settings).split(strata, strata)
            else:
                yield from super().split(strata, strata, groups)

    def _check_sizes(self, consensus, groups):
        n_units, unit = (len(consensus), "samples") if groups is None else (len(set(groups)), "groups")
        if n_units < self.n_splits:
            raise InputError(f"n_splits={self.n_splits} folds need as many {unit}; there are {n_units}.")
        labels, counts = np.unique(
            [str(label) for label in consensus if label is not None], return_counts=True
        )
        if not len(labels) or counts.max() < self.n_splits:
            raise InputError(
                f"No class is the consensus of n_splits={self.n_splits} samples, so that none can be spread "
                "over the folds: lower n_splits=."
            )
        rare = [str(label) for label in labels[counts < self.n_splits]]
        if rare:
            warnings.warn(
                f"Fewer samples than folds (n_splits={self.n_splits}) have the consensus {shorten(rare)}: "
                "some folds test none of them.",
                InputWarning,
                stacklevel=3,
            )
