"""The networks themselves, in torch alone: the paper's BLSTM-DNN with attention, and its softmax layer."""

import threading
from contextlib import contextmanager

import torch
from torch import nn


class _Draws(threading.local):
    """Where a thread's dropout draws from; None is torch's global generator."""

    generator = None


draws = _Draws()


@contextmanager
def drawing_from(seed, device):
    """Let dropout, and what else draws while training, draw from a generator of its own in this thread."""
    draws.generator = torch.Generator(device=device).manual_seed(seed)
    try:
        yield
    finally:
        draws.generator = None


class Dropout(nn.Module):
    """Dropout that draws from `draws.generator`, eight values from each 64-bit number.

    torch's own draws one number a value, serially: a third of a training step on CPUs. Here `p` is kept to
    1/256.

    Parameters
    ----------
    p : float
        The share of values set to zero, below 1.
    """

    def __init__(self, p):
        super().__init__()
        self.threshold = min(round(p * 256), 255)

    def forward(self, x):
        """Zero values at random while training; the others are scaled so that the mean stays."""
        if not self.training or self.threshold == 0:
            return x
        bits = torch.empty(-(-x.numel() // 8), dtype=torch.int64, device=x.device)
        bits.random_(-(2**63), None, generator=draws.generator)
        keep = bits.view(torch.uint8)[: x.numel()].view(x.shape) >= self.threshold
        return x * keep.mul(256 / (256 - self.threshold))


class _ReverseFrames(torch.autograd.Function):
    """Reverse each sequence within its own length; padding stays where it is.

    The reversal is its own inverse, so its gradient is the same cheap gather: autograd would scatter.
    """

    @staticmethod
    def forward(ctx, x, rows):
        ctx.save_for_backward(rows)
        return x.flatten(0, 1).index_select(0, rows).view(x.shape)

    @staticmethod
    def backward(ctx, gradient):
        (rows,) = ctx.saved_tensors
        return gradient.flatten(0, 1).index_select(0, rows).view(gradient.shape), None


def _reversed_rows(lengths, n_frames):
    """Return, for each row of the flattened (n_samples * n_frames) batch, the row that takes its place."""
    frame = torch.arange(n_frames, device=lengths.device)
    within = torch.where(frame < lengths[:, None], lengths[:, None] - 1 - frame, frame)
    first = torch.arange(len(lengths), device=lengths.device)[:, None] * n_frames
    return (first + within).flatten()


class BLSTMTrunk(nn.Module):
    """Dense ReLU, BLSTM with attention pooling over time, dense ReLU (Chou & Lee 2019, 3.1).

    The attention is Mirsamadi's (2017): one learnt vector scores each frame, a softmax over the sample's own
    frames turns scores into weights. The backward direction is a second LSTM over each sequence reversed
    within its own length, so padding always comes last and never reaches a result.

    Parameters
    ----------
    n_features : int
        Size of an input frame.
    dense_units, lstm_units, representation_units : int
        Widths of the first dense layer, of each direction of the BLSTM and of the last dense layer.
    dropout : float
        Share of values dropped after each layer while training.
    precision : "float32" or "bfloat16"
        What matrix products and LSTMs compute in; weights, softmax and what comes out stay float32.
    """

    # Samples that a CPU runs together: fewer waste its vector units, more are padding.
    samples_at_once = 6

    def __init__(self, n_features, *, dense_units, lstm_units, representation_units, dropout, precision):
        super().__init__()
        self.precision = precision
        self.dense = nn.Linear(n_features, dense_units)
        self.forward_lstm = nn.LSTM(dense_units, lstm_units, batch_first=True)
        self.backward_lstm = nn.LSTM(dense_units, lstm_units, batch_first=True)
        self.attention = nn.Linear(2 * lstm_units, 1, bias=False)
        self.representation = nn.Linear(2 * lstm_units, representation_units)
        self.dropout = Dropout(dropout)

    def pool(self, frames, lengths):
        """Return BLSTM states averaged by attention, and the frame weights (n_samples, n_frames).

        Parameters
        ----------
        frames : tensor of shape (n_samples, n_frames, n_features)
            Padded sequences; what stands in the padding does not matter as long as it is finite.
        lengths : tensor of shape (n_samples,)
            The samples' own numbers of frames.
        """
        rows = _reversed_rows(lengths, frames.shape[1])
        hidden = self.dropout(self.dense(frames).relu())
        ahead, _ = self.forward_lstm(hidden)
        back, _ = self.backward_lstm(_ReverseFrames.apply(hidden, rows))
        states = self.dropout(torch.cat([ahead, _ReverseFrames.apply(back, rows)], dim=2))
        padding = torch.arange(frames.shape[1], device=lengths.device) >= lengths[:, None]
        scores = self.attention(states).squeeze(2).masked_fill(padding, -torch.inf)
        weights = scores.softmax(dim=1)
        return torch.bmm(weights.unsqueeze(1), states).squeeze(1), weights

    def encode(self, frames, lengths):
        """Return representations (n_samples, representation_units) and frame weights; see `pool`."""
        with self._precision(frames.device):
            pooled, weights = self.pool(frames, lengths)
            representation = self.representation(pooled).relu()
        dtype = self.representation.weight.dtype
        return representation.to(dtype), weights.to(dtype)

    def _precision(self, device):
        return torch.autocast(device.type, torch.bfloat16, enabled=self.precision == "bfloat16")


class BLSTMNet(BLSTMTrunk):
    """The paper's network: `BLSTMTrunk` and an output layer.

    Parameters
    ----------
    n_features, n_classes : int
        Sizes of input frames and output.
    **sizes : dict
        Those of `BLSTMTrunk`.
    """

    def __init__(self, n_features, n_classes, **sizes):
        super().__init__(n_features, **sizes)
        self.output = nn.Linear(self.representation.out_features, n_classes)

    def forward(self, frames, lengths):
        """Return the logits, shape (n_samples, n_classes)."""
        representation, _ = self.encode(frames, lengths)
        return self.output(self.dropout(representation))


def mean_frame(frames, lengths):
    """Return each sample's mean frame, and the equal frame weights that make it."""
    if frames.shape[1] == 1:
        return frames[:, 0], frames.new_ones(len(frames), 1)
    inside = torch.arange(frames.shape[1], device=lengths.device) < lengths[:, None]
    weights = inside / lengths[:, None]
    return torch.bmm(weights.unsqueeze(1), frames).squeeze(1), weights


class SoftmaxLayer(nn.Module):
    """The paper's fusion: dropout and one output layer on the concatenated representations.

    Parameters
    ----------
    n_features, n_classes : int
        Sizes of input and output.
    dropout : float
        Share of input values dropped while training.
    """

    samples_at_once = None  # all: there is next to nothing to do for each

    def __init__(self, n_features, n_classes, *, dropout):
        super().__init__()
        self.dropout = Dropout(dropout)
        self.output = nn.Linear(n_features, n_classes)

    def encode(self, frames, lengths):
        """Return the mean frame as representation, and the equal frame weights that make it."""
        return mean_frame(frames, lengths)

    def forward(self, frames, lengths):
        """Return the logits, shape (n_samples, n_classes)."""
        representation, _ = self.encode(frames, lengths)
        return self.output(self.dropout(representation))


class SoftCrossEntropy(nn.Module):
    """Cross-entropy against a distribution: the mean over samples of -sum_k q_k log p_k.

    The targets need not sum to one: sample weights and class weights are folded into them beforehand,
    so that the gradient of a batch stays an unbiased estimate of the whole weighted loss'.
    """

    # The loss of a batch adds up from those of its parts, so these can be learnt from one by one.
    is_mean_of_samples = True

    def forward(self, logits, targets):
        """Return the loss of (n_samples, n_classes) logits and targets."""
        return -(targets * logits.log_softmax(dim=1)).sum(dim=1).mean()


def build(module_class, seed, **sizes):
    """Make a network whose initial weights and dropout depend on `seed` alone.

    The distributions are torch's own: uniform within 1 / sqrt(fan in), of an LSTM 1 / sqrt(hidden units).

    Parameters
    ----------
    module_class : type
        `BLSTMNet`, `SoftmaxLayer`, ...; `start` of a module inside sets what is neither linear nor an LSTM.
    seed : int
        Where the initial weights come from.
    **sizes : dict
        The parameters of `module_class`.

    Returns
    -------
    torch.nn.Module
        The network, on the CPU.

    Raises
    ------
    TypeError
        If a module inside has parameters or buffers that nothing sets.
    """
    # torch's layers draw weights from the global generator when made, but not on the meta device. To save
    # and restore that generator instead would disturb it where several threads build networks.
    with torch.device("meta"):
        module = module_class(**sizes)
    module.to_empty(device="cpu")
    generator = torch.Generator().manual_seed(seed)
    for layer in module.modules():
        if isinstance(layer, nn.Linear):
            bound = layer.in_features**-0.5
        elif isinstance(layer, nn.LSTM):
            bound = layer.hidden_size**-0.5
        else:
            held = [*layer._parameters, *layer._buffers]
            if held and not hasattr(layer, "start"):
                raise TypeError(
                    f"{type(layer).__name__} in {module_class.__name__} holds {held}, which nothing sets; "
                    "only torch.nn.Linear and torch.nn.LSTM are known here. Give it a method "
                    "start(generator) that sets their initial values."
                )
            continue
        for parameter in layer.parameters(recurse=False):
            nn.init.uniform_(parameter, -bound, bound, generator=generator)
    for layer in module.modules():
        if hasattr(layer, "start"):
            layer.start(generator)
    return module
