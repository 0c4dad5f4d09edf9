"""The whole stack as one network: the views' networks side by side, and the fusion layer behind them."""

import torch
from torch import nn


class JointNet(nn.Module):
    """Views' networks and one output layer on their standardised representations.

    Parameters
    ----------
    views : list of torch.nn.Module
        Networks with `encode`; they are trained in place.
    mean, scale : ndarray of shape (n_units,)
        By which the representations, side by side, are standardised.
    weight : ndarray of shape (n_classes, n_units)
        The output layer's initial weights.
    bias : ndarray of shape (n_classes,)
        Its initial bias.
    """

    def __init__(self, views, mean, scale, weight, bias):
        super().__init__()
        self.views = nn.ModuleList(views)
        self.samples_at_once = views[0].samples_at_once
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32))
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32))
        self.output = nn.Linear(weight.shape[1], weight.shape[0])
        with torch.no_grad():
            self.output.weight.copy_(torch.from_numpy(weight))
            self.output.bias.copy_(torch.from_numpy(bias))

    def forward(self, frames, lengths):
        """Return the logits, shape (n_samples, n_classes)."""
        units = torch.cat([view.encode(frames, lengths)[0] for view in self.views], dim=1)
        return self.output((units - self.mean) / self.scale)

    def output_layer(self):
        """Return the output layer's weight and bias as arrays."""
        return (part.detach().double().cpu().numpy() for part in (self.output.weight, self.output.bias))
