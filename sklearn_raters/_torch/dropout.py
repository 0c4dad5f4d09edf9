"""Dropout, with one random generator for each thread."""

import threading
from contextlib import contextmanager

import torch
from torch import nn


class _ThreadRandom(threading.local):
    """The generator that a thread draws from while training; None is torch's global generator."""

    generator = None


thread_random = _ThreadRandom()


@contextmanager
def seeded_thread(seed, device):
    """Seed the random numbers for dropout and for mixing votes in this thread."""
    thread_random.generator = torch.Generator(device=device).manual_seed(seed)
    try:
        yield
    finally:
        thread_random.generator = None


class Dropout(nn.Module):
    """Dropout that makes eight decisions from each 64-bit random number of the thread's generator.

    torch's own dropout draws one random number a value, one after the other, which takes a third of a
    training step on CPUs. In return, the share is rounded to a multiple of 1/256.

    Parameters
    ----------
    p : float
        Share of values set to zero, below 1.
    """

    def __init__(self, p):
        super().__init__()
        self.threshold = min(round(p * 256), 255)

    def forward(self, x):
        """Set values to zero at random while training, and scale the others to keep the mean."""
        if not self.training or self.threshold == 0:
            return x
        bits = torch.empty(-(-x.numel() // 8), dtype=torch.int64, device=x.device)
        bits.random_(-(2**63), None, generator=thread_random.generator)
        keep = bits.view(torch.uint8)[: x.numel()].view(x.shape) >= self.threshold
        return x * keep.mul(256 / (256 - self.threshold))


# Multipliers of splitmix64 (Steele, Lea & Flood 2014), as signed numbers; torch's products wrap around.
_STRIDE, _MIX = -7046029254386353131, (-4658895280553007687, -7723592293110705685)


def _mixed(numbers):
    """Return 64 random-looking bits for each number; the same bits on every device."""
    for shift, factor in zip((30, 27), _MIX, strict=True):
        # Shifts of signed numbers fill up with the sign, which the mask takes away.
        numbers = (numbers ^ (numbers >> shift & (1 << 64 - shift) - 1)) * factor
    return numbers ^ (numbers >> 31 & (1 << 33) - 1)


def counted_dropout(x, threshold, seeds, sample, frame):
    """Set values to zero at random, each by its own place, wherever it lies in the memory.

    Parameters
    ----------
    x : tensor of shape (n_networks, n_places, n_units)
        Values.
    threshold : int
        Share of values set to zero, in 1/256.
    seeds : tensor of int64 of shape (n_networks,)
        A seed for each network.
    sample, frame : tensor of int64 of shape (n_networks, n_places)
        What each place holds.

    Returns
    -------
    tensor of the shape of `x`
        The values, of which those that are left are scaled to keep the mean.
    """
    if threshold == 0:
        return x
    word = torch.arange(-(-x.shape[2] // 8), device=x.device)
    place = ((sample << 44) + (frame << 20)).unsqueeze(2) + word
    bits = _mixed(_mixed(seeds)[:, None, None] + place * _STRIDE)
    keep = bits.view(torch.uint8)[..., : x.shape[2]] >= threshold
    return x * keep.mul(256 / (256 - threshold))
