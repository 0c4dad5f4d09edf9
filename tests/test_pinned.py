"""Predictions stay what they were: every estimator, fusion and rater model against numbers on disk."""

import json

import numpy as np
import pytest

from pinned import CASES, PINNED, predictions

# Two machines, or two versions of the libraries, round differently; a training makes more of that. On one
# machine the predictions agree within 1e-6.
TOLERANCE = 2e-3
# The softmax layer takes samples in the order of a hash of what the views say, which the last digit changes.
OF_LAYER = 4e-2


@pytest.mark.parametrize("name", CASES)
def test_predictions_are_as_pinned(name):
    expected = json.loads(PINNED.read_text(encoding="utf-8"))[name]
    found = predictions(name)
    assert found.keys() == expected.keys()
    atol = OF_LAYER if name.startswith("stack, softmax") else TOLERANCE
    for method, values in expected.items():
        np.testing.assert_allclose(found[method], values, atol=atol, err_msg=method)
