"""The weights of a network as one vector, which an optimizer changes in one call."""

from contextlib import contextmanager

import torch

# Optimizers that treat each number by itself, so that the vector gives the same result as its parts.
ELEMENTWISE = (torch.optim.Adam, torch.optim.AdamW, torch.optim.Adamax, torch.optim.RMSprop, torch.optim.SGD)

# Each weight starts at a multiple of 64 bytes, as fast matrix products need it.
_STEP = 16


def can_be_flat(optimizer):
    """Return whether an optimizer has the same result on one vector of all weights.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
        The optimizer, before its first step.

    Returns
    -------
    bool
        Whether the optimizer treats each number by itself, with the same settings for all, and changes no
        weight that is frozen or never has a gradient: in the vector its gradient is 0, which weight decay
        and, after other steps, momentum do not leave alone.
    """
    if type(optimizer) not in ELEMENTWISE or len(optimizer.param_groups) != 1:
        return False
    (group,) = optimizer.param_groups
    alike = {(weight.dtype, weight.device, weight.requires_grad) for weight in group["params"]}
    moves_alone = group["weight_decay"] != 0 or group.get("momentum", 0) != 0
    return len(alike) == 1 and group["params"][0].requires_grad and not moves_alone


def on_cudnn(module):
    """Return whether a network has recurrent layers on a GPU.

    cuDNN takes the weights of such a layer as one piece in an order of its own; of weights in another place
    it makes a copy in each call.

    Parameters
    ----------
    module : torch.nn.Module
        The network.

    Returns
    -------
    bool
        Whether one of its recurrent layers is not on the CPU.
    """
    layers = [layer for layer in module.modules() if isinstance(layer, torch.nn.RNNBase)]
    return any(weight.device.type != "cpu" for layer in layers for weight in layer.parameters())


@contextmanager
def flat_weights(optimizer):
    """Let an optimizer see its weights as one vector, of which weights and gradients are views.

    A step of a small network spends a fifth of its time in calls that change one weight after the other.
    Before each step, set ``vector.grad`` to zero in place. Afterwards the weights are apart again, and the
    optimizer starts anew. A weight that has a gradient in some steps only has the gradient 0 in the others,
    in which an optimizer with moments still moves it.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
        An optimizer that `can_be_flat`.

    Yields
    ------
    vector : torch.nn.Parameter of shape (n_numbers,)
        The weights one after the other, with gaps of zeros; ``vector.grad`` holds the gradients.
    """
    (group,) = optimizer.param_groups
    weights = group["params"]
    sizes = [-(-weight.numel() // _STEP) * _STEP for weight in weights]
    vector = torch.nn.Parameter(weights[0].new_zeros(sum(sizes)))
    vector.grad = torch.zeros_like(vector)
    parts = zip(weights, vector.data.split(sizes), vector.grad.split(sizes), strict=True)
    for weight, values, slopes in parts:
        place = values[: weight.numel()].view_as(weight)
        weight.data = place.copy_(weight.data)
        weight.grad = slopes[: weight.numel()].view_as(weight)
    group["params"] = [vector]
    try:
        yield vector
    finally:
        group["params"] = weights
        optimizer.state.clear()
        for weight in weights:
            weight.data, weight.grad = weight.data.clone(), None
