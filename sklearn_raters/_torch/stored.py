"""Networks as plain data: classes, settings and arrays, from which they are made again without pickle."""

import numpy as np
import torch
from skorch import NeuralNet
from skorch.history import History
from torch import nn

from sklearn_raters._torch.modules import SoftCrossEntropy
from sklearn_raters._torch.skorch_net import SequenceNet
from sklearn_raters.exceptions import InputError

NETWORKS = (NeuralNet, nn.Module)
# What every module holds besides its own settings.
_OF_EVERY_MODULE = set(vars(nn.Module()))
# Made again from the weights.
_MADE_AGAIN = {"_flat_weights", "_flat_weight_refs"}


class Stored:
    """The data of a network in place of the network, while a model is saved.

    skops calls `Stored(data)` when it reads a file, and gets the network itself.

    Parameters
    ----------
    data : dict
        As `Stored.of` collects them.
    """

    def __new__(cls, data):
        """Return the network."""
        return _net_of(data) if "history" in data else _module_of(data)

    @classmethod
    def of(cls, network):
        """Return the stored form of a trained net or a module; raise InputError if it has none."""
        stored = object.__new__(cls)
        stored.data = _data_of_net(network) if isinstance(network, NeuralNet) else _data_of(network)
        return stored

    def __reduce__(self):
        return Stored, (self.data,)


def _data_of_net(net):
    if type(net) is not SequenceNet:
        raise InputError(
            f"The model holds a {type(net).__name__} of skorch, which cannot be saved without pickle: put "
            "its module into RaterNetClassifier(trunk=...), or save its weights by torch."
        )
    epochs = [
        {key: _plain(value) for key, value in epoch.items() if key != "batches"} for epoch in net.history
    ]
    return {"module": Stored.of(net.module_), "history": epochs, "device": str(net.device)}


def weights_of(net):
    """Return the weights of a trained net by their names, ndarrays of float32."""
    return {name: weight.detach().cpu().numpy() for name, weight in net.module_.state_dict().items()}


def _plain(value):
    return value.item() if isinstance(value, np.generic) else value


def _net_of(data):
    """Make a trained net that predicts; skorch's optimizer and callbacks are not kept."""
    module = data["module"]
    net = SequenceNet(
        type(module), dropout_rng=np.random.default_rng(0), criterion=SoftCrossEntropy, train_split=None
    )
    device = _device_here(data["device"])
    net.set_params(device=device)
    history = History(data["history"])
    for epoch in history:
        epoch.setdefault("batches", [])
    vars(net).update(module_=module.to(device).eval(), history_=history, initialized_=True)
    return net


def _device_here(device):
    """Return the device where a network was trained if it is here too, otherwise the CPU."""
    return device if torch.device(device).type == "cpu" or torch.cuda.is_available() else "cpu"


def _data_of(module):
    held = vars(module)
    name = type(module).__name__
    hooks = [key for key in _OF_EVERY_MODULE if "hook" in key and held.get(key)]
    if hooks:
        raise InputError(f"The module {name} has {hooks[0]}, and hooks are code: remove them, then save.")
    settings = {
        key: value for key, value in held.items() if key not in _OF_EVERY_MODULE and key not in _MADE_AGAIN
    }
    for key, value in settings.items():
        if isinstance(value, torch.Tensor | nn.Module):
            raise InputError(
                f"The module {name} holds the tensor {key!r} as an attribute: use register_buffer, then save."
            )
    weights = module._parameters.items()
    return {
        "class": type(module),
        "settings": settings,
        "parameters": {key: _array(name, key, value) for key, value in weights},
        "fixed": [key for key, value in weights if value is not None and not value.requires_grad],
        "buffers": {key: _array(name, key, value) for key, value in module._buffers.items()},
        "unsaved": sorted(module._non_persistent_buffers_set),
        "modules": {
            key: None if inner is None else Stored.of(inner) for key, inner in module._modules.items()
        },
    }


def _array(module, name, tensor):
    if tensor is None:
        return None
    try:
        return tensor.detach().cpu().numpy()
    except (TypeError, RuntimeError) as error:
        raise InputError(
            f"The weight {name!r} of {module} is {tensor.dtype}, which has no form in NumPy: convert the "
            "module by .float(), then save."
        ) from error


def _module_of(data):
    if not (isinstance(data["class"], type) and issubclass(data["class"], nn.Module)):
        raise InputError(f"{data['class']!r} is no torch.nn.Module")
    module = data["class"].__new__(data["class"])
    nn.Module.__init__(module)
    for key, array in data["parameters"].items():
        weight = None if array is None else torch.from_numpy(np.array(array))
        fixed = weight is None or key in data["fixed"]
        module.register_parameter(key, None if weight is None else nn.Parameter(weight, not fixed))
    for key, array in data["buffers"].items():
        buffer = None if array is None else torch.from_numpy(np.array(array))
        module.register_buffer(key, buffer, persistent=key not in data["unsaved"])
    for key, inner in data["modules"].items():
        module.add_module(key, inner)
    vars(module).update(data["settings"], training=False)
    if isinstance(module, nn.RNNBase):
        module._init_flat_weights()
    return module
