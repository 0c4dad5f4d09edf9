"""Small networks, modules that several networks share, and the initial weights of all networks."""

import numpy as np
import torch
from torch import nn

from sklearn_raters._torch.dropout import Dropout
from sklearn_raters.exceptions import InputError


def mean_frame(frames, lengths):
    """Return each sample's mean frame and the equal frame weights that make it.

    Parameters
    ----------
    frames : tensor of shape (n_samples, n_frames, n_features)
        Padded sequences.
    lengths : tensor of shape (n_samples,)
        Number of frames of each sample without the padding.

    Returns
    -------
    mean : tensor of shape (n_samples, n_features)
        The mean frames.
    weights : tensor of shape (n_samples, n_frames)
        Frame weights; 0 in the padding.
    """
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

    settings = {}
    samples_at_once = None  # the whole batch: one layer takes hardly any time and memory

    def __init__(self, n_features, n_classes, *, dropout):
        super().__init__()
        self.n_units = n_features
        self.dropout = Dropout(dropout)
        self.output = nn.Linear(n_features, n_classes)

    def encode(self, frames, lengths):
        """Return the mean frame as representation, and the frame weights; see `mean_frame`."""
        return mean_frame(frames, lengths)

    def forward(self, frames, lengths):
        """Return the logits, shape (n_samples, n_classes)."""
        representation, _ = self.encode(frames, lengths)
        return self.output(self.dropout(representation))


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


class SoftCrossEntropy(nn.Module):
    """Cross-entropy against soft labels: the mean over samples of -sum_k q_k log p_k.

    The targets need not sum to one: they already contain the weights of samples and classes, so that the
    gradient of a batch is an unbiased estimate of the gradient of the whole weighted loss.
    """

    # A batch's loss is a sum over its samples, so the gradients of its parts can be computed one by one.
    is_mean_of_samples = True

    def forward(self, logits, targets):
        """Return the loss of logits and targets, both of shape (n_samples, n_classes)."""
        return -(targets * logits.log_softmax(dim=1)).sum(dim=1).mean()


def _plain(value):
    """Return integers of NumPy, also in a tuple, as those of Python, which torch's LSTM needs."""
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return int(value) if isinstance(value, np.integer) else value


@torch.no_grad()
def build(module_class, seed, **sizes):
    """Make a network whose initial weights depend on the seed alone.

    The distributions are torch's defaults, uniform within 1 / sqrt(fan in) in a linear layer and within
    1 / sqrt(hidden units) in an LSTM, unless the module sets its own.

    Parameters
    ----------
    module_class : type
        `BLSTMNet`, `SoftmaxLayer`, ... A module inside that holds parameters and is neither linear nor an
        LSTM sets them in a method `init_parameters(generator)`, which is called without recording gradients;
        any other module may have one.
    seed : int
        Seed of the initial weights.
    **sizes : dict
        The parameters of `module_class`.

    Returns
    -------
    torch.nn.Module
        The network, on the CPU.

    Raises
    ------
    InputError
        If the network does not fit into the memory.
    TypeError
        If a module inside has parameters or buffers and no `init_parameters`.
    """
    if odd := [name for name, value in sizes.items() if name.endswith("_units") and value is True]:
        raise InputError(f"{odd[0]}=True is no number of units: give an int.")
    sizes = {name: _plain(value) for name, value in sizes.items()}
    try:
        # Layers draw their weights from torch's global generator when they are made, except on the meta
        # device. Saving and restoring the generator would not be safe while other threads build networks.
        with torch.device("meta"):
            module = module_class(**sizes)
        module.to_empty(device="cpu")
    except (MemoryError, OverflowError, RuntimeError, TypeError) as error:
        if not any(words in str(error).lower() for words in ("overflow", "memory", "too large")):
            raise
        raise InputError(
            f"{module_class.__name__} of the sizes {sizes} does not fit into the memory: give fewer units."
        ) from error
    generator = torch.Generator().manual_seed(seed)
    for layer in module.modules():
        held = [*layer._parameters, *layer._buffers]
        if isinstance(layer, nn.Linear | nn.LSTM):
            bound = (layer.in_features if isinstance(layer, nn.Linear) else layer.hidden_size) ** -0.5
            for parameter in layer.parameters(recurse=False):
                nn.init.uniform_(parameter, -bound, bound, generator=generator)
        elif held and not hasattr(layer, "init_parameters"):
            raise TypeError(
                f"{type(layer).__name__} in {module_class.__name__} holds {held}, which have no initial "
                "values: only those of torch.nn.Linear and torch.nn.LSTM are set here. Give the module a "
                "method init_parameters(generator) that sets them."
            )
    for layer in module.modules():
        if hasattr(layer, "init_parameters"):
            layer.init_parameters(generator)
    return module
