"""The paper's network: a BLSTM with attention pooling between two dense layers."""

from functools import cache

import torch
from torch import nn

from sklearn_raters._torch.dropout import Dropout
from sklearn_raters._torch.settings import Choice, Number


class _Permute(torch.autograd.Function):
    """Put rows in another order, by a permutation that is its own inverse.

    The backward pass selects rows in the same way, which is faster than the scatter that autograd would use.
    """

    @staticmethod
    def forward(ctx, x, order):
        ctx.save_for_backward(order)
        return x.index_select(0, order)

    @staticmethod
    def backward(ctx, gradient):
        (order,) = ctx.saved_tensors
        return gradient.index_select(0, order), None


def permuted(x, order):
    """Return a tensor with the rows of its first two dimensions in another order; see `_Permute`."""
    return _Permute.apply(x.flatten(0, 1), order).view(x.shape)


def _reversed_rows(lengths, n_frames):
    """Return, for each row of the flattened (n_samples * n_frames) batch, the row that replaces it."""
    frame = torch.arange(n_frames, device=lengths.device)
    within = torch.where(frame < lengths[:, None], lengths[:, None] - 1 - frame, frame)
    first = torch.arange(len(lengths), device=lengths.device)[:, None] * n_frames
    return (first + within).flatten()


@cache
def computes_bfloat16(kind):
    """Return whether a kind of device ("cpu", "cuda", ...) computes LSTMs in bfloat16.

    torch offers no public question for it: oneDNN refuses LSTMs in bfloat16 on processors without AVX512.
    """
    if kind != "cpu":
        return True
    # On "meta" no initial weights are drawn from the caller's generator.
    layer = nn.LSTM(1, 1, device="meta").to_empty(device=kind)
    try:
        with torch.autocast(kind, torch.bfloat16), torch.no_grad():
            layer(torch.zeros(1, 1, 1))
    except RuntimeError:
        return False
    return True


class BLSTMTrunk(nn.Module):
    """Dense ReLU layer, BLSTM with attention pooling over time, dense ReLU layer (Chou & Lee 2019, 3.1).

    The attention follows Mirsamadi et al. (2017): a learnt vector scores each frame, and a softmax over the
    sample's frames turns the scores into weights. The backward direction is a second LSTM on each sequence
    reversed within its own length, so the padding always comes last and never changes a result.

    Parameters
    ----------
    n_features : int
        Size of an input frame.
    dropout : float
        Share of values dropped after each layer while training.
    dense_units : int, default=256
        Width of the first dense layer.
    lstm_units : int, default=128
        Width of each direction of the BLSTM.
    representation_units : int, default=256
        Width of the last dense layer.
    precision : {"float32", "bfloat16"}, default="float32"
        Number format of matrix products and LSTMs; weights, softmax and results are float32 in both. Where
        the processor cannot compute LSTMs in bfloat16, all are float32.
    """

    settings = {
        "dense_units": Number(1, integer=True),
        "lstm_units": Number(1, integer=True),
        "representation_units": Number(1, integer=True),
        "precision": Choice(("float32", "bfloat16")),
    }
    # Samples computed together on a CPU: fewer leave its vector units idle, more are mostly padding.
    samples_at_once = 6

    def __init__(
        self,
        n_features,
        *,
        dropout,
        dense_units=256,
        lstm_units=128,
        representation_units=256,
        precision="float32",
    ):
        super().__init__()
        self.n_units = representation_units
        self.precision = precision
        self.dense = nn.Linear(n_features, dense_units)
        self.forward_lstm = nn.LSTM(dense_units, lstm_units, batch_first=True)
        self.backward_lstm = nn.LSTM(dense_units, lstm_units, batch_first=True)
        self.attention = nn.Linear(2 * lstm_units, 1, bias=False)
        self.representation = nn.Linear(2 * lstm_units, representation_units)
        self.dropout = Dropout(dropout)

    def init_parameters(self, generator):
        """Set the weights as Keras does: Glorot's in dense layers, orthogonal ones in recurrences.

        Biases are zero, but for one in the LSTMs' forget gates. With torch's weights, which are smaller, the
        first epochs learn hardly anything.
        """
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight, generator=generator)
                if layer.bias is not None:
                    layer.bias.zero_()
            elif isinstance(layer, nn.LSTM):
                nn.init.xavier_uniform_(layer.weight_ih_l0, generator=generator)
                for gate in layer.weight_hh_l0.chunk(4):
                    nn.init.orthogonal_(gate, generator=generator)
                layer.bias_ih_l0.zero_()
                layer.bias_hh_l0.zero_()
                layer.bias_ih_l0.chunk(4)[1].fill_(1)  # the gates are: input, forget, cell, output

    def pool(self, frames, lengths):
        """Average the BLSTM's states by attention.

        Parameters
        ----------
        frames : tensor of shape (n_samples, n_frames, n_features)
            Padded sequences; the padding may hold any finite values.
        lengths : tensor of shape (n_samples,)
            Number of frames of each sample without the padding.

        Returns
        -------
        pooled : tensor of shape (n_samples, 2 * lstm_units)
            The weighted means of the states.
        weights : tensor of shape (n_samples, n_frames)
            Frame weights; 0 in the padding.
        """
        rows = _reversed_rows(lengths, frames.shape[1])
        hidden = self.dropout(self.dense(frames).relu())
        ahead, _ = self.forward_lstm(hidden)
        back, _ = self.backward_lstm(permuted(hidden, rows))
        states = self.dropout(torch.cat([ahead, permuted(back, rows)], dim=2))
        padding = torch.arange(frames.shape[1], device=lengths.device) >= lengths[:, None]
        scores = self.attention(states).squeeze(2).masked_fill(padding, -torch.inf)
        weights = scores.softmax(dim=1)
        return torch.bmm(weights.unsqueeze(1), states).squeeze(1), weights

    def encode(self, frames, lengths):
        """Return representations, (n_samples, representation_units), and frame weights; see `pool`."""
        kind = frames.device.type
        low_precision = self.precision == "bfloat16" and computes_bfloat16(kind)
        with torch.autocast(kind, torch.bfloat16, enabled=low_precision):
            pooled, weights = self.pool(frames, lengths)
            representation = self.representation(pooled).relu()
        dtype = self.representation.weight.dtype
        return representation.to(dtype), weights.to(dtype)


class BLSTMNet(BLSTMTrunk):
    """The paper's network: `BLSTMTrunk` and an output layer.

    Parameters
    ----------
    n_features, n_classes : int
        Sizes of input frames and output.
    **params : dict
        The other parameters of `BLSTMTrunk`.
    """

    def __init__(self, n_features, n_classes, **params):
        super().__init__(n_features, **params)
        self.output = nn.Linear(self.n_units, n_classes)

    def forward(self, frames, lengths):
        """Return the logits, shape (n_samples, n_classes)."""
        representation, _ = self.encode(frames, lengths)
        return self.output(self.dropout(representation))
