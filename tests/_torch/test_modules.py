"""The networks themselves: arithmetic, gradients, dropout, initial weights; and the batches for them."""

import copy
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from sklearn_raters._torch.batches import FRAMES_AT_ONCE, LengthBatches, SequenceDataset, cut
from sklearn_raters._torch.modules import BLSTMNet, Dropout, SoftCrossEntropy, build, draws
from sklearn_raters._torch.training import SequenceNet, train
from sklearn_raters.sequences import Sequences, pack

rng = np.random.default_rng(0)
LENGTHS = rng.integers(1, 13, size=60)
SEQUENCES = Sequences(rng.normal(size=(LENGTHS.sum(), 3)).astype(np.float32), LENGTHS)
SOFT = rng.dirichlet(np.ones(3), size=60)


def packed_logits(net, batch):
    """Compute the network by torch's own bidirectional LSTM on packed sequences."""
    lstm = torch.nn.LSTM(net.dense.out_features, net.forward_lstm.hidden_size, bidirectional=True)
    for suffix, own in (("", net.forward_lstm), ("_reverse", net.backward_lstm)):
        for name, value in own.named_parameters():
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
    """Return the logits and gradients of one training step, the batch run in parts of so many samples."""
    net.samples_at_once = samples_at_once
    trainer = SequenceNet(net, criterion=SoftCrossEntropy, dropout_rng=np.random.default_rng(0))
    trainer.initialize()
    net.zero_grad()
    logits = trainer.train_step_single((batch, targets))["y_pred"]
    return logits, [parameter.grad.clone() for parameter in net.parameters()]


