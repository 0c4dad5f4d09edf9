"""Networks that several threads train at the same time on one GPU, computed in one batch.

A small network leaves a GPU idle for most of the time: its sequence is computed frame after frame, and Python
takes longer to call the kernels of a step than the GPU to run them. Views, folds and seeds that joblib trains
in threads are therefore stacked: each step is one step of all networks that are in training, each on the next
batch of its own samples.
"""

import threading
from collections import defaultdict

import numpy as np
import torch
from joblib.parallel import get_active_backend
from torch.nn.utils.rnn import pad_sequence

from sklearn_raters._torch.blstm import BLSTMNet
from sklearn_raters._torch.grouped_blstm import grouped_logits, lay_out

# Share of a GPU's free memory for one step, and how many numbers a frame takes for each unit of the network:
# about a dozen, and as many again for places that are left free.
MEMORY_SHARE, NUMBERS_A_UNIT = 0.5, 24
# Settings of Adamax: the defaults of torch.
_BETAS, _EPS = (0.9, 0.999), 1e-8


def can_be_stacked(net, dataset, early_stopping, net_params):
    """Return whether a training is computed together with those of other threads.

    Parameters
    ----------
    net : SequenceNet
        The initialised net.
    dataset : SequenceDataset
        The samples.
    early_stopping : bool
        Whether the training may stop early.
    net_params : dict or None
        Settings of skorch's net by the user.

    Returns
    -------
    bool
        Whether the net is the paper's network in float32 on a GPU, its frames are in memory, its training has
        nothing but the package's own settings, and runs in a thread that joblib has started. It depends on
        nothing else, so that the same call has the same result again.
    """
    network = net.module_
    return (
        type(network) is BLSTMNet
        and network.precision == "float32"
        and isinstance(dataset.frames, torch.Tensor)
        and _gains(torch.device(net.device))
        and _is_thread_of_joblib()
        and not (early_stopping or net_params or net.verbose)
    )


def _is_thread_of_joblib():
    """Return whether this is a thread of a parallel run; a thread of Dask trains one network at a time."""
    backend, _ = get_active_backend()
    in_a_run = (backend.nesting_level or 0) > 0
    return in_a_run and threading.current_thread() is not threading.main_thread()


def _gains(device):
    return device.type == "cuda"


class _Training:
    """One network in training.

    Parameters
    ----------
    net : SequenceNet
        The initialised net; its weights are changed when the training has ended.
    dataset : SequenceDataset
        Samples and targets, of which all frames are in one tensor.
    rates : sequence of float
        The step size of each epoch.
    """

    def __init__(self, net, dataset, rates):
        self.net = net
        self.frames, self.lengths = dataset.frames, dataset.lengths.numpy()
        self.starts, self.targets = dataset.starts.to(net.device), dataset.targets.to(net.device)
        self.iterator = net.get_iterator(dataset, training=True)
        self.steps = self._steps(rates)
        self.next = next(self.steps)
        weights = torch.cat([weight.detach().flatten() for weight in net.module_.parameters()])
        # Weights, and the moments of Adamax: mean of the gradients, and their largest size.
        self.state = torch.stack([weights, torch.zeros_like(weights), torch.zeros_like(weights)])
        self.n_steps = 0
        self.losses = []  # of tensors ()
        self.sizes = []  # number of samples of each batch
        self.epoch_ends = []
        self.error = None

    def _steps(self, rates):
        """Yield the indices of each batch and its step size."""
        for rate in rates:
            for indices in self.iterator.order():
                yield indices, rate
            self.epoch_ends.append(self.n_steps)

    def advance(self, loss):
        """Record a step, and go to the next batch; None after the last one."""
        self.n_steps += 1
        self.losses.append(loss)
        self.sizes.append(len(self.next[0]))
        self.next = next(self.steps, None)

    def finish(self):
        """Give the net its weights, and its history the loss of each epoch."""
        with torch.no_grad():
            start = 0
            for weight in self.net.module_.parameters():
                weight.copy_(self.state[0, start : start + weight.numel()].view_as(weight))
                start += weight.numel()
        losses = np.split(torch.stack(self.losses).cpu().numpy(), self.epoch_ends[:-1])
        sizes = np.split(np.array(self.sizes), self.epoch_ends[:-1])
        for epoch, (loss, size) in enumerate(zip(losses, sizes, strict=True), start=1):
            self.net.history.new_epoch()
            self.net.history.record("epoch", epoch)
            self.net.history.record("train_loss", float(np.average(loss, weights=size)))


