"""Training a network on sequences, and the check of its settings without any data."""

from numbers import Integral
from types import SimpleNamespace

import numpy as np
import torch
from skorch.callbacks import EarlyStopping, LRScheduler
from skorch.dataset import ValidSplit
from skorch.helper import predefined_split
from torch import nn
from torch.optim.lr_scheduler import PolynomialLR

from sklearn_raters._torch.batches import LengthBatches, SequenceDataset
from sklearn_raters._torch.blstm import BLSTMTrunk, computes_bfloat16
from sklearn_raters._torch.modules import SoftCrossEntropy, build
from sklearn_raters._torch.side_by_side import can_be_stacked, train_side_by_side
from sklearn_raters._torch.skorch_net import SequenceNet
from sklearn_raters.exceptions import InputError, remark


def resolve_device(device):
    """Return the name of a torch device that can be used; "auto" is a GPU if torch finds one."""
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.Generator(device=device)
        torch.empty(0, device=device)
    except (AssertionError, RuntimeError) as error:
        raise InputError(
            f"device={device!r} cannot be used here: {str(error).splitlines()[0].split('. ')[0]}. "
            "Give 'cpu', or 'auto' for a GPU where torch finds one."
        ) from error
    return device


# Settings of skorch's net that are parameters of the estimator, by these names.
_OF_THE_ESTIMATOR = {"max_epochs": "max_epochs", "lr": "learning_rate", "batch_size": "batch_size"}
_OF_THE_ESTIMATOR |= {"device": "device", "verbose": "verbose"}


def _check_net_params(net_params, early_stopping, schedule, own_loss):
    """Raise InputError on settings of skorch's net that would have no effect or undo other settings."""
    for name, value in net_params.items():
        if not isinstance(name, str):
            raise InputError(f"net_params has the name {name!r}, which is no string. Correct it.")
        if name == "module":
            raise InputError("net_params has 'module', but the estimator makes the network. Leave it out.")
        if name in _OF_THE_ESTIMATOR:
            raise InputError(
                f"net_params has {name!r}, which would undo {_OF_THE_ESTIMATOR[name]}= of the estimator. "
                "Give it there."
            )
        if own_loss and name.startswith("criterion"):
            raise InputError(f"net_params has {name!r}, but this network defines its own loss. Leave it out.")
        if name.startswith("module__"):
            raise InputError(
                f"net_params has {name!r}, but the network is built before skorch gets it. Give "
                f"{name.removeprefix('module__')!r} as a parameter of the estimator, if it has it."
            )
        if early_stopping and (name == "train_split" or (name == "callbacks" and value == "disable")):
            raise InputError(
                f"net_params has {name}={value!r}, but early_stopping=True sets it itself. Leave it out, "
                "or set early_stopping=False."
            )
    if schedule != "constant" and net_params.get("callbacks") == "disable":
        raise InputError(
            f"net_params has callbacks='disable', but learning_rate_schedule={schedule!r} is a callback. "
            "Leave it out, or set learning_rate_schedule='constant'."
        )


def _make_net(
    module,
    *,
    seed,
    learning_rate,
    patience,
    schedule="constant",
    net_params=None,
    valid_set=None,
    **settings,
):
    """Return a skorch net; with a validation set it stops early and restores the best epoch."""
    settings = {
        "criterion": SoftCrossEntropy,
        "optimizer": torch.optim.Adamax,
        "lr": learning_rate,
        "iterator_train": LengthBatches,
        "iterator_train__rng": np.random.default_rng(seed),
        "dropout_rng": np.random.default_rng([seed, 1]),
        "iterator_valid": LengthBatches,
        "train_split": None,
        **settings,
        **(net_params or {}),
    }
    callbacks = []
    if schedule == "linear":
        # In epoch t = 0, 1, ... the step size is learning_rate * (1 - t / max_epochs).
        epochs = settings["max_epochs"]
        callbacks.append(("schedule", LRScheduler(PolynomialLR, total_iters=epochs, event_name=None)))
    if valid_set is not None:
        settings["train_split"] = predefined_split(valid_set)
        # By default skorch ignores improvements of less than 1e-4, and would restore an earlier epoch.
        stopping = EarlyStopping(monitor="valid_loss", patience=patience, threshold=0, load_best=True)
        callbacks.append(("early_stopping", stopping))
    if callbacks:
        settings["callbacks"] = [*callbacks, *(settings.get("callbacks") or [])]
    if not settings.get("verbose") and not _names_callbacks_of_skorch(settings):
        settings["callbacks__print_log"] = None  # formats each epoch's row also where nothing is printed
    return SequenceNet(module, **settings)


def _names_callbacks_of_skorch(settings):
    """Return whether settings turn skorch's own callbacks off, or set the one that prints."""
    named = any(name.startswith("callbacks__print_log") for name in settings)
    return named or settings.get("callbacks") == "disable"


