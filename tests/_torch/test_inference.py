"""Outputs of trained networks."""

import numpy as np
import pytest

from made import X, Y, small_blstm
from sklearn_raters import _torch


@pytest.mark.parametrize("n_samples", [2, 5, 15, 17, 140])
def test_an_output_does_not_depend_on_how_many_samples_are_computed_together(n_samples):
    net = small_blstm().fit(X, Y["E1"].map(lambda label: "sad" if label == "sad" else "other")).net_
    units = small_blstm().fit(X, np.arange(150) % 3).transform(X)
    together = _torch.apply_part(net, units, "output")
    in_parts = _torch.apply_part(net, units, "output", rows_at_once=64)
    np.testing.assert_array_equal(_torch.apply_part(net, units[:n_samples], "output"), together[:n_samples])
    np.testing.assert_array_equal(in_parts, together)
