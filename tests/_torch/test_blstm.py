"""The paper's network compared with torch's own LSTM, finite differences, and computation in parts."""

import copy

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from sklearn_raters._torch.batches import LengthBatches, SequenceDataset
from sklearn_raters._torch.blstm import BLSTMNet
from sklearn_raters._torch.modules import SoftCrossEntropy, build
from sklearn_raters._torch.skorch_net import SequenceNet
from sklearn_raters._torch.training import train
from sklearn_raters.sequences import Sequences, pack

rng = np.random.default_rng(0)
LENGTHS = rng.integers(1, 13, size=60)
SEQUENCES = Sequences(rng.normal(size=(LENGTHS.sum(), 3)).astype(np.float32), LENGTHS)
SOFT = rng.dirichlet(np.ones(3), size=60)


def packed_logits(net, batch):
    """Compute the network by torch's own bidirectional LSTM on packed sequences."""
    lstm = torch.nn.LSTM(net.dense.out_features, net.forward_lstm.hidden_size, bidirectional=True)
    for suffix, one_way in (("", net.forward_lstm), ("_reverse", net.backward_lstm)):
        for name, value in one_way.named_parameters():
            lstm._parameters[f"{name}{suffix}"] = value
    hidden = torch.relu(net.dense(batch["frames"]))
    packed = pack_padded_sequence(hidden, batch["lengths"], batch_first=True, enforce_sorted=False)
    states, _ = pad_packed_sequence(lstm(packed)[0], batch_first=True)
    scores = net.attention(states).squeeze(2)
    pooled = [
        torch.softmax(row[:length], 0) @ state[:length]
        for row, state, length in zip(scores, states, batch["lengths"], strict=True)
    ]
    return net.output(torch.relu(net.representation(torch.stack(pooled))))


def test_the_initial_weights_are_those_of_keras():
    net = build(BLSTMNet, 0, n_features=3, n_classes=4, dropout=0.5, dense_units=20, lstm_units=8)
    net.requires_grad_(False)
    assert net.dense.weight.abs().max() == pytest.approx(np.sqrt(6 / 23), rel=0.05)  # Glorot's limit
    assert net.output.weight.abs().max() == pytest.approx(np.sqrt(6 / 260), rel=0.05)
    assert not net.dense.bias.any()
    for lstm in (net.forward_lstm, net.backward_lstm):
        for gate in lstm.weight_hh_l0.chunk(4):
            torch.testing.assert_close(gate @ gate.T, torch.eye(8))
        forget = torch.zeros(4, 8)
        forget[1] = 1
        torch.testing.assert_close((lstm.bias_ih_l0 + lstm.bias_hh_l0).view(4, 8), forget)
    assert not torch.equal(net.forward_lstm.weight_hh_l0, net.backward_lstm.weight_hh_l0)


def net_and_batch(n_samples=21):
    net = build(
        BLSTMNet,
        3,
        n_features=3,
        n_classes=3,
        dense_units=16,
        lstm_units=8,
        representation_units=16,
        dropout=0.0,
        precision="float32",
    )
    dataset = SequenceDataset(pack(SEQUENCES.split()[:n_samples]), SOFT[:n_samples])
    (order,) = LengthBatches(dataset, n_samples, np.random.default_rng(0)).order()
    return net, *dataset.batch(torch.from_numpy(order))


def gradients(net, logits, targets):
    net.zero_grad()
    SoftCrossEntropy()(logits, targets).backward()
    return [parameter.grad.clone() for parameter in net.parameters()]


def step(net, batch, targets, samples_at_once):
    """Return the logits and gradients of one training step, computed in parts of `samples_at_once`."""
    net.samples_at_once = samples_at_once
    trainer = SequenceNet(net, criterion=SoftCrossEntropy, dropout_rng=np.random.default_rng(0))
    trainer.initialize()
    net.zero_grad()
    logits = trainer.train_step_single((batch, targets))["y_pred"]
    return logits, [parameter.grad.clone() for parameter in net.parameters()]


@pytest.mark.parametrize("samples_at_once", [1, 8, 1000])
def test_training_in_parts_equals_one_padded_batch_and_torchs_packed_lstm(samples_at_once):
    net, batch, targets = net_and_batch()
    packed = packed_logits(net, batch)
    expected = gradients(net, packed, targets)
    in_parts, got = step(net, batch, targets, samples_at_once)
    torch.testing.assert_close(in_parts, packed, rtol=0, atol=1e-6)
    for one, other in zip(got, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_a_whole_training_follows_the_curve_of_torchs_packed_lstm():
    net, _, _ = net_and_batch()
    expected, module = copy.deepcopy(net), copy.deepcopy(net)
    dataset = SequenceDataset(SEQUENCES, SOFT)
    optimizer, losses = torch.optim.Adamax(expected.parameters(), lr=0.01), []
    batches = LengthBatches(dataset, 16, np.random.default_rng(7))
    for _ in range(10):
        total = 0.0
        for batch, targets in batches:
            optimizer.zero_grad()
            loss = SoftCrossEntropy()(packed_logits(expected, batch), targets)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(targets) / len(dataset)
        losses.append(total)
    settings = {"seed": 7, "device": "cpu", "max_epochs": 10, "batch_size": 16, "learning_rate": 0.01}
    trained = train(module, (SEQUENCES, SOFT), None, **settings, patience=1, verbose=0, net_params=None)
    assert losses[-1] < 0.99 * losses[0]
    np.testing.assert_allclose(trained.history[:, "train_loss"], losses, rtol=1e-4)


def test_frozen_weights_get_no_gradient():
    net, batch, targets = net_and_batch()
    expected = gradients(net, net(**batch), targets)
    net.dense.requires_grad_(False)
    net.zero_grad()
    trainer = SequenceNet(net, criterion=SoftCrossEntropy, dropout_rng=np.random.default_rng(0))
    trainer.initialize()
    trainer.train_step_single((batch, targets))
    assert net.dense.weight.grad is None
    torch.testing.assert_close(net.output.weight.grad, expected[-2], rtol=1e-4, atol=1e-6)


def test_gradients_equal_finite_differences():
    net, batch, targets = net_and_batch(n_samples=5)
    net.double()
    batch["frames"] = batch["frames"].double()
    loss, parameters = SoftCrossEntropy(), list(net.parameters())
    analytic = gradients(net, net(**batch), targets.double())
    rng = np.random.default_rng(0)
    for parameter, gradient in zip(parameters, analytic, strict=True):
        at = rng.integers(parameter.numel())
        flat, step = parameter.data.view(-1), 1e-6
        flat[at] += step
        above = loss(net(**batch), targets.double()).item()
        flat[at] -= 2 * step
        below = loss(net(**batch), targets.double()).item()
        flat[at] += step
        assert gradient.view(-1)[at].item() == pytest.approx((above - below) / (2 * step), abs=1e-7)


def test_the_padding_changes_neither_results_nor_gradients():
    net, batch, targets = net_and_batch()
    before = gradients(net, net(**batch), targets)
    outside = torch.arange(batch["frames"].shape[1]) >= batch["lengths"][:, None]
    batch["frames"][outside] = 1000.0
    for one, other in zip(before, gradients(net, net(**batch), targets), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)
