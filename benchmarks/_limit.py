"""The machine's limit: the paper's network in multiply-adds, and how many of them sgemm does a second."""

from time import perf_counter

import torch
from _sequences import N_CLASSES, N_FEATURES

BATCH, DENSE, LSTM, REPRESENTATION = 32, 256, 128, 256


def multiply_adds(X, *, backward=True):
    """Return the network's multiply-adds on X; backward adds twice the forward, bar the input's share."""
    first = N_FEATURES * DENSE
    a_frame = 2 * 4 * LSTM * (DENSE + LSTM) + 2 * 2 * LSTM
    a_sample = 2 * LSTM * REPRESENTATION + REPRESENTATION * N_CLASSES
    n_frames = sum(map(len, X))
    forward = n_frames * (first + a_frame) + len(X) * a_sample
    return 3 * forward - n_frames * first if backward else forward


def sgemm_rate(seconds=1.0, device="cpu"):
    """Return multiply-adds a second of float32 matrix products as large as a batch's input to the LSTM."""
    a, b = torch.randn(BATCH * 90, DENSE, device=device), torch.randn(DENSE, 8 * LSTM, device=device)
    out = torch.empty(len(a), b.shape[1], device=device)
    torch.mm(a, b, out=out)[0, 0].item()
    start, n_products = perf_counter(), 0
    while perf_counter() - start < seconds:
        for _ in range(10):
            torch.mm(a, b, out=out)
        out[0, 0].item()  # a GPU has finished only when a value arrives
        n_products += 10
    return n_products * a.numel() * b.shape[1] / (perf_counter() - start)
