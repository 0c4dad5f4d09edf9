"""The paper's network for several networks in one batch: same sizes, own weights, own samples."""

import math

import torch

from sklearn_raters._torch.blstm import reverse_frames, reversed_rows
from sklearn_raters._torch.dropout import counted_dropout
from sklearn_raters._torch.grouped_lstm import GroupedLSTM

_DIRECTIONS = "forward_lstm", "backward_lstm"


def _linear(x, weights, layer):
    """Apply each network's linear layer to its rows, (n_networks, n_rows, n_features)."""
    return torch.baddbmm(weights[f"{layer}.bias"].unsqueeze(1), x, weights[f"{layer}.weight"].mT)


def _of_both(weights, name):
    """Return the weights of all forward LSTMs, then of all backward LSTMs."""
    return torch.cat([weights[f"{direction}.{name}"] for direction in _DIRECTIONS])


def grouped_logits(weights, frames, lengths, threshold, seeds):
    """Return the logits of several `BLSTMNet`s while training.

    Parameters
    ----------
    weights : dict
        The networks' parameters by name, each of shape (n_networks, ...).
    frames : tensor of shape (n_networks, n_samples, n_frames, n_features)
        Padded sequences of each network.
    lengths : tensor of shape (n_networks, n_samples)
        Numbers of frames without the padding.
    threshold : int
        Dropout's share in 1/256.
    seeds : tensor of int64 of shape (n_networks,)
        Seeds of dropout. A network's result does not depend on the others, nor on the padding.

    Returns
    -------
    tensor of shape (n_networks, n_samples, n_classes)
        The logits.
    """
    n_networks, n_samples, n_frames, _ = frames.shape
    rows = reversed_rows(lengths.flatten(), n_frames)

    def drop(x, layer):
        return counted_dropout(x, threshold, seeds + layer)

    hidden = _linear(frames.flatten(1, 2), weights, "dense").relu()
    hidden = drop(hidden.view(n_networks, n_samples, n_frames, -1), 0).flatten(0, 1)
    both = torch.cat([hidden, reverse_frames(hidden, rows)])
    both = both.view(2 * n_networks, n_samples * n_frames, -1)
    bias = _of_both(weights, "bias_ih_l0") + _of_both(weights, "bias_hh_l0")
    gates = torch.baddbmm(bias.unsqueeze(1), both, _of_both(weights, "weight_ih_l0").mT)
    gates = gates.view(2 * n_networks, n_samples, n_frames, -1).permute(2, 0, 1, 3).contiguous()
    states = GroupedLSTM.apply(gates, _of_both(weights, "weight_hh_l0").mT.contiguous())
    ahead, back = states.permute(1, 2, 0, 3).flatten(0, 1).chunk(2)
    states = torch.cat([ahead, reverse_frames(back, rows)], dim=2)
    states = drop(states.view(n_networks, n_samples, n_frames, -1), 1)
    scores = torch.bmm(states.flatten(1, 2), weights["attention.weight"].mT).view(n_networks, n_samples, -1)
    padding = torch.arange(n_frames, device=lengths.device) >= lengths.unsqueeze(2)
    attention = scores.masked_fill(padding, -math.inf).softmax(dim=2).flatten(0, 1)
    pooled = torch.bmm(attention.unsqueeze(1), states.flatten(0, 1)).view(n_networks, n_samples, -1)
    representation = _linear(pooled, weights, "representation").relu()
    return _linear(drop(representation.unsqueeze(2), 2).squeeze(2), weights, "output")
