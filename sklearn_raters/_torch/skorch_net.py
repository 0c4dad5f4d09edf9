"""The training loop: a skorch net that computes batches in parts and raises KeyboardInterrupt on Ctrl-C."""

import linecache
import traceback
from contextlib import contextmanager

import cloudpickle
import torch
from skorch import NeuralNet
from skorch.callbacks import (
    Callback,
    EarlyStopping,
    EpochTimer,
    LRScheduler,
    PassthroughScoring,
    PrintLog,
)
from skorch.dataset import unpack_data

from sklearn_raters._torch.batches import cut_batch
from sklearn_raters._torch.dropout import seeded_thread
from sklearn_raters._torch.flat import can_be_flat, flat_weights, on_cudnn
from sklearn_raters._torch.threads import shared_threads

# Callbacks that do nothing within an epoch, and look neither at gradients nor at single weights.
_BETWEEN_EPOCHS = (EarlyStopping, EpochTimer, LRScheduler, PassthroughScoring, PrintLog)


def _is_between_epochs(callback):
    return type(callback) in _BETWEEN_EPOCHS and getattr(callback, "step_every", "epoch") == "epoch"


def raised_by_callback(error):
    """Return whether a callback raised a KeyboardInterrupt to end the training early.

    skorch's callbacks, such as its EarlyStopping, end a training by the statement `raise KeyboardInterrupt`.
    Ctrl-C raises the same exception, but Python raises it in the line that is running at that moment, or in a
    signal handler. The innermost line of the traceback shows the difference: a callback ended the training if
    this line holds a `raise` and stands in a method of a callback.
    """
    *_, (frame, line_number) = traceback.walk_tb(error.__traceback__)
    line = linecache.getline(frame.f_code.co_filename, line_number)
    return "raise" in line.split() and isinstance(frame.f_locals.get("self"), Callback)


