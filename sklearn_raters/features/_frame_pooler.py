"""Frames to frames: a sequence gets shorter by averaging."""

from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sklearn_raters._sklearn_compat import Interval
from sklearn_raters.features._forms import in_form_of, tables_only
from sklearn_raters.sequences import Sequences, as_sequences


def pool(sequences, size):
    """Average groups of frames that follow each other within a sample.

    Parameters
    ----------
    sequences : Sequences
        The samples' frames.
    size : int
        Frames a group; the last group of a sample may have fewer.

    Returns
    -------
    Sequences
        Samples of ceil(n_frames_i / size) frames each.
    """
    lengths = -(-sequences.lengths // size)
    first_groups = np.cumsum(lengths) - lengths
    place = np.arange(lengths.sum()) - np.repeat(first_groups, lengths)
    starts = np.repeat(sequences.starts, lengths) + size * place
    counts = np.minimum(size, np.repeat(sequences.lengths, lengths) - size * place)
    sums = np.add.reduceat(sequences.frames, starts, axis=0)
    return Sequences(sums / counts[:, None].astype(np.float32), lengths)


@tables_only
class FramePooler(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Mean of every few frames, so that a sequence gets shorter.

    The last group of a sample may have fewer frames; its mean is over those that it has. A 2-D X
    has one frame a sample and stays as it is.

    Parameters
    ----------
    n_frames : int, default=5
        Frames a group: the paper's 5 make 20 groups a second out of 100 frames.

    Attributes
    ----------
    n_features_in_ : int
        Number of features of a frame.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_raters import FramePooler
    >>> sample = np.array([[1.0], [2.0], [3.0], [4.0], [9.0]])
    >>> print(FramePooler(2).fit_transform([sample])[0].ravel())
    [1.5 3.5 9. ]
    """

    _parameter_constraints = {"n_frames": [Interval(Integral, 1, None, closed="left")]}

    def __init__(self, n_frames=5):
        self.n_frames = n_frames

    def fit(self, X, y=None):
        """Learn the number of features.

        Parameters
        ----------
        X : list of (n_frames_i, n_features), or array of 3 or 2 dimensions
            Frames.
        y : None
            Not used.

        Returns
        -------
        FramePooler
            The pooler itself.
        """
        self._validate_params()
        as_sequences(self, X, reset=True)
        return self

    def transform(self, X):
        """Average the frames.

        Parameters
        ----------
        X : list of (n_frames_i, n_features), or array of 3 or 2 dimensions
            Frames.

        Returns
        -------
        list or ndarray, float32
            Frames in the form of X, ceil(n_frames_i / n_frames) a sample.
        """
        check_is_fitted(self)
        return in_form_of(X, pool(as_sequences(self, X, reset=False), self.n_frames))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []  # float32, whatever came
        return tags
