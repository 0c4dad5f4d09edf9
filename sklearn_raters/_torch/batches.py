"""Sequences in torch: all frames in one tensor, padded batches of them, and batches cut into parts."""

import numpy as np
import torch
from scipy.sparse import issparse
from torch.utils.data import Dataset

# Largest number of frames, padding included, in one part of a training batch. All frames of a part are kept
# in memory until its gradient is computed.
TRAINING_FRAMES_AT_ONCE = 800

# Largest number of values in the rows of a table that are collected at once for several batches.
VALUES_AT_ONCE = 2**17


class SequenceDataset(Dataset):
    """Sequences and their targets as tensors.

    Parameters
    ----------
    sequences : Sequences
        The samples. Sparse rows become dense a batch at a time; on ConvAbuse's texts (18,702 columns) this
        takes less time than a layer of sparse products. Memory-mapped samples are read a batch at a time.
    targets : ndarray of shape (n_samples, ...)
        The samples' targets, in the form that the network's loss takes.
    device : str, default="cpu"
        The network's device. All frames are moved there at once if they are neither sparse nor memory-mapped
        and take less than half of its free memory.
    """

    def __init__(self, sequences, targets, device="cpu"):
        self.sparse = issparse(sequences.frames)
        self.mapped = isinstance(sequences.frames, list)
        packed = not (self.sparse or self.mapped)
        self.frames = torch.from_numpy(sequences.frames) if packed else sequences.frames
        on_gpu = torch.device(device).type == "cuda" and packed
        if on_gpu and 2 * self.frames.nbytes < torch.cuda.mem_get_info(device)[0]:
            self.frames = self.frames.to(device)
        self.lengths = torch.from_numpy(sequences.lengths)
        self.starts = torch.from_numpy(sequences.starts)
        self.targets = torch.from_numpy(np.ascontiguousarray(targets, dtype=np.float32))

    def __len__(self):
        return len(self.lengths)

    @property
    def n_features(self):
        """Number of features of a frame."""
        return (self.frames[0] if self.mapped else self.frames).shape[1]

    def batch(self, indices):
        """Return some samples as a padded batch.

        Parameters
        ----------
        indices : tensor of int of shape (n_samples,)
            The samples.

        Returns
        -------
        batch : dict
            "frames", (n_samples, n_frames, n_features), and "lengths", (n_samples,).
        targets : tensor of shape (n_samples, ...)
            The samples' targets.
        """
        if self.sparse:  # samples of one frame
            frames = torch.from_numpy(self.frames[indices.numpy()].toarray()[:, None])
            return {"frames": frames, "lengths": self.lengths[indices]}, self.targets[indices]
        lengths, rows = self.lengths[indices], self.starts[indices, None]
        longest = int(lengths.max())
        if self.mapped:
            frames = np.empty((len(indices), longest, self.n_features), np.float32)
            for padded, index, length in zip(frames, indices.tolist(), lengths.tolist(), strict=True):
                padded[:length] = self.frames[index]
                padded[length:] = padded[length - 1]
            return {"frames": torch.from_numpy(frames), "lengths": lengths}, self.targets[indices]
        if longest > 1:
            # The padding repeats the sample's last frame; no network uses it.
            rows = rows + torch.minimum(torch.arange(longest), lengths[:, None] - 1)
        frames = self.frames[rows.to(self.frames.device)]
        return {"frames": frames, "lengths": lengths}, self.targets[indices]

    def batches(self, order):
        """Yield padded batches of samples; see `batch`.

        Parameters
        ----------
        order : list of ndarray of int
            The samples of each batch. Rows of a table are collected for many batches at once, since a small
            network's step takes little longer than their collection.
        """
        together = 1
        if self.lengths.max() == 1:
            together = max(1, VALUES_AT_ONCE // (self.n_features * max(map(len, order))))
        for start in range(0, len(order), together):
            some = order[start : start + together]
            sizes = [len(indices) for indices in some]
            batch, targets = self.batch(torch.from_numpy(np.concatenate(some)))
            frames, lengths = batch["frames"].split(sizes), batch["lengths"].split(sizes)
            for part in zip(frames, lengths, targets.split(sizes), strict=True):
                yield {"frames": part[0], "lengths": part[1]}, part[2]


class LengthBatches:
    """Batches of samples, longest first within a batch, in the form of skorch's iterators.

    Training batches are drawn at random. Batches of samples of similar length would be quicker, but length
    goes with the label (a slow speaker, a long hesitation), and batches with different shares of the labels
    spoil the training: on speechocean762's prosody the area under the ROC curve fell from 0.69 to 0.60.

    Parameters
    ----------
    dataset : SequenceDataset
        The samples.
    batch_size : int
        Number of samples in a batch. While training, a single sample that is left over joins the batch before
        it, since a user's network may need two samples, as batch normalisation does.
    rng : numpy.random.Generator or None
        Source of the random batches of each epoch; None takes the samples in the order of their lengths.
    """

    def __init__(self, dataset, batch_size, rng=None):
        self.dataset = dataset
        # At most all samples, which any int64 holds.
        self.batch_size = min(batch_size, max(len(dataset), 1))
        self.rng = rng

    def order(self):
        """Return the indices of each batch."""
        by_length = np.argsort(-self.dataset.lengths.numpy(), kind="stable")
        n_samples = len(by_length)
        alone = self.rng is not None and n_samples % self.batch_size == 1 < self.batch_size
        n_batches = max(-(-n_samples // self.batch_size) - alone, 1)
        batch = np.minimum(np.arange(n_samples) // self.batch_size, n_batches - 1)
        if self.rng is not None:
            self.rng.shuffle(batch)
        # Each batch keeps the order of lengths.
        order = by_length[np.argsort(batch, kind="stable")]
        return np.split(order, self.batch_size * np.arange(1, n_batches))

    def __iter__(self):
        yield from self.dataset.batches(self.order())


def part_sizes(lengths, n_samples, n_frames):
    """Return the number of samples of each part of a batch.

    Parameters
    ----------
    lengths : sequence of int
        Number of frames of each sample, longest first.
    n_samples, n_frames : int
        Largest number of samples, and of frames with the padding, in a part. A sample longer than `n_frames`
        is a part by itself.

    Returns
    -------
    list of int
        Sizes of the parts, which add up to the number of samples.
    """
    sizes, start = [], 0
    while start < len(lengths):
        sizes.append(min(n_samples, max(1, n_frames // lengths[start]), len(lengths) - start))
        start += sizes[-1]
    return sizes


def cut_batch(batch, n_samples):
    """Cut a batch, longest samples first, into parts, each padded to its longest sample only.

    Parameters
    ----------
    batch : dict
        As `SequenceDataset.batch` returns it.
    n_samples : int
        Largest number of samples in a part.

    Returns
    -------
    list of dict
        The parts, in the form of `batch`.
    """
    sizes = part_sizes(batch["lengths"].tolist(), n_samples, TRAINING_FRAMES_AT_ONCE)
    parts = zip(batch["frames"].split(sizes), batch["lengths"].split(sizes), strict=True)
    return [{"frames": frames[:, : lengths[0]], "lengths": lengths} for frames, lengths in parts]