class SequenceNet(NeuralNet):
    """A skorch net that computes batches in parts and, on Ctrl-C, raises KeyboardInterrupt in `fit`.

    On a CPU, few samples are computed at the same speed as many, a whole random batch would be mostly
    padding, and the parts can run in parallel on several cores.

    Parameters
    ----------
    module : torch.nn.Module
        The network, with its `samples_at_once`.
    dropout_rng : numpy.random.Generator
        Source of dropout. Each part gets a seed of its own, so the number of threads changes no result.
    **settings : dict
        Parameters of skorch's NeuralNet.
    """

    def __init__(self, module, *, dropout_rng, **settings):
        super().__init__(module, **settings)
        self.dropout_rng = dropout_rng
        self._vector = None  # all weights, while they are trained as one vector

    def __getstate__(self):
        """Return the state as skorch does, with the code of classes that a notebook or a function defines.

        Workers of joblib find such classes by no name, and skorch pickles a part of the state by names alone.
        """
        state = vars(self).copy()
        on_device = tuple(self.cuda_dependent_attributes_)
        apart = {name: state.pop(name) for name in vars(self) if name.startswith(on_device)}
        return {**state, "__cuda_dependent_attributes__": cloudpickle.dumps(apart)}

    def _set_training(self, training=True):
        # skorch sets the mode of every module in each step, which is a tenth of a small network's step.
        if self.module_.training != training:
            super()._set_training(training)

    def infer(self, x, **fit_params):
        """Return the logits of a batch; see skorch."""
        with shared_threads() as run_all:
            return torch.cat(self._run_parts(run_all, self._cut(x)))

    def train_step_single(self, batch, **fit_params):
        """Compute logits, loss and gradients of a batch; see skorch."""
        inputs, targets = unpack_data(batch)
        parts = self._cut(inputs)
        self._set_training(True)
        if len(parts) == 1:
            with self._seeded():
                logits = self.module_(**parts[0])
            loss = self.get_loss(logits, targets, training=True)
            loss.backward()
            return {"loss": loss, "y_pred": logits}
        weights = [weight for weight in self.module_.parameters() if weight.requires_grad]
        is_sum = getattr(self.criterion_, "is_mean_of_samples", False) and not hasattr(self.module_, "loss")
        step = self._step_by_parts if is_sum else self._step_of_whole_batch
        with shared_threads() as run_all:
            logits, loss, by_part = step(run_all, parts, targets, weights)
        for weight, gradients in zip(weights, zip(*by_part, strict=True), strict=True):
            # A weight without a gradient from the parts is used by the loss only, or not at all.
            if gradients[0] is None:
                continue
            total = sum(gradients[1:], start=gradients[0])
            weight.grad = total if self._vector is None else weight.grad.copy_(total)
        return {"loss": loss, "y_pred": logits}

    def _step_by_parts(self, run_all, parts, targets, weights):
        """Return logits, loss and each part's gradients; a part frees its memory before the next starts."""
        targets = targets.to(self.device or "cpu")

        def gradients_of(logits, part):
            loss = self.criterion_(logits, part) * (len(part) / len(targets))
            return logits.detach(), loss.detach(), torch.autograd.grad(loss, weights, allow_unused=True)

        split = targets.split([len(part["lengths"]) for part in parts])
        logits, losses, by_part = zip(*self._run_parts(run_all, parts, gradients_of, split), strict=True)
        return torch.cat(logits), sum(losses), by_part

    def _step_of_whole_batch(self, run_all, parts, targets, weights):
        """Return logits, loss and gradients by part, for a loss that needs the logits of the whole batch."""
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
        """Return the network's loss if it defines one, otherwise the criterion's; see skorch."""
        if not hasattr(self.module_, "loss"):
            return super().get_loss(y_pred, y_true, *args, **kwargs)
        with self._seeded():
            return self.module_.loss(y_pred, y_true.to(self.device or "cpu"))

    def _seeded(self):
        """Return a context with a seed of its own for the random numbers of this thread."""
        return seeded_thread(int(self.dropout_rng.integers(2**63)), self.device or "cpu")

    def _cut(self, batch):
        """Return the parts of a batch, on the network's device."""
        batch = {name: value.to(self.device or "cpu") for name, value in batch.items()}
        size = self.module_.samples_at_once
        if size is None or torch.device(self.device or "cpu").type != "cpu":
            return [batch]
        return cut_batch(batch, size)

    def _run_parts(self, run_all, parts, function=lambda logits: logits, *values):
        """Run the network on the parts of a batch.

        Parameters
        ----------
        run_all : callable
            The `map` of `shared_threads`.
        parts : list of dict
            The parts, as `cut_batch` returns them.
        function : callable, default=the logits themselves
            Function of a part's logits, and of the part's own value in each of `values`.
        *values : list
            Values of the parts.

        Returns
        -------
        list
            Result of `function` for each part.
        """
        device = torch.device(self.device or "cpu")
        seeds = self.dropout_rng.integers(2**63, size=len(parts)).tolist()
        recording = torch.is_grad_enabled()

        def run(part, seed, *its_values):
            with seeded_thread(seed, device), torch.set_grad_enabled(recording):
                return function(self.module_(**part), *its_values)

        return run_all(run, parts, seeds, *values)

    @contextmanager
    def _quick_steps(self):
        """Train all weights as one vector, where no optimizer, callback or layer may need them apart."""
        watched = any(not _is_between_epochs(callback) for _, callback in self.callbacks_)
        if watched or not can_be_flat(self.optimizer_) or on_cudnn(self.module_):
            yield
            return
        with flat_weights(self.optimizer_) as self._vector:
            try:
                yield
            finally:
                self._vector = None

    def run_single_epoch(self, iterator, training, prefix, step_fn, **fit_params):
        """Run one epoch; if all weights are one vector, without skorch's calls around each training step."""
        if self._vector is None or not training:
            super().run_single_epoch(iterator, training, prefix, step_fn, **fit_params)
            return
        losses, sizes = [], []
        for batch in iterator:
            self._vector.grad.zero_()
            losses.append(self.train_step_single(batch)["loss"].detach())
            sizes.append(len(batch[1]))
            self.optimizer_.step()
        for loss, size in zip(torch.stack(losses).tolist(), sizes, strict=True):
            self.history.new_batch()
            self.history.record_batch(f"{prefix}_loss", loss)
            self.history.record_batch(f"{prefix}_batch_size", size)
        self.history.record(f"{prefix}_batch_count", len(sizes))

    def partial_fit(self, X, y=None, classes=None, **fit_params):
        """Train further from the present weights; see skorch. Moments of an earlier call may be lost."""
        if not self.initialized_:
            self.initialize()
        self.notify("on_train_begin", X=X, y=y)
        # Every module: some may come from a trained network, and `_set_training` checks the outer one only.
        super()._set_training(True)
        try:
            with shared_threads(), self._quick_steps():
                self.fit_loop(X, y, **fit_params)
        except KeyboardInterrupt as error:
            if not raised_by_callback(error):
                raise
        self.notify("on_train_end", X=X, y=y)
        return self
