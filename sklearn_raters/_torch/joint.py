"""Several networks and an output layer on all their representations, as one network."""

import torch
from torch import nn


class JointNet(nn.Module):
    """Networks side by side, and one output layer on their standardised representations.

    Parameters
    ----------
    networks : list of torch.nn.Module
        Networks with `encode`; they are trained in place.
    mean, scale : ndarray of shape (n_units,)
        Mean and scale by which the concatenated representations are standardised.
    weight : ndarray of shape (n_classes, n_units)
        Initial weights of the output layer.
    bias : ndarray of shape (n_classes,)
        Initial bias of the output layer.
    """

    def __init__(self, networks, mean, scale, weight, bias):
        super().__init__()
        self.networks = nn.ModuleList(networks)
        self.samples_at_once = networks[0].samples_at_once
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32))
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32))
        self.weight = nn.Parameter(torch.tensor(weight, dtype=torch.float32))
        self.bias = nn.Parameter(torch.tensor(bias, dtype=torch.float32))

    def forward(self, frames, lengths):
        """Return the logits, shape (n_samples, n_classes)."""
        encoded = (network.encode(frames, lengths) for network in self.networks)
        units = torch.cat([representation for representation, _ in encoded], dim=1)
        return nn.functional.linear((units - self.mean) / self.scale, self.weight, self.bias)

    def output_layer(self):
        """Return the output layer's weights (n_classes, n_units) and bias (n_classes,) as arrays."""
        return (part.detach().double().cpu().numpy() for part in (self.weight, self.bias))