class _Stack:
    """Trainings of networks of the same sizes, which one of their threads computes for all."""

    def __init__(self):
        self.changed = threading.Condition()
        self.arrived = []
        self.trainings = []
        self.is_led = False

    def run(self, training):
        """Wait until a training has ended, and compute all trainings while no other thread does."""
        with self.changed:
            self.arrived.append(training)
        while training.next is not None:
            with self.changed:
                self.changed.wait_for(lambda: training.next is None or not self.is_led)
                if training.next is None:
                    break
                self.is_led = True
            try:
                self._lead(training)
            finally:
                with self.changed:
                    self.is_led = False
                    self.changed.notify_all()
        if training.error is not None:
            error, training.error = training.error, None  # with it go the tensors of its frames
            raise error

    def _lead(self, training):
        """Take steps until a training has ended; an error ends all trainings of the stack."""
        try:
            while training.next is not None:
                self._gather()
                self._step()
                if any(one.next is None for one in self.trainings):
                    self._gather()
                    with self.changed:
                        self.changed.notify_all()
        except BaseException as error:
            with self.changed:
                for one in [*self.trainings, *self.arrived]:
                    if one.next is not None:
                        one.error, one.next = error, None
                self.trainings, self.arrived, self.state = [], [], None

    def _gather(self):
        """Take in what has arrived and leave out what has ended; the others' states are put side by side."""
        with self.changed:
            left = [one for one in self.trainings if one.next is not None]
            if not self.arrived and len(left) == len(self.trainings):
                return
            self.trainings, self.arrived = left + self.arrived, []
        if not self.trainings:
            self.state = None  # no memory is held between trainings
            return
        self.state = torch.stack([one.state for one in self.trainings], dim=1)
        for one, state in zip(self.trainings, self.state.unbind(1), strict=True):
            one.state = state

    def _step(self):
        """Take one step of every training, of as many at once as fit into the memory."""
        network = self.trainings[0].net.module_
        units = network.dense.out_features + 4 * network.forward_lstm.hidden_size
        n_frames = max(one.lengths[one.next[0]].sum() for one in self.trainings)
        numbers = NUMBERS_A_UNIT * units * int(n_frames)
        at_once = max(1, int(_free_memory(self.state.device) * MEMORY_SHARE / 4 / numbers))
        losses = [
            self._step_of(slice(start, start + at_once)) for start in range(0, len(self.trainings), at_once)
        ]
        for one, loss in zip(self.trainings, torch.cat(losses).unbind(), strict=True):
            one.advance(loss)

    def _step_of(self, some):
        """Take a step of some trainings; return their losses."""
        trainings = self.trainings[some]
        network, state = trainings[0].net.module_, self.state[:, some]
        places, frames, targets, sizes = _batch(trainings)
        seeds = [int(one.net.dropout_rng.integers(2**63)) for one in trainings]
        seeds = torch.tensor(seeds, device=frames.device)
        weights, start = {}, 0
        for name, weight in network.named_parameters():
            part = state[0, :, start : start + weight.numel()].view(len(trainings), *weight.shape)
            weights[name] = part.detach().requires_grad_()
            start += weight.numel()
        logits = grouped_logits(weights, frames, places, targets.shape[1], network.dropout.threshold, seeds)
        losses = -(targets * logits.log_softmax(dim=2)).sum(dim=(1, 2)) / sizes
        slopes = torch.autograd.grad(losses.sum(), list(weights.values()))
        slopes = torch.cat([slope.flatten(1) for slope in slopes], dim=1)
        _adamax(state, slopes, [(one.next[1], one.n_steps + 1) for one in trainings])
        return losses.detach()


def _batch(trainings):
    """Return places, frames, targets and numbers of samples of the next batch of some trainings.

    Smaller batches are filled up with samples whose targets are zero.
    """
    device = trainings[0].state.device
    chosen = [torch.from_numpy(one.next[0]).to(device) for one in trainings]
    places = lay_out([one.lengths[one.next[0]] for one in trainings], device)
    frames = []
    for one, samples, sample, frame in zip(trainings, chosen, places.sample, places.frame, strict=True):
        rows = one.starts[samples][sample.clamp_min(0)] + frame
        frames.append(one.frames[rows.to(one.frames.device)].to(device))
    targets = [one.targets[samples] for one, samples in zip(trainings, chosen, strict=True)]
    sizes = torch.tensor([len(samples) for samples in chosen], device=device)
    return places, torch.stack(frames), pad_sequence(targets, batch_first=True), sizes


def _free_memory(device):
    """Return the number of bytes that a device has left, with those that torch keeps for new tensors."""
    if device.type != "cuda":
        return 2**40
    kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return torch.cuda.mem_get_info(device)[0] + kept


@torch.no_grad()
def _adamax(state, slopes, steps):
    """Take a step of Adamax (Kingma & Ba 2015, Algorithm 2).

    Parameters
    ----------
    state : tensor of shape (3, n_networks, n_weights)
        Weights and moments, changed in place.
    slopes : tensor of shape (n_networks, n_weights)
        Gradients.
    steps : list of (float, int)
        Step size, and number of the step, for each network.
    """
    weights, mean, largest = state
    mean.lerp_(slopes, 1 - _BETAS[0])
    torch.maximum(largest.mul_(_BETAS[1]), slopes.abs_().add_(_EPS), out=largest)
    rates = [rate / (1 - _BETAS[0] ** number) for rate, number in steps]
    rates = torch.tensor(rates, dtype=state.dtype, device=state.device).unsqueeze(1)
    weights.sub_(rates * mean / largest)


_stacks, _lock = defaultdict(_Stack), threading.Lock()


def train_side_by_side(net, dataset, rates):
    """Train a net together with those that other threads train meanwhile.

    Parameters
    ----------
    net : SequenceNet
        The initialised net, which can be stacked.
    dataset : SequenceDataset
        Samples and targets.
    rates : sequence of float
        The step size of each epoch.
    """
    network = net.module_
    shapes = tuple(weight.shape for weight in network.parameters())
    with _lock:
        stack = _stacks[shapes, network.dropout.threshold, net.device]
    training = _Training(net, dataset, rates)
    stack.run(training)
    training.finish()
