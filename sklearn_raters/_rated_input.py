"""The border of what takes ratings: samples, ratings and groups that belong together."""

import numpy as np
from sklearn.utils import indexable
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _num_samples, assert_all_finite, column_or_1d

from sklearn_raters._votes import Votes
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
    y = y if isinstance(y, Votes) else indexable(y)[0]
    for what, part in (("y", y), ("groups", groups)):
        if part is None:
            continue
        n_rows = part.n_samples if isinstance(part, Votes) else _num_samples(part)
        if n_rows != _num_samples(X):
            raise ValueError(
                f"Found input variables with inconsistent numbers of samples: X has {_num_samples(X)}, "
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
