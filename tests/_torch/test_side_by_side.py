import numpy as np
import pytest
import torch
from joblib import Parallel, delayed, parallel_config

from made import CLASSES, as_sequences, make_rated, small_blstm, small_stack
from sklearn_raters._torch import side_by_side
from sklearn_raters._torch.dropout import counted_dropout
from sklearn_raters._torch.grouped_lstm import GroupedLSTM

NUMBERS = range(4)


@pytest.fixture
def stacked(monkeypatch):
    """Let trainings be stacked on any device; return how many networks took each step."""
    counts, step = [], side_by_side._Stack._step_of

    def counted(self, some):
        counts.append(len(self.trainings[some]))
        step(self, some)

    monkeypatch.setattr(side_by_side, "_gains", lambda device: True)
    monkeypatch.setattr(side_by_side._Stack, "_step_of", counted)
    return counts


def make_samples(number):
    rng = np.random.default_rng(number)
    lengths = rng.integers(1, 9, size=(41, 20, 64, 33)[number])
    y = np.arange(len(lengths)) % 3
    return [rng.normal(size=(n, 5)).astype(np.float32) + k for n, k in zip(lengths, y, strict=True)], y


def fit(number, **settings):
    own = {"max_epochs": 2 + number, "batch_size": 16, "random_state": number, "device": "cpu"}
    return small_blstm(**{**own, **settings}).fit(*make_samples(number))


def fit_in_threads(numbers=NUMBERS, **settings):
    jobs = (delayed(fit)(number, **settings) for number in numbers)
    return Parallel(n_jobs=len(numbers) + 1, backend="threading")(jobs)


@pytest.mark.parametrize("schedule", ["constant", "linear"])
def test_networks_trained_side_by_side_are_those_trained_alone(stacked, schedule):
    settings = {"dropout": 0.0, "learning_rate_schedule": schedule}
    together = fit_in_threads(**settings)
    n_steps = sum(stacked)
    for number, found in zip(NUMBERS, together, strict=True):
        alone, (X, _) = fit(number, **settings), make_samples(number)
        np.testing.assert_allclose(found.predict_proba(X), alone.predict_proba(X), atol=2e-5)
        losses = (model.net_.history[:, "train_loss"] for model in (found, alone))
        np.testing.assert_allclose(*losses, rtol=1e-4)
        assert found.n_iter_ == alone.n_iter_ == 2 + number
    assert sum(stacked) == n_steps == 2 * 3 + 3 * 2 + 4 * 4 + 5 * 2  # and none in the main thread


def test_dropout_does_not_depend_on_what_is_trained_meanwhile(stacked):
    together = fit_in_threads(dropout=0.5)
    (alone,) = fit_in_threads([3], dropout=0.5)
    X, _ = make_samples(3)
    np.testing.assert_allclose(together[3].predict_proba(X), alone.predict_proba(X), atol=2e-5)
    without = fit(3, dropout=0.0)
    assert np.abs(without.predict_proba(X) - alone.predict_proba(X)).max() > 1e-3


def test_networks_of_equal_sizes_share_their_steps(stacked):
    sets = [0] * 4
    fit_in_threads(sets, max_epochs=30)
    assert sum(stacked) == 4 * 30 * 3
    assert max(stacked) > 1


def test_few_networks_at_once_where_the_memory_is_small(stacked, monkeypatch):
    expected = fit_in_threads(dropout=0.0)
    monkeypatch.setattr(side_by_side, "_memory", lambda device: 1)
    for one, other in zip(fit_in_threads(dropout=0.0), expected, strict=True):
        X, _ = make_samples(0)
        np.testing.assert_allclose(one.predict_proba(X), other.predict_proba(X), atol=2e-5)


def test_an_error_in_a_step_ends_all_trainings_and_the_next_ones_run(stacked, monkeypatch):
    def fails(*arguments):
        raise MemoryError("no memory left")

    with monkeypatch.context() as patch:
        patch.setattr(side_by_side, "grouped_logits", fails)
        with pytest.raises(MemoryError, match="no memory left"):
            fit_in_threads()
    assert len(fit_in_threads()) == 4


def test_no_samples_are_held_after_a_training(stacked):
    fit_in_threads()
    assert all(stack.frames is None and not stack.trainings for stack in side_by_side._stacks.values())


@pytest.mark.parametrize(
    "settings",
    [
        {"early_stopping": True},
        {"precision": "bfloat16"},
        {"net_params": {"optimizer": torch.optim.Adam}},
        {"verbose": 1},
    ],
)
@pytest.mark.filterwarnings("ignore:precision='bfloat16'")
def test_other_trainings_run_by_skorch(stacked, settings):
    fit_in_threads([0], **settings)
    assert not stacked


def test_the_views_of_a_stack_are_trained_side_by_side(stacked):
    X, Y, *_ = make_rated(n_samples=60)
    X = as_sequences(X)
    with parallel_config("threading", n_jobs=5):
        stack = small_stack(small_blstm(device="cpu", dropout=0.0), classes=CLASSES).fit(X, Y)
    assert max(stacked) > 1
    expected = small_stack(small_blstm(device="cpu", dropout=0.0), classes=CLASSES).fit(X, Y)
    np.testing.assert_allclose(stack.predict_proba(X), expected.predict_proba(X), atol=1e-3)


def test_grouped_lstms_compute_states_and_gradients_of_torchs():
    torch.manual_seed(0)
    lstms = [torch.nn.LSTM(3, 4, batch_first=True) for _ in range(2)]
    x = torch.randn(2, 5, 6, 3)  # networks, samples, frames, features
    gates = [
        torch.nn.functional.linear(part, lstm.weight_ih_l0, lstm.bias_ih_l0 + lstm.bias_hh_l0)
        for part, lstm in zip(x, lstms, strict=True)
    ]
    gates = torch.stack(gates).permute(2, 0, 1, 3).detach().contiguous().requires_grad_()
    weight = torch.stack([lstm.weight_hh_l0.mT for lstm in lstms]).detach().requires_grad_()
    states = GroupedLSTM.apply(gates, weight)
    slopes = torch.randn_like(states)
    found = torch.autograd.grad(states, (gates, weight), slopes)
    for number, lstm in enumerate(lstms):
        own, _ = lstm(x[number])
        torch.testing.assert_close(states[:, number], own.transpose(0, 1))
        lstm.zero_grad()
        own.backward(slopes[:, number].transpose(0, 1))
        torch.testing.assert_close(found[1][number].mT, lstm.weight_hh_l0.grad)
        torch.testing.assert_close(found[0][:, number].sum((0, 1)), lstm.bias_ih_l0.grad)
    assert torch.autograd.gradcheck(GroupedLSTM.apply, (gates[:3].double(), weight.double()))


def test_counted_dropout_keeps_the_mean_and_is_the_same_without_padding():
    x = torch.ones(2, 16, 40, 100)
    seeds = torch.tensor([5, -6])
    dropped = counted_dropout(x, 64, seeds)
    shares = (dropped == 0).double().mean(dim=(1, 2, 3))
    assert (shares - 0.25).abs().max() < 4 * (0.25 * 0.75 / x[0].numel()) ** 0.5
    assert dropped.max() == 256 / 192
    for number in range(2):
        alone = counted_dropout(x[:1, :7, :9], 64, seeds[number : number + 1])
        torch.testing.assert_close(alone[0], dropped[number, :7, :9])
    assert (dropped[0] == dropped[1]).double().mean() < 0.7  # 0.625 of independent masks
