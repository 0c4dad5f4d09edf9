"""The paper's network for several networks in one batch: same sizes, own weights, own samples."""

import math
from typing import NamedTuple

import numpy as np
import torch

from sklearn_raters._torch.blstm import permuted
from sklearn_raters._torch.dropout import counted_dropout
from sklearn_raters._torch.grouped_lstm import CLOSED, GroupedLSTM

_DIRECTIONS = "forward_lstm", "backward_lstm"


def fill_rows(lengths, longest):
    """Lay sequences into rows, one after the other, so that little is left free.

    Parameters
    ----------
    lengths : list of int
        Numbers of frames, the longest first.
    longest : int
        Number of frames of a row.

    Returns
    -------
    rows, starts : ndarray of int of shape (n_samples,)
        The row of each sequence, and its first place there. It is the first row with enough places.
    """
    used, rows, starts = [], [], []
    for length in lengths:
        row = next((row for row, n_used in enumerate(used) if n_used + length <= longest), len(used))
        if row == len(used):
            used.append(0)
        rows.append(row)
        starts.append(used[row])
        used[row] += length
    return np.array(rows), np.array(starts)


class Places(NamedTuple):
    """What the places of the rows hold: tensors of shape (n_networks, n_rows, n_frames)."""

    sample: torch.Tensor  # of the network's batch; -1 where nothing is
    frame: torch.Tensor  # of the sample
    opposite: torch.Tensor  # the place, among those of all networks, of the frame as far from the end


def lay_out(lengths, device):
    """Lay the batches of several networks into rows of equal length.

    Parameters
    ----------
    lengths : list of ndarray of int
        Numbers of frames of each network's samples, the longest first.
    device : torch.device
        Where the result is needed.

    Returns
    -------
    Places
        What each place holds.
    """
    longest = int(max(of_network[0] for of_network in lengths))
    laid = [fill_rows(of_network.tolist(), longest) for of_network in lengths]
    n_rows = max(rows.max() for rows, _ in laid) + 1
    network = np.repeat(np.arange(len(lengths)), [len(of_network) for of_network in lengths])
    sample = np.concatenate([np.arange(len(of_network)) for of_network in lengths])
    rows, starts = (np.concatenate(parts) for parts in zip(*laid, strict=True))
    first = (network * n_rows + rows) * longest + starts
    sizes = np.concatenate(lengths)
    table = torch.from_numpy(np.stack([first, sizes, sample])).to(device)
    frame = torch.arange(int(sizes.sum()), device=device)
    first, size, sample = torch.repeat_interleave(table, table[1], dim=1, output_size=len(frame))
    frame -= torch.repeat_interleave(table[1].cumsum(0) - table[1], table[1], output_size=len(frame))
    shape = len(lengths), n_rows, longest
    places = torch.arange(math.prod(shape), device=device)
    owner, frames, opposite = torch.full_like(places, -1), torch.zeros_like(places), places.clone()
    owner[first + frame] = sample
    frames[first + frame] = frame
    opposite[first + frame] = first + size - 1 - frame
    return Places(owner.view(shape), frames.view(shape), opposite.view(shape))


def _linear(x, weights, layer):
    """Apply each network's linear layer to its rows, (n_networks, n_rows, n_features)."""
    return torch.baddbmm(weights[f"{layer}.bias"].unsqueeze(1), x, weights[f"{layer}.weight"].mT)


def _of_both(weights, name):
    """Return the weights of all forward LSTMs, then of all backward LSTMs."""
    return torch.cat([weights[f"{direction}.{name}"] for direction in _DIRECTIONS])


def _states(hidden, weights, places):
    """Return the states of both directions, (n_networks, n_places, 2 * n_units)."""
    n_networks, n_rows, n_frames = places.frame.shape
    opposite = places.opposite.flatten()
    both = torch.cat([hidden, permuted(hidden, opposite)])
    bias = _of_both(weights, "bias_ih_l0") + _of_both(weights, "bias_hh_l0")
    gates = torch.baddbmm(bias.unsqueeze(1), both, _of_both(weights, "weight_ih_l0").mT)
    gates = gates.view(2 * n_networks, n_rows, n_frames, -1).permute(2, 0, 1, 3)
    starts = (places.frame == 0).repeat(2, 1, 1).permute(2, 0, 1).unsqueeze(3)
    enter, forget, new, leave = gates.chunk(4, dim=3)
    gates = torch.cat([enter, forget.masked_fill(starts, CLOSED), new, leave], dim=3)
    states = GroupedLSTM.apply(gates, _of_both(weights, "weight_hh_l0").mT, (~starts).to(gates.dtype))
    ahead, back = states.permute(1, 2, 0, 3).flatten(1, 2).chunk(2)
    return torch.cat([ahead, permuted(back, opposite)], dim=2)


def grouped_logits(weights, frames, places, n_samples, threshold, seeds):
    """Return the logits of several `BLSTMNet`s while training.

    Parameters
    ----------
    weights : dict
        The networks' parameters by name, each of shape (n_networks, ...).
    frames : tensor of shape (n_networks, n_rows, n_frames, n_features)
        Sequences, laid into rows.
    places : Places
        What the places of the rows hold.
    n_samples : int
        Number of samples of the largest batch.
    threshold : int
        Dropout's share in 1/256.
    seeds : tensor of int64 of shape (n_networks,)
        Seeds of dropout. A network's result does not depend on the others.

    Returns
    -------
    tensor of shape (n_networks, n_samples, n_classes)
        The logits; of smaller batches, the last ones belong to no sample.
    """
    sample, frame = places.sample.flatten(1), places.frame.flatten(1)
    hidden = _linear(frames.flatten(1, 2), weights, "dense").relu()
    hidden = counted_dropout(hidden, threshold, seeds, sample, frame)
    states = counted_dropout(_states(hidden, weights, places), threshold, seeds + 1, sample, frame)
    scores = torch.bmm(states, weights["attention.weight"].mT).mT
    number = torch.arange(n_samples, device=sample.device)
    # Missing samples of a smaller batch pay attention to every place: it has no meaning, their targets are 0.
    other = (sample.unsqueeze(1) != number.unsqueeze(1)) & (number <= sample.amax(1, True)).unsqueeze(2)
    attention = scores.masked_fill(other, -math.inf).softmax(dim=2)
    representation = _linear(torch.bmm(attention, states), weights, "representation").relu()
    number = number.expand(len(representation), -1)
    dropped = counted_dropout(representation, threshold, seeds + 2, number, torch.zeros_like(number))
    return _linear(dropped, weights, "output")
