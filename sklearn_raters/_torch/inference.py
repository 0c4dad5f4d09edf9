"""What a trained network makes of samples, dropout off: representations, and what the layers behind say."""

import operator

import numpy as np
import torch

from sklearn_raters._torch.batches import SequenceDataset, part_sizes
from sklearn_raters._torch.threads import shared_threads

# Frames that run together, padding included: few for a CPU's caches, many to fill another device.
FRAMES_AT_ONCE, FRAMES_ON_DEVICE = 3200, 65536


def run(net, sequences):
    """Run a trained net over sequences, dropout off.

    Parameters
    ----------
    net : SequenceNet
        What `train` returned.
    sequences : Sequences
        The samples.

    Returns
    -------
    representation : ndarray of shape (n_samples, n_units), float32
        The values before the output layer.
    attention : list of ndarray of shape (n_frames_i,), float32
        Frame weights, which sum to one a sample.
    """
    module = net.module_.eval()
    dataset = SequenceDataset(sequences, np.zeros((len(sequences), 0)), net.device)
    longest_first = np.argsort(-sequences.lengths, kind="stable")
    n_frames = FRAMES_AT_ONCE if torch.device(net.device).type == "cpu" else FRAMES_ON_DEVICE
    sizes = part_sizes(sequences.lengths[longest_first].tolist(), len(sequences), n_frames)
    order = np.split(longest_first, np.cumsum(sizes)[:-1])
    attention = [None] * len(sequences)

    @torch.inference_mode()
    def answer(indices):
        batch, _ = dataset.batch(torch.from_numpy(indices))
        encoded, weights = module.encode(**{name: value.to(net.device) for name, value in batch.items()})
        for index, row, length in zip(indices, weights.cpu().numpy(), batch["lengths"].tolist(), strict=True):
            attention[index] = row[:length].copy()
        return encoded.cpu().numpy()

    with shared_threads() as run_all:
        rows = np.concatenate(run_all(answer, order))
    representation = np.empty_like(rows)
    representation[longest_first] = rows
    return representation, attention


@torch.inference_mode()
def ask(net, representation, question, rows_at_once=1024):
    """Let the layers behind a trained net's representation answer.

    Parameters
    ----------
    net : SequenceNet
        What `train` returned.
    representation : ndarray of shape (n_samples, n_units)
        What `run` returned.
    question : str
        Path of a part of the network, such as "output", or of a method, such as "raters.say_all".
    rows_at_once : int, default=1024
        Samples asked together.

    Returns
    -------
    ndarray of shape (n_samples, ...), float64
        The answers.
    """
    part = operator.attrgetter(question)(net.module_.eval())
    rows = torch.from_numpy(representation).split(rows_at_once)
    return torch.cat([part(some.to(net.device)).cpu().double() for some in rows]).numpy()
