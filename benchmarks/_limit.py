"""The machine's limit: the multiply-adds of the paper's network, and the rate of sgemm's multiply-adds."""

from time import perf_counter

import torch
from _sequences import N_CLASSES, N_FEATURES

BATCH, DENSE, LSTM, REPRESENTATION = 32, 256, 128, 256


def multiply_adds(X, *, backward=True):
    """Count the network's multiply-adds on X.

    The backward pass adds twice the forward pass, except for the gradient of the input, which is not
    computed.
    """
    first_layer = N_FEATURES * DENSE  # a frame
    per_frame = 2 * 4 * LSTM * (DENSE + LSTM) + 2 * 2 * LSTM
    per_sample = 2 * LSTM * REPRESENTATION + REPRESENTATION * N_CLASSES
    n_frames = sum(map(len, X))
    forward = n_frames * (first_layer + per_frame) + len(X) * per_sample
    return 3 * forward - n_frames * first_layer if backward else forward


def sgemm_rate(seconds=1.0, device="cpu"):
    """Measure multiply-adds a second, in float32 matrix products as large as a batch's input to the LSTM."""
    a, b = torch.randn(BATCH * 90, DENSE, device=device), torch.randn(DENSE, 8 * LSTM, device=device)
    out = torch.empty(len(a), b.shape[1], device=device)
    torch.mm(a, b, out=out)[0, 0].item()
    start, n_products = perf_counter(), 0
    while perf_counter() - start < seconds:
        for _ in range(10):
            torch.mm(a, b, out=out)
        out[0, 0].item()  # waits until a GPU has finished
        n_products += 10
    return n_products * a.numel() * b.shape[1] / (perf_counter() - start)
