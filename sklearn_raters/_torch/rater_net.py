"""A trunk and a rater model as one network that defines its own loss."""

from inspect import isabstract, signature

import torch
from torch import nn

from sklearn_raters._torch.dropout import Dropout
from sklearn_raters._torch.modules import build
from sklearn_raters._torch.rater_models import RATER_MODELS
from sklearn_raters._torch.rater_models.base import RaterModel, unpack_votes
from sklearn_raters._torch.settings import check_settings
from sklearn_raters._torch.trunks import count_units
from sklearn_raters.exceptions import InputError


class RaterNet(nn.Module):
    """A trunk, dropout on its representation, and a rater model.

    Parameters
    ----------
    trunk : torch.nn.Module
        The trunk, with `encode` and `samples_at_once`.
    raters : RaterModel
        The rater model on the trunk's representation.
    dropout : float
        Share of the representation's values dropped while training.
    of_rows : bool
        Whether the samples are rows of a table, which can be mixed before the trunk.
    """

    def __init__(self, trunk, raters, dropout, of_rows):
        super().__init__()
        self.n_units = raters.output.in_features
        self.trunk = trunk
        self.raters = raters
        self.dropout = Dropout(dropout)
        self.samples_at_once = trunk.samples_at_once
        self.mixes_rows = of_rows and trunk.samples_at_once is None and raters.mixing > 0

    def encode(self, frames, lengths):
        """Return representations and frame weights."""
        return self.trunk.encode(frames, lengths)

    def forward(self, frames, lengths):
        """Return the input of the loss: representations, or rows where the loss mixes rows."""
        if self.training and self.mixes_rows:
            return frames[:, 0]
        units, _ = self.encode(frames, lengths)
        return self.dropout(units)

    def loss(self, units, targets):
        """Return the loss of a batch: while training `RaterModel.loss`, else `RaterModel.validation_loss`.

        Parameters
        ----------
        units : tensor of shape (n_samples, n_units) or (n_samples, n_features)
            The output of `forward`.
        targets : tensor of shape (n_samples, n_votes_at_most, 3)
            The samples' votes; see `unpack_votes`.

        Returns
        -------
        tensor of shape ()
            The loss.
        """
        votes = unpack_votes(targets)
        if not self.training:
            return self.raters.validation_loss(units, *votes)
        if self.mixes_rows:
            return self.raters.loss(units, *votes, represent=self._represent)
        return self.raters.loss(units, *votes)

    def _represent(self, rows):
        lengths = torch.ones(len(rows), dtype=torch.int64, device=rows.device)
        units, _ = self.encode(rows[:, None], lengths)
        return self.dropout(units)


def find_rater_model(raters, params):
    """Check the settings of a rater model and return its class.

    Parameters
    ----------
    raters : str or type
        A name in `RATER_MODELS`, or a subclass of `RaterModel`.
    params : dict
        Settings of the rater model.

    Returns
    -------
    type
        The class.

    Raises
    ------
    TypeError
        If a class is no subclass of `RaterModel`, or does not define a method that it must define.
    InputError
        If a name or a setting is not known, or a setting is out of its range.
    """
    if isinstance(raters, str):
        if raters not in RATER_MODELS:
            names = ", ".join(map(repr, RATER_MODELS))
            raise InputError(
                f"raters={raters!r} is not the name of a rater model. The names are {names}; "
                "a subclass of sklearn_raters.networks.RaterModel can be given as well."
            )
        model = RATER_MODELS[raters]
    else:
        model = raters
        if not (isinstance(model, type) and issubclass(model, RaterModel)):
            raise TypeError(f"raters must be a name or a subclass of RaterModel, not {raters!r}.")
        if isabstract(model):
            missing = ", ".join(sorted(model.__abstractmethods__))
            raise TypeError(f"The rater model {model.__name__} must define {missing}; see RaterModel.")
        if model.confusion_of is not None and not hasattr(model, "confusion"):
            raise TypeError(
                f"The rater model {model.__name__} has confusion_of={model.confusion_of!r}, but no method "
                "confusion(units): define it, or leave confusion_of at None."
            )
    known = [name for name in signature(model).parameters if name not in ("n_units", "n_classes", "n_raters")]
    owner = f"the rater model {raters if isinstance(raters, str) else model.__name__!r}"
    check_settings(params, known, model.settings, parameter="rater_params", owner=owner)
    return model


def build_rater_net(trunk, raters, seed, frames, n_classes, n_raters, *, of_rows, dropout, rater_params):
    """Put a rater model on a trunk.

    Parameters
    ----------
    trunk : torch.nn.Module
        The trunk, as `build_trunk` returns it.
    raters : str or type
        A name in `RATER_MODELS`, or a subclass of `RaterModel`.
    seed : int
        Seed of the rater model's initial weights.
    frames : ndarray of shape (n_frames, n_features)
        A sample, on which the trunk is run to find the size of its output.
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
    model = find_rater_model(raters, rater_params)
    sizes = {"n_units": count_units(trunk, frames), "n_classes": n_classes, "n_raters": n_raters}
    # Another seed than the trunk's: the same one would give both similar initial weights.
    return RaterNet(trunk, build(model, seed + 1, **sizes, **rater_params), dropout, of_rows)
