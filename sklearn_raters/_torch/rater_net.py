"""A trunk and a rater model as one network that brings its own loss."""

import copy
import math
from contextlib import contextmanager
from inspect import signature
from itertools import pairwise
from numbers import Integral, Real

import torch
from torch import nn

from sklearn_raters._torch.modules import BLSTMTrunk, Dropout, build, mean_frame
from sklearn_raters._torch.rater_models.base import unpack
from sklearn_raters._torch.rater_models.conal import CoNAL
from sklearn_raters._torch.rater_models.confusions import CrowdLayer, GeoRegF, GeoRegW, TraceReg, UnionNet
from sklearn_raters._torch.rater_models.crowd_ar import CrowdAR
from sklearn_raters._torch.rater_models.heads import DoctorNet, MultiTask, Uncertainty
from sklearn_raters._torch.rater_models.sample_confusions import AnnotMix, MaDL

RATER_MODELS = {
    "multitask": MultiTask,
    "doctor_net": DoctorNet,
    "uncertainty": Uncertainty,
    "crowd_layer": CrowdLayer,
    "union_net": UnionNet,
    "trace_reg": TraceReg,
    "geo_reg_f": GeoRegF,
    "geo_reg_w": GeoRegW,
    "conal": CoNAL,
    "crowd_ar": CrowdAR,
    "annot_mix": AnnotMix,
    "madl": MaDL,
}


class DenseTrunk(nn.Module):
    """Dense ReLU layers on a sample's mean frame, which of a table is its row.

    Parameters
    ----------
    n_features : int
        Size of an input frame.
    hidden_units : sequence of int
        Widths of the layers.
    dropout : float
        Share of values dropped between layers while training.
    """

    samples_at_once = None

    def __init__(self, n_features, *, hidden_units, dropout):
        super().__init__()
        sizes = [n_features, *hidden_units]
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(sizes))
        self.dropout = Dropout(dropout)

    def encode(self, frames, lengths):
        """Return the last layer's values, and the equal frame weights of the mean."""
        units, weights = mean_frame(frames, lengths)
        for place, layer in enumerate(self.layers):
            units = layer(self.dropout(units) if place else units).relu()
        return units, weights


class OwnTrunk(nn.Module):
    """A user's module as trunk; it gets rows (n_samples, n_features), or padded frames and their numbers.

    Parameters
    ----------
    module : torch.nn.Module
        What is copied, with its weights.
    of_rows : bool
        Whether the samples are rows of a table.
    """

    samples_at_once = None

    def __init__(self, module, of_rows):
        super().__init__()
        self.module = copy.deepcopy(module).cpu().float()
        self.of_rows = of_rows

    def encode(self, frames, lengths):
        """Return what the module makes of the samples, and equal frame weights."""
        if self.of_rows and frames.shape[1] > 1:
            raise ValueError(
                f"The trunk learnt from rows of a table; a sample has {frames.shape[1]} frames. Give rows, "
                "or fit on sequences."
            )
        _, weights = mean_frame(frames, lengths)
        return self.module(frames[:, 0]) if self.of_rows else self.module(frames, lengths), weights


class RaterNet(nn.Module):
    """A trunk, dropout on its representation, and a rater model.

    Parameters
    ----------
    trunk : torch.nn.Module
        With `encode` and `samples_at_once`.
    raters : RaterModel
        What comes after it.
    dropout : float
        Share of the representation's values dropped while training.
    of_rows : bool
        Whether the samples are rows of a table, which can be mixed before the trunk sees them.
    """

    def __init__(self, trunk, raters, dropout, of_rows):
        super().__init__()
        self.trunk = trunk
        self.raters = raters
        self.dropout = Dropout(dropout)
        self.samples_at_once = trunk.samples_at_once
        self.mixes_rows = of_rows and trunk.samples_at_once is None and raters.mixing > 0

    def encode(self, frames, lengths):
        """Return representations and frame weights."""
        return self.trunk.encode(frames, lengths)

    def forward(self, frames, lengths):
        """Return what the loss takes: representations, or rows that it mixes before it represents them."""
        if self.training and self.mixes_rows:
            return frames[:, 0]
        return self.dropout(self.encode(frames, lengths)[0])

    def loss(self, units, targets):
        """Return the loss of a batch, outside training that of its votes alone; see `unpack`."""
        votes = unpack(targets)
        if not self.training:
            return self.raters.vote_loss(units, *votes)
        if self.mixes_rows:
            return self.raters.loss(units, *votes, represent=self._represent)
        return self.raters.loss(units, *votes)

    def _represent(self, rows):
        lengths = torch.ones(len(rows), dtype=torch.int64, device=rows.device)
        return self.dropout(self.encode(rows[:, None], lengths)[0])