def check_training(early_stopping, own_loss, *, device, net_params, **settings):
    """Check the settings of a training without data.

    Parameters
    ----------
    early_stopping : bool
        Whether the training will stop early.
    own_loss : bool
        Whether the network defines its own loss.
    device : str
        The device.
    net_params : dict or None
        Further settings of skorch's net.
    **settings : dict
        The other settings of `train`, without `seed`.

    Raises
    ------
    TypeError, InputError
        If the device cannot be used, or skorch or torch do not accept the settings.
    """
    device = resolve_device(device)
    schedule = settings.get("schedule", "constant")
    _check_net_params(net_params or {}, early_stopping, schedule, own_loss)
    # skorch checks names and values of its settings when it makes the optimizer and batches, here for a
    # small layer and two samples.
    layer = build(nn.Linear, 0, in_features=1, out_features=1)
    ones = np.ones(2, dtype=np.int64)
    samples = SimpleNamespace(frames=np.zeros((2, 1), dtype=np.float32), lengths=ones, starts=ones - 1)
    try:
        net = _make_net(layer, seed=0, device=device, net_params=net_params, **settings).initialize()
        next(iter(net.get_iterator(SequenceDataset(samples, np.zeros((2, 1)), "cpu"), training=True)))
        if not (isinstance(net.max_epochs, Integral) and net.max_epochs > 0):
            raise ValueError(f"max_epochs={net.max_epochs!r} is no integer above 0")
        if net.train_split is not None and not callable(net.train_split):
            raise ValueError(f"train_split={net.train_split!r} is no function of a data set")
        if isinstance(net.train_split, ValidSplit):
            raise ValueError("it would cut the sequences; early_stopping=True holds out samples")
    except Exception as error:  # the user's settings may raise any error
        if not net_params:
            raise
        raise InputError(
            f"net_params={net_params} cannot be used: {error}. Give settings of skorch.NeuralNet, such as "
            "{'optimizer': torch.optim.Adam, 'optimizer__weight_decay': 1e-4}."
        ) from error


def _rates(settings):
    """Return the step size of each epoch, as `_make_net` has them changed by skorch."""
    epochs, falls = settings["max_epochs"], settings.get("schedule", "constant") == "linear"
    return [settings["learning_rate"] * (1 - epoch / epochs * falls) for epoch in range(epochs)]


# Number of samples whose loss is compared before and after a training.
_COMPARED = 256


def _loss(net, dataset):
    """Return the mean loss of some samples without dropout, which leaves all random generators alone."""
    some = np.linspace(0, len(dataset) - 1, min(len(dataset), _COMPARED)).astype(np.intp)
    some = some[np.argsort(-dataset.lengths[some].numpy(), kind="stable")]
    state = net.dropout_rng.bit_generator.state
    order = np.split(some, range(net.batch_size, len(some), net.batch_size))
    losses = [net.validation_step(batch)["loss"].item() * len(batch[1]) for batch in dataset.batches(order)]
    net.dropout_rng.bit_generator.state = state
    return sum(losses) / len(some)


def _remark_if_worse(before, after, n_epochs, learning_rate):
    # Of 448 trainings that were sound but short, the loss of one rose by 0.009 from 1.07, the most.
    if not after <= before + 1 + abs(before):
        remark(
            f"The training diverged: the loss of its samples was {before:.6g} before it, and is {after:.6g} "
            f"after {n_epochs} epochs. Lower learning_rate={learning_rate}, or scale the features."
        )


def _remark_without_bfloat16(module, device):
    asked = any(isinstance(part, BLSTMTrunk) and part.precision == "bfloat16" for part in module.modules())
    if asked and not computes_bfloat16(torch.device(device).type):
        remark(
            "precision='bfloat16': this processor cannot compute LSTMs in bfloat16, so the network is "
            "computed in float32."
        )


def train(module, train_data, valid_data, *, device, **settings):
    """Train a network by Adamax, on soft cross-entropy unless the network defines its own loss.

    Parameters
    ----------
    module : torch.nn.Module
        The network with its initial weights.
    train_data, valid_data : tuple of (Sequences, ndarray of shape (n_samples, ...))
        Samples and targets. With `valid_data` None all epochs are trained; else the training stops after
        `patience` epochs without a lower validation loss, and the epoch with the lowest one is restored.
    device : str
        The device: "auto", "cpu", "cuda", ...
    **settings : dict
        `seed` (int), the source of the batches' order and of dropout; `max_epochs`, `batch_size`,
        `learning_rate`, `net_params` and `verbose` as in `BLSTMClassifier`; `patience` (int); and `schedule`
        ("constant" or "linear"). They must have passed `check_training`.

    Returns
    -------
    SequenceNet
        The trained net.

    Raises
    ------
    InputError
        If a setting cannot be used, or the weights become infinite.
    """
    device = resolve_device(device)
    _remark_without_bfloat16(module, device)
    valid_set = None if valid_data is None else SequenceDataset(*valid_data, device)
    net = _make_net(module, device=device, valid_set=valid_set, **settings)
    dataset = SequenceDataset(*train_data, device)
    net.initialize()
    before = _loss(net, dataset)
    if can_be_stacked(net, dataset, valid_data is not None, settings.get("net_params")):
        train_side_by_side(net, dataset, _rates(settings))
    else:
        net.partial_fit(dataset, y=None)
    if not all(weight.isfinite().all() for weight in net.module_.parameters()):
        raise InputError(
            f"The training diverged: weights are not finite after {len(net.history)} epochs. Lower "
            f"learning_rate={settings['learning_rate']}, or scale the features."
        )
    _remark_if_worse(before, _loss(net, dataset), len(net.history), settings["learning_rate"])
    # The net is not trained further: keep its weights once, and drop the optimizer's moments.
    net.optimizer_.state.clear()
    for _, callback in net.callbacks_:
        if isinstance(callback, LRScheduler):
            callback.lr_scheduler_ = None  # it holds the weights a second time
    net.module = type(module)
    if valid_data is not None:
        net.train_split = None  # a pickle needs no validation samples
    return net
