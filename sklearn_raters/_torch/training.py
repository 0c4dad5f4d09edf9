"""The one file that knows skorch: trains a network on sequences."""

import dis

import numpy as np
import torch
from skorch import NeuralNet
from skorch.callbacks import Callback, EarlyStopping
from skorch.dataset import unpack_data
from skorch.helper import predefined_split

from sklearn_raters._torch.batches import LengthBatches, SequenceDataset, cut
from sklearn_raters._torch.modules import SoftCrossEntropy, drawing_from
from sklearn_raters._torch.threads import shared_threads


def _raised_by_callback(error):
    """Tell a callback's `raise KeyboardInterrupt`, skorch's way to stop early, from a person's Ctrl-C.

    A Ctrl-C may come while a callback runs, and may be raised by a statement of a signal handler; but it is
    not raised by a statement of a callback.
    """
    traceback = error.__traceback__
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    frame = traceback.tb_frame
    by_statement = frame.f_code.co_code[traceback.tb_lasti] == dis.opmap["RAISE_VARARGS"]
    return by_statement and isinstance(frame.f_locals.get("self"), Callback)


class SequenceNet(NeuralNet):
    """A net of skorch's that runs a batch in parts, and that does not take a Ctrl-C for the end of training.

    On a CPU a few samples at once are as quick as many, random batches as a whole would be mostly padding,
    and the parts fill its cores side by side.

    Parameters
    ----------
    module : torch.nn.Module
        The network, with its `samples_at_once`.
    dropout_rng : numpy.random.Generator
        Source of dropout; each part has a seed of its own, so that threads do not change a result.
    **settings : dict
        Those of skorch's net.
    """

    def __init__(self, module, *, dropout_rng, **settings):
        super().__init__(module, **settings)
        self.dropout_rng = dropout_rng

    def _set_training(self, training=True):
        # skorch sets it each step, module by module; of a small network that is a tenth of the step.
        if self.module_.training != training:
            super()._set_training(training)

    def infer(self, x, **fit_params):
        """Return the logits of a batch; see skorch."""
        with shared_threads() as run_all:
            logits = self._run_parts(run_all, self._cut(x))
        return logits[0] if len(logits) == 1 else torch.cat(logits)

    def train_step_single(self, batch, **fit_params):
        """Compute logits, loss and gradients of a batch; see skorch."""
        inputs, targets = unpack_data(batch)
        parts = self._cut(inputs)
        if len(parts) == 1:
            return super().train_step_single((parts[0], targets))
        self._set_training(True)
        weights = [weight for weight in self.module_.parameters() if weight.requires_grad]
        adds_up = getattr(self.criterion_, "is_mean_of_samples", False) and not hasattr(self.module_, "loss")
        step = self._step_by_parts if adds_up else self._step_as_a_whole
        with shared_threads() as run_all:
            logits, loss, by_part = step(run_all, parts, targets, weights)
        for weight, gradients in zip(weights, zip(*by_part, strict=True), strict=True):
            if gradients[0] is not None:  # else the loss alone has it, whose gradients are there, or nothing
                weight.grad = sum(gradients[1:], start=gradients[0])
        return {"loss": loss, "y_pred": logits}

    def _step_by_parts(self, run_all, parts, targets, weights):
        """Return logits, loss and each part's gradients; a part gives back its memory before others start."""
        targets = targets.to(self.device or "cpu")

        def learn(logits, rows):
            own = targets[rows]
            loss = self.criterion_(logits, own) * (len(own) / len(targets))
            return logits.detach(), loss.detach(), torch.autograd.grad(loss, weights, allow_unused=True)

        logits, losses, by_part = zip(*self._run_parts(run_all, parts, learn), strict=True)
        return torch.cat(logits), sum(losses), by_part

    def _step_as_a_whole(self, run_all, parts, targets, weights):
        """Return the same for a loss that must see the whole batch at once."""
        by_part = self._run_parts(run_all, parts)
        logits = torch.cat(by_part).detach().requires_grad_()
        loss = self.get_loss(logits, targets, training=True)
        loss.backward()
        slopes = logits.grad.split([len(part) for part in by_part])
        gradients = run_all(
            lambda part, slope: torch.autograd.grad(part, weights, slope, allow_unused=True), by_part, slopes
        )
        return logits, loss, gradients

    def get_loss(self, y_pred, y_true, *args, **kwargs):
        """Return the loss: the network's own where it has one, else the criterion's; see skorch."""
        if not hasattr(self.module_, "loss"):
            return super().get_loss(y_pred, y_true, *args, **kwargs)
        device = torch.device(self.device or "cpu")
        with drawing_from(int(self.dropout_rng.integers(2**63)), device):
            return self.module_.loss(y_pred, y_true.to(device))

    def _cut(self, batch):
        """Return the parts in which a batch runs, on the network's device."""
        device = torch.device(self.device or "cpu")
        batch = {name: value.to(device) for name, value in batch.items()}
        size = self.module_.samples_at_once
        return [batch] if size is None or device.type != "cpu" else cut(batch, size)

    def _run_parts(self, run_all, parts, then=lambda logits, rows: logits):
        """Return what `then` makes of each part's logits and the rows of the batch that it has."""
        device = torch.device(self.device or "cpu")
        ends = np.cumsum([len(part["lengths"]) for part in parts]).tolist()
        rows = [slice(start, end) for start, end in zip([0, *ends], ends, strict=False)]
        seeds = self.dropout_rng.integers(2**63, size=len(parts)).tolist()
        recording = torch.is_grad_enabled()

        def run(part, rows, seed):
            with drawing_from(seed, device), torch.set_grad_enabled(recording):
                return then(self.module_(**part), rows)

        return run_all(run, parts, rows, seeds)

    def partial_fit(self, X, y=None, classes=None, **fit_params):
        """Train on; see skorch."""
        if not self.initialized_:
            self.initialize()
        self.notify("on_train_begin", X=X, y=y)
        # All modules inside, of which some may come from a trained network.
        super()._set_training(True)
        try:
            with shared_threads():
                self.fit_loop(X, y, **fit_params)
        except KeyboardInterrupt as stop:
            if not _raised_by_callback(stop):
                raise
        self.notify("on_train_end", X=X, y=y)
        return self


