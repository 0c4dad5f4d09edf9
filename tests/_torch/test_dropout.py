"""Dropout: its share, mean, gradient, and generator."""

import pytest
import torch

from sklearn_raters._torch.dropout import Dropout, thread_random


@pytest.fixture
def seeded():
    """Seed the generator of dropout; afterwards dropout uses torch's global generator again."""

    def seed(number):
        thread_random.generator = torch.Generator().manual_seed(number)

    yield seed
    thread_random.generator = None


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_dropout_keeps_the_share_and_the_mean(p, seeded):
    dropout = Dropout(p).train()
    seeded(0)
    values = dropout(torch.ones(1000, 333))
    share = round(p * 256) / 256
    assert (values == 0).float().mean().item() == pytest.approx(share, abs=3e-3)
    assert values.mean().item() == pytest.approx(1, abs=0.02)
    assert values[values > 0].unique().tolist() == pytest.approx([1 / (1 - share)])
    # In each column and each row too: no place is dropped more often than another.
    assert (values == 0).float().mean(dim=0).std().item() < 0.02
    assert (values == 0).float().mean(dim=1).std().item() < 0.04


def test_dropout_is_off_in_eval_and_at_zero():
    values = torch.randn(5, 7)
    assert Dropout(0.5).eval()(values) is values
    assert Dropout(0.0).train()(values) is values


def test_dropout_depends_on_its_generator_alone(seeded):
    dropout, values = Dropout(0.5).train(), torch.ones(3, 11)
    values_by_seed = []
    for seed, noise in ((1, 5), (1, 6), (2, 5)):
        torch.manual_seed(noise)
        seeded(seed)
        values_by_seed.append(dropout(values).tolist())
    assert values_by_seed[0] == values_by_seed[1] != values_by_seed[2]


def test_the_gradient_of_dropout_flows_through_kept_values_only():
    dropout = Dropout(0.5).train()
    values = torch.ones(100, requires_grad=True)
    kept = dropout(values)
    kept.sum().backward()
    torch.testing.assert_close(values.grad, kept.detach())