@pytest.mark.parametrize("samples_at_once", [1, 8, 1000])
def test_training_in_parts_is_one_padded_batch_and_torchs_packed_lstm(samples_at_once):
    net, batch, targets = net_and_batch()
    packed = packed_logits(net, batch)
    expected = gradients(net, packed, targets)
    in_parts, got = step(net, batch, targets, samples_at_once)
    torch.testing.assert_close(in_parts, packed, rtol=0, atol=1e-6)
    for one, other in zip(got, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_parts_hold_few_samples_and_few_frames_and_together_the_batch(seed):
    rng = np.random.default_rng(seed)
    drawn = rng.integers(1, 2 * FRAMES_AT_ONCE, size=40) // rng.integers(1, 40, size=40)
    lengths = torch.from_numpy(np.sort(drawn)).clamp(min=1).flip(0)
    frames = torch.rand(40, int(lengths[0]), 2)
    parts = cut({"frames": frames, "lengths": lengths}, 6)
    torch.testing.assert_close(torch.cat([part["lengths"] for part in parts]), lengths)
    start = 0
    for part in parts:
        n_samples, n_frames, _ = part["frames"].shape
        assert n_frames == part["lengths"].max()
        assert n_samples == 1 or (n_samples <= 6 and n_samples * n_frames <= FRAMES_AT_ONCE)
        torch.testing.assert_close(part["frames"], frames[start : start + n_samples, :n_frames])
        start += n_samples


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


def test_gradients_are_those_of_finite_differences():
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


def test_what_stands_in_the_padding_reaches_neither_results_nor_gradients():
    net, batch, targets = net_and_batch()
    before = gradients(net, net(**batch), targets)
    outside = torch.arange(batch["frames"].shape[1]) >= batch["lengths"][:, None]
    batch["frames"][outside] = 1000.0
    for one, other in zip(before, gradients(net, net(**batch), targets), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)


def test_soft_cross_entropy_worked_by_hand():
    logits = torch.log(torch.tensor([[0.5, 0.5], [0.25, 0.75]]))
    targets = torch.tensor([[0.0, 1.0], [2.0, 0.0]])
    expected = (np.log(2) + 2 * np.log(4)) / 2
    assert SoftCrossEntropy()(logits, targets).item() == pytest.approx(expected)


@pytest.fixture
def seeded():
    """Set where dropout draws from; afterwards it is torch's own generator again."""

    def seed(number):
        draws.generator = torch.Generator().manual_seed(number)

    yield seed
    draws.generator = None


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_dropout_keeps_the_share_and_the_mean(p, seeded):
    dropout = Dropout(p).train()
    seeded(0)
    values = dropout(torch.ones(1000, 333))
    share = round(p * 256) / 256
    assert (values == 0).float().mean().item() == pytest.approx(share, abs=3e-3)
    assert values.mean().item() == pytest.approx(1, abs=0.02)
    assert values[values > 0].unique().tolist() == pytest.approx([1 / (1 - share)])
    # Each column and each row too: no place is dropped more often than another.
    assert (values == 0).float().mean(dim=0).std().item() < 0.02
    assert (values == 0).float().mean(dim=1).std().item() < 0.04


def test_dropout_is_off_in_eval_and_at_zero():
    values = torch.randn(5, 7)
    assert Dropout(0.5).eval()(values) is values
    assert Dropout(0.0).train()(values) is values


def test_dropout_depends_on_its_generator_alone(seeded):
    dropout, values = Dropout(0.5).train(), torch.ones(3, 11)
    answers = []
    for seed, noise in ((1, 5), (1, 6), (2, 5)):
        torch.manual_seed(noise)
        seeded(seed)
        answers.append(dropout(values).tolist())
    assert answers[0] == answers[1] != answers[2]


def test_dropouts_gradient_goes_through_what_was_kept():
    dropout = Dropout(0.5).train()
    values = torch.ones(100, requires_grad=True)
    kept = dropout(values)
    kept.sum().backward()
    torch.testing.assert_close(values.grad, kept.detach())


def test_batches_hold_every_sample_once_longest_first():
    dataset = SequenceDataset(SEQUENCES, SOFT)
    for rng in (None, np.random.default_rng(0)):
        batches = LengthBatches(dataset, 16, rng).order()
        assert [len(batch) for batch in batches] == [16, 16, 16, 12]
        assert sorted(np.concatenate(batches)) == list(range(60))
        for batch in batches:
            assert (np.diff(LENGTHS[batch]) <= 0).all()


@pytest.mark.parametrize(
    ("size", "sizes"), [(59, [60]), (1, [1] * 60), (20, [20, 20, 20]), (29, [29, 29, 2])]
)
def test_no_sample_is_left_to_a_training_batch_of_its_own(size, sizes):
    dataset = SequenceDataset(SEQUENCES, SOFT)
    batches = LengthBatches(dataset, size, np.random.default_rng(0)).order()
    assert [len(batch) for batch in batches] == sizes
    assert sorted(np.concatenate(batches)) == list(range(60))
    for batch in batches:
        assert (np.diff(LENGTHS[batch]) <= 0).all()


def test_batches_of_training_are_random_and_differ_by_epoch():
    iterator = LengthBatches(SequenceDataset(SEQUENCES, SOFT), 16, np.random.default_rng(0))
    first, second = ([sorted(batch) for batch in iterator.order()] for _ in range(2))
    assert first != second
    # A batch of like lengths would have a far smaller spread.
    assert np.mean([LENGTHS[batch].std() for batch in first]) > 0.7 * LENGTHS.std()


def test_building_networks_in_threads_leaves_torchs_generator_alone():
    before = torch.get_rng_state()
    sizes = {"n_features": 3, "n_classes": 2, "dense_units": 64, "lstm_units": 64, "precision": "float32"}
    with ThreadPoolExecutor(8) as pool:
        for _ in range(40):
            pool.submit(build, BLSTMNet, 0, **sizes, representation_units=64, dropout=0.5)
    assert torch.equal(before, torch.get_rng_state())


def test_initial_weights_are_torchs_distributions_and_depend_on_the_seed():
    sizes = {"n_features": 9, "n_classes": 2, "dense_units": 64, "lstm_units": 25, "precision": "float32"}
    one, same, other = (
        build(BLSTMNet, seed, **sizes, representation_units=16, dropout=0.5) for seed in (1, 1, 2)
    )
    for name, value in one.state_dict().items():
        assert torch.equal(value, same.state_dict()[name])
        assert not torch.equal(value, other.state_dict()[name])
    weights, bound = one.forward_lstm.weight_hh_l0, 1 / 5
    assert bound * 0.99 < weights.abs().max() <= bound
    assert weights.std().item() == pytest.approx(bound / 3**0.5, rel=0.05)
    assert one.dense.weight.abs().max() <= 1 / 3
