"""Frames in, frames out: what transformers of frames share."""

import functools

import numpy as np

from sklearn_raters.sequences import holds_sequences


def in_form_of(X, sequences):
    """Give frames back in the form in which they came.

    Parameters
    ----------
    X : list of (n_frames_i, n_features), or array of 3 or 2 dimensions
        What came.
    sequences : Sequences
        What is given back.

    Returns
    -------
    list or ndarray, float32
        A list of arrays for a list or a 1-D object array; an array of 3 or 2 dimensions for one.
    """
    if not holds_sequences(X):
        return sequences.frames
    if isinstance(X, np.ndarray) and X.ndim == 3:
        return sequences.frames.reshape(len(X), -1, X.shape[2])
    return sequences.split()


def tables_only(transformer):
    """Keep scikit-learn's output containers (pandas, polars) away from frames, which are no table.

    Parameters
    ----------
    transformer : type
        A TransformerMixin whose methods give back the form that they were given.

    Returns
    -------
    type
        The same class; `set_output` now acts only where X is a table.
    """
    for name in ("transform", "fit_transform"):
        setattr(transformer, name, _wrapped_for_tables(getattr(transformer, name)))
    return transformer


def _wrapped_for_tables(wrapped):
    plain = wrapped.__wrapped__

    @functools.wraps(plain)
    def method(self, X, *args, **kwargs):
        chosen = plain if holds_sequences(X) else wrapped
        return chosen(self, X, *args, **kwargs)

    return method
