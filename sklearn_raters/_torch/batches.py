"""Sequences as torch takes them: all frames in one tensor, batches padded from it, batches cut into parts."""

import numpy as np
import torch
from torch.utils.data import Dataset

# Frames of one part of a batch, padding included, at most: each takes memory until its gradient is known.
FRAMES_AT_ONCE = 800


class SequenceDataset(Dataset):
    """Sequences and their targets as torch holds them.

    Parameters
    ----------
    sequences : Sequences
        The samples.
    targets : ndarray of shape (n_samples, n_classes)
        What the loss weighs each class' log-probability by.
    device : str, default="cpu"
        Where the network is. All frames lie there as well where they take less than half of what is free.
    """

    def __init__(self, sequences, targets, device="cpu"):
        self.frames = torch.from_numpy(sequences.frames)
        if (
            torch.device(device).type == "cuda"
            and 2 * self.frames.nbytes < torch.cuda.mem_get_info(device)[0]
        ):
            self.frames = self.frames.to(device)
        self.lengths = torch.from_numpy(sequences.lengths)
        self.starts = torch.from_numpy(sequences.starts)
        self.targets = torch.from_numpy(np.ascontiguousarray(targets, dtype=np.float32))

    def __len__(self):
        return len(self.lengths)

    def batch(self, indices):
        """Return the padded samples at `indices` (a dict for the network) and their targets."""
        lengths, rows = self.lengths[indices], self.starts[indices, None]
        longest = int(lengths.max())
        if longest > 1:
            # Padding repeats the sample's last frame: the network never looks at it.
            rows = rows + torch.minimum(torch.arange(longest), lengths[:, None] - 1)
        frames = self.frames[rows.to(self.frames.device)]
        return {"frames": frames, "lengths": lengths}, self.targets[indices]


class LengthBatches:
    """Batches of samples, longest first: skorch's iterator.

    Training batches are drawn at random. Batches of like lengths would be quicker, but length tells of the
    label (a slow speaker, a long hesitation), and batches that differ in their labels spoil the training:
    on speechocean762's prosody the area under the ROC curve fell from 0.69 to 0.60.

    Parameters
    ----------
    dataset : SequenceDataset
        The samples.
    batch_size : int
        Samples a batch; a last one left over joins the batch before it while training, since a network of the
        user's may need two, as batch normalisation does.
    rng : numpy.random.Generator or None
        Source of each epoch's own batches; None: all samples in the order of their lengths.
    """

    def __init__(self, dataset, batch_size, rng=None):
        self.dataset = dataset
        self.batch_size = batch_size
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
        for indices in self.order():
            yield self.dataset.batch(torch.from_numpy(indices))


def part_sizes(lengths, n_samples, n_frames):
    """Return how many samples go into each part: at most so many, and so many frames with the padding.

    Parameters
    ----------
    lengths : sequence of int
        Frames of each sample, longest first.
    n_samples, n_frames : int
        The most of a part; a sample longer than `n_frames` is a part of its own.

    Returns
    -------
    list of int
        They add up to the number of samples.
    """
    sizes, start = [], 0
    while start < len(lengths):
        sizes.append(min(n_samples, max(1, n_frames // lengths[start]), len(lengths) - start))
        start += sizes[-1]
    return sizes


def cut(batch, n_samples):
    """Cut a batch, longest samples first, into parts of like lengths, each padded to its own longest only."""
    sizes = part_sizes(batch["lengths"].tolist(), n_samples, FRAMES_AT_ONCE)
    parts = zip(batch["frames"].split(sizes), batch["lengths"].split(sizes), strict=True)
    return [{"frames": frames[:, : lengths[0]], "lengths": lengths} for frames, lengths in parts]
