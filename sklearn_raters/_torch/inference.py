"""Run trained networks without dropout: representations of samples, and outputs computed from them."""

import operator
from contextlib import nullcontext
from typing import NamedTuple

import numpy as np
import torch

from sklearn_raters._torch.batches import SequenceDataset, part_sizes
from sklearn_raters._torch.threads import shared_threads

# Frames computed together, padding included: few enough for a CPU's caches, many enough to fill a GPU.
CPU_FRAMES_AT_ONCE = 3200
GPU_FRAMES_AT_ONCE = 65536
# Largest number of values, zeros included, of the rows of a sparse table that are dense at once: 16 MB.
SPARSE_VALUES_AT_ONCE = 2**22


class Encoded(NamedTuple):
    """Representations and frame weights of samples, computed by a trained network."""

    representation: np.ndarray  # (n_samples, n_units), float32: the values before the output layer
    attention: list  # of arrays (n_frames_i,), float32: frame weights, which sum to one for each sample


def encode(net, sequences, *, in_turn=False):
    """Compute the representations of samples by a trained network.

    Parameters
    ----------
    net : SequenceNet
        The network, as `train` returns it.
    sequences : Sequences
        The samples.
    in_turn : bool, default=False
        Whether parts of the samples are computed one after the other, as code that draws from global random
        generators needs it.

    Returns
    -------
    Encoded
        Representations and frame weights.
    """
    module = net.module_.eval()
    dataset = SequenceDataset(sequences, np.zeros((len(sequences), 0)), net.device)
    longest_first = np.argsort(-sequences.lengths, kind="stable")
    n_frames = CPU_FRAMES_AT_ONCE if torch.device(net.device).type == "cpu" else GPU_FRAMES_AT_ONCE
    if dataset.sparse:
        n_frames = min(n_frames, max(1, SPARSE_VALUES_AT_ONCE // sequences.frames.shape[1]))
    sizes = part_sizes(sequences.lengths[longest_first].tolist(), len(sequences), n_frames)
    parts = np.split(longest_first, np.cumsum(sizes)[:-1])
    attention = [None] * len(sequences)

    @torch.inference_mode()
    def encode_part(indices):
        batch, _ = dataset.batch(torch.from_numpy(indices))
        units, weights = module.encode(**{name: value.to(net.device) for name, value in batch.items()})
        for index, row, length in zip(indices, weights.cpu().numpy(), batch["lengths"].tolist(), strict=True):
            attention[index] = row[:length].copy()
        return units.cpu().numpy()

    with nullcontext(map) if in_turn else shared_threads() as run_all:
        rows = np.concatenate(list(run_all(encode_part, parts)))
    representation = np.empty_like(rows)
    representation[longest_first] = rows
    return Encoded(representation, attention)


@torch.inference_mode()
def apply_part(net, representation, part, rows_at_once=1024):
    """Apply a part of a trained network to representations.

    Parameters
    ----------
    net : SequenceNet
        The network, as `train` returns it.
    representation : ndarray of shape (n_samples, n_units)
        Representations, as `encode` returns them.
    part : str
        Path of a layer or a method inside the network, such as "output" or "raters.consensus_log_proba".
    rows_at_once : int, default=1024
        Number of samples computed together.

    Returns
    -------
    ndarray of shape (n_samples, ...), float64
        The part's output.
    """
    function = operator.attrgetter(part)(net.module_.eval())
    rows = torch.from_numpy(representation)
    # Products of few rows are rounded otherwise than products of many: a sample's output would depend on the
    # other samples, and a network trained on these outputs on the order of batches.
    missing = max(16 - (len(rows) - 1) % rows_at_once - 1, 0)
    chunks = torch.cat([rows, rows[-1:].expand(missing, -1)]).split(rows_at_once)
    outputs = torch.cat([function(chunk.to(net.device)).cpu().double() for chunk in chunks])
    return outputs[: len(rows)].numpy()
