"""FramePooler: shorten sequences by averaging groups of frames."""

from numbers import Integral

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sklearn_raters._forms import whole_fit
from sklearn_raters._sklearn_compat import Interval
from sklearn_raters.features._forms import FrameTransformer, in_form_of, keeps_frames
from sklearn_raters.sequences import Sequences, as_sequences, holds_sequences


def pool(sequences, size):
    """Average groups of successive frames within each sample.

    Parameters
    ----------
    sequences : Sequences
        The samples' frames.
    size : int
        Number of frames in a group; the last group of a sample may have fewer.

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


# A number of frames that no recording has, and that 64 bits can multiply.
_MOST = 2**31 - 1


@keeps_frames(holds_sequences)
class FramePooler(FrameTransformer):
    """Shorten sequences by averaging groups of successive frames.

    The last group of a sample may have fewer frames than the others. A 2-D X has one frame a sample and is
    returned unchanged.

    Parameters
    ----------
    n_frames : int, default=5
        Number of frames in a group. The paper's 5 turn 100 frames a second into 20.

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

    _parameter_constraints = {"n_frames": [Interval(Integral, 1, _MOST, closed="both")]}

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
            The fitted pooler.
        """
        self._validate_params()
        with whole_fit(self):
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
            Means in the form of X, ceil(n_frames_i / n_frames) a sample.
        """
        check_is_fitted(self)
        return in_form_of(X, pool(as_sequences(self, X, reset=False), self.n_frames))
