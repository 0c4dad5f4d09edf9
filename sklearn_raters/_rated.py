"""What estimators share that take ratings: the check of their input, the consensus, single raters."""

import numpy as np
from sklearn.utils import indexable
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import assert_all_finite, column_or_1d

from sklearn_raters._sklearn_compat import num_samples, safe_indexing
from sklearn_raters.consensus import hard_labels, labelled_samples
from sklearn_raters.ratings import Task, Votes
from sklearn_raters.sequences import check_frames, holds_sequences


def check_samples(X, y, groups, *, name, allow_nan):
    """Check that there are ratings, as many rows of them as samples, and as many groups.

    Sequences are checked here, before they are cut into the views' parts: a view counts its own samples only,
    and the first may have been trained for hours when the last one finds the fault. Tables, and
    sequences that may hold NaN (`allow_nan`), are the views' own to check.
    """
    if y is None:
        raise ValueError(f"{name} requires y to be passed, but the target y is None: give the ratings.")
    X, groups = (part if part is None else indexable(part)[0] for part in (X, groups))
    y = y if isinstance(y, Task | Votes) else indexable(y)[0]
    for what, part in (("y", y), ("groups", groups)):
        if part is None:
            continue
        n_rows = part.n_samples if isinstance(part, Task | Votes) else num_samples(part)
        if n_rows != num_samples(X):
            raise ValueError(
                f"Found input variables with inconsistent numbers of samples: X has {num_samples(X)}, "
                f"{what} has {n_rows}. Each sample of X needs its row of {what}, in that order."
            )
    if holds_sequences(X) and not allow_nan:
        check_frames(X, name)
    if isinstance(y, np.ndarray) and y.ndim == 2 and y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    if isinstance(y, np.ndarray) and y.ndim == 1 and y.dtype != object:
        assert_all_finite(y, allow_nan=True, input_name="y")
        check_classification_targets(y[y == y])
    return X, y, None if groups is None else np.asarray(groups)


def rows_of(Y, samples):
    """Return the ratings of some samples, whatever form the ratings have."""
    return Y.take(samples) if isinstance(Y, Task | Votes) else safe_indexing(Y, samples)


def check_raters(raters):
    """Raise if what should be a list of raters, or None, is a single name."""
    if isinstance(raters, str) or (raters is not None and not np.iterable(raters)):
        raise ValueError(f"raters must be a list of raters, not {raters!r}: give [{raters!r}].")


def columns_of(wanted, raters, known, consensus):
    """Return the wanted raters' columns of what the known ones say; the consensus where one is not known."""
    places = {name: place for place, name in enumerate(raters)}
    columns = [known[:, places[name]] if name in places else consensus for name in wanted]
    return np.stack(columns, axis=1) if columns else known[:, :0]


class ConsensusMixin:
    """The label and the score of an estimator with `predict_proba`, `classes_` and `label_map`."""

    def predict(self, X):
        """Return the consensus label of each sample.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.

        Returns
        -------
        ndarray of shape (n_samples,)
            Labels out of `classes_`.
        """
        proba = self.predict_proba(X)
        return self.classes_[proba.argmax(axis=1)]

    def score(self, X, y, sample_weight=None):
        """Return the accuracy on the samples whose ratings have a majority in the classes.

        Parameters
        ----------
        X : list or array-like of length n_samples
            Samples in any form that `fit` takes.
        y : array-like
            Ratings in any form that `fit` takes.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights.

        Returns
        -------
        float
            Between 0 and 1; `sklearn_raters.metrics.uar_scorer` is what the field reports.
        """
        judged, labels = labelled_samples(hard_labels(Task(y, self.classes_.tolist(), self.label_map)))
        if len(judged) == 0:
            raise ValueError("No sample has a majority label in the classes, so there is nothing to score.")
        right = self.predict(safe_indexing(X, judged)) == labels
        weights = None if sample_weight is None else np.asarray(sample_weight)[judged]
        return float(np.average(right, weights=weights))
