"""Trunks: the part of a rater network that turns samples into representations."""

import copy
from itertools import pairwise

import numpy as np
import torch
from torch import nn

from sklearn_raters._torch.blstm import BLSTMTrunk
from sklearn_raters._torch.dropout import Dropout
from sklearn_raters._torch.modules import build, mean_frame
from sklearn_raters._torch.settings import Widths, check_settings
from sklearn_raters.exceptions import InputError


class DenseTrunk(nn.Module):
    """Dense ReLU layers on a sample's mean frame, which is the row itself in a table.

    Parameters
    ----------
    n_features : int
        Size of an input frame.
    dropout : float
        Share of values dropped between layers while training.
    hidden_units : sequence of int, default=(128,)
        Widths of the layers.
    """

    settings = {"hidden_units": Widths()}
    samples_at_once = None

    def __init__(self, n_features, *, dropout, hidden_units=(128,)):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in pairwise([n_features, *hidden_units]))
        self.dropout = Dropout(dropout)

    def encode(self, frames, lengths):
        """Return the last layer's values, and the equal frame weights of the mean frame."""
        units, weights = mean_frame(frames, lengths)
        for place, layer in enumerate(self.layers):
            units = layer(self.dropout(units) if place else units).relu()
        return units, weights


class UserTrunk(nn.Module):
    """A user's module as trunk.

    It is called with rows (n_samples, n_features) of a table, or with padded frames (n_samples, n_frames,
    n_features) and the samples' numbers of frames (n_samples,).

    Parameters
    ----------
    module : torch.nn.Module
        The module; it is copied with its weights.
    of_rows : bool
        Whether the samples are rows of a table.
    """

    samples_at_once = None

    def __init__(self, module, of_rows):
        super().__init__()
        self.module = copy.deepcopy(module).cpu().float()
        self.of_rows = of_rows

    def encode(self, frames, lengths):
        """Return the module's values, and equal frame weights."""
        if self.of_rows and frames.shape[1] > 1:
            raise InputError(
                f"The trunk learnt from rows of a table; a sample has {frames.shape[1]} frames. Give rows, "
                "or fit on sequences."
            )
        _, weights = mean_frame(frames, lengths)
        return self.module(frames[:, 0]) if self.of_rows else self.module(frames, lengths), weights


TRUNKS = {"blstm": BLSTMTrunk, "dense": DenseTrunk}


def check_trunk(trunk, params):
    """Raise if a trunk or its settings cannot be used.

    Parameters
    ----------
    trunk : {"auto", "blstm", "dense"} or torch.nn.Module
        The trunk. "auto" is accepted if one of the two named trunks accepts the settings.
    params : dict
        Its settings.

    Raises
    ------
    TypeError
        If `trunk` is neither a name nor a module.
    InputError
        If a setting is not known or out of its range.
    """
    if not isinstance(trunk, str | nn.Module):
        raise TypeError(f"trunk must be 'auto', 'blstm', 'dense' or a torch.nn.Module, not {trunk!r}.")
    if trunk == "auto":
        # The data decide between the two trunks, so the error names the one that has more of these settings.
        trunk = max(TRUNKS, key=lambda name: len(set(params) & set(TRUNKS[name].settings)))
    if isinstance(trunk, nn.Module):
        known, owner = {}, "a trunk of your own"
    else:
        known, owner = TRUNKS[trunk].settings, f"the trunk {trunk!r}"
    check_settings(params, known, known, parameter="trunk_params", owner=owner)


def build_trunk(trunk, seed, n_features, *, of_rows, dropout, **params):
    """Make a trunk.

    Parameters
    ----------
    trunk : {"auto", "blstm", "dense"} or torch.nn.Module
        The trunk. "auto" is "dense" for rows of a table, otherwise "blstm".
    seed : int
        Seed of the initial weights; a user's module keeps its own.
    n_features : int
        Size of an input frame.
    of_rows : bool
        Whether the samples are rows of a table.
    dropout : float
        Share of values dropped while training.
    **params : dict
        Settings of `BLSTMTrunk` or `DenseTrunk`.

    Returns
    -------
    torch.nn.Module
        The trunk.
    """
    if trunk == "auto":
        trunk = "dense" if of_rows else "blstm"
    check_trunk(trunk, params)
    if isinstance(trunk, nn.Module):
        return UserTrunk(trunk, of_rows)
    return build(TRUNKS[trunk], seed, n_features=n_features, dropout=dropout, **params)


def count_units(trunk, frames):
    """Return the size of a trunk's representation, found by running the trunk on one sample.

    Parameters
    ----------
    trunk : torch.nn.Module
        The trunk, as `build_trunk` returns it.
    frames : ndarray of shape (n_frames, n_features)
        The sample.

    Returns
    -------
    int
        The number of units.

    Raises
    ------
    InputError
        If the trunk cannot be run on the sample, or returns no tensor of shape (n_samples, n_units).
    """
    lengths = torch.tensor([len(frames)])
    try:
        with torch.inference_mode():
            # A copy, since torch takes no array that is reversed, and warns of one that is read-only.
            units, _ = trunk.eval().encode(torch.from_numpy(np.array(frames, order="C"))[None], lengths)
    except (AttributeError, IndexError, RuntimeError, TypeError) as error:
        raise InputError(
            f"The trunk cannot be run on a sample of {len(frames)} frames and {frames.shape[1]} features "
            f"(float32): {error}. Give a module that can be called, for a table, with rows (n_samples, "
            "n_features), and for sequences with padded frames (n_samples, n_frames, n_features) and the "
            "numbers of frames (n_samples,)."
        ) from error
    if not isinstance(units, torch.Tensor) or units.ndim != 2:
        made = tuple(units.shape) if isinstance(units, torch.Tensor) else type(units).__name__
        raise InputError(
            f"The trunk must return a tensor of shape (n_samples, n_units); for a sample it returned {made}."
        )
    return units.shape[1]