@contextmanager
def seeded(seed):
    """Seed torch's global generators, and give them back as they were."""
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        yield


def build_trunk(trunk, seed, n_features, *, of_rows, dropout, **sizes):
    """Make a trunk.

    Parameters
    ----------
    trunk : {"blstm", "dense"} or torch.nn.Module
        Which one.
    seed : int
        Where the initial weights come from; a user's module keeps its own.
    n_features : int
        Size of an input frame.
    of_rows : bool
        Whether the samples are rows of a table.
    dropout : float
        As in `RaterNet`.
    **sizes : dict
        Those of `BLSTMTrunk` or `DenseTrunk`.

    Returns
    -------
    torch.nn.Module
        The trunk.
    """
    if trunk == "blstm":
        return build(BLSTMTrunk, seed, n_features=n_features, dropout=dropout, **sizes)
    if trunk == "dense":
        return build(DenseTrunk, seed, n_features=n_features, dropout=dropout, **sizes)
    if not isinstance(trunk, nn.Module):
        raise TypeError(f"trunk must be 'auto', 'blstm', 'dense' or a torch.nn.Module, not {trunk!r}.")
    return OwnTrunk(trunk, of_rows)


def build_rater_net(trunk, raters, seed, frames, n_classes, n_raters, *, of_rows, dropout, rater_params):
    """Put a rater model on a trunk.

    Parameters
    ----------
    trunk : torch.nn.Module
        What `build_trunk` returned.
    raters : str or type
        A name among `RATER_MODELS`, or a `RaterModel` of the user's.
    seed : int
        Where the rater model's initial weights come from.
    frames : ndarray of shape (n_frames, n_features)
        Some sample, by which the size of the trunk's output is found.
    n_classes, n_raters : int
        Numbers of classes and raters.
    of_rows, dropout : bool, float
        As in `RaterNet`.
    rater_params : dict
        Settings of the rater model.

    Returns
    -------
    RaterNet
        The network.
    """
    units = _try_out(trunk, torch.from_numpy(frames))
    model = RATER_MODELS[raters] if isinstance(raters, str) else raters
    known = [name for name, own in signature(model).parameters.items() if own.kind == own.KEYWORD_ONLY]
    wrong = sorted(set(rater_params) - set(known))
    if wrong:
        raise ValueError(f"rater_params has {wrong}; the rater model {raters!r} has {known}.")
    for name, value in rater_params.items():
        _check_range(name, value)
    sizes = {"n_units": units.shape[1], "n_classes": n_classes, "n_raters": n_raters}
    # Another seed than the trunk's: from the same one their first weights would be alike.
    return RaterNet(trunk, build(model, seed + 1, **sizes, **rater_params), dropout, of_rows)


def _try_out(trunk, frames):
    """Return what a trunk makes of one sample, (1, n_units), or raise that it cannot."""
    try:
        with torch.inference_mode():
            units, _ = trunk.eval().encode(frames[None], torch.tensor([len(frames)]))
    except (AttributeError, IndexError, RuntimeError, TypeError) as error:
        raise ValueError(
            f"The trunk cannot be run on a sample of {len(frames)} frames and {frames.shape[1]} features "
            f"(float32): {error}. It is called with rows (n_samples, n_features) of a table, else with "
            "padded frames (n_samples, n_frames, n_features) and their numbers."
        ) from error
    if not isinstance(units, torch.Tensor) or units.ndim != 2:
        made = tuple(units.shape) if isinstance(units, torch.Tensor) else type(units).__name__
        raise ValueError(
            f"The trunk must return a tensor of shape (n_samples, n_units); of one sample it made {made}."
        )
    return units


# Lowest and highest value, and whether these are left out, of the rater models' settings that are numbers.
_RANGES = {
    **dict.fromkeys(("strength", "uncertainty_weight", "mixing"), (0, math.inf, False)),
    **dict.fromkeys(("bottleneck", "rater_units", "embedding", "difficulty_units"), (1, math.inf, False)),
    **dict.fromkeys(("sample_units", "hidden_units"), (0, math.inf, False)),
    "vote_weight": (0, 1, False),
    "prior": (0, 1, True),
}


def _check_range(name, value):
    """Raise if a setting of a rater model is out of its range; a user's own model checks its own."""
    if name not in _RANGES:
        return
    low, high, open_ended = _RANGES[name]
    whole = name.endswith("_units") or name in ("bottleneck", "embedding")
    fits = isinstance(value, Integral if whole else Real) and low <= value <= high
    if not fits or (open_ended and value in (low, high)):
        kind = "an integer" if whole else "a number"
        limits = f"between {low} and {high}" if high < math.inf else f"of at least {low}"
        raise ValueError(f"rater_params has {name}={value!r}; it must be {kind} {limits}.")
