import numpy as np
import pytest
import torch
from skorch.callbacks import Callback

from sklearn_raters import RaterNetClassifier
from sklearn_raters._torch.flat import ELEMENTWISE, can_be_flat, flat_weights, on_cudnn
from sklearn_raters._torch.skorch_net import SequenceNet
from sklearn_raters.datasets import make_rated_samples


def small_net():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(5, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2))


def step(net, optimizer, rows):
    (net(rows) ** 2).sum().backward()
    optimizer.step()


@pytest.mark.parametrize("optimizer", ELEMENTWISE)
def test_weights_as_one_vector_are_changed_like_weights_apart(optimizer):
    rows, apart, flat = torch.ones(4, 5), small_net(), small_net()
    stepper = optimizer(apart.parameters(), lr=0.01)
    for _ in range(3):
        stepper.zero_grad()
        step(apart, stepper, rows)
    stepper = optimizer(flat.parameters(), lr=0.01)
    with flat_weights(stepper) as vector:
        for _ in range(3):
            vector.grad.zero_()
            step(flat, stepper, rows)
    for expected, found in zip(apart.parameters(), flat.parameters(), strict=True):
        torch.testing.assert_close(found, expected)


def test_weights_are_apart_again_after_an_error():
    net = small_net()
    before = [weight.detach().clone() for weight in net.parameters()]
    optimizer = torch.optim.Adam(net.parameters())
    with pytest.raises(KeyboardInterrupt), flat_weights(optimizer):
        raise KeyboardInterrupt
    assert optimizer.param_groups[0]["params"] == list(net.parameters())
    for weight, value in zip(net.parameters(), before, strict=True):
        torch.testing.assert_close(weight.detach(), value)
        assert weight.untyped_storage().nbytes() == weight.nbytes


def test_optimizers_that_need_the_weights_apart_get_them_apart():
    net = small_net()
    assert can_be_flat(torch.optim.Adamax(net.parameters()))
    assert not can_be_flat(torch.optim.LBFGS(net.parameters()))
    groups = [{"params": net[0].parameters()}, {"params": net[2].parameters(), "lr": 0.1}]
    assert not can_be_flat(torch.optim.Adamax(groups))


@pytest.mark.parametrize(
    ("optimizer", "settings"),
    [
        (torch.optim.Adamax, {"weight_decay": 0.1}),
        (torch.optim.AdamW, {}),  # decays by default
        (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
        (torch.optim.RMSprop, {"momentum": 0.9}),
    ],
)
def test_weights_that_would_move_without_a_gradient_stay_apart(optimizer, settings):
    assert not can_be_flat(optimizer(small_net().parameters(), **settings))
    off = {**settings, "weight_decay": 0, **({"momentum": 0} if "momentum" in settings else {})}
    assert can_be_flat(optimizer(small_net().parameters(), **off))


@pytest.mark.parametrize("frozen", [[0], [0, 2]])
def test_frozen_weights_stay_apart(frozen):
    net = small_net()
    for number in frozen:
        net[number].requires_grad_(False)
    assert not can_be_flat(torch.optim.Adamax(net.parameters()))


class HalfTrained(torch.nn.Module):
    """A trunk of which one layer is frozen, one is trained, and one weight is not used."""

    def __init__(self):
        super().__init__()
        self.frozen = torch.nn.Linear(8, 5).requires_grad_(False)
        self.trained = torch.nn.Linear(5, 4)
        self.unused = torch.nn.Parameter(torch.ones(3))

    def forward(self, rows):
        return self.trained(self.frozen(rows))


@pytest.mark.parametrize("settings", [{}, {"optimizer__weight_decay": 0.1}, {"optimizer": torch.optim.AdamW}])
def test_training_leaves_frozen_and_unused_weights_of_a_users_trunk_as_they_were(settings):
    trunk = HalfTrained()
    crowd = make_rated_samples(60, n_classes=3, n_features=8, random_state=0)
    clf = RaterNetClassifier(trunk=trunk, max_epochs=2, net_params=settings, random_state=0)
    found = clf.fit(crowd.X, crowd.Y).net_.module_.trunk.module
    assert torch.equal(found.frozen.weight, trunk.frozen.weight)
    assert torch.equal(found.unused, trunk.unused)
    assert not torch.equal(found.trained.weight, trunk.trained.weight)


def test_recurrent_layers_on_a_gpu_keep_their_weights_in_one_piece():
    assert on_cudnn(torch.nn.Sequential(torch.nn.LSTM(2, 3, device="meta")))
    assert not on_cudnn(torch.nn.Sequential(torch.nn.LSTM(2, 3), torch.nn.Linear(3, 2, device="meta")))


class SeesSteps(Callback):
    def on_grad_computed(self, net, named_parameters, **kwargs):
        self.names_ = [name for name, _ in named_parameters]


def test_a_callback_that_takes_part_in_steps_is_called_and_changes_no_prediction(monkeypatch):
    quick = []
    crowd = make_rated_samples(60, n_classes=3, n_features=8, random_state=0)
    run = SequenceNet.run_single_epoch

    def watched(net, *arguments, **settings):
        quick.append(net._vector is not None)
        return run(net, *arguments, **settings)

    monkeypatch.setattr(SequenceNet, "run_single_epoch", watched)
    settings = {"max_epochs": 3, "dropout": 0.2, "random_state": 0}
    alone = RaterNetClassifier(**settings).fit(crowd.X, crowd.Y)
    assert all(quick)
    quick.clear()
    callbacks = {"callbacks": [("sees", SeesSteps())]}
    seen = RaterNetClassifier(**settings, net_params=callbacks).fit(crowd.X, crowd.Y)
    assert not any(quick)
    assert "trunk.layers.0.weight" in dict(seen.net_.callbacks_)["sees"].names_
    np.testing.assert_allclose(alone.predict_proba(crowd.X), seen.predict_proba(crowd.X), atol=1e-6)
    assert alone.net_.history[:, "train_loss"] == pytest.approx(seen.net_.history[:, "train_loss"])
    losses = alone.net_.history[-1, "batches", :, "train_loss"]
    assert len(losses) == 2
