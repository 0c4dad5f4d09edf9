"""What transformers of frames share: frames in the form of the input, data frames for tables only."""

import functools

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin

from sklearn_raters.sequences import holds_sequences


class FrameTransformer(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """A transformer that takes sequences of frames, or a table, and returns float32 in the same form."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = []  # the output is float32 for every dtype of the input
        return tags


def in_form_of(X, sequences):
    """Return frames in the same form as X.

    Parameters
    ----------
    X : list of (n_frames_i, n_features), or array of 3 or 2 dimensions
        Input of a transformer.
    sequences : Sequences
        Its output.

    Returns
    -------
    list or ndarray, float32
        A list of arrays if X is a list or a 1-D object array; otherwise an array of as many dimensions as X.
    """
    if not holds_sequences(X):
        return sequences.frames
    if isinstance(X, np.ndarray) and X.ndim == 3:
        return sequences.frames.reshape(len(X), -1, sequences.frames.shape[1])
    return sequences.split()


def keeps_frames(gives_frames):
    """Return a class decorator that applies `set_output` to tables only, since frames are no table.

    scikit-learn wraps `transform` and `fit_transform` to put their output into a data frame. The decorated
    class calls the methods without that wrapper if they return frames.

    Parameters
    ----------
    gives_frames : callable
        Takes X and returns whether the transformer returns frames for it.

    Returns
    -------
    callable
        The decorator of a TransformerMixin.
    """

    def unwrapped_for_frames(wrapped):
        plain = wrapped.__wrapped__

        @functools.wraps(plain)
        def method(self, X, *args, **kwargs):
            return (plain if gives_frames(X) else wrapped)(self, X, *args, **kwargs)

        return method

    def decorate(transformer):
        for name in ("transform", "fit_transform"):
            setattr(transformer, name, unwrapped_for_frames(getattr(transformer, name)))
        return transformer

    return decorate
