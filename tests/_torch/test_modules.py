"""The loss of soft labels, and the initial weights of networks."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch import nn

from sklearn_raters._torch.blstm import BLSTMNet
from sklearn_raters._torch.modules import SoftCrossEntropy, build


def test_soft_cross_entropy_equals_a_value_computed_by_hand():
    logits = torch.log(torch.tensor([[0.5, 0.5], [0.25, 0.75]]))
    targets = torch.tensor([[0.0, 1.0], [2.0, 0.0]])
    expected = (np.log(2) + 2 * np.log(4)) / 2
    assert SoftCrossEntropy()(logits, targets).item() == pytest.approx(expected)


def test_building_networks_in_threads_leaves_torchs_generator_alone():
    before = torch.get_rng_state()
    sizes = {"n_features": 3, "n_classes": 2, "dense_units": 64, "lstm_units": 64, "precision": "float32"}
    with ThreadPoolExecutor(8) as pool:
        for _ in range(40):
            pool.submit(build, BLSTMNet, 0, **sizes, representation_units=64, dropout=0.5)
    assert torch.equal(before, torch.get_rng_state())


class MixedLayers(nn.Module):
    """A linear layer and an LSTM."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(9, 64), nn.LSTM(64, 25)])


def test_initial_weights_depend_on_the_seed():
    sizes = {"n_features": 9, "n_classes": 2, "dense_units": 64, "lstm_units": 25, "precision": "float32"}
    one, same, other = (
        build(BLSTMNet, seed, **sizes, representation_units=16, dropout=0.5) for seed in (1, 1, 2)
    )
    for name, value in one.state_dict().items():
        assert torch.equal(value, same.state_dict()[name])
        assert "bias" in name or not torch.equal(value, other.state_dict()[name])


def test_initial_weights_of_other_networks_are_torchs_distributions():
    layers = build(MixedLayers, 1).layers
    weights, bound = layers[1].weight_hh_l0, 1 / 5
    assert bound * 0.99 < weights.abs().max() <= bound
    assert weights.std().item() == pytest.approx(bound / 3**0.5, rel=0.05)
    assert 0.9 / 3 < layers[0].weight.abs().max() <= 1 / 3
