import threading

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from joblib import Parallel, delayed, parallel_config

from made import CLASSES, as_sequences, make_rated, small_blstm, small_stack
from sklearn_raters._torch import side_by_side
from sklearn_raters._torch.dropout import counted_dropout
from sklearn_raters._torch.grouped_blstm import fill_rows, lay_out
from sklearn_raters._torch.grouped_lstm import CLOSED, GroupedLSTM
from sklearn_raters.features import save_frames

NUMBERS = range(4)


@pytest.fixture
def stacked(monkeypatch):
    """Let trainings be stacked on any device; return how many networks took each step."""
    counts, step = [], side_by_side._Stack._step_of

    def counted(self, some):
        counts.append(len(self.trainings[some]))
        return step(self, some)

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
    monkeypatch.setattr(side_by_side, "_free_memory", lambda device: 1)
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
    assert all(stack.state is None and not stack.trainings for stack in side_by_side._stacks.values())


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


def test_frames_in_files_are_read_a_batch_at_a_time(stacked, tmp_path):
    X, y = make_samples(0)
    X = save_frames(X, tmp_path / "frames")
    job = delayed(small_blstm(device="cpu").fit)(X, y)
    Parallel(n_jobs=2, backend="threading")([job])
    assert not stacked


def test_a_thread_that_joblib_did_not_start_trains_by_itself(stacked):
    thread = threading.Thread(target=fit, args=(0,))
    thread.start()
    thread.join()
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
    x = torch.randn(2, 5, 6, 3)  # networks, rows, frames, features
    gates = [
        torch.nn.functional.linear(part, lstm.weight_ih_l0, lstm.bias_ih_l0 + lstm.bias_hh_l0)
        for part, lstm in zip(x, lstms, strict=True)
    ]
    gates = torch.stack(gates).permute(2, 0, 1, 3)
    goes_on = torch.ones(6, 2, 5, 1)
    goes_on[0] = goes_on[4] = 0  # each row holds a sequence of four and one of two frames
    gates[[0, 4], :, :, 4:8] = CLOSED
    gates = gates.detach().contiguous().requires_grad_()
    weight = torch.stack([lstm.weight_hh_l0.mT for lstm in lstms]).detach().requires_grad_()
    states = GroupedLSTM.apply(gates, weight, goes_on)
    slopes = torch.randn_like(states)
    found = torch.autograd.grad(states, (gates, weight), slopes)
    for number, lstm in enumerate(lstms):
        own = torch.cat([lstm(part)[0] for part in x[number].split([4, 2], dim=1)], dim=1)
        torch.testing.assert_close(states[:, number], own.transpose(0, 1))
        lstm.zero_grad()
        own.backward(slopes[:, number].transpose(0, 1))
        torch.testing.assert_close(found[1][number].mT, lstm.weight_hh_l0.grad)
        torch.testing.assert_close(found[0][:, number].sum((0, 1)), lstm.bias_ih_l0.grad)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=40), st.integers(0, 20))
def test_rows_hold_every_sequence_once(lengths, more):
    lengths = sorted(lengths, reverse=True)
    rows, starts = fill_rows(lengths, lengths[0] + more)
    taken = [(row, start + i) for row, start, n in zip(rows, starts, lengths, strict=True) for i in range(n)]
    assert len(set(taken)) == len(taken) == sum(lengths)
    assert (starts + lengths).max() <= lengths[0] + more
    # At most one row is half empty, as with every first fit.
    used = np.bincount(rows, lengths)
    assert (2 * used < lengths[0] + more).sum() <= 1


def test_places_lead_to_frames_and_back():
    lengths = [np.array([5, 2, 2, 1]), np.array([4, 4])]
    places = lay_out(lengths, torch.device("cpu"))
    assert places.frame.shape == (2, 2, 5)
    for sample, of_network in zip(places.sample, lengths, strict=True):
        assert [(sample == k).sum().item() for k in range(len(of_network))] == of_network.tolist()
    flat = places.opposite.flatten()
    assert torch.equal(flat[flat], torch.arange(len(flat)))
    sample, frame = places.sample.flatten(), places.frame.flatten()
    assert torch.equal(sample[flat], sample)
    numbers = [lengths[place // 10][k] - 1 if k >= 0 else 0 for place, k in enumerate(sample.tolist())]
    assert torch.equal(frame + frame[flat], torch.tensor(numbers))


def test_counted_dropout_keeps_the_mean_wherever_a_value_lies():
    x = torch.ones(2, 640, 100)
    sample, frame = torch.arange(640).expand(2, -1) // 40, torch.arange(640).expand(2, -1) % 40
    seeds = torch.tensor([5, -6])
    dropped = counted_dropout(x, 64, seeds, sample, frame)
    shares = (dropped == 0).double().mean(dim=(1, 2))
    assert (shares - 0.25).abs().max() < 4 * (0.25 * 0.75 / x[0].numel()) ** 0.5
    assert dropped.max() == 256 / 192
    assert ((dropped[0] == 0) == (dropped[1] == 0)).double().mean() < 0.64  # 0.625 if independent
    order = torch.randperm(640)
    moved = counted_dropout(x[1:], 64, seeds[1:], sample[1:, order], frame[1:, order])
    assert torch.equal(moved[0], dropped[1, order])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no GPU")
def test_a_gpu_trains_side_by_side_what_a_cpu_does(stacked):
    for gpu, cpu in zip(fit_in_threads(device="cuda", dropout=0.5), fit_in_threads(dropout=0.5), strict=True):
        X, _ = make_samples(0)
        np.testing.assert_allclose(gpu.predict_proba(X), cpu.predict_proba(X), atol=1e-3)