def resolve_device(device):
    """Return the torch device name that `device` asks for; "auto" is a GPU where torch has one."""
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.Generator(device=device)
        torch.empty(0, device=device)
    except (AssertionError, RuntimeError) as error:
        raise ValueError(
            f"device={device!r} cannot be used here: {str(error).splitlines()[0].split('. ')[0]}. "
            "Give 'cpu', or 'auto' for a GPU where torch finds one."
        ) from error
    return device


def _check_net_params(net_params, early_stopping, own_loss):
    """Raise on settings of skorch's net that could not do here what they say."""
    for name, value in net_params.items():
        if own_loss and name.startswith("criterion"):
            raise ValueError(f"net_params has {name!r}, but this network brings its own loss. Leave it out.")
        if name.startswith("module__"):
            raise ValueError(
                f"net_params has {name!r}, but the network is built before skorch has it. Give "
                f"{name.removeprefix('module__')!r} as a parameter of the estimator, where it has it."
            )
        if early_stopping and (name == "train_split" or (name == "callbacks" and value == "disable")):
            raise ValueError(
                f"net_params has {name}={value!r}, which early_stopping=True needs for itself. Leave it out, "
                "or set early_stopping=False."
            )


def train(
    module,
    train_data,
    valid_data,
    *,
    seed,
    device,
    max_epochs,
    batch_size,
    learning_rate,
    patience,
    verbose,
    net_params,
):
    """Train a network by Adamax on soft cross-entropy.

    Parameters
    ----------
    module : torch.nn.Module
        The network with its initial weights.
    train_data, valid_data : tuple of (Sequences, ndarray of shape (n_samples, n_classes))
        Samples and targets; `valid_data` None trains all epochs, else the epoch of the lowest validation
        loss is restored after `patience` epochs without a lower one.
    seed : int
        Source of the batches' order and of dropout.
    device : str
        Where to train: "auto", "cpu", "cuda", ...
    max_epochs, batch_size, learning_rate, patience, verbose : number
        As in `BLSTMClassifier`.
    net_params : dict or None
        Further settings of skorch's net; they win over those made here.

    Returns
    -------
    SequenceNet
        The trained net.
    """
    device = resolve_device(device)
    _check_net_params(net_params or {}, valid_data is not None, hasattr(module, "loss"))
    settings = {
        "criterion": SoftCrossEntropy,
        "optimizer": torch.optim.Adamax,
        "lr": learning_rate,
        "batch_size": batch_size,
        "max_epochs": max_epochs,
        "device": device,
        "iterator_train": LengthBatches,
        "iterator_train__rng": np.random.default_rng(seed),
        "dropout_rng": np.random.default_rng([seed, 1]),
        "iterator_valid": LengthBatches,
        "train_split": None,
        "verbose": verbose,
        **(net_params or {}),
    }
    if valid_data is not None:
        settings["train_split"] = predefined_split(SequenceDataset(*valid_data, device))
        # By default skorch takes a fall of less than 1e-4 for none, and would restore an earlier epoch.
        stopping = EarlyStopping(patience=patience, threshold=0, load_best=True)
        settings["callbacks"] = [
            ("early_stopping", stopping),
            *(settings.get("callbacks") or []),
        ]
    net = SequenceNet(module, **settings)
    net.fit(SequenceDataset(*train_data, device), y=None)
    if not all(weight.isfinite().all() for weight in net.module_.parameters()):
        raise ValueError(
            f"Weights are no finite numbers after {len(net.history)} epochs: the training ran away. Lower "
            f"learning_rate={learning_rate}, or scale the features."
        )
    # Nothing trains this net on: let it hold its weights, without the optimizer's moments, and once only.
    net.optimizer_.state.clear()
    net.module = type(module)
    if valid_data is not None:
        net.train_split = None  # it holds the validation samples, which do not belong into a pickle either
    return net
